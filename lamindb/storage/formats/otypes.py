"""Recognise types of objects by name, without importing the packages they come from."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["built_in_otype", "is_from_package"]

_OTYPES = {
    ("pandas", "DataFrame"): "DataFrame",
    ("polars", "DataFrame"): "DataFrame",
    ("polars", "LazyFrame"): "DataFrame",
    ("pyarrow", "Table"): "DataFrame",
    ("anndata", "AnnData"): "AnnData",
    ("mudata", "MuData"): "MuData",
    ("spatialdata", "SpatialData"): "SpatialData",
    ("tiledbsoma", "Experiment"): "tiledbsoma",
}


def built_in_otype(obj: Any) -> str | None:
    """Return the `otype` of an object of a package that this product knows.

    Parameters
    ----------
    obj : Any
        Any object.

    Returns
    -------
    str or None
        `"DataFrame"` (pandas, polars, a table of pyarrow), `"AnnData"`, `"MuData"`,
        `"SpatialData"`, `"tiledbsoma"`, or None.

    Example
    -------
    >>> import pandas as pd
    >>> built_in_otype(pd.DataFrame())
    'DataFrame'
    """
    for cls in type(obj).__mro__:
        otype = _OTYPES.get((cls.__module__.partition(".")[0], cls.__name__))
        if otype is not None:
            return otype
    return None


def is_from_package(obj: Any, package: str) -> bool:
    """Whether the type of an object, or a type it inherits from, is defined in a package.

    Parameters
    ----------
    obj : Any
        Any object.
    package : str
        Name of the package.

    Returns
    -------
    bool

    Example
    -------
    >>> import pandas as pd
    >>> is_from_package(pd.DataFrame(), "pandas"), is_from_package(pd.DataFrame(), "polars")
    (True, False)
    """
    return any(cls.__module__.partition(".")[0] == package for cls in type(obj).__mro__)
