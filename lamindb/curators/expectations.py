"""What a schema expects of a table: which features apply, and the rules for its columns."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import SimpleDtype, parse
from lamindb.base.types import UNSET
from lamindb.base.validation import TERMS, Failure
from lamindb.models.annotate.resolve import resolve_values
from lamindb.models.feature_dtypes import alternatives
from lamindb.models.registry_fields import name_field
from lamindb.models.schema_members import index_uid, optional_uids

from .columns import INTERNAL_COLUMN, ColumnRule, TableRules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lamindb.base.dtypes import Dtype
    from lamindb.models import Feature, Schema

FEATURE = "Feature"
TEXT, ANYTHING = SimpleDtype("str"), SimpleDtype("object")


@dataclass(frozen=True)
class Expectations:
    """Members of a schema, read once.

    Attributes
    ----------
    schema
        The schema.
    members
        Its members in order, without the index: features, or records of another registry.
    index
        Feature that describes the index.
    optional
        Uids of members that a table may lack.
    """

    schema: Schema
    members: tuple[Any, ...]
    index: Feature | None
    optional: frozenset[str]

    @property
    def itype(self) -> str | None:
        """Registry, or field, that identifies columns; None if the schema says nothing of them."""
        if self.schema.itype is None and (self.members or self.index is not None):
            return FEATURE
        return self.schema.itype

    @property
    def are_features(self) -> bool:
        """Whether columns are identified as features."""
        return (self.itype or "").partition("[")[0] == FEATURE

    @property
    def is_flexible(self) -> bool:
        """Whether other registered columns are checked, too."""
        return bool(self.schema.flexible) and self.itype is not None

    def name_of(self, member: Any) -> str:
        """What the column of a member is called."""
        if self.are_features:
            return str(member.name)
        parts = (self.itype or "").split(".")
        column = parts[-1] if parts[-1][:1].islower() and len(parts) > 1 else None
        registry: Any = type(member)
        return str(getattr(member, column or name_field(registry) or "uid"))

    def is_required(self, member: Any) -> bool:
        """Whether a table needs the column of a member."""
        return bool(self.schema.minimal_set) and member.uid not in self.optional


def expectations_of(
    schema: Schema, members: Sequence[Any] | None = None, index: Any = UNSET
) -> Expectations:
    """Read what a schema expects.

    Parameters
    ----------
    schema
        The schema.
    members, index
        Take the place of those of the schema.
    """
    given = list(schema.members if members is None else members)
    if index is UNSET:
        uid = index_uid(schema)
        index = next((member for member in given if uid is not None and member.uid == uid), None)
    rest = tuple(member for member in given if index is None or member.uid != index.uid)
    return Expectations(schema, rest, index, frozenset(optional_uids(schema)))


@dataclass(frozen=True)
class Applicable:
    """Features that apply to one table.

    Attributes
    ----------
    members
        Members of the schema, whether or not the table has them.
    flexible
        Further features of the table, in the order of its columns.
    failures
        Column names that could mean several features.
    """

    members: tuple[Any, ...]
    flexible: tuple[Any, ...] = ()
    failures: tuple[Failure, ...] = ()

    def __iter__(self) -> Any:
        return iter((*self.members, *self.flexible))


def applicable_features(
    expected: Expectations, labels: Iterable[Any], slot: str | None, using: str | None = None
) -> Applicable:
    """Which features apply to the columns of a table: members win, then registered names.

    Parameters
    ----------
    expected
        What the schema expects.
    labels
        Labels of the columns.
    slot
        Slot of the table, for failures.
    using
        Alias of the database.

    Returns
    -------
    Applicable
        Read in one query, or two if names repeat among the features.
    """
    if not (expected.is_flexible and expected.are_features):
        return Applicable(expected.members)
    known = {expected.name_of(member) for member in expected.members}
    names = [name for name in dict.fromkeys(names_of(labels)) if name not in known]
    resolution = resolve_values(str(expected.itype), names, using)
    failures = tuple(
        Failure(TERMS, "AMBIGUOUS", name, f"{reason}.{AMBIGUITY_HINT}", slot=slot, values=(name,))
        for name, reason in resolution.ambiguous.items()
    )
    return Applicable(expected.members, tuple(resolution.found.values()), failures)


AMBIGUITY_HINT = " Pass a schema that has the intended feature as a member."


def names_of(labels: Iterable[Any]) -> list[str]:
    """Labels that could be names of features."""
    return [
        label for label in labels if isinstance(label, str) and not INTERNAL_COLUMN.match(label)
    ]


def table_rules(
    expected: Expectations,
    applicable: Applicable,
    *,
    dtypes: Mapping[str, Dtype] = MappingProxyType({}),
    names_only: bool = False,
) -> TableRules:
    """What is checked of the columns before their terms are.

    Parameters
    ----------
    expected
        What the schema expects.
    applicable
        Which features apply.
    dtypes
        Dtypes of columns that differ from those of their features.
    names_only
        Whether nothing but the names of columns counts.
    """
    schema = expected.schema

    def rule(member: Any, *, required: bool) -> ColumnRule:
        dtype = ANYTHING if names_only else dtypes.get(expected.name_of(member))
        return column_rule(expected, member, required=required, dtype=dtype)

    required = [rule(one, required=expected.is_required(one)) for one in applicable.members]
    others = [rule(feature, required=False) for feature in applicable.flexible]
    return TableRules(
        (*required, *others),
        index=None if expected.index is None else rule(expected.index, required=True),
        maximal=bool(schema.maximal_set) and not expected.is_flexible,
        ordered=bool(schema.ordered_set),
    )


def column_rule(
    expected: Expectations, member: Any, *, required: bool, dtype: Dtype | None = None
) -> ColumnRule:
    """Rule for the column of one member, whose own dtype counts unless another one is passed."""
    schema = expected.schema
    stated = member._dtype_str if expected.are_features else schema._dtype_str
    own_coerce = expected.are_features and member.coerce
    return ColumnRule(
        expected.name_of(member),
        dtype or parse(stated or "object"),
        required=required,
        nullable=not expected.are_features or member.nullable is not False,
        coerce=dtype is None and bool(own_coerce or schema.coerce),
    )


def is_categorical(feature: Any) -> bool:
    """Whether the values of a feature are terms of a registry."""
    return bool(alternatives(parse(feature._dtype_str or "object")))
