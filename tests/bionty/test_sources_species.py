"""Gene ids tell their species without any table."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bionty.sources.species import known_species, species_of_gene


@pytest.mark.parametrize(
    ("gene_id", "name"),
    [
        ("ENSG00000081059", "human"),
        ("ENSG00000081059.5", "human"),
        ("ENSMUSG00000000001", "mouse"),
        ("ENSRNOG00000000001", "rat"),
        ("ENSSSCG00000000001", "pig"),  # not one of its breeds
        ("ENSCAFG00000000001", "dog"),
        ("WBGene00000001", "caenorhabditis elegans (nematode, n2)"),
        ("FBgn0000001", "drosophila melanogaster (fruit fly)"),
    ],
)
def test_species_of_a_gene(gene_id: str, name: str):
    species = species_of_gene(gene_id)
    assert species is not None
    assert species.name == name


@pytest.mark.parametrize("text", ["", "TCF7", "ENST00000081059", "ENSXYZG00000000001", "YAL001C"])
def test_what_belongs_to_no_known_species(text: str):
    assert species_of_gene(text) is None


def test_prefixes_are_those_of_ensembl(test_data: Path):
    table = pq.read_table(test_data / "bionty-assets" / "ensembl_prefix.parquet").to_pylist()
    expected = {(row["gene_prefix"], row["scientific_name"], row["name"]) for row in table}
    ours = {(one.prefix, one.scientific_name, one.name) for one in known_species()}
    assert len(expected) == 54
    assert expected <= ours


def test_taxa_are_those_of_the_table_of_organisms(test_data: Path):
    file = "df_vertebrates__ensembl__release-114__Organism.parquet"
    table = pq.read_table(test_data / "bionty-assets" / file).to_pylist()
    expected = {row["scientific_name"]: row["ontology_id"] for row in table}
    assert {one.scientific_name: f"NCBITaxon:{one.taxon_id}" for one in known_species()} == expected
