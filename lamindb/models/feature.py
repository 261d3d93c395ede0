"""The registry `Feature`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from django.db.models import PROTECT, AutoField, CheckConstraint, ManyToManyField, Q

from lamindb.base.deprecation import deprecated
from lamindb.base.dtypes import dtype_of_pandas as serialize_pandas_dtype
from lamindb.base.dtypes import parse_filter_string
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

from . import feature_create, feature_dtypes, feature_inference, query_aliases
from .annotate.predicates import ComparableFeature
from .curatable import CanCurate
from .feature_dtypes import parse_dtype, resolve_relation_filters, serialize_dtype
from .sqlrecord import SQLRecord
from .synonyms import HasSynonyms
from .tracked import TracksRun, TracksUpdates
from .typed import HasType, query_members

if TYPE_CHECKING:
    import pandas as pd

    from lamindb.base.types import FieldAttr

    from .query_set import QuerySet
    from .record_list import SQLRecordList

__all__ = [
    "Feature",
    "parse_dtype",
    "parse_filter_string",
    "resolve_relation_filters",
    "serialize_dtype",
    "serialize_pandas_dtype",
]


class Feature(
    ComparableFeature, SQLRecord, HasType, CanCurate, HasSynonyms, TracksRun, TracksUpdates
):
    """Dimensions of measurement: columns of data frames, keys of dictionaries, with a dtype.

    Parameters
    ----------
    name
        Name; the feature of this name is returned if there is one.
    dtype
        Python type, registry, registry field, saved type of `Record` or `ULabel`, `list[…]` of
        these, a list of registries and fields, or one of `"num"`, `"path"`, `"url"`.
    type
        Feature with `is_type=True` to which this one belongs.
    is_type
        Whether this is a type of features.
    unit, description, synonyms
        What is measured, and how else it is called.
    nullable
        Whether values may be missing; default True.
    default_value
        Value for rows without one.
    coerce
        Whether values are converted to the dtype before they are validated.
    cat_filters
        Conditions for the records that are valid values.

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

    _query_aliases = {
        "dtype": query_aliases.deprecated("dtype", "_dtype_str", "dtype_as_str"),
        "dtype_as_str": query_aliases.renamed("_dtype_str"),
    }

    def query_features(self, depth: int | None = None) -> QuerySet:
        """Members of the type on the visible branches, breadth-first; members of members too.

        Parameters
        ----------
        depth
            Number of levels, None for all; 1 means direct members only.

        Examples
        --------
        >>> obs_type.query_features().to_dataframe()
        """
        return query_members(self, depth)

    # name and dtype as stored, to notice when they are changed
    _original: tuple[str, str | None] | None = None

    _constructor_keywords = feature_create.KEYWORDS

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        feature_create.construct_feature(self, args, kwargs)

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any) -> Feature:
        """Remember name and dtype, to notice when they are changed."""
        feature = super().from_db(db, field_names, values)
        columns = feature.__dict__
        if "name" in columns and "_dtype_str" in columns:
            feature._original = (columns["name"], columns["_dtype_str"])
        return feature

    @classmethod
    def from_dataframe(
        cls, df: pd.DataFrame, field: FieldAttr | None = None, *, mute: bool = False
    ) -> SQLRecordList[Feature]:
        """One feature per column: existing ones, and unsaved ones with the dtype of the column.

        Parameters
        ----------
        df
            Data frame.
        field
            `Feature.name`.
        mute
            Do not suggest categories for text that repeats.

        Raises
        ------
        ValidationError
            A feature exists with another dtype.
        ValueError
            `field` is something else, or a column has no dtype.

        Examples
        --------
        >>> ln.Feature.from_dataframe(df).save()
        """
        return feature_inference.features_of_dataframe(cls, df, field, mute=mute)

    @classmethod
    @deprecated("from_dataframe")
    def from_df(
        cls, df: pd.DataFrame, field: FieldAttr | None = None, *, mute: bool = False
    ) -> SQLRecordList[Feature]:
        """Deprecated alias of `from_dataframe`."""
        return cls.from_dataframe(df, field, mute=mute)

    @classmethod
    def from_dict(
        cls,
        dictionary: dict[str, Any],
        field: FieldAttr | None = None,
        *,
        type: Feature | None = None,
        mute: bool = False,
    ) -> SQLRecordList[Feature]:
        """One feature per key: existing ones, and unsaved ones with the dtype of the value.

        Parameters
        ----------
        dictionary
            Values by the names of features.
        field
            `Feature.name`.
        type
            Type of the features.
        mute
            Accepted; nothing is logged.

        Raises
        ------
        ValueError
            The dtype of a value is not clear, or `field` is something else.
        ValidationError
            A feature exists with another dtype.

        Examples
        --------
        >>> ln.Feature.from_dict({"temperature": 21.6, "study": "A"}).save()
        """
        return feature_inference.features_of_dictionary(cls, dictionary, field, type=type)

    def save(self, *args: Any, **kwargs: Any) -> Feature:
        """Write the feature; a former name stays as a synonym.

        Returns
        -------
        The feature itself.

        Raises
        ------
        ValidationError
            The dtype was changed although schemas or values refer to the feature.

        Examples
        --------
        >>> ln.Feature(name="temperature", dtype=float).save()
        """
        feature_create.save_feature(self, **kwargs)
        return self

    def with_config(self, optional: bool | None = None) -> tuple[Feature, dict[str, bool]]:
        """Pair for `Schema([...])` that says how the schema uses the feature.

        Parameters
        ----------
        optional
            Whether datasets may lack the feature.

        Examples
        --------
        >>> ln.Schema([feature1, feature2.with_config(optional=True)])
        """
        return self, {"optional": optional} if optional is not None else {}

    @property
    def dtype_as_str(self) -> str | None:
        """Dtype as it is stored; None for types."""
        return self._dtype_str

    @property
    def dtype_as_object(self) -> Any:
        """Python type, registry field, type record, `list[…]` or list of fields; None for types.

        Examples
        --------
        >>> ln.Feature.get(name="cell_type").dtype_as_object
        FieldAttr(bionty.CellType.name)
        """
        return None if self._dtype_str is None else feature_dtypes.dtype_object(self._dtype_str)

    @property
    def dtype(self) -> str | None:
        """Deprecated: dtype with the names of types in place of their uids."""
        warnings.warn(
            "use .dtype_as_str or .dtype_as_object instead of .dtype",
            DeprecationWarning,
            stacklevel=2,
        )
        return None if self._dtype_str is None else feature_dtypes.dtype_with_names(self._dtype_str)

    @property
    def coerce_dtype(self) -> bool | None:
        """Deprecated alias of `coerce`."""
        warnings.warn("use .coerce instead of .coerce_dtype", DeprecationWarning, stacklevel=2)
        return self.coerce

    @coerce_dtype.setter
    def coerce_dtype(self, value: bool | None) -> None:
        warnings.warn("use .coerce instead of .coerce_dtype", DeprecationWarning, stacklevel=2)
        self.coerce = value
