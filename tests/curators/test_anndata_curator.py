"""`AnnDataCurator` and `Artifact.from_anndata(schema=…)`: observations, variables, metadata."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.curators import AnnDataCurator
from lamindb.errors import InvalidArgument, ValidationError

GENES = {"CD8A": "ENSG00000153563", "CD4": "ENSG00000010610", "CD14": "ENSG00000170458"}


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """Two labels, features, a schema of observations."""
    perturbation = ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    dose = ln.Feature(name="dose", dtype=float, coerce=True).save()
    return SimpleNamespace(
        labels=[ln.ULabel(name=name).save() for name in ("DMSO", "IFNG")],
        perturbation=perturbation,
        dose=dose,
        obs=ln.Schema([perturbation, dose]).save(),
        temperature=ln.Feature(name="temperature", dtype=float).save(),
        day=ln.Feature(name="day", dtype="date").save(),
    )


def make(second: str = "IFNG", dose: Any = 0.5, **uns: Any) -> anndata.AnnData:
    """Three observations of three genes; the perturbations are strings."""
    obs = pd.DataFrame(
        {"perturbation": ["DMSO", second, "DMSO"], "dose": [dose] * 3}, index=["s1", "s2", "s3"]
    )
    var = pd.DataFrame({"is_marker": [True, False, True]}, index=list(GENES.values()))
    x = np.arange(9, dtype="float32").reshape(3, 3)
    return anndata.AnnData(x, obs=obs, var=var, uns=uns)


def composite(**slots: Any) -> ln.Schema:
    """Schema of an AnnData; `var_T` stands for `var.T`."""
    named = {slot.replace("_T", ".T"): schema for slot, schema in slots.items()}
    return ln.Schema(otype="AnnData", slots=named).save()


def failures_of(curator: AnnDataCurator) -> list[tuple[str | None, str | None, str]]:
    """Slot, column and first line of all that is wrong."""
    with pytest.raises(ValidationError) as caught:
        curator.validate()
    assert caught.value.report is not None
    return [(f.slot, f.column, f.error.partition("\n")[0]) for f in caught.value.report.failures]


# -- observations


def test_strings_of_observations_pass_for_categories(lab) -> None:
    adata = make()
    curator = AnnDataCurator(adata, composite(obs=lab.obs))
    curator.validate()
    assert curator.dataset is adata
    artifact = curator.save_artifact(key="a.h5ad")
    assert artifact.otype == "AnnData"
    assert artifact.features.slots == {"obs": lab.obs}
    assert artifact.features.get_values() == {"perturbation": {"DMSO", "IFNG"}}


def test_the_call_that_mends_names_the_slot(lab, capsys) -> None:
    curator = AnnDataCurator(make("IFNJ"), composite(obs=lab.obs))
    with pytest.raises(ValidationError) as caught:
        curator.validate()
    text = (
        "1 term not validated in feature 'perturbation' in slot 'obs': 'IFNJ'\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.slots['obs'].cat.add_new_from('perturbation')"
    )
    assert str(caught.value) == text
    assert f"! {text}\n" in capsys.readouterr().out
    assert curator.slots["obs"].cat.non_validated == {"perturbation": ["IFNJ"]}
    curator.slots["obs"].cat.add_new_from("perturbation")
    curator.validate()


def test_all_slots_are_checked_before_the_error(lab) -> None:
    uns = ln.Schema([lab.temperature]).save()
    var = ln.Schema([ln.Feature(name="is_marker", dtype=int).save()]).save()
    outside = ln.Schema([lab.day]).save()
    schema = ln.Schema(
        otype="AnnData", slots={"var": var, "obs": lab.obs, "uns": uns, "__external__": outside}
    ).save()
    curator = AnnDataCurator(make("IFNJ", temperature="warm"), schema, features={"day": "soon"})
    found = failures_of(curator)
    assert [(slot, column) for slot, column, _ in found] == [
        ("__external__", None),
        ("var", "is_marker"),
        ("obs", "perturbation"),
        ("uns", "temperature"),
    ]


def test_converted_observations_are_stored_and_the_object_stays(lab) -> None:
    adata = make(dose="0.5")
    schema = composite(obs=lab.obs)
    artifact = ln.Artifact.from_anndata(adata, key="a.h5ad", schema=schema).save()
    assert set(adata.obs["dose"]) == {"0.5"}
    with h5py.File(artifact.path) as file:
        assert file["obs/dose"][:].tolist() == [0.5] * 3
    assert np.array_equal(anndata.read_h5ad(artifact.path).X, adata.X)


def test_a_view(lab) -> None:
    view = make(dose="0.5")[:2]
    artifact = ln.Artifact.from_anndata(view, key="a.h5ad", schema=composite(obs=lab.obs)).save()
    assert view.is_view
    assert set(view.obs["dose"]) == {"0.5"}
    assert anndata.read_h5ad(artifact.path).obs["dose"].tolist() == [0.5, 0.5]


# -- variables


def test_columns_of_variables(lab) -> None:
    var = ln.Schema([ln.Feature(name="is_marker", dtype=bool).save()]).save()
    artifact = ln.Artifact.from_anndata(make(), key="a.h5ad", schema=composite(var=var)).save()
    assert artifact.features.slots == {"var": var}


def test_names_of_variables_as_features(lab) -> None:
    ln.save([ln.Feature(name=name, dtype=float) for name in list(GENES.values())[:2]])
    schema = composite(var_T=ln.Schema(itype=ln.Feature).save())
    curator = AnnDataCurator(make(), schema)
    curator.validate()
    artifact = curator.save_artifact(key="a.h5ad")
    assert artifact.features.slots["var.T"].members.to_list("name") == list(GENES.values())[:2]


@pytest.fixture
def genes(bionty_instance: Any) -> SimpleNamespace:
    """Two of the three genes are registered."""
    import bionty as bt

    human = bt.Organism(name="human").save()
    saved = [
        bt.Gene(ensembl_gene_id=GENES[symbol], symbol=symbol, organism=human).save()
        for symbol in ("CD8A", "CD4")
    ]
    return SimpleNamespace(
        saved=saved,
        human=human,
        flexible=ln.Schema(itype=bt.Gene.ensembl_gene_id, dtype=int).save(),
    )


def add_third(human: Any) -> Any:
    import bionty as bt

    return bt.Gene(ensembl_gene_id=GENES["CD14"], symbol="CD14", organism=human).save()


def test_genes(genes) -> None:
    add_third(genes.human)
    schema = composite(var_T=genes.flexible)
    artifact = ln.Artifact.from_anndata(make(), key="a.h5ad", schema=schema).save()
    slot = artifact.features.slots["var.T"]
    assert (slot.itype, slot.n_members, slot.dtype) == ("bionty.Gene.ensembl_gene_id", 3, "num")
    assert slot.members.to_list("symbol") == ["CD8A", "CD4", "CD14"]
    assert ln.Artifact.filter(schemas__genes__symbol="CD8A").one() == artifact


def test_var_with_genes_is_transposed(genes, capsys) -> None:
    add_third(genes.human)
    curator = AnnDataCurator(make(), composite(var=genes.flexible))
    assert (
        "! auto-transposed `var` for backward compat, please indicate transposition in the schema "
        "definition by calling out `.T`: "
    ) in capsys.readouterr().out
    assert list(curator.slots["var"].cat) == ["var_index"]
    artifact = curator.save_artifact(key="a.h5ad")
    assert artifact.features.slots["var"].n_members == 3


def test_required_genes(genes) -> None:
    third = add_third(genes.human)
    schema = composite(var_T=ln.Schema([*genes.saved, third]).save())
    AnnDataCurator(make(), composite(var_T=genes.flexible)).validate()
    found = failures_of(AnnDataCurator(make(), schema))
    # the members are identified by symbol, the variables are named by Ensembl id
    assert [column for _, column, _ in found] == ["CD8A", "CD4", "CD14"]
    adata = make()
    adata.var_names = list(GENES)
    AnnDataCurator(adata, schema).validate()
    assert [c for _, c, _ in failures_of(AnnDataCurator(adata[:, :2].copy(), schema))] == ["CD14"]


# -- unstructured metadata


def test_metadata(lab) -> None:
    uns = ln.Schema([lab.temperature, lab.day, lab.perturbation]).save()
    adata = make(temperature=21.6, day="2024-12-01", perturbation=["DMSO", "IFNG"])
    artifact = ln.Artifact.from_anndata(adata, key="a.h5ad", schema=composite(uns=uns)).save()
    assert artifact.features.slots == {"uns": uns}
    assert artifact.features.get_values() == {"perturbation": {"DMSO", "IFNG"}}


def test_nested_metadata(lab) -> None:
    site = ln.Schema([lab.temperature]).save()
    schema = ln.Schema(otype="AnnData", slots={"uns:study:site": site}).save()
    AnnDataCurator(make(study={"site": {"temperature": 21.6}}), schema).validate()
    found = failures_of(AnnDataCurator(make(study={"site": {"temperature": "x"}}), schema))
    assert [(slot, column) for slot, column, _ in found] == [("uns:study:site", "temperature")]
    cases = [
        ({}, "key 'study' not found. Available keys at this level: []"),
        ({"study": {"place": 1}}, "key 'site' not found. Available keys at this level: ['place']"),
        ({"study": 3}, "key 'site' not found. Available keys at this level: none (not a dict)"),
    ]
    for uns, text in cases:
        with pytest.raises(InvalidArgument) as caught:
            AnnDataCurator(make(**uns), schema)
        assert str(caught.value) == (
            f"Schema slot 'uns:study:site' requires keys uns['study']['site'] but {text}"
        )


def test_converted_metadata_are_stored(lab) -> None:
    n_cells = ln.Feature(name="n_cells", dtype=int, coerce=True).save()
    schema = ln.Schema(otype="AnnData", slots={"uns:study": ln.Schema([n_cells]).save()}).save()
    adata = make(study={"n_cells": "3", "other": "x"}, more=1)
    artifact = ln.Artifact.from_anndata(adata, key="a.h5ad", schema=schema).save()
    stored = anndata.read_h5ad(artifact.path).uns
    assert (stored["study"]["n_cells"], stored["study"]["other"], stored["more"]) == (3, "x", 1)
    assert adata.uns["study"]["n_cells"] == "3"


# -- data frames in obsm


def with_markers(adata: anndata.AnnData, counts: Any = 1.5) -> anndata.AnnData:
    """Add a data frame and an array to `obsm`."""
    columns = {"perturbation": ["DMSO"] * 3, "dose": [counts] * 3}
    adata.obsm["markers"] = pd.DataFrame(columns, index=adata.obs_names)
    adata.obsm["X_pca"] = np.zeros((3, 2))
    return adata


def obsm_schema(lab, key: str = "markers") -> ln.Schema:
    return ln.Schema(otype="AnnData", slots={f"obsm:{key}": lab.obs}).save()


def test_a_data_frame_in_obsm(lab) -> None:
    schema = obsm_schema(lab)
    artifact = ln.Artifact.from_anndata(with_markers(make()), key="a.h5ad", schema=schema).save()
    assert artifact.features.slots == {"obsm:markers": lab.obs}
    assert artifact.features.get_values() == {"perturbation": "DMSO"}
    wrong = with_markers(make())
    wrong.obsm["markers"]["perturbation"] = ["DMSO", "IFNJ", "x"]
    curator = AnnDataCurator(wrong, schema)
    text = "2 terms not validated in feature 'perturbation' in slot 'obsm:markers': 'IFNJ', 'x'"
    assert failures_of(curator) == [("obsm:markers", "perturbation", text)]
    curator.slots["obsm:markers"].cat.add_new_from("perturbation")
    curator.validate()


def test_a_converted_data_frame_in_obsm_is_stored(lab) -> None:
    adata = with_markers(make(), "2.5")
    artifact = ln.Artifact.from_anndata(adata, key="a.h5ad", schema=obsm_schema(lab)).save()
    stored = anndata.read_h5ad(artifact.path)
    assert stored.obsm["markers"]["dose"].tolist() == [2.5] * 3
    assert stored.obsm["X_pca"].shape == (3, 2)
    assert set(adata.obsm["markers"]["dose"]) == {"2.5"}


@pytest.mark.parametrize("key", ["a.h5ad", "a.zarr"])
def test_obsm_is_read_from_disk_without_the_matrix(lab, key, monkeypatch) -> None:
    adata = with_markers(make())
    (adata.write_h5ad if key == "a.h5ad" else adata.write_zarr)(key)
    for name in ("read_h5ad", "read_zarr"):
        monkeypatch.delattr(anndata, name, raising=False)
    artifact = ln.Artifact.from_anndata(key, key=f"copy/{key}", schema=obsm_schema(lab)).save()
    assert artifact.features.slots == {"obsm:markers": lab.obs}
    with pytest.raises(InvalidArgument, match=r"keys at this level: \['X_pca', 'markers'"):
        ln.Artifact.from_anndata(key, key=f"copy/{key}", schema=obsm_schema(lab, "nothing"))
    with pytest.raises(InvalidArgument, match=r"obsm\['X_pca'\] is an array \(StoredArray\)"):
        ln.Artifact.from_anndata(key, key=f"copy/{key}", schema=obsm_schema(lab, "X_pca"))


def test_what_is_no_data_frame_in_obsm(lab) -> None:
    adata = with_markers(make())
    cases: list[tuple[str, type[Exception], str]] = [
        (
            "obsm:nothing",
            InvalidArgument,
            "Schema slot 'obsm:nothing' requires keys obsm['nothing'] but key 'nothing' not "
            "found. Available keys at this level: ['markers', 'X_pca']",
        ),
        (
            "obsm:X_pca",
            InvalidArgument,
            "Schema slot 'obsm:X_pca' needs columns with names, but obsm['X_pca'] is an array "
            "(ndarray): store it as a data frame",
        ),
        *(
            (
                slot,
                ValueError,
                "AnnDataCurator currently only supports the slots 'var', 'var.T', 'obs', and "
                f"'uns', not {slot}; and data frames in obsm as 'obsm:<key>'",
            )
            for slot in ("obsm", "obsm:markers:dose", "layers")
        ),
    ]
    for slot, error, text in cases:
        schema = ln.Schema(otype="AnnData", slots={slot: lab.obs}).save()
        with pytest.raises(error) as caught:
            AnnDataCurator(adata, schema)
        assert str(caught.value) == text


# -- one component in several slots, and reuse of feature sets


def test_one_schema_in_two_slots(lab) -> None:
    adata = make()
    adata.var = pd.DataFrame(
        {"perturbation": ["DMSO"] * 3, "dose": [1.0] * 3}, index=adata.var_names
    )
    artifact = ln.Artifact.from_anndata(
        adata, key="a.h5ad", schema=composite(obs=lab.obs, var=lab.obs)
    ).save()
    assert artifact.features.slots == {"obs": lab.obs, "var": lab.obs}


def test_an_equal_feature_set_is_used_again(lab, capsys) -> None:
    flexible = ln.Schema(itype=ln.Feature).save()
    df = make().obs.astype({"perturbation": "category"})
    first = ln.Artifact.from_dataframe(df, key="a.parquet", schema=flexible).save()
    capsys.readouterr()
    second = ln.Artifact.from_anndata(make(), key="a.h5ad", schema=composite(obs=flexible)).save()
    assert first.features.slots["columns"] == second.features.slots["obs"]
    assert "→ returning schema with same hash: Schema(uid='" in capsys.readouterr().out


# -- files


@pytest.mark.parametrize("key", ["a.h5ad", "a.zarr"])
def test_a_path_is_read_without_the_matrix(lab, key, monkeypatch) -> None:
    adata = make(temperature=21.6)
    (adata.write_h5ad if key == "a.h5ad" else adata.write_zarr)(key)
    uns = ln.Schema([lab.temperature]).save()
    for name in ("read_h5ad", "read_zarr"):
        monkeypatch.delattr(anndata, name, raising=False)
    schema = composite(obs=lab.obs, uns=uns)
    artifact = ln.Artifact.from_anndata(key, key=f"copy/{key}", schema=schema).save()
    assert artifact.features.slots == {"obs": lab.obs, "uns": uns}
    assert artifact.n_observations == 3


def test_a_path_with_wrong_terms(lab) -> None:
    make("IFNJ").write_h5ad("a.h5ad")
    with pytest.raises(ValidationError, match="in slot 'obs': 'IFNJ'"):
        ln.Artifact.from_anndata("a.h5ad", key="a.h5ad", schema=composite(obs=lab.obs))
    assert ln.Artifact.filter().count() == 0


@pytest.mark.parametrize("key", ["a.h5ad", "a.zarr"])
def test_a_file_is_converted_in_its_copy_without_the_matrix(lab, key, monkeypatch, capsys) -> None:
    n_cells = ln.Feature(name="n_cells", dtype=int, coerce=True).save()
    index = ln.Feature(name="sample", dtype=int).save()
    counted = ln.Schema([n_cells]).save()
    slots = {"obs": lab.obs, "obsm:markers": lab.obs, "uns:study": counted}
    slots["var"] = ln.Schema([n_cells], index=index, coerce=True).save()
    schema = ln.Schema(otype="AnnData", slots=slots).save()
    adata = with_markers(make(dose="0.5", study={"n_cells": "3", "other": "x"}, more=1), "2.5")
    adata.var = pd.DataFrame({"n_cells": ["1", "2", "3"]}, index=["7", "8", "9"])
    (adata.write_h5ad if key == "a.h5ad" else adata.write_zarr)(key)
    load = anndata.read_h5ad if key == "a.h5ad" else anndata.read_zarr
    for name in ("read_h5ad", "read_zarr"):
        monkeypatch.delattr(anndata, name, raising=False)
    artifact = ln.Artifact.from_anndata(key, key=f"copy/{key}", schema=schema).save()
    assert "coerced" not in capsys.readouterr().out
    assert (artifact.otype, artifact.n_observations, artifact.suffix) == ("AnnData", 3, key[1:])
    stored = load(artifact.path)
    assert stored.obs["dose"].tolist() == [0.5] * 3
    assert stored.obs["perturbation"].tolist() == adata.obs["perturbation"].tolist()
    assert stored.obs_names.tolist() == ["s1", "s2", "s3"]
    assert stored.var["n_cells"].tolist() == [1, 2, 3]
    assert stored.var_names.tolist() == ["7", "8", "9"]  # anndata reads numbers as texts
    assert stored.obsm["markers"]["dose"].tolist() == [2.5] * 3
    assert stored.obsm["X_pca"].shape == (3, 2)
    assert (stored.uns["study"]["n_cells"], stored.uns["study"]["other"]) == (3, "x")
    assert stored.uns["more"] == 1
    assert np.array_equal(stored.X, adata.X)
    assert set(load(key).obs["dose"]) == {"0.5"}  # the file that was passed stays
    again = ln.Artifact.from_anndata(key, key=f"copy/{key}", schema=schema)
    assert again == artifact  # the same values are the same file
    assert not list((Path(ln.settings.cache_dir) / "tmp").glob("*"))


def test_a_compressed_file_is_not_converted(lab, capsys) -> None:
    make(dose="0.5").write_h5ad("a.h5ad")
    Path("a.h5ad.gz").write_bytes(gzip.compress(Path("a.h5ad").read_bytes()))
    ln.Artifact.from_anndata("a.h5ad.gz", key="a.h5ad.gz", schema=composite(obs=lab.obs)).save()
    assert "values of a.h5ad.gz were coerced for validation, but the file stays as it is" in (
        capsys.readouterr().out
    )


def test_an_object_that_reads_from_its_file(lab) -> None:
    make().write_h5ad("a.h5ad")
    backed = anndata.read_h5ad("a.h5ad", backed="r")
    AnnDataCurator(backed, composite(obs=lab.obs)).validate()


def test_an_artifact(lab) -> None:
    artifact = ln.Artifact.from_anndata(make(), key="a.h5ad").save()
    artifact = ln.Artifact.get(artifact.uid)
    schema = composite(obs=lab.obs)
    saved = AnnDataCurator(artifact, schema).save_artifact()
    assert saved is artifact
    assert ln.Artifact.get(artifact.uid).schema == schema
    frame = ln.Artifact.from_dataframe(make().obs, key="a.parquet").save()
    with pytest.raises(InvalidArgument, match="Cannot load or open artifact of this type: DataFr"):
        AnnDataCurator(frame, schema)


def test_a_remote_artifact_is_streamed(lab, bucket, capsys) -> None:
    location = ln.Storage(root=bucket.url("data")).save()
    adata = make()
    artifact = ln.Artifact.from_anndata(adata, key="a.h5ad", storage=location).save()
    artifact = ln.Artifact.get(artifact.uid)
    schema = composite(obs=lab.obs)
    capsys.readouterr()
    curator = AnnDataCurator(artifact, schema)
    assert capsys.readouterr().out == ("→ opened remote artifact for streaming during validation\n")
    curator.save_artifact()
    assert artifact.features.slots == {"obs": lab.obs}
    url = bucket.url("data/b.h5ad")
    make("IFNJ").write_h5ad("b.h5ad")
    bucket.put("data/b.h5ad", Path("b.h5ad").read_bytes())
    with pytest.raises(ValidationError, match="in slot 'obs': 'IFNJ'"):
        ln.Artifact.from_anndata(url, schema=schema)
    assert ln.Artifact.filter(key="b.h5ad").count() == 0


# -- names and wrong use


def test_repr(lab) -> None:
    curator = AnnDataCurator(make(), composite(obs=lab.obs))
    assert repr(curator) == (
        f"AnnDataCurator(Schema: uid={curator._schema.uid} (AnnData), slots: ['obs'], unvalidated)"
    )
    assert list(curator.slots) == ["obs"]


def test_wrong_arguments(lab) -> None:
    good = composite(obs=lab.obs)
    cases: list[tuple[Any, Any, type[Exception], str]] = [
        (make().obs, good, InvalidArgument, "dataset must be AnnData-like."),
        ("a.h5ad", good, InvalidArgument, "dataset must be AnnData-like."),
        (make(), lab.obs, InvalidArgument, "Schema otype must be 'AnnData'."),
        (make(), "obs", InvalidArgument, "schema argument must be a Schema record."),
        (
            make(),
            composite(layers=lab.obs),
            ValueError,
            "AnnDataCurator currently only supports the slots 'var', 'var.T', 'obs', and 'uns', "
            "not layers; and data frames in obsm as 'obsm:<key>'",
        ),
        (
            make(study=3),
            ln.Schema(otype="AnnData", slots={"uns:study": lab.obs}).save(),
            InvalidArgument,
            "slot 'uns:study' must be a dictionary, not int",
        ),
    ]
    for dataset, schema, error, text in cases:
        with pytest.raises(error) as caught:
            AnnDataCurator(dataset, schema)
        assert str(caught.value) == text


def test_other_types_are_refused_until_they_can_be_validated(lab, tmp_path) -> None:
    mudata = pytest.importorskip("mudata")
    mdata = mudata.MuData({"rna": make()})
    schema = ln.Schema(otype="MuData", slots={"rna:obs": lab.obs}).save()
    with pytest.raises(NotImplementedError, match="cannot validate datasets of type MuData yet"):
        ln.Artifact.from_mudata(mdata, key="a.h5mu", schema=schema)
    assert ln.Artifact.filter().count() == 0


def test_the_report_as_json(lab) -> None:
    with pytest.raises(ValidationError) as caught:
        AnnDataCurator(make("IFNJ"), composite(obs=lab.obs)).validate()
    (entry,) = json.loads(caught.value.report.to_json())
    assert (entry["slot"], entry["column"], entry["rows"]) == ("obs", "perturbation", [1])
