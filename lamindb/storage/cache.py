"""What lives below the cache directory: temporary files and the hashes of unchanged files."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from lamindb.setup.cache_dir import cache_path
from lamindb.storage.atomic import remove
from lamindb.storage.statcache import StatCache

__all__ = ["current_stat_cache", "temporary_path"]

_STAT_CACHE_NAME = "hashes.sqlite3"
_TEMPORARY_FOLDER = "tmp"
_MAX_AGE = 7 * 24 * 60 * 60


def temporary_path(suffix: str, *, uid: str | None = None) -> Path:
    """Return a new path below the cache directory that no other process or thread uses.

    Parameters
    ----------
    suffix : str
        With its dot, or `""`.
    uid : str, optional
        Of the artifact that the file is for; the file name starts with it.

    Returns
    -------
    Path
        The folder exists, the file doesn't.

    Raises
    ------
    OSError
        If the cache directory can't be created.

    Example
    -------
    >>> temporary_path(".parquet", uid="HknNfVvoY5EsnxkY0000").suffix
    '.parquet'
    """
    folder = _temporary_folder(cache_path() / _TEMPORARY_FOLDER)
    stem = f"{uid}-" if uid else ""
    return folder / f"{stem}{os.getpid()}-{os.urandom(6).hex()}{suffix}"


@cache
def _temporary_folder(folder: Path) -> Path:
    """Create the folder of temporary files; once per process, clear what crashes left there."""
    folder.mkdir(parents=True, exist_ok=True)
    long_ago = time.time() - _MAX_AGE
    for path in folder.iterdir():
        with suppress(OSError):  # another process was faster
            if path.lstat().st_mtime < long_ago and not _is_in_use(path.name):
                remove(path)
    return folder


def _is_in_use(name: str) -> bool:
    """Whether the process still runs that a temporary file is named by."""
    match = re.search(r"(?:^|-)(\d+)-[0-9a-f]{12}(?:\.|$)", name)
    if match is None:
        return False
    try:
        os.kill(int(match[1]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs for another user
        return True
    return True


def current_stat_cache() -> StatCache:
    """Return the cache of file hashes in the current cache directory.

    Returns
    -------
    StatCache

    Example
    -------
    >>> current_stat_cache().get_many([])
    {}
    """
    return _stat_cache(cache_path() / _STAT_CACHE_NAME)


@cache
def _stat_cache(file: Path) -> StatCache:
    return StatCache(file)
