"""Read files to hash them: many at a time, and again if somebody writes to one meanwhile."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from lamindb.base.hashing import FileHash, hash_bytes, hash_file
from lamindb.storage.abc import Signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Future

    from lamindb.storage.listing import ListedFile

__all__ = ["SMALL_SIZE", "Hashed", "hash_stable", "read_hashes"]

Hashed = tuple[Signature, FileHash]

SMALL_SIZE = 256 * 1024
"""Bytes; a smaller file is read in one go, and alone it is not worth a look into the cache."""

_N_ATTEMPTS = 3
# so many threads can wait for the disk at the same time; more only fight for the interpreter
_N_THREADS = 4
_CHUNK = 64


def read_hashes(files: list[ListedFile]) -> list[Hashed]:
    """Read files and hash them, several at a time.

    Parameters
    ----------
    files : list of ListedFile
        Any number.

    Returns
    -------
    list of tuple
        In the same order: the signature of what was read, and its hash.

    Raises
    ------
    OSError
        If a file can't be read.
    ValueError
        If a file keeps changing its size.

    Example
    -------
    >>> read_hashes(list_files("study"))  # doctest: +SKIP
    """
    small = [file for file in files if file.stat.st_size <= SMALL_SIZE]
    if len(files) == 1 or len(files) == len(small) <= _CHUNK:
        return [hash_stable(file) for file in files]
    large = [file for file in files if file.stat.st_size > SMALL_SIZE]
    chunks = [small[start : start + _CHUNK] for start in range(0, len(small), _CHUNK)]
    pool = ThreadPoolExecutor(max(_N_THREADS, min(len(large), os.cpu_count() or 1)))
    try:
        from_large = [pool.submit(hash_stable, file) for file in large]
        from_small = [pool.submit(_hash_chunk, chunk) for chunk in chunks]
        return _in_order(files, from_large, from_small)
    finally:
        pool.shutdown(cancel_futures=True)  # after an error the rest is not worth reading


def _hash_chunk(files: list[ListedFile]) -> list[Hashed]:
    return [hash_stable(file) for file in files]


def _in_order(
    files: list[ListedFile],
    from_large: list[Future[Hashed]],
    from_small: list[Future[list[Hashed]]],
) -> list[Hashed]:
    """Bring the results of the threads into the order of the files."""
    large = (future.result() for future in from_large)
    small = (hashed for future in from_small for hashed in future.result())
    return [next(small if file.stat.st_size <= SMALL_SIZE else large) for file in files]


def hash_stable(file: ListedFile) -> Hashed:
    """Hash a file, again if somebody writes to it meanwhile.

    Parameters
    ----------
    file : ListedFile
        As it was seen.

    Returns
    -------
    tuple
        Its signature after it was read, and its hash.

    Raises
    ------
    OSError
        If it can't be read.
    ValueError
        If it keeps changing its size.

    Example
    -------
    >>> hash_stable(list_files("study")[0])  # doctest: +SKIP
    """
    before = Signature.of(file.stat)
    for _ in range(_N_ATTEMPTS):
        after, file_hash = _hash(file.path, before.size)
        if file_hash is not None and after == before:
            return after, file_hash
        before = after
    if file_hash is None:
        raise ValueError(f"{file.path!r} keeps changing while it is read, try again later")
    # never settled: a file that was just written to is not remembered
    return after, file_hash


def _hash(path: str, size: int) -> tuple[Signature, FileHash | None]:
    """Signature after reading, and hash of a file; None if its size changed meanwhile."""
    if size > SMALL_SIZE:
        try:
            file_hash = hash_file(path)
        except ValueError:
            return Signature.of(os.stat(path)), None
        return Signature.of(os.stat(path)), file_hash
    descriptor = os.open(path, os.O_RDONLY)
    try:
        data = os.read(descriptor, size + 1)
        after = Signature.of(os.fstat(descriptor))
    finally:
        os.close(descriptor)
    return after, FileHash(hash_bytes(data), "md5", size) if len(data) == size else None
