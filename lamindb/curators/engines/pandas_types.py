"""What the types of pandas and Arrow mean, and where values are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from .abc import Kind

_BY_LETTER: dict[str, Kind] = {
    "i": "int",
    "u": "int",
    "f": "float",
    "c": "number",
    "b": "bool",
    "M": "datetime",
}


def kind_of_dtype(dtype: Any) -> Kind | None:
    """Kind that a dtype of pandas guarantees, None if it holds any Python object.

    Examples
    --------
    >>> kind_of_dtype(numpy.dtype("int8")), kind_of_dtype(numpy.dtype(object))
    ('int', None)
    """
    import numpy as np
    import pandas as pd

    if isinstance(dtype, pd.CategoricalDtype):
        return "category"
    if isinstance(dtype, pd.StringDtype):
        return "str"
    if isinstance(dtype, pd.ArrowDtype):
        return kind_of_arrow(dtype.pyarrow_dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return "datetime_tz"
    if isinstance(dtype, pd.SparseDtype):
        return kind_of_dtype(dtype.subtype)
    if dtype == np.dtype(object):
        return None
    return _BY_LETTER.get(dtype.kind, "other")


def kind_of_arrow(dtype: Any) -> Kind:
    """Kind that a type of Arrow guarantees.

    Examples
    --------
    >>> kind_of_arrow(pyarrow.list_(pyarrow.string()))
    'list'
    """
    from pyarrow import types

    if types.is_timestamp(dtype):
        return "datetime" if dtype.tz is None else "datetime_tz"
    tests: dict[Kind, tuple[Any, ...]] = {
        "empty": (types.is_null,),
        "category": (types.is_dictionary,),
        "int": (types.is_integer,),
        "float": (types.is_floating,),
        "number": (types.is_decimal,),
        "bool": (types.is_boolean,),
        "str": (types.is_string, types.is_large_string, types.is_string_view),
        "date": (types.is_date,),
        "list": (types.is_list, types.is_large_list, types.is_fixed_size_list),
        "dict": (types.is_struct, types.is_map),
    }
    return next((kind for kind, ones in tests.items() if any(t(dtype) for t in ones)), "other")


def missing_mask(series: pd.Series) -> np.ndarray:
    """Where values are None, NaN, NaT or NA."""
    import numpy as np
    import pandas as pd

    mask = series.isna().to_numpy(dtype=bool)
    # extension types tell NaN from NA
    if isinstance(series.dtype, pd.api.extensions.ExtensionDtype) and series.dtype.kind == "f":
        values = series.to_numpy(dtype="float64", na_value=np.nan)
        return np.asarray(mask | np.isnan(values))
    return np.asarray(mask)
