"""Any column can be checked for any dtype: there is a report, never another error."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lamindb.base.dtypes import SIMPLE_DTYPES, parse
from lamindb.curators.columns import ColumnRule, TableRules, check_table
from lamindb.curators.engines import as_table

NOON = dt.datetime(2024, 1, 2, 12)
DTYPES = [
    *SIMPLE_DTYPES,
    "cat[ULabel]",
    "list[cat[ULabel]]",
    *(f"list[{name}]" for name in SIMPLE_DTYPES),
    "list[list[str]]",
]
TYPED = {
    "int": [1, 2],
    "float": [1.5, None],
    "bool": [True, None],
    "text": ["a", None],
    "numbers": ["1", "2.5"],
    "date": [dt.date(2024, 1, 2), None],
    "time": [NOON, None],
    "utc": [NOON.replace(tzinfo=dt.timezone.utc)],
    "lists": [["a", "b"], []],
    "nested": [[[1]], [[2]]],
    "dict": [{"a": 1}, None],
    "decimal": [Decimal("1.5")],
    "duration": [dt.timedelta(1)],
    "clock": [dt.time(1)],
    "bytes": [b"a"],
    "none": [None, None],
}
OBJECTS = {
    "mixed": [1, "a", None, 2.5, True],
    "arrays": [np.array([1]), np.array(1), np.array([[1, 2]])],
    "sets": [{1}, frozenset({"a"})],
    "iterator": [iter([1]), (x for x in "ab")],
    "paths": [PurePosixPath("a"), "b"],
    "classes": [int, str],
    "times": [NOON, NOON.replace(tzinfo=dt.timezone.utc), pd.Timestamp(NOON), pd.NaT],
    "missing": [None, float("nan"), pd.NA, pd.NaT],
    "surrogates": ["\ud800", "1"],
    "huge": [10**30, -(10**30)],
    "deep": [[[["a"]]], ["b"]],
    "dicts": [{"a": [1]}, {1: {}}],
    "frames": [pd.DataFrame({"x": [1]}), pd.Series([1, 2])],
}


def columns():
    """Tables with one column `x`, by a name for the report."""
    for name, values in TYPED.items():
        yield f"arrow {name}", pa.table({"x": values})
        yield f"pandas {name}", pa.table({"x": values}).to_pandas()
        yield f"arrow-backed {name}", pa.table({"x": values}).to_pandas(types_mapper=pd.ArrowDtype)
        yield f"polars {name}", pl.DataFrame({"x": values})
        yield f"lazy {name}", pl.LazyFrame({"x": values})
    for name, values in {**TYPED, **OBJECTS}.items():
        cells = np.empty(len(values), dtype=object)
        for row, value in enumerate(values):
            cells[row] = value
        yield f"objects {name}", pd.DataFrame({"x": cells})
    yield "category of times", pd.DataFrame({"x": pd.Categorical([NOON])})
    yield "empty category", pd.DataFrame({"x": pd.Categorical([])})
    yield "sparse", pd.DataFrame({"x": pd.arrays.SparseArray([0, 1.5])})
    yield "interval", pd.DataFrame({"x": pd.interval_range(0, 2)})
    yield "complex", pd.DataFrame({"x": [1j]})
    yield "polars objects", pl.DataFrame({"x": pl.Series([{1}, "a"], dtype=pl.Object)})


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("name", "data"), [pytest.param(*c, id=c[0]) for c in columns()])
def test_any_column_can_be_checked_for_any_dtype(name, data):
    for dtype in DTYPES:
        for coerce in (False, True):
            rule = ColumnRule("x", parse(dtype), nullable=False, coerce=coerce)
            outcome = check_table(as_table(data), TableRules((rule,)))
            assert outcome.table.labels == ["x"]
            assert str(outcome.report)[:1] in ("", "{")
            for failure in outcome.report.failures:
                assert failure.n_failing >= 1, (dtype, coerce)
                assert len(failure.rows) == min(failure.n_failing, 10)
    column = as_table(data).column("x")
    terms = column.terms()
    assert len(column.rows_of(terms)) <= 10
    assert column.kind != "list" or not terms or column.rows_of(terms[:1])
