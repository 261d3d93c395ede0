"""Download a file or folder: files appear complete or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

from lamindb.storage import stores
from lamindb.storage.disk import sync_tree
from lamindb.storage.layout import without_query
from lamindb.storage.transfer.access import look_up
from lamindb.storage.transfer.local_copy import is_current, path_of_copy, remove_others
from lamindb.storage.transfer.partial import partial_file, partial_folder
from lamindb.storage.transfer.progress import TransferProgress
from lamindb.storage.transfer.running import for_each, run
from lamindb.storage.transfer.store import ObjectChangedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

    from lamindb.base.types import AnyPathStr
    from lamindb.storage.transfer.access import RemoteTree
    from lamindb.storage.transfer.store import RemoteFile, Report, Store

__all__ = ["download", "download_files", "download_new_folder"]

_N_ATTEMPTS = 3
# more files are synced to the disk together
_MANY_FILES = 16


def download(url: AnyPathStr, target: str | PathLike[str], *, print_progress: bool = True) -> None:
    """Download a file or folder; it appears complete or not at all.

    What a killed download left is continued. Modification times are those of the store. Several
    processes may download the same at the same time.

    Parameters
    ----------
    url : str or path
        Location of a file or folder.
    target : str or path-like
        Local path of the copy. An existing file is replaced in one step; an existing folder gets
        the files of the downloaded one, each in one step.
    print_progress : bool
        Whether to show how far it is.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the location.
    IsADirectoryError, NotADirectoryError
        If a file would replace a folder, or a folder a file.
    OSError
        If reading or writing fails; `PermissionError`, `ConnectionError`, or `errno.ENOSPC` if the
        disk is full.

    Example
    -------
    >>> download("s3://bucket/study", "study")  # doctest: +SKIP
    ... downloading study: 100.0%
    """
    url, target = stores.url_of(url), Path(target)
    tree = look_up(url)
    if tree is None:
        raise FileNotFoundError(errno.ENOENT, "there is nothing to download", without_query(url))
    if tree.file and target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a file would replace a folder", str(target))
    if not tree.file and target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "a folder would replace a file", str(target))
    with TransferProgress("downloading", tree.name, is_shown=print_progress) as progress:
        progress.expect(tree.size)
        if tree.file or target.is_dir():
            download_files(tree, tree.files, target, progress.add)
        else:
            download_new_folder(tree, target, progress.add)


def download_files(tree: RemoteTree, files: list[RemoteFile], target: Path, report: Report) -> None:
    """Download some files to their places.

    Parameters
    ----------
    tree : RemoteTree
        Where they are from.
    files : list of RemoteFile
        Some of its files.
    target : Path
        Local path of the file or folder.
    report : callable
        Called with numbers of bytes.

    Raises
    ------
    OSError
        If reading or writing fails.

    Example
    -------
    >>> download_files(tree, tree.files, Path("study"), print)  # doctest: +SKIP
    """
    is_many = len(files) > _MANY_FILES
    with stores.store_errors(tree.url):
        run(_download_all(tree.store, files, target, report, sync=not is_many), tree.store.loop)
    if is_many:
        sync_tree(str(target))


def download_new_folder(tree: RemoteTree, target: Path, report: Report) -> None:
    """Download a folder to where there is none: it appears at once.

    Parameters
    ----------
    tree : RemoteTree
        A folder.
    target : Path
        Local path to appear.
    report : callable
        Called with numbers of bytes.

    Raises
    ------
    OSError
        If reading or writing fails.

    Example
    -------
    >>> download_new_folder(tree, Path("study"), print)  # doctest: +SKIP
    """

    async def fill() -> None:
        async with partial_folder(target, tree.url) as folder:
            missing = [file for file in tree.files if not is_current(folder, file)]
            report(tree.size - sum(file.size or 0 for file in missing))
            remove_others(folder, tree.sizes)
            await _download_all(tree.store, missing, folder, report, sync=False)

    with stores.store_errors(tree.url):
        run(fill(), tree.store.loop)


async def _download_all(
    store: Store, files: list[RemoteFile], target: Path, report: Report, *, sync: bool
) -> None:
    """Download files at the same time; large ones begin first."""

    async def download_one(file: RemoteFile) -> None:
        await _download_one(store, file, path_of_copy(target, file.key), report, sync=sync)

    by_size = sorted(files, key=lambda file: file.size or 0, reverse=True)
    await for_each(by_size, download_one, store.n_parallel)


async def _download_one(
    store: Store, file: RemoteFile, path: Path, report: Report, *, sync: bool
) -> None:
    """Download a file; again if it is replaced meanwhile."""
    for n_left in reversed(range(_N_ATTEMPTS)):
        identity = f"{file.path} {file.size} {file.modified} {file.etag}"
        try:
            async with partial_file(path, identity if store.can_resume else None) as partial:
                if partial.had_to_wait and is_current(path, file._replace(key="")):
                    report(file.size or 0)
                else:
                    await store.get(file, partial, report)
                    await partial.place(file.modified, sync=sync)
                return
        except ObjectChangedError:
            newer = await store.stat(file.path)
            if newer is None:
                raise FileNotFoundError(
                    errno.ENOENT, "the object was deleted while it was read", file.path
                ) from None
            if not n_left:
                raise
            file = newer._replace(key=file.key)
