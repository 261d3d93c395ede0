"""Expressions of polars for replaced, constant and filled values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import CatDtype, ListDtype

from .polars_types import item_of, kind_of_polars

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from lamindb.base.dtypes import Dtype


def replaced_expr(values: pl.Expr, dtype: Any, mapping: Mapping[str, str]) -> pl.Expr:
    """The same values with some replaced, also within lists; categories that meet are merged."""
    import polars as pl

    kind = kind_of_polars(dtype)
    if kind == "list":
        return values.list.eval(replaced_expr(pl.element(), item_of(dtype), mapping))
    if kind != "category":
        return values.replace(dict(mapping))
    new = dtype
    if isinstance(dtype, pl.Enum):
        names = [mapping.get(name, name) for name in dtype.categories.to_list()]
        new = pl.Enum(list(dict.fromkeys(names)))
    return values.cast(pl.String).replace(dict(mapping)).cast(new)


def constant_expr(dtype: Dtype, value: Any) -> pl.Expr:
    """One value for all rows; `None` means missing."""
    import polars as pl

    if value is None:
        return pl.lit(None, dtype=type_for(dtype))
    if isinstance(value, (list, dict)):
        return pl.lit(pl.Series([value])).first()
    literal = pl.lit(value)
    if isinstance(value, str) and str(dtype).startswith("date"):
        return literal.str.to_datetime().cast(type_for(dtype))
    return literal if str(dtype) == "num" else literal.cast(type_for(dtype))


def type_for(dtype: Dtype) -> Any:
    """Type of polars for a dtype."""
    import polars as pl

    if isinstance(dtype, CatDtype):
        return pl.Categorical()
    if isinstance(dtype, ListDtype):
        is_text = isinstance(dtype.item, CatDtype)
        return pl.List(pl.String() if is_text else type_for(dtype.item))
    types = {
        "int": pl.Int64(),
        "float": pl.Float64(),
        "num": pl.Float64(),
        "bool": pl.Boolean(),
        "date": pl.Date(),
        "datetime": pl.Datetime("us"),
        "datetime64[ns, UTC]": pl.Datetime("us", "UTC"),
        "dict": pl.Struct([]),
        "object": pl.Null(),
    }
    return types.get(dtype.name, pl.String())


def filled_expr(values: pl.Expr, dtype: Any, value: Any) -> pl.Expr:
    """The same values with missing ones replaced; a missing category is added."""
    import polars as pl

    kind = kind_of_polars(dtype)
    if kind == "float":
        return values.fill_nan(None).fill_null(value)
    if kind in ("list", "dict"):
        return values.fill_null(pl.lit(pl.Series([value], dtype=dtype)).first())
    if kind != "category":
        return values.fill_null(value)
    new = dtype
    if isinstance(dtype, pl.Enum):
        new = pl.Enum(list(dict.fromkeys([*dtype.categories.to_list(), value])))
    return values.cast(pl.String).fill_null(value).cast(new)
