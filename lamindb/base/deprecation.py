"""Old names that still work, with a warning."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec

    P = ParamSpec("P")
    R = TypeVar("R")

__all__ = ["deprecated"]


def deprecated(new_name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as the old name of another one.

    Parameters
    ----------
    new_name : str
        What to use instead.

    Returns
    -------
    callable
        A decorator: calling the function raises a `DeprecationWarning` that points at the caller.

    Example
    -------
    >>> @deprecated("to_dataframe")
    ... def df():
    ...     return "data"
    >>> df.__deprecated__
    'to_dataframe'
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        old_name = function.__name__

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            warnings.warn(
                f"Use {new_name} instead of {old_name}, {old_name} is deprecated.",
                category=DeprecationWarning,
                stacklevel=2,
            )
            return function(*args, **kwargs)

        call.__deprecated__ = new_name  # type: ignore[attr-defined]
        return call

    return decorate
