"""The registry `Record`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from django.db.models import CASCADE, PROTECT, AutoField, ManyToManyField

from lamindb.base.fields import CharField, ForeignKey, JSONField, TextField
from lamindb.base.uids import base62_16

from . import query_aliases, record_create
from .annotate.feature_manager import FeatureManager
from .curatable import CanCurate
from .current import current_run
from .parents import HasParents
from .sqlrecord import SQLRecord
from .tracked import TracksRun, TracksUpdates
from .typed import HasType, query_members

if TYPE_CHECKING:
    from .query_set import QuerySet
    from .run import Run
    from .schema import Schema


class Record(SQLRecord, HasType, HasParents, CanCurate, TracksRun, TracksUpdates):
    """Flexible records: rows of dynamic registries, with feature values, types and schemas.

    Parameters
    ----------
    name
        Name; the record of this name is returned if there is one.
    type
        Record with `is_type=True` to which this one belongs.
    is_type
        Whether this is a type of records.
    description, reference, reference_type
        What it is and where it comes from.
    schema
        Schema of the records of this type; implies `is_type`.

    Examples
    --------
    >>> sample_type = ln.Record(name="Sample", is_type=True).save()
    >>> sample = ln.Record(name="S-01", type=sample_type).save()
    >>> sample.features.add_values({"temperature": 21.6})
    """

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=16, unique=True, default=base62_16, editable=False)
    name: str | None = CharField(max_length=150, null=True, db_index=True)
    type: Record | None = ForeignKey("self", PROTECT, null=True, related_name="records")
    description: str | None = TextField(null=True)
    reference: str | None = CharField(max_length=255, null=True, db_index=True)
    reference_type: str | None = CharField(max_length=25, null=True, db_index=True)
    extra_data: dict[str, Any] | None = JSONField(null=True)
    schema: Schema | None = ForeignKey("Schema", CASCADE, null=True, related_name="records")
    run: Run | None = ForeignKey(
        "Run",
        PROTECT,
        null=True,
        default=current_run,
        related_name="output_records",
        editable=False,
    )

    # relations
    linked_records = ManyToManyField(
        "self",
        through="RecordRecord",
        through_fields=("record", "value"),
        symmetrical=False,
        related_name="linked_in_records",
    )
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    input_of_runs = ManyToManyField("Run", related_name="input_records")
    artifacts = ManyToManyField("Artifact", through="ArtifactRecord", related_name="records")
    runs = ManyToManyField("Run", through="RunRecord", related_name="records")
    transforms = ManyToManyField("Transform", through="TransformRecord", related_name="records")
    collections = ManyToManyField("Collection", through="CollectionRecord", related_name="records")

    _constructor_keywords = record_create.KEYWORDS
    _queryable_by_feature = True
    _query_aliases = {"features": query_aliases.features("Record")}

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        record_create.construct_record(self, args, kwargs)

    @property
    def features(self) -> FeatureManager:
        """Values of features.

        Examples
        --------
        >>> record.features.add_values({"temperature": 21.6})
        """
        return FeatureManager(self)

    @property
    def is_data(self) -> bool:
        """Whether this is a data record, no type."""
        return not self.is_type

    @property
    def is_page(self) -> bool:
        """Whether this is a type without a schema."""
        return self.is_type and self.schema_id is None

    @property
    def is_frame(self) -> bool:
        """Whether this is a type with a schema."""
        return self.is_type and self.schema_id is not None

    @property
    def is_sheet(self) -> bool:
        """Deprecated alias of `is_frame`."""
        warnings.warn("use .is_frame instead of .is_sheet", DeprecationWarning, stacklevel=2)
        return self.is_frame

    def query_records(self, depth: int | None = None) -> QuerySet:
        """Members of the type on the visible branches, breadth-first; members of members too.

        Parameters
        ----------
        depth
            Number of levels, None for all; 1 means direct members only.

        Examples
        --------
        >>> sample_type.query_records().to_dataframe()
        """
        return query_members(self, depth)
