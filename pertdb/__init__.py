"""Registries of perturbations: compounds, genetic and other ones, alone and combined."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lamindb.setup.modules import _check_instance_setup

from .types import BiologicType, GeneticPerturbationSystem

__version__ = "2.13.0"

if TYPE_CHECKING:
    from . import models, types
    from .models import (
        Biologic,
        CombinationPerturbation,
        Compound,
        CompoundPerturbation,
        EnvironmentalPerturbation,
        GeneticPerturbation,
        PerturbationTarget,
    )

__all__ = [
    "Biologic",
    "BiologicType",
    "CombinationPerturbation",
    "Compound",
    "CompoundPerturbation",
    "EnvironmentalPerturbation",
    "GeneticPerturbation",
    "GeneticPerturbationSystem",
    "PerturbationTarget",
    "models",
    "types",
]

_SUBMODULES = frozenset({"models", "types"})

_check_instance_setup(from_module="pertdb")


def __getattr__(name: str) -> Any:
    """Import registries and submodules on first use, so that `import pertdb` stays cheap."""
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    if name in __all__:
        value = getattr(import_module(f"{__name__}.models"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
