"""The files of a folder with their sizes and hashes."""

from __future__ import annotations

import json
from typing import NamedTuple

from lamindb.base.hashing import FileHash, hash_bytes, hash_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Manifest", "ManifestChanges", "ManifestEntry", "paths_digest"]


class ManifestEntry(NamedTuple):
    """A file of a folder.

    Attributes
    ----------
    path : str
        Relative to the folder, with `/`.
    size : int
        In bytes.
    hash : str
        22 characters.
    hash_type : str
        See `lamindb.base.hashing`.
    """

    path: str
    size: int
    hash: str
    hash_type: str


class ManifestChanges(NamedTuple):
    """Relative paths of the files by which two folders differ.

    Attributes
    ----------
    added, removed, modified : tuple of str
        Sorted.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    modified: tuple[str, ...]


class Manifest:
    """The files of a folder, sorted by their relative paths; never changes.

    Parameters
    ----------
    entries : iterable of ManifestEntry, or callable that returns one
        The files; a callable is called when somebody looks at them.
    paths : callable, optional
        Returns relative path and size of each file, where they are at hand without the hashes.

    Example
    -------
    >>> manifest = Manifest([ManifestEntry("a.txt", 1, "DMF1ucDxtqgxw5niaXcmYQ", "md5")])
    >>> manifest.n_files, manifest.size
    (1, 1)
    """

    __slots__ = ("_entries", "_paths", "_paths_digest")

    _entries: tuple[ManifestEntry, ...] | Callable[[], Iterable[ManifestEntry]]
    _paths: Callable[[], Iterable[tuple[str, int]]] | None
    _paths_digest: str

    def __init__(
        self,
        entries: Iterable[ManifestEntry] | Callable[[], Iterable[ManifestEntry]],
        paths: Callable[[], Iterable[tuple[str, int]]] | None = None,
    ) -> None:
        known = entries if callable(entries) else tuple(sorted(entries))
        object.__setattr__(self, "_entries", known)
        object.__setattr__(self, "_paths", paths)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a manifest cannot be changed, create a new one")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Manifest) and self.entries == other.entries

    def __hash__(self) -> int:
        return hash(self.entries)

    def __repr__(self) -> str:
        return f"Manifest(n_files={self.n_files}, size={self.size})"

    @property
    def entries(self) -> tuple[ManifestEntry, ...]:
        """The files, sorted by their paths."""
        if callable(self._entries):
            object.__setattr__(self, "_entries", tuple(sorted(self._entries())))
        assert not callable(self._entries)
        return self._entries

    @property
    def size(self) -> int:
        """Sum of the file sizes in bytes."""
        return sum(entry.size for entry in self.entries)

    @property
    def n_files(self) -> int:
        """Number of files."""
        return len(self.entries)

    def folder_hash(self) -> FileHash:
        """Return the hash of the folder.

        Returns
        -------
        FileHash

        Example
        -------
        >>> entry = ManifestEntry("a.txt", 1, "DMF1ucDxtqgxw5niaXcmYQ", "md5")
        >>> Manifest([entry]).folder_hash().hash_type
        'md5-d'
        """
        return hash_dir(FileHash(entry.hash, entry.hash_type, entry.size) for entry in self.entries)

    def paths_digest(self) -> str:
        """Return a digest of the relative paths and sizes, see the function `paths_digest`.

        Returns
        -------
        str
            22 characters.

        Example
        -------
        >>> Manifest([]).paths_digest()
        '1B2M2Y8AsgTpgAmY7PhCfg'
        """
        try:
            return self._paths_digest
        except AttributeError:
            if self._paths is None:
                paths: Iterable[tuple[str, int]] = [(one.path, one.size) for one in self.entries]
            else:
                paths = self._paths()
            object.__setattr__(self, "_paths_digest", paths_digest(paths))
            return self._paths_digest

    def changes_to(self, newer: Manifest) -> ManifestChanges:
        """Return by which files another folder differs.

        Parameters
        ----------
        newer : Manifest
            The folder to compare with.

        Returns
        -------
        ManifestChanges

        Example
        -------
        >>> old, new = Manifest([]), Manifest([ManifestEntry("a.txt", 1, "DMF1…", "md5")])
        >>> old.changes_to(new).added
        ('a.txt',)
        """
        old = {entry.path: entry for entry in self.entries}
        new = {entry.path: entry for entry in newer.entries}
        return ManifestChanges(
            added=tuple(path for path in new if path not in old),
            removed=tuple(path for path in old if path not in new),
            modified=tuple(path for path in new if path in old and new[path] != old[path]),
        )

    def to_json(self) -> str:
        """Write the manifest as a JSON document.

        Returns
        -------
        str

        Example
        -------
        >>> Manifest([]).to_json()
        '{"files": []}'
        """
        return json.dumps({"files": self.entries}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read a manifest from the text that `to_json` wrote.

        Parameters
        ----------
        text : str
            JSON document.

        Returns
        -------
        Manifest

        Raises
        ------
        ValueError
            If the text is something else.

        Example
        -------
        >>> Manifest.from_json('{"files": []}').n_files
        0
        """
        try:
            return cls(ManifestEntry(*entry) for entry in json.loads(text)["files"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"this is no manifest of a folder: {text[:60]!r}") from error


def paths_digest(files: Iterable[tuple[str, int]]) -> str:
    """Return a short digest of the relative paths and sizes of the files of a folder.

    The hash of a folder does not depend on names; two folders with the same hash and the same
    digest are the same.

    Parameters
    ----------
    files : iterable of tuple
        Relative path and size of each file, in any order.

    Returns
    -------
    str
        22 characters.

    Example
    -------
    >>> paths_digest([("a.txt", 1)]) == paths_digest([("b.txt", 1)])
    False
    """
    # a path can hold any character but the zero, even bytes that are no text
    text = "".join(f"{path}\0{size}\0" for path, size in sorted(files))
    return hash_bytes(text.encode("utf-8", "surrogateescape"))
