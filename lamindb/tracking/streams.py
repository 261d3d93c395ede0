"""What a run prints, copied to a file while it still appears where it did before."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["StreamCopy", "Tee"]


class Tee:
    """A stream that copies what is written to it.

    Parameters
    ----------
    stream : TextIO
        The real stream; everything that is not defined here is asked of it.
    copy : StreamCopy
        Gets the text too.
    shows_final_state : bool
        Of a line that is overwritten with carriage returns, as progress bars do, copy the last
        state.
    """

    def __init__(self, stream: TextIO, copy: StreamCopy, *, shows_final_state: bool) -> None:
        self._stream = stream
        self._copy: StreamCopy | None = copy
        self._shows_final_state = shows_final_state
        self._line = ""

    def write(self, text: str) -> int:
        """Write to the stream and to the copy."""
        written = self._stream.write(text)
        copy = self._copy
        if copy is not None:
            with copy.lock:
                copy.write(self._complete_lines(text) if self._shows_final_state else text)
        return written

    def _complete_lines(self, text: str) -> str:
        """Lines that ended, each in its final state; the rest waits for its end."""
        *lines, self._line = (self._line + text).split("\n")
        return "".join(f"{final_state(line)}\n" for line in lines)

    def writelines(self, lines: list[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Flush the stream."""
        copy = self._copy
        if copy is not None and copy.before_flush is not None:
            copy.before_flush()
        self._stream.flush()

    def isatty(self) -> bool:
        """No terminal, so that nothing writes colours into the copy."""
        return False

    def end(self) -> None:
        """Copy the line that did not end, and nothing from now on."""
        copy, self._copy = self._copy, None
        if copy is not None and self._line:
            copy.write(f"{final_state(self._line)}\n")
        self._line = ""

    def __getattr__(self, name: str) -> Any:
        if name == "_stream":  # unpickled without its state
            raise AttributeError(name)
        return getattr(self._stream, name)


def final_state(line: str) -> str:
    """What remains visible of a line that was overwritten."""
    states = [state for state in line.split("\r") if state]
    return states[-1] if states else ""


class StreamCopy:
    r"""Copies stdout and stderr to a file, from `start()` to `stop()`.

    Copies can be nested and overlap: each holds what was printed between its own start and stop.

    Parameters
    ----------
    path : pathlib.Path
        The file; what it holds already stays.

    Attributes
    ----------
    before_flush : callable or None
        Called by `flush()` of the streams.

    Examples
    --------
    >>> copy = StreamCopy(Path("run_logs.txt"))
    >>> copy.start()
    >>> print("hello")
    >>> copy.stop()
    >>> Path("run_logs.txt").read_text()
    'hello\\n'
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.before_flush: Callable[[], None] | None = None
        self._file: TextIO | None = None
        self._tees: dict[str, Tee] = {}

    def start(self) -> None:
        """Replace the streams."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # lines are in the file at once, so that a killed process leaves what it printed
        self._file = self.path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not None:
                self._tees[name] = Tee(stream, self, shows_final_state=name == "stdout")
                setattr(sys, name, self._tees[name])

    def write(self, text: str) -> None:
        """Write to the file only; a full disk does not stop the run."""
        if self._file is not None and text:
            try:
                self._file.write(text)
            except OSError:
                self._file = None

    def stop(self) -> None:
        """Put the streams back and close the file."""
        for name, tee in self._tees.items():
            with self.lock:
                tee.end()
            # those above it may still be at work: they are the ones to remove it then
            while isinstance(stream := getattr(sys, name), Tee) and stream._copy is None:
                setattr(sys, name, stream._stream)
        self._tees = {}
        file, self._file = self._file, None
        if file is not None:
            file.close()
