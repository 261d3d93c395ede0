"""`add_source`: tables of users, and public tables of other registries."""

from __future__ import annotations

import pandas as pd
import pytest

import bionty as bt
import lamindb as ln


@pytest.fixture
def table() -> pd.DataFrame:
    """Two terms, the second below the first."""
    return pd.DataFrame(
        {
            "ontology_id": ["LAB:1", "LAB:2"],
            "name": ["resting", "active"],
            "description": ["Rests.", "Acts."],
            "synonyms": ["idle|quiet", None],
            "parents": [[], ["LAB:1"]],
            "batch": [1, 2],
        }
    )


def test_a_table_of_a_user(instance, table, capsys) -> None:
    ln.settings.verbosity = "hint"
    capsys.readouterr()
    source = bt.CellType.add_source("inhouse", df=table, version="1.0")
    assert capsys.readouterr().out.splitlines()[-1] == (
        "✓ Added source 'inhouse' of version '1.0'."
    )
    assert (source.entity, source.organism, source.currently_used) == (
        "bionty.CellType",
        "all",
        False,
    )
    artifact = source.dataframe_artifact
    assert artifact.key == "df_all__inhouse__1.0__CellType.parquet"
    assert (artifact.kind, artifact.run) == ("__lamindb_run__", None)
    public = bt.CellType.public(source=source)
    assert isinstance(public, bt.core.StaticReference)
    assert repr(public).splitlines()[1:] == [
        "Entity: CellType",
        "Organism: all",
        "Source: inhouse, 1.0",
        "#terms: 2",
    ]
    assert public.search("rest").index.tolist() == ["LAB:1"]
    bt.CellType.import_source(source)
    active = bt.CellType.get(name="active")
    assert (active.description, active.parents.to_list("name")) == ("Acts.", ["resting"])
    assert bt.CellType.standardize(["idle"]) == ["resting"]


def test_terms_come_one_by_one(instance, table) -> None:
    source = bt.CellType.add_source("inhouse", df=table, version="1.0")
    bt.CellType.from_source(name="active", source=source).save()
    assert bt.CellType.filter().order_by("id").to_list("name") == ["active", "resting"]
    assert bt.Source.get(source.id).in_db


def test_obsolete_terms_of_a_user_are_imported(instance, table) -> None:
    table.loc[0, "name"] = "obsolete resting"
    source = bt.CellType.add_source("inhouse", df=table)
    bt.CellType.import_source(source)
    assert bt.CellType.filter().count() == 2


def test_the_index_may_be_the_id(instance, table) -> None:
    source = bt.CellType.add_source("inhouse", df=table.set_index("ontology_id"))
    bt.CellType.import_source(source)
    assert bt.CellType.get(ontology_id="LAB:2").parents.one().ontology_id == "LAB:1"


def test_repeated_ids(instance, table, capsys) -> None:
    repeated = pd.concat([table, table.assign(name="other")])
    source = bt.CellType.add_source("inhouse", df=repeated)
    assert "repeated ontology_id" in capsys.readouterr().out
    bt.CellType.import_source(source)
    assert bt.CellType.filter().to_list("name") == ["resting", "active"]


@pytest.mark.parametrize(
    "parents", [None, [None, None], [[], []], ["", "LAB:1"], [None, "LAB:1"], "missing"]
)
def test_forms_of_parents(instance, table, parents) -> None:
    if isinstance(parents, str):
        table = table.drop(columns="parents")
    else:
        table["parents"] = parents
    bt.CellType.import_source(bt.CellType.add_source("inhouse", df=table))
    expected = ["resting"] if parents and parents[-1] == "LAB:1" else []
    assert bt.CellType.get(name="active").parents.to_list("name") == expected


def test_names_only(instance) -> None:
    source = bt.CellType.add_source("inhouse", df=pd.DataFrame({"name": ["a", "b"]}))
    bt.CellType.import_source(source)
    assert bt.CellType.filter().order_by("id").to_list("uid") == [
        bt.uids.ontology("a"),
        bt.uids.ontology("b"),
    ]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: bt.CellType.add_source("x", df=pd.DataFrame({"label": ["a"]})),
            ValueError,
            "source x 1.0 needs the column 'ontology_id' or 'name'; it has 'label'",
        ),
        (
            lambda: bt.CellType.add_source("x", df=pd.DataFrame({"name": []})),
            ValueError,
            "the table has no name",
        ),
        (
            lambda: bt.CellType.add_source("mondoo"),
            ValueError,
            "no source 'mondoo' of bionty.CellType is known: pass its table as `df`. Did you mean",
        ),
        (lambda: bt.CellType.add_source(3), TypeError, "a public ontology or a name, not 3"),
        (
            lambda: bt.Gene.add_source("x", df=pd.DataFrame({"symbol": ["a"]})),
            ValueError,
            "organism must be provided for organism-specific entities.",
        ),
    ],
)
def test_what_is_refused(sources, make, error, message) -> None:
    before = bt.Source.filter().count()
    with pytest.raises(error, match=message):
        make()
    assert bt.Source.filter().count() == before
    assert ln.Artifact.filter(kind="__lamindb_run__").count() == 0


def test_several_versions(instance, table) -> None:
    for version in ("1", "2"):
        bt.CellType.add_source("inhouse", df=table, version=version)
    with pytest.raises(ValueError, match="please specify `version`"):
        bt.CellType.add_source("inhouse")
    assert bt.CellType.add_source("inhouse", version="2").version == "2"


def test_a_table_of_genes(sources) -> None:
    genes = pd.DataFrame({"ensembl_gene_id": ["ENSG1"], "symbol": ["S"], "biotype": ["x"]})
    source = bt.Gene.add_source("mine", df=genes, organism="human")
    assert source.organism == "human"
    bt.Gene.import_source(source)
    assert bt.Gene.get(symbol="S").organism.name == "human"


def test_a_public_source_of_another_registry(sources) -> None:
    chebi = bt.Source.get(name="hsapdv")
    source = bt.CellType.add_source(chebi)
    assert (source.entity, source.name, source.version) == (
        "bionty.CellType",
        "hsapdv",
        chebi.version,
    )
    assert source.dataframe_artifact is not None
    assert bt.CellType.add_source(chebi) == source
    bt.CellType.import_source(source)
    assert bt.CellType.filter().count() > 200


def test_a_public_ontology(sources) -> None:
    source = bt.CellType.add_source(bt.base.CellType(version="2025-04-10"))
    assert source == sources["df_all__cl__2025-04-10__CellType.parquet"]
    assert source.dataframe_artifact is not None


def test_the_url_follows_the_version(sources) -> None:
    source = bt.CellType.add_source(bt.CellType.public())
    assert source.url == "http://purl.obolibrary.org/obo/cl/releases/2026-03-26/cl.owl"
    with pytest.raises(ConnectionError, match="cl 1990-01-01"):
        bt.CellType.add_source("cl", version="1990-01-01")
    older = bt.CellType.add_source("cl", version="1990-01-01", df=pd.DataFrame({"name": ["a"]}))
    assert older.url == "http://purl.obolibrary.org/obo/cl/releases/1990-01-01/cl.owl"


def test_a_source_that_has_no_table_gets_one(sources, table) -> None:
    row = bt.Source(entity="bionty.CellType", organism="all", name="inhouse", version="1").save()
    assert repr(bt.CellType.public(source=row)).splitlines()[-1] == "#terms: 0"
    source = bt.CellType.add_source(row, df=table)
    assert source == row
    assert source.dataframe_artifact is not None


def test_everything_of_ones_own_works_without_tables(
    instance, without_packages, monkeypatch, table
) -> None:
    monkeypatch.delenv("BIONTY_ASSETS")
    source = bt.CellType.add_source("inhouse", df=table)
    bt.CellType.import_source(source)
    assert bt.CellType.search("active").count() == 1
    assert bt.CellType.validate(["active", "x"]).tolist() == [True, False]
    record = bt.CellType(name="mine", parents=["LAB:2"]).save()
    assert record.query_parents().count() == 2
