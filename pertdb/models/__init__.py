"""Registries of perturbations."""

from __future__ import annotations

from importlib.util import find_spec

import bionty.models  # noqa: F401 (mounted first, so that its relations come first)
from lamindb.setup.orm import mounting

with mounting("pertdb"):
    # the order of the registries is that of the reverse relations, so it is not sorted
    # isort: off
    from .compound import Compound
    from .perturbation_target import PerturbationTarget
    from .genetic_perturbation import GeneticPerturbation
    from .biologic import Biologic
    from .compound_perturbation import CompoundPerturbation
    from .environmental_perturbation import EnvironmentalPerturbation
    from .combination_perturbation import CombinationPerturbation
    from .link_tables.artifact import (
        ArtifactBiologic,
        ArtifactCombinationPerturbation,
        ArtifactCompound,
        ArtifactCompoundPerturbation,
        ArtifactEnvironmentalPerturbation,
        ArtifactGeneticPerturbation,
        ArtifactPerturbationTarget,
    )
    # isort: on

RDKIT_AVAILABLE = find_spec("rdkit") is not None
"""Whether structures of compounds can be computed with."""

__all__ = [
    "RDKIT_AVAILABLE",
    "ArtifactBiologic",
    "ArtifactCombinationPerturbation",
    "ArtifactCompound",
    "ArtifactCompoundPerturbation",
    "ArtifactEnvironmentalPerturbation",
    "ArtifactGeneticPerturbation",
    "ArtifactPerturbationTarget",
    "Biologic",
    "CombinationPerturbation",
    "Compound",
    "CompoundPerturbation",
    "EnvironmentalPerturbation",
    "GeneticPerturbation",
    "PerturbationTarget",
]
