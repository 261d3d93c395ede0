"""Hostile values and repeated calls: nothing is stored that was not checked."""

from __future__ import annotations

import warnings
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.curators import AnnDataCurator, DataFrameCurator
from lamindb.errors import FieldValidationError, InvalidArgument, ValidationError
from lamindb.models import ArtifactULabel, JsonValue


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """Labels, features, an artifact."""
    dtypes = {
        "dose": float,
        "note": str,
        "day": date,
        "moment": datetime,
        "study": dict,
        "sizes": list[float],
        "perturbation": ln.ULabel,
    }
    features = {name: ln.Feature(name=name, dtype=dtype).save() for name, dtype in dtypes.items()}
    for name in ("DMSO", "IFNG"):
        ln.ULabel(name=name).save()
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"x": [1]}), key="x.parquet").save()
    return SimpleNamespace(**features, artifact=artifact)


# -- values that databases cannot hold


@pytest.mark.parametrize(
    ("name", "value", "got"),
    [
        ("dose", float("inf"), "got inf, which JSON cannot store"),
        ("sizes", [1.0, float("nan")], "got nan, which JSON cannot store"),
        ("note", "a\0b", "got 'a\\\\x00b', which contains a character that databases cannot store"),
        ("note", "\ud800", "got '\\\\ud800', which contains a character that databases cannot"),
        ("study", {"a": {"b": {1, 2}}}, "got {1, 2} of type set, which JSON cannot store"),
        ("study", {"a": date(2025, 1, 1)}, "of type date, which JSON cannot store"),
        ("study", {"a\0": 1}, "which contains a character that databases cannot store"),
    ],
)
def test_values_that_cannot_be_stored_are_refused(lab, name: str, value: Any, got: str) -> None:
    with pytest.raises(ValidationError) as error:
        lab.artifact.features.add_values({name: value, "day": "2025-01-01"})
    assert got in str(error.value)
    assert JsonValue.filter().count() == 0


def test_numbers_of_numpy_in_dictionaries_become_plain_ones(lab) -> None:
    study = {"n": np.int64(3), "sizes": np.array([0.5, 1.5]), "inner": {"ok": np.bool_(True)}}
    lab.artifact.features.add_values({"study": study})
    expected = {"n": 3, "sizes": [0.5, 1.5], "inner": {"ok": True}}
    assert lab.artifact.features.get_values() == {"study": expected}


def test_missing_times_are_left_out(lab) -> None:
    values = {"moment": pd.NaT, "day": np.datetime64("NaT"), "note": "kept"}
    lab.artifact.features.add_values(values)
    assert lab.artifact.features.get_values() == {"note": "kept"}


def test_times_of_numpy(lab) -> None:
    moment = np.datetime64("2025-01-02T03:04:05", "ns")
    lab.artifact.features.add_values({"moment": moment, "day": np.datetime64("2025-01-02")})
    expected = {"day": date(2025, 1, 2), "moment": datetime(2025, 1, 2, 3, 4, 5)}
    assert lab.artifact.features.get_values() == expected


@pytest.mark.parametrize("value", [[["DMSO"]], {"DMSO": 1}])
def test_nested_labels_are_refused(lab, value: Any) -> None:
    with pytest.raises(ValidationError, match=r"failed dtype check for 'cat\[ULabel\]': got"):
        lab.artifact.features.add_values({"perturbation": value})
    assert ArtifactULabel.filter().count() == 0


# -- queries


def test_a_string_is_no_list_of_values(lab) -> None:
    lab.artifact.features.add_values({"perturbation": "DMSO", "note": "a"})
    for passed in ({"perturbation__in": "DMSO"}, {"note__in": "a"}, {"dose__in": 5}):
        with pytest.raises(InvalidArgument, match="__in needs a list of values, not"):
            ln.Artifact.filter(**passed)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_no_database_holds_matches_nothing(lab, text: str) -> None:
    lab.artifact.features.add_values({"perturbation": "DMSO", "note": "a"})
    assert ln.Artifact.filter(note=text).count() == 0
    assert ln.Artifact.filter(note__contains=text).count() == 0
    with pytest.raises(ln.ULabel.DoesNotExist, match="Did not find a ULabel matching"):
        ln.Artifact.filter(perturbation=text)


# -- terms that databases cannot hold


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_terms_that_no_database_holds_are_not_valid(lab, text: str) -> None:
    df = pd.DataFrame({"perturbation": pd.Categorical(["DMSO", text])})
    schema = ln.Schema([lab.perturbation]).save()
    curator = DataFrameCurator(df, schema)
    with pytest.raises(ValidationError, match="1 term not validated in feature 'perturbation'"):
        curator.validate()
    with pytest.raises(FieldValidationError, match="a character that databases cannot store"):
        curator.cat.add_new_from("perturbation")
    with pytest.raises(FieldValidationError, match="a character that databases cannot store"):
        ln.Feature(name=text, dtype=str)
    assert ln.ULabel.filter().count() == 2


# -- curators that save more than once


def curated(lab, *terms: str) -> tuple[pd.DataFrame, DataFrameCurator]:
    """A data frame that its curator found valid."""
    df = pd.DataFrame({"perturbation": pd.Categorical(terms, categories=["DMSO", "IFNG", "bad"])})
    curator = DataFrameCurator(df, ln.Schema([lab.perturbation]).save())
    curator.validate()
    return df, curator


def labels_of(artifact: ln.Artifact) -> list[str]:
    """Names of the linked labels."""
    return sorted(artifact.ulabels.all().to_list("name"))


def test_what_changed_after_validation_is_checked_again(lab) -> None:
    df, curator = curated(lab, "DMSO", "DMSO")
    df.loc[0, "perturbation"] = "bad"
    with pytest.raises(ValidationError, match="1 term not validated in feature 'perturbation'"):
        curator.save_artifact(key="a.parquet")
    assert ln.Artifact.filter(key="a.parquet").count() == 0
    df.loc[0, "perturbation"] = "IFNG"
    assert labels_of(curator.save_artifact(key="a.parquet")) == ["DMSO", "IFNG"]


def test_saving_changed_data_makes_another_artifact(lab) -> None:
    df, curator = curated(lab, "DMSO", "DMSO")
    first = curator.save_artifact(key="a.parquet")
    df.loc[0, "perturbation"] = "IFNG"
    second = curator.save_artifact(key="b.parquet")
    assert (first.key, second.key, first.uid != second.uid) == ("a.parquet", "b.parquet", True)
    assert (labels_of(first), labels_of(second)) == (["DMSO"], ["DMSO", "IFNG"])
    third = curator.save_artifact(key="b.parquet")
    assert third.uid == second.uid


# -- AnnData whose tables are exchanged


def observations(*terms: str) -> pd.DataFrame:
    """Observations with one categorical column."""
    return pd.DataFrame({"perturbation": pd.Categorical(terms)}, index=["a", "b"])


def test_exchanged_observations_are_what_is_checked(lab) -> None:
    adata = anndata.AnnData(np.zeros((2, 1)), obs=observations("DMSO", "DMSO"))
    obs = ln.Schema([lab.perturbation]).save()
    curator = AnnDataCurator(adata, ln.Schema(otype="AnnData", slots={"obs": obs}).save())
    curator.validate()
    adata.obs = observations("DMSO", "bad")
    with pytest.raises(ValidationError, match="'perturbation' in slot 'obs': 'bad'"):
        curator.save_artifact(key="a.h5ad")
    assert ln.Artifact.filter(key="a.h5ad").count() == 0
    adata.obs = observations("IFNG", "IFNG")
    assert labels_of(curator.save_artifact(key="a.h5ad")) == ["IFNG"]


def test_views_are_checked_as_they_are_after_a_change(lab) -> None:
    adata = anndata.AnnData(np.zeros((2, 1)), obs=observations("DMSO", "IFNG"))
    view = adata[["a"]]
    obs = ln.Schema([lab.perturbation]).save()
    curator = AnnDataCurator(view, ln.Schema(otype="AnnData", slots={"obs": obs}).save())
    curator.validate()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the view that becomes a copy
        view.obs["perturbation"] = pd.Categorical(["bad"])
    with pytest.raises(ValidationError, match="'perturbation' in slot 'obs': 'bad'"):
        curator.save_artifact(key="a.h5ad")


# -- schemas that become equal to another one


def test_members_stay_if_the_schema_would_become_equal_to_another_one(lab) -> None:
    other = ln.Schema([lab.dose]).save()
    schema = ln.Schema([lab.dose, lab.note], name="both").save()
    schema.remove(lab.note)
    with pytest.raises(ValidationError, match=f"Use it instead: ln.Schema.get\\('{other.uid}'\\)"):
        schema.save()
    stored = ln.Schema.get(schema.uid)
    assert (stored.n_members, stored.members.to_list("name")) == (2, ["dose", "note"])
    assert stored.hash == schema.hash
    df = pd.DataFrame({"dose": [1.0]})
    with pytest.raises(ValidationError, match="column 'note' not in dataframe"):
        ln.Artifact.from_dataframe(df, key="a.parquet", schema=stored)
