"""Connecting and disconnecting instances: for this process, and for the ones that follow."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path

from lamindb.base.log import logger
from lamindb.errors import (
    ConnectWithinDevDirError,
    InstanceNotFoundError,
    InvalidArgument,
    SettingsEnvFileOutdated,
)
from lamindb.setup import database, dev_dir, files, postgres, user_rows
from lamindb.setup.discovery import instance_at_location, instance_in_postgres
from lamindb.setup.instance import InstanceSettings, find_instance, placeholder, read_instance
from lamindb.setup.module_packages import is_installed
from lamindb.setup.session import resolve_default, settings, why_missing
from lamindb.setup.slugs import is_location, is_postgres_url, split_identifier
from lamindb.setup.user import current_handle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lamindb.base.types import AnyPathStr


def connect(
    instance: AnyPathStr | None = None,
    *,
    use_root_db_user: bool = False,
    use_proxy_db: bool = False,
    **kwargs: object,
) -> None:
    """Make an instance the default of this Python session; writes no settings files.

    Parameters
    ----------
    instance : str or path, optional
        `owner/name`, `name` (owner is the current user), `https://host/owner/name`; or where it
        is: a storage root (a path that starts with `/`, `.` or `~`), or the URL of its Postgres
        database. Default: the instance that the environment, the working folder or the command
        line selected.
    use_root_db_user, use_proxy_db : bool
        For a hub; ignored.
    **kwargs
        Anything else is refused.

    Raises
    ------
    InstanceNotFoundError
        If the instance isn't known on this machine, or there is none at the location.
    ValueError
        If the identifier has an unknown form, or if no instance is given and none is selected.
    SystemExit
        If the SQLite file of the instance doesn't exist.
    ConnectionError
        If the database server can't be reached.
    CannotSwitchDefaultInstance
        If a run is being tracked in another instance.
    TypeError
        If there is an unknown keyword.

    Example
    -------
    >>> connect("anonymous/lamindb-tutorial")
    → connected lamindb: anonymous/lamindb-tutorial
    """
    for name in kwargs:
        raise TypeError(f"connect() got unexpected keyword argument {name!r}")
    found = find(instance)
    connect_to(found)


def connect_to(instance: InstanceSettings) -> None:
    """Make a located instance the default of this process, after checking its database."""
    settings.check_switch(instance)
    check_database(instance)
    is_same = settings.is_connected and settings.instance.slug == instance.slug
    settings.switch_to(instance)
    if not is_same:
        logger.important(f"connected lamindb: {instance.slug}")
        _advise_on_modules(instance)


def find(instance: AnyPathStr | None) -> InstanceSettings:
    """Locate an instance by identifier or place; see `connect`."""
    if instance is None:
        return _default()
    if is_location(instance):
        if is_postgres_url(str(instance)):
            return instance_in_postgres(postgres.normalized_url(str(instance)))
        return instance_at_location(instance)
    owner, name = get_owner_name_from_identifier(str(instance))
    known = find_instance(owner, name)
    if known is None:
        raise InstanceNotFoundError(not_known(f"{owner}/{name}"))
    return known


def _default() -> InstanceSettings:
    """The connected instance, else the one that environment, working folder or CLI selected."""
    found = settings.instance if settings.is_connected else resolve_default()
    if found is not None:
        return found
    if chosen := os.environ.get("LAMIN_CURRENT_INSTANCE"):
        return find(chosen)
    raise InvalidArgument(
        "No instance was connected through the CLI, pass a value to `instance` or connect via the"
        " CLI."
    )


def not_known(slug: str) -> str:
    """One line about an instance that has no settings file here."""
    return (
        f"Instance '{slug}' is not known on this machine: create it with `lamin init --name"
        f" {slug.partition('/')[2]}`, or connect to an existing one by its location:"
        " `lamin connect /path/to/storage` or `lamin connect postgresql://…`"
    )


def get_owner_name_from_identifier(identifier: str) -> tuple[str, str]:
    """Split an instance identifier into owner and name.

    Parameters
    ----------
    identifier : str
        `name`, `owner/name` or `https://host/owner/name`.

    Returns
    -------
    tuple of str

    Raises
    ------
    ValueError
        If it has another form.

    Example
    -------
    >>> get_owner_name_from_identifier("laminlabs/lamindata")
    ('laminlabs', 'lamindata')
    """
    return split_identifier(identifier, current_handle())


def check_database(instance: InstanceSettings) -> None:
    """Refuse an instance whose database isn't there.

    Raises
    ------
    SystemExit
        If the SQLite file doesn't exist.
    ConnectionError
        If the database server can't be reached.
    """
    if instance.dialect == "postgresql":
        database.connect_postgres(instance.db).close()
    elif problem := why_missing(instance):
        raise SystemExit(f"SQLite file {instance.sqlite_file} {problem}")


def _advise_on_modules(instance: InstanceSettings) -> None:
    missing = [module for module in instance.modules_in_order if not is_installed(module)]
    if missing:
        logger.important_hint(
            f"tip: to work with the additional module ({', '.join(missing)}) of database"
            f" {instance.slug}, install it: pip install {' '.join(missing)}"
        )


def connect_and_persist(
    instance: AnyPathStr,
    *,
    here: bool = False,
    mute_here: bool = False,
    use_root_db_user: bool = False,
    use_proxy_db: bool = False,
) -> None:
    """Connect an instance for this and later processes, as `lamin connect` does.

    Parameters
    ----------
    instance : str or path
        As for `connect`.
    here : bool
        Whether it becomes the instance of the working folder, rather than the global default.
    mute_here : bool
        Whether to print nothing about the folder.
    use_root_db_user, use_proxy_db : bool
        For a hub; ignored.

    Raises
    ------
    ConnectWithinDevDirError
        If the working folder belongs to another instance and `here` is False.
    ValueError
        If `here` is asked for in the home folder.

    Example
    -------
    >>> connect_and_persist("anonymous/lamindb-tutorial", here=True)
    → connected database anonymous/lamindb-tutorial to /home/u/projects
    """
    found = find(instance)
    folder = Path.cwd()
    if here and dev_dir.is_home(folder):
        raise InvalidArgument(dev_dir.HOME_IS_NO_DEV_DIR)
    if not here:
        _check_dev_dir(found)
    settings.check_switch(found)
    check_database(found)
    register_user(found)
    found.write()
    if here:
        dev_dir.write_marker(folder, found.slug)
    else:
        files.write_text(files.current_instance_file(), found.as_text(), private=found.is_private)
    settings.switch_to(found)
    if mute_here:
        return
    if here:
        logger.important(f"connected database {found.slug} to {folder}")
        return
    logger.important(f"connected lamindb: {found.slug}")
    if settings.dev_dir is None:
        logger.important_hint(
            "tip: connect the database to the current directory to keep your files in one place:"
            f" lamin connect {found.slug} --here"
        )
    _advise_on_modules(found)


def _check_dev_dir(instance: InstanceSettings) -> None:
    """Refuse a global default that the marker of the working folder would hide."""
    for marker in dev_dir.markers_above():
        slug = dev_dir.read_slug(marker)
        folder = marker.parent.parent
        if slug is None or dev_dir.is_home(folder) or find_instance(*slug.split("/")) is None:
            continue
        if slug != instance.slug:
            raise ConnectWithinDevDirError(
                f"You're trying to connect within the dev-dir of instance {slug} ({folder})."
                " Either cd into another directory or run: lamin disconnect --here"
            )
        return


def register_user(instance: InstanceSettings) -> None:
    """Create the row of the current user; nothing happens in a read-only database."""
    try:
        with database.reading(instance) as cursor:
            if user_rows.find_user(cursor, settings.user) is not None:
                return
        with database.transaction(instance) as cursor:
            user_rows.ensure_user(cursor, settings.user)
    except Exception as error:
        if database.is_database_error(error) and user_rows.is_refused(error):
            return
        if database.is_database_error(error) and "unique" in str(error).lower():
            raise user_rows.handle_is_taken(settings.user) from error
        raise


def disconnect(mute: bool = False, here: bool = False) -> None:
    """Disconnect the instance from this process, and as the global default.

    Parameters
    ----------
    mute : bool
        Whether to print nothing.
    here : bool
        Whether to remove the nearest marker file instead, with the branch and space chosen there;
        the connection of this process stays.

    Example
    -------
    >>> disconnect()
    ✓ disconnected instance: anonymous/lamindb-tutorial
    """
    with logger.mute() if mute else nullcontext():
        if here:
            _remove_nearest_marker()
        else:
            _disconnect_session()


def _remove_nearest_marker() -> None:
    marker = next(iter(dev_dir.markers_above()), None)
    if marker is None:
        logger.important_hint("no local instance marker found")
        return
    slug = dev_dir.read_slug(marker)
    dev_dir.remove_marker(marker)
    settings.forget_selections()
    # like the success messages, but shown at default verbosity
    logger.print(f"✓ disconnected {marker.parent.parent} from {slug or 'a damaged marker'}")


def _disconnect_session() -> None:
    instance = settings.instance
    settings.switch_to(placeholder())
    if instance._storage is None:
        logger.important_hint("no instance loaded")
        return
    _remove_global_default(instance)
    logger.print(f"✓ disconnected instance: {instance.slug}")
    for marker in dev_dir.markers_above():
        slug = dev_dir.read_slug(marker)
        if slug is not None and find_instance(*slug.split("/")) is not None:
            logger.warning(
                f"this directory stays connected to {slug} via {marker}; run: lamin disconnect"
                " --here"
            )
            return


def _remove_global_default(instance: InstanceSettings) -> None:
    path = files.current_instance_file()
    try:
        is_current = read_instance(path).slug == instance.slug
    except FileNotFoundError:
        return
    except SettingsEnvFileOutdated:
        is_current = True  # a damaged file selects nothing
    if is_current:
        path.unlink(missing_ok=True)
