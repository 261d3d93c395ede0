"""Tables of all data-frame libraries behind one interface; a library is imported at first use."""

from __future__ import annotations

from typing import Any

from lamindb.errors import InvalidArgument

from .abc import CoercionError, Column, Misfits, Table
from .pandas import PandasTable

__all__ = ["CoercionError", "Column", "Misfits", "Table", "as_table"]


def as_table(data: Any) -> Table:
    """Wrap a dataset so that the checks can ask about its columns.

    Parameters
    ----------
    data
        A data frame of pandas.

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
    raise InvalidArgument(f"{type(data).__name__} is no table: pass a pandas DataFrame")


def _is_instance(data: Any, package: str, name: str) -> bool:
    """Whether an object or one of its base classes is a class of a package, which is not loaded."""
    return any(
        base.__name__ == name and base.__module__.partition(".")[0] == package
        for base in type(data).__mro__
    )
