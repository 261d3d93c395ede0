"""Schemas that are useful in every instance."""

from __future__ import annotations

from typing import Any

import pytest

import lamindb as ln
from lamindb.errors import ModuleWasntConfigured

VALID_FEATURES = ("0000000000000000", "kMi7B_N88uu-YnbTLDU-DA")


@pytest.fixture(params=["sqlite", "postgres"])
def any_bionty_instance(request: pytest.FixtureRequest, in_tmp: Any) -> None:
    """An instance with the module bionty."""
    if request.param == "sqlite":
        request.getfixturevalue("bionty_instance")
    else:
        url = request.getfixturevalue("postgres_url")
        ln.setup.init(storage="./store", name="test", modules="bionty", db=url)


def test_valid_features(instance, capsys):
    schema = ln.examples.schemas.valid_features()
    assert (schema.uid, schema.hash) == VALID_FEATURES
    assert (schema.name, schema.itype, schema.flexible) == ("valid_features", "Feature", True)
    capsys.readouterr()
    assert ln.examples.schemas.valid_features() == schema
    assert capsys.readouterr().out == ""
    assert ln.Schema.filter().count() == 1


def test_an_unnamed_schema_gets_the_name(instance):
    schema = ln.Schema(itype=ln.Feature).save()
    assert ln.examples.schemas.valid_features() == schema
    assert ln.Schema.get(name="valid_features") == schema


def test_a_schema_with_another_name_keeps_it(instance):
    schema = ln.Schema(itype=ln.Feature, name="mine").save()
    assert ln.examples.schemas.valid_features() == schema
    assert ln.Schema.get().name == "mine"


def test_genes_and_features(any_bionty_instance):
    schema = ln.examples.schemas.anndata_ensembl_gene_ids_and_valid_features_in_obs()
    assert (schema.uid, schema.hash) == ("0000000000000002", "aqGWHvyY49W_PHELUMiBMw")
    assert schema.otype == "AnnData"
    assert {slot: s.name for slot, s in schema.slots.items()} == {
        "obs": "valid_features",
        "var.T": "valid_ensembl_gene_ids",
    }
    assert schema.slots["var.T"].hash == "1gocc_TJ1RU2bMwDRK-WUA"
    assert ln.examples.schemas.anndata_ensembl_gene_ids_and_valid_features_in_obs() == schema
    assert ln.Schema.filter().count() == 3


def test_genes_need_a_module(instance):
    with pytest.raises(ModuleWasntConfigured, match="needs the module bionty"):
        ln.examples.schemas.anndata_ensembl_gene_ids_and_valid_features_in_obs()
    assert ln.Schema.filter().count() == 0
    with pytest.raises(ModuleWasntConfigured, match="needs the module bionty"):
        ln.examples.datasets.mini_immuno.define_features_labels()
    assert ln.Feature.filter().count() == 0


def test_features_labels_and_flexible_schema(any_bionty_instance):
    import bionty as bt

    mini_immuno = ln.examples.datasets.mini_immuno
    for _ in range(2):
        mini_immuno.define_features_labels()
    kind = ln.ULabel.get(name="Perturbation")
    assert kind.ulabels.order_by("name").to_list("name") == ["DMSO", "IFNG"]
    assert bt.CellType.get(ontology_id="CL:0000236").name == "B cell"
    assert bt.CellType.standardize(["B-cell"]) == ["B cell"]
    assert bt.Gene.filter(organism__name="human").count() == 4
    df = mini_immuno.get_dataset1()
    genes = [c for c in df if c.startswith("ENSG")]
    assert bt.Gene.validate(genes, field=bt.Gene.ensembl_gene_id, mute=True).all()
    others = [*df.drop(columns=genes), *df.attrs]
    assert ln.Feature.validate(others, mute=True).all()
    assert ln.Feature.filter().count() == len(others) == 13
    assert ln.Feature.get(name="perturbation").dtype_as_str == f"cat[ULabel[{kind.uid}]]"
    schema = mini_immuno.define_mini_immuno_schema_flexible()
    assert (schema.flexible, schema.n_members) == (True, 8)
    assert mini_immuno.define_mini_immuno_schema_flexible() == schema
    assert list(schema.members)[:4] == [
        feature for feature in schema.members if feature not in list(schema.optionals.get())
    ]


def test_saved_datasets(any_bionty_instance):
    ln.examples.datasets.mini_immuno.save_mini_immuno_datasets()
    first = ln.Artifact.get(key="examples/dataset1.h5ad")
    assert {slot: s.n_members for slot, s in first.features.slots.items()} == {"obs": 8, "var.T": 3}
    assert list(ln.Artifact.filter(temperature=21.6)) == [first]
    assert first.features.get_values()["perturbation"] == {"DMSO", "IFNG"}
    assert list(ln.Artifact.filter(schemas__genes__symbol="CD38").to_list("key")) == [
        "examples/dataset2.h5ad"
    ]
