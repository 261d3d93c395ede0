"""Raw ontology files are parsed to what they say, also if some of it is malformed."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bionty.sources.keys import SourceKey
from bionty.sources.owl import curie
from bionty.sources.raw import parse_raw
from lamindb.errors import CorruptedOntology

CELL_TYPE = SourceKey("CellType", "all", "cl", "1")
TISSUE = SourceKey("Tissue", "all", "uberon", "1")
PATHWAY = SourceKey("Pathway", "all", "go", "1")

OBO = """\
format-version: 1.2
import: http://purl.obolibrary.org/obo/ro.owl

[Term]
id: CL:0000001
name: T cell {language="en"}
def: "A cell with a \\"receptor\\", of the immune system." [PMID:1, http://x.org/a\\:b] {a="b"}
synonym: "T-cell" EXACT abbreviation [PMID:1]
synonym: "lymphocyte" BROAD []
synonym: "T lymphocyte" EXACT []
is_a: CL:0000002 {is_inferred="true"} ! lymphocyte
is_a: GO:0000001 ! something else

[Term]
id: CL:0000002 ! trailing comment
name: lymphocyte

[Term]
id: CL:0000003
name: old cell
is_obsolete: true

[Term]
id: CL:0000004
xref: X:1 "a term without a name is left out"

[Term]
id: GO:0000001
name: of another ontology

[Typedef]
id: part_of
name: part of
"""

OWL = """\
<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [<!ENTITY obo "http://purl.obolibrary.org/obo/">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
     xmlns:owl="http://www.w3.org/2002/07/owl#"
     xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
     xmlns:obo="http://purl.obolibrary.org/obo/"
     xmlns:oboInOwl="http://www.geneontology.org/formats/oboInOwl#">
  <owl:Ontology rdf:about="http://purl.obolibrary.org/obo/uberon.owl">
    <owl:imports rdf:resource="http://purl.obolibrary.org/obo/ro.owl"/>
  </owl:Ontology>
  <owl:Class rdf:about="&obo;UBERON_0000001">
    <rdfs:label xml:lang="de">Lunge</rdfs:label>
    <rdfs:label xml:lang="en">lung</rdfs:label>
    <obo:IAO_0000115>A respiration organ.</obo:IAO_0000115>
    <oboInOwl:hasExactSynonym>pulmo</oboInOwl:hasExactSynonym>
    <oboInOwl:hasBroadSynonym>organ of the chest</oboInOwl:hasBroadSynonym>
    <rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/UBERON_0000002"/>
    <rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/BFO_0000004"/>
    <rdfs:subClassOf>
      <owl:Restriction>
        <owl:onProperty rdf:resource="http://purl.obolibrary.org/obo/BFO_0000050"/>
        <owl:someValuesFrom rdf:resource="http://purl.obolibrary.org/obo/UBERON_0000003"/>
      </owl:Restriction>
    </rdfs:subClassOf>
    <rdfs:subClassOf>
      <owl:Restriction>
        <owl:onProperty rdf:resource="http://purl.obolibrary.org/obo/RO_0002202"/>
        <owl:someValuesFrom rdf:resource="http://purl.obolibrary.org/obo/UBERON_0000004"/>
      </owl:Restriction>
    </rdfs:subClassOf>
    <owl:equivalentClass><owl:Class><owl:intersectionOf rdf:parseType="Collection">
      <rdf:Description rdf:about="http://purl.obolibrary.org/obo/UBERON_0000005"/>
    </owl:intersectionOf></owl:Class></owl:equivalentClass>
  </owl:Class>
  <rdf:Description rdf:about="http://purl.obolibrary.org/obo/UBERON_0000002">
    <rdf:type rdf:resource="http://www.w3.org/2002/07/owl#Class"/>
    <rdfs:label>organ</rdfs:label>
    <owl:deprecated rdf:datatype="http://www.w3.org/2001/XMLSchema#boolean">true</owl:deprecated>
  </rdf:Description>
  <owl:Class rdf:about="http://dbpedia.org/resource/Andorra"><rdfs:label>Andorra</rdfs:label></owl:Class>
  <owl:ObjectProperty rdf:about="http://purl.obolibrary.org/obo/BFO_0000050">
    <rdfs:label>part of</rdfs:label>
  </owl:ObjectProperty>
</rdf:RDF>
"""


@pytest.fixture
def raw(tmp_path: Path):
    """Write a raw file."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "ontology"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def expected_parses(test_data: Path) -> list[tuple[str, SourceKey, dict]]:
    """File, key and expectation of each parse."""
    parses = []
    for file, expected in json.loads((test_data / "obo" / "expected.json").read_text()).items():
        if file.startswith("_"):
            continue
        for one in expected.get("prefixes", {expected.get("prefix"): expected}).values():
            organism = expected.get("organism", "all")
            key = SourceKey(expected["entity"], organism, one["source"], "1")
            parses.append((file, key, one))
    return parses


def test_published_files_are_parsed_as_an_independent_parser_does(test_data: Path):
    parses = expected_parses(test_data)
    assert len(parses) == 6
    for file, key, expected in parses:
        table = parse_raw(test_data / "obo" / file, key)
        rows = {row["ontology_id"]: row for row in table.to_pylist()}
        n_obsolete = sum(row["name"].lower().startswith("obsolete") for row in rows.values())
        assert (file, len(rows)) == (file, expected["terms"])
        assert n_obsolete == expected.get("obsolete", n_obsolete)
        for ontology_id, sample in expected.get("samples", {}).items():
            row = rows[ontology_id]
            synonyms = sample.pop("synonyms_set", None)
            assert {name: row[name] for name in sample} == sample
            assert synonyms is None or set(row["synonyms"].split("|")) == set(synonyms)


def test_pato_is_parsed_to_the_published_table(test_data: Path):
    key = SourceKey("Phenotype", "all", "pato", "2025-05-14")
    parsed = parse_raw(test_data / "obo" / "pato_2025-05-14.obo", key).to_pylist()
    published = pq.read_table(test_data / "bionty-assets" / key.table_file).to_pylist()
    for column in ("ontology_id", "name", "definition", "parents"):
        assert [row[column] for row in parsed] == [row[column] for row in published]
    assert [set((row["synonyms"] or "").split("|")) for row in parsed] == [
        set((row["synonyms"] or "").split("|")) for row in published
    ]


@pytest.mark.parametrize(("source", "organism"), [("hsapdv", "human"), ("mmusdv", "mouse")])
def test_stages_have_what_they_are_part_of_as_parents(test_data: Path, source: str, organism: str):
    key = SourceKey("DevelopmentalStage", organism, source, "2025-01-23")
    parsed = parse_raw(test_data / "obo" / "life-stages_2025-01-23.obo", key).to_pylist()
    published = pq.read_table(test_data / "bionty-assets" / key.table_file).to_pylist()
    parents = {row["ontology_id"]: sorted(row["parents"]) for row in published}
    assert {row["ontology_id"]: sorted(row["parents"]) for row in parsed} == parents


def test_a_malformed_clause_is_skipped_with_one_warning(test_data: Path, capsys):
    path = test_data / "obo" / "life-stages_2025-01-23.obo"
    start = time.perf_counter()
    table = parse_raw(path, SourceKey("DevelopmentalStage", "human", "hsapdv", "1"))
    assert time.perf_counter() - start < 1
    assert len(table) == 260
    assert capsys.readouterr().out == (
        f"! skipped 2 malformed or unknown clauses of {path}, the first in line 16488: "
        "xref: http://neurolex.org/wiki/Category\\:Infant_organism\n"
    )


def test_clauses_of_obo(raw, capsys):
    assert parse_raw(raw(OBO), CELL_TYPE).to_pylist() == [
        {
            "ontology_id": "CL:0000001",
            "name": "T cell",
            "definition": 'A Cell With A "Receptor", Of The Immune System.',
            "synonyms": "T-cell|T lymphocyte",
            "parents": ["CL:0000002"],
        },
        {
            "ontology_id": "CL:0000002",
            "name": "lymphocyte",
            "definition": None,
            "synonyms": None,
            "parents": [],
        },
        {
            "ontology_id": "CL:0000003",
            "name": "obsolete old cell",
            "definition": None,
            "synonyms": None,
            "parents": [],
        },
    ]
    assert capsys.readouterr().out == ""


def test_sources_without_a_prefix_keep_all_terms(raw):
    ids = parse_raw(raw(OBO), PATHWAY)["ontology_id"].to_pylist()
    assert ids == ["CL:0000001", "CL:0000002", "CL:0000003", "GO:0000001"]


@pytest.mark.parametrize(
    "clause",
    [
        'def: "no end',
        "synonym: without quotes EXACT []",
        "is_a: two ids",
        "relationship: part_of",
        "invented: clause",
        "no colon",
    ],
)
def test_other_clauses_of_a_term_with_a_malformed_one_are_read(raw, capsys, clause: str):
    path = raw(f"format-version: 1.2\n\n[Term]\nid: CL:1\n{clause}\nname: cell\n")
    assert parse_raw(path, CELL_TYPE)["name"].to_pylist() == ["cell"]
    assert capsys.readouterr().out == (
        f"! skipped 1 malformed or unknown clauses of {path}, the first in line 5: {clause}\n"
    )


def test_lines_of_obo_can_be_continued(raw):
    path = raw("format-version: 1.2\r\n[Term]\r\nid: CL:1\r\nname: long \\\r\nname\r\n")
    assert parse_raw(path, CELL_TYPE)["name"].to_pylist() == ["long name"]


def test_classes_of_owl(raw):
    assert parse_raw(raw(OWL), TISSUE).to_pylist() == [
        {
            "ontology_id": "UBERON:0000001",
            "name": "lung",
            "definition": "A Respiration Organ.",
            "synonyms": "pulmo",
            "parents": ["UBERON:0000002", "UBERON:0000003"],
        },
        {
            "ontology_id": "UBERON:0000002",
            "name": "obsolete organ",
            "definition": None,
            "synonyms": None,
            "parents": [],
        },
    ]


def test_owl_with_wholes_is_parsed_in_linear_time(raw):
    start = OWL.index("  <owl:Class")
    end = OWL.index("  </owl:Class>") + len("  </owl:Class>\n")
    term = OWL[start:end]
    terms = "".join(term.replace("UBERON_0000001", f"UBERON_1{n:06}") for n in range(2_500))
    path = raw(OWL[:start] + terms + OWL[end:])
    assert path.stat().st_size > 3_000_000
    before = time.process_time()
    table = parse_raw(path, TISSUE)
    assert time.process_time() - before < 2
    assert len(table) == 2_501
    assert table["parents"][7].as_py() == ["UBERON:0000002", "UBERON:0000003"]


def test_wholes_are_parents_of_tissues_and_stages_only(raw):
    path = raw(OWL.replace("UBERON_", "CL_"))
    assert parse_raw(path, CELL_TYPE)["parents"].to_pylist() == [["CL:0000002"], []]


def test_compressed_files_are_read(raw):
    assert len(parse_raw(raw(gzip.compress(OBO.encode())), CELL_TYPE)) == 3


def test_taxa_are_named_by_their_common_name(raw):
    path = raw(
        "format-version: 1.2\n\n[Term]\nid: NCBITaxon:9606\nname: Homo sapiens\n"
        'synonym: "Human" EXACT []\nsynonym: "man" EXACT []\n\n'
        "[Term]\nid: NCBITaxon:9605\nname: Homo\n"
    )
    rows = parse_raw(path, SourceKey("Organism", "all", "ncbitaxon", "1")).to_pylist()
    assert [(row["name"], row["scientific_name"], row["synonyms"]) for row in rows] == [
        ("homo", "Homo", None),
        ("human", "Homo sapiens", "man"),
    ]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("file", ["hsapdv-component.obo", "hancestro_2025-04-01.owl"])
def test_truncated_files_are_refused(test_data: Path, raw, file: str, share: float):
    content = (test_data / "obo" / file).read_bytes()
    cut = int(len(content) * share)
    while content[cut - 1 : cut] == b"\n":
        cut -= 1
    path = raw(content[:cut])
    with pytest.raises(CorruptedOntology, match=f"^Corrupted ontology file: {path}"):
        parse_raw(path, SourceKey("DevelopmentalStage", "human", "hsapdv", "1"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is neither OBO nor OWL"),
        (b"name,id\n", "is neither OBO nor OWL"),
        (b"<html><body>busy</body></html>", "has no classes"),
        (b"format-version: 1.2\n", "has no terms"),
        (b"format-version: 1.2\n[Term]\nname: cell\n", "ends with a term without id"),
        (b"format-version: 1.2\n[Term]\n\n[Term]\nid: CL:1\n", "has a term without id"),
        (b"format-version: 1.2\n[Term]\nid: CL:1\nname: \xff\n", "can't decode byte 0xff"),
        (gzip.compress(OBO.encode())[:-20], "end-of-stream"),
    ],
)
def test_what_is_no_ontology_is_refused(raw, content: bytes, reason: str):
    with pytest.raises(ValueError, match=reason):
        parse_raw(raw(content), CELL_TYPE)


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("http://purl.obolibrary.org/obo/CL_0000236", "CL:0000236"),
        ("http://www.ebi.ac.uk/efo/EFO_0008913", "EFO:0008913"),
        ("http://purl.obolibrary.org/obo/NCBITaxon_Union_0000002", "NCBITaxon_Union:0000002"),
        ("http://www.orpha.net/ORDO/Orphanet_123", "Orphanet:123"),
        ("http://example.org/onto#X_1", "X:1"),
        ("http://dbpedia.org/resource/Andorra", None),
        ("http://purl.obolibrary.org/obo/", None),
    ],
)
def test_iris_are_reduced_to_curies(iri: str, short: str | None):
    assert curie(iri) == short
