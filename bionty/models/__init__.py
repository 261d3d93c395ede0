"""Registries of biological entities."""

from __future__ import annotations

import lamindb.models  # noqa: F401 (mounted first, so that its relations come first)
from lamindb.setup.orm import mounting

with mounting("bionty"):
    # Order matters, so it is not sorted: columns of a table come in the order in which the
    # bases are defined, reverse relations in the order in which the registries are.
    # isort: off
    from .base import BioRecord, HasOntologyId, HasSource
    from .source import Source
    from .organism import Organism
    from .gene import Gene
    from .protein import Protein
    from .cell_marker import CellMarker
    from .tissue import Tissue
    from .cell_type import CellType
    from .disease import Disease
    from .cell_line import CellLine
    from .phenotype import Phenotype
    from .pathway import Pathway
    from .experimental_factor import ExperimentalFactor
    from .developmental_stage import DevelopmentalStage
    from .ethnicity import Ethnicity
    from .link_tables.schema import (
        SchemaCellMarker,
        SchemaGene,
        SchemaPathway,
        SchemaProtein,
    )
    from .link_tables.artifact import (
        ArtifactCellLine,
        ArtifactCellMarker,
        ArtifactCellType,
        ArtifactDevelopmentalStage,
        ArtifactDisease,
        ArtifactEthnicity,
        ArtifactExperimentalFactor,
        ArtifactGene,
        ArtifactOrganism,
        ArtifactPathway,
        ArtifactPhenotype,
        ArtifactProtein,
        ArtifactTissue,
    )
    from .link_tables.record import (
        RecordCellLine,
        RecordCellMarker,
        RecordCellType,
        RecordDevelopmentalStage,
        RecordDisease,
        RecordEthnicity,
        RecordExperimentalFactor,
        RecordGene,
        RecordOrganism,
        RecordPathway,
        RecordPhenotype,
        RecordProtein,
        RecordTissue,
    )
    # isort: on

Species = Organism
BiontySource = PublicSource = Source
BioRegistry = BioRecord

__all__ = [
    "ArtifactCellLine",
    "ArtifactCellMarker",
    "ArtifactCellType",
    "ArtifactDevelopmentalStage",
    "ArtifactDisease",
    "ArtifactEthnicity",
    "ArtifactExperimentalFactor",
    "ArtifactGene",
    "ArtifactOrganism",
    "ArtifactPathway",
    "ArtifactPhenotype",
    "ArtifactProtein",
    "ArtifactTissue",
    "BioRecord",
    "BioRegistry",
    "BiontySource",
    "CellLine",
    "CellMarker",
    "CellType",
    "DevelopmentalStage",
    "Disease",
    "Ethnicity",
    "ExperimentalFactor",
    "Gene",
    "HasOntologyId",
    "HasSource",
    "Organism",
    "Pathway",
    "Phenotype",
    "Protein",
    "PublicSource",
    "RecordCellLine",
    "RecordCellMarker",
    "RecordCellType",
    "RecordDevelopmentalStage",
    "RecordDisease",
    "RecordEthnicity",
    "RecordExperimentalFactor",
    "RecordGene",
    "RecordOrganism",
    "RecordPathway",
    "RecordPhenotype",
    "RecordProtein",
    "RecordTissue",
    "SchemaCellMarker",
    "SchemaGene",
    "SchemaPathway",
    "SchemaProtein",
    "Source",
    "Species",
    "Tissue",
]
