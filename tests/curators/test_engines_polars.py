"""Every dtype against data frames and lazy frames of polars."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath

import polars as pl
import pytest

from lamindb.base.dtypes import parse
from lamindb.curators.columns import ColumnRule, TableRules, check_table
from lamindb.curators.engines import as_table
from lamindb.curators.engines import polars as engine

DAY = dt.date(2024, 1, 2)
NOON = dt.datetime(2024, 1, 2, 12)
NOON_UTC = NOON.replace(tzinfo=dt.timezone.utc)
UTC = "datetime64[ns, UTC]"
NAN = float("nan")


def typed(values, dtype):
    return pl.Series("x", values, dtype=dtype)


def checked(series, dtype, lazy=False, **options):
    """Failures of a frame with one column `x`, and the column after the check."""
    frame = pl.DataFrame({"x": series})
    before = repr(frame.to_dict(as_series=False))
    table = as_table(frame.lazy() if lazy else frame)
    outcome = check_table(table, TableRules((ColumnRule("x", parse(dtype), **options),)))
    assert repr(frame.to_dict(as_series=False)) == before
    curated = outcome.table.frame
    assert isinstance(curated, pl.LazyFrame if lazy else pl.DataFrame)
    return outcome.report.failures, curated.lazy().collect()["x"]


ACCEPTED = [
    ("int", typed([1, None], pl.Int8)),
    ("int", typed([1], pl.UInt64)),
    ("int", typed([None], pl.Null)),
    ("int", typed([NAN, None], pl.Float64)),
    ("int", typed([], pl.String)),
    ("float", typed([1.5, NAN, None], pl.Float32)),
    ("num", typed([1], pl.Int64)),
    ("num", typed([True], pl.Boolean)),
    ("num", typed([1.5], pl.Float64)),
    ("bool", typed([True, None], pl.Boolean)),
    ("str", typed(["a", None], pl.String)),
    ("str", typed(["a"], pl.Categorical)),
    ("str", typed(["a"], pl.Enum(["a"]))),
    ("path", typed(["a/b"], pl.String)),
    ("path", typed([PurePosixPath("a")], pl.Object)),
    ("url", typed(["a"], pl.String)),
    ("date", typed([DAY, None], pl.Date)),
    ("datetime", typed([NOON], pl.Datetime("us"))),
    ("datetime", typed([NOON], pl.Datetime("ns"))),
    (UTC, typed([NOON], pl.Datetime("ms", "UTC"))),
    ("dict", typed([{"a": 1}, None], pl.Struct({"a": pl.Int64}))),
    ("dict", typed(['{"a": 1}', "{'a': 1}"], pl.String)),
    ("list[int]", typed([[1], [], None], pl.List(pl.Int8))),
    ("list[int]", typed([[1, 2]], pl.Array(pl.Int64, 2))),
    ("list[num]", typed([[1.5]], pl.List(pl.Float64))),
    ("list[str]", typed([["a"]], pl.List(pl.String))),
    ("list[list[int]]", typed([[[1]]], pl.List(pl.List(pl.Int64)))),
    ("list[cat[ULabel]]", typed([["a"]], pl.List(pl.Categorical))),
    ("list[cat[ULabel]]", typed([["a"], None], pl.List(pl.String))),
    ("cat[ULabel]", typed(["a", None], pl.Categorical)),
    ("cat[ULabel]", typed(["a"], pl.Enum(["a", "b"]))),
    ("cat[ULabel]", typed(["a"], pl.String)),
    ("object", typed([["a"]], pl.List(pl.String))),
]
WITHOUT_OBJECTS = [case for case in ACCEPTED if case[1].dtype != pl.Object]


@pytest.mark.parametrize(("dtype", "series"), ACCEPTED)
def test_accepted_as_it_is(dtype, series):
    failures, column = checked(series, dtype)
    assert failures == ()
    assert column.dtype == series.dtype


@pytest.mark.parametrize(("dtype", "series"), WITHOUT_OBJECTS)
def test_accepted_lazily(dtype, series):
    failures, column = checked(series, dtype, lazy=True)
    assert failures == ()
    assert column.dtype == series.dtype


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("dtype", "series", "got"),
    [
        ("int", typed([1.0], pl.Float64), "Float64"),
        ("int", typed([True], pl.Boolean), "Boolean"),
        ("int", typed(["1"], pl.String), "String"),
        ("float", typed([1], pl.Int64), "Int64"),
        ("date", typed(["2024-01-02"], pl.String), "String"),
        ("date", typed([NOON], pl.Datetime("us")), "Datetime(time_unit='us', time_zone=None)"),
        ("datetime", typed([DAY], pl.Date), "Date"),
        (
            "datetime",
            typed([NOON], pl.Datetime("us", "UTC")),
            "Datetime(time_unit='us', time_zone='UTC')",
        ),
        (UTC, typed([NOON], pl.Datetime("us")), "Datetime(time_unit='us', time_zone=None)"),
        ("cat[ULabel]", typed([1], pl.Int64), "Int64"),
        ("object", typed([1], pl.Int64), "Int64"),
    ],
)
def test_refused_for_its_type(dtype, series, got, lazy):
    (failure,), _ = checked(series, dtype, lazy)
    wanted = {"cat[ULabel]": "category", "datetime": "datetime64[ns]"}.get(dtype, dtype)
    assert failure.error == f"expected series 'x' to have type {wanted}, got {got}"
    assert (failure.code, failure.n_failing, failure.rows) == ("WRONG_DATATYPE", 1, (0,))
    assert failure.values == tuple(series.to_list())


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("dtype", "series", "got", "values"),
    [
        ("str", typed([1], pl.Int64), "Int64", (1,)),
        ("num", typed(["1"], pl.String), "String", ("1",)),
        ("bool", typed([0], pl.Int64), "Int64", (0,)),
        ("dict", typed(["{}", "a"], pl.String), "String", ("a",)),
        ("list[int]", typed([["a"]], pl.List(pl.String)), "List(String)", (["a"],)),
        ("list[int]", typed([[1, None]], pl.List(pl.Int64)), "List(Int64)", ([1, None],)),
        ("list[str]", typed(["a"], pl.String), "String", ("a",)),
        ("list[list[int]]", typed([[1]], pl.List(pl.Int64)), "List(Int64)", ([1],)),
        ("path", typed([1], pl.Int64), "Int64", (1,)),
    ],
)
def test_refused_by_a_check(dtype, series, got, values, lazy):
    (failure,), _ = checked(series, dtype, lazy)
    assert failure.check == f"Column 'x' failed dtype check for '{dtype}': got {got}"
    assert (failure.code, failure.values) == ("DATAFRAME_CHECK", values)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("dtype", "series", "new", "values"),
    [
        ("int", typed(["1", None, "2.0"], pl.String), pl.Int64, [1, None, 2]),
        ("int", typed([1.0, NAN, None], pl.Float64), pl.Int64, [1, None, None]),
        ("int", typed([True], pl.Boolean), pl.Int64, [1]),
        ("int", typed([1], pl.Int8), pl.Int8, [1]),
        ("float", typed([1, None], pl.Int64), pl.Float64, [1.0, None]),
        ("float", typed(["1.5", "2"], pl.String), pl.Float64, [1.5, 2.0]),
        ("float", typed([True], pl.Boolean), pl.Float64, [1.0]),
        ("num", typed(["1", "2"], pl.String), pl.Int64, [1, 2]),
        ("num", typed(["1", "2.5"], pl.String), pl.Float64, [1.0, 2.5]),
        ("bool", typed([0, 1, None], pl.Int64), pl.Boolean, [False, True, None]),
        ("bool", typed([0.0, NAN], pl.Float64), pl.Boolean, [False, None]),
        ("bool", typed(["True", "False"], pl.String), pl.Boolean, [True, False]),
        ("str", typed([1], pl.Int64), pl.String, ["1"]),
        ("date", typed(["2024-01-02"], pl.String), pl.Date, [DAY]),
        ("date", typed([dt.datetime(2024, 1, 2)], pl.Datetime("us")), pl.Date, [DAY]),
        ("datetime", typed(["2024-01-02T12:00"], pl.String), pl.Datetime("us"), [NOON]),
        ("datetime", typed([DAY], pl.Date), pl.Datetime("us"), [dt.datetime(2024, 1, 2)]),
        (UTC, typed([NOON], pl.Datetime("us")), pl.Datetime("us", "UTC"), [NOON_UTC]),
        (UTC, typed(["2024-01-02T12:00"], pl.String), pl.Datetime("us", "UTC"), [NOON_UTC]),
        ("cat[ULabel]", typed([2, 1], pl.Int64), pl.Categorical, ["2", "1"]),
    ],
)
def test_converted_without_loss(dtype, series, new, values, lazy):
    failures, column = checked(series, dtype, lazy, coerce=True)
    assert failures == ()
    assert column.dtype == new
    assert column.to_list() == values


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("dtype", "series", "shown"),
    [
        ("int", typed([1.0, 1.5], pl.Float64), "1.5 (row 1)"),
        ("int", typed([float("inf")], pl.Float64), "inf (row 0)"),
        ("int", typed(["1", "x", "x"], pl.String), "'x' (row 1), 'x' (row 2)"),
        ("float", typed([2**53 + 1], pl.Int64), "9007199254740993 (row 0)"),
        ("date", typed([NOON], pl.Datetime("us")), f"{NOON!r} (row 0)"),
        ("datetime", typed(["x"], pl.String), "'x' (row 0)"),
        ("datetime", typed([1], pl.Int64), "1 (row 0)"),
        ("cat[ULabel]", typed([1.5], pl.Float64), "1.5 (row 0)"),
    ],
)
def test_refused_if_something_would_be_lost(dtype, series, shown, lazy):
    (failure,), _ = checked(series, dtype, lazy, coerce=True)
    wanted = {"cat[ULabel]": "category", "datetime": "datetime64[ns]"}.get(dtype, dtype)
    inner = "category" if wanted == "category" else dtype
    assert failure.error == (
        f"Error while coercing 'x' to type {wanted}: "
        f"Could not losslessly coerce into {inner}: {shown}"
    )
    assert failure.n_failing == len(failure.values)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("series", "terms", "value", "rows"),
    [
        (typed(["b", "a", "b", "", None], pl.String), ["b", "a"], "b", (0, 2)),
        (typed(["b", "a", "b", None], pl.Categorical), ["b", "a"], "a", (1,)),
        (typed(["b", "b"], pl.Enum(["a", "b"])), ["b"], "b", (0, 1)),
        (typed([["b", "a"], [], None, ["a"]], pl.List(pl.String)), ["b", "a"], "a", (0, 3)),
        (typed([[["b"], ["a"]], [["a"]]], pl.List(pl.List(pl.String))), ["b", "a"], "a", (0, 1)),
        (typed([2, 1, 2], pl.Int64), [2, 1], 2, (0, 2)),
        (typed([{"a": 1}, {}], pl.Struct({"a": pl.Int8})), [{"a": 1}, {"a": None}], {"a": 1}, (0,)),
    ],
)  # fmt: skip
def test_terms_and_their_rows(series, terms, value, rows, lazy):
    frame = pl.DataFrame({"x": series})
    column = as_table(frame.lazy() if lazy else frame).column("x")
    assert column.terms() == terms
    assert column.rows_of([value]) == rows


def test_missing_values_are_nulls_and_nans():
    column = as_table(pl.DataFrame({"x": [1.5, NAN, None]})).column("x")
    assert (column.n_missing, column.missing_rows()) == (2, (1, 2))
    (failure,), _ = checked(typed([1.5, NAN], pl.Float64), "float", nullable=False)
    assert failure.error == "non-nullable series 'x' contains null values: 1 missing, in row 1"


def test_a_lazy_frame_is_asked_once_for_everything_about_good_data(tmp_path, monkeypatch):
    pl.DataFrame({"c": ["b", "a"], "d": ["x", "x"], "f": [1.5, 2.5]}).write_parquet(
        tmp_path / "x.parquet"
    )
    asked = []

    def note(queries):
        asked.append(len(queries))
        return pl.collect_all(queries, engine="streaming")

    monkeypatch.setattr(engine, "_collected_all", note)
    monkeypatch.setattr(engine, "_collected", lambda query: note([query])[0])
    rules = TableRules(
        (
            ColumnRule("c", parse("cat[ULabel]"), nullable=False),
            ColumnRule("d", parse("cat[ULabel]")),
            ColumnRule("f", parse("float"), nullable=False),
        )
    )
    outcome = check_table(as_table(pl.scan_parquet(tmp_path / "x.parquet")), rules)
    assert outcome.report.failures == ()
    assert [outcome.table.column(name).terms() for name in "cd"] == [["b", "a"], ["x"]]
    assert asked == [3]  # numbers of missing values, and the terms of two columns


def test_polars_has_no_index():
    rules = TableRules(index=ColumnRule("sample", parse("str")))
    (failure,) = check_table(as_table(pl.DataFrame({"x": [1]})), rules).report.failures
    assert failure.error == "a table of polars has no index, which feature 'sample' asks for"


@pytest.mark.parametrize("lazy", [False, True])
def test_changes_in_place(lazy):
    frame = pl.DataFrame(
        {
            "plain": ["B-cell", None],
            "typed": typed(["B-cell", "B cell"], pl.Categorical),
            "enum": typed(["B-cell", "B cell"], pl.Enum(["B-cell", "B cell"])),
            "lists": [["B-cell", "T cell"], None],
            "number": [NAN, None],
        }
    )
    table = as_table(frame.lazy() if lazy else frame)
    for label in ("plain", "typed", "enum", "lists"):
        table.replace_terms(label, {"B-cell": "B cell"})
    fills = {"plain": "b", "lists": ["b"], "number": 0.5}
    for label, value in fills.items():
        table.fill_missing(label, value)
    table.add_filled("new", parse("cat[ULabel]"), "a")
    table.add_filled("none", parse("int"), None)
    table.add_filled("day", parse("date"), "2024-01-02")
    table.add_filled("several", parse("list[str]"), ["a"])
    curated = table.frame.lazy().collect()
    assert (table.frame is frame) is not lazy
    assert curated.to_dict(as_series=False) == {
        "plain": ["B cell", "b"],
        "typed": ["B cell", "B cell"],
        "enum": ["B cell", "B cell"],
        "lists": [["B cell", "T cell"], ["b"]],
        "number": [0.5, 0.5],
        "new": ["a", "a"],
        "none": [None, None],
        "day": [DAY, DAY],
        "several": [["a"], ["a"]],
    }
    assert curated.schema["typed"] == curated.schema["new"] == pl.Categorical
    assert curated.schema["enum"] == pl.Enum(["B cell"])
    assert curated.schema["none"] == pl.Int64


def test_missing_categories_are_filled():
    frame = pl.DataFrame(
        {"typed": typed(["a", None], pl.Categorical), "enum": typed(["a", None], pl.Enum(["a"]))}
    )
    table = as_table(frame)
    for label in frame.columns:
        table.fill_missing(label, "b")
    assert frame.to_dict(as_series=False) == {"typed": ["a", "b"], "enum": ["a", "b"]}
