"""Parquet files, datasets and tables of Arrow: one column at a time, as pandas would see it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from lamindb.base.dtypes import parse
from lamindb.curators.columns import ColumnRule, TableRules, check_table
from lamindb.curators.engines import LazyPandasTable, as_table
from lamindb.errors import InvalidArgument

DAY = dt.date(2024, 1, 2)
UTC = "datetime64[ns, UTC]"


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "float": [1.5, None],
            "int": pd.array([1, None], dtype="Int64"),
            "text": ["a", None],
            "category": pd.Categorical(["b", "a"], categories=["c", "a", "b"], ordered=True),
            "numbers": pd.Categorical([1, 2]),
            "date": [DAY, None],
            "time": pd.to_datetime(["2024-01-02", None]),
            "utc": pd.to_datetime(["2024-01-02", None], utc=True),
            "lists": [["b", "a"], None],
            "nested": [[[1]], [[2, 3]]],
            "dict": [{"a": 1}, None],
            "bool": [True, False],
            "none": [None, None],
        },
        index=pd.Index(["x", "y"], name="sample"),
    )


@pytest.fixture
def path(frame, tmp_path):
    frame.to_parquet(tmp_path / "x.parquet")
    return tmp_path / "x.parquet"


DTYPES = {
    "float": "float",
    "int": "int",
    "text": "str",
    "category": "cat[ULabel]",
    "date": "date",
    "time": "datetime",
    "utc": UTC,
    "lists": "list[cat[ULabel]]",
    "nested": "list[list[int]]",
    "dict": "dict",
    "bool": "bool",
    "none": "int",
}


def rules_for(dtypes, **options):
    return tuple(ColumnRule(name, parse(dtype), **options) for name, dtype in dtypes.items())


@pytest.mark.parametrize("opened", [str, lambda p: p, ds.dataset, pq.read_table])
def test_a_file_of_pandas_is_seen_as_its_frame(path, frame, opened):
    table = as_table(opened(path))
    outcome = check_table(
        table, TableRules(rules_for(DTYPES), index=ColumnRule("sample", parse("str")))
    )
    assert outcome.report.failures == ()
    assert outcome.table is table
    assert table.engine == "arrow"
    assert table.labels == list(frame.columns)
    assert table.n_rows == 2
    assert (table.index.name, table.index.terms()) == ("sample", ["x", "y"])
    assert table.column("category").terms() == ["b", "a"]
    assert table.column("category").rows_of(["a"]) == (1,)
    assert table.column("lists").terms() == ["b", "a"]
    assert table.column("lists").rows_of(["a"]) == (0,)
    assert table.column("lists").missing_rows() == (1,)
    assert table.column("numbers").kind == "category"  # stored as plain integers


@pytest.mark.parametrize(
    ("name", "dtype", "wanted", "got"),
    [
        ("float", "int", "int", "float64"),
        ("int", "float", "float", "int64"),
        ("text", "date", "date", "object"),
        ("text", "cat[ULabel]", "category", "object"),
        ("numbers", "cat[ULabel]", "category", "category of int"),
        ("time", "date", "date", "datetime64[ns]"),
        ("utc", "datetime", "datetime64[ns]", UTC),
        ("time", UTC, UTC, "datetime64[ns]"),
        ("date", "datetime", "datetime64[ns]", "object"),
    ],
)
def test_failures_have_the_words_of_pandas(path, name, dtype, wanted, got):
    rules = TableRules((ColumnRule(name, parse(dtype)),))
    (failure,) = check_table(as_table(path), rules).report.failures
    assert failure.error == f"expected series '{name}' to have type {wanted}, got {got}"
    assert failure.n_failing >= 1


@pytest.mark.parametrize(
    ("name", "dtype", "values"),
    [
        ("lists", "list[int]", (["b", "a"],)),
        ("nested", "list[int]", ([[1]], [[2, 3]])),
        ("nested", "list[cat[ULabel]]", ([[1]], [[2, 3]])),
        ("int", "str", (1,)),
        ("text", "dict", ("a",)),
    ],
)
def test_failing_values_are_shown(path, name, dtype, values):
    rules = TableRules((ColumnRule(name, parse(dtype)),))
    (failure,) = check_table(as_table(path), rules).report.failures
    assert failure.code == "DATAFRAME_CHECK"
    assert [repr(pd.Series(one).tolist()) for one in failure.values] == [
        repr(pd.Series(one).tolist()) for one in values
    ]


def test_a_missing_element_of_a_list_is_refused():
    table = as_table(pa.table({"x": [["a", None]]}))
    rules = TableRules((ColumnRule("x", parse("list[str]")),))
    (failure,) = check_table(table, rules).report.failures
    assert failure.values == (["a", None],)
    assert as_table(pa.table({"x": [["a", "b"], []]})).column("x").item_kinds() == {"str"}


def test_only_columns_whose_types_and_counts_do_not_suffice_are_read(path):
    asked = []
    original = ds.Dataset.to_table

    table = as_table(path)

    class Recorded:
        schema = table._schema

        def to_table(self, columns, **options):
            asked.extend(columns)
            return original(source, columns=columns, **options)

        def count_rows(self):
            return source.count_rows()

    source = table._source
    assert set(table._counts_of_files) >= {"float", "category", "text"}  # from the footer
    table._source = Recorded()
    rules = rules_for({"float": "float", "category": "cat[ULabel]", "text": "str"})
    check_table(table, TableRules(rules))
    assert asked == []
    strict = rules_for({"float": "float", "text": "str", "lists": "list[str]"}, nullable=False)
    failures = check_table(table, TableRules(strict)).report.failures
    assert [(failure.column, failure.n_failing) for failure in failures] == [
        ("float", 1),  # NaN counts, which is no null of Parquet
        ("text", 1),
        ("lists", 1),
    ]
    asked.clear()
    assert table.column("category").distinct_terms() == ["a", "b"]
    assert table.column("category").terms() == ["b", "a"]
    assert asked == ["category"] * 2


@pytest.mark.parametrize("where", ["memory", "file"])
def test_what_is_missing_is_counted_without_the_values(where, tmp_path):
    nan = float("nan")
    table = pa.table(
        {
            "some": pa.array([1.5, nan]),
            "nan": pa.array([nan, nan]),
            "null": pa.array([None, None], pa.int64()),
            "text": pa.array(["a", None]),
        }
    )
    if where == "file":
        pq.write_table(table, tmp_path / "x.parquet", row_group_size=1)
        pq.write_table(table, tmp_path / "silent.parquet", write_statistics=False)
        silent = as_table(tmp_path / "silent.parquet")
        assert silent._counts_of_files == {}
        assert silent.column("text").n_missing == 1
    found = as_table(tmp_path / "x.parquet" if where == "file" else table)
    columns = {label: found.column(label) for label in found.labels}
    assert {k: (c.kind, c.n_missing) for k, c in columns.items()} == {
        "some": ("float", 1),
        "nan": ("empty", 2),
        "null": ("empty", 2),
        "text": ("str", 1),
    }


def test_counts_of_several_files_are_added(tmp_path):
    for number, values in enumerate([["a", None], [None, None]]):
        pq.write_table(
            pa.table({"x": pa.array(values, pa.string())}), tmp_path / f"{number}.parquet"
        )
    table = as_table(ds.dataset(tmp_path))
    assert table.column("x").n_missing == 3
    assert table.column("x").missing_rows() == (1, 2, 3)


def test_conversions_are_kept_beside_the_file(path, frame, tmp_path):
    before = path.read_bytes()
    rules = rules_for({"text": "cat[ULabel]", "float": "int", "int": "str"}, coerce=True)
    outcome = check_table(as_table(path), TableRules(rules))
    assert [one.error for one in outcome.report.failures] == [
        "Error while coercing 'float' to type int: "
        "Could not losslessly coerce into int: 1.5 (row 0)"
    ]
    assert path.read_bytes() == before
    pq.write_table(outcome.table.frame, tmp_path / "new.parquet")
    new = pd.read_parquet(tmp_path / "new.parquet")
    assert new.index.equals(frame.index)
    assert list(new.columns) == list(frame.columns)
    assert new["text"].dtype == "category"
    assert new["int"].dtype == "string"
    assert new["category"].cat.ordered
    assert new["float"].equals(frame["float"])


def test_an_index_is_converted(tmp_path):
    pd.DataFrame({"x": [1]}, index=["7"]).to_parquet(tmp_path / "x.parquet")
    rules = TableRules(index=ColumnRule("sample", parse("int"), coerce=True))
    outcome = check_table(as_table(tmp_path / "x.parquet"), rules)
    assert outcome.report.failures == ()
    assert (outcome.table.index.name, outcome.table.index.kind) == (None, "int")
    assert outcome.table.frame.to_pandas().index.tolist() == [7]


@pytest.mark.parametrize(
    ("index", "type_name", "kind"),
    [
        (pd.RangeIndex(2), "int64", "int"),
        (pd.Index([1.5, 2.5]), "float64", "float"),
        (pd.CategoricalIndex(["a", "b"]), "category", "category"),
        (pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]), "MultiIndex", "list"),
    ],
)
def test_indexes(tmp_path, index, type_name, kind):
    pd.DataFrame({"x": [1, 2]}, index=index).to_parquet(tmp_path / "x.parquet")
    table = as_table(tmp_path / "x.parquet")
    assert table.labels == ["x"]
    assert (table.index.type_name, table.index.kind) == (type_name, kind)


def test_a_table_that_pandas_did_not_write_has_no_index():
    table = as_table(pa.table({"x": [1]}))
    assert table.index is None
    assert as_table(pa.record_batch({"x": [1]})).labels == ["x"]


def test_a_folder_of_files(tmp_path):
    data = pa.table({"x": ["a", "b"], "part": ["p", "q"]})
    pq.write_to_dataset(data, tmp_path / "x.parquet", partition_cols=["part"])
    table = as_table(tmp_path / "x.parquet")
    assert (table.labels, table.n_rows) == (["x", "part"], 2)
    assert table.column("part").kind == "category"


def test_changes_are_kept_beside_the_source(path):
    table = as_table(path)
    table.replace_terms("category", {"b": "a"})
    table.replace_terms("lists", {"b": "B"})
    table.replace_terms(None, {"x": "X"})
    table.fill_missing("text", "b")
    table.fill_missing("lists", ["c"])
    table.add_filled("new", parse("cat[ULabel]"), "n")
    new = table.frame.to_pandas()
    assert new["category"].tolist() == ["a", "a"]
    assert new["category"].cat.categories.tolist() == ["c", "a"]
    assert [list(one) for one in new["lists"]] == [["B", "a"], ["c"]]
    assert new["text"].tolist() == ["a", "b"]
    assert new["new"].tolist() == ["n", "n"]
    assert new.index.tolist() == ["X", "y"]
    assert table.labels[-1] == "new"
    assert as_table(path).column("category").terms() == ["b", "a"]


def test_columns_of_a_lazy_table_are_read_when_they_are_asked_for():
    read = []

    def column(name, values):
        return lambda: read.append(name) or values

    table = LazyPandasTable(
        {
            "cell_type": column("cell_type", pd.Categorical(["b", "a", "b"])),
            "n": column("n", pd.Series([1, 2, 3], index=["x", "y", "z"])),
            "large": column("large", [0, 0, 0]),
        },
        n_rows=3,
        index=column("index", pd.Index(["x", "y", "z"], name="i")),
    )
    rules = rules_for({"cell_type": "cat[ULabel]", "n": "float"}, coerce=True)
    outcome = check_table(table, TableRules(rules, index=ColumnRule("i", parse("str"))))
    assert outcome.report.failures == ()
    assert read == ["cell_type", "n", "index"]
    assert outcome.table.column("cell_type").terms() == ["b", "a"]
    assert table.column("n").type_name == "int64"
    curated = outcome.table.frame
    assert curated.dtypes.astype(str).to_dict() == {
        "cell_type": "category",
        "n": "float64",
        "large": "int64",
    }
    assert curated.index.tolist() == ["x", "y", "z"]


@pytest.mark.parametrize("data", ["x.csv", 3, [1]])
def test_what_is_no_table(data):
    with pytest.raises(InvalidArgument, match=r"is no table: pass a data frame of pandas"):
        as_table(data)
