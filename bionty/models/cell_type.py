"""The registry `CellType`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class CellType(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Cell types, from the Cell Ontology by default.

    Examples
    --------
    >>> cell_type = bt.CellType.from_source(name="T cell").save()
    >>> artifact.cell_types.add(cell_type)
    """

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactCellType", related_name="cell_types"
    )
    records = ManyToManyField("lamindb.Record", through="RecordCellType", related_name="cell_types")

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
