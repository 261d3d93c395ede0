"""Every dtype against columns of pandas: what is accepted, what is refused, what is converted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lamindb.base.dtypes import parse
from lamindb.curators.columns import ColumnRule, TableRules, check_table
from lamindb.curators.engines import CoercionError, as_table
from lamindb.curators.engines.pandas import PandasColumn

NAN, NA, NAT = float("nan"), pd.NA, pd.NaT
DAY = dt.date(2024, 1, 2)
NOON = dt.datetime(2024, 1, 2, 12)
UTC = "datetime64[ns, UTC]"


def objects(*values):
    return pd.Series(list(values), dtype=object)


def arrow(kind, *values):
    return pd.Series(list(values), dtype=pd.ArrowDtype(kind))


def arrow_dictionary(*values):
    array = pa.array(values).dictionary_encode()
    return pd.Series(pd.arrays.ArrowExtensionArray(array))


def checked(series, dtype, **options):
    """Failures of a frame with one column `x`, and the column after the check."""
    frame = pd.DataFrame({"x": series})
    before = frame.copy()
    outcome = check_table(as_table(frame), TableRules((ColumnRule("x", parse(dtype), **options),)))
    pd.testing.assert_frame_equal(frame, before)  # the caller's frame is never touched
    return outcome.report.failures, outcome.table.frame["x"]


ACCEPTED = {
    "int": [
        pd.Series([1, 2], dtype="int8"),
        pd.Series([1, 2], dtype="uint64"),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([1, None], dtype="UInt8"),
        arrow(pa.int32(), 1, None),
        pd.Series([NAN, NAN]),
        objects(None, NA),
        pd.Series([], dtype="int64"),
        pd.Series([], dtype=object),
        pd.Series([0, 1], dtype=pd.SparseDtype("int64")),
    ],
    "float": [
        pd.Series([1.5, NAN], dtype="float32"),
        pd.Series([1.5], dtype="float16"),
        pd.Series([1.5, None], dtype="Float64"),
        arrow(pa.float64(), 1.5, None),
        objects(None, None),
        pd.Series([], dtype=object),
    ],
    "num": [
        pd.Series([1], dtype="uint16"),
        pd.Series([1.5, NAN]),
        pd.Series([True]),
        pd.Series([True, None], dtype="boolean"),
        pd.Series([1j]),
        arrow(pa.decimal128(5, 2), Decimal("1.25")),
    ],
    "bool": [
        pd.Series([True, False]),
        pd.Series([True, None], dtype="boolean"),
        arrow(pa.bool_(), True, None),
    ],
    "str": [
        objects("a", "b"),
        objects("a", None, NAN),
        objects(np.str_("a")),
        pd.Series(["a", None], dtype="string"),
        pd.Series(["a", None], dtype="string[pyarrow]"),
        arrow(pa.string(), "a", None),
        arrow(pa.large_string(), "a"),
        pd.Series(["a", None], dtype="category"),
        arrow_dictionary("a", None),
        objects(None, None),
        pd.Series([NAN]),
        pd.Series([], dtype=object),
    ],
    "path": [objects("a/b"), objects(PurePosixPath("a"), "b", None), objects(Path("a"))],
    "url": [objects("https://a.b", "no url"), objects(PurePosixPath("a")), pd.Series(["a"])],
    "date": [objects(DAY, None), arrow(pa.date32(), DAY, None), objects(None)],
    "datetime": [
        pd.Series([NOON, None], dtype="datetime64[ns]"),
        pd.Series([NOON], dtype="datetime64[s]"),
        pd.Series([NOON], dtype="datetime64[us]"),
        arrow(pa.timestamp("ms"), NOON, None),
        pd.Series([NAT, NAT]),
    ],
    UTC: [
        pd.Series([NOON, None], dtype=UTC),
        pd.Series([NOON], dtype="datetime64[us, UTC]"),
        pd.Series([pd.Timestamp(NOON, tz="Europe/Berlin")]),
        arrow(pa.timestamp("us", "UTC"), pd.Timestamp(NOON, tz="UTC")),
    ],
    "dict": [
        objects({"a": 1}, None),
        objects("{'a': 1}", '{"a": null}', {}),
        arrow(pa.struct([("a", pa.int64())]), {"a": 1}),
    ],
    "list[int]": [
        objects([1, 2], [], None),
        objects((1,), {2}, np.array([3])),
        objects([np.int8(1)]),
        arrow(pa.list_(pa.int64()), [1, 2], []),
    ],
    "list[float]": [objects([1.5, NAN]), objects(np.array([1.5])), objects([np.float32(1)])],
    "list[num]": [objects([1, 2.5]), objects(np.array([1.5]))],
    "list[str]": [objects(["a"], []), objects(np.array(["a"], dtype=object)), objects({"a"})],
    "list[bool]": [objects([True, np.bool_(False)])],
    "list[date]": [objects([DAY])],
    "list[datetime]": [objects([NOON])],
    f"list[{UTC}]": [objects([pd.Timestamp(NOON, tz="UTC")])],
    "list[dict]": [objects([{"a": 1}])],
    "list[object]": [objects([1, "a", None])],
    "list[list[int]]": [objects([[1], [2, 3]], [])],
    "list[cat[ULabel]]": [objects(["a", "b"], [], None), arrow(pa.list_(pa.string()), ["a"])],
    "cat[ULabel]": [
        pd.Series(["a", None], dtype="category"),
        pd.Series(["a"], dtype=pd.CategoricalDtype(["a", "b"], ordered=True)),
        pd.Series(pd.Categorical(["a"], categories=pd.Index(["a"], dtype="string"))),
        arrow_dictionary("a", None),
        pd.Series([None, None], dtype="category"),
        pd.Series([], dtype=object),
    ],
    "cat[ULabel|bionty.CellType.ontology_id]": [pd.Series(["a"], dtype="category")],
    "object": [objects(1, "a", [2]), objects("a")],
}


@pytest.mark.parametrize(
    ("dtype", "series"), [(dtype, one) for dtype, several in ACCEPTED.items() for one in several]
)
def test_accepted_as_it_is(dtype, series):
    failures, column = checked(series, dtype)
    assert failures == ()
    assert column.dtype == series.dtype


REFUSED = {
    "int": [
        (pd.Series([1.0, 2.0]), "float64"),
        (pd.Series([1, NAN]), "float64"),
        (pd.Series([True]), "bool"),
        (objects("1"), "object"),
        (objects(1, 2), "object"),
        (pd.Series(["1"], dtype="string"), "string"),
        (pd.Series([1], dtype="category"), "category of int"),
    ],
    "float": [(pd.Series([1]), "int64"), (objects(1.5), "object"), (pd.Series([True]), "bool")],
    "date": [
        (objects("2024-01-02"), "object"),
        (pd.Series([NOON]), "datetime64[ns]"),
        (objects(pd.Timestamp(NOON)), "object"),
    ],
    "datetime": [
        (pd.Series([pd.Timestamp(NOON, tz="UTC")]), UTC),
        (objects("2024-01-02"), "object"),
        (objects(DAY), "object"),
    ],
    UTC: [(pd.Series([NOON]), "datetime64[ns]"), (objects("2024-01-02"), "object")],
    "cat[ULabel]": [
        (objects("a"), "object"),
        (pd.Series(["a"], dtype="string"), "string"),
        (pd.Series([1, 2], dtype="category"), "category of int"),
        (pd.Series([1]), "int64"),
        (objects(["a"]), "object"),
    ],
    "object": [(pd.Series([1]), "int64"), (pd.Series(["a"], dtype="category"), "category")],
}
NAMES = {"cat[ULabel]": "category", "datetime": "datetime64[ns]"}


@pytest.mark.parametrize(
    ("dtype", "series", "got"),
    [(dtype, *case) for dtype, cases in REFUSED.items() for case in cases],
)
def test_refused_for_its_type(dtype, series, got):
    (failure,), column = checked(series, dtype)
    wanted = NAMES.get(dtype, dtype)
    assert failure.error == f"expected series 'x' to have type {wanted}, got {got}"
    assert (failure.group, failure.code) == ("SCHEMA", "WRONG_DATATYPE")
    assert (failure.column, failure.check) == ("x", f"dtype('{wanted}')")
    assert failure.may_coerce
    assert column.dtype == series.dtype


CHECKED = {
    "str": [
        (objects("a", 1), "object", [1]),
        (pd.Series([1]), "int64", [1]),
        (objects(b"a"), "object", [b"a"]),
        (pd.Series([1], dtype="category"), "category", [1]),
    ],
    "num": [(objects("1"), "object", ["1"]), (objects(1), "object", [1])],
    "bool": [
        (objects(True, None), "object", [True]),
        (pd.Series([0, 1]), "int64", [0, 1]),
        (objects("True"), "object", ["True"]),
    ],
    "path": [(pd.Series([1]), "int64", [1]), (objects("a", 1), "object", [1])],
    "url": [(pd.Series([1.5]), "float64", [1.5])],
    "dict": [
        (objects({"a": 1}, "a"), "object", ["a"]),
        (objects("[1]"), "object", ["[1]"]),
        (objects([1]), "object", [[1]]),
        (pd.Series([1]), "int64", [1]),
    ],
    "list[int]": [
        (objects([1], ["a"]), "object", [["a"]]),
        (objects([1.0]), "object", [[1.0]]),
        (objects([True]), "object", [[True]]),
        (objects([1, None]), "object", [[1, None]]),
        (objects("ab", [1]), "object", ["ab"]),
        (pd.Series([1]), "int64", [1]),
    ],
    "list[float]": [(objects([1]), "object", [[1]])],
    "list[str]": [(objects(["a"], [1]), "object", [[1]]), (objects("a"), "object", ["a"])],
    "list[cat[ULabel]]": [
        (objects("a"), "object", ["a"]),
        (objects(["a"], 1), "object", [1]),
        (pd.Series(["a"], dtype="category"), "category", ["a"]),
    ],
    "list[list[int]]": [(objects([1], [[2]]), "object", [[1]])],
    f"list[{UTC}]": [(objects([NOON]), "object", [[NOON]])],
}


def assert_failed_check(failure, dtype, got, values):
    inner = f"Column 'x' failed dtype check for '{dtype}': got {got}"
    assert failure.check == inner
    assert failure.error == (
        f"Column 'x' failed series or dataframe validator 0: <Check check_function: {inner}>"
    )
    assert (failure.group, failure.code, failure.may_coerce) == ("DATA", "DATAFRAME_CHECK", False)
    assert list(failure.values) == values
    assert failure.n_failing == len(values)


@pytest.mark.parametrize(
    ("dtype", "series", "got", "values"),
    [(dtype, *case) for dtype, cases in CHECKED.items() for case in cases],
)
def test_refused_by_a_check(dtype, series, got, values):
    (failure,), column = checked(series, dtype)
    assert_failed_check(failure, dtype, got, values)
    assert column.dtype == series.dtype


COERCED = [
    ("int", objects("1", "-2", "007"), "int64", [1, -2, 7]),
    ("int", objects("1", None), "Int64", [1, NA]),
    ("int", objects("1.0", "2e3"), "int64", [1, 2000]),
    ("int", objects("+1"), "int64", [1]),
    ("int", pd.Series([1.0, 2.0]), "int64", [1, 2]),
    ("int", pd.Series([1.0, NAN]), "Int64", [1, NA]),
    ("int", pd.Series([True, False]), "int64", [1, 0]),
    ("int", pd.Series([True, None], dtype="boolean"), "Int64", [1, NA]),
    ("int", objects(1, "2", 3.0, True, None), "Int64", [1, 2, 3, 1, NA]),
    ("int", pd.Series([1], dtype="int8"), "int8", [1]),
    ("int", pd.Series([2**63], dtype="uint64"), "uint64", [2**63]),
    ("int", pd.Series(["1", None], dtype="string"), "Int64", [1, NA]),
    ("int", arrow(pa.string(), "1"), "int64", [1]),
    ("int", arrow(pa.float64(), 1.0, None), "Int64", [1, NA]),
    ("int", pd.Series([1.0, None], dtype="Float64"), "Int64", [1, NA]),
    ("int", pd.Series([NAN]), "float64", [NAN]),
    ("float", pd.Series([1, 2]), "float64", [1.0, 2.0]),
    ("float", pd.Series([1, None], dtype="Int64"), "float64", [1.0, NAN]),
    ("float", objects("1.5", "1e3", None), "float64", [1.5, 1000.0, NAN]),
    ("float", objects("inf", ".5"), "float64", [float("inf"), 0.5]),
    ("float", objects(1, 2.5), "float64", [1.0, 2.5]),
    ("float", pd.Series([1.5], dtype="float32"), "float32", [1.5]),
    ("num", objects("1", "2"), "int64", [1, 2]),
    ("num", objects("1", "2.5", None), "float64", [1.0, 2.5, NAN]),
    ("num", objects(1, None), "Int64", [1, NA]),
    ("num", pd.Series([True]), "bool", [True]),
    ("bool", pd.Series([0, 1]), "bool", [False, True]),
    ("bool", pd.Series([0.0, NAN]), "boolean", [False, NA]),
    ("bool", objects("True", "False", None), "boolean", [True, False, NA]),
    ("bool", objects(True, None), "boolean", [True, NA]),
    ("str", pd.Series([1, 2]), "string", ["1", "2"]),
    ("str", pd.Series([1, None], dtype="Int64"), "string", ["1", NA]),
    ("date", objects("2024-01-02", None), "object", [DAY, None]),
    ("date", pd.Series([pd.Timestamp(DAY), NAT]), "object", [DAY, None]),
    ("date", objects(pd.Timestamp(DAY), DAY), "object", [DAY, DAY]),
    (
        "datetime",
        objects("2024-01-02", "2024-01-02T12:00"),
        "datetime64[ns]",
        [pd.Timestamp(DAY), pd.Timestamp(NOON)],
    ),
    ("datetime", objects("Jan 2, 2024", None), "datetime64[ns]", [pd.Timestamp(DAY), NAT]),
    ("datetime", objects(DAY, NOON), "datetime64[ns]", [pd.Timestamp(DAY), pd.Timestamp(NOON)]),
    ("datetime", pd.Series(["2024-01-02"], dtype="string"), "datetime64[ns]", [pd.Timestamp(DAY)]),
    (UTC, pd.Series([NOON]), UTC, [pd.Timestamp(NOON, tz="UTC")]),
    (UTC, arrow(pa.timestamp("us"), NOON), UTC, [pd.Timestamp(NOON, tz="UTC")]),
    (UTC, objects("2024-01-02T12:00", None), UTC, [pd.Timestamp(NOON, tz="UTC"), NAT]),
    (UTC, objects("2024-01-02T14:00+02:00"), UTC, [pd.Timestamp(NOON, tz="UTC")]),
    ("cat[ULabel]", objects("b", "a", None, "b"), "category", ["b", "a", NAN, "b"]),
    ("cat[ULabel]", pd.Series([2, 1]), "category", ["2", "1"]),
    ("cat[ULabel]", pd.Series([2, None], dtype="Int64"), "category", ["2", NAN]),
    ("cat[ULabel]", pd.Series([2, 1], dtype="category"), "category", ["2", "1"]),
    ("cat[ULabel]", arrow(pa.string(), "a"), "category", ["a"]),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("dtype", "series", "type_name", "values"), COERCED)
def test_converted_without_loss(dtype, series, type_name, values):
    failures, column = checked(series, dtype, coerce=True)
    assert failures == ()
    assert str(column.dtype) == type_name
    assert [repr(one) for one in column.tolist()] == [repr(one) for one in values]


UNCOERCIBLE = [
    ("int", pd.Series([1.0, 1.5]), "1.5 (row 1)"),
    ("int", pd.Series([float("inf")]), "inf (row 0)"),
    ("int", pd.Series([1e30]), "1e+30 (row 0)"),
    ("int", objects("x", "1"), "'x' (row 0)"),
    ("int", objects("1.5"), "'1.5' (row 0)"),
    (
        "int",
        objects("0x10", "1_0", "", " 1"),
        "'0x10' (row 0), '1_0' (row 1), '' (row 2), ' 1' (row 3)",
    ),
    ("int", objects("9223372036854775808"), "'9223372036854775808' (row 0)"),
    ("int", objects([1]), "[1] (row 0)"),
    ("float", objects("x"), "'x' (row 0)"),
    ("float", objects("nan"), "'nan' (row 0)"),
    ("float", pd.Series([2**53 + 1]), "9007199254740993 (row 0)"),
    ("float", objects("9007199254740993"), "'9007199254740993' (row 0)"),
    ("date", objects("tomorrow"), "'tomorrow' (row 0)"),
    ("date", objects("2024-01-02T12:00"), "'2024-01-02T12:00' (row 0)"),
    ("date", pd.Series([NOON]), "Timestamp('2024-01-02 12:00:00') (row 0)"),
    ("datetime", objects("x", "2024-01-02"), "'x' (row 0)"),
    ("datetime", objects("2024-01-02T12:00+02:00"), "'2024-01-02T12:00+02:00' (row 0)"),
    ("datetime", objects("2024-01-02T12:00Z"), "'2024-01-02T12:00Z' (row 0)"),
    ("datetime", objects("2024-01-02 12:00:00-05"), "'2024-01-02 12:00:00-05' (row 0)"),
    ("datetime", objects("Jan 2, 2024 12:00 UTC"), "'Jan 2, 2024 12:00 UTC' (row 0)"),
    (
        "datetime",
        objects(1.5, pd.Timestamp(NOON, tz="UTC")),
        "1.5 (row 0), Timestamp('2024-01-02 12:00:00+0000', tz='UTC') (row 1)",
    ),
    (
        "datetime",
        pd.Series([pd.Timestamp(NOON, tz="UTC")]),
        "Timestamp('2024-01-02 12:00:00+0000', tz='UTC') (row 0)",
    ),
    ("datetime", pd.Series([20240102]), "20240102 (row 0)"),
    (UTC, objects("x"), "'x' (row 0)"),
    ("cat[ULabel]", objects("a", 1), "1 (row 1)"),
    ("cat[ULabel]", pd.Series([1.0]), "1.0 (row 0)"),
    ("cat[ULabel]", objects(["a"], True), "['a'] (row 0), True (row 1)"),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("dtype", "series", "shown"), UNCOERCIBLE)
def test_refused_if_something_would_be_lost(dtype, series, shown):
    (failure,), column = checked(series, dtype, coerce=True)
    wanted = NAMES.get(dtype, dtype)
    inner = "category" if wanted == "category" else dtype
    assert failure.error == (
        f"Error while coercing 'x' to type {wanted}: "
        f"Could not losslessly coerce into {inner}: {shown}"
    )
    assert (failure.group, failure.code) == ("DATA", "DATATYPE_COERCION")
    assert not failure.may_coerce
    assert failure.n_failing == len(failure.values) == len(failure.rows)
    assert column.dtype == series.dtype


@pytest.mark.parametrize(
    ("dtype", "series", "got", "values"),
    [
        ("num", objects("1", "x"), "object", ["x"]),
        ("bool", pd.Series([0, 2]), "int64", [2]),
        ("bool", objects("yes", "True"), "object", ["yes"]),
        ("str", pd.Series([1.0]), "float64", [1.0]),
        ("str", objects("a", 1.5), "object", [1.5]),
        ("dict", objects("a"), "object", ["a"]),
        ("list[str]", objects("a"), "object", ["a"]),
        ("path", pd.Series([1]), "int64", [1]),
    ],
)
def test_dtypes_that_are_rarely_converted_keep_their_words(dtype, series, got, values):
    (failure,), _ = checked(series, dtype, coerce=True)
    assert_failed_check(failure, dtype, got, values)


def test_ten_values_are_shown_of_many():
    (failure,), _ = checked(pd.Series(np.arange(100) + 0.5), "int", coerce=True)
    assert failure.n_failing == 100
    assert failure.rows == tuple(range(10))
    assert failure.error.endswith("8.5 (row 8), 9.5 (row 9), ... (100 values)")


@pytest.mark.parametrize(
    ("series", "rows"),
    [
        (pd.Series([1.5, NAN, NAN]), (1, 2)),
        (pd.Series([1.5, None], dtype="Float64"), (1,)),
        (arrow(pa.float64(), NAN, None, 1.0), (0, 1)),
        (objects("a", None, NA, NAN), (1, 2, 3)),
        (pd.Series([NAT, NOON]), (0,)),
        (pd.Series(["a", None], dtype="category"), (1,)),
        (pd.Series(["a", None], dtype="string[pyarrow]"), (1,)),
        (pd.Series([1, None], dtype="Int64"), (1,)),
    ],
)
def test_missing_values(series, rows):
    column = as_table(pd.DataFrame({"x": series})).column("x")
    assert column.n_missing == len(rows)
    assert column.missing_rows() == rows


@pytest.mark.parametrize(
    ("series", "terms"),
    [
        (objects("b", "a", "b", None, ""), ["b", "a"]),
        (pd.Series(["b", "a"], dtype="category"), ["b", "a"]),
        (pd.Series(pd.Categorical(["b", "", None], categories=["", "a", "b"])), ["b"]),
        (pd.Series(["b", "a", None], dtype="string[pyarrow]"), ["b", "a"]),
        (arrow_dictionary("b", "a", "b", None), ["b", "a"]),
        (objects(["b", "a"], [], None, ["c", "b", None, ""]), ["b", "a", "c"]),
        (objects(np.array(["b"], dtype=object), ("a",)), ["b", "a"]),
        (objects([["b"], "a"], ["a"]), ["b", "a"]),
        (arrow(pa.list_(pa.string()), ["b", "a"], ["a"]), ["b", "a"]),
        (objects({"a": 1}, {"a": 1}, {"b": 2}), [{"a": 1}, {"b": 2}]),
        (objects("a", ["b"], {"c": 1}, 1, NAN), ["a", "b", {"c": 1}, 1]),
        (pd.Series([2, 1, 2]), [2, 1]),
        (pd.Series([1.5, NAN]), [1.5]),
    ],
)
def test_terms_come_in_order_of_first_appearance(series, terms):
    assert as_table(pd.DataFrame({"x": series})).column("x").terms() == terms


@pytest.mark.parametrize(
    ("series", "values", "rows"),
    [
        (objects("a", "b", "a"), ["a"], (0, 2)),
        (pd.Series(["a", "b", "a"], dtype="category"), {"a", "c"}, (0, 2)),
        (objects(["a"], ["b", "c"], None), ["c"], (1,)),
        (arrow_dictionary("a", "b"), ["b"], (1,)),
        (pd.Series(["a", None], dtype="string[pyarrow]"), ["a"], (0,)),
        (objects({"a": 1}, {"b": 1}), [{"b": 1}], (1,)),
        (pd.Series(range(30)), range(15, 30), tuple(range(15, 25))),
    ],
)
def test_rows_that_hold_a_value(series, values, rows):
    assert as_table(pd.DataFrame({"x": series})).column("x").rows_of(values) == rows


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (objects("a", 1), "mixed"),
        (objects(1, 2), "mixed"),
        (objects(b"a"), "mixed"),
        (objects(pd.Period("2024")), "mixed"),
        (pd.Series(pd.to_timedelta([1])), "other"),
        (pd.Series(pd.period_range("2024", periods=1)), "other"),
        (arrow(pa.null(), None), "empty"),
        (arrow(pa.duration("s"), dt.timedelta(1)), "other"),
        (pd.Series([], dtype="category"), "empty"),
    ],
)
def test_kinds_of_unusual_columns(series, kind):
    assert as_table(pd.DataFrame({"x": series})).column("x").kind == kind


def test_values_of_unusual_kinds_can_be_compared_with_any_dtype():
    series = pd.Series(pd.period_range("2024", periods=2, freq="D"))
    for dtype in [
        "int",
        "float",
        "num",
        "bool",
        "str",
        "path",
        "date",
        "datetime",
        UTC,
        "dict",
        "object",
        "list[int]",
        "list[cat[ULabel]]",
        "cat[ULabel]",
    ]:
        for coerce in (False, True):
            (failure,), _ = checked(series, dtype, coerce=coerce)
            assert failure.n_failing == 2, dtype


def test_a_converted_column_leaves_the_others_shared():
    frame = pd.DataFrame({"x": ["1"], "y": [1.5]})
    frame.attrs["study"] = "a"
    rules = TableRules((ColumnRule("x", parse("int"), coerce=True),))
    curated = check_table(as_table(frame), rules).table.frame
    assert curated.dtypes.astype(str).to_dict() == {"x": "int64", "y": "float64"}
    assert np.shares_memory(curated["y"].to_numpy(), frame["y"].to_numpy())
    assert curated.attrs == {"study": "a"}
    assert frame["x"].tolist() == ["1"]


def test_coercion_of_what_cannot_be_converted():
    with pytest.raises(
        CoercionError, match=r"^Could not losslessly coerce into dict: 1 \(row 0\)$"
    ):
        PandasColumn(pd.Series([1]), "x").coerced(parse("dict"))
    with pytest.raises(CoercionError, match=r"^Could not losslessly coerce into list\[int\]: 1 "):
        PandasColumn(pd.Series([1]), "x").coerced(parse("list[int]"))


def test_of_two_columns_with_one_label_none_can_be_meant():
    frame = pd.DataFrame([[1, 2]], columns=["x", "x"])
    with pytest.raises(KeyError, match="several columns are called 'x'"):
        as_table(frame).column("x")


def test_distinct_terms_of_categories_come_as_they_are_ordered():
    values = pd.Categorical(["b", None, "a", "b", ""], categories=["a", "", "b", "unused"])
    column = as_table(pd.DataFrame({"x": values})).column("x")
    assert column.distinct_terms() == ["a", "b"]
    assert column.terms() == ["b", "a"]
    texts = as_table(pd.DataFrame({"x": ["b", "a"]})).column("x")
    assert texts.distinct_terms() == texts.terms() == ["b", "a"]
