"""The sources that a new database knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from bionty import uids
from bionty.sources.keys import SourceKey
from bionty.sources.packaged import PackagedSource, packaged_sources
from lamindb.errors import InvalidArgument, ValidationError

# the uid is a hash of entity, name, organism and version, so this pins down the rows
UIDS = """
6Exvf3us 6bbVUTCS 6s9nV6xh 2PmTrc8x 7GPHh16S 55SVpG1b 77oUuOMe 7gsJ9OXr 3gQpDC9D 2aKmloc1
oC3Up6Eg 011Fr1Pp 7HcisvwJ 5JmosyJw 7ZDYRDbd 6NRI7z1y 1x9VhhMm 1894sCXT 8vZdNSGd 1FUaRMsN
3kDh8qAX 7bV5uJo3 13AwGU4n 6LyRtvz8 2zHOtEVP dq7QgcSP 5PozusMv 6Oa6a7Pp 1UuMSPhi 25rhq3yV
1NahqGNY 2rMQe2ZH 6Q3pqM4z 15uFx5W4 2UZHts8n 310u2HLQ 3rm9aOzL 6bSx9Bpd ugaIoIlj 7JO1x6p1
6na9vRls 7au3ZQrD 5JnVODh4
""".split()


def test_rows_and_their_order():
    sources = packaged_sources()
    rows = [f"{one.entity}{one.name}{one.organism}{one.version}" for one in sources]
    assert [uids.source(row) for row in rows] == UIDS
    assert len(sources) == 43
    assert sum(one.currently_used for one in sources) == 37


def test_a_row():
    assert packaged_sources()[25] == PackagedSource(
        entity="bionty.CellType",
        organism="all",
        name="cl",
        version="2026-06-08",
        currently_used=True,
        description="Cell Ontology",
        url="http://purl.obolibrary.org/obo/cl/releases/2026-06-08/cl.owl",
        source_website="https://obophenotype.github.io/cell-ontology",
    )
    assert packaged_sources()[42].entity == "BioSample"


def test_the_first_source_of_an_entity_and_organism_is_the_default():
    used = {one.name: one.currently_used for one in packaged_sources()}
    assert [name for name, is_used in used.items() if not is_used] == [
        "clo",
        "depmap",
        "icd",
        "phe",
        "pw",
        "dron",
    ]


def test_names_of_files():
    key = SourceKey("bionty.Gene", "Saccharomyces cerevisiae", "ensembl", "release-116")
    stem = "saccharomyces-cerevisiae__ensembl__release-116__Gene"
    assert key.table_file == f"df_{stem}.parquet"
    assert key.raw_file == f"ontology_{stem}"
    assert key == SourceKey("Gene", "Saccharomyces cerevisiae", "ensembl", "release-116", "url")
    assert str(key) == "ensembl release-116 (Saccharomyces cerevisiae)"


@pytest.mark.parametrize("version", ["../1", "a/b", "a\\b", "a\0"])
def test_files_stay_in_their_folder(version: str):
    with pytest.raises(InvalidArgument, match="the version of a source can't be part of a path"):
        SourceKey("CellType", "all", "cl", version)


def test_a_root_folder_can_have_its_own_list(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("BIONTY_ROOT_DIR", str(tmp_path))
    assert len(packaged_sources()) == 43
    (tmp_path / "sources.yaml").write_text(
        "CellType:\n  mine:\n    name: Mine\n    website: https://x.org\n    organisms:\n"
        "      all:\n        latest-version: 1.0\n        url: https://x.org/{version}.obo\n"
    )
    (source,) = packaged_sources()
    assert (source.entity, source.version, source.url) == (
        "bionty.CellType",
        "1.0",
        "https://x.org/1.0.obo",
    )


@pytest.mark.parametrize("content", ["a: [", "- a", "CellType:\n  mine: {}\n", "CellType: 1"])
def test_a_list_that_is_none_is_refused(tmp_path: Path, monkeypatch, content: str):
    monkeypatch.setenv("BIONTY_ROOT_DIR", str(tmp_path))
    (tmp_path / "sources.yaml").write_text(content)
    with pytest.raises(ValidationError, match=r"sources\.yaml has no valid list of sources"):
        packaged_sources()
