"""The registry `Organism`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.base.fields import CharField
from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class Organism(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Organisms, from Ensembl by default.

    Examples
    --------
    >>> organism = bt.Organism.from_source(name="human").save()
    >>> artifact.organisms.add(organism)
    """

    scientific_name: str | None = CharField(max_length=255, unique=True, null=True)

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactOrganism", related_name="organisms"
    )
    records = ManyToManyField("lamindb.Record", through="RecordOrganism", related_name="organisms")

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
