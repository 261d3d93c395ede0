"""Registries of biological entities, filled from public ontologies."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lamindb.setup.modules import _check_instance_setup

__version__ = "2.13.0"

if TYPE_CHECKING:
    from . import base, core, models, uids
    from .core._settings import settings
    from .models import (
        CellLine,
        CellMarker,
        CellType,
        DevelopmentalStage,
        Disease,
        Ethnicity,
        ExperimentalFactor,
        Gene,
        Organism,
        Pathway,
        Phenotype,
        Protein,
        Source,
        Tissue,
    )

__all__ = [
    "CellLine",
    "CellMarker",
    "CellType",
    "DevelopmentalStage",
    "Disease",
    "Ethnicity",
    "ExperimentalFactor",
    "Gene",
    "Organism",
    "Pathway",
    "Phenotype",
    "Protein",
    "Source",
    "Tissue",
    "base",
    "core",
    "models",
    "settings",
    "uids",
]

_SUBMODULES = frozenset({"base", "core", "models", "uids"})
_DEPRECATED = {"ids": "uids"}

_check_instance_setup(from_module="bionty")


def __getattr__(name: str) -> Any:
    """Import registries and submodules on first use, so that `import bionty` stays cheap."""
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    if name in _DEPRECATED:
        warnings.warn(f"use bionty.{_DEPRECATED[name]}", DeprecationWarning, stacklevel=2)
        return import_module(f"{__name__}.{_DEPRECATED[name]}")
    if name in __all__:
        module = "core._settings" if name == "settings" else "models"
        value = getattr(import_module(f"{__name__}.{module}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
