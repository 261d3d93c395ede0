"""Local copies of remote files: where they are, and whether they are what the store has."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from lamindb.storage.atomic import remove
from lamindb.storage.listing import is_leftover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.storage.transfer.store import RemoteFile

__all__ = ["is_current", "is_outdated", "local_files", "path_of_copy", "remove_others"]


def path_of_copy(target: Path, key: str) -> Path:
    """Return the local path of a file of a folder.

    Parameters
    ----------
    target : Path
        Local path of the folder; of the file itself if the key is empty.
    key : str
        Relative path in the store.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If the key leads out of the folder: object stores allow any name.

    Example
    -------
    >>> path_of_copy(Path("/cache/study"), "raw/1.jpg")
    PosixPath('/cache/study/raw/1.jpg')
    """
    if ".." in key.split("/") or "\0" in key:
        raise ValueError(f"object {key!r} has no place below {str(target)!r}: rename it")
    return Path(target, *filter(None, key.split("/")))


def is_outdated(local: os.stat_result | None, remote: RemoteFile) -> bool:
    """Whether the store has something newer than a local copy, or there is none.

    Copies have the time of the object; if the size differs nevertheless, the copy is broken. Where
    a store doesn't tell times, sizes have to do.

    Parameters
    ----------
    local : os.stat_result or None
        Of the copy.
    remote : RemoteFile
        Of the object.

    Returns
    -------
    bool
    """
    if local is None:
        return True
    has_size = remote.size == local.st_size
    if remote.modified is None:
        return not has_size
    is_same_time = int(local.st_mtime) == remote.modified
    return remote.modified > local.st_mtime or (
        is_same_time and remote.size is not None and not has_size
    )


def is_current(target: Path, remote: RemoteFile) -> bool:
    """Whether a file was downloaded completely: it has the size and the time of the object.

    Parameters
    ----------
    target : Path
        Local path of the file, or of the folder that it belongs to.
    remote : RemoteFile
        The object.

    Returns
    -------
    bool
    """
    try:
        local = path_of_copy(target, remote.key).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return local.st_size == remote.size and int(local.st_mtime) == remote.modified


def local_files(folder: Path) -> dict[str, os.stat_result]:
    """List what is below a folder and no folder itself, by relative path with `/`.

    Parameters
    ----------
    folder : Path
        A local folder that may be missing.

    Returns
    -------
    dict
        Without the temporary files of this product.
    """
    found = {}
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_leftover(name)]
        for name in names:
            path = Path(top, name)
            with suppress(FileNotFoundError):  # removed meanwhile, or a broken link
                if not is_leftover(name):
                    found[path.relative_to(folder).as_posix()] = path.stat()
    return found


def remove_others(folder: Path, keys: Iterable[str]) -> list[str]:
    """Delete the files below a folder that are not expected there, and empty folders.

    Parameters
    ----------
    folder : Path
        A local folder.
    keys : iterable of str
        Relative paths of the files to keep.

    Returns
    -------
    list of str
        Relative paths of the deleted files.
    """
    kept = {path_of_copy(folder, key) for key in keys}
    others = [key for key in local_files(folder) if folder / key not in kept]
    for key in others:
        remove(folder / key)
    for top, _, _ in os.walk(folder, topdown=False):
        if Path(top) != folder:
            with suppress(OSError):  # it is not empty
                Path(top).rmdir()
    return others
