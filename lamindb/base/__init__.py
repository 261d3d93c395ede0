"""Pure building blocks: ids, uids, hashes, the dtype grammar, suffixes, keys, rendering, the log.

Nothing here imports Django (except `fields`), pandas or numpy, opens a database or writes a file.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "dates",
    "deprecation",
    "descriptors",
    "docstrings",
    "dtypes",
    "fields",
    "filters",
    "hashing",
    "ids",
    "keys",
    "log",
    "registries",
    "render",
    "suffixes",
    "text",
    "types",
    "uids",
    "utils",
]


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return __all__
