"""Tables of all data-frame libraries behind one interface; a library is imported at first use."""

from __future__ import annotations

import os
from typing import Any

from lamindb.errors import InvalidArgument

from .abc import CoercionError, Column, Misfits, Table
from .arrow import ArrowTable
from .lazy import LazyPandasTable
from .pandas import PandasTable
from .polars import PolarsTable

__all__ = ["CoercionError", "Column", "LazyPandasTable", "Misfits", "Table", "as_table"]

_ARROW = (
    ("pyarrow", "Table"),
    ("pyarrow", "RecordBatch"),
    ("pyarrow", "Dataset"),
)


def as_table(data: Any) -> Table:
    """Wrap a dataset so that the checks can ask about its columns.

    Parameters
    ----------
    data
        A data frame of pandas or polars, a table or dataset of Arrow, or the local path of a
        Parquet file.

    Returns
    -------
    Table

    Raises
    ------
    InvalidArgument
        It is no table.

    Examples
    --------
    >>> as_table(pd.DataFrame({"a": [1]})).labels
    ['a']
    """
    if isinstance(data, Table):
        return data
    if _is_instance(data, "pandas", "DataFrame"):
        return PandasTable(data)
    if _is_instance(data, "polars", "DataFrame") or _is_instance(data, "polars", "LazyFrame"):
        return PolarsTable(data)
    if any(_is_instance(data, *name) for name in _ARROW) or _is_parquet(data):
        return ArrowTable(data)
    raise InvalidArgument(
        f"{data if isinstance(data, str) else type(data).__name__} is no table: pass a data frame "
        "of pandas or polars, a table or dataset of pyarrow, or the path of a Parquet file"
    )


def _is_parquet(data: Any) -> bool:
    """Whether this is the path of a Parquet file, or of a folder of them."""
    return isinstance(data, (str, os.PathLike)) and os.fspath(data).endswith(".parquet")


def _is_instance(data: Any, package: str, name: str) -> bool:
    """Whether an object or one of its base classes is a class of a package, which is not loaded."""
    return any(
        base.__name__ == name and base.__module__.partition(".")[0] == package
        for base in type(data).__mro__
    )
