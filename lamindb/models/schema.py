"""The registry `Schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, AutoField, ManyToManyField

from lamindb.base.fields import BooleanField, CharField, ForeignKey, IntegerField, TextField

from .curatable import CanCurate
from .sqlrecord import SQLRecord
from .tracked import TracksRun, TracksUpdates
from .typed import HasType, query_members

if TYPE_CHECKING:
    from .query_set import QuerySet


class Schema(SQLRecord, HasType, CanCurate, TracksRun, TracksUpdates):
    """Sets of features, or composites of such sets, that datasets are validated with.

    Examples
    --------
    >>> schema = ln.Schema([ln.Feature(name="dose", dtype=float).save()], name="doses").save()
    >>> schema.features.to_dataframe()
    """

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=16, unique=True, default=None, editable=False)
    name: str | None = CharField(max_length=150, null=True, db_index=True)
    description: str | None = TextField(null=True)
    n_members: int | None = IntegerField(null=True)
    coerce: bool | None = BooleanField(null=True)
    flexible: bool | None = BooleanField(null=True)
    type: Schema | None = ForeignKey("self", PROTECT, null=True, related_name="schemas")
    itype: str | None = CharField(max_length=120, null=True, db_index=True, editable=False)
    otype: str | None = CharField(max_length=64, null=True, db_index=True)
    suffix: str | None = CharField(max_length=30, null=True, db_index=True)
    _dtype_str: str | None = CharField(max_length=64, null=True, editable=False)
    hash: str | None = CharField(max_length=22, null=True, db_index=True, editable=False)
    minimal_set: bool = BooleanField(default=True, db_index=True, editable=False)
    ordered_set: bool = BooleanField(default=False, db_index=True, editable=False)
    maximal_set: bool = BooleanField(default=False, db_index=True, editable=False)

    # relations
    components = ManyToManyField(
        "self",
        through="SchemaComponent",
        through_fields=("composite", "component"),
        symmetrical=False,
        related_name="composites",
    )

    def query_schemas(self, depth: int | None = None) -> QuerySet:
        """Members of the type on the visible branches, breadth-first; members of members too.

        Parameters
        ----------
        depth
            Number of levels, None for all; 1 means direct members only.

        Examples
        --------
        >>> assay_type.query_schemas().to_dataframe()
        """
        return query_members(self, depth)
