"""`from_source`: the record of one term of a public source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionty._organism import default
from lamindb.base.text import closest, listed
from lamindb.errors import DoesNotExist, InvalidArgument
from lamindb.models.curation import equal, restricted
from lamindb.models.curation_messages import quiet
from lamindb.models.field_names import named_column
from lamindb.models.from_values import existing_records

from .public_fallback import PublicFallback, records_meant, records_of, say_created
from .source_choice import check_kind, checked_source

if TYPE_CHECKING:
    from .source import Source
    from .terms import Terms

N_COMPARED = 200
"""How many names are compared letter by letter to find the nearest ones."""


def from_source(
    registry: Any,
    string: str | None = None,
    *,
    organism: Any = None,
    source: Source | None = None,
    mute: bool = False,
    **fields: Any,
) -> Any:
    """Record of a term; see `HasSource.from_source`."""
    field, value = single_field(registry, string, fields)
    check_kind(organism)
    if registry._needs_organism and organism is None and source is not None:
        organism = checked_source(registry, source).organism
    is_exact = string is None
    with quiet(mute):
        found = registered(registry, field, value, organism, is_exact=is_exact)
        if not found:
            fallback = PublicFallback(registry, field, organism, source)
            found = in_source(fallback, value, is_exact=is_exact)
    return found[0] if len(found) == 1 else found


def single_field(registry: Any, string: str | None, fields: dict[str, Any]) -> tuple[str, Any]:
    """The field and the value to look for.

    Raises
    ------
    InvalidArgument
        No value or several were passed.
    FieldError
        There is no such field.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    for name in fields:
        named_column(registry, name)
    if string is not None:
        given[registry._name_field] = string
    if not given:
        raise InvalidArgument("No field passed to generate records from source")
    if len(given) > 1 or (string is not None and fields):
        raise InvalidArgument("Only one field can be passed to generate records from source")
    return next(iter(given.items()))


def registered(
    registry: Any, field: str, value: Any, organism: Any, *, is_exact: bool
) -> list[Any]:
    """Records of the registry that have the value, of any source."""
    column = named_column(registry, field)
    if registry._needs_organism and not column.unique:
        organism = organism or default.organism
    records = restricted(registry.filter(), organism, None, strict_source=False)
    if is_exact:
        return list(equal(records, column, [value]).order_by("id"))
    return existing_records(records, column, [value]).get(value, [])


def in_source(fallback: PublicFallback, value: Any, *, is_exact: bool) -> list[Any]:
    """Unsaved records of the terms that have the value, or mean it.

    Raises
    ------
    DoesNotExist
        There is no such term; names the nearest ones.
    OntologyNotAvailable
        There is no table to look in.
    OrganismNotSet
        The registry needs an organism that is neither passed nor set.
    """
    terms = fallback.terms_for(value)
    name, field = fallback.registry.__name__, fallback.field
    made = records_of(terms, field, [value])
    say_created(name, made, field)
    if not made and not is_exact:
        made = records_meant(terms, field, [value])
        say_created(name, made, "synonyms")
    if not made:
        raise DoesNotExist(not_found(terms, field, value, is_exact=is_exact))
    return made[value]


def not_found(terms: Terms, field: str, value: Any, *, is_exact: bool) -> str:
    """Text of the error for a value that no term has."""
    given = f"{field}='{value}'" if is_exact else f"'{value}'"
    near = nearest(terms, field, value)
    hint = f" Did you mean {listed(near)}?" if near else ""
    source = terms.source
    return (
        f"no {terms.registry.__name__} found in source for the given field value: {given} "
        f"({source.name}, {source.version}).{hint}"
    )


def nearest(terms: Terms, field: str, value: Any, n: int = 3) -> list[str]:
    """Values of the field that look most like a value, first the one that it is a synonym of."""
    column = terms.columns.get(field)
    if column is None or not isinstance(value, str):
        return []
    meant = terms.standardized(
        field, [value], return_field=field, case_sensitive=False, keep="first"
    )
    if meant:
        return list(meant.values())
    wanted = pairs(value)
    scored = (
        (len(wanted & pairs(term)) / (len(wanted) + len(term)), term)
        for term in dict.fromkeys(terms.table.records.values(column))
        if isinstance(term, str) and abs(len(term) - len(value)) <= max(3, len(value) // 3)
    )
    best = sorted((item for item in scored if item[0]), reverse=True)[:N_COMPARED]
    return closest(value, [term for _, term in best], n)


def pairs(text: str) -> set[str]:
    """All pairs of neighbouring characters, in lower case."""
    lowered = text.lower()
    return {lowered[i : i + 2] for i in range(len(lowered) - 1)}
