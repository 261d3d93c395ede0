"""Questions to the person at the terminal; never asked where nobody can answer."""

from __future__ import annotations

import builtins
import os
import sys

from lamindb.errors import InvalidArgument


def can_ask() -> bool:
    """Whether a question reaches a person: a terminal, or a notebook in an editor."""
    if hasattr(builtins, "__IPYTHON__"):
        return kernel_takes_input()
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def kernel_takes_input() -> bool:
    """Whether `input()` works in the running cell; programs that execute notebooks refuse it.

    See `allow_stdin` in https://jupyter-client.readthedocs.io/en/stable/messaging.html.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    if kernel is None:  # IPython in a terminal
        return sys.stdin is not None and sys.stdin.isatty()
    return bool(getattr(kernel, "_allow_stdin", False))


def confirm(question: str, *, otherwise: str) -> bool:
    """Ask a yes/no question.

    Parameters
    ----------
    question
        Text shown before `(y/n)`.
    otherwise
        What to call instead where nobody can answer, for the error message.

    Returns
    -------
    True for `y` or `yes`; always True if the environment variable `LAMIN_TESTING` is `true`.

    Raises
    ------
    InvalidArgument
        There is no terminal.
    """
    if os.environ.get("LAMIN_TESTING") == "true":
        return True
    if not can_ask():
        raise InvalidArgument(f"Cannot ask without a terminal: {question} {otherwise}")
    return input(f"{question} (y/n) ").strip().lower() in {"y", "yes"}
