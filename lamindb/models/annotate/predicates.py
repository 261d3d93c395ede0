"""`feature > 21` as an object that `filter()` accepts, alone or combined with `&`, `|` and `~`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db.models import Model, OuterRef, Q, Subquery

from lamindb.base.dtypes import ListDtype, SimpleDtype, parse
from lamindb.base.registries import get_registry_name

from .conditions import feature_condition
from .json_values import JsonNumber, JsonString
from .links import json_table

if TYPE_CHECKING:
    from lamindb.models.feature import Feature
    from lamindb.models.query_set import QuerySet
    from lamindb.models.sqlrecord import Registry

HOSTS = "Artifact, Run, and Record"


class FeatureCondition:
    """Condition on the values of a feature; which registry it filters is known in `filter()`.

    Parameters
    ----------
    feature
        Feature whose values count.
    comparator
        Comparator of Django, say `gt`.
    value
        Value to compare with.
    """

    conditional = True  # Django takes it as a condition

    def __init__(self, feature: Feature, comparator: str, value: Any) -> None:
        self.feature = feature
        self.comparator = comparator
        self.value = value

    def resolve_expression(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """What Django calls when it builds a query."""
        check_host(query.model)
        condition = feature_condition(query.model, self.feature, self.comparator, self.value)
        return condition.resolve_expression(query, *args, **kwargs)

    def __repr__(self) -> str:
        return f"{self.feature.name}__{self.comparator}={self.value!r}"


class FeaturePredicate(Q):
    """What comparing a feature with a value gives: pass it to `filter()`, or combine it."""

    def plain(self) -> Q:
        """The same condition as an ordinary `Q`."""
        return Q.create(list(self.children), connector=self.connector, negated=self.negated)

    def __and__(self, other: Any) -> Q:
        return self.plain() & plain_q(other)

    def __rand__(self, other: Any) -> Q:
        return plain_q(other) & self.plain()

    def __or__(self, other: Any) -> Q:
        return self.plain() | plain_q(other)

    def __ror__(self, other: Any) -> Q:
        return plain_q(other) | self.plain()

    def __invert__(self) -> Q:
        return ~self.plain()

    def __bool__(self) -> bool:
        raise TypeError(
            "Feature predicates cannot be used as booleans. Pass them into `.filter(...)`."
        )


def plain_q(value: Any) -> Any:
    """A predicate as an ordinary `Q`, anything else as it is."""
    return value.plain() if isinstance(value, FeaturePredicate) else value


def predicate(feature: Any, comparator: str, value: Any) -> FeaturePredicate:
    """Condition that a feature has such a value."""
    return FeaturePredicate(FeatureCondition(feature, comparator, value))


class FeatureOrdering:
    """Order of records by the values of a feature, see `Feature.__neg__`."""

    def __init__(self, feature: Feature, *, descending: bool = False) -> None:
        self.feature = feature
        self.descending = descending

    def __neg__(self) -> FeatureOrdering:
        return FeatureOrdering(self.feature, descending=not self.descending)


class ComparableFeature:
    """Comparisons of a feature with values, for queries.

    Examples
    --------
    >>> ln.Artifact.filter(temperature > 21, perturbation == "DMSO")
    >>> ln.Artifact.filter().order_by(-temperature)
    """

    def __eq__(self, other: object) -> Any:
        if isinstance(other, Model) and not is_value_of(self, other):
            return Model.__eq__(self, other)
        return predicate(self, "exact", other)

    def __ne__(self, other: object) -> Any:
        if isinstance(other, Model) and not is_value_of(self, other):
            return not Model.__eq__(self, other)
        return ~predicate(self, "exact", other)

    def __hash__(self) -> int:
        return hash(self.uid)  # type: ignore[attr-defined]  # unsaved features can be keys too

    def __gt__(self, other: Any) -> FeaturePredicate:
        return predicate(self, "gt", other)

    def __ge__(self, other: Any) -> FeaturePredicate:
        return predicate(self, "gte", other)

    def __lt__(self, other: Any) -> FeaturePredicate:
        return predicate(self, "lt", other)

    def __le__(self, other: Any) -> FeaturePredicate:
        return predicate(self, "lte", other)

    def __neg__(self) -> FeatureOrdering:
        return FeatureOrdering(self, descending=True)  # type: ignore[arg-type]

    def ascending(self) -> FeatureOrdering:
        """Order by the values, smallest first."""
        return FeatureOrdering(self)  # type: ignore[arg-type]

    def is_null(self, value: bool = True) -> FeaturePredicate:
        """Condition that a record has no value of the feature, or with False that it has one.

        Parameters
        ----------
        value
            True for records without a value.

        Raises
        ------
        TypeError
            The value is no boolean.

        Examples
        --------
        >>> ln.Artifact.filter(temperature.is_null())
        """
        if not isinstance(value, bool):
            raise TypeError(f"Feature.is_null() expects a bool value, not {value!r}.")
        return predicate(self, "isnull", value)


def is_value_of(feature: Any, record: Model) -> bool:
    """Whether a record can be a value of a feature; features themselves are compared as such."""
    dtype = feature.__dict__.get("_dtype_str")
    if not dtype or type(record) is type(feature):
        return False
    return get_registry_name(type(record)) in registries_in(dtype)


def registries_in(dtype: str) -> set[str]:
    """Names of the registries that a dtype mentions."""
    parsed = parse(dtype)
    while isinstance(parsed, ListDtype):
        parsed = parsed.item
    if isinstance(parsed, SimpleDtype):
        return set()
    return {alternative.registry for alternative in parsed.alternatives}


def check_host(registry: Registry) -> None:
    """Refuse registries whose records have no features."""
    if not getattr(registry, "_queryable_by_feature", False):
        raise FieldError(
            f"Feature predicates are only supported for {HOSTS}, not {registry.__name__}."
        )


def ordered_by_feature(queryset: QuerySet, ordering: FeatureOrdering, alias: str) -> QuerySet:
    """Annotate a set with the value to order by; records without one are left out."""
    feature, registry = ordering.feature, queryset.model
    check_host(registry)
    parsed = parse(feature._dtype_str or "str")
    if not isinstance(parsed, SimpleDtype) or parsed.name == "dict":
        raise FieldError(
            f"Cannot order by feature '{feature.name}' with dtype {feature._dtype_str}: only "
            "numbers, strings and dates have an order"
        )
    table = json_table(registry)
    part = JsonNumber if parsed.name in ("int", "float", "num") else JsonString
    values = (
        table.model.objects.filter(**{table.feature: feature.pk, table.host: OuterRef("pk")})
        .annotate(_value=part(table.value))
        .order_by("_value")
        .values("_value")[:1]
    )
    return queryset.annotate(**{alias: Subquery(values)}).exclude(**{f"{alias}__isnull": True})
