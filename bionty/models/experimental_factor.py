"""The registry `ExperimentalFactor`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class ExperimentalFactor(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Experimental factors such as assays, from EFO by default.

    Examples
    --------
    >>> experimental_factor = bt.ExperimentalFactor.from_source(name="scRNA-seq").save()
    >>> artifact.experimental_factors.add(experimental_factor)
    """

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField(
        "lamindb.Artifact",
        through="ArtifactExperimentalFactor",
        related_name="experimental_factors",
    )
    records = ManyToManyField(
        "lamindb.Record", through="RecordExperimentalFactor", related_name="experimental_factors"
    )

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
