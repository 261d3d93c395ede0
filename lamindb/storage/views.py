"""The text that `view_tree()` prints."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from lamindb.base.suffixes import CanonicalSuffix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from upath import UPath

    from lamindb.base.types import AnyPathStr

__all__ = ["file_tree"]


class _Entry(NamedTuple):
    """A file or folder in a folder."""

    name: str
    path: Path | UPath
    is_folder: bool
    is_link: bool = False


def file_tree(
    path: Path | UPath,
    *,
    level: int = 2,
    only_dirs: bool = False,
    n_max_files_per_dir_and_type: int = 100,
    n_max_files: int = 1000,
    include_paths: Iterable[AnyPathStr] | None = None,
    skip_suffixes: Iterable[str] | None = None,
) -> str:
    """Return the tree of a folder as text: a summary, the path of the folder, its entries.

    Parameters
    ----------
    path : Path or UPath
        A folder.
    level : int
        How deep to look: 1 for direct children, -1 for everything.
    only_dirs : bool
        Whether to leave out files.
    n_max_files_per_dir_and_type : int
        In each folder, the file of this number with the same suffix becomes `...`, later ones are
        only counted.
    n_max_files : int
        Number of files to list; the summary covers all.
    include_paths : iterable of str or path, optional
        Absolute paths of files and folders to show; default: all.
    skip_suffixes : iterable of str, optional
        Suffixes of files and folders to leave out.

    Returns
    -------
    str

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    NotADirectoryError
        If the path is a file.

    Example
    -------
    >>> print(file_tree(Path("study")))  # doctest: +SKIP
    1 sub-directory & 3 files with suffixes '.csv', '.jpg'
    /home/me/study
    ├── meta.csv
    └── raw/
        ├── 1.jpg
        └── 2.jpg
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no folder at {str(path)!r}")
    if not path.is_dir():
        raise NotADirectoryError(f"{str(path)!r} is a file, pass the path of a folder")
    root = path.resolve() if isinstance(path, Path) else path
    tree = _Tree(
        level=level,
        only_dirs=only_dirs,
        n_max_per_suffix=n_max_files_per_dir_and_type,
        n_max_files=n_max_files,
        include_paths=include_paths,
        skip_suffixes=skip_suffixes,
    )
    tree.add_folder(root)
    return tree.text(str(root).rstrip("/") or "/")


class _Tree:
    """Collects the lines of a tree and counts what it passes."""

    def __init__(
        self,
        *,
        level: int,
        only_dirs: bool,
        n_max_per_suffix: int,
        n_max_files: int,
        include_paths: Iterable[AnyPathStr] | None,
        skip_suffixes: Iterable[str] | None,
    ) -> None:
        self._level = level
        self._only_dirs = only_dirs
        self._n_max_per_suffix = n_max_per_suffix
        self._n_max_files = n_max_files
        self._included = None if include_paths is None else {str(one) for one in include_paths}
        self._leading_to_included = {
            str(parent) for one in self._included or () for parent in PurePosixPath(one).parents
        }
        self._skip_suffixes = set(skip_suffixes or ())
        self._lines: list[str] = []
        self._suffixes: set[str] = set()
        self._n_folders = 0
        self._n_files = 0
        self._n_shown_files = 0
        self._is_cut = False

    def text(self, root: str) -> str:
        """The complete text."""
        folders = "sub-directory" if self._n_folders == 1 else "sub-directories"
        summary = f"{self._n_folders} {folders} & {self._n_files} files"
        if self._n_files:
            summary += f" with suffixes {', '.join(map(repr, sorted(self._suffixes)))}"
        lines = [summary, root, *self._lines]
        if self._is_cut:
            lines.append(f"... only showing {self._n_max_files} out of {self._n_files} files")
        return "\n".join(lines)

    def add_folder(
        self, folder: Path | UPath, indent: str = "", depth: int = 1, is_included: bool = False
    ) -> None:
        """Add the entries of a folder and what is below them."""
        n_per_suffix: Counter[str] = Counter()
        entries = [entry for entry in _entries(folder) if self._shows(entry, is_included)]
        for entry in entries:
            is_last = entry is entries[-1]
            line = f"{indent}{'└── ' if is_last else '├── '}{entry.name}"
            if not entry.is_folder:
                suffix = str(CanonicalSuffix.from_path(entry.name))
                n_per_suffix[suffix] += 1
                self._add_file(line, indent, suffix, n_per_suffix[suffix])
                continue
            self._n_folders += 1
            self._add_line(f"{line}/")
            # a link to a folder may lead back here
            if depth != self._level and not entry.is_link:
                self.add_folder(
                    entry.path,
                    indent + ("    " if is_last else "│   "),
                    depth + 1,
                    is_included or self._names(entry),
                )

    def _add_file(self, line: str, indent: str, suffix: str, number: int) -> None:
        self._n_files += 1
        self._suffixes.add(suffix)
        if number == self._n_max_per_suffix:
            self._add_line(f"{indent}...")
        elif number < self._n_max_per_suffix:
            if self._n_shown_files == self._n_max_files:
                self._is_cut = True
            else:
                self._n_shown_files += 1
                self._add_line(line)

    def _add_line(self, line: str) -> None:
        if not self._is_cut:
            self._lines.append(line)

    def _names(self, entry: _Entry) -> bool:
        """Whether the user asked for this very path."""
        return self._included is not None and str(entry.path) in self._included

    def _shows(self, entry: _Entry, is_included: bool) -> bool:
        if self._only_dirs and not entry.is_folder:
            return False
        suffixes = {str(CanonicalSuffix.from_path(entry.name)), PurePosixPath(entry.name).suffix}
        if suffixes & self._skip_suffixes - {""}:
            return False
        if self._included is None or is_included or self._names(entry):
            return True
        return entry.is_folder and str(entry.path) in self._leading_to_included


def _entries(folder: Path | UPath) -> list[_Entry]:
    """Content of a folder, sorted by name."""
    found = _local_entries(folder) if isinstance(folder, Path) else _remote_entries(folder)
    return sorted(found)


def _local_entries(folder: Path) -> list[_Entry]:
    with os.scandir(folder) as entries:
        return [
            _Entry(one.name, folder / one.name, one.is_dir(), one.is_symlink()) for one in entries
        ]


def _remote_entries(folder: Any) -> list[_Entry]:
    entries = folder.fs.ls(folder.path, detail=True)
    names = [(PurePosixPath(one["name"]).name, one["type"]) for one in entries]
    # some stores list an empty object that stands for the folder itself
    return [
        _Entry(name, folder / name, kind == "directory")
        for name, kind in names
        if name and name != folder.name
    ]
