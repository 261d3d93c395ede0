"""What the registries have to do with real ontologies, in a fresh database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import bionty as bt
import lamindb as ln
from bionty._organism import OrganismNotSet

EFFECTOR_T_CELL = [
    "effector T cell",
    "mature T cell",
    "cell",
    "T cell",
    "motile cell",
    "single nucleate cell",
    "eukaryotic cell",
    "lymphocyte",
    "leukocyte",
    "mononuclear leukocyte",
    "hematopoietic cell",
    "nucleate cell",
]

SINGLE_CELL_RNA_SEQUENCING = [
    "EFO:0008913",
    "EFO:0001457",
    "EFO:0002772",
    "EFO:0002773",
    "EFO:0003740",
    "EFO:0007832",
]


def n_links(registry) -> int:
    """Number of links between children and parents."""
    return registry.parents.through.objects.count()


# -- sources


def test_the_packaged_sources(instance) -> None:
    rows = bt.Source.filter().order_by("id")
    assert rows.to_list("id") == list(range(1, 44))
    assert bt.Source.filter(currently_used=True).count() == 37
    assert rows.last().entity == "BioSample"
    assert set(rows.to_list("run")) == set(rows.to_list("md5")) == {None}
    assert set(rows.to_list("in_db")) == {False}
    assert rows.to_list("uid") == [bt.uids.encode_uid(bt.Source, row)["uid"] for row in packaged()]


def packaged() -> list[dict[str, str]]:
    """The rows as they were written down."""
    from bionty.sources.packaged import packaged_sources

    names = ("entity", "name", "organism", "version")
    return [{name: getattr(one, name) for name in names} for one in packaged_sources()]


def test_uids_of_the_test_data(assets: Path) -> None:
    rows = json.loads((assets / "index.json").read_text())
    assert len(rows) == 22
    for row in rows:
        uid = row.pop("uid")
        assert bt.uids.encode_uid(bt.Source, row)["uid"] == uid


# -- records with their ancestors


def test_a_cell_type_with_its_ancestors(sources, count_queries) -> None:
    record = bt.CellType.from_source(name="effector T cell")
    assert bt.CellType.filter().count() == 0
    with count_queries() as queries:
        record.save()
    assert queries.count <= 12
    assert bt.CellType.filter().order_by("id").to_list("name") == EFFECTOR_T_CELL
    assert n_links(bt.CellType) == 16
    assert record.parents.to_list("name") == ["mature T cell"]
    assert record.source.version == "2026-03-26"
    assert bt.CellType.from_source(name="effector T cell").save() == record
    assert (bt.CellType.filter().count(), n_links(bt.CellType)) == (12, 16)


def test_a_list_is_saved_before_its_ancestors(sources) -> None:
    factors = bt.ExperimentalFactor.from_values(["EFO:0008913"], field="ontology_id").save()
    assert factors.one().name == "single-cell RNA sequencing"
    saved = bt.ExperimentalFactor.filter().order_by("id").to_list("ontology_id")
    assert saved == SINGLE_CELL_RNA_SEQUENCING


def test_the_cell_types_of_the_tutorial(sources) -> None:
    bt.CellType.from_source(name="effector T cell").save()
    for name in ("B cell", "CD8-positive, alpha-beta T cell"):
        bt.CellType.from_values([name]).save()
    names = bt.CellType.filter(id__gt=12).order_by("id").to_list("ontology_id")
    assert names == ["CL:0000236", "CL:0000945", "CL:0000625", "CL:0000789", "CL:0000791"]


def test_lung(sources) -> None:
    bt.Tissue.from_values(["lung"]).save()
    assert (bt.Tissue.filter().count(), n_links(bt.Tissue)) == (33, 57)
    assert bt.Tissue.get(name="lung").query_parents().count() == 32


# -- whole sources


def test_all_cell_types(sources) -> None:
    bt.CellType.import_source()
    assert (bt.CellType.filter().count(), n_links(bt.CellType)) == (3_324, 4_633)
    assert not bt.CellType.filter(name__istartswith="obsolete").exists()
    assert bt.Source.get(name="cl", version="2026-03-26").in_db is True
    assert bt.CellType.get(name="T cell").query_children().count() == 171
    assert bt.CellType.get(name="T cell").uid == "22LvKd01YyNA1a"


def test_all_diseases(sources) -> None:
    bt.Disease.import_source()
    assert (bt.Disease.filter().count(), n_links(bt.Disease)) == (27_990, 41_908)


def test_all_human_genes(sources) -> None:
    bt.Gene.import_source(organism="human")
    assert bt.Gene.filter(organism__name="human").count() == 78_894
    gene = bt.Gene.get(ensembl_gene_id="ENSG00000205456")
    assert gene.ncbi_gene_ids == "102723655|102723713|24150|729264|729355"
    schema = ln.Schema(features=list(bt.Gene.filter(symbol__in=["CD8A", "CD4"])), dtype=int).save()
    assert ln.Schema.filter(genes__symbol="CD8A").one() == schema


# -- public ontologies


def test_search(sqlite_sources) -> None:
    found = bt.CellType.public().search("gamma-delta T cell")
    assert found.index[:8].tolist() == [
        "CL:0000798",
        "CL:4033072",
        "CL:0000799",
        "CL:0000800",
        "CL:0002124",
        "CL:0002125",
        "CL:0002126",
        "CL:0020001",
    ]
    assert bt.CellType.public().search("CD8-positive, alpha-beta T cell (").empty


def test_repr(sqlite_sources) -> None:
    assert repr(bt.CellType.public()) == (
        "PublicOntology\nEntity: CellType\nOrganism: all\nSource: cl, 2026-03-26\n#terms: 3523\n"
    )


def test_standardize(sqlite_sources) -> None:
    values = ["T-cell", "t cell", "NERVE CELL", "x", None, "T cell"]
    public = bt.CellType.public()
    assert public.standardize(values) == ["T cell", "T cell", "neuron", "x", None, "T cell"]
    assert public.standardize(values, return_mapper=True) == {
        "T-cell": "T cell",
        "t cell": "T cell",
        "NERVE CELL": "neuron",
    }


def test_standardize_genes(sqlite_sources) -> None:
    genes = bt.Gene.public(organism="human")
    assert genes.standardize(["ABC1", "p53"]) == ["HEATR6", "TP53"]
    assert genes.standardize(["ABC1", "p53"], keep="last") == ["ABCA1", "TP53"]
    assert genes.standardize(["ABC1", "p53"], keep=False) == [["HEATR6", "ABCA1"], "TP53"]
    ids = genes.standardize(["TP53", "p53"], return_field="ensembl_gene_id")
    assert ids == ["ENSG00000141510"] * 2


# -- organisms


def test_a_gene_by_its_ensembl_id(sources) -> None:
    gene = bt.Gene.from_source(ensembl_gene_id="ENSG00000081059")
    assert (gene.symbol, gene.uid, gene.ncbi_gene_ids) == ("TCF7", "7IkHKPl0ScQRSB", "6932")
    assert bt.Organism.filter().to_list("name") == ["human"]
    assert gene.organism == bt.Organism.get(name="human")
    assert bt.Gene.filter().count() == 0


def test_a_gene_by_its_symbol(sources) -> None:
    with pytest.raises(OrganismNotSet, match="`organism` is required"):
        bt.Gene.from_source(symbol="TCF7")
    genes = bt.Gene.from_source(symbol="7SK", organism="human")
    assert [gene.symbol for gene in genes] == ["7SK"] * 7


def test_genes_of_several_species(sources) -> None:
    ids = ["ENSG00000081059", "ENSMUSG00000000001"]
    genes = bt.Gene.from_values(ids, field=bt.Gene.ensembl_gene_id).save()
    assert genes.to_list("organism__name") == ["human", "mouse"]
    assert genes.to_list("source__organism") == ["human", "mouse"]
    assert bt.Gene.validate(ids, field=bt.Gene.ensembl_gene_id).tolist() == [True, True]


def test_genes_of_a_species_without_table(sources, capsys) -> None:
    ids = ["ENSSSCG00000000001"]
    assert bt.Gene.from_values(ids, field=bt.Gene.ensembl_gene_id) == []
    out = capsys.readouterr().out
    assert "{'entity': 'bionty.Gene', 'organism': 'pig'}" in out
    assert "did not create Gene record for 1 non-validated ensembl_gene_id" in out
    assert bt.Organism.filter().count() == 0


def test_phenotypes_depend_on_the_organism(sources) -> None:
    assert bt.Phenotype.public().source == "pato"
    assert bt.Phenotype.public(organism="human").source == "hp"
    phenotype = bt.Phenotype.from_source(ontology_id="HP:0001166", organism="human")
    assert phenotype.name == "Arachnodactyly"


def test_a_gene_without_ensembl_id(sources) -> None:
    gene = bt.Gene.from_source(stable_id="YAL001C", organism="saccharomyces cerevisiae").save()
    assert (gene.symbol, gene.ensembl_gene_id) == ("TFC3", None)
    assert gene.uid == bt.uids.ontology("YAL001C")


def test_breeds(sources) -> None:
    assert len(bt.Organism.from_source(ontology_id="NCBITaxon:9823")) == 4
    assert bt.Organism.from_source(scientific_name="Sus scrofa").name == "pig"


def test_versions_differ(assets) -> None:
    new, changed = bt.base.CellType(version="2026-03-26").diff(
        bt.base.CellType(version="2025-04-10")
    )
    assert (len(new), len(changed)) == (606, 89)
