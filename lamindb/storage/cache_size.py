"""Keep the cache below a size: what was not used for the longest time goes first.

When a file was used last is its access time, which we set: it counts on file systems that don't
keep it (`noatime`) too. A folder is used, and removed, as a whole; a marker in `.folders` says
which ones are, by its name, and when they were used, by its time.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from lamindb.errors import InvalidArgument
from lamindb.setup.cache_dir import TAG_NAME
from lamindb.storage.atomic import remove
from lamindb.storage.listing import is_leftover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["keep_below", "limit", "mark_as_used", "unmark"]

SETTING = "LAMIN_CACHE_MAX_SIZE"
_UNITS = {unit: 1024**power for power, unit in enumerate(("B", "KB", "MB", "GB", "TB"))}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)I?(B?)\s*", re.IGNORECASE)

_MARKERS = ".folders"
_OTHER_THINGS = {_MARKERS, "tmp", TAG_NAME}
_OTHER_PREFIX = "hashes.sqlite3"

_IN_USE = 60  # seconds
_LEFTOVER_AGE = 7 * 24 * 60 * 60
# so that the next download doesn't have to look at the whole cache again
_REMAINING = 0.9
# looking at the cache takes at most one part in so many of the time
_PAUSE = 20

_next_look = 0.0


class _Copy(NamedTuple):
    """A cached file or folder; those used earlier come first."""

    used_at: float
    path: str
    size: int


def limit() -> int | None:
    """Return how large the cache may be.

    Returns
    -------
    int or None
        Bytes; None if there is no limit.

    Raises
    ------
    InvalidArgument
        If `LAMIN_CACHE_MAX_SIZE` is not a size; it is a `ValueError`.

    Example
    -------
    >>> limit() is None
    True
    """
    text = os.environ.get(SETTING, "")
    if not text.strip():
        return None
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InvalidArgument(
            f"{SETTING} is {text!r}: write a number of bytes, or one with a unit, say '50GB'"
        )
    return int(float(match[1]) * _UNITS[f"{match[2].upper()}B"])


def _marker(folder: Path, path: Path) -> Path:
    name = path.relative_to(folder).as_posix()
    return folder / _MARKERS / hashlib.sha256(name.encode()).hexdigest()[:20]


def mark_as_used(folder: Path, path: Path) -> None:
    """Remember that a copy is used now; never fails.

    Parameters
    ----------
    folder : Path
        The cache directory.
    path : Path
        A cached file or folder; others are left alone.
    """
    if not path.is_relative_to(folder):
        return
    with suppress(OSError):
        if path.is_dir():
            marker = _marker(folder, path)
            marker.parent.mkdir(exist_ok=True)
            marker.write_text(path.relative_to(folder).as_posix(), encoding="utf-8")
        else:
            os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))


def unmark(folder: Path, path: Path) -> None:
    """Forget that a path was a cached folder.

    Parameters
    ----------
    folder : Path
        The cache directory.
    path : Path
        Below it.
    """
    with suppress(OSError):
        _marker(folder, path).unlink()


def keep_below(n_bytes: int | None, folder: Path, *, is_forced: bool = False) -> int:
    """Remove the copies that were not used for the longest time; never fails.

    Parameters
    ----------
    n_bytes : int or None
        How large the cache may be; None for no limit.
    folder : Path
        The cache directory.
    is_forced : bool
        Whether to look at it even if that was done a moment ago.

    Returns
    -------
    int
        Number of bytes removed.
    """
    global _next_look
    started = time.monotonic()
    if n_bytes is None or (started < _next_look and not is_forced):
        return 0
    try:
        return _remove_oldest(n_bytes, folder)
    except OSError:  # another process removes things as well; there is a next time
        return 0
    finally:
        ended = time.monotonic()
        _next_look = ended + _PAUSE * (ended - started)


def _remove_oldest(n_bytes: int, folder: Path) -> int:
    copies = sorted(_copies(folder))
    total = sum(copy.size for copy in copies)
    if total <= n_bytes:
        return 0
    n_removed = 0
    not_after = time.time() - _IN_USE
    for copy in copies:
        if total - n_removed <= _REMAINING * n_bytes or copy.used_at > not_after:
            break
        with suppress(OSError):
            remove(copy.path)
            unmark(folder, Path(copy.path))
            n_removed += copy.size
            _remove_empty_parents(Path(copy.path), folder)
    return n_removed


def _remove_empty_parents(path: Path, folder: Path) -> None:
    with suppress(OSError):  # until one is not empty
        for parent in path.parents:
            if parent == folder:
                break
            parent.rmdir()


def _copies(folder: Path) -> Iterator[_Copy]:
    """All cached files and folders; deletes what killed downloads left long ago."""
    folders = dict(_marked_folders(folder))
    with os.scandir(folder) as entries:
        tops = [entry for entry in entries if not _is_other_thing(entry.name)]
    for top in tops:
        if top.is_dir():
            yield from _copies_below(top.path, folders)
        else:
            yield from _file_copy(top)


def _is_other_thing(name: str) -> bool:
    return name in _OTHER_THINGS or name.startswith(_OTHER_PREFIX)


def _marked_folders(folder: Path) -> Iterator[tuple[str, float]]:
    """Path of every cached folder and when it was used."""
    with suppress(FileNotFoundError), os.scandir(folder / _MARKERS) as markers:
        for marker in markers:
            with suppress(OSError, ValueError):
                path = folder / Path(marker.path).read_text(encoding="utf-8")
                if path.is_dir():
                    yield str(path), marker.stat().st_mtime
                else:
                    Path(marker.path).unlink()


def _copies_below(path: str, folders: dict[str, float]) -> Iterator[_Copy]:
    if path in folders:
        files = list(_copies_below_unmarked(path, {}))
        # a file in it may have been written, or fetched on its own, since
        used_at = max([folders[path], *(file.used_at for file in files)])
        yield _Copy(used_at, path, sum(file.size for file in files))
        return
    yield from _copies_below_unmarked(path, folders)


def _copies_below_unmarked(path: str, folders: dict[str, float]) -> Iterator[_Copy]:
    with suppress(FileNotFoundError), os.scandir(path) as entries:
        for entry in entries:
            if is_leftover(entry.name):
                _remove_leftover(entry)
            elif entry.is_dir(follow_symlinks=False):
                yield from _copies_below(entry.path, folders)
            else:
                yield from _file_copy(entry)


def _file_copy(entry: os.DirEntry[str]) -> Iterator[_Copy]:
    """The copy that is a file; none if another process removed it just now."""
    with suppress(FileNotFoundError):
        stat = entry.stat(follow_symlinks=False)
        yield _Copy(max(stat.st_atime, stat.st_mtime), entry.path, stat.st_size)


def _remove_leftover(entry: os.DirEntry[str]) -> None:
    """Delete a temporary file or folder if nobody can be writing to it any more."""
    with suppress(OSError):
        if entry.stat(follow_symlinks=False).st_mtime < time.time() - _LEFTOVER_AGE:
            remove(entry.path)
