"""Copy files and folders, hashing what is written in the same pass."""

from __future__ import annotations

import errno
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from stat import S_ISREG

from lamindb.base.hashing import FileHash, Hasher, hash_dir
from lamindb.base.log import logger
from lamindb.storage.abc import Signature
from lamindb.storage.disk import sync_tree
from lamindb.storage.listing import list_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[int], None]

__all__ = ["copy_file", "copy_folder"]

# below this size a thread costs more than it saves
_SMALL_SIZE = 4 * 1024 * 1024
_PIECE_SIZE = 16 * 1024 * 1024
_BUFFER_SIZE = 1024 * 1024
_MAX_LAG = 8
_N_ATTEMPTS = 2
_NOT_SUPPORTED = {errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}


def copy_file(
    source: str, target: str, *, sync: bool = True, progress: Progress | None = None
) -> FileHash:
    """Copy a file and hash what was written.

    Parameters
    ----------
    source : str
        Path of a regular file.
    target : str
        Path of the copy; replaced if it exists.
    sync : bool
        Whether to wait until the disk has everything.
    progress : callable, optional
        Called with the number of bytes of each piece.

    Returns
    -------
    FileHash
        Of the copy, also if somebody writes to the source meanwhile.

    Raises
    ------
    OSError
        If reading or writing fails, say, because the disk is full.
    ValueError
        If the source is no regular file, or shrinks again and again.

    Example
    -------
    >>> copy_file("data.csv", "copy.csv")  # doctest: +SKIP
    FileHash(hash='kAFQmDzST7DWlj99KOF_cg', hash_type='md5', size=3, n_files=None)
    """
    # without waiting for the other end if it is a pipe
    reader = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for _ in range(_N_ATTEMPTS):
            before = os.fstat(reader)
            if not S_ISREG(before.st_mode):
                raise ValueError(f"{source!r} is not a regular file, its content cannot be stored")
            copied = _write_copy(reader, target, before.st_size, sync=sync, progress=progress)
            if copied is not None and Signature.of(os.fstat(reader)) == Signature.of(before):
                return copied
            os.lseek(reader, 0, os.SEEK_SET)
    finally:
        os.close(reader)
    if copied is None:
        raise ValueError(f"{source!r} shrank while it was copied, repeat when nobody writes to it")
    logger.warning(f"file {source} changed while it was copied, stored what was read")
    return copied


def copy_folder(source: str, target: str, *, progress: Progress | None = None) -> FileHash:
    """Copy a folder and hash what was written; wait until the disk has everything.

    Parameters
    ----------
    source : str
        Path of a folder with at least one file.
    target : str
        Path of the copy, must not exist.
    progress : callable, optional
        Called with the number of bytes of each piece.

    Returns
    -------
    FileHash
        Of all files.

    Raises
    ------
    OSError
        If reading or writing fails, say, because the disk is full.
    ValueError
        If the folder has no files.

    Example
    -------
    >>> copy_folder("study", "copy").n_files  # doctest: +SKIP
    51
    """
    files = list_files(source)
    if not files:
        raise ValueError(f"folder {source!r} has no files: there is nothing to store")
    for folder in {file.key.rpartition("/")[0] for file in files}:
        Path(target, folder).mkdir(parents=True, exist_ok=True)
    # one after the other: small files wait for the interpreter, large ones for the disk
    hashes = [
        copy_file(file.path, f"{target}/{file.key}", sync=False, progress=progress)
        for file in files
    ]
    sync_tree(target)
    return hash_dir(hashes)


def _write_copy(
    reader: int, target: str, size: int, *, sync: bool, progress: Progress | None
) -> FileHash | None:
    """Copy an open file to a path and hash what was written; None if the source shrank."""
    writer = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        if size <= _SMALL_SIZE:
            copied = _copy_small(reader, writer)
            if progress is not None:
                progress(copied.size)
            if sync:
                os.fsync(writer)
            return copied
        return _copy_large(reader, writer, size, sync=sync, progress=progress)
    finally:
        os.close(writer)


def _copy_small(reader: int, writer: int) -> FileHash:
    """Copy and hash in memory."""
    data = b"".join(iter(lambda: os.read(reader, _SMALL_SIZE), b""))
    _write_all(writer, data)
    hasher = Hasher(len(data))
    hasher.update(data)
    return hasher.finish()


def _copy_large(
    reader: int, writer: int, size: int, *, sync: bool, progress: Progress | None
) -> FileHash | None:
    """Let the kernel copy (some file systems then share the blocks) while a thread hashes."""
    hasher = Hasher(size)
    offset = 0
    unfinished: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1) as pool:
        while n_bytes := _copy_piece(reader, writer, min(_PIECE_SIZE, size - offset)):
            piece = pool.submit(_hash_range, hasher, writer, offset, offset + n_bytes)
            unfinished.append(piece)
            offset += n_bytes
            if progress is not None:
                progress(n_bytes)
            if len(unfinished) > _MAX_LAG:  # so that what is hashed is still in memory
                unfinished.popleft().result()
        if sync:
            os.fsync(writer)  # while the last pieces are being hashed
        for piece in unfinished:
            piece.result()
    return hasher.finish() if offset == size else None


def _copy_piece(reader: int, writer: int, n_bytes: int) -> int:
    """Copy up to so many bytes at the current offsets, in the kernel where it can."""
    if hasattr(os, "copy_file_range"):
        try:
            n_copied = os.copy_file_range(reader, writer, n_bytes)
        except OSError as error:
            if error.errno not in _NOT_SUPPORTED:
                raise
        else:
            if n_copied or not n_bytes:
                return n_copied
            # some file systems say 0 instead of "not supported"
    data = os.read(reader, min(n_bytes, _BUFFER_SIZE))
    _write_all(writer, data)
    return len(data)


def _write_all(writer: int, data: bytes) -> None:
    """Write all bytes; a single call may write less, say, shortly before the disk is full."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(writer, rest) :]


def _hash_range(hasher: Hasher, file: int, start: int, stop: int) -> None:
    """Hash a part of an open file."""
    buffer = memoryview(bytearray(_BUFFER_SIZE))
    while start < stop:
        n_bytes = os.preadv(file, [buffer[: stop - start]], start)
        if n_bytes == 0:
            raise OSError(errno.EIO, "the copy got shorter while it was hashed")
        hasher.update(buffer[:n_bytes])
        start += n_bytes
