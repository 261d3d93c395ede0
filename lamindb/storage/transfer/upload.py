"""Upload a file or folder: objects appear complete or not at all."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

from lamindb.storage import stores
from lamindb.storage.abc import signature_of
from lamindb.storage.atomic import copy_into_place
from lamindb.storage.layout import protocol_of
from lamindb.storage.listing import ListedFile, list_files
from lamindb.storage.transfer.access import open_store
from lamindb.storage.transfer.progress import TransferProgress
from lamindb.storage.transfer.removal import what_is_there
from lamindb.storage.transfer.running import for_each, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    from lamindb.base.types import AnyPathStr
    from lamindb.storage.transfer.store import RemoteFile, Store

__all__ = ["upload"]

_N_HASHED_AT_ONCE = 4
# asking first whether a file is there already costs less than sending one that is larger
_LARGE_SIZE = 50 * 1024 * 1024


def upload(
    source: str | PathLike[str],
    url: AnyPathStr,
    *,
    print_progress: bool = True,
    **store_kwargs: Any,
) -> None:
    """Upload a file or folder; objects appear complete or not at all.

    Large files are sent in parts; what a killed upload sent already is not sent again, nor are
    objects that have the content already. A folder replaces what was at its location: a file, or
    the other objects of a folder, which are deleted last.

    Parameters
    ----------
    source : str or path-like
        A local file, or a folder with at least one file.
    url : str or path
        Location of the object or folder to appear.
    print_progress : bool
        Whether to show how far it is.
    **store_kwargs
        Options of the store for the new objects. For S3: `chunksize` (size of a part in bytes) and
        arguments of `PutObject`, say, `StorageClass`.

    Raises
    ------
    FileNotFoundError
        If there is no source, or no such bucket.
    OSError
        If reading or writing fails: `PermissionError`, `ConnectionError` …
    ValueError
        If the source is an empty folder, neither file nor folder, or changes meanwhile, or if a
        folder would replace a storage location of lamindb.

    Example
    -------
    >>> upload("study", "s3://bucket/study")  # doctest: +SKIP
    ... uploading study: 100.0%
    """
    source, url = Path(source), stores.url_of(url)
    if protocol_of(url) == "local":
        copy_into_place(source, url)
        return
    files = _files_of(source)
    with TransferProgress("uploading", source.name, is_shown=print_progress) as progress:
        with stores.store_errors(url):
            store, path = open_store(url, store_kwargs)
            upload_all = _upload_folder if source.is_dir() else _upload_file
            run(upload_all(store, files, path, progress), store.loop)


def _files_of(source: Path) -> list[ListedFile]:
    """The file itself, with an empty key, or the files of a folder."""
    result = source.stat()
    if stat.S_ISREG(result.st_mode):
        return [ListedFile(source.name, str(source), signature_of(result))]
    if not stat.S_ISDIR(result.st_mode):
        raise ValueError(f"{str(source)!r} is neither a file nor a folder: it can't be uploaded")
    files = list_files(source)
    if not files:
        raise ValueError(f"folder {str(source)!r} has no files: there is nothing to upload")
    return files


async def _upload_file(
    store: Store, files: list[ListedFile], path: str, progress: TransferProgress
) -> None:
    (file,) = files
    size = file.size
    if size > _LARGE_SIZE:
        with suppress(PermissionError):  # to write is allowed more often than to look
            there = await store.stat(path)
            if there is not None and await store.is_unchanged(file, there):
                return
    progress.expect(size)
    await store.put(file, path, progress.add)


async def _upload_folder(
    store: Store, files: list[ListedFile], path: str, progress: TransferProgress
) -> None:
    """Upload what is new or changed, then delete what the folder doesn't have."""
    keys = {file.key for file in files}
    objects, stale = await what_is_there(store, path, keys)
    changed = await _changed(store, files, {remote.key: remote for remote in objects})
    progress.expect(sum(file.size for file in changed))

    async def put(file: ListedFile) -> None:
        await store.put(file, f"{path.rstrip('/')}/{file.key}", progress.add)

    by_size = sorted(changed, key=lambda file: file.size, reverse=True)
    await for_each(by_size, put, store.n_parallel)
    await store.delete(stale)


async def _changed(
    store: Store, files: list[ListedFile], there: dict[str, RemoteFile]
) -> list[ListedFile]:
    """The files that the store doesn't have, or has with other content."""
    changed = [file for file in files if file.key not in there]

    async def compare(file: ListedFile) -> None:
        if not await store.is_unchanged(file, there[file.key]):
            changed.append(file)

    present = [file for file in files if file.key in there]
    await for_each(present, compare, _N_HASHED_AT_ONCE)
    return changed
