"""The steps of annotation and validation in the spellings of the other seeds: 000, 003, 004."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.stories.test_seed_001_curation import NOT_REGISTERED, TYPO


@pytest.fixture
def lake(
    bionty_on_both: Any, test_data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Any:
    """An instance with ontologies, on SQLite and on Postgres."""
    monkeypatch.setenv("BIONTY_ASSETS", str(test_data / "bionty-assets"))
    monkeypatch.setenv("BIONTY_ROOT_DIR", str(tmp_path / "ontologies"))
    return bionty_on_both


def features_of_seed_003(label: Any, **note: Any) -> None:
    import bionty as bt
    import lamindb as ln

    label(name="DMSO").save()
    label(name="IFNG").save()
    ln.Feature(name="perturbation", dtype=label).save()
    ln.Feature(name="cell_type_by_model", dtype=bt.CellType).save()
    ln.Feature(name="cell_type_by_expert", dtype=bt.CellType).save()
    ln.Feature(name="assay_oid", dtype=bt.ExperimentalFactor.ontology_id).save()
    ln.Feature(name="donor", dtype=str, nullable=True).save()
    ln.Feature(name="concentration", dtype=str).save()
    with pytest.warns(DeprecationWarning, match="coerce"):
        ln.Feature(name="treatment_time_h", dtype="num", coerce_dtype=True).save()
    if note:
        ln.Feature(name="sample_note", **note).save()


def test_seed_003_labels_are_records(lake: Any, capsys: pytest.CaptureFixture[str]) -> None:
    import lamindb as ln

    df = ln.examples.datasets.mini_immuno.get_dataset1(with_typo=True)
    artifact = ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet").save()
    my_experiment = ln.Record(name="My experiment").save()
    artifact.records.add(my_experiment)
    assert ln.Artifact.filter(records=my_experiment).one() == artifact

    ln.Feature(name="temperature", dtype=float).save()
    ln.Feature(name="experiment", dtype=ln.Record).save()
    artifact.features.add_values({"temperature": 21.6, "experiment": "My experiment"})
    assert artifact.features.get_values() == {"experiment": "My experiment", "temperature": 21.6}
    assert len(ln.Artifact.filter(temperature=21.6).to_dataframe()) == 1

    features_of_seed_003(ln.Record, dtype=str, nullable=True)
    schema = ln.Schema(itype=ln.Feature).save()
    with pytest.raises(ln.errors.ValidationError) as caught:
        ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet", schema=schema)
    assert str(caught.value) + "\n" == TYPO
    assert NOT_REGISTERED in capsys.readouterr().out

    df["perturbation"] = df["perturbation"].cat.rename_categories({"IFNJ": "IFNG"})
    artifact = ln.Artifact.from_dataframe(
        df, key="my_datasets/rnaseq1.parquet", schema=schema
    ).save()
    assert artifact.uid.endswith("0001")
    assert artifact.features.slots["columns"].n_members == 8
    assert artifact.records.to_list("name") == ["DMSO", "IFNG"]
    assert artifact.features.get_values() == {
        "assay_oid": "EFO:0008913",
        "cell_type_by_expert": {"B cell", "CD8-positive, alpha-beta T cell"},
        "cell_type_by_model": {"B cell", "T cell"},
        "perturbation": {"DMSO", "IFNG"},
    }
    frame = ln.Artifact.to_dataframe(features=True)
    assert list(frame.columns) == ["uid", "key", "temperature", "experiment", "perturbation"]
    assert frame["perturbation"].to_list()[0] == {"DMSO", "IFNG"}
    assert frame["experiment"].to_list()[1] == "My experiment"


def test_seed_000_reports_names_in_a_slot(lake: Any, capsys: pytest.CaptureFixture[str]) -> None:
    import anndata as ad

    import bionty as bt
    import lamindb as ln

    df = ln.core.datasets.small_dataset1(otype="DataFrame", with_typo=False)
    features_of_seed_003(ln.ULabel)
    schema = ln.Schema(itype=ln.Feature).save()
    artifact = ln.Artifact.from_df(df, key="my_datasets/rnaseq1.parquet", schema=schema).save()
    assert "! 5 terms not validated in feature 'columns'" in capsys.readouterr().out
    assert artifact.schema.uid == "0000000000000000"
    assert artifact.features.slots["columns"].n_members == 7

    var_schema = ln.Schema(itype=bt.Gene.ensembl_gene_id, dtype="int").save()
    slots = {"obs": schema, "var.T": var_schema}
    anndata_schema = ln.Schema(otype="AnnData", slots=slots).save()
    adata = ad.AnnData(df.iloc[:, :3], obs=df.iloc[:, 3:-1])
    artifact = ln.Artifact.from_anndata(
        adata, key="my_datasets/my_rnaseq1.h5ad", schema=anndata_schema
    ).save()
    out = capsys.readouterr().out
    assert (
        "! 1 term not validated in feature 'columns' in slot 'obs': 'sample_note'\n"
        "    → fix typos, remove non-existent values, or save terms via: "
        "curator.slots['obs'].cat.add_new_from('columns')\n"
    ) in out
    assert "→ returning schema with same hash: Schema(uid=" in out
    feature_sets = ln.Schema.filter(genes__symbol="CD8A").all()
    with pytest.warns(DeprecationWarning, match="schemas"):
        assert ln.Artifact.filter(feature_sets__in=feature_sets).one() == artifact

    df2 = ln.core.datasets.small_dataset2(otype="DataFrame")
    adata = ad.AnnData(df2.iloc[:, :3], obs=df2.iloc[:, 3:-1])
    artifact2 = ln.Artifact.from_anndata(
        adata, key="my_datasets/my_rnaseq2.h5ad", schema=anndata_schema
    ).save()
    assert artifact2.genes.count() == 0  # genes are members of the feature set
    assert artifact2.features.slots["var.T"].genes.to_list("symbol") == ["CD8A", "CD4", "CD38"]


def test_seed_004_features(instance: Any) -> None:
    import lamindb as ln

    ln.Feature(name="gc_content", dtype=float).save()
    ln.Feature(name="read_count", dtype=int).save()
    ln.Feature(name="experiment_date", dtype=date).save()
    ln.Feature(name="cell_type", dtype=str).save()
    ln.Feature(name="treatment", dtype=str).save()
    ln.Feature(name="study_metadata", dtype=dict).save()
    Path("sample.fasta").write_text(">seq1\nACGT\n")
    artifact = ln.Artifact("sample.fasta", key="sample.fasta").save()

    artifact.features.add_values({"gc_content": 0.55, "experiment_date": "2025-10-31"})
    gc_content_feature = ln.Feature.get(name="gc_content")
    artifact.features.add(gc_content_feature)
    more = {"read_count": 2_000_000, "cell_type": "T cell", "treatment": "DMSO"}
    nested = {"detail1": "123", "assay": {"type": "RNA-seq", "depth": 3}}
    artifact.features.add_values({**more, "study_metadata": nested})
    other = ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="other.parquet").save()

    def found(**conditions: Any) -> bool:
        return ln.Artifact.filter(**conditions).to_dataframe()["uid"].to_list() == [artifact.uid]

    assert found(gc_content=0.55)
    assert found(experiment_date="2025-10-31")
    assert found(experiment_date=date(2025, 10, 31))
    assert found(read_count__gt=1000000)
    assert not found(read_count__gt=2_000_000)
    assert found(gc_content__gte=0.5, gc_content__lte=0.6)
    assert found(cell_type__isnull=False)
    assert ln.Artifact.filter(cell_type__isnull=True).one() == other
    assert found(study_metadata__detail1="123")
    assert found(study_metadata__assay__type="RNA-seq")
    assert found(study_metadata__assay__depth__gt=2)
    assert not found(study_metadata__assay__type="ATAC-seq")
    frame = ln.Artifact.filter(treatment="DMSO").to_dataframe(include="features")
    assert frame["experiment_date"].to_list() == [date(2025, 10, 31)]
    assert frame["read_count"].to_list() == [2_000_000]
