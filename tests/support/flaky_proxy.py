"""An HTTP proxy between a client and a server on loopback that fails on request.

It stands in for a bad network: it cuts connections in the middle of an upload or download, answers
"503 Slow Down" or another error, is down for a while, or slows everything down. It passes
everything else on unchanged, and remembers all requests.

    with FlakyProxy(bucket.endpoint_url) as proxy:
        proxy.answer_503(times=2)                          # to the next two requests
        proxy.answer_error(403, "AccessDenied", matching="DELETE")
        proxy.cut_response(after=100_000)                  # the next answer breaks off
        proxy.cut_request(after=100_000, matching="PUT .*/data.bin")  # … the next upload of it
        download(f"s3://{bucket.name}/data.bin?endpoint_url={proxy.url}", target)
        assert proxy.count("GET .*/data.bin") == 2

Faults are used up in the order they were added, each by the first request that it matches;
`matching` is a regular expression that is searched in `METHOD /path?query`.
"""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

PIECE = 64 * 1024


@dataclass
class Fault:
    """What to do to the next requests that match."""

    kind: str
    matching: re.Pattern[str]
    times: int
    after: int = 0
    answer: bytes = b""


@dataclass
class Connection:
    """One client and its connection to the server; `response_limit` is in bytes."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    response_limit: int | None = None

    def cut(self) -> None:
        """Reset the connection, as a broken network does."""
        for writer in (self.client, self.server):
            writer.transport.abort()


class FlakyProxy:
    """A proxy that fails on request; see the module docstring.

    Attributes
    ----------
    url : str
        What clients connect to.
    requests : list of str
        `METHOD /path?query` of every request so far, also of those that failed.
    n_received, n_sent : int
        Bytes of content that clients sent so far, and bytes of answers.
    bytes_per_second : float or None
        Slows down every connection, in both directions.
    """

    def __init__(self, target_url: str) -> None:
        target = urlsplit(target_url)
        self._target = target.hostname, target.port
        self._faults: list[Fault] = []
        self._is_down = False
        self._connections: list[Connection] = []
        self.requests: list[str] = []
        self.n_received = 0
        self.n_sent = 0
        self.bytes_per_second: float | None = None
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> FlakyProxy:
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1024 * 1024)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in self._connections:
            connection.cut()
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def answer_503(self, times: int = 1, matching: str = "") -> None:
        """Answer the next requests with "503 Slow Down"."""
        self.answer_error(503, "SlowDown", times, matching)

    def answer_error(self, status: int, code: str, times: int = 1, matching: str = "") -> None:
        """Answer the next requests with an error of S3."""
        content = f"<Error><Code>{code}</Code><Message>made by a test</Message></Error>"
        head = f"HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\nConnection: close\r\n"
        answer = f"{head}Content-Length: {len(content)}\r\n\r\n{content}".encode()
        self._faults.append(Fault("answer", re.compile(matching), times, answer=answer))

    def cut_response(self, after: int, times: int = 1, matching: str = "") -> None:
        """Cut the connection after so many bytes (with headers) of the answer."""
        self._faults.append(Fault("response", re.compile(matching), times, after))

    def cut_request(self, after: int, times: int = 1, matching: str = "") -> None:
        """Cut the connection after so many bytes of the content of the request."""
        self._faults.append(Fault("request", re.compile(matching), times, after))

    def go_down(self) -> None:
        """Cut all connections, and every new one at once, until `come_up` is called."""
        self._is_down = True
        self.cut_all()

    def come_up(self) -> None:
        """End what `go_down` began, and forget all faults that were not used up."""
        self._faults.clear()
        self._is_down = False

    def cut_all(self) -> None:
        """Cut all open connections."""

        async def cut() -> None:
            for connection in self._connections:
                connection.cut()

        asyncio.run_coroutine_threadsafe(cut(), self._loop).result()

    def count(self, matching: str) -> int:
        """Number of requests so far that match a regular expression."""
        return sum(re.search(matching, request) is not None for request in self.requests)

    def _take_fault(self, request: str) -> Fault | None:
        for fault in self._faults:
            if fault.matching.search(request):
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                return fault
        return None

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # the proxy ends
            if self._is_down:
                client.transport.abort()
            else:
                await self._connect(reader, client)

    async def _connect(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        answers, server = await asyncio.open_connection(*self._target)
        connection = Connection(client, server)
        self._connections.append(connection)
        answering = asyncio.create_task(self._pass_answers(answers, connection))
        with suppress(OSError, asyncio.IncompleteReadError):
            while await self._pass_request(reader, connection):
                pass
        if client.transport.is_closing() or server.transport.is_closing():
            connection.cut()
        elif server.can_write_eof():
            server.write_eof()
        await answering
        self._connections.remove(connection)

    async def _pass_answers(self, answers: asyncio.StreamReader, connection: Connection) -> None:
        with suppress(OSError):
            while data := await answers.read(PIECE):
                limit = connection.response_limit
                connection.client.write(data[:limit])
                self.n_sent += len(data[:limit])
                await connection.client.drain()
                await self._wait(len(data))
                if limit is not None:
                    connection.response_limit = limit - len(data)
                    if connection.response_limit <= 0:
                        await asyncio.sleep(0.05)  # so that the client gets what was written
                        break
        # a server that closes the connection ends it for the client too
        connection.client.close()
        connection.server.close()

    async def _pass_request(self, reader: asyncio.StreamReader, connection: Connection) -> bool:
        """Pass one request on, or do what a fault says; False if that was the last."""
        head = await reader.readuntil(b"\r\n\r\n")
        request = " ".join(head.split(b" ", 2)[:2][i].decode() for i in (0, 1))
        self.requests.append(request)
        fault = self._take_fault(request)
        if fault is not None and fault.kind == "answer":
            connection.client.write(fault.answer)
            await connection.client.drain()
            # closing while the request still arrives would reset the connection before the answer
            await asyncio.sleep(0.05)
            connection.client.close()
            return False
        if fault is not None and fault.kind == "response":
            connection.response_limit = fault.after
        connection.server.write(head)
        limit = fault.after if fault is not None and fault.kind == "request" else None
        if await self._pass_content(head, reader, connection.server, limit):
            return True
        connection.cut()
        return False

    async def _pass_content(
        self,
        head: bytes,
        reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        limit: int | None,
    ) -> bool:
        """Pass the content of a request on; False if the limit was reached."""
        n_passed = 0
        async for data in _content(head, reader):
            n_passed += len(data)
            self.n_received += len(data)
            server.write(data)
            await server.drain()
            await self._wait(len(data))
            if limit is not None and n_passed >= limit:
                return False
        return True

    async def _wait(self, n_bytes: int) -> None:
        if self.bytes_per_second is not None:
            await asyncio.sleep(n_bytes / self.bytes_per_second)


async def _content(head: bytes, reader: asyncio.StreamReader):  # type: ignore[no-untyped-def]
    """Yield the content of a request as it arrives, in its encoding."""
    headers = head.lower()
    if match := re.search(rb"\r\ncontent-length:\s*(\d+)", headers):
        n_left = int(match[1])
        while n_left:
            data = await reader.read(min(n_left, PIECE))
            if not data:
                raise ConnectionError("the client closed the connection")
            n_left -= len(data)
            yield data
    elif b"transfer-encoding: chunked" in headers:
        size = -1
        while size:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            yield line + await reader.readexactly(size + 2)
