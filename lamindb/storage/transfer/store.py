"""What transfers need from a store, whatever its protocol."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from datetime import datetime
from typing import NamedTuple, Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence
    from typing import Any

    from lamindb.storage.listing import ListedFile
    from lamindb.storage.transfer.partial import PartialFile

    Report = Callable[[int], None]

__all__ = ["ObjectChangedError", "RemoteFile", "Store"]

_MD5 = re.compile(r"[0-9a-f]{32}")
# in the order of preference; names that file systems of fsspec use
_TIMES = ("LastModified", "mtime", "updated", "last_modified", "modified", "created")


class ObjectChangedError(OSError):
    """Somebody replaced an object while it was read."""


class RemoteFile(NamedTuple):
    """An object of a store.

    Attributes
    ----------
    path : str
        As the file system wants it.
    key : str
        Path relative to the folder that was listed; `""` for an object that was asked for.
    size : int or None
        In bytes; None if the store doesn't say.
    modified : int or None
        Whole seconds since 1970; None if the store doesn't say.
    etag : str or None
        Changes whenever the content does.
    md5 : str or None
        Hexadecimal md5 of the content, if the store says so.
    """

    path: str
    key: str
    size: int | None
    modified: int | None = None
    etag: str | None = None
    md5: str | None = None

    @classmethod
    def from_info(cls, info: dict[str, Any], path: str, key: str) -> RemoteFile:
        """Take what a file system of fsspec says about an object."""
        commit = info.get("last_commit")
        times = [info.get(name) for name in _TIMES] + [getattr(commit, "date", None)]
        etag = info.get("etag") or info.get("ETag") or info.get("blob_id")
        return cls(
            path,
            key,
            info.get("size"),
            next((time for time in map(_whole_seconds, times) if time is not None), None),
            str(etag).strip('"') if etag else None,
            _hex(info.get("md5Hash")),
        )

    @classmethod
    def from_s3(cls, answer: dict[str, Any], path: str, key: str) -> RemoteFile:
        """Take what S3 says about an object, as part of a list or on its own."""
        etag = str(answer.get("ETag", "")).strip('"') or None
        is_encrypted = answer.get("ServerSideEncryption", "AES256") != "AES256" or (
            "SSECustomerAlgorithm" in answer
        )
        is_md5 = etag is not None and _MD5.fullmatch(etag) and not is_encrypted
        size = answer["Size"] if "Size" in answer else answer["ContentLength"]
        modified = _whole_seconds(answer.get("LastModified"))
        return cls(path, key, size, modified, etag, etag if is_md5 else None)


def _whole_seconds(time: object) -> int | None:
    if isinstance(time, str):
        try:
            time = datetime.fromisoformat(time.replace("Z", "+00:00"))
        except ValueError:
            return None
    if isinstance(time, datetime):
        return int(time.timestamp())
    return int(time) if isinstance(time, (int, float)) else None


def _hex(md5_base64: str | None) -> str | None:
    """Google's form of a md5 in hexadecimal."""
    return binascii.hexlify(b64decode(md5_base64)).decode() if md5_base64 else None


class Store(Protocol):
    """A store as transfers use it; all coroutines run in `loop`."""

    loop: asyncio.AbstractEventLoop
    n_parallel: int
    """How many objects at a time."""
    can_resume: bool
    """Whether `get` goes on where an earlier try ended."""

    def same_as(self, other: Store) -> bool:
        """Whether objects can be copied between two stores without leaving them."""

    def is_bucket(self, path: str) -> bool:
        """Whether a path is all that there is, rather than an object or a folder in it."""

    async def stat(self, path: str) -> RemoteFile | None:
        """The object at a path, None if there is none; a folder is none."""

    async def find(self, path: str) -> list[RemoteFile]:
        """All objects below a path, at any depth, with keys relative to it; not the path itself."""

    async def is_unchanged(self, file: ListedFile, remote: RemoteFile) -> bool:
        """Whether an object certainly has the content of a local file."""

    async def put(self, file: ListedFile, path: str, report: Report) -> None:
        """Write a local file to an object, which appears complete or not at all."""

    async def get(self, remote: RemoteFile, target: PartialFile, report: Report) -> None:
        """Append the content of an object to what is already there of it, and verify it."""

    async def copy(self, remote: RemoteFile, path: str) -> None:
        """Copy an object within the store."""

    async def delete(self, paths: Sequence[str]) -> None:
        """Delete objects; no error if some are gone."""

    async def discard_partial_uploads(self, path: str) -> None:
        """Delete what killed uploads to a path, or below it, left in the store."""
