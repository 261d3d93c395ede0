"""Hashes of objects in remote stores, from what the store says about them; nothing is downloaded.

==============  ===========  ==================================================================
store           type         digest
==============  ===========  ==================================================================
S3              `md5`        the ETag of an object that was uploaded in one part
S3              `md5-<n>`    the ETag, without its number of parts `n`
Google Storage  `md5`        `md5Hash`
Hugging Face    `sha1`       `blob_id`: what git says
any other       `md5-etag`   md5 of the ETag
==============  ===========  ==================================================================

All are encoded as URL-safe base64 and cut to 22 characters.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property

from lamindb.base.hashing import HASH_LENGTH, b16_to_b64, hash_string
from lamindb.base.log import logger
from lamindb.base.urls import protocol_of
from lamindb.storage.abc import ContentInfo
from lamindb.storage.layout import without_query
from lamindb.storage.listing import ListedObject, list_objects, modified_of
from lamindb.storage.manifest import Manifest, ManifestEntry
from lamindb.storage.stores import info, url_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lamindb.base.types import AnyPathStr

__all__ = ["RemotePath", "hash_of_object"]

_S3_ETAG = re.compile(r"([0-9a-f]{32})(?:-([0-9]+))?", re.IGNORECASE)


class RemotePath:
    """A file or folder of a store as the store describes it; a folder takes a single listing.

    Parameters
    ----------
    path : str or path
        URL of a file, or of a folder with at least one file.

    Attributes
    ----------
    url : str
        Location.
    n_files : int or None
        None for a file.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    OSError
        If the store refuses to tell, or doesn't answer.
    ValueError
        If the folder has no files.

    Example
    -------
    >>> RemotePath("s3://bucket/study").content().hash_type  # doctest: +SKIP
    'md5-d'
    """

    def __init__(self, path: AnyPathStr) -> None:
        self.url = url_of(path)
        about = info(path)
        self._objects = [_single(self.url, about)]
        self.n_files: int | None = None
        if about.get("type") == "directory":
            self._objects = list_objects(path)
            self.n_files = len(self._objects)
            if not self._objects:
                raise ValueError(f"folder {self.url!r} has no files: there is nothing to store")

    @property
    def size(self) -> int | None:
        """In bytes; of all files of a folder. None if the store doesn't say."""
        sizes = [one.size for one in self._objects if one.size is not None]
        return sum(sizes) if len(sizes) == len(self._objects) else None

    @cached_property
    def _hashes(self) -> list[tuple[str | None, str | None]]:
        protocol = protocol_of(self.url)
        return [hash_of_object(protocol, one.info) for one in self._objects]

    @cached_property
    def signature(self) -> bytes:
        """Changes as soon as one of the files does."""
        pairs = zip(self._objects, self._hashes, strict=True)
        seen = [(one.key, one.size, str(one.modified), *hashed) for one, hashed in pairs]
        return hashlib.blake2b(repr(seen).encode(), digest_size=16).digest()

    def paths(self) -> list[tuple[str, int]]:
        """Return relative path and size of each file; size 0 if the store doesn't say.

        Returns
        -------
        list of tuple
        """
        return [(one.key, one.size or 0) for one in self._objects]

    def content(self) -> ContentInfo:
        """Return what the store says about the content.

        Returns
        -------
        ContentInfo
            Without hash, and with a warning, if the store has none.
        """
        if any(file_hash is None for file_hash, _ in self._hashes):
            logger.warning(f"did not add hash for {without_query(self.url)}")
            return ContentInfo(self.size, None, None, self.n_files, signature=self.signature)
        if self.n_files is None:
            return ContentInfo(self.size, *self._hashes[0], signature=self.signature)
        pairs = zip(self._objects, self._hashes, strict=True)
        manifest = Manifest(
            ManifestEntry(one.key, one.size or 0, file_hash or "", hash_type or "")
            for one, (file_hash, hash_type) in pairs
        )
        return ContentInfo(
            size=self.size,
            hash=manifest.folder_hash().hash,
            hash_type="md5-d",
            n_files=self.n_files,
            manifest=manifest,
            signature=self.signature,
        )


def _single(url: str, about: dict[str, Any]) -> ListedObject:
    """A file that was asked about, rather than listed."""
    name = without_query(url).rpartition("/")[2]
    return ListedObject(name, url, about.get("size"), about, modified_of(about))


def hash_of_object(protocol: str, info: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return hash and type of hash of a remote object.

    Parameters
    ----------
    protocol : str
        Of the URL, say, `"s3"`.
    info : mapping
        What the fsspec file system says about the object.

    Returns
    -------
    tuple
        `(None, None)` if the store doesn't say anything about the content.

    Example
    -------
    >>> hash_of_object("s3", {"ETag": '"9b89c8c1acf79dba5b5341d1fff9806f"'})
    ('m4nIwaz3nbpbU0HR__mAbw', 'md5')

    References
    ----------
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
    https://cloud.google.com/storage/docs/json_api/v1/objects
    """
    if md5 := info.get("md5Hash"):
        return _url_safe(md5), "md5"
    if protocol == "hf":
        blob_id = info.get("blob_id")
        return (b16_to_b64(blob_id)[:HASH_LENGTH], "sha1") if blob_id else (None, None)
    etag = str(info.get("ETag") or info.get("etag") or "").strip('"')
    if not etag:
        return None, None
    match = _S3_ETAG.fullmatch(etag) if protocol == "s3" else None
    if match is not None:
        return b16_to_b64(match[1]), f"md5-{match[2]}" if match[2] else "md5"
    return hash_string(etag), "md5-etag"


def _url_safe(base64_text: str) -> str:
    """Change ordinary base64 to the URL-safe alphabet without padding."""
    return base64_text.translate(str.maketrans("+/", "-_")).rstrip("=")[:HASH_LENGTH]
