"""The registry `Tissue`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class Tissue(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Tissues: organs and parts of the body, from Uberon by default.

    Examples
    --------
    >>> tissue = bt.Tissue.from_source(name="lung").save()
    >>> artifact.tissues.add(tissue)
    """

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactTissue", related_name="tissues"
    )
    records = ManyToManyField("lamindb.Record", through="RecordTissue", related_name="tissues")

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
