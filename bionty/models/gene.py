"""The registry `Gene`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, ManyToManyField

from lamindb.base.fields import CharField, ForeignKey, TextField
from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord

if TYPE_CHECKING:
    from .organism import Organism


class Gene(BioRecord, TracksRun, TracksUpdates):
    """Genes, from Ensembl by default.

    Examples
    --------
    >>> gene = bt.Gene.from_source(ensembl_gene_id="ENSG00000081059").save()
    >>> artifact.genes.add(gene)
    """

    _name_field = "symbol"
    _identifiers = ("ensembl_gene_id", "stable_id")
    _needs_organism = True

    symbol: str | None = CharField(max_length=64, null=True, db_index=True)
    stable_id: str | None = CharField(max_length=255, unique=True, null=True)
    ensembl_gene_id: str | None = CharField(max_length=64, unique=True, null=True)
    ncbi_gene_ids: str | None = TextField(null=True, db_index=True)
    biotype: str | None = CharField(max_length=64, null=True, db_index=True)
    organism: Organism = ForeignKey("Organism", PROTECT, default=None, related_name="genes")

    # relations
    artifacts = ManyToManyField("lamindb.Artifact", through="ArtifactGene", related_name="genes")
    records = ManyToManyField("lamindb.Record", through="RecordGene", related_name="genes")
    schemas = ManyToManyField("lamindb.Schema", through="SchemaGene", related_name="genes")
