"""Conditions on feature values: keyword, comparator, value → `Q` on hosts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q

from lamindb.base.dtypes import ListDtype, SimpleDtype, parse
from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.errors import InvalidArgument
from lamindb.models.curated_values import is_storable
from lamindb.models.current import TRASH_BRANCH_ID
from lamindb.models.feature_dtypes import alternatives, find_registry
from lamindb.models.registry_fields import has_field, name_field

from .json_values import (
    JsonBoolean,
    JsonEquals,
    JsonListContains,
    JsonNumber,
    JsonString,
    JsonText,
)
from .links import json_table, link_tables
from .reading import available_tables, without_trash
from .values import UTC_DTYPE, WrongValue, stored_value, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from lamindb.base.dtypes import CatAlternative, Dtype
    from lamindb.models.feature import Feature
    from lamindb.models.sqlrecord import Registry

    from .links import LinkTable

ORDERED = ("gt", "gte", "lt", "lte")
TEXT = (
    *("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"),
    *("iexact", "regex", "iregex"),
)
COMPARATORS = ("exact", *ORDERED, "in", "isnull", *TEXT)
STORED_AS_TEXT = ("date", "datetime", UTC_DTYPE, "path")
"""Dtypes whose values can be given in several forms, of which one is stored."""

CASE_SENSITIVE = {"contains": "icontains", "startswith": "icontains"}
"""Comparators that search without case, for which a message says so."""


@dataclass(frozen=True)
class Lookup:
    """What follows the name of a feature in a keyword.

    Attributes
    ----------
    keys
        Keys inside of a dictionary, or the path to a field of a label.
    comparator
        One of `COMPARATORS`.
    """

    keys: tuple[str, ...] = ()
    comparator: str = "exact"

    @classmethod
    def parse(cls, rest: str) -> Lookup:
        """Split `assay__depth__gt`: the last part is a comparator if there is one of this name.

        Examples
        --------
        >>> Lookup.parse("assay__depth__gt")
        Lookup(keys=('assay', 'depth'), comparator='gt')
        """
        parts = tuple(rest.split("__")) if rest else ()
        if parts and parts[-1] in COMPARATORS:
            return cls(parts[:-1], parts[-1])
        return cls(parts)


def feature_condition(host: Registry, feature: Feature, rest: str, value: Any) -> Q:
    """Condition on hosts: they have a value of the feature that compares like this.

    Parameters
    ----------
    host
        Registry that is filtered: artifacts, runs or records.
    feature
        Feature whose values count.
    rest
        What follows the name of the feature in the keyword: keys and a comparator.
    value
        Value to compare with: plain value, record, or list of them for `in`.

    Raises
    ------
    DoesNotExist
        No label has this name.
    NotImplementedError
        Labels have no order.
    InvalidArgument
        A record of another registry than those of the dtype, or `in` without a list.

    Examples
    --------
    >>> ln.Artifact.filter(feature_condition(ln.Artifact, temperature, "gt", 21))
    """
    lookup = Lookup.parse(rest)
    if lookup.comparator == "in" and (isinstance(value, str) or not hasattr(value, "__iter__")):
        raise InvalidArgument(f"{feature.name}__in needs a list of values, not {value!r}")
    if lookup.comparator == "exact" and value is None and not lookup.keys:
        lookup, value = Lookup(comparator="isnull"), True
    if lookup.comparator == "isnull" and not lookup.keys:
        present = has_value(host, feature)
        return ~present if value else present
    if is_categorical(feature):
        return label_condition(host, feature, lookup, value)
    return json_condition(host, feature, lookup, value)


def is_categorical(feature: Feature) -> bool:
    """Whether the values of a feature are records."""
    return bool(alternatives(parse(feature._dtype_str))) if feature._dtype_str else False


def tables_of(host: Registry, feature: Feature) -> list[tuple[CatAlternative, LinkTable]]:
    """Link table per alternative of a categorical dtype, where hosts have one with features."""
    tables = link_tables(host)
    found = []
    for alternative in alternatives(parse(feature._dtype_str or "object")):
        table = tables.get(find_registry(alternative.registry))
        if table is not None and table.feature is not None:
            found.append((alternative, table))
    return found


def has_value(host: Registry, feature: Feature) -> Q:
    """Condition on hosts: they have any value of the feature."""
    if not is_categorical(feature):
        table = json_table(host)
        rows = table.model.objects.filter(**{table.feature: feature.pk})
        return Q(pk__in=rows.values(f"{table.host}_id"))
    condition = Q(pk__in=[])
    for _, links in tables_of(host, feature):
        rows = links.model.objects.filter(feature_id=feature.pk)
        if has_field(links.registry, "branch"):
            rows = rows.exclude(**{f"{links.value}__branch_id": TRASH_BRANCH_ID})
        condition |= Q(pk__in=rows.values(f"{links.host}_id"))
    return condition


def annotated_with(host: Registry, rest: str, value: Any) -> Q:
    """Condition on hosts: a feature like this has a value, or is measured within the dataset.

    Parameters
    ----------
    host
        Registry that is filtered: artifacts, runs or records.
    rest
        What follows `features__` in the keyword: field of the feature, comparator.
    value
        Value to compare with.

    Examples
    --------
    >>> ln.Artifact.filter(features__name="temperature")
    """
    registry: Any = apps.get_model("lamindb", "Feature")
    if rest and rest not in COMPARATORS:
        conditions = {rest: value}
    else:
        many = isinstance(value, (list, tuple, set, frozenset))
        keys = [pk_of(one) for one in value] if many else pk_of(value)
        conditions = {f"pk__{rest or 'exact'}": keys}
    features = registry.objects.filter(**conditions).values("pk")
    table = json_table(host)
    rows = table.model.objects.filter(**{f"{table.feature}__in": features})
    condition = Q(pk__in=rows.values(f"{table.host}_id"))
    for links in available_tables(host):
        if links.feature is not None:
            rows = links.model.objects.filter(feature_id__in=features)
            condition |= Q(pk__in=rows.values(f"{links.host}_id"))
    if host.__name__ == "Artifact":
        slots: Any = apps.get_model("lamindb", "ArtifactSchema")
        rows = slots.objects.filter(schema__links_feature__feature_id__in=features)
        condition |= Q(pk__in=rows.values("artifact_id"))
    return condition


def pk_of(value: Any) -> Any:
    """Primary key of a record, any other value as it is."""
    return value.pk if isinstance(value, Model) else value


# -- labels


def label_condition(host: Registry, feature: Feature, lookup: Lookup, value: Any) -> Q:
    """Condition on hosts by the labels that they have under a feature."""
    if lookup.comparator in ORDERED:
        raise NotImplementedError(
            f"Labels have no order: cannot compare categorical feature '{feature.name}' with "
            f"__{lookup.comparator}, use =, __in, __contains or __isnull"
        )
    values = list(value) if lookup.comparator == "in" else [value]
    pairs = tables_of(host, feature)
    check_registries(feature, values, [links.registry for _, links in pairs])
    condition = Q(pk__in=[])
    for alternative, links in pairs:
        labels = labels_like(alternative, links.registry, lookup, value, values)
        rows = links.model.objects.filter(
            **{"feature_id": feature.pk, f"{links.value}_id__in": labels}
        )
        condition |= Q(pk__in=rows.values(f"{links.host}_id"))
    if lookup == Lookup():
        check_any_label(pairs, value)
    return condition


def check_registries(feature: Feature, values: list[Any], registries: list[Any]) -> None:
    """Refuse records that cannot be values of the feature."""
    for value in values:
        if isinstance(value, Model) and type(value) not in registries:
            raise InvalidArgument(
                f"{value!r} cannot be a value of feature '{feature.name}', which has dtype "
                f"{feature._dtype_str}"
            )


def labels_like(
    alternative: CatAlternative, registry: Any, lookup: Lookup, value: Any, values: list[Any]
) -> QuerySet | list[int]:
    """Labels that a condition means: records as they are, others by their field."""
    values = [one for one in values if not isinstance(one, str) or is_storable(one)]
    if not values:
        return []
    if any(isinstance(one, Model) for one in values):
        ids = [one.pk for one in values if isinstance(one, registry)]
        if all(isinstance(one, Model) for one in values):
            return ids
        names = [one for one in values if not isinstance(one, Model)]
        named = registry.objects.filter(**{f"{field_name(alternative, registry)}__in": names})
        return [*ids, *without_trash(named).values_list("pk", flat=True)]
    path = "__".join(lookup.keys) or field_name(alternative, registry)
    wanted = values if lookup.comparator == "in" else value
    rows = registry.objects.filter(**{f"{path}__{lookup.comparator}": wanted})
    return without_trash(rows).values("pk")


def field_name(alternative: CatAlternative, registry: Any) -> str:
    """Field that names the values of an alternative."""
    return alternative.field or name_field(registry) or "uid"


def check_any_label(pairs: Iterable[tuple[CatAlternative, LinkTable]], value: Any) -> None:
    """Refuse a name that no label has."""
    if isinstance(value, Model):
        return
    asked = []
    for alternative, links in pairs:
        field = field_name(alternative, links.registry)
        named = links.registry.objects.filter(**{field: value})
        if (not isinstance(value, str) or is_storable(value)) and without_trash(named).exists():
            return
        asked.append((links.registry, field))
    registry = asked[0][0] if len(asked) == 1 else None
    text = " or ".join(
        f"a {get_registry_name(one)} matching `{field}={value}`" for one, field in asked
    )
    raise (registry.DoesNotExist if registry else ObjectDoesNotExist)(f"Did not find {text}")


# -- other values


def json_condition(host: Registry, feature: Feature, lookup: Lookup, value: Any) -> Q:
    """Condition on hosts by the JSON values that they have for a feature."""
    table = json_table(host)
    dtype = parse(feature._dtype_str or "object")
    if lookup == Lookup(comparator="contains") and isinstance(dtype, ListDtype):
        element = comparable(dtype.item, value)
        comparison = Q(JsonListContains(table.value, (), element))
    else:
        lookup = announced(lookup)
        if lookup.comparator == "in":
            value = [comparable(dtype, item) for item in value]
        elif not lookup.keys:
            value = comparable(dtype, value)
        comparison = compare(table.value, lookup, plain(value))
    if isinstance(value, str) and not is_storable(value):
        return Q(pk__in=[])
    rows = table.model.objects.filter(comparison, **{table.feature: feature.pk})
    return Q(pk__in=rows.values(f"{table.host}_id"))


def announced(lookup: Lookup) -> Lookup:
    """Say that some comparators do not look at the case."""
    if lookup.comparator not in CASE_SENSITIVE:
        return lookup
    used = CASE_SENSITIVE[lookup.comparator]
    logger.important(f"currently not supporting `__{lookup.comparator}`, using `__{used}` instead")
    return Lookup(lookup.keys, used)


def comparable(dtype: Dtype, value: Any) -> Any:
    """Value in the form in which the dtype stores it, say `2025-10-31T12:00:00` for a time.

    Other values are left as they are, so that parts of a text can be looked for.
    """
    if not isinstance(dtype, SimpleDtype) or dtype.name not in STORED_AS_TEXT:
        return value
    try:
        return stored_value(dtype, unwrapped(value), coerce=True)
    except WrongValue:
        return value


def plain(value: Any) -> Any:
    """Value as JSON has it: dates as ISO text, NumPy scalars and arrays as Python numbers."""
    value = unwrapped(value)
    if isinstance(value, date):  # datetimes too
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


def compare(path: str, lookup: Lookup, value: Any) -> Q:
    """Condition on rows of JSON values."""
    name = lookup.comparator
    if name == "in":
        condition = Q()
        for item in value:
            condition |= compare(path, Lookup(lookup.keys), item)
        return condition if value else Q(pk__in=[])
    if name == "isnull":
        missing = JsonText(path, lookup.keys)
        return Q(missing.output_field.get_lookup("isnull")(missing, bool(value)))
    if name == "exact":
        return Q(equals(path, lookup.keys, value))
    if name in ORDERED:
        part = JsonNumber if isinstance(value, (int, float)) else JsonString
        return Q(look_up(part(path, lookup.keys), name, value))
    return Q(look_up(JsonText(path, lookup.keys), name, value))


def equals(path: str, keys: tuple[str, ...], value: Any) -> Any:
    """Expression that a JSON value equals another one; 3 equals 3.0."""
    if isinstance(value, bool):
        return look_up(JsonBoolean(path, keys), "exact", value)
    if isinstance(value, (int, float)):
        return look_up(JsonNumber(path, keys), "exact", value)
    if isinstance(value, (list, dict)):
        return JsonEquals(path, keys, value)
    return look_up(JsonString(path, keys), "exact", str(value))


def look_up(expression: Any, name: str, value: Any) -> Any:
    """Comparison of an expression with a value."""
    lookup = expression.output_field.get_lookup(name)
    return lookup(expression, value)
