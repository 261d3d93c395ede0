"""What bionty is made of: settings, the base of registries, keeping sources up to date."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bionty.models import BioRecord
    from bionty.models.ancestors import add_ontology
    from bionty.models.public import StaticReference
    from bionty.models.source_sync import sync_public_sources
    from bionty.models.source_sync import sync_public_sources as sync_all_sources_to_latest

    from ._settings import Settings

_NAMES = {
    "BioRecord": ("bionty.models", "BioRecord"),
    "Settings": ("bionty.core._settings", "Settings"),
    "StaticReference": ("bionty.models.public", "StaticReference"),
    "add_ontology": ("bionty.models.ancestors", "add_ontology"),
    "sync_all_sources_to_latest": ("bionty.models.source_sync", "sync_public_sources"),
    "sync_public_sources": ("bionty.models.source_sync", "sync_public_sources"),
}

__all__ = [
    "BioRecord",
    "Settings",
    "StaticReference",
    "add_ontology",
    "sync_all_sources_to_latest",
    "sync_public_sources",
]


def __getattr__(name: str) -> Any:
    """Import what is used: the registries need Django."""
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _NAMES[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
