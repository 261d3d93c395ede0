"""The registry `Ethnicity`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class Ethnicity(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Ethnicities of human donors, from HANCESTRO by default.

    Examples
    --------
    >>> ethnicity = bt.Ethnicity.from_source(name="European").save()
    >>> artifact.ethnicities.add(ethnicity)
    """

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactEthnicity", related_name="ethnicities"
    )
    records = ManyToManyField(
        "lamindb.Record", through="RecordEthnicity", related_name="ethnicities"
    )

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
