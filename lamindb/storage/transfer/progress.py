"""Show how far a transfer is: a bar on a terminal, else lines that overwrite each other."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

__all__ = ["TransferProgress"]

_LINE_INTERVAL = 0.25  # seconds
_BAR_INTERVAL = 0.1
_BAR_DELAY = 1.0


class TransferProgress:
    """Shows how far a transfer is; a broken stdout never disturbs the transfer.

    On a terminal, a bar appears for what takes longer than a second. Elsewhere, and for what was
    faster, there are lines like `... uploading a.csv: 58.3%`, each over the one before. Nothing is
    shown before `expect` is called.

    Parameters
    ----------
    action : str
        `"uploading"`, `"downloading"` or `"synchronizing"`.
    name : str
        Of the file or folder.
    is_shown : bool
        False for silence.

    Example
    -------
    >>> with TransferProgress("uploading", "a.csv") as progress:
    ...     progress.expect(3)
    ...     progress.add(3)  # doctest: +SKIP
    ... uploading a.csv: 100.0%
    """

    def __init__(self, action: str, name: str, *, is_shown: bool = True) -> None:
        self._title = f"{action} {name}"
        self._is_shown = is_shown
        self._total: int | None = None
        self._done = 0
        self._lock = threading.Lock()  # pieces of a transfer may end in several threads
        self._shown_at = 0.0
        self._started_at = 0.0
        self._is_line_open = False
        self._bar: Any = None
        self._is_terminal = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            if self._is_shown and self._total is not None:
                with suppress(Exception):
                    self._close(is_complete=exc_type is None)

    def expect(self, total: int) -> None:
        """Say that a transfer begins.

        Parameters
        ----------
        total : int
            Bytes to transfer; 0 if unknown, then only the end is shown.
        """
        self._total = total
        self._started_at = time.monotonic()
        with suppress(Exception):  # no stdout, or a closed one
            self._is_terminal = sys.stdout.isatty()

    def add(self, n_bytes: int) -> None:
        """Say that some bytes were transferred.

        Parameters
        ----------
        n_bytes : int
            Since the last call; negative if they have to be transferred again.
        """
        with self._lock:
            self._done += n_bytes
            if not (self._is_shown and self._total and n_bytes):
                return
            try:
                self._show()
            except Exception:  # whatever is wrong with stdout, the transfer goes on
                self._is_shown = False

    def _show(self) -> None:
        now = time.monotonic()
        interval = _BAR_INTERVAL if self._is_terminal else _LINE_INTERVAL
        if now - self._shown_at < interval or self._done >= (self._total or 0):
            return  # the end is shown when all is in place
        if self._is_terminal:
            if now - self._started_at < _BAR_DELAY:
                return
            self._show_bar()
        else:
            self._write_line(100 * self._done / self._total if self._total else 0.0)
        self._shown_at = now

    def _show_bar(self) -> None:
        if self._bar is None:
            self._bar = _new_bar()
            self._bar.add_task(self._title, total=self._total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=self._done)
        self._bar.refresh()

    def _close(self, *, is_complete: bool) -> None:
        """End the line or the bar."""
        if self._bar is not None:
            if is_complete:
                self._bar.update(self._bar.task_ids[0], completed=self._total)
            self._bar.stop()
        elif is_complete:
            self._write_line(100.0, end="\n")
        elif self._is_line_open:
            self._write("\n")

    def _write_line(self, percent: float, end: str = "") -> None:
        self._write(f"\r... {self._title}: {percent:4.1f}%{end}")
        self._is_line_open = not end

    def _write(self, text: str) -> None:
        stdout = sys.stdout
        try:
            stdout.write(text)
        except UnicodeEncodeError:
            encoding = stdout.encoding or "ascii"
            stdout.write(text.encode(encoding, "replace").decode(encoding))
        stdout.flush()


def _new_bar() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("... {task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>4.1f}%"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    # refreshed by us: an error in a thread of its own could not be caught
    return Progress(*columns, console=Console(file=sys.stdout), auto_refresh=False)
