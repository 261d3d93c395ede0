"""The registry `DevelopmentalStage`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class DevelopmentalStage(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Developmental stages, from HsapDv and MmusDv by default.

    Examples
    --------
    >>> developmental_stage = bt.DevelopmentalStage.from_source(name="organogenesis stage").save()
    >>> artifact.developmental_stages.add(developmental_stage)
    """

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField(
        "lamindb.Artifact",
        through="ArtifactDevelopmentalStage",
        related_name="developmental_stages",
    )
    records = ManyToManyField(
        "lamindb.Record", through="RecordDevelopmentalStage", related_name="developmental_stages"
    )

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
