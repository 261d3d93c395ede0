"""Ends the run of a script that does not get to `ln.finish()`.

That happens with an exception, a signal, or at the end of the process.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import connections

from lamindb.base.log import logger

from .ending import end_run
from .exit_status import ExitStatus
from .open_runs import abort_open_runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

    from lamindb.base.types import RunStatus

    from .run_log import RunLog

__all__ = ["Watch"]

SIGNALS = (signal.SIGTERM, signal.SIGINT)
LONGEST_END = 30
"""Seconds that a process that got a signal may take to store its log."""


class Watch:
    """Watches over a run, from `install()` to `uninstall()`.

    Parameters
    ----------
    log : RunLog
        Log of the run; it is started and stopped together with the watch.
    forget : callable
        Called when the run was ended here.

    Examples
    --------
    >>> watch = Watch(RunLog(run), forget=run_context.clear)
    >>> watch.install()
    >>> watch.uninstall()
    """

    def __init__(self, log: RunLog, forget: Callable[[], None]) -> None:
        self.run = log.run
        self.log = log
        self._forget = forget
        self._is_active = False
        self._process_id = os.getpid()
        self._excepthook: Callable[..., Any] = sys.excepthook
        self._handlers: dict[int, Any] = {}
        self._exit_status = ExitStatus()
        self._was_signalled = False

    def install(self) -> None:
        """Begin to copy what is printed, and hook into exceptions, signals and the end."""
        self._is_active = True
        self.log.start()
        self._exit_status.install(self.log.copy)
        self._excepthook, sys.excepthook = sys.excepthook, self._on_exception
        atexit.register(self._on_exit)
        if threading.current_thread() is not threading.main_thread():
            return
        for number in SIGNALS:
            handler = signal.getsignal(number)
            # what is ignored stays so; None was installed by another language
            if handler not in (signal.SIG_IGN, None):
                self._handlers[number] = handler
                signal.signal(number, self._on_signal)

    def uninstall(self) -> None:
        """Remove everything that was installed, as far as nobody built upon it."""
        self._is_active = False
        self.log.stop()
        self._exit_status.uninstall()
        if sys.excepthook == self._on_exception:
            sys.excepthook = self._excepthook
        atexit.unregister(self._on_exit)
        if threading.current_thread() is not threading.main_thread():
            return  # our handlers pass signals on
        for number, handler in self._handlers.items():
            if signal.getsignal(number) == self._on_signal:
                signal.signal(number, handler)

    def _is_mine(self) -> bool:
        """Whether the run is still going, and this is no fork of its process."""
        return self._is_active and os.getpid() == self._process_id

    def _end(self, status: RunStatus) -> None:
        """End the run; nothing that goes wrong here hides why it ended."""
        self.uninstall()
        try:
            end_run(self.run, status, self.log)
        except Exception as error:
            logger.warning(f"could not mark Run('{self.run.uid}') as {status}: {error}")
        self._forget()

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        # in an interactive session the next line follows
        if self._is_mine() and not hasattr(sys, "ps1"):
            self.log.write("".join(traceback.format_exception(kind, error, trace)))
            self._end("aborted" if self._was_signalled or is_interrupt(kind) else "errored")
        self._excepthook(kind, error, trace)

    def _on_exit(self) -> None:
        if not self._is_mine():
            return
        if self._was_signalled:
            self._end("aborted")
        else:
            self._end("errored" if self._exit_status.is_failure() else "completed")

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        handler = self._handlers[number]
        if self._is_mine():
            self._was_signalled = True
            stack = "".join(traceback.format_stack(frame))
            name = signal.Signals(number).name
            self.log.write(f"Process terminated by signal {number} ({name})\n{stack}")
            self._end_if_possible(handler)
        if handler == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        else:
            handler(number, frame)

    def _end_if_possible(self, handler: Any) -> None:
        """End the run unless an exception is going to, which unwinds transactions first."""
        if handler == signal.default_int_handler:
            return
        connection = connections["default"]
        if handler == signal.SIG_DFL:
            # the process dies: let go of what a transaction holds
            with suppress(Exception):
                connection.connection.close()
        elif connection.in_atomic_block:
            return
        self.uninstall()  # here, where locks of the streams may be held
        # the connection of this thread may be in the middle of a statement
        thread = threading.Thread(target=self._end_in_thread, daemon=True)
        thread.start()
        thread.join(LONGEST_END)

    def _end_in_thread(self) -> None:
        # the lock of the logger may be held by the thread that was interrupted
        with logger.mute():
            self._end("aborted")
        abort_open_runs()
        connections.close_all()


def is_interrupt(kind: type[BaseException]) -> bool:
    """Whether an exception is what Ctrl + C raises."""
    return issubclass(kind, KeyboardInterrupt)
