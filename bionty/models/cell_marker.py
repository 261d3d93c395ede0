"""The registry `CellMarker`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, ManyToManyField

from lamindb.base.fields import CharField, ForeignKey
from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord

if TYPE_CHECKING:
    from .organism import Organism


class CellMarker(BioRecord, TracksRun, TracksUpdates):
    """Cell markers: antibody targets, from CellMarker by default.

    Examples
    --------
    >>> marker = bt.CellMarker.from_source(name="CD3", organism="human").save()
    >>> artifact.cell_markers.add(marker)
    """

    _identifiers = ()
    _needs_organism = True

    name: str = CharField(max_length=64, default=None, db_index=True)
    gene_symbol: str | None = CharField(max_length=64, null=True, db_index=True)
    ncbi_gene_id: str | None = CharField(max_length=32, null=True, db_index=True)
    uniprotkb_id: str | None = CharField(max_length=10, null=True, db_index=True)
    organism: Organism = ForeignKey("Organism", PROTECT, default=None, related_name="cell_markers")

    # relations
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactCellMarker", related_name="cell_markers"
    )
    records = ManyToManyField(
        "lamindb.Record", through="RecordCellMarker", related_name="cell_markers"
    )
    schemas = ManyToManyField(
        "lamindb.Schema", through="SchemaCellMarker", related_name="cell_markers"
    )

    class Meta(BioRecord.Meta):
        unique_together = (("name", "organism"),)
