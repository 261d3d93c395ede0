"""`DataFrameCurator`: which features apply, one report, mending, saving."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.curators import DataFrameCurator
from lamindb.errors import InvalidArgument, ValidationError

COLUMNS_FIX = (
    "    → fix typos, remove non-existent values, or save terms via: "
    "curator.cat.add_new_from('columns')"
)


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """Two labels and four features."""
    labels = {name.lower(): ln.ULabel(name=name).save() for name in ("DMSO", "IFNG")}
    return SimpleNamespace(
        **labels,
        perturbation=ln.Feature(name="perturbation", dtype=ln.ULabel).save(),
        dose=ln.Feature(name="dose", dtype=float).save(),
        n_cells=ln.Feature(name="n_cells", dtype=int, nullable=False).save(),
        note=ln.Feature(name="note", dtype=str).save(),
    )


def frame(**columns: Any) -> pd.DataFrame:
    """A valid data frame with some columns exchanged or, if None is passed, left out."""
    valid = {
        "perturbation": pd.Categorical(["DMSO", "IFNG", "DMSO"]),
        "dose": [0.5, 1.0, np.nan],
        "n_cells": [10, 20, 30],
        "note": ["a", None, "b"],
    }
    return pd.DataFrame({k: v for k, v in (valid | columns).items() if v is not None})


def errors_of(curator: Any) -> list[str]:
    """Texts of all that is wrong."""
    with pytest.raises(ValidationError) as caught:
        curator.validate()
    assert caught.value.report is not None
    return [failure.error for failure in caught.value.report.failures]


# -- one report


def test_a_valid_frame_changes_nothing(lab, capsys) -> None:
    schema = ln.Schema([lab.perturbation, lab.dose, lab.n_cells, lab.note]).save()
    df = frame()
    before = df.copy()
    curator = DataFrameCurator(df, schema)
    capsys.readouterr()
    curator.validate()
    assert capsys.readouterr().out == ""
    assert curator.dataset is df
    pd.testing.assert_frame_equal(df, before)


def test_structure_and_dtypes_of_all_columns_at_once(lab) -> None:
    schema = ln.Schema([lab.perturbation, lab.dose, lab.n_cells, lab.note]).save()
    df = frame(
        perturbation=None, dose=["x", "y", "z"], n_cells=pd.array([1, None, 3], dtype="Int64")
    )
    curator = DataFrameCurator(df, schema)
    with pytest.raises(ValidationError) as caught:
        curator.validate()
    text = str(caught.value)
    tree = json.loads(text[: text.rindex("}") + 1])
    assert list(tree) == ["SCHEMA"]
    assert {
        code: [entry["column"] for entry in found] for code, found in tree["SCHEMA"].items()
    } == {
        "COLUMN_NOT_IN_DATAFRAME": ["perturbation"],
        "WRONG_DATATYPE": ["dose"],
        "SERIES_CONTAINS_NULLS": ["n_cells"],
    }
    assert tree["SCHEMA"]["COLUMN_NOT_IN_DATAFRAME"][0]["error"] == (
        "column 'perturbation' not in dataframe. Columns in dataframe: ['dose', 'n_cells', 'note']"
    )
    table = caught.value.report.to_dataframe()
    assert table["column"].tolist() == ["perturbation", "dose", "n_cells"]
    assert table["slot"].tolist() == [None] * 3


def test_terms_are_looked_up_only_if_the_structure_is_right(lab, count_queries) -> None:
    schema = ln.Schema([lab.perturbation, lab.dose]).save()
    df = frame(perturbation=pd.Categorical(["DMSO", "IFNJ", "DMSO"]), dose=["x", "y", "z"])
    curator = DataFrameCurator(df, schema)
    assert [error[:34] for error in errors_of(curator)] == [
        "expected series 'dose' to have type"[:34]
    ]
    df["dose"] = 1.0
    assert errors_of(curator) == [
        "1 term not validated in feature 'perturbation': 'IFNJ'\n    → fix typos, remove "
        "non-existent values, or save terms via: "
        "curator.cat.add_new_from('perturbation')"
    ]


def test_all_categorical_columns_fail_together_in_the_order_of_the_members(lab, capsys) -> None:
    batch = ln.Feature(name="batch", dtype=ln.ULabel).save()
    schema = ln.Schema([batch, lab.perturbation]).save()
    df = frame(perturbation=pd.Categorical(["x", "IFNG", "y"]), batch=pd.Categorical(["b"] * 3))
    capsys.readouterr()
    errors = errors_of(DataFrameCurator(df, schema))
    assert [error.partition("\n")[0] for error in errors] == [
        "1 term not validated in feature 'batch': 'b'",
        "2 terms not validated in feature 'perturbation': 'x', 'y'",
    ]
    out = capsys.readouterr().out
    assert [out.count(f"! {error}") for error in errors] == [1, 1]
    assert "! no values were validated for batch!" in out


def test_a_report_names_rows_and_the_call_that_mends(lab) -> None:
    schema = ln.Schema([lab.perturbation]).save()
    curator = DataFrameCurator(frame(perturbation=pd.Categorical(["DMSO", "x", "x"])), schema)
    with pytest.raises(ValidationError) as caught:
        curator.validate()
    (entry,) = json.loads(caught.value.report.to_json())
    assert entry["rows"] == [1, 2]
    assert entry["values"] == ["x"]
    assert "add_new_from('perturbation')" in entry["fix"]


# -- which features apply


def test_a_flexible_schema_checks_all_registered_columns(lab, capsys) -> None:
    schema = ln.Schema(itype=ln.Feature).save()
    df = frame(dose=[1, 2, 3], gene=[1.0, 2.0, 3.0])
    curator = DataFrameCurator(df, schema)
    assert errors_of(curator) == ["expected series 'dose' to have type float, got int64"]
    df["dose"] = 0.5
    capsys.readouterr()
    curator.validate()
    assert capsys.readouterr().out == (
        f"! 1 term not validated in feature 'columns': 'gene'\n{COLUMNS_FIX}\n"
    )


def test_a_rigid_schema_ignores_other_columns(lab, capsys) -> None:
    schema = ln.Schema([lab.perturbation]).save()
    df = frame(dose=["registered, but no member"] * 3, gene=[1, 2, 3])
    capsys.readouterr()
    DataFrameCurator(df, schema).validate()
    assert capsys.readouterr().out == ""


def test_members_and_further_columns_of_a_flexible_schema(lab) -> None:
    schema = ln.Schema([lab.perturbation], flexible=True).save()
    df = frame(dose=[1, 2, 3])
    assert errors_of(DataFrameCurator(df, schema)) == [
        "expected series 'dose' to have type float, got int64"
    ]
    errors = errors_of(DataFrameCurator(frame(perturbation=None), schema))
    assert errors[0].startswith("column 'perturbation' not in dataframe")


def test_no_other_columns(lab) -> None:
    schema = ln.Schema([lab.perturbation], maximal_set=True).save()
    df = frame(note=None, dose=None, __lamindb_record_uid__=["a", "b", "c"])
    assert errors_of(DataFrameCurator(df, schema)) == [
        "column 'n_cells' not in DataFrameSchema {'perturbation'}"
    ]
    DataFrameCurator(df.drop(columns="n_cells"), schema).validate()


def test_no_unregistered_columns(lab) -> None:
    schema = ln.Schema(itype=ln.Feature, maximal_set=True).save()
    DataFrameCurator(frame(), schema).validate()
    assert errors_of(DataFrameCurator(frame(gene=[1, 2, 3]), schema)) == [
        f"1 term not validated in feature 'columns': 'gene'\n{COLUMNS_FIX}"
    ]


def test_a_member_wins_over_another_feature_of_the_same_name(lab) -> None:
    kind = ln.Feature(name="Measured", is_type=True).save()
    dose = ln.Feature(name="dose", dtype=str, type=kind).save()
    schema = ln.Schema([dose], flexible=True).save()
    DataFrameCurator(frame(dose=["low", "high", "low"]), schema).validate()
    root = ln.Schema([lab.dose], flexible=True).save()
    assert len(errors_of(DataFrameCurator(frame(dose=["low", "high", "low"]), root))) == 1


def test_only_features_below_the_type_apply(lab) -> None:
    kind = ln.Feature(name="Measured", is_type=True).save()
    inner = ln.Feature(name="Measured by us", is_type=True, type=kind).save()
    ln.Feature(name="dose", dtype=str, type=inner).save()
    schema = ln.Schema(itype=kind).save()
    df = frame(dose=["low", "high", "low"], n_cells=["n", "o", "p"])
    curator = DataFrameCurator(df, schema)
    curator.validate()
    artifact = curator.save_artifact(key="a.parquet")
    (feature,) = artifact.features.slots["columns"].members
    assert feature.type == inner


def test_the_topmost_feature_of_a_name_applies(lab) -> None:
    kind = ln.Feature(name="Measured", is_type=True).save()
    ln.Feature(name="dose", dtype=str, type=kind).save()
    DataFrameCurator(frame(), ln.Schema(itype=ln.Feature).save()).validate()


def test_a_name_that_could_mean_two_features(lab) -> None:
    for name in ("Lab A", "Lab B"):
        kind = ln.Feature(name=name, is_type=True).save()
        ln.Feature(name="mass", dtype=float, type=kind).save()
    df = frame(mass=[1.0, 2.0, 3.0], dose=[1, 2, 3])
    errors = errors_of(DataFrameCurator(df, ln.Schema(itype=ln.Feature).save()))
    assert errors == [
        "Ambiguous match for Feature 'mass': found 2 records at depth 1 (under types: "
        "['Lab A', 'Lab B']). Pass a schema that has the intended feature as a member.",
        "expected series 'dose' to have type float, got int64",
    ]


def test_optional_members_may_be_missing(lab) -> None:
    schema = ln.Schema([lab.perturbation, lab.dose.with_config(optional=True)]).save()
    DataFrameCurator(frame(dose=None), schema).validate()
    assert len(errors_of(DataFrameCurator(frame(dose=["x"] * 3), schema))) == 1


def test_nothing_is_required_of_a_set_that_is_not_minimal(lab) -> None:
    schema = ln.Schema([lab.perturbation, lab.dose], minimal_set=False).save()
    DataFrameCurator(frame(perturbation=None, dose=None), schema).validate()


def test_the_index(lab) -> None:
    sample = ln.Feature(name="sample", dtype=str).save()
    schema = ln.Schema([lab.dose], index=sample).save()
    df = frame().set_axis(["s1", "s2", "s3"])
    DataFrameCurator(df, schema).validate()
    assert errors_of(DataFrameCurator(frame(), schema)) == [
        "expected series 'None' to have type str, got int64"
    ]


def test_a_categorical_index(lab) -> None:
    treated = ln.Feature(name="treated_with", dtype=ln.ULabel).save()
    schema = ln.Schema([lab.dose], index=treated).save()
    df = frame().set_axis(["DMSO", "IFNG", "x"])
    curator = DataFrameCurator(df, schema)
    assert [e.partition("\n")[0] for e in errors_of(curator)] == [
        "1 term not validated in feature 'index': 'x'"
    ]
    df.index = ["DMSO", "IFNG", "IFNG"]
    artifact = curator.save_artifact(key="a.parquet")
    assert artifact.features.get_values() == {"treated_with": {"DMSO", "IFNG"}}
    assert artifact.features.slots["columns"].index == treated


# -- converting


def test_converted_values_are_in_a_new_frame(lab) -> None:
    time = ln.Feature(name="time", dtype=int, coerce=True).save()
    df = frame(time=["1", "2", "3"])
    curator = DataFrameCurator(df, ln.Schema([time, lab.dose]).save())
    curator.validate()
    assert curator.dataset is not df
    assert curator.dataset["time"].tolist() == [1, 2, 3]
    assert df["time"].tolist() == ["1", "2", "3"]
    curator.validate()  # the converted frame
    assert curator.dataset["time"].tolist() == [1, 2, 3]


def test_a_schema_converts_all_columns(lab) -> None:
    df = frame(dose=["1", "2", "3"], n_cells=[1.0, 2.0, 3.0])
    schema = ln.Schema([lab.dose, lab.n_cells], coerce=True).save()
    curator = DataFrameCurator(df, schema)
    curator.validate()
    assert curator.dataset.dtypes[["dose", "n_cells"]].astype(str).tolist() == ["float64", "int64"]


def test_strings_become_categories_if_that_is_wanted(lab) -> None:
    df = frame(perturbation=["DMSO", "IFNG", "x"])
    assert errors_of(DataFrameCurator(df, ln.Schema([lab.perturbation]).save())) == [
        "expected series 'perturbation' to have type category, got object"
    ]
    schema = ln.Schema([lab.perturbation], coerce=True).save()
    assert [e.partition("\n")[0] for e in errors_of(DataFrameCurator(df, schema))] == [
        "1 term not validated in feature 'perturbation': 'x'"
    ]


# -- mending


def test_standardize_adds_columns_and_fills_missing_values(instance, capsys) -> None:
    ln.ULabel(name="DMSO").save()
    features = [
        ln.Feature(name="dose", dtype=float, default_value=0.5).save(),
        ln.Feature(name="treated_with", dtype=ln.ULabel, default_value="DMSO").save(),
        ln.Feature(name="note", dtype=str).save(),
        ln.Feature(name="time", dtype=int).save().with_config(optional=True),
    ]
    df = pd.DataFrame({"treated_with": pd.Categorical([None, "x"], categories=["x"])})
    curator = DataFrameCurator(df, ln.Schema(features).save())
    capsys.readouterr()
    curator.standardize()
    assert capsys.readouterr().out == (
        "→ added column dose with fill value 0.5\n→ added column note with fill value None\n"
    )
    assert list(df.columns) == ["treated_with", "dose", "note"]
    assert df["treated_with"].tolist() == ["DMSO", "x"]
    assert str(df["treated_with"].dtype) == "category"
    assert df["dose"].tolist() == [0.5, 0.5]
    assert df["note"].isna().all()


def test_standardize_cannot_invent_values(lab) -> None:
    curator = DataFrameCurator(frame(n_cells=None), ln.Schema([lab.n_cells]).save())
    with pytest.raises(ValidationError) as caught:
        curator.standardize()
    assert str(caught.value) == (
        "Missing column n_cells cannot be added because is not nullable and has no default value"
    )


def test_the_usual_work(lab) -> None:
    df = frame(perturbation=pd.Categorical(["DMSO", "new", "IFNG"]))
    curator = DataFrameCurator(df, ln.Schema([lab.perturbation]).save())
    cat = curator.cat
    with pytest.raises(ValidationError, match="Please run validate"):
        _ = cat.non_validated
    errors_of(curator)
    assert cat.non_validated == {"perturbation": ["new"]}
    assert cat.categoricals == [lab.perturbation]
    curator.cat.add_new_from("perturbation")
    curator.validate()
    assert cat.non_validated == {}
    artifact = curator.save_artifact(key="study/cells.parquet", description="All of it")
    assert set(artifact.ulabels.to_list("name")) == {"DMSO", "IFNG", "new"}
    assert (artifact.key, artifact.description) == ("study/cells.parquet", "All of it")


def test_names_of_columns_are_standardized_in_the_frame(lab) -> None:
    lab.dose.add_synonym("concentration")
    df = frame(dose=None, concentration=[0.5, 1.0, 1.5])
    curator = DataFrameCurator(df, ln.Schema(itype=ln.Feature).save())
    curator.validate()
    curator.cat.standardize("columns")
    assert list(df.columns) == ["perturbation", "n_cells", "note", "dose"]


def test_new_columns_are_registered_as_categorical_features(lab) -> None:
    df = frame(gene=pd.Categorical(["DMSO", "IFNG", "x"]))
    curator = DataFrameCurator(df, ln.Schema(itype=ln.Feature).save())
    curator.validate()
    curator.cat.add_new_from("columns")
    assert ln.Feature.get(name="gene").dtype_as_str == "cat[ULabel]"
    assert len(errors_of(curator)) == 1


# -- names, states and wrong use


def test_repr(lab) -> None:
    schema = ln.Schema([lab.dose], name="doses").save()
    curator = DataFrameCurator(frame(), schema)
    assert repr(curator) == "DataFrameCurator(Schema: doses, unvalidated)"
    curator.validate()
    assert repr(curator) == "DataFrameCurator(Schema: doses, validated)"
    artifact = curator.save_artifact(key="a.parquet")
    assert repr(curator) == f"DataFrameCurator(Schema: doses, validated, artifact: {artifact.uid})"


def test_wrong_arguments(lab) -> None:
    schema = ln.Schema([lab.dose]).save()
    unsaved = ln.Schema([lab.note])
    anndata = ln.Schema(otype="AnnData", slots={"obs": schema}).save()
    other_slot = ln.Schema(otype="DataFrame", slots={"table": schema}).save()
    cases: list[tuple[Any, Any, type[Exception], str]] = [
        (frame(), "doses", InvalidArgument, "schema argument must be a Schema record."),
        (
            frame(),
            unsaved,
            ValueError,
            "Schema must be saved before curation. Please save it using '.save()'.",
        ),
        ([1], schema, InvalidArgument, "dataset must be DataFrame-like."),
        (frame()["dose"], schema, InvalidArgument, "dataset must be DataFrame-like."),
        (None, schema, InvalidArgument, "dataset must be DataFrame-like."),
        (frame(), anndata, InvalidArgument, "Schema otype must be 'DataFrame'."),
        (
            frame(),
            other_slot,
            ValueError,
            "Slot 'table' is not supported for DataFrameCurator. Must be 'attrs'.",
        ),
    ]
    for dataset, schema, error, text in cases:
        with pytest.raises(error) as caught:
            DataFrameCurator(dataset, schema)
        assert str(caught.value) == text


def test_an_unsaved_schema_where_that_is_wanted(lab) -> None:
    schema = ln.Schema([lab.dose, lab.n_cells])
    curator = DataFrameCurator(frame(dose=["x"] * 3), schema, require_saved_schema=False)
    assert len(errors_of(curator)) == 1


def test_other_members_than_those_of_the_schema(lab) -> None:
    schema = ln.Schema([lab.dose]).save()
    DataFrameCurator(frame(dose=None), schema, members=[lab.note]).validate()


def test_a_part_of_a_dataset_cannot_be_saved(lab) -> None:
    from lamindb.curators.core import ComponentCurator

    part = ComponentCurator(frame(), ln.Schema([lab.dose]).save())
    with pytest.raises(NotImplementedError, match="curator of the whole dataset"):
        part.save_artifact(key="a.parquet")


# -- artifacts as datasets


def test_an_artifact(lab, capsys) -> None:
    schema = ln.Schema([lab.perturbation]).save()
    artifact = ln.Artifact.from_dataframe(frame(), key="a.parquet").save()
    artifact = ln.Artifact.get(artifact.uid)
    capsys.readouterr()
    curator = DataFrameCurator(artifact, schema)
    assert capsys.readouterr().out == "→ loading artifact into memory for validation\n"
    assert repr(curator).endswith(f"unvalidated, artifact: {artifact.uid})")
    saved = curator.save_artifact()
    assert saved is artifact
    assert ln.Artifact.get(artifact.uid).schema == schema
    assert set(artifact.ulabels.to_list("name")) == {"DMSO", "IFNG"}
    with pytest.raises(RuntimeError, match="Cannot mutate the dataset when an artifact is passed!"):
        curator.cat.standardize("perturbation")


def test_reading_for_validation_makes_no_input(lab) -> None:
    uid = ln.Artifact.from_dataframe(frame(), key="a.parquet").save().uid
    ln.track(key="check.py", source_code="x", kind="script")
    try:
        DataFrameCurator(ln.Artifact.get(uid), ln.Schema([lab.dose]).save()).save_artifact()
        assert ln.context.run.input_artifacts.count() == 0
    finally:
        ln.finish()


def test_an_artifact_of_another_type(lab, in_tmp) -> None:
    (in_tmp / "a.txt").write_text("x")
    artifact = ln.Artifact("a.txt", key="a.txt").save()
    with pytest.raises(InvalidArgument, match="Cannot load or open artifact of this type: None"):
        DataFrameCurator(artifact, ln.Schema([lab.dose]).save())


# -- number of queries


def test_the_number_of_queries_does_not_depend_on_columns_or_terms(lab, count_queries) -> None:
    counts = []
    for n in (3, 300):
        ln.save([ln.ULabel(name=f"label {n} {i}") for i in range(n)])
        ln.save([ln.Feature(name=f"f{n} {i}", dtype=float) for i in range(n)])
        df = pd.DataFrame({f"f{n} {i}": [0.5] * n for i in range(n)})
        df["perturbation"] = pd.Categorical([f"label {n} {i}" for i in range(n)])
        curator = DataFrameCurator(df, ln.Schema(itype=ln.Feature).save())
        with count_queries() as queries:
            curator.validate()
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 5, counts
