"""Public ontologies can be read without an instance."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest

import bionty.base as base
from bionty.sources.folders import settings
from bionty.sources.keys import SourceKey
from bionty.sources.tables import table_from_dataframe
from lamindb.errors import CorruptedOntology, OntologyNotAvailable


@pytest.fixture
def cl() -> base.CellType:
    return base.CellType(version="2026-03-26")


@pytest.fixture
def genes() -> base.Gene:
    return base.Gene(version="release-114")


def test_names_of_the_module():
    assert set(base.__all__) <= set(dir(base))
    assert base.settings is settings


def test_no_instance_is_needed(run_python: Callable[..., CompletedProcess[str]], tmp_path: Path):
    script = """
import bionty.base as base
print(base.CellType(version="2026-03-26").standardize(["T-cell"], mute=True))
"""
    assert run_python(script, cwd=tmp_path).stdout == "['T cell']\n"


def test_what_is_shown(cl: base.CellType):
    shown = (
        "PublicOntology\nEntity: CellType\nOrganism: all\nSource: cl, 2026-03-26\n#terms: 3523\n"
    )
    assert repr(cl) == shown
    assert (cl.organism, cl.source, cl.version) == ("all", "cl", "2026-03-26")
    assert cl.fields == {"ontology_id", "name", "definition", "synonyms", "parents"}
    assert (str(cl.name), cl.name.name, cl.name.parent) == ("name", "name", cl)
    assert {"name", "ontology_id", "search"} <= set(dir(cl))
    with pytest.raises(AttributeError, match="'CellType' object has no attribute 'nam'"):
        cl.nam  # noqa: B018
    assert repr(copy.copy(cl)) == shown


@pytest.mark.parametrize(
    ("make", "source"),
    [
        (lambda: base.Tissue(version="2026-04-01"), "uberon"),
        (lambda: base.CellType(organism="all", version="2026-03-26"), "cl"),
        (base.Phenotype, "pato"),
        (lambda: base.Phenotype(organism="human", version="2025-01-16"), "hp"),
        (lambda: base.Phenotype(source="hp", version="2025-01-16"), "hp"),
        (lambda: base.CellLine(source="clo", version="2.1.80"), "clo"),
        (lambda: base.DevelopmentalStage(organism="mouse"), "mmusdv"),
        (lambda: base.Organism(taxa="all", version="2026-05-13"), "ncbitaxon"),
        (lambda: base.Organism("vertebrates", version="release-114"), "ensembl"),
        (lambda: base.Gene(organism="mouse", version="release-114"), "ensembl"),
        (lambda: base.Protein(version="2020-02"), "uniprot"),
        (base.BFXPipeline, "lamin"),
        (lambda: base.PublicOntology(entity="Ethnicity"), "hancestro"),
        (lambda: base.CellMarker(source="hgnc-cd", version="2024-11"), "hgnc-cd"),
    ],
)
def test_which_source_is_chosen(make: Callable[[], base.PublicOntology], source: str):
    assert make().source == source


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({"source": "xx"}, "{'entity': 'CellType', 'source': 'xx'}"),
        ({"organism": "mars"}, "{'entity': 'CellType', 'organism': 'mars'}"),
        ({"source": "uberon"}, "{'entity': 'CellType', 'source': 'uberon'}"),
        (
            {"organism": "mars", "version": "1"},
            "{'entity': 'CellType', 'organism': 'mars', 'version': '1'}",
        ),
    ],
)
def test_a_source_that_does_not_exist(options: dict[str, str], asked: str):
    with pytest.raises(ValueError) as caught:
        base.CellType(**options)
    assert str(caught.value) == (f"No source is available with {asked}\nCheck `.display_sources()`")


def test_a_version_that_is_nowhere():
    with pytest.raises(OntologyNotAvailable) as caught:
        base.CellType(version="1999-12-31")
    text = str(caught.value)
    assert "Tried http://purl.obolibrary.org/obo/cl/releases/1999-12-31/cl.owl: " in text
    assert "The table of cl 1999-12-31 (CellType) is not available." in text


def test_a_default_version_may_be_that_of_a_package(cache_folder: Path, capsys):
    ontology = base.CellType()
    assert capsys.readouterr().out == (
        f"! cl 2026-06-08 is not available offline, using cl {ontology.version} "
        "from cellxgene-ontology-guide\n"
    )
    assert ontology.version != "2026-06-08"
    assert f"Source: cl, {ontology.version}\n" in repr(ontology)


def test_data_frames_of_ontologies(cl: base.CellType):
    frame = cl.to_dataframe()
    assert (frame.index.name, list(frame.columns)) == (
        "ontology_id",
        ["name", "definition", "synonyms", "parents"],
    )
    assert frame.loc["CL:0000911", "parents"] == ["CL:0002419"]
    frame.loc["CL:0000084", "name"] = "changed"
    assert cl.to_dataframe().loc["CL:0000084", "name"] == "T cell"
    with pytest.warns(DeprecationWarning, match="Use to_dataframe instead of df"):
        assert cl.df().equals(cl.to_dataframe())


def test_data_frames_of_other_entities(genes: base.Gene):
    frame = genes.to_dataframe()
    assert isinstance(frame.index, pd.RangeIndex)
    assert list(frame.columns)[:3] == ["ensembl_gene_id", "symbol", "ncbi_gene_id"]
    assert len(frame) == 83061
    organisms = base.Organism(version="release-114").to_dataframe()
    assert organisms.index.name == "name"
    assert organisms.loc["human", "ontology_id"] == "NCBITaxon:9606"
    markers = base.CellMarker(source="hgnc-cd", version="2024-11").to_dataframe()
    assert isinstance(markers.index, pd.RangeIndex)
    assert markers.columns[0] == "name"


def test_terms_of_other_sources_are_left_out_of_the_data_frame():
    frame = pd.DataFrame({"ontology_id": ["CL:1", "GO:1"], "name": ["a", "b"]})
    table = table_from_dataframe(frame, SourceKey("CellType", "all", "cl", "1"))
    table._is_restricted = True
    ontology = base.CellType._from_table(table)
    assert list(ontology.to_dataframe().index) == ["CL:1"]
    assert "#terms: 2\n" in repr(ontology)


def test_tables_of_a_process_are_shared(cl: base.CellType, genes: base.Gene):
    start = time.process_time()
    assert base.CellType(version="2026-03-26")._table is cl._table
    assert base.Gene(version="release-114")._table is genes._table
    assert time.process_time() - start < 0.1


def test_lookup(cl: base.CellType):
    lookup = cl.lookup()
    assert lookup.t_cell._asdict() == {
        "ontology_id": "CL:0000084",
        "name": "T cell",
        "definition": "A Type Of Lymphocyte Whose Defining Characteristic Is The Expression Of A T "
        "Cell Receptor Complex.",
        "synonyms": "T lymphocyte|T-cell|T-lymphocyte",
        "parents": ["CL:0000542"],
    }
    assert type(lookup.t_cell).__name__ == "CellType"
    assert lookup.dict()["T cell"] == lookup.t_cell
    assert cl.lookup("ontology_id").cl_0000084 == lookup.t_cell
    assert cl.lookup(cl.ontology_id).cl_0000084 == lookup.t_cell
    assert "t_cell" in dir(lookup)
    assert "dict" in dir(lookup)
    assert len(lookup) == len(lookup._fields) == len(list(lookup))
    assert repr(lookup) == f"<lookup of {len(lookup)} values of name>"
    with pytest.raises(AttributeError, match=r"No term is named 't_cel'. Did you mean 't_cell'"):
        lookup.t_cel  # noqa: B018


def test_names_of_lookups():
    values = ["3D cell", "class", "dict", "A-b", "a b", "", None]
    table = table_from_dataframe(pd.DataFrame({"name": values}), SourceKey("X", "all", "x", "1"))
    lookup = base.PublicOntology._from_table(table).lookup()
    assert lookup._fields == ("bt_3d_cell", "class_", "dict_", "a_b")
    assert [entry.name for entry in lookup.a_b] == ["A-b", "a b"]
    assert list(lookup.dict()) == ["3D cell", "class", "dict", "A-b", "a b"]


def test_lookup_of_repeated_values(genes: base.Gene):
    assert len(genes.lookup().dict()["7SK"]) == 7
    with pytest.raises(KeyError, match="No foo column exists!"):
        genes.lookup("foo")


def test_the_lookup_is_lazy(genes: base.Gene):
    genes.lookup().tcf7  # noqa: B018 (the index of the column is made)
    start = time.process_time()
    assert genes.lookup().tcf7.ensembl_gene_id == "ENSG00000081059"
    assert time.process_time() - start < 0.5


def test_what_changed_between_versions(cl: base.CellType):
    new, modified = cl.diff(base.CellType(version="2025-04-10"))
    assert (len(new), len(modified)) == (606, 89)
    assert list(modified.columns.levels[1]) == ["self", "other"]
    renamed = modified["name"].dropna()
    assert len(renamed) == 37
    _, modified = cl.diff(base.CellType(version="2025-04-10"), result_names=("a", "b"))
    assert modified.columns[0] == ("name", "a")


def test_what_changed_between_versions_of_tables_without_ids():
    def ontology(version: str, names: list[str]) -> base.CellMarker:
        key = SourceKey("CellMarker", "human", "mine", version)
        frame = pd.DataFrame({"name": names, "gene_symbol": [n.upper() for n in names]})
        return base.CellMarker._from_table(table_from_dataframe(frame, key))

    new, modified = ontology("2", ["a", "b"]).diff(ontology("1", ["a"]))
    assert (list(new.index), len(modified)) == (["b"], 0)


def test_what_cannot_be_compared(cl: base.CellType):
    for other, text in [
        (cl, "The versions must not be the same"),
        (base.Phenotype(), "Both sources must have the same entity class"),
        (
            base.CellType._from_table(
                table_from_dataframe(
                    pd.DataFrame({"name": ["a"]}), SourceKey("CellType", "all", "x", "1")
                )
            ),
            r"Both sources must be versions of the same source: got cl \(all\) and x \(all\)",
        ),
    ]:
        with pytest.raises(ValueError, match=text):
            cl.diff(other)


def test_lists_of_sources(capsys):
    frame = base.display_sources()
    assert frame.index.name == "entity"
    assert list(frame.columns) == [
        "name",
        "organism",
        "version",
        "url",
        "description",
        "source_website",
    ]
    assert (len(frame), frame.loc["CellType", "version"]) == (43, "2026-06-08")
    used = base.display_currently_used_sources(mute=True)
    assert (len(used), list(used.columns)) == (37, ["organism", "name", "version"])
    assert list(used.loc["Disease", "name"]) == ["mondo", "doid"]
    assert capsys.readouterr().out == ""


def test_clearing_the_cache(cache_folder: Path, capsys):
    from lamindb.base.log import logger

    ontology = base.CellType()
    assert len(list(cache_folder.rglob("*.parquet"))) == 1
    logger.set_verbosity("success")
    capsys.readouterr()
    ontology.clear_cache()
    name = ontology._table.key.table_file
    assert capsys.readouterr().out == f"✓ deleted cached parquet file: {name}\n"
    assert list(cache_folder.rglob("*.parquet")) == []


def test_raw_files_are_parsed_by_pronto(cache_folder: Path, test_data: Path):
    key = SourceKey("Phenotype", "all", "pato", "2025-05-14")
    cache_folder.mkdir(parents=True)
    raw = cache_folder / key.raw_file
    raw.write_bytes((test_data / "obo" / "pato_2025-05-14.obo").read_bytes())
    ontology = base.Phenotype()
    assert ontology.to_pronto()["PATO:0000001"].name == "quality"
    raw.write_bytes((test_data / "obo" / "life-stages_2025-01-23.obo").read_bytes())
    with pytest.raises(CorruptedOntology, match=f"pronto can't read {raw}"):
        ontology.to_pronto(mute=True)


def test_pronto_is_optional(monkeypatch, cl: base.CellType):
    monkeypatch.setitem(__import__("sys").modules, "pronto", None)
    with pytest.raises(ImportError, match=r"pip install 'lamindb\[owl\]'"):
        cl.to_pronto()


def test_earlier_gene_ids(tmp_path: Path, monkeypatch, genes: base.Gene):
    with pytest.raises(NotImplementedError, match="df-legacy_human__ensembl__release-114__Gene"):
        genes.map_legacy_ids(["ENSG1"])
    monkeypatch.setenv("BIONTY_ASSETS", str(tmp_path))
    path = tmp_path / genes._table.key.legacy_file
    events = {
        "old_stable_id": ["ENSG1", "ENSG2", "ENSG2", "ENSG3", "ENSG1"],
        "new_stable_id": ["ENSG9", "ENSG7", "ENSG8", None, "ENSG9"],
    }
    pd.DataFrame(events).to_parquet(path)
    result = genes.map_legacy_ids(["ENSG2", "ENSG1", "ENSG3", "ENSG4", "ENSG1"])
    assert result.mapped == {"ENSG1": "ENSG9"}
    assert result.ambiguous == {"ENSG2": ["ENSG7", "ENSG8"]}
    assert result.unmapped == ["ENSG3", "ENSG4"]
    pd.DataFrame({"a": ["ENSG1"]}).to_parquet(path)
    with pytest.raises(CorruptedOntology, match="has no columns 'old_stable_id'"):
        genes.map_legacy_ids(["ENSG1"])


def test_a_source_can_be_registered(bionty_instance, genes: base.Gene):
    import bionty as bt

    source = genes.register_source_in_lamindb()
    assert bt.Source.get(source.uid) == source
    assert (source.entity, source.organism, source.name, source.version) == (
        "bionty.Gene",
        "human",
        "ensembl",
        "release-114",
    )


def test_fields_of_registries_are_accepted(bionty_instance, cl: base.CellType):
    import bionty as bt

    assert list(cl.validate(["CL:0000084"], bt.CellType.ontology_id, mute=True)) == [True]
    assert cl.search("CL:0000084", field=bt.CellType.ontology_id).name.tolist() == ["T cell"]
