"""Old import path of the classes of the setup layer."""

from __future__ import annotations

from importlib import import_module

from lamindb.base import hashing
from lamindb.setup.core import (
    CanonicalSuffix,
    InstanceSettings,
    SetupSettings,
    StorageSettings,
    UserSettings,
    colors,
    deprecated,
    django,
    doc_args,
)

__all__ = [
    "CanonicalSuffix",
    "InstanceSettings",
    "SetupSettings",
    "StorageSettings",
    "UserSettings",
    "colors",
    "deprecated",
    "django",
    "doc_args",
    "hashing",
    "upath",
]


def __getattr__(name: str) -> object:
    if name == "upath":
        return import_module(f"{__name__}.upath")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
