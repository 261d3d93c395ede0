"""`from_values`: the records that values mean, in a constant number of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.text import listed

from .construction import construct_new, names_are_new
from .curated_values import CuratedValues, curated_field
from .curation import equal, restricted, similar_terms
from .curation_messages import counted, quiet
from .public_terms import public_terms
from .record_list import SQLRecordList
from .registry_fields import has_field
from .sqlrecord import BaseSQLRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import Field

    from .query_set import BasicQuerySet
    from .sqlrecord import Registry

N_LISTED = 20
"""How many values without a record are listed."""

Found = dict[Any, list[Any]]
"""Records by the value that means them."""


def from_values(
    registry: Registry,
    values: Any,
    field: Any = None,
    *,
    create: bool = False,
    organism: Any = None,
    source: Any = None,
    mute: bool = False,
) -> SQLRecordList[Any]:
    """Records that values mean; see `CanCurate.from_values`."""
    column = curated_field(registry, field)
    curated = CuratedValues.of(values, column)
    universe = restricted(registry.filter(), organism, source, strict_source=False)
    with quiet(mute):
        found = existing_records(universe, column, curated.distinct)
        rest = [value for value in curated.distinct if value not in found]
        looks_up = rest and not create
        public = public_terms(registry, column.name, organism, source) if looks_up else None
        if public is not None:
            found |= public.new_records(rest)
            rest = [value for value in rest if value not in found]
        if not create:
            say_not_created(registry, column, rest)
            return SQLRecordList(distinct_records(found.values()))
        given = {"organism": organism} if takes_organism(registry, organism) else None
        new = new_records(registry, column, rest, given)
        for value, record in zip(rest, new, strict=True):
            found[value] = [record]
    return SQLRecordList(distinct_records(found[value][:1] for value in curated.distinct))


def takes_organism(registry: Registry, organism: Any) -> bool:
    """Whether new records of the registry belong to the organism that was passed."""
    return organism is not None and has_field(registry, "organism")


def existing_records(queryset: BasicQuerySet, column: Field, values: list[Any]) -> Found:
    """Records whose column equals a value, or means it; in the order of the values."""
    if not values:
        return {}
    records: Found = {}
    for record in equal(queryset, column, values).order_by("pk"):
        records.setdefault(getattr(record, column.attname), []).append(record)
    found = {value: records[value] for value in values if value in records}
    name = queryset.model.__name__
    say_loaded(name, found, column.name)
    rest = [value for value in values if value not in found]
    meant = similar_records(queryset, column, rest, found) if rest else {}
    say_loaded(name, meant, "synonyms")
    found |= meant
    return {value: found[value] for value in values if value in found}


def similar_records(
    queryset: BasicQuerySet, column: Field, values: list[Any], loaded: Found
) -> Found:
    """The first record for each value that is a synonym or a name in another casing."""
    terms = similar_terms(queryset, column, values, "pk")
    ids = {value: pks[0] for value, pks in terms.synonyms.items()} | terms.casings
    records = {record.pk: record for members in loaded.values() for record in members}
    if missing := [pk for pk in ids.values() if pk not in records]:
        records |= {r.pk: r for r in equal(queryset, queryset.model._meta.pk, missing)}
    return {value: [records[ids[value]]] for value in values if value in ids}


def new_records(
    registry: Registry, column: Field, values: list[Any], given: Mapping[str, Any] | None = None
) -> list[Any]:
    """Unsaved records for values without one; a registry with rules of its own applies them.

    Parameters
    ----------
    registry
        Registry of the records.
    column
        Column that gets the values.
    values
        Values that no record has.
    given
        What the constructor is passed besides, for all records alike.
    """
    if registry._construct is BaseSQLRecord._construct:
        return construct_new(registry, column.name, values, given)
    with names_are_new():
        return [registry(**{**(given or {}), column.name: value}) for value in values]


def distinct_records(groups: Iterable[list[Any]]) -> list[Any]:
    """Each record once, in the order of first appearance."""
    records = (record for group in groups for record in group)
    return list({(r.pk, None if r.pk else id(r)): r for r in records}.values())


def say_loaded(name: str, found: Found, matching: str) -> None:
    """Log which values have records."""
    if found:
        n = counted(sum(map(len, found.values())), f"{name} record")
        logger.success(f"loaded {n} matching {matching}: {listed(found)}")


def say_not_created(registry: Registry, column: Field, values: list[Any]) -> None:
    """Log which values have no record."""
    if values:
        plural = "" if len(values) == 1 else "s"
        logger.important_hint(
            f"did not create {registry.__name__} record{plural} for "
            f"{counted(len(values), f'non-validated {column.name}')}: {listed(values, N_LISTED)}"
        )
