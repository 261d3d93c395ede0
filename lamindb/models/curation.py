"""Values compared with a registry: `validate`, `inspect`, `standardize`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Field, Q, QuerySet

from lamindb.base.registries import get_registry_name
from lamindb.errors import InvalidArgument

from .curated_values import CuratedValues, comparable, curated_field, is_text
from .curation_messages import (
    percentage,
    quiet,
    say_empty,
    say_ignored,
    say_standardized,
    say_validated,
    say_what_to_do,
)
from .inspect_result import InspectResult
from .membership import OneOf
from .public_terms import PublicTerms, public_terms
from .registry_fields import has_field, name_field
from .similar_terms import SimilarTerms, find_similar

if TYPE_CHECKING:
    import numpy as np

    from .public_terms import Keep
    from .query_set import BasicQuerySet
    from .sqlrecord import Registry

SYNONYMS = "synonyms"


def validate(
    queryset: BasicQuerySet,
    values: Any,
    field: Any = None,
    *,
    mute: bool = False,
    organism: Any = None,
    source: Any = None,
    strict_source: bool = False,
) -> np.ndarray | np.bool_:
    """Which values are terms of a set of records; see `CanCurate.validate`."""
    import numpy as np

    column = curated_field(queryset.model, field)
    curated = CuratedValues.of(values, column)
    universe = restricted(queryset, organism, source, strict_source)
    known = known_values(universe, column, curated.distinct)
    with quiet(mute):
        if not known and is_empty(universe):
            say_empty(queryset.model)
        else:
            say_validated(curated.distinct, known, column.name)
    mask = np.fromiter(
        (value in known for value in curated.items), dtype=bool, count=len(curated.items)
    )
    return mask[0] if curated.is_single else mask


def inspect(
    queryset: BasicQuerySet,
    values: Any,
    field: Any = None,
    *,
    mute: bool = False,
    organism: Any = None,
    source: Any = None,
    from_source: bool = True,
    strict_source: bool = False,
) -> InspectResult:
    """What is known about values and what to do about the others; see `CanCurate.inspect`."""
    registry = queryset.model
    column = curated_field(registry, field)
    curated = CuratedValues.of(values, column)
    universe = restricted(queryset, organism, source, strict_source)
    known = known_values(universe, column, curated.distinct)
    result = build_result(curated, known)
    if column.name == name_field(registry):
        terms = similar_terms(universe, column, result.non_validated, column.attname)
        meant = {value: found[0] for value, found in terms.synonyms.items()} | terms.casings
        result._synonyms_mapper = {v: meant[v] for v in result.non_validated if v in meant}
    rest = [v for v in result.non_validated if v not in result.synonyms_mapper]
    public = public_terms(registry, column.name, organism, source) if from_source and rest else None
    in_public = public.known(rest) if public else set()
    meant_in_public = public_synonyms(public, column, [v for v in rest if v not in in_public])
    with quiet(mute):
        if not known and is_empty(universe):
            say_empty(registry)
        say_ignored(curated)
        say_validated(curated.distinct, known, column.name)
        say_what_to_do(
            registry, column.name, result.synonyms_mapper, rest, in_public, meant_in_public
        )
    return result


def public_synonyms(public: PublicTerms | None, column: Field, values: list[Any]) -> dict[Any, Any]:
    """Names of public terms by their synonym or other casing; ids have neither."""
    if public is None or not values or column.name != name_field(column.model):
        return {}
    return public.standardized(values, return_field=column.name, case_sensitive=False, keep="first")


def standardize(  # noqa: PLR0913 (public signature)
    queryset: BasicQuerySet,
    values: Any,
    field: Any = None,
    *,
    return_field: Any = None,
    return_mapper: bool = False,
    case_sensitive: bool = False,
    mute: bool = False,
    from_source: bool = True,
    keep: Keep = "first",
    synonyms_field: str = SYNONYMS,
    organism: Any = None,
    source: Any = None,
    strict_source: bool = False,
) -> Any:
    """Terms that values mean; see `CanCurate.standardize`."""
    if keep not in ("first", "last", False):
        raise ValueError(f"keep={keep!r} is not valid, choose one of: 'first', 'last', False")
    registry = queryset.model
    column = curated_field(registry, field)
    target = column if return_field is None else curated_field(registry, return_field)
    curated = CuratedValues.of(values, column)
    universe = restricted(queryset, organism, source, strict_source)
    mapper = terms_by_value(
        universe, column, target, curated.distinct, case_sensitive, keep, synonyms_field
    )
    rest = [value for value in curated.distinct if value not in mapper]
    public = public_terms(registry, column.name, organism, source) if from_source and rest else None
    if public:
        mapper |= public.standardized(
            rest, return_field=target.name, case_sensitive=case_sensitive, keep=keep
        )
    changed = {v: mapper[v] for v in curated.distinct if v in mapper and mapper[v] != v}
    with quiet(mute):
        say_standardized(registry, curated.distinct, changed, [v for v in rest if v in changed])
    if return_mapper:
        return changed
    standardized = [changed.get(value, value) for value in curated.items]
    return standardized[0] if curated.is_single else standardized


# -- looking up


def restricted(
    queryset: BasicQuerySet, organism: Any, source: Any, strict_source: bool
) -> BasicQuerySet:
    """Records that count: those of the organism and, if strict, of the source.

    Where only the source depends on the organism, the registry has no column for it.

    Raises
    ------
    InvalidArgument
        The registry has no organism or no source.
    """
    has_source = has_field(queryset.model, "source")
    for name, value in (("organism", organism), ("source", source)):
        if value is not None and not has_field(queryset.model, name) and not has_source:
            label = get_registry_name(queryset.model)
            raise InvalidArgument(f"{label} has no {name}: leave out {name}={value!r}")
    if queryset.query.is_sliced:  # Django does not filter these
        manager = queryset.model.objects.using(queryset.db)
        queryset = QuerySet.filter(manager.all(), pk__in=queryset.values("pk"))
    if organism is not None and has_field(queryset.model, "organism"):
        queryset = QuerySet.filter(queryset, of_organism(organism))
    if source is not None and strict_source:
        queryset = QuerySet.filter(queryset, source=source)
    return queryset


def of_organism(organism: Any) -> Q:
    """Condition for records of an organism, its name or its scientific name."""
    if not isinstance(organism, str):
        return Q(organism=organism)
    return Q(organism__name=organism) | Q(organism__scientific_name=organism)


def equal(queryset: BasicQuerySet, column: Field, values: list[Any]) -> BasicQuerySet:
    """Records whose column equals one of the values."""
    lookup = OneOf.lookup_name if OneOf in column.get_lookups().values() else "in"
    wanted = frozenset(comparable(values, column))
    return QuerySet.filter(queryset, **{f"{column.attname}__{lookup}": wanted})


def known_values(queryset: BasicQuerySet, column: Field, values: list[Any]) -> set[Any]:
    """Those of the values that are terms."""
    if not values:
        return set()
    return set(equal(queryset, column, values).order_by().values_list(column.attname, flat=True))


def terms_by_value(
    queryset: BasicQuerySet,
    column: Field,
    target: Field,
    values: list[Any],
    case_sensitive: bool,
    keep: Keep,
    synonyms_field: str,
) -> dict[Any, Any]:
    """The target column of the record that a value means, for values that mean one."""
    if target is column and synonyms_column(queryset.model, synonyms_field) is None:
        return {}
    known = known_terms(queryset, column, target, values)
    rest = [value for value in values if value not in known]
    similar = similar_terms(queryset, column, rest, target.attname, case_sensitive, synonyms_field)
    synonyms = {value: choose(found, keep) for value, found in similar.synonyms.items()}
    return known | synonyms | similar.casings


def known_terms(
    queryset: BasicQuerySet, column: Field, target: Field, values: list[Any]
) -> dict[Any, Any]:
    """By value that is a term, the target column of the first record that has it."""
    if target is column:
        return {value: value for value in known_values(queryset, column, values)}
    rows = equal(queryset, column, values).order_by("-pk") if values else queryset.none()
    return dict(rows.values_list(column.attname, target.attname))


def synonyms_column(registry: Registry, name: str = SYNONYMS) -> Field | None:
    """Column with the synonyms, None if the registry has none.

    Raises
    ------
    AttributeError
        Another column than the usual one was asked for and does not exist.
    """
    if name == SYNONYMS and not has_field(registry, name):
        return None
    return curated_field(registry, name)


def similar_terms(
    queryset: BasicQuerySet,
    column: Field,
    values: list[Any],
    result: str,
    case_sensitive: bool = False,
    synonyms_field: str = SYNONYMS,
) -> SimilarTerms:
    """What values mean that are no terms, in registries with synonyms.

    Synonyms are about names, so that on another column only upper and lower case can differ.
    """
    registry = queryset.model
    synonyms = synonyms_column(registry, synonyms_field)
    if synonyms is None or not is_text(column):
        return SimilarTerms()
    return find_similar(
        queryset,
        column,
        comparable(values, column),
        result=result,
        synonyms=synonyms if column.name == name_field(registry) else None,
        case_sensitive=case_sensitive,
    )


def choose(found: list[Any], keep: Keep) -> Any:
    """One of several terms, or all of them."""
    if keep is not False:
        return found[0 if keep == "first" else -1]
    distinct = list(dict.fromkeys(found))
    return distinct if len(distinct) > 1 else distinct[0]


def is_empty(queryset: BasicQuerySet) -> bool:
    """Whether a set has no records."""
    return not queryset.exists()


def build_result(curated: CuratedValues, known: set[Any]) -> InspectResult:
    """Result of an inspection, still without synonyms."""
    import pandas as pd

    mask = [value in known for value in curated.distinct]
    validated = [value for value in curated.distinct if value in known]
    return InspectResult(
        pd.DataFrame({"__validated__": mask}, index=pd.Index(curated.distinct, dtype=object)),
        validated,
        [value for value in curated.distinct if value not in known],
        percentage(len(validated), len(curated.distinct)),
        curated.n_ignored,
        len(curated.distinct),
    )
