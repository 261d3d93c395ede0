"""Import name that older clients, schema modules and R look for: aliases of `lamindb.setup`.

Importing this package doesn't connect an instance: the first use of lamindb, or of a module, does.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from importlib.metadata import entry_points

from lamindb import __version__, setup

ENTRY_POINT_GROUP = "lamindb_setup.on_import"

__all__ = ["__version__", "_check_instance_setup", "connect"]

_OTHER_NAMES = {
    "_check_instance_setup": "lamindb.setup.modules",
    "connect": "lamindb.setup.connection",
}
_ALIASES = {
    "core.hashing": "lamindb.base.hashing",
    "errors": "lamindb.setup.errors",
    "types": "lamindb.setup.types",
}


def __getattr__(name: str) -> object:
    if name == "core":
        return import_module(f"{__name__}.core")
    if name in _OTHER_NAMES:
        return getattr(import_module(_OTHER_NAMES[name]), name)
    if name in dir(setup):
        return getattr(setup, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *dir(setup)})


def _call_entry_points() -> None:
    """Let other packages act when the setup layer is imported."""
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            entry_point.load()()
        except Exception as error:
            warnings.warn(
                f"Error loading entry point of group {ENTRY_POINT_GROUP!r}: {entry_point.name}:"
                f" {error}",
                RuntimeWarning,
                stacklevel=2,
            )


for _alias, _module in _ALIASES.items():
    sys.modules[f"{__name__}.{_alias}"] = import_module(_module)
_call_entry_points()
