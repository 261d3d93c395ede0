"""Run many coroutines at once, within limits, from ordinary functions; try again what may succeed.

File systems have an event loop in a thread of its own (fsspec's); everything here runs there.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import deque
from contextlib import asynccontextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine
    from typing import Any, TypeVar

    T = TypeVar("T")

__all__ = ["ByteBudget", "Retries", "for_each", "in_thread", "run"]

_CLEAN_UP_TIME = 30  # seconds
_FIRST_DELAY = 0.2


def run(coroutine: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> T:
    """Run a coroutine in the thread of an event loop and wait for it.

    If the wait is interrupted (Ctrl-C), the coroutine is cancelled and may clean up.

    Parameters
    ----------
    coroutine : coroutine
        What to run.
    loop : event loop
        Runs in another thread.

    Returns
    -------
    Any
        What the coroutine returns.

    Raises
    ------
    BaseException
        What the coroutine raises.

    Example
    -------
    >>> run(asyncio.sleep(0, "done"), fsspec.asyn.get_loop())  # doctest: +SKIP
    'done'
    """
    has_ended = threading.Event()

    async def supervised() -> T:
        try:
            return await coroutine
        finally:
            has_ended.set()

    future = asyncio.run_coroutine_threadsafe(supervised(), loop)
    try:
        return future.result()
    except BaseException:
        if not has_ended.is_set() and future.cancel():
            has_ended.wait(_CLEAN_UP_TIME)
        raise


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Run a function that reads or computes a lot without holding up the event loop."""
    return await asyncio.to_thread(function, *arguments)


async def for_each(
    items: Collection[T], work: Callable[[T], Awaitable[None]], n_parallel: int
) -> None:
    """Do something with every item, several at a time; the first error ends everything.

    Parameters
    ----------
    items : collection
        Any number.
    work : async callable
        Takes an item.
    n_parallel : int
        How many items at a time.

    Raises
    ------
    Exception
        The first error, when everything else was cancelled.

    Example
    -------
    >>> await for_each(files, upload_file, 64)  # doctest: +SKIP
    """
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            await work(item)

    workers = [asyncio.ensure_future(worker()) for _ in range(min(n_parallel, len(items)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for one in workers:
            one.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


class ByteBudget:
    """Limits how many bytes are on their way at a time.

    Parameters
    ----------
    limit : int
        In bytes; something larger may only be there alone.

    Example
    -------
    >>> async with ByteBudget(64 * 1024**2).taken(5_000_000):  # doctest: +SKIP
    ...     data = read()
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._free = limit
        self._waiting: deque[tuple[asyncio.Future[None], int]] = deque()

    @asynccontextmanager
    async def taken(self, n_bytes: int) -> AsyncIterator[None]:
        """Wait for one's turn and for room for so many bytes; the block's end gives them back."""
        share = min(n_bytes, self._limit)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, share))
        self._let_in()
        try:
            await turn
            yield
        finally:
            if turn.done() and not turn.cancelled():
                self._free += share
            turn.cancel()
            self._let_in()

    def _let_in(self) -> None:
        """Give room to those who wait, in their order: some stores want parts in theirs."""
        while self._waiting:
            turn, share = self._waiting[0]
            if not turn.done():
                if share > self._free:
                    return
                self._free -= share
                turn.set_result(None)
            self._waiting.popleft()


class Retries:
    """Decides whether, and when, to try again after an error.

    Parameters
    ----------
    is_transient : callable
        Whether an error may go away.
    n_retries : int
        How often in a row to try again without any progress.

    Example
    -------
    >>> retries = Retries(lambda error: isinstance(error, ConnectionError), n_retries=4)
    >>> while True:  # doctest: +SKIP
    ...     try:
    ...         return await request()
    ...     except Exception as error:
    ...         if not await retries.waited_after(error):
    ...             raise
    """

    def __init__(self, is_transient: Callable[[Exception], bool], n_retries: int) -> None:
        self._is_transient = is_transient
        self._n_retries = n_retries
        self._n_failures = 0

    def saw_progress(self) -> None:
        """Start counting anew: something was transferred since the last error."""
        self._n_failures = 0

    async def waited_after(self, error: Exception) -> bool:
        """Wait before the next try; each time longer, and not all clients at the same moment.

        Parameters
        ----------
        error : Exception
            Why the last try failed.

        Returns
        -------
        bool
            False, at once, if the error will not go away or came too often.
        """
        if self._n_failures >= self._n_retries or not self._is_transient(error):
            return False
        await asyncio.sleep(random.uniform(0.5, 1) * _FIRST_DELAY * 3**self._n_failures)
        self._n_failures += 1
        return True
