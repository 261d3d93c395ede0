"""Schemas and their biological members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import ForeignKey
from lamindb.models import BaseSQLRecord, IsLink

if TYPE_CHECKING:
    from bionty.models.cell_marker import CellMarker
    from bionty.models.gene import Gene
    from bionty.models.pathway import Pathway
    from bionty.models.protein import Protein
    from lamindb.models import Schema


class SchemaGene(BaseSQLRecord, IsLink):
    """Genes of a schema; the order of the links is the order of the members."""

    id: int = BigAutoField(primary_key=True)
    schema: Schema = ForeignKey("lamindb.Schema", CASCADE, related_name="links_gene")
    gene: Gene = ForeignKey("Gene", PROTECT, related_name="links_schema")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("schema", "gene"),)


class SchemaProtein(BaseSQLRecord, IsLink):
    """Proteins of a schema; the order of the links is the order of the members."""

    id: int = BigAutoField(primary_key=True)
    schema: Schema = ForeignKey("lamindb.Schema", CASCADE, related_name="links_protein")
    protein: Protein = ForeignKey("Protein", PROTECT, related_name="links_schema")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("schema", "protein"),)


class SchemaCellMarker(BaseSQLRecord, IsLink):
    """Cell markers of a schema; the order of the links is the order of the members."""

    id: int = BigAutoField(primary_key=True)
    schema: Schema = ForeignKey("lamindb.Schema", CASCADE, related_name="links_cellmarker")
    cellmarker: CellMarker = ForeignKey("CellMarker", PROTECT, related_name="links_schema")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("schema", "cellmarker"),)


class SchemaPathway(BaseSQLRecord, IsLink):
    """Pathways of a schema; the order of the links is the order of the members."""

    id: int = BigAutoField(primary_key=True)
    schema: Schema = ForeignKey("lamindb.Schema", CASCADE, related_name="links_pathway")
    pathway: Pathway = ForeignKey("Pathway", PROTECT, related_name="links_schema")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("schema", "pathway"),)
