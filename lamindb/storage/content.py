"""Size, hash and number of files of a local path."""

from __future__ import annotations

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lamindb.base.hashing import FileHash, hash_bytes, hash_file
from lamindb.storage.abc import ContentInfo, Signature
from lamindb.storage.cache import current_stat_cache
from lamindb.storage.listing import ListedFile, list_files
from lamindb.storage.manifest import Manifest, ManifestEntry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    Hashed = tuple[Signature, FileHash]

__all__ = ["describe_path"]

# reading a smaller file takes less time than handing it to a thread, or asking the cache for it
_SMALL_SIZE = 256 * 1024
_N_ATTEMPTS = 3


def describe_path(path: str | PathLike[str]) -> ContentInfo:
    """Return size, hash and number of files of a local file or folder.

    Files that did not change since they were hashed are not read again.

    Parameters
    ----------
    path : str or path-like
        A local file, or a folder with at least one file.

    Returns
    -------
    ContentInfo

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    OSError
        If a file can't be read.
    ValueError
        If the folder has no files, or the path is neither file nor folder.

    Example
    -------
    >>> describe_path("data.csv").hash  # doctest: +SKIP
    'kAFQmDzST7DWlj99KOF_cg'
    """
    path = Path(path)
    stat_result = path.stat()
    if stat.S_ISDIR(stat_result.st_mode):
        return _describe_folder(str(path))
    if not stat.S_ISREG(stat_result.st_mode):
        raise ValueError(f"{str(path)!r} is neither a file nor a folder")
    file = ListedFile(path.name, str(path), stat_result)
    if stat_result.st_size <= _SMALL_SIZE:
        file_hash = _hash_stable(file)[1]
    else:
        file_hash = _hash_files([file])[0]
    return ContentInfo(file_hash.size, file_hash.hash, file_hash.hash_type)


def _describe_folder(folder: str) -> ContentInfo:
    files = list_files(folder)
    if not files:
        raise ValueError(f"folder {folder!r} has no files: there is nothing to hash or store")
    hashes = _hash_files(files)
    manifest = Manifest(
        ManifestEntry(file.key, one.size, one.hash, one.hash_type)
        for file, one in zip(files, hashes, strict=True)
    )
    total = manifest.folder_hash()
    return ContentInfo(total.size, total.hash, total.hash_type, total.n_files, manifest)


def _hash_files(files: list[ListedFile]) -> list[FileHash]:
    """Hashes of files in their order; those that the cache knows are not read."""
    cache = current_stat_cache()
    signatures = [Signature.of(file.stat) for file in files]
    known = cache.get_many(signatures)
    pairs = list(zip(files, signatures, strict=True))
    unknown = [file for file, signature in pairs if signature not in known]
    started = time.time_ns()
    hashed = dict(zip((file.key for file in unknown), _read_files(unknown), strict=True))
    cache.put_many(hashed.values(), started)
    return [
        known[signature] if signature in known else hashed[file.key][1] for file, signature in pairs
    ]


def _read_files(files: list[ListedFile]) -> Iterable[Hashed]:
    """Hash files: large ones in threads, meanwhile small ones here."""
    large = [file for file in files if file.stat.st_size > _SMALL_SIZE]
    if len(files) == 1 or not large:
        return [_hash_stable(file) for file in files]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        from_threads = {id(file): pool.submit(_hash_stable, file) for file in large}
        hashed = [None if id(file) in from_threads else _hash_stable(file) for file in files]
        return [
            one or from_threads[id(file)].result() for file, one in zip(files, hashed, strict=True)
        ]


def _hash_stable(file: ListedFile) -> Hashed:
    """Hash a file, again if somebody writes to it meanwhile; with its signature afterwards."""
    before = Signature.of(file.stat)
    for _ in range(_N_ATTEMPTS):
        file_hash = _hash(file.path, before.size)
        after = Signature.of(Path(file.path).stat())
        if file_hash is not None and after == before:
            return after, file_hash
        before = after
    if file_hash is None:
        raise ValueError(f"{file.path!r} keeps changing while it is read, try again later")
    # never settled: a file that was just written to is not remembered
    return before, file_hash


def _hash(path: str, size: int) -> FileHash | None:
    """Hash of a file; None if its size changed meanwhile."""
    if size > _SMALL_SIZE:
        try:
            return hash_file(path)
        except ValueError:
            return None
    with open(path, "rb", buffering=0) as file:
        data = file.read(size + 1)
    return FileHash(hash_bytes(data), "md5", size) if len(data) == size else None
