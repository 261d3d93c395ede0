"""Expressions of polars for lossless conversion; texts are read as the pandas engine does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import CatDtype, ListDtype

from .abc import CoercionError
from .pandas_coercion import MAX_EXACT, UTC_DTYPE, coerced_series
from .polars_edits import type_for

if TYPE_CHECKING:
    import polars as pl

    from lamindb.base.dtypes import Dtype

    from .abc import Kind


@dataclass(frozen=True)
class Conversion:
    """Converted values, and where that would lose something."""

    values: pl.Expr
    failing: pl.Expr


def conversion_of(column: pl.Expr, kind: Kind | None, dtype: Dtype, texts: list[str]) -> Conversion:
    """How a column becomes one of a dtype.

    Parameters
    ----------
    column
        The column.
    kind
        What it holds.
    dtype
        What is wanted.
    texts
        Its distinct values if it holds texts.
    """
    import polars as pl

    if isinstance(dtype, CatDtype):
        is_exact = kind in ("str", "int", "category")
        return Conversion(column.cast(pl.String).cast(pl.Categorical), pl.lit(not is_exact))
    if isinstance(dtype, ListDtype) or kind is None:
        return Conversion(column, pl.lit(True))
    if kind == "str":
        return _of_texts(column, dtype, texts)
    convert = _CONVERSIONS.get((dtype.name, kind))
    return Conversion(column, pl.lit(True)) if convert is None else convert(column)


def _of_texts(column: pl.Expr, dtype: Dtype, texts: list[str]) -> Conversion:
    """Each distinct text is read once."""
    import pandas as pd
    import polars as pl

    try:
        read = coerced_series(pd.Series(texts, dtype=object), dtype)
    except CoercionError as error:
        wrong = [texts[position] for position in error.positions]
        return Conversion(column, column.is_in(pl.Series(wrong, dtype=pl.String).implode()))
    new = type_for(dtype)
    if str(dtype) == "num" and read.dtype.kind == "i":
        new = pl.Int64()
    values = [None if pd.isna(value) else value for value in read.tolist()]
    old = pl.Series(texts, dtype=pl.String)
    converted = column.replace_strict(
        old, pl.Series(values, dtype=new), return_dtype=new, default=None
    )
    return Conversion(converted, pl.lit(False))


def _exact(new: Any) -> Callable[[pl.Expr], Conversion]:
    """Conversion that never loses anything."""

    def convert(column: pl.Expr) -> Conversion:
        import polars as pl

        return Conversion(column.cast(getattr(pl, new)), pl.lit(False))

    return convert


def _unchanged(column: pl.Expr) -> Conversion:
    import polars as pl

    return Conversion(column, pl.lit(False))


def _float_to_int(column: pl.Expr) -> Conversion:
    import polars as pl

    present = column.fill_nan(None)
    is_whole = present.is_finite() & (present.truncate() == present) & (present.abs() < 2.0**63)
    return Conversion(present.cast(pl.Int64, strict=False), ~is_whole)


def _int_to_float(column: pl.Expr) -> Conversion:
    import polars as pl

    return Conversion(column.cast(pl.Float64), ~column.is_between(-MAX_EXACT, MAX_EXACT))


def _number_to_bool(column: pl.Expr) -> Conversion:
    present = column.fill_nan(None)
    return Conversion(present == 1, ~present.is_in([0.0, 1.0]))


def _int_to_bool(column: pl.Expr) -> Conversion:
    return Conversion(column == 1, ~column.is_in([0, 1]))


def _time_to_date(column: pl.Expr) -> Conversion:
    import polars as pl

    return Conversion(column.dt.date(), column.dt.time() != pl.time(0))


def _date_to_time(column: pl.Expr) -> Conversion:
    import polars as pl

    return Conversion(column.cast(pl.Datetime("us")), pl.lit(False))


def _date_to_utc(column: pl.Expr) -> Conversion:
    naive = _date_to_time(column)
    return Conversion(naive.values.dt.replace_time_zone("UTC"), naive.failing)


def _time_to_utc(column: pl.Expr) -> Conversion:
    import polars as pl

    return Conversion(column.dt.replace_time_zone("UTC"), pl.lit(False))


_CONVERSIONS: dict[tuple[str, Kind], Callable[[pl.Expr], Conversion]] = {
    ("int", "int"): _unchanged,
    ("int", "float"): _float_to_int,
    ("int", "bool"): _exact("Int64"),
    ("float", "float"): _unchanged,
    ("float", "int"): _int_to_float,
    ("float", "bool"): _exact("Float64"),
    ("bool", "bool"): _unchanged,
    ("bool", "int"): _int_to_bool,
    ("bool", "float"): _number_to_bool,
    ("str", "int"): _exact("String"),
    ("date", "date"): _unchanged,
    ("date", "datetime"): _time_to_date,
    ("date", "datetime_tz"): _time_to_date,
    ("datetime", "datetime"): _unchanged,
    ("datetime", "date"): _date_to_time,
    (UTC_DTYPE, "datetime_tz"): _unchanged,
    (UTC_DTYPE, "datetime"): _time_to_utc,
    (UTC_DTYPE, "date"): _date_to_utc,
}
"""By dtype and kind of the column."""
