"""The one logger: `<icon> <message>` on stdout, filtered by verbosity.

`LEVEL_TO_COLORS` and `RESET_COLOR` are read at every call, so that a client can switch colours off
by setting `LEVEL_TO_COLORS = {}` and `RESET_COLOR = ""` on this module (R does so when it knits).
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LEVEL_TO_COLORS", "RESET_COLOR", "VERBOSITY", "Logger", "colors", "logger"]

VERBOSITY = {"error": 0, "warning": 1, "success": 2, "info": 3, "hint": 4, "debug": 5}

# a kind of message that is missing here is written without colour
LEVEL_TO_COLORS: dict[str, str] = {
    "error": "\033[1;31m",
    "warning": "\033[1;33m",
    "important": "\033[1;32m",
    "important_hint": "\033[1;34m",
    "success": "\033[1;32m",
    "info": "\033[1;34m",
    "hint": "\033[1;34m",
    "debug": "\033[1;90m",
}
RESET_COLOR: str = "\033[0m"

# kind of message: smallest verbosity that shows it, icon
_KINDS = {
    "error": (0, "✗"),
    "warning": (1, "!"),
    "important": (1, "→"),
    "important_hint": (1, "•"),
    "success": (2, "✓"),
    "info": (3, "•"),
    "hint": (4, "•"),
    "debug": (5, "•"),
}

_muted: ContextVar[bool] = ContextVar("lamindb_log_muted", default=False)
_write_lock = threading.Lock()


def shows_colors() -> bool:
    """Whether stdout shows colours: a terminal or a notebook, and `NO_COLOR` is unset.

    Returns
    -------
    bool

    Example
    -------
    >>> shows_colors() in (True, False)
    True

    References
    ----------
    https://no-color.org
    """
    stdout = sys.stdout
    if stdout is None or os.environ.get("NO_COLOR"):
        return False
    return type(stdout).__module__.startswith("ipykernel") or bool(
        getattr(stdout, "isatty", bool)()
    )


def _write(line: str) -> None:
    """Write one line to the present stdout, replacing what its encoding can't show."""
    stdout = sys.stdout
    if stdout is None:
        return
    with _write_lock:
        try:
            stdout.write(line + "\n")
        except UnicodeEncodeError:
            encoding = stdout.encoding or "ascii"
            stdout.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        stdout.flush()


def _verbosity_number(verbosity: int | str) -> int:
    """Look up a verbosity that is given by name or number."""
    if isinstance(verbosity, str) and verbosity in VERBOSITY:
        return VERBOSITY[verbosity]
    if type(verbosity) is int and verbosity in VERBOSITY.values():
        return verbosity
    choices = ", ".join(f"{name!r} ({number})" for name, number in VERBOSITY.items())
    raise ValueError(f"verbosity is {verbosity!r} but has to be one of {choices}")


class Logger:
    """Writes messages to stdout, each with an icon for its kind.

    Errors are shown at every verbosity; `important`, `important_hint`, `warning` and `print` from
    verbosity "warning" on, which is the default.

    Example
    -------
    >>> logger = Logger()
    >>> logger.important("connected lamindb: anonymous/test")
    → connected lamindb: anonymous/test
    """

    def __init__(self) -> None:
        self._verbosity = VERBOSITY["warning"]

    @property
    def verbosity(self) -> int:
        """The verbosity as a number, 0 (error) to 5 (debug)."""
        return self._verbosity

    @property
    def verbosity_name(self) -> str:
        """The verbosity as a name."""
        return list(VERBOSITY)[self._verbosity]

    def set_verbosity(self, verbosity: int | str) -> None:
        """Set which messages are shown.

        Parameters
        ----------
        verbosity : int or str
            0 to 5, or "error", "warning", "success", "info", "hint", "debug".

        Raises
        ------
        ValueError
            If it is none of these.

        Example
        -------
        >>> Logger().set_verbosity("hint")
        """
        self._verbosity = _verbosity_number(verbosity)

    @contextmanager
    def mute(self) -> Iterator[None]:
        """Show nothing but errors inside of a `with` block, in this thread only.

        Example
        -------
        >>> with Logger().mute():
        ...     logger.warning("not shown")
        """
        token = _muted.set(True)
        try:
            yield
        finally:
            _muted.reset(token)

    def _shows(self, level: int) -> bool:
        return level <= (0 if _muted.get() else self._verbosity)

    def _log(self, kind: str, message: object) -> None:
        level, icon = _KINDS[kind]
        if not self._shows(level):
            return
        color = LEVEL_TO_COLORS.get(kind, "")
        if color and shows_colors():
            icon = f"{color}{icon}{RESET_COLOR}"
        _write(f"{icon} {message}")

    def error(self, message: object) -> None:
        """Say what failed: `✗ message`."""
        self._log("error", message)

    def warning(self, message: object) -> None:
        """Say what might be wrong: `! message`."""
        self._log("warning", message)

    def important(self, message: object) -> None:
        """Say what happened, at default verbosity: `→ message`."""
        self._log("important", message)

    def important_hint(self, message: object) -> None:
        """Say what to do next, at default verbosity: `• message`."""
        self._log("important_hint", message)

    def success(self, message: object) -> None:
        """Say what succeeded: `✓ message`."""
        self._log("success", message)

    def save(self, message: object) -> None:
        """Say what was saved: `✓ message`."""
        self._log("success", message)

    def info(self, message: object) -> None:
        """Say what goes on: `• message`."""
        self._log("info", message)

    def hint(self, message: object) -> None:
        """Say what could be done: `• message`."""
        self._log("hint", message)

    def debug(self, message: object) -> None:
        """Say what a developer wants to know: `• message`."""
        self._log("debug", message)

    def print(self, message: object) -> None:
        """Write a message without an icon, at default verbosity."""
        if self._shows(VERBOSITY["warning"]):
            _write(str(message))


logger = Logger()


class colors:
    """Styles for pieces of text; they do nothing where stdout shows no colours.

    Example
    -------
    >>> colors.green("ok")
    'ok'
    """

    @staticmethod
    def _style(text: object, code: int) -> str:
        # an emptied RESET_COLOR means that a client switched colours off
        return f"\033[{code}m{text}{RESET_COLOR}" if RESET_COLOR and shows_colors() else str(text)

    @staticmethod
    def bold(text: object) -> str:
        """Bold text."""
        return colors._style(text, 1)

    @staticmethod
    def dim(text: object) -> str:
        """Dim text."""
        return colors._style(text, 2)

    @staticmethod
    def italic(text: object) -> str:
        """Italic text."""
        return colors._style(text, 3)

    @staticmethod
    def underline(text: object) -> str:
        """Underlined text."""
        return colors._style(text, 4)

    @staticmethod
    def red(text: object) -> str:
        """Red text."""
        return colors._style(text, 31)

    @staticmethod
    def green(text: object) -> str:
        """Green text."""
        return colors._style(text, 32)

    @staticmethod
    def yellow(text: object) -> str:
        """Yellow text."""
        return colors._style(text, 33)

    @staticmethod
    def blue(text: object) -> str:
        """Blue text."""
        return colors._style(text, 34)

    @staticmethod
    def purple(text: object) -> str:
        """Purple text."""
        return colors._style(text, 35)

    @staticmethod
    def cyan(text: object) -> str:
        """Cyan text."""
        return colors._style(text, 36)

    @staticmethod
    def grey(text: object) -> str:
        """Grey text."""
        return colors._style(text, 90)
