"""What lives below the cache directory: temporary files and the hashes of unchanged files."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from lamindb.setup.cache_dir import cache_path
from lamindb.storage.statcache import StatCache

__all__ = ["current_stat_cache", "temporary_path"]

_STAT_CACHE_NAME = "hashes.sqlite3"
_TEMPORARY_FOLDER = "tmp"


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
    folder = cache_path() / _TEMPORARY_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{uid}-" if uid else ""
    return folder / f"{stem}{os.getpid()}-{os.urandom(6).hex()}{suffix}"


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
