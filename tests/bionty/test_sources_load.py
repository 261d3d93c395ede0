"""A table comes from the first place that has it, and never half of it."""

from __future__ import annotations

import gzip
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from bionty.sources import download, obtaining
from bionty.sources.cached_files import clear_cached_files, fetch_raw_file
from bionty.sources.data_packages import available_offline
from bionty.sources.folders import Settings, settings
from bionty.sources.keys import SourceKey
from bionty.sources.load import load_default_table, load_table
from lamindb.errors import CorruptedOntology, OntologyNotAvailable
from tests.support import processes

KEY = SourceKey("CellType", "all", "cl", "1999-01-01")
OBO = "format-version: 1.2\n\n[Term]\nid: CL:1\nname: cell\n"


def names_of(key: SourceKey) -> list[str]:
    return load_table(key).records.values("name")


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# -- order of places -----------------------------------------------------------------------------


def test_the_cache_comes_first(
    cache_folder: Path, tmp_path: Path, monkeypatch, mirror, write_table
):
    write_table(cache_folder, KEY, ["cached"])
    write_table(tmp_path / "folder", KEY, ["folder"])
    write_table(mirror.folder, KEY, ["mirror"])
    monkeypatch.setenv("BIONTY_ASSETS", str(tmp_path / "folder"))
    assert names_of(KEY) == ["cached"]
    assert mirror.asked == []


def test_then_folders_in_their_order(
    cache_folder: Path, tmp_path: Path, monkeypatch, mirror, write_table
):
    folders = [tmp_path / name for name in ("missing", "first", "second")]
    for folder in folders[1:]:
        write_table(folder, KEY, [folder.name])
    monkeypatch.setenv("BIONTY_ASSETS", ":".join(map(str, folders)))
    assert names_of(KEY) == ["first"]
    assert mirror.asked == []
    assert not cache_folder.exists()


def test_folders_of_the_settings_come_before_those_of_the_environment(
    cache_folder: Path, tmp_path: Path, monkeypatch, write_table
):
    write_table(tmp_path / "env", KEY, ["environment"])
    write_table(tmp_path / "set", KEY, ["setting"])
    monkeypatch.setenv("BIONTY_ASSETS", str(tmp_path / "env"))
    monkeypatch.setattr(settings, "_asset_folders", [])
    settings.asset_folders = str(tmp_path / "set")
    assert settings.asset_folders == [tmp_path / "set", tmp_path / "env"]
    assert names_of(KEY) == ["setting"]


def test_then_the_asset_store_which_is_asked_once(cache_folder: Path, mirror, write_table, capsys):
    write_table(mirror.folder, KEY, ["a", "b"])
    assert names_of(KEY) == ["a", "b"]
    assert mirror.asked == [f"/{KEY.table_file}"]
    assert files_in(cache_folder) == [KEY.table_file]
    progress = capsys.readouterr().out
    assert progress == f"\r... synchronizing {KEY.table_file}: 100.0%\n"
    assert load_table(KEY) is load_table(KEY)
    assert len(mirror.asked) == 1


def test_then_the_url_of_the_source_which_is_parsed(cache_folder: Path, mirror):
    (mirror.folder / "cl.obo").write_text(OBO)
    key = SourceKey("CellType", "all", "cl", "1999-01-01", f"{mirror.url}/cl.obo")
    assert names_of(key) == ["cell"]
    assert mirror.asked == [f"/{KEY.table_file}", "/cl.obo"]
    assert files_in(cache_folder) == [KEY.table_file, KEY.raw_file]
    mirror.stop()
    clear_cached_files(SourceKey("CellType", "all", "other", "1"))
    assert load_table(key).path == cache_folder / KEY.table_file


def test_the_url_can_lead_to_a_table(cache_folder: Path, mirror, tmp_path: Path, write_table):
    write_table(tmp_path, KEY, ["a"]).rename(mirror.folder / "mine.parquet")
    key = SourceKey("CellType", "all", "cl", "1999-01-01", f"{mirror.url}/mine.parquet")
    assert names_of(key) == ["a"]
    assert files_in(cache_folder) == [KEY.table_file]


def test_the_url_can_be_a_file(cache_folder: Path, tmp_path: Path):
    path = tmp_path / "my cells.obo.gz"
    path.write_bytes(gzip.compress(OBO.encode()))
    assert names_of(SourceKey("CellType", "all", "cl", "1", path.as_uri())) == ["cell"]


def test_a_raw_file_in_a_folder_is_parsed(cache_folder: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("BIONTY_ASSETS", str(tmp_path))
    (tmp_path / KEY.raw_file).write_text(OBO)
    assert names_of(KEY) == ["cell"]
    assert files_in(cache_folder) == [KEY.table_file]


def test_species_of_ensembl_are_read_from_its_list(cache_folder: Path, mirror):
    (mirror.folder / "species.txt").write_text(
        "#name\tspecies\tdivision\ttaxonomy_id\tassembly\t\n"
        "Human\thomo_sapiens\tEnsemblVertebrates\t9606\tGRCh38.p14\t\n"
        "Pig - Bamei\tsus_scrofa_bamei\tEnsemblVertebrates\t9823\t\t\n"
    )
    key = SourceKey("Organism", "vertebrates", "ensembl", "release-1", f"{mirror.url}/species.txt")
    assert list(load_table(key).rows()) == [
        {
            "ontology_id": "NCBITaxon:9606",
            "name": "human",
            "scientific_name": "Homo sapiens",
            "division": "EnsemblVertebrates",
            "assembly": "GRCh38.p14",
            "synonyms": None,
        },
        {
            "ontology_id": "NCBITaxon:9823",
            "name": "pig - bamei",
            "scientific_name": "Sus scrofa bamei",
            "division": "EnsemblVertebrates",
            "assembly": None,
            "synonyms": None,
        },
    ]


@pytest.mark.parametrize(
    "content", ["", "#name\tspecies\n", "#name\tspecies\ttaxonomy_id\nHuman\t"]
)
def test_a_truncated_list_of_species_is_refused(cache_folder: Path, mirror, content: str):
    (mirror.folder / "species.txt").write_text(content)
    key = SourceKey("Organism", "vertebrates", "ensembl", "release-1", f"{mirror.url}/species.txt")
    with pytest.raises(CorruptedOntology, match="Corrupted ontology file: "):
        load_table(key)
    assert files_in(cache_folder) == []


# -- failures ------------------------------------------------------------------------------------


def test_what_is_nowhere(cache_folder: Path, mirror):
    key = SourceKey("CellType", "all", "other", "1", f"{mirror.url}/other.owl")
    with pytest.raises(OntologyNotAvailable) as caught:
        load_table(key)
    assert str(caught.value) == (
        "The table of other 1 (CellType) is not available.\n"
        f"Looked for df_all__other__1__CellType.parquet in {cache_folder}.\n"
        f"Tried {mirror.url}/df_all__other__1__CellType.parquet: URL not found (404): "
        f"'{mirror.url}/df_all__other__1__CellType.parquet'. Check for typos.\n"
        f"Tried {mirror.url}/other.owl: URL not found (404): '{mirror.url}/other.owl'. "
        "Check for typos.\n"
        "To provide it offline, put the file into a folder and list that folder in the "
        "environment variable BIONTY_ASSETS; pip install 'lamindb[ontologies]' brings tables of "
        "most ontologies."
    )
    assert isinstance(caught.value, ConnectionError)
    assert caught.value.alternatives == []
    assert not cache_folder.exists()


def test_other_errors_of_a_server(cache_folder: Path, mirror):
    mirror.broken[f"/{KEY.table_file}"] = 503
    url = f"{mirror.url}/{KEY.table_file}"
    with pytest.raises(OntologyNotAvailable, match=re.escape(f"HTTP error (503): {url}")):
        load_table(KEY)


def test_a_damaged_download_leaves_nothing(
    cache_folder: Path, mirror, asset_folder: Path, monkeypatch
):
    monkeypatch.delenv("BIONTY_ASSETS")
    content = (asset_folder / "df_all__cl__2026-03-26__CellType.parquet").read_bytes()
    (mirror.folder / KEY.table_file).write_bytes(content[:-100])
    with pytest.raises(CorruptedOntology, match="is no complete parquet file"):
        load_table(KEY)
    assert files_in(cache_folder) == []


def test_a_damaged_ontology_file_leaves_nothing(cache_folder: Path, mirror):
    (mirror.folder / "cl.obo").write_text(OBO[:-2])
    key = SourceKey("CellType", "all", "cl", "1999-01-01", f"{mirror.url}/cl.obo")
    with pytest.raises(CorruptedOntology, match="its last line has no end"):
        load_table(key)
    assert files_in(cache_folder) == []
    (mirror.folder / "cl.obo").write_text(OBO)
    assert names_of(key) == ["cell"]


def test_a_connection_that_breaks_leaves_nothing(cache_folder: Path, monkeypatch):
    monkeypatch.delenv("BIONTY_OFFLINE")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("BIONTY_MIRROR", url)
        program = (
            "import socket, sys; s = socket.socket(fileno=int(sys.argv[1]))\n"
            "while True:\n"
            "    c, _ = s.accept(); c.recv(9999)\n"
            "    c.sendall(b'HTTP/1.0 200 OK\\r\\nContent-Length: 99\\r\\n\\r\\nabc'); c.close()\n"
        )
        number = server.fileno()
        child = subprocess.Popen([sys.executable, "-c", program, str(number)], pass_fds=[number])
        try:
            with pytest.raises(OntologyNotAvailable, match=r"3 of 99 bytes|IncompleteRead"):
                load_table(KEY)
        finally:
            child.kill()
            child.wait()
    assert files_in(cache_folder) == []


def test_a_corrupted_file_in_the_cache_is_left_alone(cache_folder: Path, mirror, write_table):
    path = write_table(cache_folder, KEY, ["a"])
    path.write_bytes(path.read_bytes()[:50])
    write_table(mirror.folder, KEY, ["b"])
    with pytest.raises(CorruptedOntology, match="Delete it, so that it is made or downloaded"):
        load_table(KEY)
    assert path.stat().st_size == 50
    assert mirror.asked == []


def test_a_cache_folder_that_is_a_file(
    cache_folder: Path, tmp_path: Path, monkeypatch, mirror, write_table, capsys
):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("BIONTY_ROOT_DIR", str(tmp_path / "file"))
    write_table(mirror.folder, KEY, ["a"])
    assert names_of(KEY) == names_of(KEY) == ["a"]
    assert mirror.asked == [f"/{KEY.table_file}"]
    assert f"! can't write tables of ontologies to the cache folder {tmp_path}/file/_dynamic" in (
        capsys.readouterr().out
    )
    assert (tmp_path / "file").read_text() == "not a folder"


def test_a_cache_folder_that_is_a_file_does_not_hide_why_a_table_is_missing(
    cache_folder: Path, tmp_path: Path, monkeypatch
):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("BIONTY_ROOT_DIR", str(tmp_path / "file"))
    with pytest.raises(OntologyNotAvailable, match="BIONTY_OFFLINE is set"):
        load_table(KEY)


def test_offline_is_noticed_at_once(cache_folder: Path, monkeypatch):
    monkeypatch.delenv("BIONTY_OFFLINE")
    monkeypatch.setattr(download, "_tried", {})

    def no_network(address: tuple[str, int], timeout: float) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", no_network)
    start = time.perf_counter()
    with pytest.raises(OntologyNotAvailable) as caught:
        load_table(SourceKey("CellType", "all", "cl", "1999-01-01", "https://example.org/cl.owl"))
    assert time.perf_counter() - start < 1
    assert "can't reach bionty-assets.s3.amazonaws.com: Network is unreachable" in str(caught.value)
    assert "can't reach example.org: Network is unreachable" in str(caught.value)


def test_a_name_server_that_does_not_answer_is_not_waited_for(cache_folder: Path, monkeypatch):
    monkeypatch.delenv("BIONTY_OFFLINE")
    monkeypatch.setattr(download, "_tried", {})
    tries: list[str] = []
    answers = threading.Event()

    def hang(address: tuple[str, int], timeout: float) -> None:
        tries.append(address[0])
        answers.wait(30)
        raise OSError("answered too late")

    monkeypatch.setattr(socket, "create_connection", hang)
    start = time.perf_counter()
    for _ in range(3):
        with pytest.raises(OntologyNotAvailable, match="no answer"):
            load_table(KEY)
    assert time.perf_counter() - start < 5  # remembered, so waited for once
    answers.set()
    assert tries == ["bionty-assets.s3.amazonaws.com"]


def test_the_network_is_not_touched_if_told_so(cache_folder: Path, monkeypatch):
    monkeypatch.setenv("BIONTY_OFFLINE", "1")
    with pytest.raises(OntologyNotAvailable, match="BIONTY_OFFLINE is set"):
        load_table(KEY)


# -- other versions ------------------------------------------------------------------------------


def test_another_version_in_a_folder_is_named_but_not_used(
    cache_folder: Path, asset_folder: Path, no_packages: None
):
    key = SourceKey("CellType", "all", "cl", "2026-06-08")
    for load in (load_table, load_default_table):
        with pytest.raises(OntologyNotAvailable) as caught:
            load(key)
        assert str(caught.value).splitlines()[-3:] == [
            f"Version 2026-03-26 is on this machine (from {asset_folder}). To use it:",
            "source = bt.Source(entity='bionty.CellType', organism='all', name='cl', "
            "version='2026-03-26').save()",
            "source.currently_used = True; source.save()",
        ]
        versions = [one.version for one in caught.value.alternatives]
        assert versions == ["2026-03-26", "2025-04-10"]


def test_a_package_stands_in_for_a_default_version_and_this_is_said(cache_folder: Path, capsys):
    key = SourceKey("CellType", "all", "cl", "2099-01-01")
    with pytest.raises(OntologyNotAvailable, match=r"from cellxgene-ontology-guide\)"):
        load_table(key)  # a version that was asked for is never exchanged
    table = load_default_table(key)
    assert table.key.version >= "2026-03-26"
    assert table.key.provider == "cellxgene-ontology-guide"
    assert capsys.readouterr().out == (
        f"! cl 2099-01-01 is not available offline, using cl {table.key.version} "
        "from cellxgene-ontology-guide\n"
    )
    assert load_default_table(key) is table
    assert capsys.readouterr().out == ""


def test_a_limited_table_of_a_package_says_so(cache_folder: Path, capsys):
    table = load_default_table(SourceKey("Gene", "human", "ensembl", "release-116"))
    assert (len(table), table.key.version) == (78894, "release-114")
    assert capsys.readouterr().out == (
        "! ensembl release-116 (human) is not available offline, using ensembl release-114 "
        "(human) from bionty (only ids, symbols and biotypes)\n"
    )


def test_a_limited_table_is_used_only_if_the_complete_one_is_not_to_be_had(
    cache_folder: Path, mirror, asset_folder: Path, monkeypatch, capsys
):
    key = SourceKey("Gene", "human", "ensembl", "release-114")
    assert "ncbi_gene_ids" in load_table(key).columns  # from the folder
    monkeypatch.delenv("BIONTY_ASSETS")
    assert load_table(key).columns == ["ensembl_gene_id", "symbol", "biotype"]
    assert capsys.readouterr().out == (
        "! using ensembl release-114 (human) from bionty (only ids, symbols and biotypes)\n"
    )
    (mirror.folder / key.table_file).write_bytes((asset_folder / key.table_file).read_bytes())
    assert "ncbi_gene_ids" not in load_table(key).columns  # it was missing a moment ago
    assert len(mirror.asked) == 1
    obtaining._failed.clear()
    assert "ncbi_gene_ids" in load_table(key).columns


def test_versions_on_this_machine(cache_folder: Path, asset_folder: Path, no_packages: None):
    keys = available_offline("bionty.Phenotype")
    assert [(key.name, key.organism, key.version) for key in keys] == [
        ("pato", "all", "2025-05-14"),
        ("hp", "human", "2025-01-16"),
    ]
    assert available_offline("Phenotype", "human") == keys[1:]
    assert keys[0].provider == str(asset_folder)
    assert available_offline("Nothing") == []


def test_numbers_in_versions_are_compared_by_value(tmp_path: Path, monkeypatch, write_table):
    monkeypatch.setenv("BIONTY_ASSETS", str(tmp_path))
    versions = ["3.9.0", "3.90.0", "3.10.0"]
    for version in versions:
        write_table(tmp_path, SourceKey("CellType", "all", "mine", version), ["a"])
    found = [key.version for key in available_offline("CellType") if key.name == "mine"]
    assert found == ["3.90.0", "3.10.0", "3.9.0"]


# -- cache ---------------------------------------------------------------------------------------


def test_clearing_the_cache(cache_folder: Path, mirror, capsys):
    from lamindb.base.log import logger

    (mirror.folder / "cl.obo").write_text(OBO)
    key = SourceKey("CellType", "all", "cl", "1999-01-01", f"{mirror.url}/cl.obo")
    load_table(key)
    logger.set_verbosity("success")
    capsys.readouterr()
    clear_cached_files(key)
    assert capsys.readouterr().out.splitlines() == [
        f"✓ deleted cached parquet file: {key.table_file}",
        f"✓ deleted cached ontology file: {key.raw_file}",
    ]
    assert files_in(cache_folder) == []
    clear_cached_files(key)
    assert capsys.readouterr().out == ""


def test_the_ontology_file_of_a_table_in_our_layout(cache_folder: Path):
    key = SourceKey("CellType", "all", "cl", "1", "s3://bionty-assets/cl.parquet")
    with pytest.raises(OntologyNotAvailable, match="the source has no url of an ontology file"):
        fetch_raw_file(key)


def test_folders(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("BIONTY_ROOT_DIR", str(tmp_path))
    own = Settings()
    assert (own.root_dir, own.dynamicdir, own.datasetdir) == (
        tmp_path,
        tmp_path / "_dynamic",
        tmp_path / "data",
    )
    own.dynamicdir, own.datasetdir = tmp_path / "a", str(tmp_path / "b")
    assert (own.dynamicdir, own.datasetdir) == (tmp_path / "a", tmp_path / "b")
    monkeypatch.delenv("BIONTY_ROOT_DIR")
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(tmp_path / "cache"))
    assert Settings().dynamicdir == tmp_path / "cache" / "bionty" / "_dynamic"
    assert Settings(dynamicdir=tmp_path).dynamicdir == tmp_path


def test_processes_fill_the_cache_at_the_same_time(cache_folder: Path, tmp_path: Path):
    script = """
from bionty.sources.load import load_default_table
from bionty.sources.keys import SourceKey
for name, entity in (("uberon", "Tissue"), ("cl", "CellType"), ("pato", "Phenotype")):
    print(len(load_default_table(SourceKey(entity, "all", name, "2099"))))
"""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=processes.ROOT,
        )
        for _ in range(3)
    ]
    results = [child.communicate() for child in children]
    assert [stderr for _, stderr in results] == ["", "", ""]
    counts = {tuple(re.findall(r"^\d+$", out, re.MULTILINE)) for out, _ in results}
    assert len(counts) == 1
    assert len(counts.pop()) == 3
    assert all(name.startswith("df_all__") for name in files_in(cache_folder))
    assert len(pd.read_parquet(next(cache_folder.rglob("df_all__cl__*.parquet")))) > 3000
