"""Formats for the eye: shown in a notebook, else handed over as a path."""

from __future__ import annotations

import sys

from lamindb.storage.abc import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any, TypeVar

    PathT = TypeVar("PathT", bound=str | PathLike[str])

__all__ = ["Html", "Image", "Svg", "is_in_notebook"]


def is_in_notebook() -> bool:
    """Whether this process is an IPython session, which can display things.

    Returns
    -------
    bool

    Example
    -------
    >>> is_in_notebook()
    False
    """
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


class _Displayed(Format):
    """Displays a file with a class of `IPython.display`."""

    display_class: str

    def load(self, path: PathT, **kwargs: Any) -> PathT | None:
        """Display the file and return None in IPython, else return the path."""
        if not is_in_notebook():
            return path
        from IPython import display

        display.display(getattr(display, self.display_class)(filename=str(path), **kwargs))
        return None


class Html(_Displayed):
    """Web pages."""

    suffixes = (".html",)
    display_class = "HTML"


class Image(_Displayed):
    """Pixel images."""

    suffixes = (".jpg", ".jpeg", ".png", ".gif")
    display_class = "Image"


class Svg(_Displayed):
    """Vector images."""

    suffixes = (".svg",)
    display_class = "SVG"
