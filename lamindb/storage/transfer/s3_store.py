"""S3 as a store of transfers, on the client that s3fs keeps for a bucket."""

from __future__ import annotations

import asyncio
import errno
import mimetypes
from base64 import b64encode
from contextlib import suppress

from lamindb.storage.s3 import part_size
from lamindb.storage.transfer import clock, s3_download, s3_upload
from lamindb.storage.transfer.file_range import check_unchanged, content_to_send, md5_of_range
from lamindb.storage.transfer.running import ByteBudget, Retries, for_each, in_thread
from lamindb.storage.transfer.s3_errors import MISSING_CODES, as_os_error, is_transient
from lamindb.storage.transfer.store import RemoteFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from typing import Any, TypeVar

    from lamindb.storage.listing import ListedFile
    from lamindb.storage.transfer.file_range import FileRange
    from lamindb.storage.transfer.partial import PartialFile
    from lamindb.storage.transfer.store import Report, Store

    T = TypeVar("T")

__all__ = ["S3Store"]

# up to here the ETag of an object is the md5 of its content, as for a local file of this size
SINGLE_PIECE_SIZE = 50 * 1024 * 1024
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
_MIN_PART_SIZE = 5 * 1024 * 1024
_MAX_PARTS = 10_000
# more at a time would be in each other's way
_BYTES_AT_ONCE = 160 * 1024 * 1024
# aiohttp waits for ever for a store that doesn't say "100 Continue"
_PATIENCE = 120  # seconds
_SLOWEST_RATE = 10_000  # bytes per second
_N_RETRIES = 2  # botocore has tried five times each
_DELETED_AT_ONCE = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
_COPIED_AT_ONCE = 5 * 1024**3  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html

_WRITING = ("put_object", "complete_multipart_upload")
# what an answer calls the start of the next page, and what the request calls it
_CONTINUATIONS = {
    "NextContinuationToken": "ContinuationToken",
    "NextKeyMarker": "KeyMarker",
    "NextUploadIdMarker": "UploadIdMarker",
    "NextPartNumberMarker": "PartNumberMarker",
}


class S3Store:
    """S3 as a store of transfers.

    Parameters
    ----------
    fs : s3fs.S3FileSystem
        Has the credentials, the endpoint and the connections.
    url : str
        A location in the bucket.
    options : dict
        `chunksize` is the size of a part in bytes; others are passed on to S3, say `StorageClass`.

    Raises
    ------
    ValueError
        If the parts would be too small.

    Example
    -------
    >>> S3Store(stores.filesystem("s3://bucket"), "s3://bucket", {}).n_parallel  # doctest: +SKIP
    64
    """

    n_parallel = 64
    can_resume = True

    def __init__(self, fs: Any, url: str, options: dict[str, Any]) -> None:
        self._fs = fs
        self.loop: asyncio.AbstractEventLoop = fs.loop
        self._url = url
        self._options = dict(options)
        self._part_size: int | None = self._options.pop("chunksize", None)
        if self._part_size is not None and self._part_size < _MIN_PART_SIZE:
            raise ValueError(
                f"chunksize is {self._part_size} but parts have to have {_MIN_PART_SIZE} bytes at"
                " least"
            )
        self.budget = ByteBudget(_BYTES_AT_ONCE)
        self.ranged_turn = asyncio.Semaphore(1)  # its ranges fill the memory that we want to use

    # -- requests ----------------------------------------------------------------------------

    def bucket_and_key(self, path: str) -> dict[str, str]:
        """The arguments of requests that name an object."""
        if path.startswith("arn:"):
            bucket, key, _ = self._fs.split_path(path)
        else:  # slashes at the end count
            bucket, _, key = path.partition("/")
        return {"Bucket": bucket, "Key": key}

    async def request(self, name: str, **arguments: Any) -> Any:
        """Send a request, again if the error may go away; errors are those of a local disk."""
        return await self.retried(lambda: self.request_once(name, **arguments), arguments)

    async def request_once(self, name: str, **arguments: Any) -> Any:
        """Send a request; besides what botocore tries again, errors are raised as they come."""
        await self._fs.set_session()
        client = await self._fs.get_s3(arguments["Bucket"])
        method = getattr(client, name)
        sending = method(**self._fs._get_s3_method_kwargs(method, arguments))
        if content := arguments.get("Body"):
            limit = _PATIENCE + len(content) / _SLOWEST_RATE
            answer = await asyncio.wait_for(sending, limit)
        else:  # botocore's own limits are enough
            answer = await sending
        if name in _WRITING:
            clock.note(self._url, answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date"))
        return answer

    async def retried(
        self,
        attempt: Callable[[], Awaitable[T]],
        arguments: Mapping[str, Any],
        retries: Retries | None = None,
    ) -> T:
        """Run something that sends requests, again if the error may go away."""
        retries = retries or Retries(is_transient, _N_RETRIES)
        while True:
            try:
                return await attempt()
            except Exception as error:
                if not await retries.waited_after(error):
                    raise as_os_error(error, arguments) from error

    async def pages(self, name: str, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
        """All answers to a request that lists things."""
        while True:
            page = await self.request(name, **arguments)
            yield page
            if not page.get("IsTruncated"):
                return
            for name_of_next, argument in _CONTINUATIONS.items():
                if name_of_next in page:
                    arguments[argument] = page[name_of_next]

    # -- reading ---------------------------------------------------------------------------------

    def same_as(self, other: Store) -> bool:
        return isinstance(other, S3Store) and other._fs is self._fs

    def is_bucket(self, path: str) -> bool:
        return not self.bucket_and_key(path)["Key"]

    async def stat(self, path: str) -> RemoteFile | None:
        if self.is_bucket(path):
            return None
        try:
            answer = await self.request("head_object", **self.bucket_and_key(path))
        except FileNotFoundError:
            return None
        return RemoteFile.from_s3(answer, path, "")

    async def find(self, path: str) -> list[RemoteFile]:
        where = self.bucket_and_key(path)
        prefix = f"{where['Key']}/" if where["Key"] else ""
        bucket = where["Bucket"]
        pages = self.pages("list_objects_v2", Bucket=bucket, Prefix=prefix)
        try:
            return [
                RemoteFile.from_s3(item, f"{bucket}/{item['Key']}", item["Key"][len(prefix) :])
                async for page in pages
                for item in page.get("Contents", ())
            ]
        except FileNotFoundError:  # there is no such bucket
            return []

    async def get(self, remote: RemoteFile, target: PartialFile, report: Report) -> None:
        await s3_download.get(self, remote, target, report)

    # -- writing ---------------------------------------------------------------------------------

    async def is_unchanged(self, file: ListedFile, remote: RemoteFile) -> bool:
        if remote.size != file.size or remote.etag is None:
            return False
        if remote.md5 is not None:
            digest = await in_thread(md5_of_range, file.path, 0, remote.size)
            return digest.hex() == remote.md5
        size = self._size_of_parts(remote.size)
        if not remote.etag.endswith(f"-{-(-remote.size // size)}"):
            return False
        return await in_thread(s3_upload.etag_of_parts, file.path, size) == remote.etag

    def _size_of_parts(self, size: int) -> int:
        chosen = self._part_size
        return chosen if chosen and size <= _MAX_PARTS * chosen else part_size(size)

    async def put(self, file: ListedFile, path: str, report: Report) -> None:
        size = file.size
        content_type = mimetypes.guess_type(file.key)[0]
        options = {"ContentType": content_type} if content_type else {}
        arguments = {**self.bucket_and_key(path), **options, **self._options}
        if size > (self._part_size or SINGLE_PIECE_SIZE):
            await s3_upload.put_parts(self, file, self._size_of_parts(size), arguments, report)
        else:
            await self._put_at_once(file, arguments)
            report(size)
        self._fs.invalidate_cache(path)

    async def _put_at_once(self, file: ListedFile, arguments: dict[str, Any]) -> None:
        size = file.size
        async with self.budget.taken(size):
            content, digest = await content_to_send(file.path, 0, size)
            try:
                await self.send("put_object", content, digest, **arguments)
            except Exception:
                check_unchanged(file)  # then that is the reason
                raise

    async def send(
        self, name: str, content: bytes | FileRange, digest: bytes, **arguments: Any
    ) -> Any:
        """Send a request with content and its md5, which the store verifies."""
        md5 = b64encode(digest).decode()
        try:
            return await self.request(name, **arguments, Body=content, ContentMD5=md5)
        finally:
            if not isinstance(content, bytes):
                content.close()

    async def copy(self, remote: RemoteFile, path: str) -> None:
        source, target = self.bucket_and_key(remote.path), self.bucket_and_key(path)
        if (remote.size or 0) > _COPIED_AT_ONCE:
            await s3_upload.copy_parts(self, remote.size or 0, source, target)
        else:
            await self.request("copy_object", **target, CopySource=source, **self._options)
        self._fs.invalidate_cache(path)

    async def delete(self, paths: Sequence[str]) -> None:
        batches = [paths[i : i + _DELETED_AT_ONCE] for i in range(0, len(paths), _DELETED_AT_ONCE)]
        await for_each(batches, self._delete_batch, 4)

    async def _delete_batch(self, paths: Sequence[str]) -> None:
        places = [self.bucket_and_key(path) for path in paths]
        try:
            await self._delete_at_once(places)
        except (PermissionError, ConnectionError):
            raise
        except OSError:  # some stores can't: they miss a checksum, or don't know the request
            await for_each(places, self._delete_one, self.n_parallel)
        for path in paths:
            self._fs.invalidate_cache(path)

    async def _delete_one(self, place: dict[str, str]) -> None:
        with suppress(FileNotFoundError):
            await self.request("delete_object", **place)

    async def _delete_at_once(self, places: list[dict[str, str]]) -> None:
        bucket = places[0]["Bucket"]
        objects = [{"Key": place["Key"]} for place in places]
        answer = await self.request(
            "delete_objects", Bucket=bucket, Delete={"Objects": objects, "Quiet": True}
        )
        for failure in answer.get("Errors", ()):
            code, message = failure.get("Code"), failure.get("Message")
            if code not in MISSING_CODES:
                number = errno.EACCES if code == "AccessDenied" else errno.EIO
                raise OSError(number, f"{message} ({code})", f"s3://{bucket}/{failure['Key']}")

    async def discard_partial_uploads(self, path: str) -> None:
        where = self.bucket_and_key(path)
        uploads = await s3_upload.partial_uploads(self, where)
        for upload in uploads:
            if f"{upload['Key']}/".startswith(f"{where['Key']}/"):
                place = {"Bucket": where["Bucket"], "Key": upload["Key"]}
                await s3_upload.abort(self, place, upload["UploadId"])
