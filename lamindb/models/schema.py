"""The registry `Schema`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from django.db.models import PROTECT, AutoField, ManyToManyField

from lamindb.base.fields import BooleanField, CharField, ForeignKey, IntegerField, TextField

from . import query_aliases, schema_create, schema_members, schema_save
from .curatable import CanCurate
from .schema_members import SchemaOptionals
from .sqlrecord import SQLRecord
from .tracked import TracksRun, TracksUpdates
from .typed import HasType, query_members

if TYPE_CHECKING:
    from .feature import Feature
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

    _constructor_keywords = schema_create.KEYWORDS
    _query_aliases = {
        "dtype": query_aliases.renamed("_dtype_str"),
        "coerce_dtype": query_aliases.deprecated("coerce_dtype", "coerce"),
        "n": query_aliases.deprecated("n", "n_members"),
    }

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        schema_create.construct_schema(self, args, kwargs)

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
        return schema_members.members_in_order(self)

    @property
    def slots(self) -> dict[str, Schema]:
        """Component schemas by slot."""
        if self._pending is not None:
            return dict(self._pending.slots)
        return {} if self._state.adding else schema_members.slots_of(self)

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
        """
        return schema_save.index_feature(self)

    @index.setter
    def index(self, value: Feature | None) -> None:
        if self._state.adding:
            raise AssertionError("Save the schema before you set its index, or pass index=")
        uid = None if value is None else schema_members.checked_features([value])[0].uid
        schema_members.write_setting(self, schema_members.INDEX, uid)

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
