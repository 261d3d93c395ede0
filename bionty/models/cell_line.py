"""The registry `CellLine`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class CellLine(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Cell lines, from Cellosaurus by default.

    Examples
    --------
    >>> cell_line = bt.CellLine.from_source(name="HEK293").save()
    >>> artifact.cell_lines.add(cell_line)
    """

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactCellLine", related_name="cell_lines"
    )
    records = ManyToManyField("lamindb.Record", through="RecordCellLine", related_name="cell_lines")

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
