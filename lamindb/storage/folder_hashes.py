"""What is known about the files of a folder, in a compact form for the stat cache."""

from __future__ import annotations

import hashlib
import struct
from array import array
from itertools import chain
from typing import NamedTuple

from lamindb.base.hashing import HASH_LENGTH
from lamindb.storage.abc import SIZE, Signature, signed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lamindb.storage.abc import SignatureTuple

__all__ = ["FolderHashes", "Signatures"]

_DIGEST_SIZE = 16
_N_FIELDS = len(Signature._fields)
_HEADER = struct.Struct(f"<{_DIGEST_SIZE}s{HASH_LENGTH}sQ")
_ITEM_SIZE = 8


class Signatures:
    """Signatures of many files, as one array of integers.

    Parameters
    ----------
    rows : sequence of tuple
        The fields of each file's `Signature`.

    Example
    -------
    >>> Signatures([(1, 2, 3, 4, 5)]).rows()
    [(1, 2, 3, 4, 5)]
    """

    __slots__ = ("_values",)

    def __init__(self, rows: Sequence[SignatureTuple] = ()) -> None:
        self._values = _array(rows)

    @classmethod
    def from_bytes(cls, content: bytes) -> Signatures:
        """Read what `to_bytes` wrote.

        Parameters
        ----------
        content : bytes
            Of the right length.

        Returns
        -------
        Signatures
        """
        signatures = cls()
        signatures._values.frombytes(content)
        return signatures

    def to_bytes(self) -> bytes:
        """Write them as one piece.

        Returns
        -------
        bytes
        """
        return self._values.tobytes()

    def rows(self) -> list[SignatureTuple]:
        """Return the signature of each file.

        Returns
        -------
        list of tuple
            With signed integers.
        """
        values = iter(self._values)
        return list(zip(*[values] * _N_FIELDS, strict=True))

    @property
    def sizes(self) -> Sequence[int]:
        """Of the files, in bytes."""
        return self._values[SIZE::_N_FIELDS]

    def digest(self, keys: Iterable[str]) -> bytes:
        """Return a digest that changes as soon as one of the files does.

        Parameters
        ----------
        keys : iterable of str
            Relative paths of the files, sorted.

        Returns
        -------
        bytes
        """
        names = "\0".join(keys).encode("utf-8", "surrogateescape")
        return hashlib.blake2b(self.to_bytes() + names, digest_size=_DIGEST_SIZE).digest()


def _array(rows: Sequence[SignatureTuple]) -> array[int]:
    try:
        return array("q", chain.from_iterable(rows))
    except OverflowError:  # some file systems have unsigned devices and inodes
        return array("q", map(signed, chain.from_iterable(rows)))


class FolderHashes(NamedTuple):
    """Hashes of the files of a folder that are old enough to be trusted.

    Attributes
    ----------
    listing : bytes
        `Signatures.digest` if these are all files of the folder, else `b""`.
    hash : str
        Of the folder; `""` without `listing`.
    signatures : bytes
        Of the files, see `Signatures.to_bytes`.
    hashes : bytes
        Of the files, one after the other.

    Example
    -------
    >>> FolderHashes.of(Signatures(), [], listing=b"", folder_hash="").known()
    {}
    """

    listing: bytes
    hash: str
    signatures: bytes
    hashes: bytes

    @classmethod
    def of(
        cls,
        signatures: Signatures,
        hashes: Iterable[str],
        *,
        listing: bytes,
        folder_hash: str,
    ) -> FolderHashes:
        """Collect signatures and hashes.

        Parameters
        ----------
        signatures : Signatures
            Of each file, sorted by their keys.
        hashes : iterable of str
            Of each file.
        listing, folder_hash
            See the class.

        Returns
        -------
        FolderHashes
        """
        return cls(listing, folder_hash, signatures.to_bytes(), "".join(hashes).encode("ascii"))

    def to_bytes(self) -> bytes:
        """Write it as one piece.

        Returns
        -------
        bytes
        """
        n_files = len(self.hashes) // HASH_LENGTH
        header = _HEADER.pack(self.listing, self.hash.encode("ascii"), n_files)
        return b"".join([header, self.signatures, self.hashes])

    @classmethod
    def from_bytes(cls, content: bytes) -> FolderHashes | None:
        """Read what `to_bytes` wrote.

        Parameters
        ----------
        content : bytes
            From the cache.

        Returns
        -------
        FolderHashes or None
            None if it is something else.
        """
        if len(content) < _HEADER.size:
            return None
        listing, folder_hash, n_files = _HEADER.unpack_from(content)
        start, stop = _HEADER.size, _HEADER.size + n_files * _ITEM_SIZE * _N_FIELDS
        if len(content) != stop + n_files * HASH_LENGTH:
            return None
        folder_hash = folder_hash.rstrip(b"\0").decode("ascii")
        return cls(
            listing if folder_hash else b"", folder_hash, content[start:stop], content[stop:]
        )

    def hash_list(self) -> list[str]:
        """Return the hashes of the files, in their order.

        Returns
        -------
        list of str
        """
        text = self.hashes.decode("ascii")
        return [text[i : i + HASH_LENGTH] for i in range(0, len(text), HASH_LENGTH)]

    def known(self) -> dict[SignatureTuple, str]:
        """Return the hashes by the signatures of their files.

        Returns
        -------
        dict
        """
        return dict(
            zip(Signatures.from_bytes(self.signatures).rows(), self.hash_list(), strict=True)
        )
