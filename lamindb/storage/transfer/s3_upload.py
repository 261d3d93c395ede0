"""Upload large files to S3 in parts; what a killed upload left is continued.

See https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import suppress
from typing import NamedTuple

from lamindb.storage.transfer.file_range import check_unchanged, content_to_send, md5_of_range
from lamindb.storage.transfer.running import for_each, in_thread
from lamindb.storage.transfer.s3_errors import UploadGoneError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.storage.listing import ListedFile
    from lamindb.storage.transfer.s3_store import S3Store
    from lamindb.storage.transfer.store import Report

__all__ = [
    "abort",
    "copy_parts",
    "etag_of_parts",
    "partial_uploads",
    "put_parts",
]

_PARTS_AT_ONCE = 16
_HASHED_AT_ONCE = 4
_N_STARTS = 3
_ABORT_TIME = 15  # seconds
_COPIED_PART = 1024**3


class Part(NamedTuple):
    """A part of a file: its number from 1, first byte, and size."""

    number: int
    start: int
    size: int


def etag_of_parts(path: str, part_size: int) -> str:
    """The ETag that S3 gives to a file that is uploaded in parts of a size."""
    parts = _parts(os.stat(path).st_size, part_size)
    return _etag([md5_of_range(path, part.start, part.size) for part in parts])


def _etag(digests: list[bytes]) -> str:
    return f"{hashlib.md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(digests)}"


def _parts(size: int, part_size: int) -> list[Part]:
    starts = range(0, size, part_size)
    return [Part(i, start, min(part_size, size - start)) for i, start in enumerate(starts, 1)]


# -- uploading -----------------------------------------------------------------------------------


class _Upload:
    """One multipart upload of a file: what is sent already, and what is still to send."""

    def __init__(
        self, store: S3Store, file: ListedFile, part_size: int, where: dict[str, str]
    ) -> None:
        self.store = store
        self.file = file
        self.where = where
        self.parts = _parts(file.size, part_size)
        self.upload_id = ""
        self.etags: dict[int, str] = {}
        self.digests: dict[int, bytes] = {}

    def n_sent(self) -> int:
        return sum(part.size for part in self.parts if part.number in self.etags)

    async def find_earlier(self) -> None:
        """Continue the upload of this content that has most parts, and abort all others."""
        uploads = [
            upload
            for upload in await partial_uploads(self.store, self.where)
            if upload["Key"] == self.where["Key"]
        ]
        for upload in uploads:
            listed = await self._listed_parts(upload["UploadId"])
            if not listed:  # somebody may just have begun
                continue
            etags = await self._matching(listed)
            given_up = upload["UploadId"]
            if etags is not None and len(etags) > len(self.etags):
                given_up, self.upload_id, self.etags = self.upload_id, upload["UploadId"], etags
            if given_up:
                await abort(self.store, self.where, given_up)

    async def _listed_parts(self, upload_id: str) -> list[dict[str, Any]]:
        pages = self.store.pages("list_parts", **self.where, UploadId=upload_id)
        try:
            return [part async for page in pages for part in page.get("Parts", ())]
        except UploadGoneError:
            return []

    async def _matching(self, listed: list[dict[str, Any]]) -> dict[int, str] | None:
        """ETags of sent parts; None if one is not what the file has there."""
        by_number = {part.number: part for part in self.parts}
        for one in listed:
            part = by_number.get(one["PartNumber"])
            if part is None or part.size != one["Size"]:
                return None
        numbers = [one["PartNumber"] for one in listed]
        await for_each(numbers, lambda number: self._hash(by_number[number]), _HASHED_AT_ONCE)
        for one in listed:
            if one["ETag"].strip('"') != self.digests[one["PartNumber"]].hex():
                return None
        return {one["PartNumber"]: one["ETag"] for one in listed}

    async def _hash(self, part: Part) -> None:
        if part.number not in self.digests:
            digest = await in_thread(md5_of_range, self.file.path, part.start, part.size)
            self.digests[part.number] = digest

    async def send(self, part: Part) -> None:
        async with self.store.budget.taken(part.size):
            content, digest = await content_to_send(self.file.path, part.start, part.size)
            answer = await self.store.send(
                "upload_part",
                content,
                digest,
                **self.where,
                UploadId=self.upload_id,
                PartNumber=part.number,
            )
        self.digests[part.number] = digest
        self.etags[part.number] = answer["ETag"]

    async def complete(self) -> None:
        check_unchanged(self.file)
        parts = [
            {"PartNumber": part.number, "ETag": self.etags[part.number]} for part in self.parts
        ]
        await self.store.request(
            "complete_multipart_upload",
            **self.where,
            UploadId=self.upload_id,
            MultipartUpload={"Parts": parts},
        )

    async def was_completed(self) -> bool:
        """Whether the object is there with this content, although the upload is gone."""
        if len(self.digests) < len(self.parts):
            return False
        try:
            answer = await self.store.request("head_object", **self.where)
        except FileNotFoundError:
            return False
        expected = _etag([self.digests[part.number] for part in self.parts])
        return bool(answer["ETag"].strip('"') == expected)


async def put_parts(
    store: S3Store, file: ListedFile, part_size: int, arguments: dict[str, Any], report: Report
) -> None:
    """Upload a file in parts; the object appears with the last request.

    Parameters
    ----------
    store : S3Store
        Where to.
    file : ListedFile
        A local file.
    part_size : int
        In bytes, of all parts but the last one.
    arguments : dict
        Bucket, key, and options of the object.
    report : callable
        Called with numbers of bytes.

    Raises
    ------
    OSError
        If the upload failed: it was aborted, unless the store can't be reached.
    ValueError
        If somebody writes to the file.
    """
    where = {name: arguments[name] for name in ("Bucket", "Key")}
    for n_left in reversed(range(_N_STARTS)):
        upload = _Upload(store, file, part_size, where)
        try:
            await _run(upload, arguments, report)
        except UploadGoneError:
            if await upload.was_completed():
                break
            report(-upload.n_sent())
            if not n_left:
                raise
        except BaseException:
            if upload.upload_id:
                await abort(store, where, upload.upload_id)
            check_unchanged(file)  # then that is the reason
            raise
        else:
            break


async def _run(upload: _Upload, arguments: dict[str, Any], report: Report) -> None:
    """Send what is missing and complete the upload."""
    await upload.find_earlier()
    report(upload.n_sent())
    if not upload.upload_id:
        answer = await upload.store.request("create_multipart_upload", **arguments)
        upload.upload_id = answer["UploadId"]

    async def send(part: Part) -> None:
        await upload.send(part)
        report(part.size)

    missing = [part for part in upload.parts if part.number not in upload.etags]
    await for_each(missing, send, _PARTS_AT_ONCE)
    await upload.complete()


async def partial_uploads(store: S3Store, where: dict[str, str]) -> list[dict[str, Any]]:
    """Unfinished multipart uploads of keys that begin with a key; none if we may not ask.

    Parameters
    ----------
    store : S3Store
        Where to look.
    where : dict
        Bucket and key.

    Returns
    -------
    list of dict
        `Key`, `UploadId`, `Initiated` …
    """
    pages = store.pages("list_multipart_uploads", Bucket=where["Bucket"], Prefix=where["Key"])
    try:
        return [upload async for page in pages for upload in page.get("Uploads", ())]
    except ConnectionError:
        raise
    except OSError:  # forbidden, or the store can't list them
        return []


async def abort(store: S3Store, where: dict[str, str], upload_id: str) -> None:
    """Give up a multipart upload and its parts, if that is possible; never fails."""
    with suppress(Exception):
        request = store.request_once("abort_multipart_upload", **where, UploadId=upload_id)
        await asyncio.wait_for(request, _ABORT_TIME)


async def copy_parts(
    store: S3Store, size: int, source: dict[str, str], target: dict[str, str]
) -> None:
    """Copy an object that is too large for one request, within S3.

    Parameters
    ----------
    store : S3Store
        Of both objects.
    size : int
        Of the object, in bytes.
    source, target : dict
        Bucket and key.

    Raises
    ------
    OSError
        If copying failed; the upload was aborted.
    """
    upload_id = (await store.request("create_multipart_upload", **target))["UploadId"]
    etags: dict[int, str] = {}

    async def copy(part: Part) -> None:
        answer = await store.request(
            "upload_part_copy",
            **target,
            UploadId=upload_id,
            PartNumber=part.number,
            CopySource=source,
            CopySourceRange=f"bytes={part.start}-{part.start + part.size - 1}",
        )
        etags[part.number] = answer["CopyPartResult"]["ETag"]

    try:
        await for_each(_parts(size, _COPIED_PART), copy, _PARTS_AT_ONCE)
        parts = [{"PartNumber": number, "ETag": etags[number]} for number in sorted(etags)]
        await store.request(
            "complete_multipart_upload",
            **target,
            UploadId=upload_id,
            MultipartUpload={"Parts": parts},
        )
    except BaseException:
        await abort(store, target, upload_id)
        raise
