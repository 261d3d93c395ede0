"""Let a store put new content over earlier content: the earlier one is back if that fails."""

from __future__ import annotations

import errno

from lamindb.base.log import logger
from lamindb.base.suffixes import CanonicalSuffix
from lamindb.storage import stores
from lamindb.storage.layout import without_query
from lamindb.storage.listing import TEMPORARY_PREFIX
from lamindb.storage.transfer.access import look_up
from lamindb.storage.transfer.move import copy_remote
from lamindb.storage.transfer.removal import remove
from lamindb.storage.transfer.running import for_each, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lamindb.storage.transfer.access import RemoteTree
    from lamindb.storage.transfer.store import RemoteFile

__all__ = ["beside", "put_over"]


def beside(url: str, name: str) -> str:
    """Return the URL of a temporary object or folder beside another one.

    Parameters
    ----------
    url : str
        Location of an object or folder.
    name : str
        Makes it different from other temporary ones.

    Returns
    -------
    str

    Example
    -------
    >>> beside("s3://bucket/.lamindb/HknNfVvoY5EsnxkY.zarr", "new")
    's3://bucket/.lamindb/.lamindb-tmp-new.zarr'
    """
    location = without_query(url)
    folder, _, last = location.rpartition("/")
    suffix = CanonicalSuffix.from_path(last)
    return f"{folder}/{TEMPORARY_PREFIX}{name}{suffix}{url[len(location) :]}"


def put_over(new_url: str, url: str) -> None:
    """Make an object or folder exactly what another one in the same store is.

    An object is replaced in one step. Of a folder, what is to be overwritten or deleted is copied
    aside first, so that it can be restored; what is the same in both is not touched.

    Parameters
    ----------
    new_url : str
        Location of the new content, which stays.
    url : str
        Location of the earlier content, if there is any.

    Raises
    ------
    FileNotFoundError
        If there is no new content.
    OSError
        If copying fails; the earlier content is as it was.

    Example
    -------
    >>> put_over("s3://bucket/.lamindb-tmp-study", "s3://bucket/study")  # doctest: +SKIP
    """
    new, earlier = look_up(new_url), look_up(url)
    if new is None:
        raise FileNotFoundError(errno.ENOENT, "nothing to copy", without_query(new_url))
    if new.file is not None or earlier is None or earlier.file is not None:
        copy_remote(new_url, url)
        return
    with stores.store_errors(url):
        _put_folder_over(new, earlier, beside(url, f"old-{earlier.name.partition('.')[0]}"))


def _put_folder_over(new: RemoteTree, earlier: RemoteTree, backup_url: str) -> None:
    there = {file.key: file for file in earlier.files}
    changed = [file for file in new.files if not _is_same(file, there.get(file.key))]
    kept = {file.key for file in new.files}
    stale = [file for file in earlier.files if file.key not in kept]
    endangered = [there[file.key] for file in changed if file.key in there] + stale
    _, backup = stores.fs_and_path(backup_url)
    try:
        _copy_all(earlier, endangered, backup)
        try:
            _copy_all(new, changed, earlier.path)
            run(earlier.store.delete([file.path for file in stale]), earlier.store.loop)
        except BaseException:
            _restore(earlier, endangered, backup)
            added = [f"{earlier.path}/{file.key}" for file in changed if file.key not in there]
            run(earlier.store.delete(added), earlier.store.loop)
            raise
    except _RestoreFailedError as error:
        logger.error(
            f"could not restore {without_query(earlier.url)}, what is missing there is in "
            f"{without_query(backup_url)}"
        )
        raise OSError(str(error)) from error.__cause__
    except BaseException:
        remove(backup_url)
        raise
    remove(backup_url)


class _RestoreFailedError(Exception):
    """The copies of the earlier content are all that is left of it."""


def _restore(earlier: RemoteTree, files: list[RemoteFile], backup: str) -> None:
    copies = [file._replace(path=f"{backup}/{file.key}") for file in files]
    try:
        _copy_all(earlier, copies, earlier.path)
    except Exception as error:
        raise _RestoreFailedError(f"{without_query(earlier.url)} is incomplete") from error


def _copy_all(tree: RemoteTree, files: list[RemoteFile], folder: str) -> None:
    """Copy objects within the store of a tree."""

    async def copy(file: RemoteFile) -> None:
        await tree.store.copy(file, f"{folder.rstrip('/')}/{file.key}")

    run(for_each(files, copy, tree.store.n_parallel), tree.store.loop)


def _is_same(new: RemoteFile, earlier: RemoteFile | None) -> bool:
    """Whether two objects certainly have the same content."""
    if earlier is None or new.size != earlier.size:
        return False
    return new.md5 == earlier.md5 if new.md5 else new.etag is not None and new.etag == earlier.etag
