"""Installed packages bring tables, which are those that the sources publish."""

from __future__ import annotations

import gzip
import json
from importlib.metadata import EntryPoint
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bionty.sources import cellxgene_guide, data_packages, hpo
from bionty.sources.columns import aggregated_genes, normalized
from bionty.sources.data_packages import (
    available_offline,
    offered,
    package_folders,
    read_offered,
)
from bionty.sources.keys import SourceKey
from bionty.sources.load import load_default_table, load_table
from bionty.sources.package_tables import PackageTable, package_folder, package_release
from bionty.sources.packaged import packaged_sources
from bionty.sources.raw import named_obsolete
from lamindb.errors import CorruptedOntology

GUIDE = "cellxgene-ontology-guide"


def offer(key: SourceKey) -> PackageTable:
    (package,) = [package for package in offered() if package.key == key]
    return package


@pytest.mark.parametrize(
    ("entity", "organism", "name", "version"),
    [
        ("CellType", "all", "cl", "2026-03-26"),
        ("CellType", "all", "cl", "2025-04-10"),
        ("Tissue", "all", "uberon", "2026-04-01"),
        ("Disease", "all", "mondo", "2026-05-05"),
        ("ExperimentalFactor", "all", "efo", "3.90.0"),
        ("Phenotype", "all", "pato", "2025-05-14"),
        ("Phenotype", "human", "hp", "2025-01-16"),
        ("DevelopmentalStage", "human", "hsapdv", "2025-01-23"),
        ("DevelopmentalStage", "mouse", "mmusdv", "2025-01-23"),
        ("Ethnicity", "human", "hancestro", "2025-10-14"),
        ("CellLine", "all", "cellosaurus", "55.0"),
    ],
)
def test_tables_are_those_of_the_sources(
    test_data: Path, entity: str, organism: str, name: str, version: str
):
    key = SourceKey(entity, organism, name, version)
    made = offer(key).make().to_pylist()
    published = pq.read_table(test_data / "bionty-assets" / key.table_file).to_pylist()
    assert len(made) == len(published)
    for ours, theirs in zip(made, published, strict=True):
        assert ours["ontology_id"] == theirs["ontology_id"]
        assert ours["name"] in (theirs["name"], named_obsolete(theirs["name"]))
        assert ours["definition"] == theirs["definition"]
        assert set(ours["parents"]) == set(theirs["parents"])
        assert set((ours["synonyms"] or "").split("|")) == set(
            (theirs["synonyms"] or "").split("|")
        )


def test_taxa_are_those_of_the_source(test_data: Path):
    key = SourceKey("Organism", "all", "ncbitaxon", "2026-05-13")
    made = {row["ontology_id"]: row for row in read_offered(offer(key)).rows()}
    published = pq.read_table(test_data / "bionty-assets" / key.table_file).to_pylist()
    assert len(published) == 27062
    for row in published:
        ours = made[row["ontology_id"]]
        for column in ("name", "scientific_name", "parents"):
            assert ours[column] == row[column]
    assert offer(key).only == "taxa with a common name, and those above them"


@pytest.mark.parametrize(("organism", "n_genes"), [("human", 78894), ("mouse", 78317)])
def test_shipped_genes_are_those_of_ensembl(test_data: Path, organism: str, n_genes: int):
    key = SourceKey("Gene", organism, "ensembl", "release-114")
    path = offer(key).parquet
    shipped = pq.read_table(path)
    published = pq.read_table(test_data / "bionty-assets" / key.table_file)
    genes = aggregated_genes(normalized(published, "Gene")).sort_by("ensembl_gene_id")
    assert shipped.column_names == ["ensembl_gene_id", "symbol", "biotype"]
    assert len(shipped) == n_genes
    for column in shipped.column_names:
        assert shipped[column].to_pylist() == genes[column].to_pylist()
    assert path.stat().st_size < 300_000


def test_a_table_is_made_once(cache_folder: Path):
    key = SourceKey("CellType", "all", "cl", "2026-03-26")
    table = load_table(key)
    assert (len(table), table.key.provider) == (3523, GUIDE)
    folder = f"{GUIDE}-{package_release(GUIDE)}"
    assert table.path == cache_folder / "packages" / folder / key.table_file
    assert load_table(key) is table


def test_tables_are_made_anew_if_the_cache_cannot_be_written(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.delenv("BIONTY_ASSETS", raising=False)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BIONTY_ROOT_DIR", str(tmp_path / "file"))
    key = SourceKey("CellType", "all", "cl", "2026-03-26")
    table = load_table(key)
    assert (len(table), table.path) == (3523, None)
    assert f"! can't cache {key.table_file}: " in capsys.readouterr().out
    assert load_table(key) is table


def test_slow_tables_are_announced(cache_folder: Path, capsys):
    arrow = pa.table({"ontology_id": ["X:1"], "name": ["a"]})
    key = SourceKey("Drug", "all", "mine", "1", provider="mine")
    package = PackageTable(key, "1.0", lambda: arrow, is_slow=True)
    assert len(read_offered(package)) == 1
    assert capsys.readouterr().out == "→ making the table of mine 1, which takes a moment\n"
    read_offered(package)
    assert capsys.readouterr().out == ""


def test_seed_001_has_its_ontologies_without_network_and_folders(cache_folder: Path):
    terms = {
        "CellType": ("name", "effector T cell"),
        "ExperimentalFactor": ("ontology_id", "EFO:0008913"),
        "Gene": ("symbol", "CD8A"),
        "Organism": ("name", "human"),
        "Tissue": ("name", "lung"),
        "Disease": ("ontology_id", "MONDO:0000001"),
    }
    found = {}
    for source in packaged_sources():
        entity = source.key.entity
        if entity in terms and source.currently_used and entity not in found:
            field, value = terms[entity]
            found[entity] = bool(load_default_table(source.key).rows_where(field, [value]))
    assert found == dict.fromkeys(terms, True)


def test_missing_packages_bring_nothing(monkeypatch):
    assert package_folder("no_such_package") is None
    for module in (cellxgene_guide, hpo):
        monkeypatch.setattr(module, "package_folder", lambda name: None)
        assert module.tables() == []


def test_files_of_other_releases_of_the_guide(tmp_path: Path, monkeypatch):
    content = {
        "CL:1": {"label": "cell", "ancestors": {}, "deprecated": False},
        "CL:2": {
            "label": "T cell",
            "ancestors": {"CL:1": 1, "GO:1": 1, "CL:9": 2},
            "description": "a cell.",
            "synonyms": ["T-cell"],
            "deprecated": True,
        },
        "CL:3": {"label": "", "ancestors": {}},
        "GO:1": {"label": "of another ontology", "ancestors": {}},
    }
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "CL-ontology-v2024-01-01.json.gz"
    file.write_bytes(gzip.compress(json.dumps(content).encode()))
    (tmp_path / "data" / "ZFA-ontology-v1.json.gz").write_bytes(b"")
    (tmp_path / "data" / "ontology_info.json").write_text("{}")
    monkeypatch.setattr(cellxgene_guide, "package_folder", lambda name: tmp_path)
    (package,) = cellxgene_guide.tables()
    assert package.key == SourceKey("CellType", "all", "cl", "2024-01-01")
    assert package.make().to_pylist() == [
        {
            "ontology_id": "CL:1",
            "name": "cell",
            "definition": None,
            "synonyms": None,
            "parents": [],
        },
        {
            "ontology_id": "CL:2",
            "name": "obsolete T cell",
            "definition": "A Cell.",
            "synonyms": "T-cell",
            "parents": ["CL:1"],
        },
    ]
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(CorruptedOntology, match=f"Reinstall the package '{GUIDE}'"):
        package.make()


def test_a_damaged_taxonomy_is_refused(tmp_path: Path):
    file = tmp_path / "NCBITaxon-ontology-v1.json.gz"
    text = '{"NCBITaxon:1":{"ancestors":{},"label":"root","synonyms":["all"],"deprecated":false}}'
    file.write_bytes(gzip.compress(text.encode()))
    assert cellxgene_guide._read(file)["scientific_name"].to_pylist() == ["root"]
    file.write_bytes(file.read_bytes()[:-12])
    with pytest.raises(CorruptedOntology, match="Corrupted ontology file: "):
        cellxgene_guide._read(file)


@pytest.mark.parametrize("header", ["", "data-version: hp/releases/2025-01-16\n"])
def test_the_version_of_hp_is_read_from_its_file(tmp_path: Path, monkeypatch, header: str):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hp.obo").write_text(f"format-version: 1.2\n{header}")
    monkeypatch.setattr(hpo, "package_folder", lambda name: tmp_path)
    versions = [package.key.version for package in hpo.tables()]
    assert versions == (["2025-01-16"] if header else [])


@pytest.fixture
def announce(monkeypatch: pytest.MonkeyPatch):
    """Announce entry points as an installed package would."""

    def install(*points: EntryPoint) -> None:
        monkeypatch.setattr(data_packages, "entry_points", lambda group: points)
        package_folders.cache_clear()

    yield install
    package_folders.cache_clear()


def test_other_packages_announce_folders(
    cache_folder: Path, tmp_path: Path, announce, write_table, monkeypatch, capsys
):
    key = SourceKey("CellType", "all", "mine", "2.0")
    write_table(tmp_path / "package", key, ["a"])
    monkeypatch.setattr(hpo, "folder_for_test", lambda: tmp_path / "package", raising=False)
    announce(EntryPoint("mine", "bionty.sources.hpo:folder_for_test", "bionty.assets"))
    assert load_table(key).records.values("name") == ["a"]
    (listed,) = [one for one in available_offline("CellType") if one.name == "mine"]
    assert listed.provider == "mine"
    newer = SourceKey("CellType", "all", "mine", "3.0")
    assert load_default_table(newer).key == key
    message = "! mine 3.0 is not available offline, using mine 2.0 from mine\n"
    assert capsys.readouterr().out == message


def test_a_broken_package_does_not_break_others(announce, capsys):
    announce(
        EntryPoint("broken", "no_such_module:folder", "bionty.assets"),
        EntryPoint("works", "bionty.sources.shipped:FOLDER", "bionty.assets"),
    )
    assert list(package_folders()) == ["works"]
    assert capsys.readouterr().out == (
        "! entry point 'no_such_module:folder' of group 'bionty.assets' failed: "
        "No module named 'no_such_module'\n"
    )
