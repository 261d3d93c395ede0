"""What the registries of biological entities share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, AutoField, Model

from bionty.uids import ontology
from lamindb.base.fields import CharField, ForeignKey, TextField
from lamindb.models import CanCurate, HasAbbr, HasParents, HasSynonyms, SQLRecord

if TYPE_CHECKING:
    from .source import Source


class HasOntologyId(Model, HasParents):
    """Columns `name`, `ontology_id`; the registry itself adds the relation `parents`."""

    name: str = CharField(max_length=255, default=None, db_index=True)
    ontology_id: str | None = CharField(max_length=255, null=True, db_index=True)

    class Meta:
        abstract = True
        unique_together = (("name", "ontology_id"),)


class HasSource(Model):
    """Column `source`: the ontology and version that a record was taken from."""

    source: Source | None = ForeignKey("bionty.Source", PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True


class BioRecord(SQLRecord, HasSource, CanCurate, HasAbbr, HasSynonyms):
    """Columns `uid`, `abbr`, `synonyms`, `description` of all registries but `Source`."""

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=14, unique=True, default=ontology)
    abbr: str | None = CharField(max_length=32, unique=True, null=True)
    synonyms: str | None = TextField(null=True, db_index=True)
    description: str | None = TextField(null=True, db_index=True)

    class Meta(SQLRecord.Meta):
        abstract = True
