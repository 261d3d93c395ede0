"""The text that `view_tree()` prints."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path, PurePosixPath

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.base.urls import protocol_of
from lamindb.storage.browsing import Entry, remote_folders
from lamindb.storage.layout import without_query
from lamindb.storage.stores import info, is_cloud, location_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from upath import UPath

    from lamindb.base.types import AnyPathStr
    from lamindb.storage.browsing import Folders

__all__ = ["file_tree"]


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
        A folder, on the local disk or in a store.
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
    root, list_folder = _remote_root(path, level) if is_cloud(path) else _local_root(path)
    tree = _Tree(
        list_folder,
        level=level,
        only_dirs=only_dirs,
        n_max_per_suffix=n_max_files_per_dir_and_type,
        n_max_files=n_max_files,
        include_paths=include_paths,
        skip_suffixes=skip_suffixes,
    )
    tree.add_folder(root)
    return tree.text(root)


def _local_root(path: Path | UPath) -> tuple[str, Callable[[str], list[Entry]]]:
    """Resolved path of a local folder, and how to list it and those below."""
    root = Path(path).resolve()
    if not root.exists():
        raise FileNotFoundError(f"there is no folder at {str(path)!r}")
    if not root.is_dir():
        raise NotADirectoryError(f"{str(path)!r} is a file, pass the path of a folder")
    return str(root), _local_entries


def _local_entries(folder: str) -> list[Entry]:
    with os.scandir(folder) as entries:
        return [Entry(one.name, one.is_dir(), one.is_symlink()) for one in entries]


def _remote_root(path: Path | UPath, level: int) -> tuple[str, Callable[[str], list[Entry]]]:
    """Location of a folder of a store without options, and how to look up those below."""
    root = without_query(location_of(path)[0]).rstrip("/")
    folders: Folders = {}
    with suppress(FileNotFoundError, NotADirectoryError):
        folders = remote_folders(path, level)
    if not folders.get(""):  # an empty folder, a file or nothing
        _check_folder(path, root)
    return root, lambda folder: folders.get(folder[len(root) + 1 :], [])


def _check_folder(path: Path | UPath, root: str) -> None:
    try:
        is_folder = info(path)["type"] == "directory"
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no folder at {root!r}") from error
    if not is_folder:
        raise NotADirectoryError(f"{root!r} is a file, pass the path of a folder")


class _Tree:
    """Collects the lines of a tree and counts what it passes."""

    def __init__(
        self,
        list_folder: Callable[[str], list[Entry]],
        *,
        level: int,
        only_dirs: bool,
        n_max_per_suffix: int,
        n_max_files: int,
        include_paths: Iterable[AnyPathStr] | None,
        skip_suffixes: Iterable[str] | None,
    ) -> None:
        self._list_folder = list_folder
        self._level = level
        self._only_dirs = only_dirs
        self._n_max_per_suffix = n_max_per_suffix
        self._n_max_files = n_max_files
        self._included = None if include_paths is None else {_as_text(one) for one in include_paths}
        self._leading_to_included = {
            parent for one in self._included or () for parent in _parents(one)
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
        self, folder: str, indent: str = "", depth: int = 1, is_included: bool = False
    ) -> None:
        """Add the entries of a folder and what is below them."""
        n_per_suffix: Counter[str] = Counter()
        listed = [
            (entry, f"{folder.rstrip('/')}/{entry.name}") for entry in self._list_folder(folder)
        ]
        entries = sorted(one for one in listed if self._shows(*one, is_included))
        for entry, path in entries:
            is_last = entry is entries[-1][0]
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
                    path,
                    indent + ("    " if is_last else "│   "),
                    depth + 1,
                    is_included or self._names(path),
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

    def _names(self, path: str) -> bool:
        """Whether the user asked for this very path."""
        return self._included is not None and path in self._included

    def _shows(self, entry: Entry, path: str, is_included: bool) -> bool:
        if self._only_dirs and not entry.is_folder:
            return False
        suffixes = {str(CanonicalSuffix.from_path(entry.name)), PurePosixPath(entry.name).suffix}
        if suffixes & self._skip_suffixes - {""}:
            return False
        if self._included is None or is_included or self._names(path):
            return True
        return entry.is_folder and path in self._leading_to_included


def _as_text(path: AnyPathStr) -> str:
    """Path as the tree writes it: a location without options and trailing slash."""
    return without_query(location_of(path)[0]).rstrip("/") if is_cloud(path) else str(path)


def _parents(path: str) -> list[str]:
    """The folders that lead to a path."""
    start = path.find("://") + 3 if protocol_of(path) != "local" else 1
    return [path[:i] for i in range(start, len(path)) if path[i] == "/"]
