"""Slots: parts of datasets by name, attributes of data frames, subclasses for other datasets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.curators import DataFrameCurator
from lamindb.curators.component import ComponentCurator
from lamindb.curators.core import SlotsCurator
from lamindb.curators.slots import nested, split_slot
from lamindb.errors import InvalidArgument, ValidationError


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """Two labels and three features."""
    return SimpleNamespace(
        labels=[ln.ULabel(name=name).save() for name in ("DMSO", "IFNG")],
        dose=ln.Feature(name="dose", dtype=float).save(),
        temperature=ln.Feature(name="temperature", dtype=float).save(),
        perturbation=ln.Feature(name="perturbation", dtype=ln.ULabel).save(),
    )


def frame(**attrs: Any) -> pd.DataFrame:
    """A valid data frame with attributes."""
    df = pd.DataFrame({"dose": [0.5, 1.0]})
    df.attrs = attrs
    return df


def test_names_and_keys() -> None:
    assert split_slot("uns:study:site") == ("uns", ["study", "site"])
    assert split_slot("var.T") == ("var.T", [])
    assert nested({"a": {"b": 1}}, "attrs:a") == {"b": 1}


# -- attributes of data frames


def with_attrs(lab: SimpleNamespace, slot: str = "attrs") -> ln.Schema:
    """Schema of a column and of attributes."""
    attrs = ln.Schema([lab.temperature, lab.perturbation]).save()
    return ln.Schema([lab.dose], slots={slot: attrs}, otype="DataFrame").save()


def test_attributes(lab) -> None:
    df = frame(temperature=21.6, perturbation=["DMSO", "IFNG"])
    curator = DataFrameCurator(df, with_attrs(lab))
    curator.validate()
    assert list(curator.slots) == ["attrs"]
    artifact = curator.save_artifact(key="a.parquet")
    assert list(artifact.features.slots) == ["columns", "attrs"]
    assert artifact.features.slots["attrs"].members.to_list("name") == [
        "temperature",
        "perturbation",
    ]
    assert artifact.features.get_values() == {"perturbation": {"DMSO", "IFNG"}}


def test_columns_and_attributes_fail_together(lab) -> None:
    df = frame(temperature="warm", perturbation="x")
    df["dose"] = "high"
    curator = DataFrameCurator(df, with_attrs(lab))
    with pytest.raises(ValidationError) as caught:
        curator.validate()
    report = caught.value.report
    assert [(failure.slot, failure.column) for failure in report.failures] == [
        (None, "dose"),
        ("attrs", "temperature"),
    ]
    df["dose"] = 1.0
    df.attrs["temperature"] = 21.6
    with pytest.raises(ValidationError) as caught:
        curator.validate()
    assert str(caught.value).startswith(
        "1 term not validated in feature 'perturbation' in slot 'attrs': 'x'\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.slots['attrs'].cat.add_new_from('perturbation')"
    )


def test_nested_attributes(lab) -> None:
    values = {"temperature": 21.6, "perturbation": "DMSO"}
    schema = with_attrs(lab, "attrs:study:site")
    DataFrameCurator(frame(study={"site": values}), schema).validate()
    with pytest.raises(InvalidArgument) as caught:
        DataFrameCurator(frame(study={"place": values}), schema)
    assert str(caught.value) == (
        "Schema slot 'attrs:study:site' requires keys attrs['study']['site'] but key 'site' not "
        "found. Available keys at this level: ['place']"
    )


def test_attributes_in_a_parquet_file(lab) -> None:
    frame(temperature=21.6, perturbation="DMSO").to_parquet("a.parquet")
    artifact = ln.Artifact.from_dataframe("a.parquet", key="a.parquet", schema=with_attrs(lab))
    assert artifact.save().features.get_values() == {"perturbation": "DMSO"}


def test_only_data_frames_of_pandas_have_attributes(lab) -> None:
    polars = pytest.importorskip("polars")
    with pytest.raises(InvalidArgument, match="which only data frames of pandas have"):
        DataFrameCurator(polars.DataFrame({"dose": [0.5]}), with_attrs(lab))


def test_a_schema_of_attributes_alone_says_nothing_of_columns(lab, capsys) -> None:
    attrs = ln.Schema([lab.temperature]).save()
    schema = ln.Schema(slots={"attrs": attrs}, otype="DataFrame").save()
    df = frame(temperature=21.6)
    df["unknown"] = 1
    capsys.readouterr()
    artifact = DataFrameCurator(df, schema).save_artifact(key="a.parquet")
    assert "not validated" not in capsys.readouterr().out
    assert list(artifact.features.slots) == ["attrs"]


def test_attributes_are_completed(lab) -> None:
    day = ln.Feature(name="day", dtype=str, default_value="Monday").save()
    attrs = ln.Schema([day]).save()
    df = frame()
    schema = ln.Schema([lab.dose], slots={"attrs": attrs}, otype="DataFrame").save()
    DataFrameCurator(df, schema).standardize()
    assert df.attrs == {"day": "Monday"}


# -- curators of other datasets are small


class PairCurator(SlotsCurator):
    """Checks two data frames."""

    _otype = "Pair"
    _what = "a pair of data frames"

    def _accepts(self, dataset: Any) -> bool:
        return isinstance(dataset, tuple)

    def _component(self, slot: str, schema: ln.Schema) -> ComponentCurator:
        return ComponentCurator(self._dataset[int(slot)], schema, slot)


def test_a_curator_of_another_dataset(lab) -> None:
    schema = ln.Schema(
        otype="Pair",
        slots={
            "0": ln.Schema([lab.dose]).save(),
            "1": ln.Schema([lab.temperature]).save(),
        },
    ).save()
    curator = PairCurator((frame(), frame()), schema)
    with pytest.raises(ValidationError) as caught:
        curator.validate()
    assert [(f.slot, f.column) for f in caught.value.report.failures] == [("1", "temperature")]
    with pytest.raises(InvalidArgument, match="dataset must be a pair of data frames"):
        PairCurator([frame()], schema)


# -- polars


def test_frames_of_polars(lab) -> None:
    polars = pytest.importorskip("polars")
    schema = ln.Schema([lab.dose, lab.perturbation]).save()
    df = polars.DataFrame({"dose": [0.5, 1.0], "perturbation": ["DMSO", "IFNG"]})
    df = df.with_columns(polars.col("perturbation").cast(polars.Categorical))
    for key, data in (("a.parquet", df), ("b.parquet", df.head(1).lazy())):
        curator = DataFrameCurator(data, schema)
        curator.validate()
        assert curator.dataset is data
        artifact = ln.Artifact.from_dataframe(data, key=key, schema=schema).save()
        assert artifact.features.slots == {"columns": schema}
    wrong = df.with_columns(dose=polars.lit("x"))
    with pytest.raises(ValidationError, match="expected series 'dose' to have type float"):
        ln.Artifact.from_dataframe(wrong.lazy(), key="c.parquet", schema=schema)


def test_what_frames_of_polars_cannot_be_checked_for(lab) -> None:
    polars = pytest.importorskip("polars")
    df = polars.DataFrame({"dose": [0.5]})
    with pytest.raises(InvalidArgument, match="Polars frames do not have an index"):
        DataFrameCurator(df, ln.Schema([lab.dose], index=lab.temperature).save())
    with pytest.raises(InvalidArgument, match="cannot be curated with a flexible schema"):
        DataFrameCurator(df, ln.Schema(itype=ln.Feature).save())


def test_tables_of_arrow(lab) -> None:
    import pyarrow as pa

    schema = ln.Schema([lab.dose], coerce=True).save()
    data = pa.table({"dose": ["0.5", "1.0"]})
    artifact = ln.Artifact.from_dataframe(data, key="a.parquet", schema=schema).save()
    assert pd.read_parquet(artifact.path)["dose"].tolist() == [0.5, 1.0]
