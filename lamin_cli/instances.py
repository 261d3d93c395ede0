"""Functions behind the commands about instances, also for Python and R."""

from __future__ import annotations

from lamindb.errors import InvalidArgument
from lamindb.setup import connection, deletion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lamindb.base.types import AnyPathStr


def connect(
    instance: AnyPathStr,
    use_root_db_user: bool = False,
    use_proxy_db: bool = False,
    here: bool = False,
    mute_here: bool = False,
) -> None:
    """Connect an instance for this process and for those that follow.

    Parameters
    ----------
    instance : str or path
        `owner/name`, `name` (the owner is the current user), a URL `https://host/owner/name`, the
        path of a storage root, or the URL of a Postgres database.
    use_root_db_user, use_proxy_db : bool
        For a hub; ignored.
    here : bool
        Connect the working directory instead of setting the global default.
    mute_here : bool
        Print nothing about the folder.

    Raises
    ------
    InstanceNotFoundError
        If there is no such instance.
    ConnectWithinDevDirError
        If the working directory belongs to another instance and `here` is False.
    ValueError
        If the identifier has an unknown form, or `here` is asked for in the home folder.

    Example
    -------
    >>> connect("anonymous/lamindb-tutorial", here=True)
    → connected database anonymous/lamindb-tutorial to /home/u/projects
    """
    connection.connect_and_persist(
        instance,
        here=here,
        mute_here=mute_here,
        use_root_db_user=use_root_db_user,
        use_proxy_db=use_proxy_db,
    )


def delete(entity: str, name: str | None = None, *, force: bool = False) -> int | None:
    """Delete an instance: its database, its empty storage, and what is known about it here.

    Parameters
    ----------
    entity : str
        The instance as for `connect`; or the word `"instance"`, then `name` is the instance.
    name : str, optional
    force : bool
        Do not ask.

    Returns
    -------
    int or None
        -1 if the question was answered with no.

    Raises
    ------
    InstanceNotFoundError
        If there is no such instance.
    StorageNotEmpty
        If its storage still holds objects; nothing was changed.
    InvalidArgument
        If no instance is named, or two of them.

    Example
    -------
    >>> delete("anonymous/lamindb-tutorial", force=True)
    → deleted instance anonymous/lamindb-tutorial
    """
    slug = name if entity == "instance" else entity
    if slug is None:
        raise InvalidArgument("Which instance? Pass its name: lamin delete instance NAME")
    if name is not None and entity != "instance":
        raise InvalidArgument(
            f"Two names, {entity!r} and {name!r}: to delete an instance, pass only its own"
        )
    return deletion.delete(slug, force=force)
