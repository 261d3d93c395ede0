"""`Artifact.from_dataframe(schema=…)` of text files, polars, Arrow: pass, fail, what is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import lamindb as ln
from lamindb.curators import DataFrameCurator
from lamindb.errors import InvalidArgument, ValidationError

from .test_artifact_schema import state


def written(columns: dict[str, Any], name: str, **options: Any) -> Path:
    pd.DataFrame(columns).to_csv(name, index=False, **options)
    return Path(name)


def arrow_table(columns: dict[str, Any]) -> pa.Table:
    table = pa.table(columns)
    label = table["perturbation"].dictionary_encode()
    return table.set_column(0, "perturbation", label)


def arrow_file(columns: dict[str, Any]) -> Path:
    pq.write_table(arrow_table(columns), "arrow.parquet")
    return Path("arrow.parquet")


SOURCES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "csv": lambda columns: written(columns, "table.csv"),
    "tsv": lambda columns: written(columns, "table.tsv", sep="\t"),
    "polars": pl.DataFrame,
    "lazy polars": pl.LazyFrame,
    "arrow": arrow_table,
    "arrow file": arrow_file,
}
SUFFIXES = {"csv": ".csv", "tsv": ".tsv"}


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def lab(instance) -> SimpleNamespace:
    """A rigid schema; labels are converted, as text files have no types."""
    perturbation = ln.Feature(name="perturbation", dtype=ln.ULabel, coerce=True).save()
    dose = ln.Feature(name="dose", dtype=float, coerce=True).save()
    ln.save([ln.ULabel(name=name) for name in ("DMSO", "IFNG")])
    return SimpleNamespace(
        schema=ln.Schema([perturbation, dose]).save(), perturbation=perturbation, dose=dose
    )


def stored_columns(artifact: ln.Artifact) -> dict[str, list[Any]]:
    """Content of the stored file, read by Arrow."""
    path = Path(str(artifact.path))
    if artifact.suffix == ".parquet":
        return pq.read_table(path).to_pydict()
    options = pyarrow.csv.ParseOptions(delimiter="\t" if artifact.suffix == ".tsv" else ",")
    return pyarrow.csv.read_csv(path, parse_options=options).to_pydict()


def make(source: str, labels: list[str], dose: list[Any]) -> tuple[Any, str]:
    """A dataset, and a key that fits it."""
    data = SOURCES[source]({"perturbation": labels, "dose": dose})
    return data, f"a{SUFFIXES.get(source, '.parquet')}"


def test_a_valid_table(lab, source) -> None:
    data, key = make(source, ["IFNG", "DMSO", "IFNG"], [0.5, 1.0, 2.5])
    artifact = ln.Artifact.from_dataframe(data, key=key, schema=lab.schema).save()
    assert stored_columns(artifact) == {
        "perturbation": ["IFNG", "DMSO", "IFNG"],
        "dose": [0.5, 1.0, 2.5],
    }
    artifact = ln.Artifact.get(artifact.uid)
    assert artifact.otype == "DataFrame"
    assert artifact.n_observations == (None if source in SUFFIXES else 3)  # not in text files
    assert artifact.schema == lab.schema
    assert artifact.features.slots == {"columns": lab.schema}
    assert artifact.features.get_values() == {"perturbation": {"DMSO", "IFNG"}}
    links = artifact.links_ulabel.order_by("pk")
    assert [link.ulabel.name for link in links] == ["IFNG", "DMSO"]  # in order of appearance
    assert artifact.load()["dose"].tolist() == [0.5, 1.0, 2.5]


def test_a_table_with_wrong_terms(lab, source, instance) -> None:
    data, key = make(source, ["IFNG", "DMSO", "IFNJ"], [0.5, 1.0, 2.5])
    before = state(instance.storage.root)
    with pytest.raises(ValidationError) as caught:
        ln.Artifact.from_dataframe(data, key=key, schema=lab.schema)
    assert str(caught.value) == (
        "1 term not validated in feature 'perturbation': 'IFNJ'\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.cat.add_new_from('perturbation')"
    )
    assert caught.value.report is not None
    (failure,) = caught.value.report.failures
    assert failure.rows == (2,)
    assert state(instance.storage.root) == before


def test_a_table_with_values_that_cannot_be_converted(lab, source, instance) -> None:
    data, key = make(source, ["DMSO", "DMSO"], ["0.5", "much"])
    before = state(instance.storage.root)
    with pytest.raises(ValidationError) as caught:
        ln.Artifact.from_dataframe(data, key=key, schema=lab.schema)
    assert "Could not losslessly coerce into float: 'much' (row 1)" in str(caught.value)
    assert state(instance.storage.root) == before


@pytest.mark.parametrize("source", ["polars", "lazy polars", "arrow", "arrow file"])
def test_converted_values_are_stored(lab, source) -> None:
    data, key = make(source, ["DMSO", "IFNG"], ["0.5", "1"])
    artifact = ln.Artifact.from_dataframe(data, key=key, schema=lab.schema).save()
    assert stored_columns(artifact)["dose"] == [0.5, 1.0]
    types = pq.read_schema(str(artifact.path))
    assert pa.types.is_float64(types.field("dose").type)
    again = ln.Artifact.get(artifact.uid)
    assert again.load()["dose"].tolist() == [0.5, 1.0]


@pytest.mark.parametrize("source", ["csv", "tsv"])
def test_text_files_are_stored_as_they_are(lab, source) -> None:
    data, key = make(source, ["DMSO", "IFNG"], [1, 2])
    content = data.read_bytes()
    artifact = ln.Artifact.from_dataframe(data, key=key, schema=lab.schema).save()
    assert Path(str(artifact.path)).read_bytes() == content


def test_missing_and_unknown_columns(lab, source, instance) -> None:
    columns = {"perturbation": ["DMSO"], "more": [1]}
    strict = ln.Schema([lab.perturbation, lab.dose], maximal_set=True).save()
    before = state(instance.storage.root)
    with pytest.raises(ValidationError) as caught:
        ln.Artifact.from_dataframe(
            SOURCES[source](columns), key=f"a{SUFFIXES.get(source, '.parquet')}", schema=strict
        )
    assert caught.value.report is not None
    assert [(f.code, f.column) for f in caught.value.report.failures] == [
        ("COLUMN_NOT_IN_DATAFRAME", "dose"),
        ("COLUMN_NOT_IN_SCHEMA", "more"),
    ]
    assert state(instance.storage.root) == before


@pytest.mark.parametrize("source", ["polars", "lazy polars"])
def test_what_polars_cannot_be_checked_for(lab, source) -> None:
    data, key = make(source, ["DMSO"], [0.5])
    index = ln.Feature(name="sample", dtype=str).save()
    cases = [
        (ln.Schema([lab.dose], index=index).save(), "Polars frames do not have an index."),
        (ln.Schema(itype=ln.Feature).save(), "cannot be curated with a flexible schema."),
    ]
    for schema, text in cases:
        with pytest.raises(InvalidArgument, match=text):
            ln.Artifact.from_dataframe(data, key=key, schema=schema)


def test_a_curator_saves_each_of_them(lab, source) -> None:
    if source in SUFFIXES:
        with pytest.raises(InvalidArgument, match="dataset must be DataFrame-like"):
            DataFrameCurator(make(source, ["DMSO"], [0.5])[0], lab.schema)
        return
    if source == "arrow file":
        data: Any = pq.read_table(make(source, ["DMSO"], [0.5])[0])
    else:
        data = make(source, ["DMSO"], [0.5])[0]
    artifact = DataFrameCurator(data, lab.schema).save_artifact(key="a.parquet")
    assert stored_columns(artifact) == {"perturbation": ["DMSO"], "dose": [0.5]}
    assert artifact.features.get_values() == {"perturbation": "DMSO"}
