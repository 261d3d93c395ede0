"""Read-only tables of public ontologies; they need no database."""

from __future__ import annotations

from bionty.sources.folders import settings

from .display import display_currently_used_sources, display_sources
from .entities import (
    BFXPipeline,
    BioSample,
    CellLine,
    CellMarker,
    CellType,
    DevelopmentalStage,
    Disease,
    Drug,
    Ethnicity,
    ExperimentalFactor,
    Gene,
    Organism,
    Pathway,
    Phenotype,
    Protein,
    Tissue,
)
from .public_ontology import PublicOntology, PublicOntologyField

__all__ = [
    "BFXPipeline",
    "BioSample",
    "CellLine",
    "CellMarker",
    "CellType",
    "DevelopmentalStage",
    "Disease",
    "Drug",
    "Ethnicity",
    "ExperimentalFactor",
    "Gene",
    "Organism",
    "Pathway",
    "Phenotype",
    "Protein",
    "PublicOntology",
    "PublicOntologyField",
    "Tissue",
    "display_currently_used_sources",
    "display_sources",
    "settings",
]
