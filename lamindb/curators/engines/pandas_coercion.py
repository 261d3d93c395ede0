"""Lossless conversion of a series to a dtype: whole columns first, value by value if that fails."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import CatDtype, SimpleDtype

from .abc import N_ROWS, CoercionError, Misfits
from .cells import CONVERTERS, kind_of
from .pandas_types import kind_of_dtype, missing_mask

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pandas as pd

    from lamindb.base.dtypes import Dtype

MAX_EXACT = 2**53
"""Whole numbers up to here are exact as float64."""

UTC_DTYPE = "datetime64[ns, UTC]"


def coerced_series(series: pd.Series, dtype: Dtype) -> pd.Series:
    """A series in the type of a dtype; the passed one stays as is.

    Parameters
    ----------
    series
        The values.
    dtype
        A categorical or simple dtype. Lists, dictionaries and objects cannot be converted.

    Raises
    ------
    CoercionError
        Something would be lost, or is no such value.

    Examples
    --------
    >>> coerced_series(pd.Series(["1", None]), parse("int")).dtype
    Int64Dtype()
    """
    if isinstance(dtype, CatDtype):
        return _to_category(series, dtype)
    if not isinstance(dtype, SimpleDtype):
        raise _failed(series, dtype, ~missing_mask(series))
    if dtype.name in ("datetime", UTC_DTYPE):
        return _to_datetime(series, dtype)
    if dtype.name not in CONVERTERS:
        raise _failed(series, dtype, ~missing_mask(series))
    fast = _FAST.get((dtype.name, kind_of_dtype(series.dtype)))
    converted = fast(series) if fast is not None else None
    if converted is None and _is_text(series):
        converted = _parsed_by_arrow(series, dtype)
    return _by_value(series, dtype) if converted is None else converted


def _failed(series: pd.Series, dtype: Dtype, failing: np.ndarray) -> CoercionError:
    """Error that names the first values that cannot be converted."""
    rows = failing.nonzero()[0]
    first = rows[:N_ROWS].tolist()
    values = tuple(series.iloc[first].tolist())
    return CoercionError(dtype, Misfits(len(rows), tuple(first), values), rows)


# -- numbers -------------------------------------------------------------------------------------


def _float_to_int(series: pd.Series) -> pd.Series | None:
    """Whole numbers from floats; None if one has a fraction or is too large."""
    import numpy as np

    values = series.to_numpy(dtype="float64", na_value=np.nan)
    missing = np.isnan(values)
    present = values[~missing] if missing.any() else values
    if not ((np.abs(present) < 2.0**63) & (np.trunc(present) == present)).all():
        return None
    return _with_missing(np.where(missing, 0, values).astype("int64"), missing, series)


def _with_missing(values: np.ndarray, missing: np.ndarray, series: pd.Series) -> pd.Series:
    """Integers or booleans, in an extension type if some are missing."""
    import pandas as pd

    array: Any = values
    if missing.any():
        kind = pd.arrays.BooleanArray if values.dtype == bool else pd.arrays.IntegerArray
        array = kind(values, missing)
    return pd.Series(array, index=series.index, copy=False)


def _bool_to_int(series: pd.Series) -> pd.Series:
    missing = missing_mask(series)
    values = series.to_numpy(dtype=bool, na_value=False)
    return _with_missing(values.astype("int64"), missing, series)


def _int_to_bool(series: pd.Series) -> pd.Series | None:
    """Booleans from 0 and 1; None if there are other numbers."""
    import numpy as np

    missing = missing_mask(series)
    values = series.to_numpy(dtype="float64", na_value=0)
    values = np.where(missing, 0, values)
    if not np.isin(values, (0, 1)).all():
        return None
    return _with_missing(values.astype(bool), missing, series)


def _int_to_float(series: pd.Series) -> pd.Series | None:
    """Floats from whole numbers; None if one is not exact as a float."""
    import numpy as np
    import pandas as pd

    numbers = series.dropna()
    if len(numbers) and max(abs(int(numbers.min())), abs(int(numbers.max()))) > MAX_EXACT:
        return None
    return pd.Series(series.to_numpy(dtype="float64", na_value=np.nan), index=series.index)


def _unchanged(series: pd.Series) -> pd.Series:
    return series


_FAST: dict[tuple[str, Any], Callable[[pd.Series], pd.Series | None]] = {
    ("int", "int"): _unchanged,
    ("int", "float"): _float_to_int,
    ("int", "bool"): _bool_to_int,
    ("float", "float"): _unchanged,
    ("float", "int"): _int_to_float,
    ("float", "bool"): _int_to_float,
    ("num", "int"): _unchanged,
    ("num", "float"): _unchanged,
    ("num", "bool"): _unchanged,
    ("num", "number"): _unchanged,
    ("bool", "bool"): _unchanged,
    ("bool", "int"): _int_to_bool,
    ("bool", "float"): _int_to_bool,
    ("str", "str"): _unchanged,
    ("date", "date"): _unchanged,
}
"""By dtype and kind of the column, what converts it as a whole; None means: look at each value."""


# -- text ----------------------------------------------------------------------------------------


def _is_text(series: pd.Series) -> bool:
    """Whether all values are strings or missing."""
    from pandas.api.types import infer_dtype

    declared = kind_of_dtype(series.dtype)
    return declared == "str" or (declared is None and infer_dtype(series) == "string")


def _parsed_by_arrow(series: pd.Series, dtype: SimpleDtype) -> pd.Series | None:
    """Numbers from texts in one pass, None if some text is no plain number."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if dtype.name not in ("int", "float", "num"):
        return None
    try:
        texts = pa.array(series, type=pa.large_string(), from_pandas=True)
        if pc.any(pc.match_substring_regex(texts, "[^0-9+.eE-]")).as_py():
            return None
        if dtype.name != "float" and not pc.any(pc.match_substring_regex(texts, "[.eE]")).as_py():
            numbers = pc.cast(texts, pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
            return _with_missing(numbers, missing_mask(series), series)
        floats = pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)
    except ValueError:  # no such number, or no text that can be encoded
        return None
    if (np.abs(floats) >= MAX_EXACT).any() or dtype.name == "int":
        return None  # digits may be lost: look at each
    return type(series)(floats, index=series.index)


# -- value by value ------------------------------------------------------------------------------

_RESULTS = {
    "int": ("int64", "Int64"),
    "float": ("float64", "float64"),
    "bool": ("bool", "boolean"),
}
"""By dtype, the types of the result without and with missing values; others stay objects."""


def _by_value(series: pd.Series, dtype: SimpleDtype) -> pd.Series:
    """Each value converted on its own; equal texts once."""
    import numpy as np
    import pandas as pd

    convert, missing = CONVERTERS[dtype.name], missing_mask(series)
    failing = np.zeros(len(series), dtype=bool)
    converted: list[Any] = [None] * len(series)
    known: dict[str, Any] = {}
    for row, value in enumerate(series.array):
        if missing[row]:
            continue
        try:
            if isinstance(value, str):
                if value not in known:
                    known[value] = convert(value)
                converted[row] = known[value]
            else:
                converted[row] = convert(value)
        except (ValueError, TypeError, ArithmeticError):
            failing[row] = True
    if failing.any():
        raise _failed(series, dtype, failing)
    name = dtype.name
    if name == "num":
        name = "float" if any(isinstance(one, float) for one in converted) else "int"
    if name == "str" and kind_of_dtype(series.dtype) is not None:
        return pd.Series(converted, index=series.index, dtype="string")
    result = _RESULTS.get(name, ("object", "object"))[bool(missing.any())]
    return pd.Series(converted, index=series.index, dtype=result)


# -- times ---------------------------------------------------------------------------------------


def _to_datetime(series: pd.Series, dtype: SimpleDtype) -> pd.Series:
    """Times, naive or in UTC, from texts, dates and times."""
    declared = kind_of_dtype(series.dtype)
    wants_zone = dtype.name == UTC_DTYPE
    if declared == ("datetime_tz" if wants_zone else "datetime"):
        return series
    if declared == "datetime":  # no time zone means UTC
        naive = series if series.dtype.kind == "M" else series.astype("datetime64[ns]")
        return _localized(naive)
    missing = missing_mask(series)
    if declared not in (None, "str", "date"):
        raise _failed(series, dtype, ~missing)
    parsed = _parsed_times(series, utc=wants_zone)
    failing = parsed.isna().to_numpy() & ~missing
    if failing.any():
        raise _failed(series, dtype, failing)
    return parsed


def _localized(series: pd.Series) -> pd.Series:
    if str(series.dtype).startswith("timestamp"):
        series = series.astype("datetime64[ns]")
    return series.dt.tz_localize("UTC")


def _parsed_times(series: pd.Series, *, utc: bool) -> pd.Series:
    """Times from texts and Python objects; NaT where a value is none, or has an unwanted zone."""
    import pandas as pd

    objects = series.astype(object)
    if not _is_text(series):
        kinds = _TIMES[utc]
        objects = objects.where(objects.map(lambda value: kind_of(value) in kinds), None)
    parsed = pd.to_datetime(objects, errors="coerce", utc=True, format="ISO8601")
    other = parsed.isna() & objects.notna()
    if other.any():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about texts in several formats
            parsed[other] = pd.to_datetime(objects[other], errors="coerce", utc=True)
    if utc:
        return parsed
    has_zone = objects.map(lambda value: isinstance(value, str) and bool(_ZONE.search(value)))
    return parsed.dt.tz_localize(None).mask(has_zone.to_numpy(dtype=bool))


_ZONE = re.compile(r"(:\d\d|T\d\d).*([zZ]|[+-]\d\d(:?\d\d)?|UTC|GMT)$")
"""Texts that name a time zone, which times without a zone would lose."""

_TIMES = {
    True: ("str", "date", "datetime", "datetime_tz"),
    False: ("str", "date", "datetime"),
}
"""Kinds that can become times in UTC, and times without a zone."""


# -- categories ----------------------------------------------------------------------------------


def _to_category(series: pd.Series, dtype: CatDtype) -> pd.Series:
    """Sorted categories from texts; whole numbers are written as texts."""
    import numpy as np
    import pandas as pd

    from_category = isinstance(series.dtype, pd.CategoricalDtype)
    values = series.cat.categories.to_series() if from_category else series
    if not _is_text(values):
        if kind_of_dtype(values.dtype) != "int":
            raise _failed(series, dtype, _no_texts(series))
        values = values.astype("string")
    if from_category:
        names = pd.Index(values.astype(object).to_numpy())
        return series.cat.rename_categories(names)
    codes, names = pd.factorize(values)
    names = np.asarray(names, dtype=object)
    order = np.argsort(names)
    ranks = np.empty(len(order) + 1, dtype="int64")
    ranks[order] = np.arange(len(order))
    ranks[-1] = -1  # the code of missing values
    categorical = pd.Categorical.from_codes(ranks[codes], categories=names[order])
    return pd.Series(categorical, index=series.index)


def _no_texts(series: pd.Series) -> np.ndarray:
    """Where there are other values than texts."""
    import numpy as np

    texts = series.astype(object).map(lambda value: kind_of(value) == "str").to_numpy(dtype=bool)
    return np.asarray(~texts & ~missing_mask(series))
