"""Values of features as columns of a data frame, for any number of records at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.base.dtypes import ListDtype, SimpleDtype, parse
from lamindb.base.log import logger
from lamindb.models.current import visible_branch_ids
from lamindb.models.feature_dtypes import alternatives

from .current_values import json_values, names_of_labels
from .reading import read_json, read_labels
from .values import UTC_DTYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

REGISTERED, QUERYSET = "features", "queryset"
"""Which features are shown if no names are given: the registered ones whose values are labels of
`SHOWN_REGISTRIES` or no labels, or all features of the records."""

SHOWN_REGISTRIES = {"Record", "ULabel"}

MAX_NAMES = 50
"""How many names of features a message lists."""


@dataclass
class FeatureColumn:
    """A feature and its values.

    Attributes
    ----------
    pk, name, uid, _dtype_str
        As in the registry.
    cells
        Values by primary key of the record: names of labels, or what JSON gives.
    """

    pk: int
    uid: str
    name: str
    _dtype_str: str
    cells: dict[int, list[Any]] = field(default_factory=dict)

    @property
    def is_categorical(self) -> bool:
        """Whether the values are labels."""
        return bool(alternatives(parse(self._dtype_str)))


def feature_columns(
    registry: Any, ids: Sequence[int], wanted: str | list[Any], using: str
) -> dict[str, pd.Series]:
    """Columns by name of the feature, in the order of the features' keys.

    Parameters
    ----------
    registry
        Registry of the records: artifacts, runs or records.
    ids
        Their primary keys, in the order of the rows.
    wanted
        `REGISTERED`, `QUERYSET`, or names of features.
    using
        Alias of the database.

    Returns
    -------
    dict of str to pandas.Series
        Read with one query for the links, one for other values and one per registry of labels.

    Raises
    ------
    ValueError
        Several features have a name that was passed.

    Examples
    --------
    >>> feature_columns(ln.Artifact, [2, 1], ["temperature"], "default")["temperature"].to_list()
    [22.6, 21.6]
    """
    found = choose_features(wanted, using)
    considered = {column.pk: column for column in found}
    fill(considered, registry, ids, using)
    if isinstance(wanted, list):
        shown = found
    else:
        shown = one_per_name([column for column in found if column.cells])
    return {column.name: as_series(column, ids) for column in shown}


# -- which features


def choose_features(wanted: str | list[Any], using: str) -> list[FeatureColumn]:
    """Features that may be shown, by primary key."""
    if isinstance(wanted, list):
        return named_features(wanted, using)
    found = registered(using)
    if wanted == QUERYSET:
        return found
    found = [column for column in found if is_shown(column)]
    names = [column.name for column in found[:MAX_NAMES]]
    listed = f"{str(names)[:-1]}, ...]" if len(found) > MAX_NAMES else str(names)
    logger.important(
        "queried for all categorical features of dtypes Record or ULabel and non-categorical "
        f"features: ({len(found)}) {listed}"
    )
    return found


def registered(using: str, **conditions: Any) -> list[FeatureColumn]:
    """Features on the visible branches, by primary key."""
    registry: Any = apps.get_model("lamindb", "Feature")
    rows = registry.objects.using(using).filter(
        is_type=False,
        _dtype_str__isnull=False,
        branch_id__in=visible_branch_ids(using),
        **conditions,
    )
    values = rows.order_by("pk").values_list("pk", "uid", "name", "_dtype_str")
    return [FeatureColumn(*row) for row in values]


def is_shown(column: FeatureColumn) -> bool:
    """Whether values are plain, or labels of the registries that are shown by default."""
    return {one.registry for one in alternatives(parse(column._dtype_str))} <= SHOWN_REGISTRIES


def named_features(wanted: list[Any], using: str) -> list[FeatureColumn]:
    """Features that were passed, in this order."""
    keys = [one.pk for one in wanted if not isinstance(one, str)]
    names = [one for one in wanted if isinstance(one, str)]
    by_name: dict[str, list[FeatureColumn]] = {}
    for column in registered(using, name__in=names) if names else []:
        by_name.setdefault(column.name, []).append(column)
    by_key = {column.pk: column for column in (registered(using, pk__in=keys) if keys else [])}
    ambiguous = {n: [one.uid for one in found] for n, found in by_name.items() if len(found) > 1}
    if ambiguous:
        raise ValueError(
            f"Ambiguous feature names passed in `features`: {ambiguous}: pass one of the features "
            "instead of its name, e.g. features=[ln.Feature.get(uid)]"
        )
    if missing := [name for name in names if name not in by_name]:
        passed = [one if isinstance(one, str) else one.name for one in wanted]
        known = [name for name in passed if name not in missing]
        logger.warning(
            f"found features and passed features differ:\n - passed: {passed}\n - found: {known}"
        )
    columns = [
        by_name[one][0] if isinstance(one, str) else by_key[one.pk]
        for one in wanted
        if not (isinstance(one, str) and one not in by_name)
    ]
    return list({column.pk: column for column in columns}.values())


def one_per_name(columns: Iterable[FeatureColumn]) -> list[FeatureColumn]:
    """Among features of the same name the categorical one, else that with the lowest key."""
    by_name: dict[str, list[FeatureColumn]] = {}
    for column in columns:
        by_name.setdefault(column.name, []).append(column)
    if several := [name for name, found in by_name.items() if len(found) > 1]:
        logger.warning(
            f"several features are named {', '.join(map(repr, several))}: showing one of each, "
            "pass features=[feature] to see another one"
        )
    first = [min(found, key=lambda c: (not c.is_categorical, c.pk)) for found in by_name.values()]
    return sorted(first, key=lambda column: column.pk)


# -- their values


def fill(columns: dict[int, FeatureColumn], registry: Any, ids: Sequence[int], using: str) -> None:
    """Read the values of features of these records."""
    labels = [one for one in read_labels(registry, ids, using) if one.feature_id in columns]
    names = names_of_labels(labels, columns, using)
    for label in labels:
        key = (label.registry, label.feature_id, label.value_id)
        if key in names and label.feature_id is not None:
            cells = columns[label.feature_id].cells
            cells.setdefault(label.host_id, []).append(names[key])
    for row in read_json(registry, ids, using):
        column = columns.get(row.feature_id)
        if column is not None and not column.is_categorical:
            column.cells.setdefault(row.host_id, []).append(row.value)


def as_series(column: FeatureColumn, ids: Sequence[int]) -> pd.Series:
    """Column of a data frame; a cell is a set if a record has several values."""
    import numpy as np
    import pandas as pd

    dtype = parse(column._dtype_str)
    is_list = isinstance(dtype, ListDtype)
    if column.is_categorical:
        cells = {id_: cell_of_labels(v, is_list=is_list) for id_, v in column.cells.items()}
    else:
        cells = {id_: json_values(column, stored) for id_, stored in column.cells.items()}
    values = [cells.get(id_, np.nan) for id_ in ids]
    kind: Any = object
    if not is_list and not any(isinstance(value, (set, list)) for value in cells.values()):
        kind = "category" if column.is_categorical else kind_of(dtype)
    if kind in (DATETIMES, UTC_DATETIMES):
        times = pd.to_datetime(pd.Series(values, dtype=object), utc=kind == UTC_DATETIMES)
        return pd.Series(times.astype(kind).array, name=column.name)
    return pd.Series(values, dtype=kind, name=column.name)


def cell_of_labels(names: list[Any], *, is_list: bool) -> Any:
    """Name of the only label, a set of several, or a list for features with a list dtype."""
    if is_list:
        return names
    distinct = set(names)
    return names[0] if len(distinct) == 1 else distinct


DATETIMES, UTC_DATETIMES = "datetime64[ns]", "datetime64[ns, UTC]"

KINDS: dict[str, str] = {
    "int": "Int64",
    "float": "float64",
    "num": "float64",
    "bool": "boolean",
    "datetime": DATETIMES,
    UTC_DTYPE: UTC_DATETIMES,
}
"""By dtype of a feature, that of its column if each cell has one value."""


def kind_of(dtype: Any) -> Any:
    """Dtype of a column of single values."""
    return KINDS.get(dtype.name, object) if isinstance(dtype, SimpleDtype) else object
