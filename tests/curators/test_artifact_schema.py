"""`Artifact.from_…(schema=…)` and `Artifact(…, schema=…)`: validated before anything is written."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument, ValidationError

FIX = "    → fix typos, remove non-existent values, or save terms via: curator.cat.add_new_from"


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """Two labels, features, and a schema of columns."""
    perturbation = ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    dose = ln.Feature(name="dose", dtype=float, coerce=True).save()
    return SimpleNamespace(
        labels=[ln.ULabel(name=name).save() for name in ("DMSO", "IFNG")],
        perturbation=perturbation,
        dose=dose,
        temperature=ln.Feature(name="temperature", dtype=float).save(),
        flexible=ln.Schema(itype=ln.Feature).save(),
        schema=ln.Schema([perturbation, dose], name="doses").save(),
        root=instance.storage.root,
    )


def frame(second: str = "IFNG", dose: Any = 0.5) -> pd.DataFrame:
    """A data frame that is valid by default."""
    return pd.DataFrame({"perturbation": pd.Categorical(["DMSO", second]), "dose": [dose, dose]})


def state(root: Any) -> tuple[dict[str, int], list[str]]:
    """Number of rows of all tables, and all files in storage."""
    from django.apps import apps

    models = apps.get_app_config("lamindb").get_models(include_auto_created=True)
    counts = {model._meta.db_table: model._base_manager.count() for model in models}
    database = ("lamin.db", "lamin.db-wal", "lamin.db-shm")
    files = [str(p) for p in Path(str(root)).rglob("*") if p.is_file() and p.name not in database]
    return counts, sorted(files)


# -- what is printed, and when


def test_the_order_of_the_log(lab, capsys) -> None:
    ln.settings.creation.artifact_silence_missing_run_warning = True
    try:
        first = ln.Artifact.from_dataframe(frame("IFNJ"), key="a.parquet").save()
        capsys.readouterr()
        with pytest.raises(ValidationError) as caught:
            ln.Artifact.from_dataframe(frame("IFNJ"), key="a.parquet", schema=lab.flexible)
        text = f"1 term not validated in feature 'perturbation': 'IFNJ'\n{FIX}('perturbation')"
        assert str(caught.value) == text
        assert capsys.readouterr().out == (
            f"→ returning artifact with same hash: {first!r}; to track this artifact as an input, "
            "use: ln.Artifact.get()\n"
            "→ loading artifact into memory for validation\n"
            f"! {text}\n"
        )
        artifact = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=lab.flexible)
        root = ln.settings.storage.root_as_str
        assert capsys.readouterr().out == (
            f"→ creating new artifact version for key 'a.parquet' in storage '{root}'\n"
            "→ loading artifact into memory for validation\n"
        )
    finally:
        ln.settings.creation.artifact_silence_missing_run_warning = False
    assert artifact.save().uid == f"{first.stem_uid}0001"


def test_what_is_saved(lab) -> None:
    artifact = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=lab.schema).save()
    artifact = ln.Artifact.get(artifact.uid)
    assert artifact.schema == lab.schema
    assert artifact.features.slots == {"columns": lab.schema}
    assert artifact.schemas.get() == lab.schema
    assert artifact.features.get_values() == {"perturbation": {"DMSO", "IFNG"}}
    assert {link.feature for link in artifact.links_ulabel.all()} == {lab.perturbation}


# -- failures leave nothing


def test_a_failure_leaves_database_and_storage_as_they_were(lab) -> None:
    ln.Artifact.from_dataframe(frame("IFNJ"), key="known.parquet").save()
    before = state(lab.root)
    cases: list[tuple[Any, dict[str, Any]]] = [
        (frame("x"), {"key": "a.parquet"}),
        (frame("IFNJ"), {"key": "known.parquet"}),
        (frame(dose="x"), {"key": "a.parquet"}),
        (frame(dose="x"), {"key": "known.parquet"}),
        (frame("x"), {"key": "a.csv"}),
        (frame(), {"key": "a.parquet", "features": {"temperature": "warm"}}),
        (frame(), {"key": "a.parquet", "features": {"no feature": 1}}),
    ]
    for data, options in cases:
        with pytest.raises(ValidationError):
            ln.Artifact.from_dataframe(data, schema=lab.schema, **options)
    assert state(lab.root) == before
    assert not list((Path(ln.settings.cache_dir) / "tmp").glob("*"))


def test_a_failure_while_saving_leaves_nothing(lab, monkeypatch) -> None:
    from lamindb.models.annotate import dataset

    artifact = ln.Artifact.from_dataframe(
        frame(), key="a.parquet", schema=lab.flexible, features={"temperature": 21.6}
    )
    before = state(lab.root)

    def fail(*args: Any) -> None:
        raise RuntimeError("no more")

    with monkeypatch.context() as patch:
        patch.setattr(dataset.writing, "link_shared_values", fail)
        with pytest.raises(RuntimeError, match="no more"):
            artifact.save()
    assert state(lab.root) == before
    artifact.save()  # everything is written by the second attempt
    assert artifact.features.get_values() == {"perturbation": {"DMSO", "IFNG"}, "temperature": 21.6}
    assert list(artifact.features.slots) == ["columns"]


def test_what_is_no_schema_is_refused_first(lab) -> None:
    before = state(lab.root)
    unsaved = ln.Schema([lab.temperature])
    cases: list[tuple[Any, type[Exception], str]] = [
        ("doses", InvalidArgument, "schema argument must be a Schema record."),
        (lab.dose, InvalidArgument, "schema argument must be a Schema record."),
        (unsaved, ValueError, "Schema must be saved before curation."),
    ]
    for schema, error, text in cases:
        with pytest.raises(error, match=text):
            ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=schema)
    assert state(lab.root) == before


# -- stored values


def test_the_stored_file_has_the_converted_values(lab) -> None:
    df = frame(dose="0.5")
    artifact = ln.Artifact.from_dataframe(df, key="a.parquet", schema=lab.schema).save()
    assert df["dose"].tolist() == ["0.5", "0.5"]
    assert artifact.load()["dose"].tolist() == [0.5, 0.5]
    assert pd.read_parquet(artifact.path)["dose"].tolist() == [0.5, 0.5]


def test_a_path(lab, capsys) -> None:
    frame().to_parquet("a.parquet")
    frame(dose="0.5").to_parquet("b.parquet")
    frame("IFNJ").to_parquet("c.parquet")
    capsys.readouterr()
    artifact = ln.Artifact.from_dataframe("a.parquet", key="a.parquet", schema=lab.schema).save()
    assert "→ loading artifact into memory for validation\n" in capsys.readouterr().out
    assert artifact.features.get_values() == {"perturbation": {"DMSO", "IFNG"}}
    assert artifact.n_observations == 2
    artifact = ln.Artifact.from_dataframe("b.parquet", key="b.parquet", schema=lab.schema).save()
    assert pd.read_parquet(artifact.path)["dose"].tolist() == [0.5, 0.5]
    assert artifact.load()["dose"].tolist() == [0.5, 0.5]
    assert pd.read_parquet("b.parquet")["dose"].tolist() == ["0.5", "0.5"]
    with pytest.raises(ValidationError, match="'IFNJ'"):
        ln.Artifact.from_dataframe("c.parquet", key="c.parquet", schema=lab.schema)


@pytest.mark.parametrize(
    ("name", "construct"),
    [("a.parquet", "from_dataframe"), ("a.h5ad", "from_anndata")],
)
def test_a_file_that_cannot_be_read(lab, name, construct) -> None:
    Path(name).write_bytes(b"no such file")
    otype = "AnnData" if name == "a.h5ad" else "DataFrame"
    schema = lab.schema
    if otype == "AnnData":
        schema = ln.Schema(otype=otype, slots={"obs": lab.schema}).save()
    before = state(lab.root)
    with pytest.raises(ValidationError, match=f"{name} cannot be read as {otype}: "):
        getattr(ln.Artifact, construct)(name, key=name, schema=schema)
    assert state(lab.root) == before
    with pytest.raises(FileNotFoundError):
        getattr(ln.Artifact, construct)(f"no_{name}", key=name, schema=schema)


def test_text_files_have_no_types(lab, capsys) -> None:
    frame(dose="0.5").to_csv("a.csv", index=False)
    with pytest.raises(ValidationError, match="to have type category, got object"):
        ln.Artifact.from_dataframe("a.csv", key="a.csv", schema=lab.schema)
    coercing = ln.Schema([lab.perturbation, lab.dose], coerce=True).save()
    capsys.readouterr()
    artifact = ln.Artifact.from_dataframe("a.csv", key="a.csv", schema=coercing).save()
    assert "stays as it is" not in capsys.readouterr().out
    assert artifact.features.get_values() == {"perturbation": {"DMSO", "IFNG"}}


def test_a_path_in_storage_stays_as_it_is(lab, capsys) -> None:
    path = f"{lab.root}/b.parquet"
    frame(dose="0.5").to_parquet(path)
    artifact = ln.Artifact.from_dataframe(path, schema=lab.schema).save()
    assert "but the file stays as it is because it is in a storage location" in (
        capsys.readouterr().out
    )
    assert pd.read_parquet(path)["dose"].tolist() == ["0.5", "0.5"]
    assert artifact.schema == lab.schema


# -- existing artifacts


def test_the_same_content_with_another_schema(lab) -> None:
    first = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=lab.schema).save()
    other = ln.Schema([lab.dose]).save()
    again = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=other).save()
    assert again == first
    again = ln.Artifact.get(first.uid)
    assert again.schema == other
    assert again.features.slots == {"columns": other}
    assert set(again.ulabels.to_list("name")) == {"DMSO", "IFNG"}  # labels accumulate


def test_a_failure_does_not_touch_the_schema_of_an_existing_artifact(lab) -> None:
    first = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=lab.schema).save()
    strict = ln.Schema([lab.perturbation, lab.temperature]).save()
    with pytest.raises(ValidationError, match="column 'temperature' not in dataframe"):
        ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=strict)
    assert ln.Artifact.get(first.uid).schema == lab.schema


def test_csv_is_not_validated_again(lab, capsys) -> None:
    first = ln.Artifact.from_dataframe(frame(), key="a.csv", schema=lab.schema).save()
    assert first.schema == lab.schema
    other = ln.Schema([lab.dose]).save()
    capsys.readouterr()
    again = ln.Artifact.from_dataframe(
        frame(), key="a.csv", schema=other, features={"temperature": 21.6}
    ).save()
    assert (
        "! not re-validating existing artifact as it was stored as .csv, which does not maintain "
        "categorical dtype information\n"
    ) in capsys.readouterr().out
    assert ln.Artifact.get(again.uid).schema == lab.schema
    assert again.features.get_values()["temperature"] == 21.6


def test_a_schema_with_a_suffix(lab) -> None:
    schema = ln.Schema([lab.dose], suffix=".parquet").save()
    artifact = ln.Artifact.from_dataframe(frame(), key="a.csv", schema=schema)
    before = state(lab.root)
    with pytest.raises(ValidationError) as caught:
        artifact.save()
    assert str(caught.value) == (
        "Artifact not validated. Artifact suffix '.csv' does not match schema suffix '.parquet'."
    )
    assert state(lab.root) == before
    ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=schema).save()


# -- features of the dataset as a whole


@pytest.fixture
def external(lab) -> ln.Schema:
    """A schema of columns and of external features."""
    note = ln.Feature(name="note", dtype=str).save()
    outside = ln.Schema([lab.temperature, note.with_config(optional=True)]).save()
    return ln.Schema([lab.perturbation], slots={"__external__": outside}, otype="DataFrame").save()


def test_external_features(lab, external, capsys) -> None:
    with pytest.raises(ValidationError) as caught:
        ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=external)
    assert str(caught.value) == (
        "External features slot is defined in schema but no external features were provided."
    )
    artifact = ln.Artifact.from_dataframe(
        frame(), key="a.parquet", schema=external, features={"temperature": 21.6}
    ).save()
    assert artifact.features.get_values(external_only=True) == {"temperature": 21.6}
    assert list(artifact.features.slots) == ["columns"]
    capsys.readouterr()
    again = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=external).save()
    assert (
        "→ no new external features provided, using existing external features of artifact for "
        "validation\n"
    ) in capsys.readouterr().out
    assert again.features.get_values(external_only=True) == {"temperature": 21.6}
    again = ln.Artifact.from_dataframe(
        frame(), key="a.parquet", schema=external, features={"temperature": 22.6}
    ).save()
    assert again.features.get_values(external_only=True) == {"temperature": 22.6}


def test_wrong_external_features_and_wrong_columns_are_reported_together(lab, external) -> None:
    with pytest.raises(ValidationError) as caught:
        ln.Artifact.from_dataframe(
            frame("x"), key="a.parquet", schema=external, features={"temperature": "warm"}
        )
    slots = [(failure.slot, failure.column) for failure in caught.value.report.failures]
    assert slots == [("__external__", None), (None, "perturbation")]
    assert "expected series 'temperature' to have type float, got str" in str(caught.value)


@pytest.mark.parametrize(
    ("features", "text"),
    [
        ({"note": "x"}, "column 'temperature' not in dataframe. Columns in dataframe: ['note']"),
        ({"temperature": 21.6, "dose": 1.0}, "not in the provided schema: ['dose']"),
        ({"temperature": 21.6, "nothing": 1}, "These keys could not be validated: ['nothing']"),
    ],
)
def test_external_features_that_do_not_fit(lab, external, features, text) -> None:
    with pytest.raises(ValidationError) as caught:
        ln.Artifact.from_dataframe(frame(), key="a.parquet", schema=external, features=features)
    assert text in str(caught.value)


def test_features_without_an_external_slot(lab) -> None:
    artifact = ln.Artifact.from_dataframe(
        frame(), key="a.parquet", schema=lab.schema, features={"temperature": 21.6}
    ).save()
    assert artifact.features.get_values(external_only=True) == {"temperature": 21.6}


def test_external_values_are_ruled_by_the_schema(lab, external) -> None:
    artifact = ln.Artifact.from_dataframe(
        frame(), key="a.parquet", schema=external, features={"temperature": 21.6}
    ).save()
    for call in (artifact.features.add_values, artifact.features.remove_values):
        with pytest.raises(ValueError, match="values if artifact has external schema"):
            call({"temperature": 1.0})
    with pytest.raises(ValidationError, match="column 'temperature' not in dataframe"):
        artifact.features.set_values({"note": "x"})
    with pytest.raises(ValidationError, match=r"not in the provided schema: \['dose'\]"):
        artifact.features.update_values({"dose": 1.0})
    with pytest.raises(ValidationError, match="column 'temperature' not in dataframe"):
        artifact.features.update_values({"temperature": None})
    artifact.features.update_values({"note": "x"})
    assert artifact.features.get_values(external_only=True) == {"note": "x", "temperature": 21.6}
    artifact.features.set_values({"temperature": 1.5})
    assert artifact.features.get_values(external_only=True) == {"temperature": 1.5}
    assert set(artifact.ulabels.to_list("name")) == {"DMSO", "IFNG"}  # of the dataset


# -- plain artifacts


def test_a_file_with_features(lab) -> None:
    Path("image.png").write_bytes(b"x")
    schema = ln.Schema([lab.temperature]).save()
    before = state(lab.root)
    with pytest.raises(ValidationError) as caught:
        ln.Artifact("image.png", key="image.png", schema=schema)
    assert str(caught.value).startswith(
        "Schema defines features but no feature values were provided."
    )
    with pytest.raises(ValidationError, match="column 'temperature' not in dataframe"):
        ln.Artifact("image.png", key="image.png", schema=schema, features={})
    with pytest.raises(ValidationError, match="got str"):
        ln.Artifact("image.png", key="i.png", schema=schema, features={"temperature": "x"})
    assert state(lab.root) == before
    artifact = ln.Artifact(
        "image.png", key="image.png", schema=schema, features={"temperature": 21.6}
    ).save()
    artifact = ln.Artifact.get(artifact.uid)
    assert artifact.schema == schema
    assert artifact.features.get_values() == {"temperature": 21.6}
    assert artifact.features.slots == {}
    with pytest.raises(ValueError, match="Cannot add values if artifact has external schema"):
        artifact.features.add_values({"temperature": 22.6})


def test_an_external_slot_alone_works_on_any_artifact(lab) -> None:
    outside = ln.Schema([lab.temperature]).save()
    schema = ln.Schema(slots={"__external__": outside}).save()
    frame().to_parquet("a.parquet")
    Path("a.txt").write_text("x")
    values = {"temperature": 21.6}
    artifacts = [
        ln.Artifact("a.txt", key="a.txt", schema=schema, features=values).save(),
        ln.Artifact("a.parquet", key="a.parquet", schema=schema, features=values).save(),
        ln.Artifact.from_dataframe(
            frame(dose=2.5), key="b.parquet", schema=schema, features=values
        ).save(),
    ]
    assert [artifact.features.get_values() for artifact in artifacts] == [values] * 3
    assert [artifact.schema for artifact in artifacts] == [schema] * 3
    Path("c.txt").write_text("new")
    with pytest.raises(ValidationError, match="External features slot is defined in schema but"):
        ln.Artifact("c.txt", key="c.txt", schema=schema)


def test_schemas_of_datasets_need_another_constructor(lab) -> None:
    Path("a.txt").write_text("x")
    frame().to_parquet("a.parquet")
    composite = ln.Schema(otype="AnnData", slots={"obs": lab.schema}).save()
    with pytest.raises(InvalidArgument) as caught:
        ln.Artifact("a.txt", key="a.txt", schema=composite)
    assert str(caught.value).startswith(
        "Schema defines dataset content and cannot be validated by Artifact(). Use "
        "Artifact.from_dataframe(), Artifact.from_anndata(),"
    )
    with pytest.raises(InvalidArgument, match=r"Use Artifact.from_dataframe\(\)."):
        ln.Artifact("a.parquet", key="a.parquet", schema=lab.schema)
    with pytest.raises(InvalidArgument, match="Schema otype must be 'DataFrame'"):
        ln.Artifact.from_dataframe("a.parquet", key="a.parquet", schema=composite)


# -- number of queries


def test_the_number_of_queries_does_not_depend_on_the_dataset(lab, count_queries) -> None:
    counts = []
    for n in (2, 3, 100):
        names = [f"label {n} {i}" for i in range(n)]
        ln.save([ln.ULabel(name=name) for name in names])
        ln.save([ln.Feature(name=f"f{n} {i}", dtype=float) for i in range(n)])
        columns: dict[str, Any] = {f"f{n} {i}": [0.5] * n for i in range(n)}
        df = pd.DataFrame({"perturbation": pd.Categorical(names), **columns})
        with count_queries() as queries:
            artifact = ln.Artifact.from_dataframe(df, key=f"{n}.parquet", schema=lab.flexible)
        n_constructing = queries.count
        with count_queries() as queries:
            artifact.save()
        counts.append((n_constructing, queries.count))
        assert artifact.ulabels.count() == n
        assert artifact.features.slots["columns"].n_members == n + 1
    assert counts[1] == counts[2], counts
    assert sum(counts[0]) <= 30, counts


# -- well-known schemas


def test_all_registered_features_by_a_well_known_name(lab) -> None:
    artifact = ln.Artifact.from_dataframe(frame(), key="a.parquet", schema="valid_features").save()
    assert artifact.schema == ln.Schema.get(name="valid_features")
    assert artifact.features.slots["columns"].members.to_list("name") == ["perturbation", "dose"]
    with pytest.raises(InvalidArgument, match="schema argument must be a Schema record"):
        ln.Artifact("a.parquet", key="a.parquet", schema="valid_features")


def test_genes_and_features_by_a_well_known_name(bionty_instance) -> None:
    import anndata

    import bionty as bt

    human = bt.Organism(name="human").save()
    gene = bt.Gene(ensembl_gene_id="ENSG00000153563", symbol="CD8A", organism=human).save()
    dose = ln.Feature(name="dose", dtype=float).save()
    obs = pd.DataFrame({"dose": [0.5, 1.0]}, index=["a", "b"])
    var = pd.DataFrame(index=["ENSG00000153563"])
    adata = anndata.AnnData(obs=obs, var=var)
    artifact = ln.Artifact.from_anndata(
        adata, key="a.h5ad", schema="ensembl_gene_ids_and_valid_features_in_obs"
    ).save()
    members = {slot: schema.members.one() for slot, schema in artifact.features.slots.items()}
    assert members == {"obs": dose, "var.T": gene}
