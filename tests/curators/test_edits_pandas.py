"""Changes of a pandas data frame in place: replaced terms, new columns, filled gaps."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from lamindb.base.dtypes import parse
from lamindb.curators.columns import ColumnRule, TableRules, check_table
from lamindb.curators.engines import as_table

NAN, NA, NAT = float("nan"), pd.NA, pd.NaT
DAY = dt.date(2024, 1, 2)


def test_terms_are_replaced_in_place():
    frame = pd.DataFrame(
        {
            "plain": ["B-cell", "T cell", None],
            "typed": pd.Categorical(["B-cell", "B cell", None]),
            "lists": [["B-cell", "T cell"], None, ("B-cell",)],
            "arrow": pd.array(["B-cell", None, "T cell"], dtype="string[pyarrow]"),
        },
        index=pd.Index(["B-cell", "b", "c"], name="i"),
    )
    table = as_table(frame)
    for label in (*frame.columns, None):
        table.replace_terms(label, {"B-cell": "B cell"})
    assert frame["plain"].tolist() == ["B cell", "T cell", None]
    assert frame["typed"].tolist()[:2] == ["B cell", "B cell"]
    assert frame["typed"].cat.categories.tolist() == ["B cell"]
    assert frame["typed"].isna().tolist() == [False, False, True]
    assert frame["lists"].tolist() == [["B cell", "T cell"], None, ("B cell",)]
    assert [repr(one) for one in frame["arrow"]] == ["'B cell'", "<NA>", "'T cell'"]
    assert str(frame["arrow"].dtype) == "string"
    assert frame.index.tolist() == ["B cell", "b", "c"]
    assert frame.index.name == "i"


def test_order_of_categories_survives_a_replacement():
    frame = pd.DataFrame({"x": pd.Categorical(["lo", "hi"], categories=["lo", "hi"], ordered=True)})
    as_table(frame).replace_terms("x", {"lo": "low"})
    assert frame["x"].dtype == pd.CategoricalDtype(["low", "hi"], ordered=True)


@pytest.mark.parametrize(
    ("dtype", "value", "type_name", "values"),
    [
        ("int", None, "Int64", [NA, NA]),
        ("int", 1, "Int64", [1, 1]),
        ("float", None, "float64", [NAN, NAN]),
        ("num", 1, "Int64", [1, 1]),
        ("num", 1.5, "float64", [1.5, 1.5]),
        ("bool", True, "boolean", [True, True]),
        ("str", None, "string", [NA, NA]),
        ("str", "a", "string", ["a", "a"]),
        ("datetime", None, "datetime64[ns]", [NAT, NAT]),
        ("datetime", "2024-01-02", "datetime64[ns]", [pd.Timestamp(DAY)] * 2),
        ("date", None, "object", [None, None]),
        ("cat[ULabel]", "a", "category", ["a", "a"]),
        ("cat[ULabel]", None, "category", [NAN, NAN]),
        ("list[str]", ["a"], "object", [["a"], ["a"]]),
        ("dict", {"a": 1}, "object", [{"a": 1}, {"a": 1}]),
    ],
)
def test_a_column_is_added_that_fits_its_dtype(dtype, value, type_name, values):
    frame = pd.DataFrame({"x": [1, 2]}, index=["a", "b"])
    table = as_table(frame)
    table.add_filled("new", parse(dtype), value)
    assert list(frame.columns) == ["x", "new"]
    assert str(frame["new"].dtype) == type_name
    assert [repr(one) for one in frame["new"].tolist()] == [repr(one) for one in values]
    rules = TableRules((ColumnRule("new", parse(dtype)),))
    assert check_table(table, rules).report.failures == ()


def test_missing_values_are_filled_in_place():
    frame = pd.DataFrame(
        {
            "typed": pd.Categorical(["a", None]),
            "plain": ["a", None],
            "number": [1.5, NAN],
            "whole": pd.Series([1, None], dtype="Int64"),
            "lists": [["a"], None],
        }
    )
    table = as_table(frame)
    fills = {"typed": "b", "plain": "b", "number": 0.0, "whole": 0, "lists": ["b"]}
    for label, value in fills.items():
        table.fill_missing(label, value)
    assert [frame[label][1] for label in frame] == list(fills.values())
    assert frame.dtypes.astype(str).tolist() == ["category", "object", "float64", "Int64", "object"]
