"""Series with replaced, constant and filled values."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import CatDtype, ListDtype

from .cells import kind_of
from .pandas_types import missing_mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from lamindb.base.dtypes import Dtype

_TYPES = {
    "int": "Int64",
    "float": "float64",
    "num": "float64",
    "bool": "boolean",
    "str": "string",
    "path": "string",
    "url": "string",
    "datetime": "datetime64[ns]",
    "datetime64[ns, UTC]": "datetime64[ns, UTC]",
}
"""Types of new columns; others hold Python objects."""


def replaced_series(series: pd.Series, mapping: Mapping[str, str]) -> pd.Series:
    """The same values with some replaced, also within lists; categories that meet are merged."""
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        return _with_categories_replaced(series, mapping)
    return _like(series, [_replaced(value, mapping) for value in series.array])


def _like(series: pd.Series, values: list[Any]) -> pd.Series:
    """Other values with the type and the labels of a series."""
    import pandas as pd

    array: Any = values
    if isinstance(series.dtype, pd.ArrowDtype):
        import pyarrow as pa

        typed = pa.array(values, type=series.dtype.pyarrow_dtype, from_pandas=True)
        array = pd.arrays.ArrowExtensionArray(typed)
    return pd.Series(array, index=series.index, dtype=series.dtype)


def _replaced(value: Any, mapping: Mapping[str, str]) -> Any:
    """A value with its replacement; lists keep their type."""
    if isinstance(value, str):
        return mapping.get(value, value)
    if kind_of(value) != "list":
        return value
    items = [_replaced(item, mapping) for item in value]
    if hasattr(value, "dtype"):
        import numpy as np

        return np.array(items, dtype=object)
    return type(value)(items) if isinstance(value, (list, tuple, set, frozenset)) else items


def _with_categories_replaced(series: pd.Series, mapping: Mapping[str, str]) -> pd.Series:
    import numpy as np
    import pandas as pd

    names = [mapping.get(name, name) for name in series.cat.categories]
    categories = list(dict.fromkeys(names))
    numbers = {name: number for number, name in enumerate(categories)}
    new_codes = np.array([*(numbers[name] for name in names), -1], dtype="int64")
    codes = new_codes[series.cat.codes.to_numpy()]  # -1, a missing value, takes the last
    dtype = pd.CategoricalDtype(categories, ordered=series.cat.ordered)
    return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype), index=series.index)


def constant_series(n_rows: int, dtype: Dtype, value: Any) -> pd.Series:
    """A series of a dtype in which all values are the same; `None` means missing."""
    import pandas as pd

    if isinstance(dtype, CatDtype):
        categories = [] if value is None else [value]
        codes = [-1 if value is None else 0] * n_rows
        return pd.Series(pd.Categorical.from_codes(codes, categories=categories))
    name = None if isinstance(dtype, ListDtype) else _TYPES.get(dtype.name)
    if str(dtype) == "num" and kind_of(value) == "int":
        name = "Int64"
    if name is None:
        return pd.Series([copy(value) for _ in range(n_rows)], dtype=object)
    return pd.Series([value] * n_rows, dtype=name)


def filled_series(series: pd.Series, value: Any) -> pd.Series:
    """The same values with missing ones replaced; a missing category is added."""
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        if value not in series.cat.categories:
            series = series.cat.add_categories([value])
        return series.fillna(value)
    mask = missing_mask(series)
    if not mask.any():
        return series
    if series.dtype != object and kind_of(value) not in ("list", "dict"):
        return series.mask(mask, value)
    pairs = zip(series.array, mask, strict=True)
    return _like(series, [copy(value) if is_missing else one for one, is_missing in pairs])
