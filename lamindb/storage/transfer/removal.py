"""Delete objects and folders of a store."""

from __future__ import annotations

from lamindb.storage import stores
from lamindb.storage.layout import AUTO_KEY_PREFIX
from lamindb.storage.transfer.access import open_store
from lamindb.storage.transfer.running import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from lamindb.base.types import AnyPathStr
    from lamindb.storage.transfer.store import RemoteFile, Store

__all__ = ["remove", "what_is_there"]


def remove(url: AnyPathStr) -> bool:
    """Delete an object, or a folder with everything in it; no error if there is nothing.

    What killed uploads left of it is deleted too.

    Parameters
    ----------
    url : str or path
        Location in a store.

    Returns
    -------
    bool
        False if there was nothing.

    Raises
    ------
    OSError
        If something can't be deleted, e.g. `PermissionError`.
    ValueError
        If it is a whole bucket.

    Example
    -------
    >>> remove("s3://bucket/study")  # doctest: +SKIP
    True
    """
    url = stores.url_of(url)
    with stores.store_errors(url):
        store, path = open_store(url)
        if store.is_bucket(path):
            raise ValueError(f"{url!r} is a whole bucket: delete it with the tools of its store")

        async def delete() -> bool:
            objects = await store.find(path)
            itself = await store.stat(path)
            paths = [one.path for one in objects] + ([path] if itself is not None else [])
            await store.delete(paths)
            await store.discard_partial_uploads(path)
            return bool(paths)

        return run(delete(), store.loop)


async def what_is_there(
    store: Store, path: str, keys: Collection[str]
) -> tuple[list[RemoteFile], list[str]]:
    """Find what a folder would replace at its place.

    Parameters
    ----------
    store : Store
        Of the folder.
    path : str
        Of the folder, as the store wants it.
    keys : collection of str
        Relative paths of the files of the folder.

    Returns
    -------
    tuple
        All objects below the path, and what has to be deleted: the paths of those that the folder
        doesn't have, and of an object in its place.

    Raises
    ------
    ValueError
        If artifacts, or other things in a bucket, would be deleted.
    """
    objects = await store.find(path)
    stale = [remote for remote in objects if remote.key not in keys]
    is_storage = any(remote.key.startswith(AUTO_KEY_PREFIX) for remote in stale)
    if is_storage or (stale and store.is_bucket(path)):
        content = "the artifacts" if is_storage else "everything else"
        raise ValueError(
            f"a folder in place of {path!r} would delete {content} in it: choose a place below it"
        )
    in_the_way = await store.stat(path)
    return objects, [remote.path for remote in stale] + ([path] if in_the_way else [])
