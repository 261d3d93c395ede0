"""The registry `Phenotype`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class Phenotype(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Phenotypes, from PATO or, for humans, the Human Phenotype Ontology.

    Examples
    --------
    >>> phenotype = bt.Phenotype.from_source(name="Arachnodactyly").save()
    >>> artifact.phenotypes.add(phenotype)
    """

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactPhenotype", related_name="phenotypes"
    )
    records = ManyToManyField(
        "lamindb.Record", through="RecordPhenotype", related_name="phenotypes"
    )

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
