"""Make bytes and names durable, and swap names; partly system calls that Python doesn't offer."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["exchange", "start_writing", "sync_all", "sync_directory", "sync_tree"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_SYNC_FILE_RANGE_WRITE = 2
# more files and folders than this are synced by one call for the whole file system
_MANY = 16


def _libc_function(name: str) -> Any:
    """A function of the C library on Linux, None if there is none."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), name, None)


def exchange(first: str, second: str) -> bool:
    """Swap two paths in one atomic step.

    Parameters
    ----------
    first, second : str
        Existing local paths on the same file system.

    Returns
    -------
    bool
        False if it was not possible, say, because the file system can't; nothing changed then.

    Example
    -------
    >>> exchange("/data/.new", "/data/current")  # doctest: +SKIP
    True

    References
    ----------
    https://man7.org/linux/man-pages/man2/rename.2.html
    """
    renameat2 = _libc_function("renameat2")
    if renameat2 is None:
        return False
    paths = os.fsencode(first), os.fsencode(second)
    return bool(renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0)


def start_writing(descriptor: int, offset: int, n_bytes: int) -> None:
    """Let the disk begin to write a part of a file, so that a later sync has less to wait for.

    Parameters
    ----------
    descriptor : int
        Of an open file.
    offset, n_bytes : int
        Which part. Where the system can't, nothing happens.

    Example
    -------
    >>> start_writing(file.fileno(), 0, 1024)  # doctest: +SKIP

    References
    ----------
    https://man7.org/linux/man-pages/man2/sync_file_range.2.html
    """
    sync_file_range = _libc_function("sync_file_range")
    if sync_file_range is not None:
        part = ctypes.c_int64(offset), ctypes.c_int64(n_bytes)
        sync_file_range(descriptor, *part, _SYNC_FILE_RANGE_WRITE)


def sync_directory(path: str) -> None:
    """Write the entries of a directory to the disk, so that new names survive a power failure.

    Parameters
    ----------
    path : str
        A local directory.

    Raises
    ------
    OSError
        If writing failed.

    Example
    -------
    >>> sync_directory("/data")  # doctest: +SKIP
    """
    try:
        _sync(path)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems have nothing to sync here
            raise


def sync_tree(path: str) -> None:
    """Write a file, or a folder with everything in it, to the disk.

    Parameters
    ----------
    path : str
        A local file or folder.

    Raises
    ------
    OSError
        If writing failed.

    Example
    -------
    >>> sync_tree("/data/store.zarr")  # doctest: +SKIP
    """
    if not Path(path).is_dir():
        _sync(path)
        return
    folders, files = [], []
    for folder, _, names in os.walk(path):
        folders.append(folder)
        files += [f"{folder}/{name}" for name in names]
    sync_all(files, folders)


def sync_all(files: list[str], folders: list[str]) -> None:
    """Write files and folders of one file system to the disk.

    Parameters
    ----------
    files, folders : list of str
        Local paths; of the folders, only their entries are written.

    Raises
    ------
    OSError
        If writing failed.

    Example
    -------
    >>> sync_all(["/data/new/a.csv"], ["/data/new"])  # doctest: +SKIP
    """
    if len(files) + len(folders) > _MANY and _sync_filesystem((folders or files)[0]):
        return
    for file in files:
        _sync(file)
    for folder in folders:
        sync_directory(folder)


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_filesystem(path: str) -> bool:
    """Sync everything on the file system of a path; False if the platform can't.

    https://man7.org/linux/man-pages/man2/syncfs.2.html
    """
    syncfs = _libc_function("syncfs")
    if syncfs is None:
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if syncfs(descriptor) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), path)
    finally:
        os.close(descriptor)
    return True
