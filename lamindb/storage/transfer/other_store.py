"""Any file system of fsspec as a store of transfers."""

from __future__ import annotations

import asyncio
import errno
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from urllib.parse import unquote

from lamindb.storage.transfer.file_range import md5_of_range
from lamindb.storage.transfer.running import Retries, for_each, in_thread
from lamindb.storage.transfer.store import RemoteFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from lamindb.storage.listing import ListedFile
    from lamindb.storage.transfer.partial import PartialFile
    from lamindb.storage.transfer.store import Report, Store

__all__ = ["OtherStore"]

_N_THREADS = 16
_N_RETRIES = 4
# number of parts of a path that name the store rather than something in it
_DEPTH_OF_STORES = {"gs": 1}


class OtherStore:
    """Any file system of fsspec as a store of transfers: Google, Hugging Face, the web.

    Parameters
    ----------
    fs : fsspec file system
        Those with coroutines are asked for many objects at once, others in threads.
    protocol : str
        Of its URLs.
    options : dict
        Passed on when an object is written.

    Example
    -------
    >>> OtherStore(stores.filesystem("memory://a"), "memory", {}).n_parallel  # doctest: +SKIP
    16
    """

    can_resume = False

    def __init__(self, fs: Any, protocol: str, options: dict[str, Any]) -> None:
        from fsspec.asyn import get_loop

        self._fs = fs
        self._protocol = protocol
        self._options = options
        self.loop: asyncio.AbstractEventLoop = fs.loop if fs.async_impl else get_loop()
        self.n_parallel = 32 if fs.async_impl else _N_THREADS
        self._threads = ThreadPoolExecutor(_N_THREADS)

    async def _call(self, name: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of the file system: its coroutine, or in a thread."""
        if self._fs.async_impl:
            return await getattr(self._fs, f"_{name}")(*arguments, **options)
        call = partial(getattr(self._fs, name), *arguments, **options)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _info(self, path: str) -> dict[str, Any] | None:
        options = {"expand_info": True} if self._protocol == "hf" else {}
        self._fs.invalidate_cache(path)
        try:
            info: dict[str, Any] = await self._call("info", path, **options)
        except FileNotFoundError:
            return None
        return info

    def same_as(self, other: Store) -> bool:
        return isinstance(other, OtherStore) and other._fs is self._fs

    def is_bucket(self, path: str) -> bool:
        depth = path.strip("/").count("/") + bool(path.strip("/"))
        return depth <= _DEPTH_OF_STORES.get(self._protocol, 0)

    async def stat(self, path: str) -> RemoteFile | None:
        info = await self._info(path)
        if info is None or info.get("type") == "directory":
            return None
        return RemoteFile.from_info(info, path, "")

    async def find(self, path: str) -> list[RemoteFile]:
        options = {"expand_info": True} if self._protocol == "hf" else {}
        folder = path.rstrip("/")
        prefix = f"{folder}/"
        self._fs.invalidate_cache(folder)
        try:
            found = await self._call("find", folder, detail=True, **options)
        except (FileNotFoundError, NotADirectoryError):
            return []
        as_key = unquote if self._protocol in ("http", "https") else str
        files = [
            RemoteFile.from_info(info, name, as_key(name[len(prefix) :]))
            for name, info in found.items()
            if name.startswith(prefix)
        ]
        return await self._with_sizes(files)

    async def _with_sizes(self, files: list[RemoteFile]) -> list[RemoteFile]:
        """Ask for the sizes that a list didn't say."""
        complete: dict[str, RemoteFile] = {}

        async def ask(file: RemoteFile) -> None:
            info = await self._info(file.path) if file.size is None else None
            complete[file.key] = (
                file if info is None else RemoteFile.from_info(info, file.path, file.key)
            )

        await for_each(files, ask, self.n_parallel)
        return [complete[file.key] for file in files]

    async def is_unchanged(self, file: ListedFile, remote: RemoteFile) -> bool:
        if remote.md5 is None or remote.size != file.size:
            return False
        return (await in_thread(md5_of_range, file.path, 0, remote.size)).hex() == remote.md5

    async def put(self, file: ListedFile, path: str, report: Report) -> None:
        if not self._fs.async_impl:  # those have real folders
            await self._call("makedirs", self._fs._parent(path), exist_ok=True)
        callback = _callback(report)
        await self._retried("put_file", file.path, path, callback=callback, **self._options)
        report(file.size - callback.value)
        self._fs.invalidate_cache(self._fs._parent(path))

    async def get(self, remote: RemoteFile, target: PartialFile, report: Report) -> None:
        callback = _callback(report)
        await self._retried("get_file", remote.path, str(target.path), callback=callback)
        target.size = target.path.stat().st_size
        report(target.size - callback.value)
        if remote.size not in (None, target.size):
            text = f"got {target.size} instead of {remote.size} bytes"
            raise OSError(errno.EIO, text, remote.path)
        if remote.md5 is not None and (await in_thread(target.md5)).hexdigest() != remote.md5:
            raise OSError(errno.EIO, "the content has another md5 than announced", remote.path)

    async def _retried(self, name: str, *arguments: Any, **options: Any) -> None:
        retries = Retries(_is_transient, _N_RETRIES)
        while True:
            try:
                await self._call(name, *arguments, **options)
                return
            except Exception as error:
                if not await retries.waited_after(error):
                    raise

    async def copy(self, remote: RemoteFile, path: str) -> None:
        if not self._fs.async_impl:
            await self._call("makedirs", self._fs._parent(path), exist_ok=True)
        await self._call("cp_file", remote.path, path)
        self._fs.invalidate_cache(self._fs._parent(path))

    async def delete(self, paths: Sequence[str]) -> None:
        async def delete_one(path: str) -> None:
            with suppress(FileNotFoundError):
                await self._call("rm_file", path)
            self._fs.invalidate_cache(self._fs._parent(path))

        await for_each(paths, delete_one, self.n_parallel)

    async def discard_partial_uploads(self, path: str) -> None:
        """Nothing is known of partial uploads elsewhere."""


def _is_transient(error: Exception) -> bool:
    from aiohttp import ClientError

    status = getattr(error, "status", None) or getattr(error, "code", None)
    if isinstance(status, int):
        return status in (429, 500, 502, 503, 504)
    return isinstance(error, (ClientError, ConnectionError, TimeoutError, asyncio.TimeoutError))


def _callback(report: Report) -> Any:
    """What file systems of fsspec report their progress to; a second try starts at 0."""
    from fsspec.callbacks import Callback

    class Reporter(Callback):
        reported = 0

        def call(self, *_: Any, **__: Any) -> None:
            report(self.value - self.reported)
            self.reported = self.value

    return Reporter()
