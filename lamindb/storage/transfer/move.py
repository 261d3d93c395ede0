"""Copy and move files and folders between places of any kind."""

from __future__ import annotations

import errno
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from lamindb.base.log import logger
from lamindb.setup.cache_dir import cache_path
from lamindb.storage import stores
from lamindb.storage.atomic import move_into_place
from lamindb.storage.atomic import remove as remove_local
from lamindb.storage.layout import protocol_of, without_query
from lamindb.storage.listing import TEMPORARY_PREFIX, list_files
from lamindb.storage.transfer.access import look_up, open_store
from lamindb.storage.transfer.download import download
from lamindb.storage.transfer.removal import remove as remove_remote
from lamindb.storage.transfer.removal import what_is_there
from lamindb.storage.transfer.running import for_each, run
from lamindb.storage.transfer.upload import upload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamindb.base.types import AnyPathStr
    from lamindb.storage.transfer.access import RemoteTree
    from lamindb.storage.transfer.store import RemoteFile

    Sizes = dict[str, int | None]

__all__ = ["copy", "copy_remote", "move"]


def copy_remote(source_url: AnyPathStr, target_url: AnyPathStr) -> None:
    """Copy an object or folder within a store; between stores through the local disk.

    Parameters
    ----------
    source_url, target_url : str or path
        Locations in stores. A folder replaces what was at its target; objects that it doesn't have
        are deleted last.

    Raises
    ------
    FileNotFoundError
        If there is no source.
    OSError
        If copying fails.
    ValueError
        If a folder would replace a storage location of lamindb.

    Example
    -------
    >>> copy_remote("s3://bucket/study", "s3://bucket/archive/study")  # doctest: +SKIP
    """
    source_url, target_url = stores.url_of(source_url), stores.url_of(target_url)
    tree = look_up(source_url)
    if tree is None:
        raise FileNotFoundError(errno.ENOENT, "there is nothing to copy", without_query(source_url))
    with stores.store_errors(target_url):
        target_store, target_path = open_store(target_url)
        if tree.store.same_as(target_store):
            run(_copy_within(tree, target_path), tree.store.loop)
            return
    with _on_disk(source_url, tree.name) as local:
        upload(local, target_url, print_progress=False)


async def _copy_within(tree: RemoteTree, path: str) -> None:
    """Copy within a store, then delete what the copied folder doesn't have."""
    stale = [] if tree.file else (await what_is_there(tree.store, path, tree.sizes))[1]

    async def copy_one(file: RemoteFile) -> None:
        await tree.store.copy(file, f"{path.rstrip('/')}/{file.key}" if file.key else path)

    await for_each(tree.files, copy_one, tree.store.n_parallel)
    await tree.store.delete(stale)


@contextmanager
def _on_disk(url: str, name: str) -> Iterator[Path]:
    """A copy of something below the cache directory, for a moment."""
    folder = cache_path() / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, dir=folder) as temporary:
        download(url, Path(temporary, name), print_progress=False)
        yield Path(temporary, name)


def copy(source_url: AnyPathStr, target_url: AnyPathStr) -> None:
    """Copy a file or folder between places of any kind, and verify the sizes.

    Parameters
    ----------
    source_url, target_url : str or path
        Local paths or locations in stores.

    Raises
    ------
    FileExistsError
        If there is something at the target.
    FileNotFoundError
        If there is no source.
    RuntimeError
        If copying fails, or the copy differs from the source; what was copied is removed.

    Example
    -------
    >>> copy("/store/a.csv", "s3://bucket/a.csv")  # doctest: +SKIP
    """
    source_url, target_url = stores.url_of(source_url), stores.url_of(target_url)
    sizes = _sizes(source_url)
    if sizes is None:
        raise FileNotFoundError(errno.ENOENT, "there is nothing to copy", without_query(source_url))
    _refuse_existing(target_url)
    try:
        _copy_anywhere(source_url, target_url)
    except BaseException as error:
        _clean_up(target_url)
        if not isinstance(error, Exception):  # Ctrl-C
            raise
        raise _copy_error(target_url, error) from error
    copied = _sizes(target_url)
    if copied != sizes:
        _clean_up(target_url)
        raise RuntimeError(
            f"Move verification failed: {without_query(target_url)} has {_summary(copied)} but"
            f" {without_query(source_url)} has {_summary(sizes)}. Nothing was moved, try again."
        )


def move(source_url: AnyPathStr, target_url: AnyPathStr) -> None:
    """Move a file or folder between places of any kind: copy, verify the sizes, remove.

    On the local disk it is renamed if that is possible.

    Parameters
    ----------
    source_url, target_url : str or path
        Local paths or locations in stores. If the source can't be removed in the end, that is
        logged as an error and the move stands.

    Raises
    ------
    FileExistsError
        If there is something at the target.
    FileNotFoundError
        If there is no source.
    RuntimeError
        If copying fails, or the copy differs from the source; what was copied is removed.

    Example
    -------
    >>> move("/store/a.csv", "s3://bucket/a.csv")  # doctest: +SKIP
    """
    source_url, target_url = stores.url_of(source_url), stores.url_of(target_url)
    if _is_local(source_url) and _is_local(target_url):
        _refuse_existing(target_url)
        try:
            move_into_place(source_url, target_url)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _copy_error(target_url, error) from error
        return
    copy(source_url, target_url)
    try:
        _remove(source_url)
    except Exception as error:  # whatever it is: the target is complete
        logger.error(
            f"could not remove {without_query(source_url)} after it was moved, remove it yourself:"
            f" {error}"
        )


def _refuse_existing(url: str) -> None:
    if Path(url).exists() if _is_local(url) else look_up(url) is not None:
        raise FileExistsError(
            errno.EEXIST, "the target of the move exists already", without_query(url)
        )


def _copy_error(url: str, error: BaseException) -> RuntimeError:
    return RuntimeError(f"Failed to copy artifact to target storage {without_query(url)}: {error}")


def _is_local(url: str) -> bool:
    return protocol_of(url) == "local"


def _sizes(url: str) -> Sizes | None:
    """Relative path and size of every file; None if there is nothing."""
    if not _is_local(url):
        tree = look_up(url)
        return None if tree is None else tree.sizes
    path = Path(url)
    if path.is_dir():
        return {file.key: file.size for file in list_files(path)}
    return {"": path.stat().st_size} if path.exists() else None


def _copy_anywhere(source_url: str, target_url: str) -> None:
    if _is_local(source_url):
        upload(source_url, target_url, print_progress=False)
    elif _is_local(target_url):
        download(source_url, target_url, print_progress=False)
    else:
        copy_remote(source_url, target_url)


def _remove(url: str) -> None:
    if _is_local(url):
        remove_local(url)
    else:
        remove_remote(url)


def _clean_up(url: str) -> None:
    """Remove what was copied; what failed before may fail again."""
    with suppress(Exception):
        _remove(url)


def _summary(sizes: Sizes | None) -> str:
    if sizes is None:
        return "nothing"
    return f"{len(sizes)} files with {sum(size or 0 for size in sizes.values())} bytes"
