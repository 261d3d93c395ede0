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
    """Features on the visible branches that have these names, read in one query.

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
    found = (
        registry.objects.using(using or "default")
        .filter(name__in=set(names), is_type=False, branch_id__in=visible_branch_ids(using))
        .annotate(_level=TypeLevel("type_id", table=registry._meta.db_table) - 1)
        .order_by("name", "_level", "id")
    )
    by_name: dict[str, list[Any]] = {}
    for feature in found:
        by_name.setdefault(feature.name, []).append(feature)
    return {name: topmost(features) for name, features in by_name.items()}


def topmost(features: list[Any]) -> Any:
    """The feature with the fewest types above; the features are ordered by that number."""
    level = features[0]._level
    same = [feature for feature in features if feature._level == level]
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
