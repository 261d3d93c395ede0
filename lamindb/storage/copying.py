"""Copy files and folders, hashing what is written in the same pass."""

from __future__ import annotations

import errno
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from lamindb.base.hashing import FileHash, Hasher, hash_bytes, hash_dir, hash_type_of
from lamindb.base.log import logger
from lamindb.storage.abc import Signature, signature_of
from lamindb.storage.disk import start_writing, sync_tree
from lamindb.storage.listing import list_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from lamindb.storage.abc import SignatureTuple
    from lamindb.storage.listing import ListedFile

    Progress = Callable[[int], None]

__all__ = ["Copied", "copy_file", "copy_files", "copy_folder", "copy_seen", "make_folders"]

# below this size a thread costs more than it saves
_SMALL_SIZE = 4 * 1024 * 1024
_PIECE_SIZE = 16 * 1024 * 1024
_BUFFER_SIZE = 1024 * 1024
_MAX_LAG = 8
_N_ATTEMPTS = 2
_NOT_SUPPORTED = {errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}


class Copied(NamedTuple):
    """A file that was copied.

    Attributes
    ----------
    content : FileHash
        Of the copy.
    source : tuple of int
        `Signature` of what was read; unknown if somebody wrote to it meanwhile.
    copy : tuple of int
        `Signature` of the copy.
    """

    content: FileHash
    source: SignatureTuple
    copy: SignatureTuple


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
    return copy_seen(source, target, sync=sync, progress=progress).content


def copy_seen(
    source: str,
    target: str,
    *,
    known: Mapping[SignatureTuple, str] | None = None,
    sync: bool = True,
    progress: Progress | None = None,
) -> Copied:
    """Copy a file like `copy_file`, and say what was seen.

    Parameters
    ----------
    source, target, sync, progress
        See `copy_file`.
    known : mapping, optional
        Hashes of files by their signatures; a file that is in it is copied without hashing.

    Returns
    -------
    Copied

    Raises
    ------
    OSError, ValueError
        See `copy_file`.

    Example
    -------
    >>> copy_seen("data.csv", "copy.csv").content.size  # doctest: +SKIP
    3
    """
    # without waiting for the other end if it is a pipe
    reader = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for _ in range(_N_ATTEMPTS):
            stat = os.fstat(reader)
            if not S_ISREG(stat.st_mode):
                raise ValueError(f"{source!r} is not a regular file, its content cannot be stored")
            before = signature_of(stat)
            known_hash = known.get(before) if known else None
            written = _write_copy(reader, target, stat.st_size, known_hash, sync, progress)
            is_unchanged = signature_of(os.fstat(reader)) == before
            if written is not None and is_unchanged:
                return Copied(written[0], before, written[1])
            os.lseek(reader, 0, os.SEEK_SET)
            known = None
    finally:
        os.close(reader)
    if written is None:
        raise ValueError(f"{source!r} shrank while it was copied, repeat when nobody writes to it")
    logger.warning(f"file {source} changed while it was copied, stored what was read")
    return Copied(written[0], Signature.unknown(written[0].size), written[1])


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
    make_folders((file.key for file in files), target)
    copied = copy_files(files, target, progress=progress)
    sync_tree(target)
    return hash_dir(one.content for one in copied)


def make_folders(keys: Iterable[str], target: str) -> list[str]:
    """Create a folder and those below it that files need.

    Parameters
    ----------
    keys : iterable of str
        Paths of the files relative to the folder.
    target : str
        Path of the folder.

    Returns
    -------
    list of str
        Paths of all folders.

    Raises
    ------
    OSError
        If one can't be created.

    Example
    -------
    >>> make_folders(["a.txt", "sub/b.txt"], "/tmp/new")  # doctest: +SKIP
    ['/tmp/new', '/tmp/new/sub']
    """
    parents = {key.rpartition("/")[0] for key in keys}
    for parent in tuple(parents):
        while parent:
            parent = parent.rpartition("/")[0]
            parents.add(parent)
    folders = [f"{target}/{parent}".rstrip("/") for parent in sorted({"", *parents})]
    for folder in folders:
        Path(folder).mkdir(exist_ok=True)
    return folders


def copy_files(
    files: Iterable[ListedFile],
    target: str,
    *,
    known: Mapping[SignatureTuple, str] | None = None,
    progress: Progress | None = None,
) -> list[Copied]:
    """Copy files of a folder into folders that exist; nothing is synced.

    Parameters
    ----------
    files : iterable of ListedFile
        The files.
    target : str
        Path of the folder for the copies.
    known, progress
        See `copy_seen`.

    Returns
    -------
    list of Copied

    Raises
    ------
    OSError, ValueError
        See `copy_file`.

    Example
    -------
    >>> copy_files(list_files("study"), "copy")  # doctest: +SKIP
    """
    # one after the other: small files wait for the interpreter, large ones for the disk
    return [
        copy_seen(file.path, f"{target}/{file.key}", known=known, sync=False, progress=progress)
        for file in files
    ]


def _write_copy(
    reader: int,
    target: str,
    size: int,
    known_hash: str | None,
    sync: bool,
    progress: Progress | None,
) -> tuple[FileHash, SignatureTuple] | None:
    """Copy an open file to a path; hash and signature of the copy, None if the source shrank."""
    writer = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        if size <= _SMALL_SIZE:
            copied: FileHash | None = _copy_small(reader, writer, size, known_hash)
            if progress is not None:
                progress(size)
            if sync:
                os.fsync(writer)
        elif known_hash is not None:
            copied = _copy_known(reader, writer, size, known_hash, sync=sync, progress=progress)
        else:
            copied = _copy_large(reader, writer, size, sync=sync, progress=progress)
        return None if copied is None else (copied, signature_of(os.fstat(writer)))
    finally:
        os.close(writer)


def _copy_small(reader: int, writer: int, size: int, known_hash: str | None) -> FileHash:
    """Copy and hash in memory."""
    data = os.read(reader, size + 1)
    if len(data) == size:
        _write_all(writer, data)
        return FileHash(known_hash or hash_bytes(data), "md5", size)
    data = b"".join([data, *iter(lambda: os.read(reader, _SMALL_SIZE), b"")])  # it grows
    _write_all(writer, data)
    hasher = Hasher(len(data))
    hasher.update(data)
    return hasher.finish()


def _copy_known(
    reader: int, writer: int, size: int, known_hash: str, *, sync: bool, progress: Progress | None
) -> FileHash | None:
    """Let the kernel copy what was hashed before."""
    n_copied = sum(n_bytes for _, n_bytes in _copy_pieces(reader, writer, size, progress))
    if sync:
        os.fsync(writer)
    return FileHash(known_hash, hash_type_of(size), size) if n_copied == size else None


def _copy_large(
    reader: int, writer: int, size: int, *, sync: bool, progress: Progress | None
) -> FileHash | None:
    """Let the kernel copy (some file systems then share the blocks) while a thread hashes."""
    hasher = Hasher(size)
    n_copied = 0
    unfinished: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1) as pool:
        for offset, n_bytes in _copy_pieces(reader, writer, size, progress):
            piece = pool.submit(_hash_range, hasher, writer, offset, offset + n_bytes)
            unfinished.append(piece)
            n_copied += n_bytes
            if len(unfinished) > _MAX_LAG:  # so that what is hashed is still in memory
                unfinished.popleft().result()
        if sync:
            os.fsync(writer)  # while the last pieces are being hashed
        for piece in unfinished:
            piece.result()
    return hasher.finish() if n_copied == size else None


def _copy_pieces(
    reader: int, writer: int, size: int, progress: Progress | None
) -> Iterator[tuple[int, int]]:
    """Copy up to so many bytes; yield offset and length of each piece."""
    offset = 0
    while n_bytes := _copy_piece(reader, writer, min(_PIECE_SIZE, size - offset)):
        start_writing(writer, offset, n_bytes)
        if progress is not None:
            progress(n_bytes)
        yield offset, n_bytes
        offset += n_bytes


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
    n_written = os.write(writer, data)
    while n_written < len(data):
        n_written += os.write(writer, memoryview(data)[n_written:])


def _hash_range(hasher: Hasher, file: int, start: int, stop: int) -> None:
    """Hash a part of an open file."""
    buffer = memoryview(bytearray(_BUFFER_SIZE))
    while start < stop:
        n_bytes = os.preadv(file, [buffer[: stop - start]], start)
        if n_bytes == 0:
            raise OSError(errno.EIO, "the copy got shorter while it was hashed")
        hasher.update(buffer[:n_bytes])
        start += n_bytes
