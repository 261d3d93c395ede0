"""Questions to the person at the terminal; never asked where nobody can answer."""

from __future__ import annotations

import builtins
import os
import sys

from lamindb.errors import InvalidArgument


def can_ask() -> bool:
    """Whether a question reaches a person: a terminal or a notebook."""
    if hasattr(builtins, "__IPYTHON__"):
        return True
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


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
