"""Schemas made from values and data frames; members that are genes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument, ValidationError

GENES = {
    "CD8A": "ENSG00000153563",
    "CD4": "ENSG00000010610",
    "CD14": "ENSG00000170458",
}


@pytest.fixture(params=["sqlite", "postgres"])
def genes(request: pytest.FixtureRequest, in_tmp: Any) -> list[Any]:
    """Three human genes in an instance with the module bionty."""
    if request.param == "sqlite":
        request.getfixturevalue("bionty_instance")
    else:
        url = request.getfixturevalue("postgres_url")
        ln.setup.init(storage="./store", name="test", modules="bionty", db=url)
    import bionty as bt

    human = bt.Organism(name="human", scientific_name="homo_sapiens").save()
    return [
        bt.Gene(symbol=symbol, ensembl_gene_id=id_, organism=human).save()
        for symbol, id_ in GENES.items()
    ]


@pytest.fixture
def features(instance) -> list[ln.Feature]:
    """Features a, b and c."""
    return [ln.Feature(name=name, dtype=float).save() for name in "abc"]


def test_genes_are_members(genes):
    import bionty as bt

    cd8a, cd4, cd14 = genes
    schema = ln.Schema([cd14, cd8a, cd4], itype=bt.Gene.ensembl_gene_id, dtype=int).save()
    assert (schema.itype, schema.dtype, schema.n_members) == (
        "bionty.Gene.ensembl_gene_id",
        "int",
        3,
    )
    assert (
        list(schema.members)
        == list(schema.genes.order_by("links_schema__id"))
        == [
            cd14,
            cd8a,
            cd4,
        ]
    )
    assert schema.features.count() == 0
    assert list(ln.Schema.filter(genes__symbol="CD8A")) == [schema]
    assert list(ln.Schema.filter(genes__symbol="CD8A").all()) == [schema]
    assert list(ln.Schema.filter(genes__symbol="CD38")) == []
    assert ln.Schema([cd8a, cd4]).itype == "bionty.Gene"
    with pytest.raises(TypeError, match=r"members of this schema are records of bionty\.Gene"):
        schema.add(ln.Feature(name="a", dtype=int).save())


def test_artifacts_are_found_by_their_genes(genes, in_tmp):
    schema = ln.Schema(genes).save()
    (in_tmp / "a.txt").write_text("a")
    artifact = ln.Artifact("a.txt", key="a.txt").save()
    artifact.schemas.add(schema)
    assert ln.Artifact.get(schemas__genes__symbol="CD8A") == artifact
    found = ln.Schema.filter(genes__symbol="CD8A").all()
    with pytest.warns(DeprecationWarning, match="feature_sets"):
        assert ln.Artifact.get(feature_sets__in=found) == artifact


def test_other_members_under_the_same_name(genes):
    feature = ln.Feature(name="dose", dtype=float).save()
    ln.Schema(genes, name="s").save()
    schema = ln.Schema([feature], name="s").save()
    assert (schema.itype, schema.n_members, list(schema.members)) == ("Feature", 1, [feature])
    assert schema.genes.count() == 0
    assert schema.hash == ln.Schema([feature], lookup=False).hash


def test_values_of_genes(genes, count_queries, capsys):
    import bionty as bt

    cd8a, cd4, cd14 = genes
    ids = ["ENSG00000170458", "ENSG00000153563", "ENSG00000170458"]
    with count_queries() as queries:
        schema = ln.Schema.from_values(ids, field=bt.Gene.ensembl_gene_id)
    assert queries.count == 2
    assert schema.members == [cd14, cd8a]
    assert (schema.itype, schema.dtype, schema.n_members) == ("bionty.Gene", "num", 2)
    schema.save()
    assert list(ln.Schema.get(schema.id).members) == [cd14, cd8a]
    by_symbol = ln.Schema.from_values(pd.Index(["CD14", "CD8A"]), field=bt.Gene.symbol, name="s")
    assert (by_symbol, by_symbol.name) == (schema, "s")
    assert ln.Schema.from_values(["CD4"], field=bt.Gene.symbol, dtype="int").dtype == "int"
    assert ln.Schema.from_values(["CD4"], bt.Gene.symbol, organism="human").members == [cd4]
    capsys.readouterr()
    with pytest.raises(ValidationError) as error:
        ln.Schema.from_values(["CD4", "CD5", "CD6"], field=bt.Gene.symbol)
    assert str(error.value) == (
        "These values could not be validated: ['CD5', 'CD6']\n"
        "If there are no typos, add them to their registry: Gene"
    )
    assert "2 unique terms (66.70%) are not validated for symbol: 'CD5', 'CD6'" in (
        capsys.readouterr().out
    )
    some = ln.Schema.from_values(
        ["CD4", "CD5"], field=bt.Gene.symbol, mute=True, raise_validation_error=False
    )
    assert some.members == [cd4]
    assert capsys.readouterr().out == ""


def test_data_frame_of_genes(genes):
    import bionty as bt

    counts = pd.DataFrame({"ENSG00000010610": [1, 2], "ENSG00000153563": [3, 4], "note": ["", ""]})
    schema = ln.Schema.from_dataframe(counts, field=bt.Gene.ensembl_gene_id)
    assert schema.members == [genes[1], genes[0]]
    assert (schema.itype, schema.dtype, schema.otype) == ("bionty.Gene", "int", None)
    with pytest.raises(ValueError, match=r"data types are heterogeneous: \['float64', 'int64'\]"):
        ln.Schema.from_dataframe(
            counts.astype({"ENSG00000153563": float}), field=bt.Gene.ensembl_gene_id
        )


def test_values_of_features(features, capsys):
    a, b, _ = features
    schema = ln.Schema.from_values(["b", "a", None, ""], name="two", mute=True)
    assert (schema.members, schema.dtype, schema.itype) == ([b, a], None, "Feature")
    assert schema._state.adding
    assert schema.save() == ln.Schema.from_values({"a": 1, "b": 2}.keys())
    assert "returning schema with same hash" in capsys.readouterr().out
    assert ln.Schema.from_values(["x"], raise_validation_error=False) is None
    assert "! no validated features, skip creating schema" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "error", "text"),
    [
        (([],), ValueError, "at least one value"),
        (([None, ""],), ValueError, "at least one value"),
        ((["a"], "name"), TypeError, "field has to be a registry field .*, it is 'name'"),
        ((["a"], ln.Feature), TypeError, "field has to be a registry field"),
        (([1, 2],), TypeError, "identifiers are 'numeric'"),
        ((["x"],), ValidationError, r"could not be validated: \['x'\]"),
        ((["a"], ln.Feature.name, "nope"), InvalidArgument, "dtype of a schema has to be one of"),
    ],
)  # fmt: skip
def test_values_without_a_schema(features, args, error, text):
    with pytest.raises(error, match=text):
        ln.Schema.from_values(*args)
    assert ln.Schema.filter().count() == 0


def test_data_frame_of_features(features, capsys):
    a, b, _ = features
    ln.Feature(name="a", dtype=str, type=ln.Feature(name="T", is_type=True).save()).save()
    df = pd.DataFrame({"b": [1.0], "x": ["y"], "a": [2.0], 3: [4]})
    schema = ln.Schema.from_dataframe(df, name="two")
    assert schema.members == [b, a]
    assert (schema.otype, schema.name, schema.dtype) == ("DataFrame", "two", None)
    assert "not validated for name: 'x', '3'" in capsys.readouterr().out
    assert ln.Schema.from_dataframe(df[["x"]]) is None
    assert ln.Schema.from_dataframe(pd.DataFrame()) is None
    assert "! no validated features, skip creating schema" in capsys.readouterr().out
    with pytest.raises(TypeError, match="field has to be a registry field"):
        ln.Schema.from_dataframe(df, "name")
    with pytest.warns(DeprecationWarning, match="from_dataframe"):
        assert ln.Schema.from_df(df, mute=True).members == [b, a]
