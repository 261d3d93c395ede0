"""The registry `Feature`."""

from __future__ import annotations

from typing import Any

from django.db.models import PROTECT, AutoField, CheckConstraint, ManyToManyField, Q

from lamindb.base.fields import (
    BooleanField,
    CharField,
    ForeignKey,
    IntegerField,
    JSONField,
    SmallIntegerField,
    TextField,
)
from lamindb.base.uids import base62_12

from .curatable import CanCurate
from .sqlrecord import SQLRecord
from .synonyms import HasSynonyms
from .tracked import TracksRun, TracksUpdates
from .typed import HasType


class Feature(SQLRecord, HasType, CanCurate, HasSynonyms, TracksRun, TracksUpdates):
    """Dimensions of measurement: columns of data frames, keys of dictionaries, with a dtype.

    Examples
    --------
    >>> ln.Feature(name="temperature", dtype=float).save()
    >>> ln.Feature(name="cell_type", dtype=bt.CellType).save()
    """

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=12, unique=True, default=base62_12, editable=False)
    name: str = CharField(max_length=150, default=None, db_index=True)
    _dtype_str: str | None = CharField(max_length=255, null=True, db_index=True)
    _ounit_str: str | None = CharField(max_length=255, null=True, db_index=True)
    type: Feature | None = ForeignKey("self", PROTECT, null=True, related_name="features")
    unit: str | None = CharField(max_length=30, null=True, db_index=True)
    description: str | None = TextField(null=True)
    array_rank: int = SmallIntegerField(default=0, db_index=True)
    array_size: int = IntegerField(default=0, db_index=True)
    array_shape: list[int] | None = JSONField(null=True, default=None, db_default=None)
    synonyms: str | None = TextField(null=True)
    default_value: Any = JSONField(null=True)
    nullable: bool | None = BooleanField(null=True)
    coerce: bool | None = BooleanField(null=True)

    # relations
    schemas = ManyToManyField("Schema", through="SchemaFeature", related_name="features")

    class Meta(SQLRecord.Meta):
        constraints = [
            CheckConstraint(
                condition=Q(is_type=True) | Q(_dtype_str__isnull=False),
                name="feature_dtype_str_not_null_when_is_type_false",
            )
        ]
