"""Download objects of S3: go on where a connection was cut; large ones in parallel ranges."""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from contextlib import closing

from lamindb.storage.transfer.running import Retries, in_thread
from lamindb.storage.transfer.s3_errors import code_of, is_transient
from lamindb.storage.transfer.store import ObjectChangedError, RemoteFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    import hashlib
    from typing import Any

    from lamindb.storage.transfer.partial import PartialFile
    from lamindb.storage.transfer.s3_store import S3Store
    from lamindb.storage.transfer.store import Report

__all__ = ["get"]

RANGED_SIZE = 524_288_000
_RANGE_SIZE = 8 * 1024 * 1024
_RANGES_AT_ONCE = 8
_CHUNK_SIZE = 256 * 1024
_N_RETRIES = 4  # without a single byte in between


async def get(store: S3Store, remote: RemoteFile, target: PartialFile, report: Report) -> None:
    """Append to a file what is missing of an object, and verify all of it.

    Parameters
    ----------
    store : S3Store
        Where from.
    remote : RemoteFile
        The object.
    target : PartialFile
        May have the beginning of the object already.
    report : callable
        Called with numbers of bytes.

    Raises
    ------
    ObjectChangedError
        If it is not the object any more that was asked for.
    OSError
        If the store can't be read, the disk can't be written, or the content is not as announced.
    """
    seen: str | None = None
    while True:
        download = _Download(store, remote, target, report)
        await download.run()
        found = download.md5()
        # some stores have other ETags that look like a md5: the same content twice is right
        if found in (remote.md5, None, seen):
            return
        report(-target.size)
        target.clear()
        if seen is not None:
            raise OSError(errno.EIO, "two downloads in a row were damaged", remote.path)
        seen = found


class _Download:
    """One object on its way to a file."""

    def __init__(
        self, store: S3Store, remote: RemoteFile, target: PartialFile, report: Report
    ) -> None:
        self.store = store
        self.remote = remote
        self.target = target
        self.report = report
        self.size = remote.size or 0
        self.where = store.bucket_and_key(remote.path)
        self.retries = Retries(is_transient, _N_RETRIES)
        self.digest: hashlib._Hash | None = None

    def md5(self) -> str | None:
        """Of the whole content, None if there is nothing to compare it to."""
        return self.digest.hexdigest() if self.digest is not None else None

    async def run(self) -> None:
        if self.target.size > self.size:
            self.target.clear()
        if self.remote.md5 is not None:
            md5 = self.target.md5
            self.digest = await in_thread(md5) if self.target.size else md5()
        self.report(self.target.size)
        if self.size - self.target.size >= RANGED_SIZE:
            async with self.store.ranged_turn:
                await self._run_in_ranges()
        elif self.target.size < self.size:
            await self.store.retried(self._read_rest, self.where, self.retries)

    async def _read_rest(self) -> None:
        """Read from where the file ends."""
        start = self.target.size
        with closing(await self._open(start, self.size)) as body:
            while data := await body.read(_CHUNK_SIZE):
                self._append(data)
                self.retries.saw_progress()
        self._check_length(self.target.size, self.size)

    def _append(self, data: bytes) -> None:
        self.target.append(data)
        if self.digest is not None:
            self.digest.update(data)
        self.report(len(data))

    async def _run_in_ranges(self) -> None:
        """Read several ranges ahead, but write in order: the file's length says what is there."""
        start = self.target.size
        coming: deque[asyncio.Task[bytes]] = deque()
        try:
            while self.target.size < self.size:
                while start < self.size and len(coming) < _RANGES_AT_ONCE:
                    stop = min(start + _RANGE_SIZE, self.size)
                    coming.append(asyncio.ensure_future(self._read_range(start, stop)))
                    start = stop
                await in_thread(self._append, await coming.popleft())
        finally:
            for task in coming:
                task.cancel()
            await asyncio.gather(*coming, return_exceptions=True)

    async def _read_range(self, start: int, stop: int) -> bytes:
        async def attempt() -> bytes:
            with closing(await self._open(start, stop)) as body:
                data: bytes = await body.read()
            self._check_length(len(data), stop - start)
            return data

        return await self.store.retried(attempt, self.where)

    async def _open(self, start: int, stop: int) -> Any:
        """Ask for a range and check that it is the same object still."""
        is_whole = start == 0 and stop == self.size
        span = {} if is_whole else {"Range": f"bytes={start}-{stop - 1}"}
        try:
            answer = await self.store.request_once("get_object", **self.where, **span)
        except Exception as error:
            if code_of(error) == "InvalidRange":
                raise self._changed() from error
            raise
        found = RemoteFile.from_s3(answer, self.remote.path, self.remote.key)
        is_other = self.remote.etag and found.etag and found.etag != self.remote.etag
        if is_other or found.size != stop - start:
            answer["Body"].close()
            raise self._changed()
        if found.md5 is None:  # a list doesn't say that an object is encrypted: its ETag is no md5
            self.digest = None
        return answer["Body"]

    def _changed(self) -> ObjectChangedError:
        return ObjectChangedError(
            errno.ESTALE, "the object was replaced while it was read", self.remote.path
        )

    def _check_length(self, found: int, expected: int) -> None:
        if found < expected:
            raise ConnectionError(f"got {found} of {expected} bytes of {self.remote.path}")
