"""Structure of a table: which columns are there, how often, in which order."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from lamindb.base.dtypes import parse
from lamindb.base.validation import COERCE_HINT
from lamindb.curators.columns import ColumnRule, TableRules, check_table, fits_dtype
from lamindb.curators.engines import as_table


def rule(name, dtype="int", **options):
    return ColumnRule(name, parse(dtype), **options)


def failures_of(frame, rules, **options):
    return check_table(as_table(frame), rules, **options).report.failures


def test_good_data_have_no_failures_and_the_same_table_comes_back():
    table = as_table(pd.DataFrame({"a": [1], "b": [2]}))
    outcome = check_table(table, TableRules((rule("a", coerce=True),), maximal=False))
    assert len(outcome.report) == 0
    assert outcome.table is table


def test_a_required_column_is_missing_also_if_it_is_nullable():
    frame = pd.DataFrame({"a": [1], "b": [2]})
    (failure,) = failures_of(frame, TableRules((rule("x"), rule("y", required=False))))
    assert failure.error == "column 'x' not in dataframe. Columns in dataframe: ['a', 'b']"
    assert (failure.group, failure.code) == ("SCHEMA", "COLUMN_NOT_IN_DATAFRAME")
    assert (failure.column, failure.check) == ("x", "column_in_dataframe")


def test_of_many_columns_the_first_hundred_are_listed():
    frame = pd.DataFrame([range(150)], columns=[f"c{i}" for i in range(150)])
    (failure,) = failures_of(frame, TableRules((rule("x"),)))
    assert failure.error.endswith("'c98', 'c99', ... 50 more]")


def test_other_columns_are_refused_by_a_maximal_set_except_those_of_exports():
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "q", "__lamindb_record_uid__"])
    (failure,) = failures_of(
        frame, TableRules((rule("a"), rule("b", required=False)), maximal=True)
    )
    assert failure.error == "column 'q' not in DataFrameSchema {'a', 'b'}"
    assert (failure.code, failure.column) == ("COLUMN_NOT_IN_SCHEMA", "q")
    assert failures_of(frame, TableRules((rule("a"),))) == ()


@pytest.mark.parametrize(
    ("labels", "out_of_order"),
    [
        (["x", "y"], []),
        (["x", "other", "y"], []),
        (["y", "x"], ["y", "x"]),
        (["x", "z", "y"], ["z", "y"]),
        (["z"], []),
    ],
)
def test_order_of_columns(labels, out_of_order):
    frame = pd.DataFrame([range(len(labels))], columns=labels)
    names = [rule(name, required=False) for name in "xyz"]
    failures = failures_of(frame, TableRules(tuple(names), ordered=True))
    assert [one.error for one in failures] == [f"column '{x}' out-of-order" for x in out_of_order]
    assert {one.code for one in failures} <= {"COLUMN_NOT_ORDERED"}


def test_repeated_labels_are_named_and_not_checked_further():
    frame = pd.DataFrame([["a", "b", "c", 1]], columns=["x", "x", "y", "z"])
    failures = failures_of(frame, TableRules((rule("x"), rule("z"))))
    assert [one.error for one in failures] == [
        "dataframe contains multiple columns with label(s): ['x']"
    ]
    assert failures[0].values == ("x",)


def test_labels_that_are_no_strings_are_named():
    frame = pd.DataFrame([[1, 2, 3]], columns=["x", 0, ("a", "b")])
    (failure,) = failures_of(frame, TableRules((rule("x"),)))
    assert failure.error == (
        "column labels have to be strings, but these are not: [0, ('a', 'b')]; rename them, "
        "e.g. df.columns = df.columns.astype(str)"
    )
    assert failure.n_failing == 2


@pytest.mark.parametrize(
    ("series", "dtype"),
    [
        (pd.Series([1.5, None]), "float"),
        (pd.Series(["a", None], dtype="category"), "cat[ULabel]"),
        (pd.Series([["a"], None]), "list[str]"),
        (pd.Series(["a", None]), "str"),
        (pd.Series([None, None][1:], index=[1], dtype=object), "str"),
    ],
)
def test_missing_values_of_a_column_that_is_not_nullable(series, dtype):
    frame = pd.DataFrame({"d": series})
    (failure,) = failures_of(frame, TableRules((rule("d", dtype, nullable=False),)))
    row = len(series) - 1
    assert failure.error == (
        f"non-nullable series 'd' contains null values: 1 missing, in row {row}"
    )
    assert (failure.code, failure.check) == ("SERIES_CONTAINS_NULLS", "not_nullable")
    assert (failure.n_failing, failure.rows) == (1, (row,))
    assert failures_of(frame, TableRules((rule("d", dtype),))) == ()


def test_a_column_of_the_wrong_type_with_missing_values_has_two_failures():
    frame = pd.DataFrame({"i": [1.5, None]})
    failures = failures_of(frame, TableRules((rule("i", nullable=False),)))
    assert [one.code for one in failures] == ["SERIES_CONTAINS_NULLS", "WRONG_DATATYPE"]


def test_one_report_has_all_failures_as_json_and_the_hint():
    frame = pd.DataFrame({"i": [1.5, 2.5], "n": ["x", "1"], "q": [1, 2]})
    rules = TableRules((rule("i"), rule("n", coerce=True)), maximal=True)
    report = check_table(as_table(frame), rules, slot="obs").report
    text, hint = str(report).rsplit("\n", 1)
    assert hint == COERCE_HINT
    extra = {
        "schema": None,
        "column": "q",
        "check": "column_in_schema",
        "error": "column 'q' not in DataFrameSchema {'i', 'n'}",
    }
    wrong = {
        "schema": None,
        "column": "i",
        "check": "dtype('int')",
        "error": "expected series 'i' to have type int, got float64",
    }
    lossy = {
        "schema": None,
        "column": "n",
        "check": "coerce_dtype('int')",
        "error": "Error while coercing 'n' to type int: "
        "Could not losslessly coerce into int: 'x' (row 0)",
    }
    assert text == json.dumps(
        {
            "SCHEMA": {"COLUMN_NOT_IN_SCHEMA": [extra], "WRONG_DATATYPE": [wrong]},
            "DATA": {"DATATYPE_COERCION": [lossy]},
        },
        indent=4,
    )
    assert {one.slot for one in report.failures} == {"obs"}
    table = report.to_dataframe().set_index("column")
    assert table.loc["i", "n_failing"] == 2
    assert table.loc["n", "values"] == ("x",)


def test_there_is_no_hint_if_values_were_to_be_converted():
    frame = pd.DataFrame({"i": [1.5]})
    report = check_table(as_table(frame), TableRules((rule("i", coerce=True),))).report
    assert COERCE_HINT not in str(report)
    frame = pd.DataFrame({"i": [1.5]}, index=[["a"], ["b"]])
    report = check_table(as_table(frame), TableRules(index=rule("s", "str", coerce=True))).report
    assert COERCE_HINT not in str(report)


def test_an_index_of_several_levels_is_refused_with_its_values():
    frame = pd.DataFrame({"i": [1.5]}, index=[["a"], ["b"]])
    rules = TableRules(index=rule("s", "int", coerce=True))
    (failure,) = failures_of(frame, rules)
    assert failure.error == (
        "Error while coercing 'None' to type int: "
        "Could not losslessly coerce into int: ('a', 'b') (row 0)"
    )


def test_a_frame_without_rows_fits_any_dtype():
    frame = pd.DataFrame({"x": pd.Series([], dtype=object)})
    column = as_table(frame).column("x")
    for dtype in ("int", "float", "bool", "str", "date", "datetime", "dict", "cat[ULabel]"):
        assert fits_dtype(column, parse(dtype))
        assert failures_of(frame, TableRules((rule("x", dtype, nullable=False),))) == ()
