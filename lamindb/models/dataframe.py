"""`to_dataframe`: rows of a query set as a pandas data frame, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import connections
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    F,
    Field,
    ForeignKey,
    Func,
    TextField,
)

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.errors import InvalidArgument

from .annotate.frame import QUERYSET, REGISTERED, feature_columns
from .registry_fields import (
    INTERNAL_KINDS,
    foreign_keys,
    name_field,
    own_simple_fields,
    present,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from .query_set import BasicQuerySet
    from .sqlrecord import Registry

DEFAULT_LIMIT = 20
HIDDEN_COLUMNS = {"Run": {"_is_consecutive"}}


@dataclass(frozen=True)
class Columns:
    """What a data frame shows: columns of the table, paths to one value, paths to many."""

    base: list[str]
    scalars: list[str]
    sets: list[str]
    plain: list[str]

    @property
    def selected(self) -> list[str]:
        """Columns and paths that come with the main query."""
        return list(dict.fromkeys(["id", *self.base, *self.scalars, *self.plain]))


def to_dataframe(
    queryset: BasicQuerySet,
    *,
    include: str | list[str] | None = None,
    features: str | list[str] | bool | None = None,
    limit: int | None = DEFAULT_LIMIT,
    order_by: str | None = "-id",
) -> pd.DataFrame:
    """Data frame of a query set; see `BasicQuerySet.to_dataframe`."""
    registry = queryset.model
    wanted = wanted_features(include, features)
    paths = [path for path in as_list(include) if path != REGISTERED]
    columns = choose_columns(registry, paths, has_features=wanted is not None)
    rows = fetch_rows(queryset, columns.selected, limit, order_by)
    frame = build_frame(registry, columns, rows)
    for path in columns.sets:
        frame[path] = linked_values(registry, path, frame.index)
    ordered = [*columns.base, *(path for path in paths if path in frame.columns)]
    frame = frame[list(dict.fromkeys([*ordered, *frame.columns]))]
    return frame if wanted is None else with_features(queryset, frame, wanted)


def wanted_features(include: Any, features: Any) -> str | list[Any] | None:
    """Which features are to be shown, None for none."""
    if features is not None and features is not False:
        if features is True:
            return REGISTERED
        if isinstance(features, str):
            return QUERYSET if features == QUERYSET else [features]
        return list(features) if hasattr(features, "__iter__") else [features]
    return REGISTERED if REGISTERED in as_list(include) else None


def with_features(
    queryset: BasicQuerySet, frame: pd.DataFrame, wanted: str | list[Any]
) -> pd.DataFrame:
    """Frame with a column per feature; columns of the registry give way to features."""
    import pandas as pd

    registry = queryset.model
    added = feature_columns(registry, frame.index.tolist(), wanted, queryset.db)
    kind = registry.__name__.lower()
    clashing = {name: f"__lamindb_{kind}_{name}__" for name in frame.columns if name in added}
    if clashing:
        frame = frame.rename(columns=clashing)
    if frame.index.name in added:
        frame.index.name = f"__lamindb_{kind}_{frame.index.name}__"
    series = [column.set_axis(frame.index).rename(name) for name, column in added.items()]
    return pd.concat([frame, *series], axis=1) if series else frame


def as_list(value: str | Iterable[str] | None) -> list[str]:
    """A string, several or none as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def default_columns(registry: Registry) -> list[str]:
    """Columns shown without `include`: own fields, flags, then foreign keys."""
    hidden = HIDDEN_COLUMNS.get(registry.__name__, set())
    names = [f.name for f in own_simple_fields(registry) if f.name not in hidden]
    flags = present(registry, "version_tag", "is_latest", "is_locked", "is_type", "created_at")
    keys = [f.attname for f in foreign_keys(registry) if not f.name.startswith("_")]
    return [*present(registry, "uid"), *names, *flags, *keys]


def choose_columns(registry: Registry, include: list[str], *, has_features: bool) -> Columns:
    """Sort the requested names into columns, paths to one value and paths to many values."""
    if has_features and not getattr(registry, "_queryable_by_feature", False):
        raise InvalidArgument(
            f"{get_registry_name(registry)} has no features: include='features' works for "
            "Artifact, Record and Run"
        )
    privates = [f.name for f in registry._meta.concrete_fields if f.name.startswith("_")]
    base = default_columns(registry)
    scalars: list[str] = []
    sets: list[str] = []
    plain: list[str] = []
    for path in include:
        if path == "privates":
            base = [*base, *(name for name in privates if name not in base)]
        elif "__" not in path:
            plain.append(check_plain(registry, path))
        elif is_multivalued(registry, path):
            sets.append(path)
        else:
            scalars.append(path)
    if scalars or sets or plain or has_features:
        base = [*present(registry, "uid"), own_simple_fields(registry)[0].name]
        plain = [name for name in plain if name not in base]
    return Columns(base, scalars, sets, plain)


def check_plain(registry: Registry, name: str) -> str:
    """Accept a column; refuse the bare name of a relation to many records."""
    try:
        field = registry._meta.get_field(name)
    except FieldDoesNotExist as error:
        choices = ", ".join(default_columns(registry))
        raise FieldError(
            f"Cannot resolve keyword '{name}' into field. Choices are: {choices}"
        ) from error
    if not field.concrete or field.many_to_many:
        shown = name_field(field.related_model) or "uid"
        raise ValueError(f"include='{name}' needs a field of the relation, as in '{name}__{shown}'")
    return field.attname


def is_multivalued(registry: Registry, path: str) -> bool:
    """Whether a path crosses a relation to many records."""
    model = registry
    for part in path.split("__"):
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return False  # a transform such as a JSON key; Django checks it
        if not field.is_relation:
            return False
        if field.many_to_many or field.one_to_many:
            return True
        model = field.related_model
    return False


def fetch_rows(
    queryset: BasicQuerySet, names: list[str], limit: int | None, order_by: str | None
) -> list[tuple[Any, ...]]:
    """Rows of the main query, one more than the default limit to see whether it truncates."""
    registry = queryset.model
    query = queryset.query
    if query.is_sliced:
        return list(values_list(queryset, names))
    if registry.__name__ == "Artifact" and not mentions(queryset, "kind"):
        queryset = queryset.exclude(kind__startswith=INTERNAL_KINDS)
    if order_by is not None and not queryset.ordered:
        queryset = queryset.order_by(order_by)
    if limit is None:
        return list(values_list(queryset, names))
    limit = int(limit)
    rows = list(values_list(queryset, names)[: limit + 1])
    if len(rows) > limit and limit == DEFAULT_LIMIT:
        logger.warning(
            f"truncated query result to limit={limit} {get_registry_name(registry)} objects"
        )
    return rows[:limit]


def values_list(queryset: BasicQuerySet, names: list[str]) -> BasicQuerySet:
    """Values of columns and paths; on SQLite times as text and flags as 0 and 1.

    There, the driver and Django make one Python object after the other of them; `column_array`
    converts a whole column at once.
    """
    if connections[queryset.db].vendor != "sqlite" or queryset.query.combinator:
        return queryset.values_list(*names)
    fields = {field.attname: field for field in queryset.model._meta.concrete_fields}
    return queryset.values_list(*(as_stored(fields.get(name), name) for name in names))


def as_stored(field: Field | None, name: str) -> Any:
    """Expression without a type for a column that would be converted cell by cell."""
    if isinstance(field, (BooleanField, DateTimeField)):
        return Func(F(name), template="+%(expressions)s", output_field=Field())
    return name


def mentions(queryset: BasicQuerySet, column: str) -> bool:
    """Whether the conditions of a query are about a column of its own table."""
    table = queryset.model._meta.db_table
    return any(
        getattr(leaf, "lhs", None) is not None
        and getattr(getattr(leaf.lhs, "target", None), "name", None) == column
        and getattr(leaf.lhs, "alias", None) == table
        for leaf in queryset.query.where.leaves()
    )


def build_frame(registry: Registry, columns: Columns, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Frame with the index `id` and sensible column types."""
    import pandas as pd

    names = columns.selected
    arrays = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    data = {
        name: column_array(registry, name, values)
        for name, values in zip(names[1:], arrays[1:], strict=True)
    }
    return pd.DataFrame(data, index=pd.Index(arrays[0], name="id", dtype="int64"))


def column_array(registry: Registry, name: str, values: tuple[Any, ...]) -> Any:
    """Values of one column: times as UTC, partly missing keys as float, else as they are."""
    import numpy as np
    import pandas as pd

    field = next((f for f in registry._meta.concrete_fields if name in (f.name, f.attname)), None)
    missing = None in values
    if isinstance(field, DateTimeField):
        return times_array(values)
    if isinstance(field, ForeignKey) and missing:
        return pd.array(values, dtype=object if set(values) == {None} else "float64")
    if isinstance(field, ForeignKey):
        return np.array(values, dtype="int64")
    if isinstance(field, BooleanField):
        if missing:
            return pd.array([None if v is None else bool(v) for v in values], dtype=object)
        return np.array(values, dtype=bool)
    is_text = isinstance(field, (CharField, TextField)) or not values
    return pd.Series(list(values), dtype=object if is_text else None).array


def times_array(values: tuple[datetime | str | None, ...]) -> Any:
    """UTC times with nanoseconds; if all are missing, just None."""
    import pandas as pd

    if values and set(values) == {None}:
        return pd.array(values, dtype=object)
    return pd.to_datetime(list(values), format="ISO8601", utc=True).as_unit("ns")


def linked_values(registry: Registry, path: str, ids: pd.Index) -> list[set[Any]]:
    """For each record the set of values at the end of a path to many records, in one query."""
    values: dict[int, set[Any]] = {id_: set() for id_ in ids}
    for id_, value in registry.objects.filter(id__in=list(ids)).values_list("id", path):
        values[id_].add(value)
    return [values[id_] for id_ in ids]
