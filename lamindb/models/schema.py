"""The registry `Schema`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import PROTECT, AutoField, ManyToManyField

from lamindb.base.deprecation import deprecated
from lamindb.base.descriptors import class_and_instance_method, strict_classmethod
from lamindb.base.fields import BooleanField, CharField, ForeignKey, IntegerField, TextField

from . import (
    describe,
    query_aliases,
    schema_create,
    schema_describe,
    schema_from_data,
    schema_members,
    schema_save,
)
from .curatable import CanCurate
from .feature import Feature
from .schema_formats import FormatConstraints
from .schema_members import SchemaOptionals
from .sqlrecord import SQLRecord
from .tracked import TracksRun, TracksUpdates
from .typed import HasType, query_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from lamindb.base.types import FieldAttr, ListLike

    from .query_set import BasicQuerySet, QuerySet
    from .schema_members import Pending


class Schema(SQLRecord, HasType, CanCurate, TracksRun, TracksUpdates):
    """Sets of features, or composites of such sets, that datasets are validated with.

    Parameters
    ----------
    features
        Saved features, or pairs of `feature.with_config(…)`, in their order; also records of one
        other registry, such as genes.
    slots
        Saved component schemas by slot of a composite dataset.
    name, description
        What it is.
    itype
        Registry or field that identifies members: `ln.Feature`, `bt.Gene.ensembl_gene_id`.
    type, is_type
        Type to which the schema belongs, and whether it is a type itself.
    index
        Feature that describes the index of data frames.
    flexible
        Whether further registered features are validated too; default True without `features`.
    otype
        Type of the datasets, such as `"AnnData"`; a composite needs one.
    suffix
        Suffix that artifacts must have.
    dtype
        Dtype of all members that are no features; default numbers.
    minimal_set, maximal_set, ordered_set
        Whether all members are required, no others are allowed, and their order counts.
    coerce
        Whether values are converted before they are validated.
    n_members
        Number of members that are not listed.
    lookup
        Whether a schema that is the same is returned.

    Examples
    --------
    >>> schema = ln.Schema([ln.Feature(name="dose", dtype=float).save()], name="doses").save()
    >>> schema.features.to_dataframe()
    """

    _new_rows_are_plain = False

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

    # what the constructor got and the next save writes
    _pending: Pending | None = None
    _slots: dict[str, Schema] | None = None
    _removed: Sequence[Any] = ()
    _former: Any = None

    _constructor_keywords = schema_create.KEYWORDS
    _query_aliases = {
        "dtype": query_aliases.renamed("_dtype_str"),
        "coerce_dtype": query_aliases.deprecated("coerce_dtype", "coerce"),
        "n": query_aliases.deprecated("n", "n_members"),
    }

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        schema_create.construct_schema(self, args, kwargs)

    @strict_classmethod
    def from_values(
        cls: Any,
        values: ListLike,
        field: FieldAttr = Feature.name,
        dtype: str | None = None,
        name: str | None = None,
        mute: bool = False,
        organism: SQLRecord | str | None = None,
        source: SQLRecord | None = None,
        raise_validation_error: bool = True,
    ) -> Schema | None:
        """Schema whose members are registered values, such as gene ids.

        Parameters
        ----------
        values
            Values, each of which is one member.
        field
            Field that identifies the members.
        dtype
            Dtype of all members; numbers by default unless they are features.
        name
            Name of the schema.
        mute
            Do not log.
        organism
            Consider records of this organism only: a record, or its name.
        source
            Source of the records.
        raise_validation_error
            False leaves out values that are not registered.

        Returns
        -------
        An unsaved schema, or the existing one with these members; None if no value is registered
        and that is no error.

        Raises
        ------
        ValidationError
            Some values are not registered.
        ValueError
            There are no values.
        TypeError
            `field` is no field of a registry.

        Examples
        --------
        >>> schema = ln.Schema.from_values(adata.var_names, field=bt.Gene.ensembl_gene_id).save()
        """
        return schema_from_data.schema_of_values(
            cls,
            values,
            field,
            dtype=dtype,
            name=name,
            mute=mute,
            organism=organism,
            source=source,
            raise_validation_error=raise_validation_error,
        )

    @classmethod
    def from_dataframe(
        cls,
        df: pd.DataFrame,
        field: FieldAttr = Feature.name,
        name: str | None = None,
        mute: bool = False,
        organism: SQLRecord | str | None = None,
        source: SQLRecord | None = None,
    ) -> Schema | None:
        """Schema whose members are the registered columns of a data frame.

        Parameters
        ----------
        df
            Data frame.
        field
            Field that identifies the columns.
        name
            Name of the schema.
        mute
            Do not log which columns are registered.
        organism
            Consider records of this organism only: a record, or its name.
        source
            Source of the records.

        Returns
        -------
        An unsaved schema, or the existing one with these members; None if no column is registered.

        Raises
        ------
        ValueError
            The columns are no features and have several data types.
        TypeError
            `field` is no field of a registry.

        Examples
        --------
        >>> ln.Feature.from_dataframe(df).save()
        >>> schema = ln.Schema.from_dataframe(df).save()
        """
        return schema_from_data.schema_of_dataframe(
            cls, df, field, name=name, mute=mute, organism=organism, source=source
        )

    @classmethod
    @deprecated("from_dataframe")
    def from_df(
        cls,
        df: pd.DataFrame,
        field: FieldAttr = Feature.name,
        name: str | None = None,
        mute: bool = False,
        organism: SQLRecord | str | None = None,
        source: SQLRecord | None = None,
    ) -> Schema | None:
        """Deprecated alias of `from_dataframe`."""
        return cls.from_dataframe(df, field, name, mute, organism, source)

    def save(self, *args: Any, **kwargs: Any) -> Schema:
        """Write the schema, its members and its slots; the hash follows them.

        Returns
        -------
        The schema itself.

        Raises
        ------
        ValidationError
            After a change it is the same as another schema.

        Examples
        --------
        >>> schema = ln.Schema([feature1, feature2], name="doses").save()
        """
        schema_save.save_schema(self, **kwargs)
        return self

    def add(self, features: Feature | list[Feature], optional: bool = True) -> None:
        """Add members that datasets may lack; call `save` afterwards.

        Parameters
        ----------
        features
            Saved features.
        optional
            True: required members can't be added to a schema that exists.

        Raises
        ------
        TypeError
            Not features.
        NotImplementedError
            `optional=False`.

        Examples
        --------
        >>> schema.add(feature)
        >>> schema.save()
        """
        schema_save.add_members(self, schema_members.as_list(features), optional=optional)

    def remove(self, features: Feature | list[Feature]) -> None:
        """Remove members; call `save` afterwards.

        Parameters
        ----------
        features
            Members of the schema.

        Raises
        ------
        TypeError
            Not features.
        NotImplementedError
            The schema allows no other features.

        Examples
        --------
        >>> schema.remove(feature)
        >>> schema.save()
        """
        schema_save.remove_members(self, schema_members.as_list(features))

    def add_optional_features(self, features: list[Feature]) -> None:
        """Deprecated alias of `add`."""
        warnings.warn("use .add()", DeprecationWarning, stacklevel=2)
        self.add(features)

    def remove_optional_features(self, features: list[Feature]) -> None:
        """Deprecated alias of `remove`."""
        warnings.warn("use .remove()", DeprecationWarning, stacklevel=2)
        self.remove(features)

    @property
    def members(self) -> BasicQuerySet | list[Any]:
        """Members in their order; a list before the first save."""
        if self._state.adding:
            return list(self._pending.records) if self._pending is not None else []
        if self.is_type:
            return schema_members.member_registry(self.itype).objects.none()
        return schema_members.members_in_order(self)

    @property
    def slots(self) -> dict[str, Schema]:
        """Component schemas by slot; read once, and again after the next save."""
        if self._pending is not None:
            return dict(self._pending.slots)
        if self._slots is None:
            self._slots = {} if self._state.adding else schema_members.slots_of(self)
        return dict(self._slots)

    @property
    def formats(self) -> FormatConstraints:
        """Constraints on storage formats; to change them, assign and save.

        Examples
        --------
        >>> schema.formats.zarr = {"zarr_format": 3}
        >>> schema.save()
        """
        return FormatConstraints(self)

    @property
    def optionals(self) -> SchemaOptionals:
        """Members that datasets may lack."""
        return SchemaOptionals(self)

    @property
    def index(self) -> Feature | None:
        """Feature that describes the index of data frames; to change it, assign and save.

        Raises
        ------
        AssertionError
            On assignment to a schema that is not saved.
        TypeError
            On assignment of anything but a feature or None.
        ValueError
            On assignment of a feature that is not saved.
        """
        return schema_save.index_feature(self)

    @index.setter
    def index(self, value: Feature | None) -> None:
        if self._state.adding:
            raise AssertionError("Save the schema before you set its index, or pass index=")
        schema_save.set_index(self, value)

    @property
    def dtype(self) -> str | None:
        """Dtype of all members."""
        return self._dtype_str

    @dtype.setter
    def dtype(self, value: str | None) -> None:
        self._dtype_str = value

    @property
    def coerce_dtype(self) -> bool | None:
        """Deprecated alias of `coerce`."""
        warnings.warn("use .coerce instead of .coerce_dtype", DeprecationWarning, stacklevel=2)
        return self.coerce

    @coerce_dtype.setter
    def coerce_dtype(self, value: bool | None) -> None:
        warnings.warn("use .coerce instead of .coerce_dtype", DeprecationWarning, stacklevel=2)
        self.coerce = value

    @property
    def n(self) -> int | None:
        """Deprecated alias of `n_members`."""
        warnings.warn("use .n_members instead of .n", DeprecationWarning, stacklevel=2)
        return self.n_members

    @n.setter
    def n(self, value: int | None) -> None:
        warnings.warn("use .n_members instead of .n", DeprecationWarning, stacklevel=2)
        self.n_members = value

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

    @class_and_instance_method
    def describe(
        cls_or_self,
        return_str: bool = False,
        include: Literal["comments", "hidden"] | None = None,
        n_max_features: int | None = None,
    ) -> str | None:
        """Describe flags, members and slots; the fields of the registry if called on the class.

        Parameters
        ----------
        return_str
            Return the text instead of printing it.
        include
            `"comments"` adds the notes of the schema, `"hidden"` lists hidden features too.
        n_max_features
            Maximum number of members to list, 100 by default.

        Raises
        ------
        ValueError
            The schema is not saved.

        Examples
        --------
        >>> schema.describe()
        """
        if isinstance(cls_or_self, type):
            return describe.describe_registry(cls_or_self, return_str=return_str)
        return schema_describe.describe_schema(
            cls_or_self, return_str=return_str, include=include, n_max_features=n_max_features
        )
