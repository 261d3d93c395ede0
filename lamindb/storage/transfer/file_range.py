"""Ranges of local files, to hash and to send without having them in memory."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

from lamindb.storage.abc import signature_of
from lamindb.storage.transfer.running import in_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.storage.listing import ListedFile

__all__ = ["FileRange", "check_unchanged", "content_to_send", "md5_of_range"]

_BUFFER_SIZE = 1024 * 1024
# reading less takes less time than handing it to a thread
_SMALL_SIZE = 256 * 1024


class FileRange(io.RawIOBase):
    """A range of a local file as a file of its own, read when it is sent.

    Parameters
    ----------
    path : str
        A local file.
    start, size : int
        First byte and number of bytes.

    Example
    -------
    >>> FileRange("large.bin", 5_000_000, 1_000).read()  # doctest: +SKIP
    """

    def __init__(self, path: str, start: int, size: int) -> None:
        super().__init__()
        self._file = os.open(path, os.O_RDONLY)
        self._start = start
        self._size = size
        self._position = 0

    def __len__(self) -> int:
        return self._size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origins = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}
        self._position = origins[whence] + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        n_wanted = min(len(buffer), self._size - self._position)
        data = os.pread(self._file, max(n_wanted, 0), self._start + self._position)
        if len(data) == 0 and n_wanted > 0:
            raise EOFError("the file got shorter while it was sent")
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            os.close(self._file)
        super().close()


def md5_of_range(path: str, start: int, size: int) -> bytes:
    """Return the md5 of a range of a local file.

    Parameters
    ----------
    path : str
        A local file.
    start, size : int
        First byte and number of bytes.

    Returns
    -------
    bytes
        Digest of what is there, also if that is less.

    Raises
    ------
    OSError
        If the file can't be read.

    Example
    -------
    >>> md5_of_range("/dev/null", 0, 0).hex()
    'd41d8cd98f00b204e9800998ecf8427e'
    """
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb", buffering=0) as file:
        file.seek(start)
        while size and (data := file.read(min(size, _BUFFER_SIZE))):
            digest.update(data)
            size -= len(data)
    return digest.digest()


async def content_to_send(path: str, start: int, size: int) -> tuple[bytes | FileRange, bytes]:
    """Return a range of a local file, to send it, and its md5.

    Parameters
    ----------
    path : str
        A local file.
    start, size : int
        First byte and number of bytes.

    Returns
    -------
    tuple
        Bytes if they are few, else something that reads them; and the digest.

    Raises
    ------
    OSError
        If the file can't be read.
    """
    if size <= _SMALL_SIZE:
        with open(path, "rb", buffering=0) as file:
            file.seek(start)
            data = file.read(size)
        return data, hashlib.md5(data, usedforsecurity=False).digest()
    return FileRange(path, start, size), await in_thread(md5_of_range, path, start, size)


def check_unchanged(file: ListedFile) -> None:
    """Refuse a file that somebody wrote to since it was listed.

    Parameters
    ----------
    file : ListedFile
        A local file.

    Raises
    ------
    FileNotFoundError
        If it was deleted.
    ValueError
        If it changed.
    """
    if signature_of(Path(file.path).stat()) != file.signature:
        raise ValueError(
            f"{file.path!r} changed while it was uploaded: repeat when nobody writes to it"
        )
