"""Wrong datasets: each gives one error that lists everything, and leaves the database as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

DTYPES: dict[str, dict[str, Any]] = {
    "perturbation": {"dtype": "cat[ULabel]"},
    "tissue": {"dtype": "cat[ULabel]", "coerce": True},
    "tags": {"dtype": "list[cat[ULabel]]"},
    "cell_count": {"dtype": "int"},
    "lanes": {"dtype": "int", "coerce": True},
    "score": {"dtype": "float"},
    "ratio": {"dtype": "float", "coerce": True},
    "depth": {"dtype": "num"},
    "passed": {"dtype": "bool"},
    "note": {"dtype": "str"},
    "donor": {"dtype": "str", "nullable": False},
    "day": {"dtype": "date"},
    "time": {"dtype": "datetime"},
    "utc": {"dtype": "datetime64[ns, UTC]"},
    "protocol": {"dtype": "dict"},
    "reads": {"dtype": "list[int]"},
    "file": {"dtype": "path"},
    "link": {"dtype": "url"},
}
"""Features that exist, with what their constructor gets."""


def good() -> pd.DataFrame:
    """A dataset that passes."""
    return pd.DataFrame(
        {
            "perturbation": pd.Categorical(["DMSO", "IFNG", "DMSO"]),
            "tissue": ["lung", "liver", "lung"],
            "tags": [["DMSO"], [], ["DMSO", "IFNG"]],
            "cell_count": [10, 20, 30],
            "lanes": ["1", "2", "3"],
            "score": [0.1, 0.2, np.nan],
            "ratio": [1, 2, 3],
            "depth": [1, 2, 3],
            "passed": [True, False, True],
            "note": ["fine", None, "late"],
            "donor": ["D1", "D2", "D1"],
            "day": [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3)],
            "time": pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03"]),
            "utc": pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03"], utc=True),
            "protocol": [{"version": 1}, {}, {"version": 2}],
            "reads": [[1, 2], [3], []],
            "file": ["a/b.txt", "c", "d"],
            "link": ["https://example.org", "https://example.org/a", "x"],
        },
        index=pd.Index(["s1", "s2", "s3"], name=None),
    )


Change = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Wrong:
    """A dataset that has to be refused.

    Attributes
    ----------
    change
        Makes the good dataset wrong.
    failures
        Code and column of each failure.
    texts
        What the error says.
    schema
        Further keywords of the schema.
    suggestions
        Nearest terms by failing term.
    """

    change: Change
    failures: list[tuple[str, str | None]]
    texts: list[str] = field(default_factory=list)
    schema: dict[str, Any] = field(default_factory=dict)
    suggestions: dict[str, tuple[str, ...]] | None = None


def with_values(**columns: Any) -> Change:
    """Exchange columns; a list becomes an object column where needed."""
    return lambda frame: frame.assign(**columns)


def cells(**columns: list[Any]) -> Change:
    """Exchange columns for object columns with these cells."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        for name, values in columns.items():
            frame[name] = pd.Series(values, index=frame.index, dtype=object)
        return frame

    return change


def categories(*values: Any) -> Change:
    return with_values(perturbation=pd.Categorical(values))


def dtype_failure(column: str, dtype: str, got: str) -> str:
    """Text for dtypes that are checked by value."""
    return f"Column '{column}' failed dtype check for '{dtype}': got {got}"


def not_validated(column: str, *terms: str) -> str:
    """First line about terms that are not in the registry."""
    plural = "" if len(terms) == 1 else "s"
    quoted = ", ".join(f"'{term}'" for term in terms)
    return f"{len(terms)} term{plural} not validated in feature '{column}': {quoted}"


WRONG_TYPE, CHECK, COERCION = "WRONG_DATATYPE", "DATAFRAME_CHECK", "DATATYPE_COERCION"
TERM, MISSING, NULLS = "TERM_NOT_VALIDATED", "COLUMN_NOT_IN_DATAFRAME", "SERIES_CONTAINS_NULLS"
EXTRA, ORDER = "COLUMN_NOT_IN_SCHEMA", "COLUMN_NOT_ORDERED"
HINT = "▶ Hint: Consider setting `feature.coerce = True`"

CASES: dict[str, Wrong] = {
    # -- structure
    "missing column": Wrong(
        lambda df: df.drop(columns="donor"),
        [(MISSING, "donor")],
        ["column 'donor' not in dataframe. Columns in dataframe: ['perturbation', 'tissue', "],
    ),
    "two missing columns": Wrong(
        lambda df: df.drop(columns=["donor", "score"]), [(MISSING, "score"), (MISSING, "donor")]
    ),
    "typo in a column name": Wrong(
        lambda df: df.rename(columns={"donor": "doner"}), [(MISSING, "donor")], ["'doner'"]
    ),
    "wrong case of a column name": Wrong(
        lambda df: df.rename(columns={"donor": "Donor"}), [(MISSING, "donor")], ["'Donor'"]
    ),
    "blank at the end of a column name": Wrong(
        lambda df: df.rename(columns={"donor": "donor "}), [(MISSING, "donor")], ["'donor '"]
    ),
    "extra column": Wrong(
        with_values(batch=[1, 2, 3]),
        [(EXTRA, "batch")],
        ["column 'batch' not in DataFrameSchema {'perturbation', 'tissue', "],
        {"maximal_set": True},
    ),
    "columns out of order": Wrong(
        lambda df: df[["tissue", "perturbation", *df.columns[2:]]],
        [(ORDER, "tissue"), (ORDER, "perturbation")],
        ["column 'tissue' out-of-order", "column 'perturbation' out-of-order"],
        {"ordered_set": True},
    ),
    "extra and missing and out of order": Wrong(
        lambda df: df[["tissue", "perturbation", *df.columns[2:-1]]].assign(batch=1),
        [(MISSING, "link"), (EXTRA, "batch"), (ORDER, "tissue"), (ORDER, "perturbation")],
        [],
        {"maximal_set": True, "ordered_set": True},
    ),
    "duplicated column": Wrong(
        lambda df: pd.concat([df, df[["donor"]]], axis=1),
        [("DUPLICATE_COLUMN_LABELS", None)],
        ["dataframe contains multiple columns with label(s): ['donor']"],
    ),
    "column name is a number": Wrong(
        lambda df: df.assign(**{"x": 1}).rename(columns={"x": 7}),
        [("COLUMN_LABEL_NOT_STRING", None)],
        ["column labels have to be strings, but these are not: [7]"],
    ),
    "column name is missing": Wrong(
        lambda df: df.assign(**{"x": 1}).rename(columns={"x": None}),
        [("COLUMN_LABEL_NOT_STRING", None)],
        ["[None]"],
    ),
    "columns with several levels": Wrong(
        lambda df: pd.DataFrame({("a", "b"): [1, 2, 3]}),
        [("COLUMN_LABEL_NOT_STRING", None), *((MISSING, name) for name in DTYPES)],
        ["[('a', 'b')]"],
    ),
    "empty frame": Wrong(lambda df: pd.DataFrame(), [(MISSING, name) for name in DTYPES]),
    # -- dtypes
    "float for int": Wrong(
        with_values(cell_count=[1.0, 2.0, 3.0]),
        [(WRONG_TYPE, "cell_count")],
        ["expected series 'cell_count' to have type int, got float64", HINT],
    ),
    "missing value among integers": Wrong(
        with_values(cell_count=[1, None, 3]),
        [(WRONG_TYPE, "cell_count")],
        ["expected series 'cell_count' to have type int, got float64"],
    ),
    "bool for int": Wrong(
        with_values(cell_count=[True, False, True]),
        [(WRONG_TYPE, "cell_count")],
        ["got bool"],
    ),
    "text for int": Wrong(
        with_values(cell_count=["1", "2", "3"]), [(WRONG_TYPE, "cell_count")], ["got object", HINT]
    ),
    "int for float": Wrong(
        with_values(score=[1, 2, 3]),
        [(WRONG_TYPE, "score")],
        ["expected series 'score' to have type float, got int64"],
    ),
    "text for float": Wrong(
        with_values(score=["0.1", "0.2", "x"]), [(WRONG_TYPE, "score")], ["got object"]
    ),
    "text for num": Wrong(
        with_values(depth=["1", "2", "3"]),
        [(CHECK, "depth")],
        [dtype_failure("depth", "num", "object")],
    ),
    "date for num": Wrong(
        with_values(depth=pd.to_datetime(["2025-01-01"] * 3)),
        [(CHECK, "depth")],
        [dtype_failure("depth", "num", "datetime64[ns]")],
    ),
    "ints for bool": Wrong(
        with_values(passed=[0, 1, 1]),
        [(CHECK, "passed")],
        [dtype_failure("passed", "bool", "int64")],
    ),
    "missing value among booleans": Wrong(
        cells(passed=[True, None, False]),
        [(CHECK, "passed")],
        [dtype_failure("passed", "bool", "object")],
    ),
    "number among texts": Wrong(
        cells(note=["a", 1, "b"]), [(CHECK, "note")], [dtype_failure("note", "str", "object")]
    ),
    "numbers for text": Wrong(
        with_values(note=[1, 2, 3]), [(CHECK, "note")], [dtype_failure("note", "str", "int64")]
    ),
    "numeric categories for text": Wrong(
        with_values(note=pd.Categorical([1, 2, 1])),
        [(CHECK, "note")],
        [dtype_failure("note", "str", "category")],
    ),
    "text for date": Wrong(
        with_values(day=["2025-01-01", "2025-01-02", "2025-01-03"]),
        [(WRONG_TYPE, "day")],
        ["expected series 'day' to have type date, got object", HINT],
    ),
    "timestamps for date": Wrong(
        with_values(day=pd.to_datetime(["2025-01-01"] * 3)),
        [(WRONG_TYPE, "day")],
        ["expected series 'day' to have type date, got datetime64[ns]"],
    ),
    "text for datetime": Wrong(
        with_values(time=["2025-01-01", "x", "y"]),
        [(WRONG_TYPE, "time")],
        ["expected series 'time' to have type datetime64[ns], got object"],
    ),
    "time zone where none is wanted": Wrong(
        with_values(time=pd.to_datetime(["2025-01-01"] * 3, utc=True)),
        [(WRONG_TYPE, "time")],
        ["got datetime64[ns, UTC]"],
    ),
    "no time zone where one is wanted": Wrong(
        with_values(utc=pd.to_datetime(["2025-01-01"] * 3)),
        [(WRONG_TYPE, "utc")],
        ["expected series 'utc' to have type datetime64[ns, UTC], got datetime64[ns]"],
    ),
    "list for dict": Wrong(
        cells(protocol=[["a"], ["b"], ["c"]]),
        [(CHECK, "protocol")],
        [dtype_failure("protocol", "dict", "object")],
    ),
    "text that is no dictionary": Wrong(
        cells(protocol=["{'a': 1}", "nonsense", "{}"]), [(CHECK, "protocol")]
    ),
    "scalar in a column of lists": Wrong(
        cells(reads=[[1], 2, [3]]),
        [(CHECK, "reads")],
        [dtype_failure("reads", "list[int]", "object")],
    ),
    "text in a list of numbers": Wrong(cells(reads=[[1], ["2"], [3]]), [(CHECK, "reads")]),
    "text in place of a list": Wrong(cells(reads=["[1]", "[2]", "[3]"]), [(CHECK, "reads")]),
    "numbers for paths": Wrong(
        with_values(file=[1, 2, 3]), [(CHECK, "file")], [dtype_failure("file", "path", "int64")]
    ),
    "numbers for urls": Wrong(
        with_values(link=[1, 2, 3]), [(CHECK, "link")], [dtype_failure("link", "url", "int64")]
    ),
    # -- coercion
    "fraction that becomes no integer": Wrong(
        cells(lanes=["1", "1.5", "3"]),
        [(COERCION, "lanes")],
        ["Error while coercing 'lanes' to type int: Could not losslessly coerce into int:"],
    ),
    "word that becomes no integer": Wrong(
        cells(lanes=["1", "two", "3"]), [(COERCION, "lanes")], ["two"]
    ),
    "word that becomes no float": Wrong(
        cells(ratio=["0.5", "half", "1"]),
        [(COERCION, "ratio")],
        ["Error while coercing 'ratio' to type float"],
    ),
    "word that becomes no number with schema.coerce": Wrong(
        with_values(score=["0.1", "much", "0.2"]),
        [(COERCION, "score")],
        ["much"],
        {"coerce": True},
    ),
    # -- missing values
    "null where none may be": Wrong(
        with_values(donor=["D1", None, "D2"]),
        [(NULLS, "donor")],
        ["non-nullable series 'donor' contains null values"],
    ),
    "NaN where none may be": Wrong(cells(donor=["D1", np.nan, "D2"]), [(NULLS, "donor")]),
    "all values are missing where none may be": Wrong(
        cells(donor=[None, None, None]), [(NULLS, "donor")], ["3 missing"]
    ),
    "null and wrong dtype": Wrong(cells(donor=[1, None, 2]), [(NULLS, "donor"), (CHECK, "donor")]),
    # -- terms
    "text for a category": Wrong(
        with_values(perturbation=["DMSO", "IFNG", "DMSO"]),
        [(WRONG_TYPE, "perturbation")],
        ["expected series 'perturbation' to have type category, got object", HINT],
    ),
    "numeric categories": Wrong(categories(1, 2, 1), [(WRONG_TYPE, "perturbation")]),
    "typo in a term": Wrong(
        categories("DMSO", "IFNJ", "DMSO"),
        [(TERM, "perturbation")],
        [
            not_validated("perturbation", "IFNJ")
            + "\n    → fix typos, remove non-existent values, or save terms via: "
            "curator.cat.add_new_from('perturbation')"
        ],
        suggestions={"IFNJ": ("IFNG",)},
    ),
    "terms in the order of the data": Wrong(
        categories("zinc", "DMSO", "acid"),
        [(TERM, "perturbation")],
        [not_validated("perturbation", "zinc", "acid")],
    ),
    "wrong case of a term": Wrong(
        categories("dmso", "IFNG", "DMSO"),
        [(TERM, "perturbation")],
        [not_validated("perturbation", "dmso")],
        suggestions={"dmso": ("DMSO",)},
    ),
    "unknown term in a coerced column": Wrong(
        with_values(tissue=["lung", "moon", "lung"]),
        [(TERM, "tissue")],
        [not_validated("tissue", "moon")],
    ),
    "unknown term in a list": Wrong(
        cells(tags=[["DMSO"], ["unknown"], []]),
        [(TERM, "tags")],
        [not_validated("tags", "unknown")],
    ),
    "scalar for a list of terms": Wrong(
        cells(tags=["DMSO", "IFNG", "DMSO"]),
        [(CHECK, "tags")],
        [dtype_failure("tags", "list[cat[ULabel]]", "object")],
    ),
    "number in a list of terms": Wrong(cells(tags=[["DMSO"], [1], []]), [(CHECK, "tags")]),
    "term in the trash": Wrong(
        categories("DMSO", "in the trash", "DMSO"),
        [(TERM, "perturbation")],
        [not_validated("perturbation", "in the trash")],
    ),
    "three columns with unknown terms": Wrong(
        lambda df: cells(tags=[["a"], [], []], tissue=["b", "lung", "b"])(
            categories("c", "DMSO", "c")(df)
        ),
        [(TERM, "perturbation"), (TERM, "tissue"), (TERM, "tags")],
        [
            not_validated("perturbation", "c"),
            not_validated("tissue", "b"),
            not_validated("tags", "a"),
        ],
    ),
    "more terms than are shown": Wrong(
        lambda df: pd.concat([df] * 10).assign(tissue=[f"t{i}" for i in range(30)]),
        [(TERM, "tissue")],
        ["30 terms not validated in feature 'tissue': 't0', 't1', ", "'t19', ..."],
    ),
    "unregistered column where only features of the schema are allowed": Wrong(
        with_values(a=1, b=2), [(EXTRA, "a"), (EXTRA, "b")], [], {"maximal_set": True}
    ),
    # -- several things at once
    "everything at once": Wrong(
        lambda df: cells(lanes=["x", "2", "3"], note=[1, "a", None])(
            df.drop(columns="link").assign(cell_count=[0.5, 1.5, 2.5], donor=["D1", None, "D1"])
        ),
        [
            (MISSING, "link"),
            (WRONG_TYPE, "cell_count"),
            (COERCION, "lanes"),
            (CHECK, "note"),
            (NULLS, "donor"),
        ],
    ),
    # -- index
    "numbers in an index of text": Wrong(
        lambda df: df.reset_index(drop=True),
        [(WRONG_TYPE, "sample")],
        ["to have type str"],
        {"index": "sample"},
    ),
    "unknown term in the index": Wrong(
        lambda df: df.set_index(pd.Index(["DMSO", "moon", "IFNG"])),
        [(TERM, "index")],
        [not_validated("index", "moon")],
        {"index": "treatment"},
    ),
    "missing value in the index": Wrong(
        lambda df: df.set_index(pd.Index(["a", None, "b"])),
        [(NULLS, "sample")],
        ["contains null values"],
        {"index": "sample"},
    ),
    "index with several levels": Wrong(
        lambda df: df.set_index(pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)])),
        [(WRONG_TYPE, "sample")],
        ["MultiIndex"],
        {"index": "sample"},
    ),
}


@pytest.fixture
def features(instance: Any) -> dict[str, Any]:
    """Saved features by name, and labels."""
    import lamindb as ln

    ln.save([ln.ULabel(name=name) for name in ("DMSO", "IFNG", "lung", "liver")])
    ln.ULabel(name="in the trash").save().delete()
    indexes = {
        "sample": {"dtype": "str", "nullable": False},
        "treatment": {"dtype": "cat[ULabel]"},
    }
    all_features = [ln.Feature(name=n, **options) for n, options in (DTYPES | indexes).items()]
    ln.save(all_features)
    return {feature.name: feature for feature in all_features}


def schema_of(features: dict[str, Any], **options: Any) -> Any:
    import lamindb as ln

    if "index" in options:
        options["index"] = features[options["index"]]
    return ln.Schema([features[name] for name in DTYPES], **options).save()


def state() -> tuple[dict[str, int], set[str]]:
    """Rows of all tables, and all files."""
    from django.apps import apps

    rows = {m._meta.db_table: m.objects.count() for m in apps.get_models(include_auto_created=True)}
    files = {str(path) for path in Path().rglob("*") if path.is_file() and ".db" not in path.name}
    return rows, files


def test_the_dataset_that_the_wrong_ones_come_from_is_right(features: dict[str, Any]) -> None:
    import lamindb as ln

    schema = schema_of(features, maximal_set=True, ordered_set=True)
    ln.curators.DataFrameCurator(good(), schema).validate()
    artifact = ln.Artifact.from_dataframe(good(), key="good.parquet", schema=schema).save()
    assert artifact.ulabels.to_list("name") == ["DMSO", "IFNG", "lung", "liver"]


def test_there_are_sixty_wrong_datasets() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_dataset_is_refused(features: dict[str, Any], name: str) -> None:
    import lamindb as ln

    case = CASES[name]
    schema = schema_of(features, **case.schema)
    dataset = case.change(good())
    before = state()
    with pytest.raises(ln.errors.ValidationError) as caught:
        ln.Artifact.from_dataframe(dataset, key="wrong.parquet", schema=schema)
    report = caught.value.report
    assert [(f.code, f.column) for f in report.failures] == case.failures
    for text in case.texts:
        assert text in str(caught.value).replace('\\"', '"')
    if case.suggestions is not None:
        assert report.failures[0].suggestions == case.suggestions
    assert len(report.to_dataframe()) == len(case.failures)
    assert state() == before
