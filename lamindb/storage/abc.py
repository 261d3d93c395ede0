"""Contracts: what a file format offers, and the values that storage hands upwards."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from os import PathLike
    from typing import Any

    from lamindb.storage.manifest import Manifest

__all__ = ["ContentInfo", "Format", "Signature"]

# a file whose time stamps are younger could change again without changing them: FAT has 2 s
_TIMESTAMP_GRANULARITY_NS = 2_000_000_000


class Signature(NamedTuple):
    """What the file system says about a file; as long as it is the same, so is the content.

    Attributes
    ----------
    device, inode : int
        Which file.
    size : int
        In bytes.
    mtime_ns, ctime_ns : int
        When content and metadata changed, in nanoseconds since 1970.
    """

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, stat: os.stat_result) -> Signature:
        """Return the signature of a file.

        Parameters
        ----------
        stat : os.stat_result
            From `os.stat` or `os.fstat`.

        Returns
        -------
        Signature

        Example
        -------
        >>> import os
        >>> Signature.of(os.stat("/")).device == os.stat("/").st_dev
        True
        """
        return cls(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)

    def is_settled(self, now_ns: int) -> bool:
        """Whether a change after `now_ns` is bound to show in the time stamps.

        Parameters
        ----------
        now_ns : int
            When reading the file began, in nanoseconds since 1970.

        Returns
        -------
        bool

        Example
        -------
        >>> Signature(1, 2, 3, mtime_ns=10, ctime_ns=10).is_settled(now_ns=10**10)
        True

        References
        ----------
        https://git-scm.com/docs/racy-git
        """
        return max(self.mtime_ns, self.ctime_ns) < now_ns - _TIMESTAMP_GRANULARITY_NS


class ContentInfo(NamedTuple):
    """Size and hash of a local file or folder.

    Attributes
    ----------
    size : int
        In bytes; of all files of a folder.
    hash : str
        22 characters.
    hash_type : str
        See `lamindb.base.hashing`.
    n_files : int or None
        None for a file.
    manifest : Manifest or None
        Of a folder.
    """

    size: int
    hash: str
    hash_type: str
    n_files: int | None = None
    manifest: Manifest | None = None


class Format(ABC):
    """A file format: how to read a file or folder into memory and how to write one.

    A package adds a format by an entry point in the group `lamindb.formats`. The name of the entry
    point is the suffix without its first dot, the value the class. Heavy packages belong into the
    methods, so that they are imported when they are needed only.

    Example
    -------
    >>> class Fasta(Format):
    ...     suffixes = (".fasta",)
    ...     def load(self, path, **kwargs):
    ...         with open(path) as file:
    ...             return file.read()
    """

    suffixes: ClassVar[tuple[str, ...]]
    """Canonical suffixes of the files, with their dots; new objects get the first one."""

    otype: ClassVar[str | None] = None
    """Name of the type of the objects, say, `"DataFrame"`; None if artifacts don't record one."""

    @abstractmethod
    def load(self, path: str | PathLike[str], **kwargs: Any) -> Any:
        """Read a local file or folder into memory.

        Parameters
        ----------
        path : str or path-like
            A local path.
        **kwargs
            Options for the library that reads.

        Returns
        -------
        Any
        """

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write an object to a new local file or folder.

        Parameters
        ----------
        obj : Any
            An object that `accepts` says yes to.
        path : str
            A local path; the caller takes care that nobody sees a half-written file.
        **kwargs
            Options for the library that writes.

        Raises
        ------
        NotImplementedError
            If the format is only readable.
        """
        raise NotImplementedError(
            f"Do not know how to write a {type(obj).__name__} to a {self.suffixes[0]} file,"
            " write it yourself and pass a path instead."
        )

    def accepts(self, obj: Any) -> bool:
        """Whether `write` can write this object, without importing what the object comes from.

        Parameters
        ----------
        obj : Any
            An object in memory.

        Returns
        -------
        bool
        """
        return False

    def n_observations(self, data: Any) -> int | None:
        """Return the number of observations without reading the whole file.

        Parameters
        ----------
        data : Any
            A local path (str or path-like) or an object in memory.

        Returns
        -------
        int or None
            None if the format has no observations or can't tell them cheaply.
        """
        return None
