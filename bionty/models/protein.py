"""The registry `Protein`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, ManyToManyField

from lamindb.base.fields import BigIntegerField, CharField, ForeignKey, TextField
from lamindb.models import TracksRun, TracksUpdates

from .base import BioRecord

if TYPE_CHECKING:
    from .organism import Organism


class Protein(BioRecord, TracksRun, TracksUpdates):
    """Proteins, from UniProt by default.

    Examples
    --------
    >>> protein = bt.Protein.from_source(uniprotkb_id="P36402", organism="human").save()
    >>> artifact.proteins.add(protein)
    """

    _identifiers = ("uniprotkb_id",)
    _needs_organism = True

    name: str | None = CharField(max_length=255, null=True, db_index=True)
    uniprotkb_id: str | None = CharField(max_length=10, unique=True, null=True)
    length: int | None = BigIntegerField(null=True, db_index=True)
    gene_symbol: str | None = CharField(max_length=255, null=True, db_index=True)
    ensembl_gene_ids: str | None = TextField(null=True)
    organism: Organism = ForeignKey("Organism", PROTECT, default=None, related_name="proteins")

    # relations
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactProtein", related_name="proteins"
    )
    records = ManyToManyField("lamindb.Record", through="RecordProtein", related_name="proteins")
    schemas = ManyToManyField("lamindb.Schema", through="SchemaProtein", related_name="proteins")
