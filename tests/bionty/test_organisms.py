"""Organisms: the default one, those that are named, and those that gene ids tell."""

from __future__ import annotations

import pytest

import bionty as bt
from bionty._organism import OrganismNotSet
from bionty.models.organisms import find_or_create_organism
from lamindb.errors import DoesNotExist


def test_the_default_organism(sources, capsys) -> None:
    assert bt.settings.organism is None
    bt.settings.organism = "human"
    assert bt.settings.organism == bt.Organism.get(name="human")
    assert bt.settings.organism.uid == "1dpCL6TduFJ3AP"
    with pytest.raises(DoesNotExist, match="Organism marsian can't be created from the source"):
        bt.settings.organism = "marsian"
    assert bt.settings.organism.name == "human"
    bt.settings.organism = bt.Organism(name="my mouse").save()
    assert repr(bt.settings) == "Settings(organism='my mouse')"
    bt.settings.organism = None
    assert bt.settings.organism is None
    with pytest.raises(TypeError, match="record or a name, not 3"):
        bt.settings.organism = 3


def test_it_is_used_where_none_is_passed(sources) -> None:
    bt.settings.organism = "human"
    assert bt.Gene.from_source(symbol="TCF7").ensembl_gene_id == "ENSG00000081059"
    assert bt.Gene.from_values(["TCF7"]).one().organism.name == "human"
    assert bt.Gene.public().organism == "human"
    assert bt.Gene(symbol="mine").organism.name == "human"


def test_it_belongs_to_the_instance(bionty_instance, sqlite_sources) -> None:
    import lamindb.setup

    bt.settings.organism = "human"
    lamindb.setup.init(storage="./other", name="other", modules="bionty")
    assert bt.settings.organism is None


@pytest.mark.parametrize(
    ("name", "ontology_id", "source"),
    [
        ("human", "NCBITaxon:9606", "ensembl"),
        ("Homo sapiens", "NCBITaxon:9606", "ensembl"),
        ("Rattus norvegicus", "NCBITaxon:10116", "ensembl"),
        ("Sciurus aberti", "NCBITaxon:10007", "ncbitaxon"),
    ],
)
def test_a_name_becomes_a_saved_organism(sources, name, ontology_id, source) -> None:
    organism = find_or_create_organism(name)
    assert (organism.ontology_id, organism.source.name) == (ontology_id, source)
    assert find_or_create_organism(name) == organism
    assert bt.Organism.filter(ontology_id=ontology_id).count() == 1


def test_a_saved_organism_comes_first(sources) -> None:
    mine = bt.Organism(name="human").save()
    assert find_or_create_organism("human") == mine


def test_without_tables_well_known_species_are_built_in(
    instance, without_packages, monkeypatch, capsys
) -> None:
    monkeypatch.delenv("BIONTY_ASSETS")
    organism = find_or_create_organism("mouse")
    assert (organism.uid, organism.ontology_id) == (
        bt.uids.ontology("NCBITaxon:10090"),
        "NCBITaxon:10090",
    )
    assert organism.source is None
    assert "! no table of organisms is available: creating Organism 'mouse'" in (
        capsys.readouterr().out
    )
    with pytest.raises(OrganismNotSet, match="Organism marsian can't be created"):
        find_or_create_organism("marsian")


@pytest.mark.parametrize(
    "call",
    [
        lambda: bt.Gene.from_source(symbol="TCF7", organism="marsian"),
        lambda: bt.Gene.from_values(["TCF7"], organism="marsian"),
        lambda: bt.Gene.import_source(organism="marsian"),
        lambda: bt.Gene.public(organism="marsian"),
    ],
)
def test_an_unknown_organism_changes_nothing(sources, call) -> None:
    with pytest.raises(ValueError, match="marsian"):
        call()
    assert bt.Organism.filter().count() == bt.Gene.filter().count() == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: bt.Gene.from_source(symbol="TCF7"),
        lambda: bt.Gene.from_source(stable_id="YAL001C"),
        lambda: bt.Gene.from_values(["TCF7"]),
        lambda: bt.Gene.from_source(ensembl_gene_id="ENSXYZG00000000001"),
        lambda: bt.Protein.from_source(uniprotkb_id="P36402"),
        lambda: bt.Protein.from_values(["P36402"], field=bt.Protein.uniprotkb_id),
        lambda: bt.CellMarker.from_values(["CD4"]),
        bt.CellMarker.import_source,
        bt.CellMarker.public,
    ],
)
def test_an_organism_is_needed(sources, call) -> None:
    with pytest.raises(OrganismNotSet, match="`organism` is required to get Source record for"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda human: bt.Gene.from_source(symbol="TP53", organism="mouse", source=human),
        lambda human: bt.Gene.from_values(["TP53"], organism="mouse", source=human),
        lambda human: bt.Gene.import_source(human, organism="mouse"),
        lambda human: bt.Gene.public(organism="mouse", source=human),
    ],
)
def test_a_source_of_another_organism_is_refused(sources, call) -> None:
    human = sources["df_human__ensembl__release-114__Gene.parquet"]
    with pytest.raises(ValueError, match="release-114 is about human, not about mouse"):
        call(human)
    assert bt.Organism.filter().count() == bt.Gene.filter().count() == 0


def test_the_organism_of_a_source_goes_before_the_default(sources) -> None:
    human = sources["df_human__ensembl__release-114__Gene.parquet"]
    bt.settings.organism = "mouse"
    (gene,) = bt.Gene.from_values(["TP53"], source=human).save()
    assert gene.organism.name == "human"
    assert bt.Gene.from_source(symbol="TP53", source=human) == gene
    assert bt.Gene.from_source(symbol="BRCA1", source=human).organism.name == "human"
    assert bt.Gene.public(organism="Homo sapiens", source=human).organism == "human"


@pytest.mark.parametrize(
    "call",
    [
        lambda: bt.Gene.from_source(symbol="TP53", organism=3),
        lambda: bt.Gene.from_values(["TP53"], organism=3),
        lambda: bt.Gene.public(organism=3),
        lambda: bt.Phenotype.public(organism=3),
        lambda: bt.Gene.import_source(organism=3),
    ],
)
def test_what_is_no_organism(sources, call) -> None:
    with pytest.raises(TypeError, match="organism must be a `bionty"):
        call()


def test_an_id_of_no_species_does_not_stop_the_others(sources, capsys) -> None:
    ids = ["ENSG00000081059", "TCF7", "ENSMUSG00000000001"]
    genes = bt.Gene.from_values(ids, field=bt.Gene.ensembl_gene_id)
    assert [gene.symbol for gene in genes] == ["TCF7", "Gnai3"]
    out = capsys.readouterr().out
    assert "! no species is known for 'TCF7': `organism` is required" in out
    assert "did not create Gene record for 1 non-validated ensembl_gene_id: 'TCF7'" in out


def test_what_needs_an_organism() -> None:
    assert bt.Gene.require_organism()
    assert not bt.CellType.require_organism()
    assert not bt.Gene.require_organism(bt.Gene.ensembl_gene_id)
    assert bt.Gene.require_organism(bt.Gene.symbol)
    assert not bt.Protein.require_organism("uniprotkb_id")
    assert bt.CellMarker.require_organism("name")


def test_validation_without_organism_considers_all(sources) -> None:
    genes = bt.Gene.from_values(
        ["ENSG00000141510", "ENSMUSG00000059552"], field="ensembl_gene_id"
    ).save()
    assert genes.to_list("symbol") == ["TP53", "Trp53"]
    assert bt.Gene.validate(["TP53", "Trp53", "x"]).tolist() == [True, True, False]
    assert bt.Gene.validate(["TP53", "Trp53"], organism="mouse").tolist() == [False, True]
    assert bt.Gene.inspect(["TP53", "CD4"]).non_validated == ["CD4"]


def test_a_species_of_several_breeds(sources) -> None:
    bt.Organism.from_source(ontology_id="NCBITaxon:9823")[0].save()
    assert find_or_create_organism("pig").scientific_name == "Sus scrofa"
