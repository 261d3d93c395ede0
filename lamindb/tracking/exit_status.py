"""With which status a script is about to exit: Python does not tell its exit handlers."""

from __future__ import annotations

import dis
import gc
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .streams import StreamCopy

__all__ = ["ExitStatus"]

UNKNOWN = object()


class ExitStatus:
    """Status that the script exits with, to be asked for in an exit handler.

    Examples
    --------
    >>> exit_status = ExitStatus()
    >>> exit_status.install(StreamCopy(path))
    >>> exit_status.is_failure()
    False
    """

    def __init__(self) -> None:
        self._frame = main_frame()
        self._exit: Callable[..., NoReturn] = sys.exit
        self._status: Any = UNKNOWN

    def install(self, copy: StreamCopy) -> None:
        """Listen to `sys.exit` and to the last flush of the streams."""
        self._exit, sys.exit = sys.exit, self._note_and_exit
        copy.before_flush = self._look_for_exception

    def uninstall(self) -> None:
        """Remove what was installed, unless somebody built upon it."""
        if sys.exit == self._note_and_exit:
            sys.exit = self._exit

    def _note_and_exit(self, status: Any = None, /) -> NoReturn:
        if threading.current_thread() is threading.main_thread():
            self._status = status
        self._exit(status)

    def _look_for_exception(self) -> None:
        """Python flushes after the last line of a script, while its exception is still alive."""
        if sys._getframe(1).f_back is not None:
            return
        found = [item for item in gc.get_objects() if isinstance(item, SystemExit)]
        if len(found) == 1:
            self._status = found[0].code

    def is_failure(self) -> bool:
        """Whether the script ends with an exception, or with a status other than 0."""
        if self._frame is not None and has_returned(self._frame):
            return False  # an exit was caught
        if self._status is UNKNOWN:
            return self._frame is not None
        return self._status not in (None, 0)


def main_frame() -> FrameType | None:
    """Frame of the script that this process runs."""
    frame: FrameType | None = sys._getframe()
    found = None
    while frame is not None:
        if frame.f_globals.get("__name__") == "__main__" and frame.f_code.co_name == "<module>":
            found = frame
        frame = frame.f_back
    return found


def has_returned(frame: FrameType) -> bool:
    """Whether a frame ended without an exception: its last instruction is a return."""
    if frame.f_lasti < 0:
        return False
    return dis.opname[frame.f_code.co_code[frame.f_lasti]].startswith("RETURN")
