"""What lives below the cache directory.

==================================  =========================================================
path                                what it is
==================================  =========================================================
`<bucket or host>/<path>`           copies of objects and folders of stores
`tmp/`                              temporary files
`hashes.sqlite3`                    hashes of local files that did not change
`.folders/`                         which copies are folders, see `lamindb.storage.cache_size`
==================================  =========================================================
"""

from __future__ import annotations

import errno
import os
import re
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from lamindb.base.log import logger
from lamindb.setup.cache_dir import TAG, TAG_NAME, cache_path
from lamindb.storage import cache_size, layout, stores
from lamindb.storage.atomic import clean_leftovers, copy_into_place, move_into_place, remove
from lamindb.storage.statcache import StatCache
from lamindb.storage.transfer.clock import time_at
from lamindb.storage.transfer.synchronize import synchronize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

    from lamindb.base.types import AnyPathStr

__all__ = [
    "cached_path",
    "current_stat_cache",
    "evict",
    "fetch",
    "forget",
    "keep_copy",
    "temporary_path",
]

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


# -- copies of what is in stores


def cached_path(url: AnyPathStr, *, root: str | None = None, key: str | None = None) -> Path:
    """Return where the copy of a remote file or folder is, or would be; without any access.

    Parameters
    ----------
    url : str or path
        Its location.
    root : str, optional
        Storage root; with `key`.
    key : str, optional
        Virtual key of the latest version: the copy is named by it.

    Returns
    -------
    Path
        A local path is returned as it is.

    Raises
    ------
    ValueError
        If the key leads out of the cache directory.

    Example
    -------
    >>> cached_path("s3://bucket/prefix/a.csv").parts[-3:]
    ('bucket', 'prefix', 'a.csv')
    """
    location = stores.url_of(url)
    if not stores.is_cloud(location):
        return Path(location)
    cache_key = layout.cache_key(location, root=root, key=key)
    return Path(layout.cache_path(str(cache_path()), cache_key))


def fetch(
    url: AnyPathStr, target: str | PathLike[str] | None = None, *, print_progress: bool = True
) -> Path:
    """Return an up-to-date local copy of a remote file or folder.

    Parameters
    ----------
    url : str or path
        Its location; a local path is returned as it is.
    target : str or path-like, optional
        Where the copy belongs; by default `cached_path(url)`.
    print_progress : bool
        Whether to show how far a download is.

    Returns
    -------
    Path

    Raises
    ------
    FileNotFoundError
        If there is nothing at the location, and no copy.
    OSError
        If reading or writing fails.
    ValueError
        If the limit of the cache is not a size, see `evict`.

    Example
    -------
    >>> fetch("s3://bucket/a.csv")  # doctest: +SKIP
    ... synchronizing a.csv: 100.0%
    PosixPath('/home/me/.cache/lamindb/bucket/a.csv')
    """
    location = stores.url_of(url)
    if not stores.is_cloud(location):
        if not os.path.exists(location):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), location)
        return Path(location)
    copy = cached_path(location) if target is None else Path(target)
    limit = cache_size.limit()
    _make_room(copy)
    has_changed = synchronize(location, copy, print_progress=print_progress)
    cache_size.mark_as_used(cache_path(), copy)
    if has_changed:
        with suppress(OSError):
            clean_leftovers(copy.parent, older_than=_MAX_AGE)
        cache_size.keep_below(limit, cache_path())
    return copy


def _make_room(copy: Path) -> None:
    """Prepare the cache folder; a cached file may be where a folder belongs now."""
    folder = cache_path()
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TAG_NAME).write_text(TAG, encoding="utf-8")
    if copy.is_relative_to(folder):
        for parent in copy.parents:
            if parent == folder:
                break
            if parent.is_file():
                remove(parent)


def keep_copy(source: str | PathLike[str], target: str | PathLike[str], url: AnyPathStr) -> None:
    """Keep a copy of what was uploaded just now, so that the next read needs no download.

    Its files are newer than the objects. A file or folder below the cache directory is moved, any
    other one copied. What was at the target is replaced.

    Parameters
    ----------
    source : str or path-like
        A local file or folder.
    target : str or path-like
        Where the copy belongs, see `cached_path`.
    url : str or path
        Where it was uploaded to.

    Raises
    ------
    OSError
        If reading or writing fails.

    Example
    -------
    >>> keep_copy("a.csv", cached_path(url), url)  # doctest: +SKIP
    """
    source, target = Path(source), Path(target)
    if target.exists():
        if target.samefile(source):
            _set_time(target, time_at(stores.url_of(url)))
            return
        logger.important_hint(f"replacing the existing cache path {target}")
    _make_room(target)
    if target.exists() and target.is_dir() != source.is_dir():
        remove(target)
    is_ours = source.resolve().is_relative_to(cache_path().resolve())
    (move_into_place if is_ours else copy_into_place)(source, target)
    _set_time(target, time_at(stores.url_of(url)))
    cache_size.mark_as_used(cache_path(), target)
    try:
        cache_size.keep_below(cache_size.limit(), cache_path())
    except ValueError as error:  # no reason to fail: the upload succeeded
        logger.warning(str(error))


def _set_time(path: Path, modified: float) -> None:
    """Set the modification time of a file or of all files below a folder."""
    tops = os.walk(path) if path.is_dir() else [(str(path.parent), [], [path.name])]
    for top, _, names in tops:
        for name in names:
            os.utime(Path(top, name), (time.time(), modified))


def forget(path: str | PathLike[str]) -> None:
    """Remove a copy from the cache; no error if there is none.

    Parameters
    ----------
    path : str or path-like
        What `cached_path` or `fetch` returned.

    Raises
    ------
    OSError
        If it can't be removed.
    ValueError
        If the path isn't below the cache directory.

    Example
    -------
    >>> forget(cached_path("s3://bucket/a.csv"))
    """
    path, folder = Path(path), cache_path()
    if path == folder or not path.is_relative_to(folder):
        raise ValueError(f"{str(path)!r} is not below the cache directory {str(folder)!r}")
    remove(path)
    cache_size.unmark(folder, path)
    for parent in path.parents:
        if parent == folder:
            break
        try:
            parent.rmdir()
        except OSError:  # it is not empty
            break


def evict() -> int:
    """Remove the copies that were not used for the longest time, if the cache is too large.

    The limit is the environment variable `LAMIN_CACHE_MAX_SIZE`, say `50GB`; without it there is
    none. What was used during the last minute stays. Runs after downloads by itself.

    Returns
    -------
    int
        Number of bytes removed.

    Raises
    ------
    ValueError
        If the limit is not a size.

    Example
    -------
    >>> evict()
    0
    """
    return cache_size.keep_below(cache_size.limit(), cache_path(), is_forced=True)
