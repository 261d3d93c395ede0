"""The registry `Disease`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class Disease(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Diseases, from Mondo by default.

    Examples
    --------
    >>> disease = bt.Disease.from_source(name="Alzheimer disease").save()
    >>> artifact.diseases.add(disease)
    """

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactDisease", related_name="diseases"
    )
    records = ManyToManyField("lamindb.Record", through="RecordDisease", related_name="diseases")

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
