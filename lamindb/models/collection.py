"""The registry `Collection`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, AutoField, ManyToManyField, UniqueConstraint

from lamindb.base.fields import CharField, ForeignKey, OneToOneField, TextField
from lamindb.base.uids import base62_20

from .sqlrecord import SQLRecord
from .tracked import TracksRun, TracksUpdates
from .versioned import IsVersioned

if TYPE_CHECKING:
    from .artifact import Artifact
    from .run import Run
    from .schema import Schema


class Collection(SQLRecord, IsVersioned, TracksRun, TracksUpdates):
    """Ordered, immutable and versioned sets of artifacts.

    Examples
    --------
    >>> collection = ln.Collection([artifact1, artifact2], key="my_project/my_collection").save()
    >>> collection.ordered_artifacts.to_dataframe()
    """

    _len_stem_uid = 16
    _len_full_uid = 20
    _name_field = "key"

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=_len_full_uid, unique=True, default=base62_20, editable=False)
    key: str = CharField(max_length=255, default=None, db_index=True)
    description: str | None = TextField(null=True)
    hash: str | None = CharField(max_length=22, null=True, db_index=True)
    reference: str | None = CharField(max_length=255, null=True, db_index=True)
    reference_type: str | None = CharField(max_length=25, null=True, db_index=True)
    run: Run | None = ForeignKey("Run", PROTECT, null=True, related_name="output_collections")
    schema: Schema | None = ForeignKey(
        "Schema", PROTECT, null=True, related_name="validated_collections"
    )
    meta_artifact: Artifact | None = OneToOneField(
        "Artifact", PROTECT, null=True, related_name="_meta_of_collection"
    )

    # relations
    ulabels = ManyToManyField("ULabel", through="CollectionULabel", related_name="collections")
    input_of_runs = ManyToManyField("Run", related_name="input_collections")
    recreating_runs = ManyToManyField("Run", related_name="recreated_collections")
    artifacts = ManyToManyField(
        "Artifact", through="CollectionArtifact", related_name="collections"
    )
    linked_in_records = ManyToManyField(
        "Record", through="RecordCollection", related_name="linked_collections"
    )
    _actions = ManyToManyField("Artifact", related_name="+")

    class Meta(SQLRecord.Meta):
        constraints = [
            UniqueConstraint(fields=["key", "hash"], name="unique_collection_key_hash_not_null")
        ]
