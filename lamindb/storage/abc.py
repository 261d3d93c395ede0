"""Contracts: what a file format offers, and the values that storage hands upwards."""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from operator import attrgetter
from typing import ClassVar, NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Container
    from os import PathLike
    from typing import Any

    from lamindb.storage.manifest import Manifest

__all__ = [
    "SIZE",
    "ContentInfo",
    "Format",
    "Signature",
    "SignatureTuple",
    "are_settled",
    "signature_of",
    "signed",
]

# a file whose time stamps are younger could change again without changing them: FAT has 2 s
_COARSE_GRANULARITY_NS = 2_000_000_000
# where time stamps have digits below this, the clock of a kernel ticks: every 10 ms at most
_FINE_DIGITS_NS = 1_000_000
_FINE_GRANULARITY_NS = 20_000_000
_FAR_FUTURE_NS = 2**62
_PACKED = struct.Struct("<5q")


SignatureTuple = tuple[int, ...]
"""The fields of a `Signature`; a plain tuple, as a folder may have a million files."""

signature_of: Callable[[os.stat_result], SignatureTuple] = attrgetter(
    "st_dev", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns"
)
SIZE = 2


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
        return cls(*signature_of(stat))

    @classmethod
    def unknown(cls, size: int) -> Signature:
        """Return the signature of content that nobody can be sure about.

        Parameters
        ----------
        size : int
            In bytes.

        Returns
        -------
        Signature
            Equals that of no file, and is never settled.

        Example
        -------
        >>> Signature.unknown(3).is_settled(now_ns=10**18)
        False
        """
        return cls(0, 0, size, _FAR_FUTURE_NS, _FAR_FUTURE_NS)

    def to_bytes(self) -> bytes:
        """Write the signature as `Glance.signature` of a single file.

        Returns
        -------
        bytes

        Example
        -------
        >>> len(Signature.unknown(3).to_bytes())
        40
        """
        return _PACKED.pack(*map(signed, self))

    def is_settled(
        self, now_ns: int, *, is_ours: bool = False, devices: Container[int] = ()
    ) -> bool:
        """Whether a change after `now_ns` is bound to show in the time stamps.

        Parameters
        ----------
        now_ns : int
            When reading the file began, in nanoseconds since 1970.
        is_ours : bool
            Whether this process wrote the content, and nobody else could until `now_ns`. Then the
            clock is that of this machine, and links that were made and removed don't count.
        devices : container of int
            Those whose time stamps come from the clock of this machine, see
            `lamindb.storage.mounts`.

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
        return are_settled(self, now_ns, is_ours, devices)


def are_settled(
    signature: SignatureTuple, now_ns: int, is_ours: bool, devices: Container[int]
) -> bool:
    """Whether the time stamps of a file are settled, see `Signature.is_settled`."""
    device, _, _, mtime_ns, ctime_ns = signature
    if is_ours and mtime_ns % _FINE_DIGITS_NS:
        return now_ns - mtime_ns > _FINE_GRANULARITY_NS
    is_fine = ctime_ns % _FINE_DIGITS_NS and device in devices
    granularity = _FINE_GRANULARITY_NS if is_fine else _COARSE_GRANULARITY_NS
    return now_ns - max(mtime_ns, ctime_ns) > granularity


def signed(number: int) -> int:
    """Return a number of up to 64 bits as the signed integer with the same bits.

    Parameters
    ----------
    number : int
        Some file systems have devices or inodes that need all 64 bits.

    Returns
    -------
    int

    Example
    -------
    >>> signed(2**64 - 1)
    -1
    """
    return number - 2**64 if number >= 2**63 else number


@dataclass(frozen=True)
class ContentInfo:
    """Size and hash of a file or folder, local or remote.

    Attributes
    ----------
    size : int or None
        In bytes; of all files of a folder. None if a remote store doesn't tell.
    hash : str or None
        22 characters. None if a remote store has none.
    hash_type : str or None
        See `lamindb.base.hashing` and `lamindb.storage.remote_content`. None without hash.
    n_files : int or None
        None for a file.
    manifest : Manifest or None
        Of a folder; not compared.
    signature : bytes or None
        `Glance.signature` of what was read; not compared.

    Example
    -------
    >>> ContentInfo(3, "kAFQmDzST7DWlj99KOF_cg", "md5").n_files is None
    True
    """

    size: int | None
    hash: str | None
    hash_type: str | None
    n_files: int | None = None
    manifest: Manifest | None = field(default=None, compare=False, repr=False)
    signature: bytes | None = field(default=None, compare=False, repr=False)


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
