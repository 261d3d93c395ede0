"""Old import path of the classes of the setup layer."""

from __future__ import annotations

from importlib import import_module

from lamindb.base import hashing
from lamindb.setup.core import *  # noqa: F403
from lamindb.setup.core import __all__ as _names

__all__ = [*_names, "hashing", "upath"]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    if name == "upath":
        return import_module(f"{__name__}.upath")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
