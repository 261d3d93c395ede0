"""Read files to hash them: many at a time, and again if somebody writes to one meanwhile."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

from lamindb.base.hashing import hash_bytes, hash_file
from lamindb.storage.abc import SIZE, signature_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.storage.abc import SignatureTuple

    Seen = tuple[str, SignatureTuple]
    Found = tuple[SignatureTuple, str]

__all__ = ["SMALL_SIZE", "hash_stable", "read_hashes"]

SMALL_SIZE = 256 * 1024
"""Bytes; a smaller file is read in one go, and alone it is not worth a look into the cache."""

_N_ATTEMPTS = 3
_CHUNK = 64
# threads help while the disk is slow, or files are large enough to hash without the interpreter;
# otherwise they only fight for it
_N_THREADS_IF_SLOW = 8
_N_THREADS_IF_FAST = 2
_LARGE_ENOUGH = 8 * 1024


def read_hashes(files: Sequence[Seen]) -> list[Found]:
    """Read files and hash them, several at a time.

    Parameters
    ----------
    files : sequence of tuple
        Path and signature of each file as it was seen.

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
    >>> read_hashes([("a.txt", signature_of(os.stat("a.txt")))])  # doctest: +SKIP
    """
    if len(files) == 1:
        return [hash_stable(*files[0])]
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        from_pool = [pool.submit(hash_stable, *file) for file in files if _is_large(file)]
        small = iter(_hash_small([file for file in files if not _is_large(file)]))
        large = (future.result() for future in from_pool)
        return [next(large if _is_large(file) else small) for file in files]
    finally:
        pool.shutdown(cancel_futures=True)  # after an error the rest is not worth reading


def _is_large(file: Seen) -> bool:
    return file[1][SIZE] > SMALL_SIZE


def _hash_small(files: list[Seen]) -> list[Found]:
    """Hash small files, in as many threads as pay; the first ones show how fast the disk is."""
    time_before, work_before = time.perf_counter(), time.thread_time()
    found = _hash_chunk(files[:_CHUNK])
    rest = files[_CHUNK:]
    is_slow = time.perf_counter() - time_before > 2 * (time.thread_time() - work_before)
    if is_slow:
        n_threads = _N_THREADS_IF_SLOW
    else:
        n_bytes = sum(signature[SIZE] for _, signature in rest)
        n_threads = _N_THREADS_IF_FAST if n_bytes >= _LARGE_ENOUGH * len(rest) else 1
    if n_threads == 1 or len(rest) <= _CHUNK:
        return found + _hash_chunk(rest)
    chunks = [rest[start : start + _CHUNK] for start in range(0, len(rest), _CHUNK)]
    with ThreadPoolExecutor(n_threads) as pool:
        for chunk in pool.map(_hash_chunk, chunks):
            found += chunk
    return found


def _hash_chunk(files: list[Seen]) -> list[Found]:
    return [hash_stable(path, signature) for path, signature in files]


def hash_stable(path: str, signature: SignatureTuple) -> Found:
    """Hash a file, again if somebody writes to it meanwhile.

    Parameters
    ----------
    path : str
        A local file.
    signature : tuple
        What the file system said about it.

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
    >>> hash_stable("a.txt", signature_of(os.stat("a.txt")))  # doctest: +SKIP
    """
    before = signature
    for _ in range(_N_ATTEMPTS):
        after, file_hash = _hash(path, before[SIZE])
        if file_hash is not None and after[SIZE:] == before[SIZE:]:
            return after, file_hash
        before = after
    if file_hash is None:
        raise ValueError(f"{path!r} keeps changing while it is read, try again later")
    # never settled: a file that was just written to is not remembered
    return after, file_hash


def _hash(path: str, size: int) -> tuple[SignatureTuple, str | None]:
    """Signature after reading, and hash of a file; None if its size changed meanwhile."""
    if size > SMALL_SIZE:
        try:
            file_hash = hash_file(path)
        except ValueError:
            return signature_of(os.stat(path)), None
        return signature_of(os.stat(path)), file_hash.hash if file_hash.size == size else None
    descriptor = os.open(path, os.O_RDONLY)
    try:
        data = os.read(descriptor, size + 1)
        after = signature_of(os.fstat(descriptor))
    finally:
        os.close(descriptor)
    return after, hash_bytes(data) if len(data) == size else None
