"""Strings → records: which records the values of a categorical feature mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Model, TextField

from lamindb.base.dtypes import parse
from lamindb.models.current import visible_branch_ids
from lamindb.models.feature_dtypes import alternatives, find_registry, find_type
from lamindb.models.hierarchy_sql import TypeLevel, ids_of_members
from lamindb.models.registry_fields import has_field, name_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Field, QuerySet

    from lamindb.base.dtypes import CatAlternative


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
        Read in one query per alternative, however many values there are.

    Examples
    --------
    >>> resolve_values("cat[ULabel]", ["DMSO", "nothing"]).missing
    ['nothing']
    """
    rest = list(dict.fromkeys(values))
    order = {value: i for i, value in enumerate(rest)}
    result = Resolution()
    for alternative in alternatives(parse(dtype_str)):
        if not rest:
            break
        by_value = records_by_value(alternative, rest, using)
        for value, records in by_value.items():
            if len(records) == 1:
                result.found[value] = records[0]
            else:
                result.ambiguous[value] = why_ambiguous(records, value)
        rest = [value for value in rest if value not in by_value]
    result.found = {v: result.found[v] for v in sorted(result.found, key=order.__getitem__)}
    result.missing = rest
    return result


def records_by_value(
    alternative: CatAlternative, values: list[Any], using: str | None
) -> dict[Any, list[Any]]:
    """Records by the value that means them; several if it is not clear which."""
    registry = find_registry(alternative.registry)
    column = alternative.field or name_field(registry) or "uid"
    wanted = comparable(registry._meta.get_field(column), values)
    if not wanted:
        return {}
    rows = candidates(alternative, registry, using).filter(**{f"{column}__one_of": wanted})
    typed = has_field(registry, "type") and has_field(registry, "is_type")
    if typed:
        level = TypeLevel("type_id", table=registry._meta.db_table) - 1
        rows = rows.annotate(_level=level).select_related("type").order_by("_level", "id")
    else:
        rows = rows.order_by("id")
    by_value: dict[Any, list[Any]] = {}
    for record in rows:
        by_value.setdefault(getattr(record, column), []).append(record)
    pick = topmost if typed else first
    return {value: pick(records) for value, records in by_value.items()}


def comparable(column: Field, values: list[Any]) -> set[Any]:
    """Values of the type of a column: no other one can be in it."""
    is_text = isinstance(column, (CharField, TextField))
    return {value for value in values if isinstance(value, str) == is_text}


def candidates(alternative: CatAlternative, registry: Any, using: str | None) -> QuerySet:
    """Records that an alternative allows, on the visible branches."""
    branches = visible_branch_ids(using)
    rows = registry.objects.using(using or "default")
    if has_field(registry, "branch"):
        rows = rows.filter(branch_id__among=branches)
    if alternative.type_uid is not None:
        type_record = find_type(registry, alternative.type_uid)
        rows = rows.filter(id__in=ids_of_members(registry, type_record.pk, branches, None))
    for key, (_, _, value) in alternative.parsed_filters().items():
        rows = rows.filter(**{key: boolean(value)})
    return rows


def boolean(text: str) -> Any:
    """Value of a filter: `True` and `False` are written as such in dtypes."""
    return {"True": True, "False": False}.get(text, text)


def topmost(records: list[Any]) -> list[Any]:
    """Those of the records, which are ordered by level, that have the fewest types above."""
    return [record for record in records if record._level == records[0]._level]


def first(records: list[Any]) -> list[Any]:
    """The first record, for registries that have no types."""
    return records[:1]


def why_ambiguous(records: list[Any], value: Any) -> str:
    """Text that says among which records a value does not decide."""
    name = type(records[0]).__name__
    level = records[0]._level
    if level == 0:
        return f"Ambiguous match for {name} '{value}': found {len(records)} root-level records"
    types = [record.type.name for record in records]
    return (
        f"Ambiguous match for {name} '{value}': found {len(records)} records at depth {level} "
        f"(under types: {types})"
    )


def is_allowed(dtype_str: str, record: Model) -> bool:
    """Whether a record can be a value of a categorical dtype: registry, type and filters fit."""
    for alternative in alternatives(parse(dtype_str)):
        registry = find_registry(alternative.registry)
        if type(record) is not registry:
            continue
        if alternative.type_uid is None and not alternative.filters:
            return True
        if candidates(alternative, registry, record._state.db).filter(pk=record.pk).exists():
            return True
    return False
