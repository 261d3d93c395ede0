"""Content hashes: 22 characters of URL-safe base64 without padding.

==========  =======================================================================
type        digest
==========  =======================================================================
`md5`       md5 of the content, up to 50 MiB
`sha256`    sha256 of the whole content, above 50 MiB (cut to 22 characters, 132 bits)
`md5-d`     a folder: md5 of the md5 digests of the sorted hashes of its files
`sha1-fl`   only recognised: what older databases store for files above 50 MiB
==========  =======================================================================
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from binascii import unhexlify
from pathlib import Path
from typing import NamedTuple

from lamindb.base.uids import encode_base62

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from typing import Any

__all__ = [
    "HASH_LENGTH",
    "SMALL_FILE_SIZE",
    "FileHash",
    "Hasher",
    "b16_to_b64",
    "hash_and_encode_as_b62",
    "hash_bytes",
    "hash_code",
    "hash_collection",
    "hash_dir",
    "hash_file",
    "hash_file_sha1_fl",
    "hash_json_value",
    "hash_of_hashes",
    "hash_set",
    "hash_string",
    "hash_type_of",
    "to_b64_str",
]

HASH_LENGTH = 22
SMALL_FILE_SIZE = 50 * 1024 * 1024
_CHUNK_SIZE = 1024 * 1024


class FileHash(NamedTuple):
    """Hash of a file, or of a folder.

    Attributes
    ----------
    hash : str
        22 characters.
    hash_type : str
        How it was computed, see the module docstring.
    size : int
        In bytes; the sum over files for a folder.
    n_files : int or None
        Number of files of a folder, None for a file.
    """

    hash: str
    hash_type: str
    size: int
    n_files: int | None = None


def _md5(data: bytes) -> hashlib._Hash:
    # not a security feature: identifies content, as all existing databases do
    return hashlib.md5(data, usedforsecurity=False)


def to_b64_str(digest: bytes) -> str:
    """Encode a digest as URL-safe base64 without padding (RFC 4648, section 5).

    Parameters
    ----------
    digest : bytes
        Raw bytes.

    Returns
    -------
    str

    Example
    -------
    >>> to_b64_str(b"abc")
    'YWJj'
    """
    return urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def b16_to_b64(hex_digest: str) -> str:
    """Convert a hexadecimal digest, say, an S3 ETag, to URL-safe base64.

    Parameters
    ----------
    hex_digest : str
        Hexadecimal digits; surrounding double quotes are dropped.

    Returns
    -------
    str

    Example
    -------
    >>> b16_to_b64("9b89c8c1acf79dba5b5341d1fff9806f")
    'm4nIwaz3nbpbU0HR__mAbw'
    """
    return to_b64_str(unhexlify(hex_digest.strip('"')))


def hash_bytes(data: bytes) -> str:
    """Hash bytes with md5.

    Parameters
    ----------
    data : bytes
        The content.

    Returns
    -------
    str
        22 characters.

    Example
    -------
    >>> hash_bytes(b"a")
    'DMF1ucDxtqgxw5niaXcmYQ'
    """
    return to_b64_str(_md5(data).digest())


def hash_string(text: str) -> str:
    """Hash the UTF-8 bytes of a text with md5.

    Parameters
    ----------
    text : str
        The text, e.g. source code.

    Returns
    -------
    str
        22 characters.

    Example
    -------
    >>> hash_string("abc")
    'kAFQmDzST7DWlj99KOF_cg'
    """
    return hash_bytes(text.encode("utf-8"))


def hash_set(values: set[str]) -> str:
    """Hash a set of strings: md5 of the sorted strings joined by `:`.

    Parameters
    ----------
    values : set of str
        The strings.

    Returns
    -------
    str
        22 characters.

    Example
    -------
    >>> hash_set({"b", "a"}) == hash_string("a:b")
    True
    """
    return hash_string(":".join(sorted(values)))


def hash_collection(hashes: Iterable[str]) -> str:
    """Hash a collection by the hashes of its artifacts, whatever their order.

    Parameters
    ----------
    hashes : iterable of str
        Artifact hashes.

    Returns
    -------
    str
        22 characters.

    Example
    -------
    >>> hash_collection(["b", "a", "b"]) == hash_set({"a", "b"})
    True
    """
    return hash_set(set(hashes))


def hash_and_encode_as_b62(text: str) -> str:
    """Hash a text with md5 and write the digest in base62.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        At most 22 characters.

    Example
    -------
    >>> hash_and_encode_as_b62("0" * 32)[:12]
    '6FzkxtOpgftZ'
    """
    return encode_base62(_md5(text.encode("utf-8")).digest())


def hash_json_value(value: Any) -> str:
    """Hash a feature value.

    Parameters
    ----------
    value : Any
        A dictionary is hashed as JSON with sorted keys, everything else as `str(value)`.

    Returns
    -------
    str
        22 characters.

    Raises
    ------
    TypeError
        If a dictionary holds something that JSON can't express.

    Example
    -------
    >>> hash_json_value({"b": 1, "a": 2}) == hash_string('{"a": 2, "b": 1}')
    True
    """
    text = json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)
    return hash_string(text)


def hash_type_of(size: int) -> str:
    """Return how the hash of a local file of a size is computed.

    Parameters
    ----------
    size : int
        In bytes.

    Returns
    -------
    str

    Example
    -------
    >>> hash_type_of(1)
    'md5'
    """
    return "md5" if size <= SMALL_FILE_SIZE else "sha256"


class Hasher:
    """Hashes content in one pass while it is read, copied or received.

    Parameters
    ----------
    size : int, optional
        Number of bytes, if known; saves computing two digests for the first 50 MiB.
    hash_type : str, optional
        `"md5"` or `"sha256"`, say, to compare with a stored hash; by default the size decides.

    Example
    -------
    >>> hasher = Hasher()
    >>> hasher.update(b"a")
    >>> hasher.finish()
    FileHash(hash='DMF1ucDxtqgxw5niaXcmYQ', hash_type='md5', size=1, n_files=None)
    """

    def __init__(self, size: int | None = None, *, hash_type: str | None = None) -> None:
        self._expected_size = size
        self._size = 0
        if hash_type is None and size is not None:
            hash_type = hash_type_of(size)
        self._small = _md5(b"") if hash_type in ("md5", None) else None
        self._large = hashlib.sha256() if hash_type in ("sha256", None) else None

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Add the next piece of content.

        Parameters
        ----------
        data : bytes-like
            Any number of bytes.
        """
        self._size += memoryview(data).nbytes
        if self._size > SMALL_FILE_SIZE and self._large is not None:
            self._small = None
        if self._small is not None:
            self._small.update(data)
        if self._large is not None:
            self._large.update(data)

    def finish(self) -> FileHash:
        """Return the hash of all content so far.

        Returns
        -------
        FileHash

        Raises
        ------
        ValueError
            If the number of bytes is not the size that was announced.
        """
        if self._expected_size not in (None, self._size):
            raise ValueError(
                f"expected {self._expected_size} bytes but hashed {self._size}:"
                " the content changed while it was read, read it again"
            )
        if self._small is not None:
            return FileHash(to_b64_str(self._small.digest()), "md5", self._size)
        assert self._large is not None  # one of the two always lives
        return FileHash(to_b64_str(self._large.digest())[:HASH_LENGTH], "sha256", self._size)


def hash_file(
    path: str | PathLike[str], *, hash_type: str | None = None, chunk_size: int = _CHUNK_SIZE
) -> FileHash:
    """Hash the whole content of a local file.

    Parameters
    ----------
    path : str or path-like
        A local file.
    hash_type : str, optional
        `"md5"` or `"sha256"`, see `Hasher`.
    chunk_size : int
        Bytes read at a time; has no influence on the result.

    Returns
    -------
    FileHash

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file changes its size meanwhile.

    Example
    -------
    >>> hash_file("data.csv")  # doctest: +SKIP
    FileHash(hash='kAFQmDzST7DWlj99KOF_cg', hash_type='md5', size=3, n_files=None)
    """
    with Path(path).open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        hasher = Hasher(size, hash_type=hash_type)
        buffer = memoryview(bytearray(min(chunk_size, size + 1)))
        while n_read := file.readinto(buffer):
            hasher.update(buffer[:n_read])
    return hasher.finish()


def hash_file_sha1_fl(path: str | PathLike[str]) -> str:
    """Hash the first and last 50 MiB, as older releases did for files above 50 MiB.

    Two files that differ in the middle get the same hash: use it to recognise a stored value only.

    Parameters
    ----------
    path : str or path-like
        A local file of more than 50 MiB.

    Returns
    -------
    str
        22 characters, to compare with a hash of type `sha1-fl`.

    Example
    -------
    >>> hash_file_sha1_fl("large.h5ad") == artifact.hash  # doctest: +SKIP
    True
    """
    with Path(path).open("rb") as file:
        first = hashlib.sha1(file.read(SMALL_FILE_SIZE), usedforsecurity=False).digest()
        file.seek(-SMALL_FILE_SIZE, os.SEEK_END)
        last = hashlib.sha1(file.read(SMALL_FILE_SIZE), usedforsecurity=False).digest()
    return to_b64_str(hashlib.sha1(first + last, usedforsecurity=False).digest())[:HASH_LENGTH]


def hash_dir(children: Iterable[FileHash]) -> FileHash:
    """Hash a folder by the hashes of its files; names and order have no influence.

    Parameters
    ----------
    children : iterable of FileHash
        One per file, at any depth.

    Returns
    -------
    FileHash
        Of type `md5-d`, with the summed size and `n_files`.

    Example
    -------
    >>> hash_dir([FileHash("DMF1ucDxtqgxw5niaXcmYQ", "md5", 1)]).n_files
    1
    """
    files = list(children)
    size = sum([file.size for file in files])
    return FileHash(hash_of_hashes([file.hash for file in files]), "md5-d", size, len(files))


def hash_of_hashes(hashes: Iterable[str]) -> str:
    """Hash a folder by the bare hashes of its files, see `hash_dir`.

    Parameters
    ----------
    hashes : iterable of str
        One per file, in any order.

    Returns
    -------
    str
        22 characters.

    Example
    -------
    >>> hash_of_hashes(["b", "a"]) == hash_of_hashes(["a", "b"])
    True
    """
    return hash_bytes(b"".join([_md5(one.encode("ascii")).digest() for one in sorted(hashes)]))


def hash_code(path: str | PathLike[str]) -> hashlib._Hash:
    """Hash a file as git does for a blob.

    Parameters
    ----------
    path : str or path-like
        A local file.

    Returns
    -------
    hashlib hash object
        Its `hexdigest()` is the id of the blob.

    Example
    -------
    >>> hash_code("script.py").hexdigest()  # doctest: +SKIP
    '78981922613b2afb6025042ff6bd878ac1994e85'

    References
    ----------
    https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    """
    data = Path(path).read_bytes()
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False)
