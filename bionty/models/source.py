"""The registry `Source`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, AutoField, ManyToManyField

from bionty.uids import source
from lamindb.base.fields import BooleanField, CharField, ForeignKey, TextField
from lamindb.models import SQLRecord, TracksRun, TracksUpdates

if TYPE_CHECKING:
    from lamindb.models import Artifact


class Source(SQLRecord, TracksRun, TracksUpdates):
    """Versions of public ontologies and of in-house tables that registries are filled from.

    Examples
    --------
    >>> bt.Source.get(entity="bionty.CellType", name="cl", currently_used=True)
    """

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=8, unique=True, default=source)
    entity: str = CharField(max_length=255, default=None, db_index=True)
    organism: str = CharField(max_length=255, default=None, db_index=True)
    name: str = CharField(max_length=255, default=None, db_index=True)
    version: str = CharField(max_length=255, default=None, db_index=True)
    in_db: bool = BooleanField(default=False, db_index=True)
    currently_used: bool = BooleanField(default=False, db_index=True)
    description: str | None = TextField(null=True, db_index=True)
    url: str | None = TextField(null=True)
    md5: str | None = TextField(null=True)
    source_website: str | None = TextField(null=True)
    dataframe_artifact: Artifact | None = ForeignKey(
        "lamindb.Artifact", PROTECT, null=True, related_name="_source_dataframe_of"
    )

    # relations
    artifacts = ManyToManyField("lamindb.Artifact", related_name="_source_artifact_of")

    class Meta(SQLRecord.Meta):
        unique_together = (("entity", "name", "organism", "version"),)
