"""What the types of polars mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .abc import Kind

_BY_NAME: dict[str, Kind] = {
    "Boolean": "bool",
    "String": "str",
    "Categorical": "category",
    "Enum": "category",
    "Date": "date",
    "Decimal": "number",
    "List": "list",
    "Array": "list",
    "Struct": "dict",
    "Null": "empty",
}


def kind_of_polars(dtype: Any) -> Kind | None:
    """Kind that a type of polars guarantees, None if it holds any Python object.

    Examples
    --------
    >>> kind_of_polars(pl.Int8()), kind_of_polars(pl.Datetime("us", "UTC"))
    ('int', 'datetime_tz')
    """
    name = type(dtype).__name__
    if dtype.is_integer():
        return "int"
    if dtype.is_float():
        return "float"
    if name == "Datetime":
        return "datetime" if dtype.time_zone is None else "datetime_tz"
    if name == "Object":
        return None
    return _BY_NAME.get(name, "other")


def item_of(dtype: Any) -> Any:
    """Type of the elements of a list or array."""
    return dtype.inner


def is_object(dtype: Any) -> bool:
    """Whether pandas would hold such values as Python objects."""
    return type(dtype).__name__ in ("Object", "String", "List", "Struct")
