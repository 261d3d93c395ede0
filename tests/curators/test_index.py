"""The index of a data frame: its type counts, its name does not."""

from __future__ import annotations

import pandas as pd
import pytest

from lamindb.base.dtypes import parse
from lamindb.curators.columns import ColumnRule, TableRules, check_table
from lamindb.curators.engines import as_table


@pytest.mark.parametrize(
    ("index", "dtype", "got"),
    [
        (pd.RangeIndex(2), "str", "int64"),
        (pd.Index(["a", "b"]), "int", "object"),
        (pd.Index([1, 2]), "float", "int64"),
        (pd.Index([1, 2]), "cat[ULabel]", "int64"),
        (pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]), "str", "MultiIndex"),
    ],
)
def test_an_index_is_refused_for_its_type(index, dtype, got):
    frame = pd.DataFrame({"x": [1, 2]}, index=index)
    rules = TableRules(index=ColumnRule("sample", parse(dtype)))
    (failure,) = check_table(as_table(frame), rules).report.failures
    wanted = "category" if dtype.startswith("cat") else dtype
    assert failure.error == f"expected series 'None' to have type {wanted}, got {got}"
    assert (failure.code, failure.column, failure.n_failing) == ("WRONG_DATATYPE", "sample", 2)


@pytest.mark.parametrize(
    ("index", "dtype"),
    [
        (pd.Index(["a", "b"]), "str"),
        (pd.Index(["a", "b"], dtype="string"), "str"),
        (pd.Index(["a", "b"]), "cat[ULabel]"),
        (pd.CategoricalIndex(["a", "b"]), "cat[ULabel]"),
        (pd.CategoricalIndex(["a", "b"]), "str"),
        (pd.RangeIndex(2), "int"),
        (pd.Index([1.5, 2.5]), "float"),
    ],
)
def test_an_index_is_accepted_whatever_its_name(index, dtype):
    frame = pd.DataFrame({"x": [1, 2]}, index=index.rename("other"))
    table = as_table(frame)
    outcome = check_table(table, TableRules(index=ColumnRule("sample", parse(dtype))))
    assert outcome.report.failures == ()
    assert outcome.table is table


def test_an_index_is_converted_and_keeps_its_name():
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["1", "2"], name="n"))
    rules = TableRules(index=ColumnRule("sample", parse("int"), coerce=True))
    outcome = check_table(as_table(frame), rules)
    assert outcome.report.failures == ()
    pd.testing.assert_index_equal(outcome.table.frame.index, pd.Index([1, 2], name="n"))
    assert list(frame.index) == ["1", "2"]
