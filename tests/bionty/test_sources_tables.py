"""Tables are the same whatever wrote them, and find terms fast."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bionty.sources.columns import normalized
from bionty.sources.keys import SourceKey
from bionty.sources.reading import read_table
from bionty.sources.tables import OntologyTable, table_from_dataframe
from lamindb.errors import CorruptedOntology

KEY = SourceKey("CellType", "all", "inhouse", "1")
GENES = SourceKey("Gene", "human", "inhouse", "1")

ROWS = {
    "name": ["cell", "T cell", "B cell"],
    "definition": ["A Cell.", None, None],
    "synonyms": [None, "T-cell|lymphocyte", "lymphocyte|"],
    "parents": [[], ["X:1"], ["X:1", "X:9"]],
}
IDS = pd.Index(["X:1", "X:2", "X:3"], name="ontology_id")


@pytest.fixture
def table() -> OntologyTable:
    return table_from_dataframe(pd.DataFrame(ROWS, index=IDS), KEY)


def asset(test_data: Path, *parts: str) -> OntologyTable:
    key = SourceKey(*parts)
    return read_table(test_data / "bionty-assets" / key.table_file, key)


@pytest.fixture
def cl(test_data: Path) -> OntologyTable:
    return asset(test_data, "CellType", "all", "cl", "2026-03-26")


@pytest.fixture
def genes(test_data: Path) -> OntologyTable:
    return asset(test_data, "Gene", "human", "ensembl", "release-114")


LAYOUTS = {
    "id as index": lambda df: df,
    "id as column": lambda df: df.reset_index(),
    "unnamed index": lambda df: df.rename_axis(None),
    "id as column behind a numbered index": lambda df: df.reset_index().rename(lambda n: n + 7),
    "pyarrow strings": lambda df: df.convert_dtypes(dtype_backend="pyarrow"),
    "NaN": lambda df: df.fillna(float("nan")),
    "categories": lambda df: df.astype({"name": "category", "definition": "category"}),
    "polars": lambda df: __import__("polars").from_pandas(df.reset_index()).to_pandas(),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_data_frames(table: OntologyTable, tmp_path: Path, layout: str):
    frame = LAYOUTS[layout](pd.DataFrame(ROWS, index=IDS))
    assert table_from_dataframe(frame, KEY).to_arrow().equals(table.to_arrow())
    frame.to_parquet(tmp_path / "table.parquet")
    read = read_table(tmp_path / "table.parquet", KEY)
    assert read.to_arrow().equals(table.to_arrow())
    assert read.columns == ["ontology_id", "name", "definition", "synonyms", "parents"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ([None, None], [[], []]),
        (["X:1", None], [["X:1"], []]),  # a scalar, as in ICD
        (["[]", "['X:1', 'X:2']"], [[], ["X:1", "X:2"]]),  # text, as in DepMap
        ([["X:1"], None], [["X:1"], []]),
        (["", "X:1"], [[], ["X:1"]]),
    ],
)
def test_layouts_of_parents(written: list, read: list):
    frame = pd.DataFrame({"ontology_id": ["a", "b"], "name": ["A", "B"], "parents": written})
    assert table_from_dataframe(frame, KEY).records.values("parents") == read


def test_optional_columns_can_be_missing():
    table = table_from_dataframe(pd.DataFrame({"name": ["a", "b"]}), KEY)
    assert table.id_field is None
    assert table.columns == ["name"]
    assert table.standardize_map(["A"]) == {"A": "a"}
    assert table.parents_of(["a"]) == {}
    assert table.ancestors(["a"]) == []
    assert table.to_dataframe().equals(pd.DataFrame({"name": ["a", "b"]}))


def test_ids_that_were_numbers_are_text():
    frame = pd.DataFrame({"symbol": ["a", "b"], "ncbi_gene_id": [6932, None]})
    table = table_from_dataframe(frame, GENES)
    assert table.records.values("ncbi_gene_ids") == ["6932", None]


def test_the_length_of_proteins_is_a_number(test_data: Path):
    proteins = asset(test_data, "Protein", "human", "uniprot", "2020-02")
    assert proteins.to_arrow()["length"].type == pa.int64()
    (row,) = proteins.rows_where("uniprotkb_id", ["P04637"])["P04637"]
    assert (row["gene_symbol"], row["length"]) == ("TP53", 393)


def test_of_rows_with_the_same_id_the_first_counts(capsys):
    frame = pd.DataFrame({"ontology_id": ["X:1", "X:2", "X:1"], "name": ["a", "b", "c"]})
    table = table_from_dataframe(frame, KEY)
    assert table.records.values("name") == ["a", "b"]
    assert capsys.readouterr().out == "! repeated ontology_id, the first row counts: 'X:1'\n"


def test_a_frame_without_id_and_name_is_refused():
    with pytest.raises(ValueError, match="needs the column 'ontology_id' or 'name'; it has 'a'"):
        table_from_dataframe(pd.DataFrame({"a": [1]}), KEY)


def test_a_frame_of_mixed_types_is_refused():
    with pytest.raises(ValueError, match="the dataframe of source inhouse 1 can't be read"):
        table_from_dataframe(pd.DataFrame({"name": ["a", 1]}), KEY)


def test_frames_are_the_callers_own(table: OntologyTable):
    frame = table.to_dataframe()
    frame.loc["X:1", "name"] = "changed"
    frame.loc["X:2", "parents"].append("X:7")
    assert table.to_dataframe().loc["X:1", "name"] == "cell"
    assert table.to_dataframe().loc["X:2", "parents"] == ["X:1"]


def test_rows_by_value(table: OntologyTable):
    assert table.rows_where("name", ["B cell", "x", "B cell", None]) == {
        "B cell": [
            {
                "ontology_id": "X:3",
                "name": "B cell",
                "definition": None,
                "synonyms": "lymphocyte|",
                "parents": ["X:1", "X:9"],
            }
        ]
    }
    assert [row["name"] for row in table.rows()] == ["cell", "T cell", "B cell"]


def test_several_rows_of_a_value_are_in_table_order(genes: OntologyTable):
    rows = genes.rows_where("symbol", ["7SK"])["7SK"]
    assert len(rows) == 7
    assert rows == sorted(rows, key=lambda row: row["ensembl_gene_id"])


def test_an_unknown_column_is_refused(table: OntologyTable):
    with pytest.raises(KeyError, match="No nam column exists! Did you mean 'name'"):
        table.rows_where("nam", ["cell"])


def test_terms_by_synonym_and_casing(table: OntologyTable):
    values = ["T-cell", "t-CELL", "CELL", "T cell", "lymphocyte", "", None, 1, "x"]
    assert table.standardize_map(values) == {
        "T-cell": "T cell",
        "t-CELL": "T cell",
        "CELL": "cell",
        "T cell": "T cell",
        "lymphocyte": "T cell",
    }
    assert table.standardize_map(["lymphocyte"], keep="last") == {"lymphocyte": "B cell"}
    several = table.standardize_map(["lymphocyte", "T-cell"], keep=False)
    assert several == {"lymphocyte": ["T cell", "B cell"], "T-cell": "T cell"}
    assert table.standardize_map(["t-CELL", "T-cell"], case_sensitive=True) == {"T-cell": "T cell"}
    assert table.standardize_map(["T-cell"], return_field="ontology_id") == {"T-cell": "X:2"}


def test_genes_have_one_row_each(genes: OntologyTable):
    assert (genes.n_terms, len(genes.published), len(genes)) == (83061, 83061, 78894)
    (row,) = genes.rows_where("ensembl_gene_id", ["ENSG00000205456"])["ENSG00000205456"]
    assert row["ncbi_gene_ids"] == "102723655|102723713|24150|729264|729355"
    assert genes.records.values("ncbi_gene_ids").count("") == 0


def test_genes_without_ensembl_id(test_data: Path):
    yeast = asset(test_data, "Gene", "saccharomyces cerevisiae", "ensembl", "sgd-2020-10")
    (row,) = yeast.rows_where("stable_id", ["YAL001C"])["YAL001C"]
    assert (row["symbol"], row["ensembl_gene_id"]) == ("TFC3", None)
    assert len(yeast) == 7141


def test_terms_of_other_sources_are_no_records():
    ids = ["CL:1", "GO:1"]
    arrow = normalized(pa.table({"ontology_id": ids, "name": ["a", "b"]}), "CellType")
    key = SourceKey("CellType", "all", "cl", "1")
    assert [row["name"] for row in OntologyTable(arrow, key).rows()] == ["a"]
    assert OntologyTable(arrow, key).n_terms == 2
    assert len(OntologyTable(arrow, KEY)) == 2  # no id begins with the name of the source
    assert len(OntologyTable(arrow, key, is_restricted=False)) == 2


def test_ancestors_are_in_table_order(cl: OntologyTable):
    (effector,) = cl.rows_where("name", ["effector T cell"])["effector T cell"]
    assert cl.parents_of(["CL:0000911", "CL:x"]) == {"CL:0000911": ["CL:0002419"]}
    names = {row["ontology_id"]: row["name"] for row in cl.rows()}
    assert [names[one] for one in cl.ancestors([effector["ontology_id"]])] == [
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
        "mature T cell",
    ]


def test_missing_ancestors_are_named(table: OntologyTable, capsys):
    assert table.ancestors(["X:3"]) == ["X:1"]
    assert capsys.readouterr().out == "! ontology ID X:9 not found in DataFrame\n"


def test_cycles_end():
    frame = pd.DataFrame({"ontology_id": ["a", "b"], "name": ["A", "B"], "parents": ["b", "a"]})
    assert table_from_dataframe(frame, KEY).ancestors(["a"]) == ["a", "b"]


def test_a_file_is_read_once_until_it_changes(tmp_path: Path):
    path = tmp_path / KEY.table_file
    pq.write_table(pa.table({"name": ["a"]}), path)
    first = read_table(path, KEY)
    assert read_table(path, KEY) is first
    pq.write_table(pa.table({"name": ["a", "b"]}), path)
    assert len(read_table(path, KEY)) == 2


def test_threads_share_a_table(tmp_path: Path):
    path = tmp_path / KEY.table_file
    pq.write_table(pa.table({"name": ["a"]}), path)
    tables: list[OntologyTable] = []
    threads = [
        threading.Thread(target=lambda: tables.append(read_table(path, KEY))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(table) for table in tables}) == 1


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_table_is_refused(test_data: Path, tmp_path: Path, share: float):
    source = test_data / "bionty-assets" / "df_all__cl__2026-03-26__CellType.parquet"
    content = source.read_bytes()
    path = tmp_path / source.name
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CorruptedOntology, match=f"{path} is no complete parquet file"):
        read_table(path, SourceKey("CellType", "all", "cl", "2026-03-26"))
    assert path.stat().st_size == int(len(content) * share)


def test_damaged_pages_are_refused(test_data: Path, tmp_path: Path):
    source = test_data / "bionty-assets" / "df_all__cl__2026-03-26__CellType.parquet"
    content = bytearray(source.read_bytes())
    content[1000:100_000] = os.urandom(99_000)
    path = tmp_path / source.name
    path.write_bytes(content)
    with pytest.raises(CorruptedOntology, match=f"^Corrupted ontology file: {path}"):
        read_table(path, SourceKey("CellType", "all", "cl", "2026-03-26"))


def test_another_table_is_refused(tmp_path: Path):
    path = tmp_path / "other.parquet"
    pd.DataFrame({"foo": [1], "bar": [2]}).to_parquet(path)
    key = SourceKey("CellType", "all", "cl", "1")
    with pytest.raises(CorruptedOntology, match="it has neither ids nor names, but foo, bar"):
        read_table(path, key)
