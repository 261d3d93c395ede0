"""Old public paths: names only.

`lamindb.core.storage`, `lamindb.core.loaders`, `lamindb.core.datasets`, `lamindb.core.Settings`, …
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAMES: dict[str, str] = {
    "Context": "lamindb.tracking.context:Context",
    "Settings": "lamindb.setup.session_settings:Settings",
    "datasets": "lamindb.examples.datasets",
    "exceptions": "lamindb.errors",
    "loaders": "lamindb.core.loaders",
    "storage": "lamindb.core.storage",
    "subsettings": "lamindb.core.subsettings",
}

__all__ = list(_NAMES)


def __getattr__(name: str) -> Any:
    place = _NAMES.get(name)
    if place is None:
        raise AttributeError(f"module 'lamindb.core' has no attribute '{name}'")
    module_name, _, attribute = place.partition(":")
    module = import_module(module_name)
    value = getattr(module, attribute) if attribute else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_NAMES)
