"""Features by name: among several features of the same name the topmost is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.errors import ValidationError
from lamindb.models.current import visible_branch_ids
from lamindb.models.hierarchy_sql import TypeLevel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.models.feature import Feature


def features_by_name(names: Iterable[str], using: str | None = None) -> dict[str, Feature]:
    """Features on the visible branches that have these names; one query, two if names repeat.

    Parameters
    ----------
    names
        Names; those without a feature are missing in the result.
    using
        Alias of the database.

    Raises
    ------
    ValidationError
        Several features have the name and are equally far from the top of the types.

    Examples
    --------
    >>> features_by_name(["temperature"])["temperature"].dtype_as_str
    'float'
    """
    registry: Any = apps.get_model("lamindb", "Feature")
    rows = registry.objects.using(using or "default")
    found = rows.filter(
        name__in=set(names), is_type=False, branch_id__in=visible_branch_ids(using)
    ).order_by("id")
    by_name: dict[str, list[Any]] = {}
    for feature in found:
        by_name.setdefault(feature.name, []).append(feature)
    repeated = [one.pk for same in by_name.values() if len(same) > 1 for one in same]
    levels: dict[int, int] = {}
    if repeated:
        level = TypeLevel("type_id", table=registry._meta.db_table) - 1
        annotated = rows.filter(pk__in=repeated).annotate(_level=level)
        levels = dict(annotated.values_list("pk", "_level"))
    return {name: topmost(features, levels) for name, features in by_name.items()}


def topmost(features: list[Any], levels: dict[int, int]) -> Any:
    """The feature with the fewest types above; levels are needed if there are several."""
    if len(features) == 1:
        return features[0]
    level = min(levels[feature.pk] for feature in features)
    same = [feature for feature in features if levels[feature.pk] == level]
    if len(same) > 1:
        name = same[0].name
        where = "root-level features" if level == 0 else f"features at depth {level}"
        types = [feature.type.name for feature in same if feature.type is not None]
        below = f" (under types: {types})" if types else ""
        raise ValidationError(
            f"Ambiguous match for Feature '{name}': found {len(same)} {where}{below}. Pass the "
            f"intended feature object instead of a string, e.g. filter(feature == value)."
        )
    return same[0]
