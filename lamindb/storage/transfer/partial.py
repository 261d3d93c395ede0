"""Temporary files and folders of downloads: continued by the next try, never by two at once.

A temporary name is made of what is downloaded (path, size, time, ETag), so that a changed object
gets another one. It lies next to its target and is locked by the process that writes to it.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import time
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path

from lamindb.storage.atomic import (
    move_into_place,
    prepared_folder,
    remove,
    temporary_sibling,
)
from lamindb.storage.listing import TEMPORARY_PREFIX
from lamindb.storage.transfer.running import in_thread

try:
    import fcntl
except ImportError:  # Windows: every download has a name of its own then
    fcntl = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

__all__ = ["PartialFile", "partial_file", "partial_folder"]

# less is downloaded again faster than somebody cleans up
_WORTH_KEEPING = 8 * 1024 * 1024
_POLL_INTERVAL = 0.1  # seconds
# without a sign of life of who has the lock, download under another name
_MAX_SILENCE = 60
_CANNOT_LOCK = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
_BUFFER_SIZE = 1024 * 1024


class PartialFile:
    """A temporary file that is appended to; opened by `partial_file`.

    Attributes
    ----------
    path : Path
        Of the temporary file.
    target : Path
        What it will become.
    had_to_wait : bool
        Whether somebody else was downloading the same; perhaps the target is there now.
    size : int
        Number of bytes that are there.
    """

    def __init__(self, target: Path, path: Path, file: int, *, had_to_wait: bool) -> None:
        self.target = target
        self.path = path
        self.had_to_wait = had_to_wait
        self.size = os.fstat(file).st_size
        self._file = file

    def append(self, data: bytes) -> None:
        """Write at the end."""
        rest = memoryview(data)
        while rest:
            n_written = os.pwrite(self._file, rest, self.size)
            self.size += n_written
            rest = rest[n_written:]

    def clear(self) -> None:
        """Start again."""
        os.ftruncate(self._file, 0)
        self.size = 0

    def md5(self) -> hashlib._Hash:
        """Hash what is there; further content can be added to the hash."""
        digest = hashlib.md5(usedforsecurity=False)
        position = 0
        while position < self.size and (data := os.pread(self._file, _BUFFER_SIZE, position)):
            digest.update(data)
            position += len(data)
        return digest

    async def place(self, modified: int | None, *, sync: bool) -> None:
        """Let it become the target: at once and complete.

        Parameters
        ----------
        modified : int or None
            Modification time to set, in seconds since 1970.
        sync : bool
            Whether to wait until it is on the disk.
        """
        if modified is not None:
            os.utime(self.path, (time.time(), modified))
        if sync:
            await in_thread(move_into_place, self.path, self.target)
        else:
            self.path.replace(self.target)


@asynccontextmanager
async def partial_file(target: Path, identity: str | None) -> AsyncIterator[PartialFile]:
    """Open the temporary file of a download; wait while somebody else downloads the same.

    Missing folders are created. If the block fails, a temporary that is worth it stays for the next
    try, and nothing else.

    Parameters
    ----------
    target : Path
        Local path of the file to appear.
    identity : str or None
        Differs between different contents; None if the content is unknown: nothing is continued.

    Yields
    ------
    PartialFile

    Raises
    ------
    OSError
        If the file can't be written.

    Example
    -------
    >>> async with partial_file(Path("/cache/a.csv"), "etag") as partial:  # doctest: +SKIP
    ...     partial.append(b"...")
    ...     await partial.place(None, sync=True)
    """
    is_prepared = target.parent.is_dir()
    with nullcontext() if is_prepared else prepared_folder(target.parent, sync=False):
        path, file, had_to_wait = await _open_locked(target, identity, _open_file)
        with _cleaned_up(path, file, is_resumable=identity is not None):
            yield PartialFile(target, path, file, had_to_wait=had_to_wait)


@asynccontextmanager
async def partial_folder(target: Path, identity: str) -> AsyncIterator[Path]:
    """Give a temporary folder that becomes the target when the block ends.

    Parameters
    ----------
    target : Path
        Local path of the folder to appear.
    identity : str
        Of what is downloaded; its files may be those of an earlier try.

    Yields
    ------
    Path
        Of the temporary folder; if somebody else downloaded the same meanwhile, of the target.

    Raises
    ------
    OSError
        If the folder can't be written.

    Example
    -------
    >>> async with partial_folder(Path("/cache/study"), "s3://b/study") as folder:  # doctest: +SKIP
    ...     (folder / "a.csv").write_text("a")
    """
    with prepared_folder(target.parent, sync=False):
        path, file, had_to_wait = await _open_locked(target, identity, _open_folder)
        with _cleaned_up(path, file, is_resumable=True):
            if had_to_wait and target.is_dir():
                yield target
            else:
                yield path
                await in_thread(move_into_place, path, target)


@contextmanager
def _cleaned_up(path: Path, file: int, *, is_resumable: bool) -> Iterator[None]:
    """Remove a temporary after the block, unless it became the target or the next try needs it."""
    try:
        yield
    except BaseException as error:
        is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        if not is_resumable or is_full or _size(path) < _WORTH_KEEPING:
            _remove_own(path, file)
        raise
    else:
        _remove_own(path, file)
    finally:
        os.close(file)


def _remove_own(path: Path, file: int) -> None:
    if _is_at(path, file):
        remove(path)


def _is_at(path: Path, file: int) -> bool:
    """Whether an open file still has its name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    if not path.is_dir():
        return path.stat().st_size if path.exists() else 0
    return sum(Path(top, name).stat().st_size for top, _, names in os.walk(path) for name in names)


def _open_file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)


def _open_folder(path: Path) -> int:
    path.mkdir(exist_ok=True)
    return os.open(path, os.O_RDONLY)


async def _open_locked(
    target: Path, identity: str | None, open_path: Callable[[Path], int]
) -> tuple[Path, int, bool]:
    """Open a temporary that nobody else writes to: its path, descriptor, and whether we waited."""
    if identity is not None and fcntl is not None:
        digest = hashlib.sha256(f"{target.name}\n{identity}".encode()).hexdigest()[:16]
        path = target.with_name(f"{TEMPORARY_PREFIX}{digest}")
        seen: tuple[int, int] | None = None
        seen_at = time.monotonic()
        while time.monotonic() - seen_at < _MAX_SILENCE:
            file = open_path(path)
            is_locked = _lock(file)
            if is_locked and _is_at(path, file):
                return path, file, seen is not None
            state = os.fstat(file).st_size, os.fstat(file).st_mtime_ns
            os.close(file)
            if is_locked is None:
                break
            if state != seen:
                seen, seen_at = state, time.monotonic()
            if not is_locked:
                await asyncio.sleep(_POLL_INTERVAL)
    path = temporary_sibling(target)
    return path, open_path(path), False


def _lock(file: int) -> bool | None:
    """Lock an open file: False if somebody else has, None if the file system has no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _CANNOT_LOCK:
            raise
        return None
    return True
