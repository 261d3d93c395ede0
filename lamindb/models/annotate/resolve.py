"""Terms → records: which records the values of a categorical feature mean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from lamindb.base.dtypes import CatAlternative, parse, parse_registry_field
from lamindb.errors import ValidationError
from lamindb.models.curated_values import comparable, curated_field, is_numeric, is_text
from lamindb.models.curation import equal
from lamindb.models.current import visible_branch_ids
from lamindb.models.feature_dtypes import alternatives, find_type, registry_by_name
from lamindb.models.hierarchy_sql import TypeLevel, ids_of_members
from lamindb.models.positions import positions
from lamindb.models.registry_fields import has_field, name_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Field, Model

FEATURE = "Feature"


@dataclass
class Resolution:
    """Which values mean which records.

    Attributes
    ----------
    found
        Record by value, in the order of the values.
    ambiguous
        By value, why it is not clear which record is meant.
    missing
        Values without a record.
    """

    found: dict[Any, Any] = field(default_factory=dict)
    ambiguous: dict[Any, str] = field(default_factory=dict)
    missing: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Vocabulary:
    """Records that one alternative of a categorical dtype allows, and the column of their terms.

    Attributes
    ----------
    registry
        Registry of the records.
    column
        Column with the terms.
    rows
        The records: on the visible branches, below the type, within the filters.
    alternative
        Part of the dtype that this stands for.
    type_record
        Type that the dtype names.
    """

    registry: Any
    column: Field
    rows: QuerySet
    alternative: CatAlternative
    type_record: Any = None

    def narrowed(self, **conditions: Any) -> Vocabulary:
        """The same with fewer records."""
        return replace(self, rows=QuerySet.filter(self.rows, **conditions))

    def comparable(self, values: Iterable[Any]) -> list[Any]:
        """Values of the type of the column: no other ones can be in it."""
        if not (is_text(self.column) or is_numeric(self.column)):
            values = [value for value in values if not isinstance(value, str)]
        return comparable(values, self.column)

    def ids(self, values: Sequence[Any]) -> tuple[dict[Any, int], dict[Any, str]]:
        """Keys of records by the distinct value that means them, and why others are ambiguous.

        Read in one query, however many values there are; a second one if names repeat.
        """
        wanted = self.comparable(values)
        if not wanted:
            return {}, {}
        if is_text(self.column):
            wanted.sort()
        typed = is_typed(self.registry)
        rows = positions(self.rows, self.column, wanted, ("pk", *(["type_id"] if typed else [])))
        found = {wanted[row[0]]: row[1] for row in rows}
        if len(found) == len(rows):
            return found, {}
        by_value: dict[Any, list[tuple[Any, ...]]] = {}
        for row in rows:
            by_value.setdefault(wanted[row[0]], []).append(row)
        repeated = {value: same for value, same in by_value.items() if len(same) > 1}
        if not typed:
            return found | {value: min(r[1] for r in same) for value, same in repeated.items()}, {}
        return self._decide(found, repeated)

    def _decide(
        self, found: dict[Any, int], repeated: dict[Any, list[tuple[Any, ...]]]
    ) -> tuple[dict[Any, int], dict[Any, str]]:
        """Among records of the same name, the one with the fewest types above, if it is one."""
        type_ids = {type_id for same in repeated.values() for _, _, type_id in same}
        levels = type_levels(self.registry, type_ids - {None}, self.rows.db)
        ambiguous = {}
        for value, same in repeated.items():
            top = min(levels[type_id][0] for _, _, type_id in same)
            topmost = sorted((row for row in same if levels[row[2]][0] == top), key=row_id)
            if len(topmost) == 1:
                found[value] = topmost[0][1]
            else:
                del found[value]
                types = [levels[type_id][1] for _, _, type_id in topmost]
                ambiguous[value] = why_ambiguous(self.registry, value, top, types)
        return found, ambiguous

    def records(self, ids: Iterable[int]) -> dict[int, Any]:
        """Records by key, read in one query."""
        wanted = list(ids)
        if not wanted:
            return {}
        rows = self.registry.objects.using(self.rows.db).all()
        return {row.pk: row for row in equal(rows, self.registry._meta.pk, wanted)}


def row_id(row: tuple[Any, ...]) -> int:
    """Key of a record in a row of position, key and type."""
    return row[1]


def vocabularies(dtype_str: str, using: str | None = None) -> list[Vocabulary]:
    """What a categorical dtype, or the `itype` of a schema, allows; one per alternative.

    Parameters
    ----------
    dtype_str
        `cat[…]`, a list of it, or a registry or field such as `Feature`, `Feature[<uid>]`,
        `bionty.Gene.ensembl_gene_id`.
    using
        Alias of the database.

    Raises
    ------
    ValidationError
        There is no such registry.
    DoesNotExist
        There is no such type.

    Examples
    --------
    >>> [vocabulary.registry for vocabulary in vocabularies("cat[ULabel]")]
    [ULabel]
    """
    return [vocabulary(alternative, using) for alternative in parsed_alternatives(dtype_str)]


def parsed_alternatives(dtype_str: str) -> tuple[CatAlternative, ...]:
    """Alternatives of a dtype or of the `itype` of a schema."""
    text = dtype_str
    if text.startswith(f"cat[{FEATURE}"):  # no dtype of a feature, but of columns
        text = text.removeprefix("cat[").removesuffix("]")
    if text.startswith(("cat[", "list[")):
        return alternatives(parse(text))
    name, _, brackets = text.partition("[")
    registry, column = parse_registry_field(name)
    return (CatAlternative(registry, column, type_uid=brackets.removesuffix("]") or None),)


def vocabulary(alternative: CatAlternative, using: str | None = None) -> Vocabulary:
    """Records that an alternative allows, on the visible branches."""
    registry = registry_by_name(alternative.registry)
    if registry is None:
        raise ValidationError(f"there is no registry '{alternative.registry}'")
    branches = visible_branch_ids(using)
    rows = registry.objects.using(using or "default").all()
    if has_field(registry, "branch"):
        rows = QuerySet.filter(rows, branch_id__among=branches)
    type_record = None
    if alternative.type_uid is not None:
        type_record = find_type(registry, alternative.type_uid)
        ids = ids_of_members(registry, type_record.pk, branches, None)
        rows = QuerySet.filter(rows, id__in=ids)
    if alternative.registry == FEATURE:
        rows = QuerySet.filter(rows, is_type=False)
    for key, (_, _, value) in alternative.parsed_filters().items():
        rows = QuerySet.filter(rows, **{key: boolean(value)})
    column = curated_field(registry, alternative.field or name_field(registry) or "uid")
    return Vocabulary(registry, column, rows, alternative, type_record)


def boolean(text: str) -> Any:
    """Value of a filter: `True` and `False` are written as such in dtypes."""
    return {"True": True, "False": False}.get(text, text)


def is_typed(registry: Any) -> bool:
    """Whether the records of a registry have types."""
    return has_field(registry, "type") and has_field(registry, "is_type")


def type_levels(registry: Any, ids: set[int], using: str) -> dict[int | None, tuple[int, str]]:
    """Level of the members of types, and names of the types: 0 is the level of those without."""
    types = equal(registry.objects.using(using).all(), registry._meta.pk, list(ids))
    level = TypeLevel("type_id", table=registry._meta.db_table)
    rows = types.annotate(_level=level).values_list("pk", "_level", "name")
    return {None: (0, ""), **{pk: (level, name) for pk, level, name in rows}}


def why_ambiguous(registry: Any, value: Any, level: int, types: list[str]) -> str:
    """Text that says among which records a value does not decide."""
    where = "root-level records" if level == 0 else f"records at depth {level}"
    below = "" if level == 0 else f" (under types: {types})"
    return f"Ambiguous match for {registry.__name__} '{value}': found {len(types)} {where}{below}"


def resolve_values(dtype_str: str, values: Iterable[Any], using: str | None = None) -> Resolution:
    """Records that values of a categorical dtype mean; alternatives are tried in order.

    Parameters
    ----------
    dtype_str
        Categorical dtype, or a list of it.
    values
        Distinct values of the field that the dtype names.
    using
        Alias of the database.

    Returns
    -------
    Resolution
        Read in a constant number of queries per alternative, however many values there are.

    Examples
    --------
    >>> resolve_values("cat[ULabel]", ["DMSO", "nothing"]).missing
    ['nothing']
    """
    asked = list(dict.fromkeys(values))
    result = Resolution(missing=asked)
    records: dict[Any, Any] = {}
    for source in vocabularies(dtype_str, using):
        if not result.missing:
            break
        ids, ambiguous = source.ids(result.missing)
        by_id = source.records(ids.values())
        records |= {value: by_id[pk] for value, pk in ids.items() if pk in by_id}
        result.ambiguous |= ambiguous
        known = records.keys() | result.ambiguous.keys()
        result.missing = [value for value in result.missing if value not in known]
    result.found = {value: records[value] for value in asked if value in records}
    return result


def not_allowed(dtype_str: str, records: Iterable[Model], using: str | None = None) -> list[Model]:
    """Records that cannot be values of a categorical dtype: registry, type or filters don't fit.

    Parameters
    ----------
    dtype_str
        Categorical dtype, or a list of it.
    records
        Saved records.
    using
        Alias of the database.

    Returns
    -------
    list
        In the order of the records; read in one query per alternative that restricts.
    """
    rest = list(records)
    for alternative in parsed_alternatives(dtype_str):
        registry = registry_by_name(alternative.registry)
        ids = [record.pk for record in rest if type(record) is registry]
        if not ids:
            continue
        if alternative.type_uid is None and not alternative.filters:
            allowed = set(ids)
        else:
            rows = equal(vocabulary(alternative, using).rows, registry._meta.pk, ids)
            allowed = set(rows.values_list("pk", flat=True))
        rest = [r for r in rest if type(r) is not registry or r.pk not in allowed]
    return rest
