"""`artifact.replace` of validated content: the new content is validated and annotates anew."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument, ValidationError


@pytest.fixture(autouse=True)
def no_run_warnings(instance, monkeypatch) -> None:
    monkeypatch.setattr(ln.settings.creation, "artifact_silence_missing_run_warning", True)
    monkeypatch.setattr(ln.settings, "track_run_inputs", False)


@pytest.fixture(params=["local", "s3"])
def location(request: pytest.FixtureRequest, instance) -> ln.Storage:
    """The default location, and one in a bucket."""
    if request.param == "local":
        return ln.Storage.get()
    bucket = request.getfixturevalue("bucket")
    return ln.Storage(root=bucket.url("data")).save()


@pytest.fixture
def lab(instance) -> SimpleNamespace:
    """Labels, features, and a flexible schema of columns with an external feature."""
    perturbation = ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    dose = ln.Feature(name="dose", dtype=float, coerce=True).save()
    temperature = ln.Feature(name="temperature", dtype=float).save()
    ln.save([ln.ULabel(name=name) for name in ("DMSO", "IFNG", "TNF")])
    flexible = ln.Schema(itype=ln.Feature).save()
    outside = ln.Schema([temperature]).save()
    schema = ln.Schema(
        [perturbation], slots={"__external__": outside}, otype="DataFrame", flexible=True
    ).save()
    return SimpleNamespace(
        perturbation=perturbation, dose=dose, flexible=flexible, schema=schema, outside=outside
    )


def frame(*labels: str, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"perturbation": pd.Categorical(labels), **columns})


def saved(lab, location=None, **options: Any) -> ln.Artifact:
    """A validated artifact with an external value and a label of its own."""
    artifact = ln.Artifact.from_dataframe(
        frame("DMSO", "IFNG", dose=[0.5, 1.0]),
        key="a.parquet",
        schema=lab.schema,
        features={"temperature": 21.6},
        storage=location,
        **options,
    ).save()
    artifact.ulabels.add(ln.ULabel(name="My study").save())
    return artifact


def annotations(artifact: ln.Artifact) -> dict[str, Any]:
    """What is stored about an artifact."""
    stored = ln.Artifact.get(artifact.uid)
    return {
        "values": stored.features.get_values(),
        "columns": stored.features.slots["columns"].members.to_list("name"),
        "labels": sorted(stored.ulabels.to_list("name")),
        "hash": stored.hash,
        "schema": stored.schema_id,
    }


def test_annotations_of_the_dataset_are_replaced_and_others_stay(lab, location) -> None:
    artifact = saved(lab, location)
    new = frame("TNF", "TNF")
    assert artifact.replace(new) is None
    artifact.save()
    found = annotations(artifact)
    assert found["values"] == {"perturbation": "TNF", "temperature": 21.6}
    assert found["columns"] == ["perturbation"]
    assert found["labels"] == ["My study", "TNF"]
    assert ln.Artifact.get(artifact.uid).load().equals(new)


def test_content_that_is_not_valid_leaves_everything_as_it_was(lab, location) -> None:
    artifact = saved(lab, location)
    before = annotations(artifact)
    cases = [
        (frame("DMSO", "IFNJ"), "1 term not validated in feature 'perturbation': 'IFNJ'"),
        (frame("DMSO").drop(columns="perturbation"), "column 'perturbation' not in dataframe"),
        (frame("DMSO", dose=["x"]), "Error while coercing 'dose' to type float"),
    ]
    for data, text in cases:
        with pytest.raises(ValidationError, match=text):
            artifact.replace(data)
    artifact.save()
    assert annotations(artifact) == before


def test_a_file_and_converted_values(lab, tmp_path) -> None:
    artifact = saved(lab)
    path = tmp_path / "new.parquet"
    frame("TNF", dose=["2.5"]).to_parquet(path)
    artifact.replace(path)
    artifact.save()
    assert artifact.load()["dose"].tolist() == [2.5]
    assert pd.read_parquet(path)["dose"].tolist() == ["2.5"]
    assert annotations(artifact)["values"] == {"perturbation": "TNF", "temperature": 21.6}
    frame("IFNJ").to_parquet(path)
    with pytest.raises(ValidationError, match="'IFNJ'"):
        artifact.replace(path)


def test_text_files_are_validated_as_new_content(lab) -> None:
    coercing = ln.Schema([lab.perturbation], coerce=True).save()
    artifact = ln.Artifact.from_dataframe(frame("DMSO"), key="a.csv", schema=coercing).save()
    with pytest.raises(ValidationError, match="'IFNJ'"):
        artifact.replace(frame("IFNJ"))
    artifact.replace(frame("TNF"))
    artifact.save()
    assert annotations(artifact)["values"] == {"perturbation": "TNF"}


def test_slots_of_an_anndata(lab) -> None:
    def make(label: str, **uns: Any) -> anndata.AnnData:
        obs = pd.DataFrame({"perturbation": [label] * 2}, index=["s1", "s2"])
        return anndata.AnnData(np.ones((2, 1), "float32"), obs=obs, uns=uns)

    schema = ln.Schema(otype="AnnData", slots={"obs": lab.flexible, "uns": lab.flexible}).save()
    artifact = ln.Artifact.from_anndata(make("DMSO", dose=1.0), key="a.h5ad", schema=schema).save()
    assert set(artifact.features.slots) == {"obs", "uns"}
    artifact.replace(make("IFNG"))
    artifact.save()
    artifact = ln.Artifact.get(artifact.uid)
    assert artifact.features.get_values() == {"perturbation": "IFNG"}
    assert set(artifact.features.slots) == {"obs"}  # no key of `uns` is left


def test_data_of_another_type(lab, tmp_path) -> None:
    artifact = saved(lab)
    before = annotations(artifact)
    (tmp_path / "a.txt").write_text("hello")
    for data in (anndata.AnnData(np.ones((2, 1))), tmp_path / "a.txt"):
        with pytest.raises(InvalidArgument) as caught:
            artifact.replace(data)
        assert str(caught.value).startswith(
            f"Artifact {artifact.uid} is validated as DataFrame by schema {lab.schema.uid}, "
        )
    assert annotations(artifact) == before


def test_an_unsaved_artifact(lab) -> None:
    artifact = ln.Artifact.from_dataframe(frame("DMSO"), key="a.parquet", schema=lab.flexible)
    with pytest.raises(InvalidArgument, match="pass the new content to from_dataframe"):
        artifact.replace(frame("TNF"))


def test_schemas_of_external_features_do_not_concern_the_content(lab, tmp_path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    artifact = ln.Artifact(
        tmp_path / "a.txt", key="a.txt", schema=lab.outside, features={"temperature": 21.6}
    ).save()
    artifact.replace(tmp_path / "b.txt")
    artifact.save()
    assert artifact.features.get_values() == {"temperature": 21.6}


def test_a_failure_while_saving_leaves_annotations_as_they_were(lab, monkeypatch) -> None:
    from lamindb.storage.staging import StagedCopy

    artifact = saved(lab)
    before = annotations(artifact)
    artifact.replace(frame("TNF"))

    def fail(*args: Any) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(StagedCopy, "place", fail)
        with pytest.raises(OSError, match="no space left"):
            artifact.save()
    assert annotations(artifact) == before
    artifact.save()
    assert annotations(artifact)["values"] == {"perturbation": "TNF", "temperature": 21.6}
