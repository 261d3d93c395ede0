"""Docstrings that share text."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    T = TypeVar("T")

__all__ = ["doc_args"]


def doc_args(*args: object) -> Callable[[T], T]:
    """Fill the `{}` fields of the docstring of a function or class.

    Parameters
    ----------
    *args : object
        Passed to `str.format`.

    Returns
    -------
    callable
        A decorator.

    Example
    -------
    >>> @doc_args("a dataset")
    ... def load():
    ...     "Load {}."
    >>> load.__doc__
    'Load a dataset.'
    """

    def decorate(documented: T) -> T:
        documented.__doc__ = inspect.cleandoc(documented.__doc__ or "").format(*args)
        return documented

    return decorate
