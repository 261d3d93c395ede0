"""What a validated dataset is annotated with, all in the transaction of the artifact."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import lamindb as ln
from lamindb.curators import DataFrameCurator
from lamindb.models import ArtifactSchema, ArtifactULabel


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """Labels and features."""
    return SimpleNamespace(
        labels=[ln.ULabel(name=name).save() for name in ("DMSO", "IFNG", "TNF")],
        perturbation=ln.Feature(name="perturbation", dtype=ln.ULabel).save(),
        tags=ln.Feature(name="tags", dtype=list[ln.ULabel]).save(),
        dose=ln.Feature(name="dose", dtype=float).save(),
        note=ln.Feature(name="note", dtype=str).save(),
    )


@pytest.fixture
def n_max_records() -> Any:
    """Lower the number of records that are linked; restored afterwards."""
    before = ln.settings.annotation.n_max_records
    ln.settings.annotation.n_max_records = 2
    yield 2
    ln.settings.annotation.n_max_records = before


def frame(**columns: Any) -> pd.DataFrame:
    """Three rows with some columns exchanged or added."""
    return pd.DataFrame(
        {
            "dose": [0.5, 1.0, 1.5],
            "perturbation": pd.Categorical(["DMSO", "IFNG", "DMSO"]),
            **columns,
        }
    )


def links(artifact: ln.Artifact) -> list[tuple[str, str | None]]:
    """Names of labels and of the features that they are values of."""
    rows = ArtifactULabel.filter(artifact=artifact).order_by("feature__name", "ulabel__name")
    return list(rows.values_list("ulabel__name", "feature__name"))


# -- labels


def test_labels_of_each_feature(lab) -> None:
    df = frame(tags=[["TNF", "DMSO"], [], ["TNF"]])
    schema = ln.Schema(itype=ln.Feature).save()
    artifact = ln.Artifact.from_dataframe(df, key="a.parquet", schema=schema).save()
    assert links(artifact) == [
        ("DMSO", "perturbation"),
        ("IFNG", "perturbation"),
        ("DMSO", "tags"),
        ("TNF", "tags"),
    ]


def test_labels_of_several_registries(lab) -> None:
    by = ln.Feature(name="by", dtype=[ln.ULabel, ln.User.handle]).save()
    user = ln.User.filter().first()
    df = frame(by=pd.Categorical(["DMSO", user.handle, "DMSO"]))
    artifact = ln.Artifact.from_dataframe(df, key="a.parquet", schema=ln.Schema([by]).save()).save()
    assert artifact.users.get() == user
    assert links(artifact) == [("DMSO", "by")]


def test_links_that_exist_stay(lab) -> None:
    artifact = ln.Artifact.from_dataframe(frame(), key="a.parquet").save()
    artifact.ulabels.add(lab.labels[0])
    before = ArtifactULabel.get(artifact=artifact)
    schema = ln.Schema([lab.perturbation]).save()
    DataFrameCurator(artifact, schema).save_artifact()
    again = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=schema).save()
    assert again == artifact
    assert links(artifact) == [
        ("DMSO", "perturbation"),
        ("IFNG", "perturbation"),
        ("DMSO", None),
    ] or links(artifact) == [
        ("DMSO", None),
        ("DMSO", "perturbation"),
        ("IFNG", "perturbation"),
    ]
    assert ArtifactULabel.filter(pk=before.pk).count() == 1


def test_very_many_labels_are_not_linked(lab, n_max_records, capsys) -> None:
    df = frame(tags=[["TNF", "DMSO"], ["IFNG"], []])
    schema = ln.Schema([lab.perturbation, lab.tags]).save()
    artifact = ln.Artifact.from_dataframe(df, key="a.parquet", schema=schema)
    capsys.readouterr()
    artifact.save()
    assert (
        "→ not annotating with 3 labels for feature tags as it exceeds 2 "
        "(ln.settings.annotation.n_max_records)\n"
    ) in capsys.readouterr().out
    assert links(artifact) == [("DMSO", "perturbation"), ("IFNG", "perturbation")]


# -- feature sets


def test_a_rigid_schema_is_its_own_feature_set(lab, capsys) -> None:
    schema = ln.Schema([lab.perturbation, lab.dose]).save()
    artifact = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=schema)
    capsys.readouterr()
    artifact.save()
    assert "→ returning schema with same hash: Schema(uid='" in capsys.readouterr().out
    assert artifact.features.slots == {"columns": schema}
    assert ln.Schema.filter().count() == 1


def test_what_a_feature_set_inherits(lab) -> None:
    sample = ln.Feature(name="sample", dtype=str).save()
    schema = ln.Schema(
        [lab.perturbation, lab.note.with_config(optional=True)],
        index=sample,
        flexible=True,
        coerce=True,
        maximal_set=True,
        ordered_set=True,
    ).save()
    df = frame().set_axis(["a", "b", "c"])[["perturbation", "dose"]]
    artifact = ln.Artifact.from_dataframe(df, key="a.parquet", schema=schema).save()
    found = artifact.features.slots["columns"]
    assert found.members.to_list("name") == ["sample", "perturbation", "dose"]
    assert found.index == sample
    flags = (found.minimal_set, found.maximal_set, found.ordered_set, found.coerce, found.flexible)
    assert flags == (True, True, True, True, False)
    assert (found.itype, found.n_members, found.otype) == ("Feature", 3, None)


def test_very_large_feature_sets_have_no_members(lab, n_max_records) -> None:
    df = frame(note=["a", "b", "c"])
    flexible = ln.Schema(itype=ln.Feature).save()
    artifact = ln.Artifact.from_dataframe(df, key="a.parquet", schema=flexible).save()
    found = artifact.features.slots["columns"]
    assert (found.n_members, found.members.count()) == (3, 0)
    listed = ln.Schema([lab.dose, lab.perturbation, lab.note]).save()
    again = ln.Artifact.from_dataframe(df, key="a.parquet", schema=flexible).save()
    assert again.features.slots == {"columns": listed}


def test_another_feature_set_replaces_the_one_in_the_slot(lab) -> None:
    first = ln.Schema([lab.perturbation]).save()
    second = ln.Schema([lab.dose]).save()
    artifact = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=first).save()
    curator = DataFrameCurator(artifact, second)
    curator.save_artifact()
    assert list(ArtifactSchema.filter(artifact=artifact).values_list("slot", "schema")) == [
        ("columns", second.pk)
    ]


def test_a_dataset_without_known_columns_has_no_feature_set(lab) -> None:
    df = pd.DataFrame({"x": [1]})
    schema = ln.Schema(itype=ln.Feature).save()
    artifact = ln.Artifact.from_dataframe(df, key="a.parquet", schema=schema).save()
    assert artifact.schema == schema
    assert artifact.features.slots == {}


# -- ways to save


def test_saving_many_at_once(lab) -> None:
    schema = ln.Schema([lab.perturbation]).save()
    artifacts = [
        ln.Artifact.from_dataframe(frame(dose=[i, i, i]), key=f"{i}.parquet", schema=schema)
        for i in range(3)
    ]
    ln.save(artifacts)
    for artifact in artifacts:
        found = ln.Artifact.get(artifact.uid)
        assert (found.schema, found.features.slots) == (schema, {"columns": schema})
        assert found.features.get_values() == {"perturbation": {"DMSO", "IFNG"}}


def test_a_curator_saves_further_versions(lab) -> None:
    schema = ln.Schema([lab.perturbation]).save()
    first = DataFrameCurator(frame(), schema).save_artifact(key="a.parquet")
    second = DataFrameCurator(frame(dose=[0.0, 1, 2]), schema).save_artifact(revises=first)
    assert second.stem_uid == first.stem_uid
    assert second.features.slots == {"columns": schema}


def test_data_that_cannot_change_are_not_validated_twice(lab, count_queries) -> None:
    table = pa.table({"perturbation": pa.array(["DMSO", "IFNG"]).dictionary_encode()})
    curator = DataFrameCurator(table, ln.Schema([lab.perturbation]).save())
    curator.validate()
    with count_queries() as queries:
        artifact = curator.save_artifact(key="a.parquet")
    asked = [sql for sql in queries.statements if sql.startswith("SELECT") and "ulabel" in sql]
    assert asked == []
    assert artifact.ulabels.to_list("name") == ["DMSO", "IFNG"]


def test_values_of_the_whole_dataset_with_a_curator(lab) -> None:
    temperature = ln.Feature(name="temperature", dtype=float).save()
    schema = ln.Schema([lab.perturbation]).save()
    curator = DataFrameCurator(frame(), schema, features={"temperature": 21.6})
    artifact = curator.save_artifact(key="a.parquet")
    assert artifact.features.get_values() == {
        "perturbation": {"DMSO", "IFNG"},
        "temperature": 21.6,
    }
    assert ln.Artifact.filter(temperature=21.6).one() == artifact
    assert ln.Artifact.filter(temperature == 21.6).one() == artifact
