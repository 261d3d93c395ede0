"""Put files and folders into place so that others see all of it or nothing, crash or not.

Content is written under a temporary name in the folder of the target, synced to the disk and
renamed. What a crash leaves is such a temporary; `clean_leftovers` removes it.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.storage.copying import copy_file, copy_folder
from lamindb.storage.disk import exchange, sync_directory, sync_tree
from lamindb.storage.listing import TEMPORARY_PREFIX, is_leftover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

    from lamindb.base.hashing import FileHash

__all__ = [
    "clean_leftovers",
    "copy_into_place",
    "move_into_place",
    "prepared_folder",
    "remove",
    "swap",
    "temporary_sibling",
    "write_into_place",
]

_DEFAULT_LEFTOVER_AGE = 24 * 60 * 60


def copy_into_place(
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    progress: Callable[[int], None] | None = None,
) -> FileHash:
    """Copy a local file or folder; the target appears at once, complete and synced to the disk.

    Missing folders are created. An existing target is replaced in one step: a reader sees either
    the old or the new content. If anything fails, nothing changed.

    Parameters
    ----------
    source : str or path-like
        A local file, or a folder with at least one file.
    target : str or path-like
        Local path of the copy.
    progress : callable, optional
        Called with the number of bytes of each piece.

    Returns
    -------
    FileHash
        Of what was stored, computed while copying. For a folder, `n_files` is set.

    Raises
    ------
    FileNotFoundError
        If there is no source.
    IsADirectoryError, NotADirectoryError
        If a file would replace a folder, or a folder a file.
    OSError
        If reading or writing fails, say, because the disk is full.
    ValueError
        If the source is an empty folder, neither file nor folder, or shrinks while it is read.

    Example
    -------
    >>> copy_into_place("data.csv", "/store/.lamindb/HknNfVvoY5EsnxkY0000.csv")  # doctest: +SKIP
    FileHash(hash='kAFQmDzST7DWlj99KOF_cg', hash_type='md5', size=3, n_files=None)
    """
    copy = copy_folder if Path(source).is_dir() else copy_file
    with _into_place(Path(target), sync=True) as temporary:
        return copy(os.fspath(source), str(temporary), progress=progress)


@contextmanager
def write_into_place(target: str | PathLike[str], *, sync: bool = True) -> Iterator[Path]:
    """Give a path to write a new file or folder to, which becomes the target when the block ends.

    Missing folders are created. An existing target is replaced in one step. If the block or
    anything else fails, nothing changed.

    Parameters
    ----------
    target : str or path-like
        Local path to appear.
    sync : bool
        Whether it has to survive a power failure once this returns; not needed for caches.

    Yields
    ------
    Path
        A path in the same folder with the same suffix; nothing is there yet.

    Raises
    ------
    FileNotFoundError
        If the block wrote nothing.
    IsADirectoryError, NotADirectoryError
        If a file would replace a folder, or a folder a file.
    OSError
        If writing fails, say, because the disk is full.

    Example
    -------
    >>> with write_into_place("table.parquet") as path:  # doctest: +SKIP
    ...     df.to_parquet(path)
    """
    with _into_place(Path(target), sync=sync) as temporary:
        yield temporary
        if not os.path.lexists(temporary):
            raise FileNotFoundError(f"nothing was written to {os.fspath(target)!r}")
        if sync:
            sync_tree(str(temporary))


def move_into_place(source: str | PathLike[str], target: str | PathLike[str]) -> None:
    """Move a local file or folder; the target appears at once, complete and synced to the disk.

    Within a file system no bytes are copied.

    Parameters
    ----------
    source : str or path-like
        A local file or folder that nobody else uses. If anything fails, it is still there.
    target : str or path-like
        Local path to appear; replaced in one step if it exists.

    Raises
    ------
    FileNotFoundError
        If there is no source.
    IsADirectoryError, NotADirectoryError
        If a file would replace a folder, or a folder a file.
    OSError
        If reading or writing fails, say, because the disk is full.

    Example
    -------
    >>> move_into_place("/tmp/table.parquet", "/store/.lamindb/HknNfVvoY5EsnxkY0000.parquet")
    ... # doctest: +SKIP
    """
    sync_tree(os.fspath(source))
    try:
        with prepared_folder(Path(target).parent, sync=True):
            _rename(Path(source), Path(target))
            sync_directory(str(Path(target).parent))
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy_into_place(source, target)
        remove(source)


@contextmanager
def _into_place(target: Path, *, sync: bool) -> Iterator[Path]:
    """Give a temporary path; what the block wrote and synced there becomes the target."""
    temporary = temporary_sibling(target)
    with prepared_folder(target.parent, sync=sync):
        try:
            yield temporary
            _rename(temporary, target)
        except BaseException:
            remove(temporary)
            raise
        if sync:
            sync_directory(str(target.parent))


def temporary_sibling(target: Path) -> Path:
    """Return a new temporary path in the folder of a path, with the same suffix.

    Parameters
    ----------
    target : Path
        A local path.

    Returns
    -------
    Path

    Example
    -------
    >>> temporary_sibling(Path("/store/a.csv")).suffix
    '.csv'
    """
    # not the whole name: it may have the greatest possible length
    suffix = CanonicalSuffix.from_path(target.name)
    return target.with_name(f"{TEMPORARY_PREFIX}{os.urandom(8).hex()}{suffix}")


@contextmanager
def prepared_folder(folder: Path, *, sync: bool) -> Iterator[None]:
    """Create a folder with its parents; take back what was created if the block fails.

    Parameters
    ----------
    folder : Path
        A local folder that may exist.
    sync : bool
        Whether what is created has to survive a power failure.

    Raises
    ------
    OSError
        If it can't be created.

    Example
    -------
    >>> with prepared_folder(Path("/store/.lamindb"), sync=True):  # doctest: +SKIP
    ...     Path("/store/.lamindb/a.csv").write_text("a")
    """
    created = [one for one in (folder, *folder.parents) if not os.path.lexists(one)]
    try:
        if created:
            folder.mkdir(parents=True, exist_ok=True)
        for one in created if sync else ():
            sync_directory(str(one.parent))
        yield
    except BaseException:
        for one in created:
            with suppress(OSError):  # meanwhile somebody else may have put something there
                one.rmdir()
        raise


def _rename(temporary: Path, target: Path) -> None:
    """Let a complete temporary take the name of the target."""
    if not temporary.is_dir():
        temporary.replace(target)
        return
    try:
        temporary.rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        swap(temporary, target)
        with suppress(OSError):  # the new content is in place, the old one is a leftover now
            remove(temporary)


def swap(first: Path, second: Path) -> None:
    """Swap two files or folders, in one atomic step where the system has one.

    Parameters
    ----------
    first, second : Path
        Existing local paths on the same file system. Where there is no such step, `second` is away
        for a moment.

    Raises
    ------
    OSError
        If they can't be renamed.

    Example
    -------
    >>> swap(Path("/store/.lamindb-tmp-0123.csv"), Path("/store/a.csv"))  # doctest: +SKIP
    """
    if exchange(str(first), str(second)):
        return
    aside = temporary_sibling(second)
    second.rename(aside)
    try:
        first.rename(second)
    except BaseException:
        aside.rename(second)
        raise
    aside.rename(first)


def remove(path: str | PathLike[str]) -> bool:
    """Delete a local file or folder; it is no error if there is nothing.

    A folder disappears in one step: it is renamed to a temporary name first.

    Parameters
    ----------
    path : str or path-like
        A local path. A link is deleted, not what it points to.

    Returns
    -------
    bool
        False if there was nothing.

    Raises
    ------
    OSError
        If it can't be deleted.

    Example
    -------
    >>> remove("/store/.lamindb/HknNfVvoY5EsnxkY0000.csv")  # doctest: +SKIP
    True
    """
    path = Path(path)
    if path.is_symlink() or not path.is_dir():
        with suppress(FileNotFoundError):
            path.unlink()
            return True
        return False
    doomed = path
    if not is_leftover(path.name):
        doomed = path.rename(path.with_name(f"{TEMPORARY_PREFIX}{os.urandom(8).hex()}"))
    shutil.rmtree(doomed)
    return True


def clean_leftovers(
    directory: str | PathLike[str], older_than: float = _DEFAULT_LEFTOVER_AGE
) -> list[str]:
    """Delete the temporary files and folders that crashed processes left in a directory.

    Parameters
    ----------
    directory : str or path-like
        A local directory; the ones below it are not looked at.
    older_than : float
        Age in seconds; younger ones may still be written to.

    Returns
    -------
    list of str
        The deleted paths.

    Raises
    ------
    OSError
        If the directory can't be read or something can't be deleted.

    Example
    -------
    >>> clean_leftovers("/store/.lamindb")  # doctest: +SKIP
    ['/store/.lamindb/.lamindb-tmp-0123456789abcdef.csv']
    """
    newest_allowed = time.time() - older_than
    with os.scandir(directory) as entries:
        candidates = [entry.path for entry in entries if is_leftover(entry.name)]
    deleted = []
    for path in sorted(candidates):
        with suppress(FileNotFoundError):  # its owner was faster
            if _last_change(path) <= newest_allowed:
                remove(path)
                deleted.append(path)
    return deleted


def _last_change(path: str) -> float:
    """When a file, or anything in a folder, was written last, in seconds since 1970."""
    times = [Path(path).lstat().st_mtime]
    for folder, folders, files in os.walk(path):
        times += [Path(folder, name).lstat().st_mtime for name in folders + files]
    return max(times)
