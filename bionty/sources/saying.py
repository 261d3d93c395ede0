"""Warnings about the origin of tables, each once per process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.base.log import logger

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["said", "say_once"]

said: set[tuple[Hashable, str]] = set()


def say_once(about: Hashable, message: str) -> None:
    """Warn, unless the same was said about the same before.

    Parameters
    ----------
    about : hashable
        Say, the key of a table.
    message : str
        Text.

    Examples
    --------
    >>> say_once("cl", "using cl 2026-03-26")
    ! using cl 2026-03-26
    """
    if (about, message) not in said:
        said.add((about, message))
        logger.warning(message)
