"""The registry `Pathway`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord, HasOntologyId


class Pathway(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Pathways and biological processes, from the Gene Ontology by default.

    Examples
    --------
    >>> pathway = bt.Pathway.from_source(ontology_id="GO:1903353").save()
    >>> artifact.pathways.add(pathway)
    """

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    genes = ManyToManyField("Gene", related_name="pathways")
    schemas = ManyToManyField("lamindb.Schema", through="SchemaPathway", related_name="pathways")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactPathway", related_name="pathways"
    )
    records = ManyToManyField("lamindb.Record", through="RecordPathway", related_name="pathways")

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
