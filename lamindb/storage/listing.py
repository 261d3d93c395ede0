"""The files below a local folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from lamindb.base.log import logger
from lamindb.base.text import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TEMPORARY_PREFIX", "ListedFile", "is_leftover", "list_files"]

TEMPORARY_PREFIX = ".lamindb-tmp-"


class ListedFile(NamedTuple):
    """A file below a folder.

    Attributes
    ----------
    key : str
        Path relative to the folder, with `/`.
    path : str
        Path to open it.
    stat : os.stat_result
        Of the file itself if it is a link.
    """

    key: str
    path: str
    stat: os.stat_result


def is_leftover(name: str) -> bool:
    """Whether a file name is a temporary one: being written, or left by a crash.

    Parameters
    ----------
    name : str
        Last component of a path.

    Returns
    -------
    bool

    Example
    -------
    >>> is_leftover(".lamindb-tmp-0123456789abcdef.csv")
    True
    """
    return name.startswith(TEMPORARY_PREFIX)


def list_files(folder: str | os.PathLike[str]) -> list[ListedFile]:
    """List the files below a folder, at any depth, sorted by their path.

    Links are followed. Temporary files of this product are left out; broken links and what is
    neither file nor folder (sockets, pipes) too, with a warning.

    Parameters
    ----------
    folder : str or path-like
        A local folder.

    Returns
    -------
    list of ListedFile

    Raises
    ------
    OSError
        If the folder, or one below it, can't be read.
    ValueError
        If a link leads back to a folder that contains it.

    Example
    -------
    >>> [file.key for file in list_files("study")]  # doctest: +SKIP
    ['meta.csv', 'raw/1.jpg', 'raw/2.jpg']
    """
    root = os.fspath(folder)
    skipped: list[str] = []
    files = sorted(_walk(root, "", (_identity(Path(root).stat()),), skipped))
    if skipped:
        logger.warning(
            f"skipped what is no file in folder {root}, e.g. broken links: {listed(skipped)}"
        )
    return files


def _identity(stat_result: os.stat_result) -> tuple[int, int]:
    return stat_result.st_dev, stat_result.st_ino


def _walk(
    folder: str, prefix: str, ancestors: tuple[tuple[int, int], ...], skipped: list[str]
) -> Iterator[ListedFile]:
    """Yield the files below a folder in no particular order."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_leftover(entry.name):
                continue
            key = prefix + entry.name
            try:
                stat_result = entry.stat()
            except FileNotFoundError:
                skipped.append(key)
                continue
            if stat.S_ISREG(stat_result.st_mode):
                yield ListedFile(key, entry.path, stat_result)
            elif stat.S_ISDIR(stat_result.st_mode):
                identity = _identity(stat_result)
                if identity in ancestors:
                    raise ValueError(
                        f"{entry.path!r} is a link to a folder that contains it: remove the link"
                    )
                yield from _walk(entry.path, f"{key}/", (*ancestors, identity), skipped)
            else:
                skipped.append(key)
