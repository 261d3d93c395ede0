"""Search, validation and standardization against public ontologies."""

from __future__ import annotations

import re
import time

import numpy as np
import pandas as pd
import polars as pl
import pytest

import bionty.base as base
from bionty.base.search import _scores
from bionty.sources.keys import SourceKey
from bionty.sources.tables import table_from_dataframe

VALUES = ["T-cell", "t cell", "NERVE CELL", "x", None, "T cell"]


@pytest.fixture
def cl() -> base.CellType:
    return base.CellType(version="2026-03-26")


@pytest.fixture
def genes() -> base.Gene:
    return base.Gene(version="release-114")


@pytest.fixture
def symbols(genes: base.Gene) -> list[str]:
    return [symbol for symbol in genes._table.published.values("symbol") if symbol][:10_000]


def ontology(**columns: list) -> base.PublicOntology:
    table = table_from_dataframe(pd.DataFrame(columns), SourceKey("CellType", "all", "x", "1"))
    return base.PublicOntology._from_table(table)


# -- search --------------------------------------------------------------------------------------


def test_search_ranks_like_the_known_product(cl: base.CellType):
    found = cl.search("gamma-delta T cell")
    assert list(found.index)[:8] == [
        "CL:0000798",
        "CL:4033072",
        "CL:0000799",
        "CL:0000800",
        "CL:0002124",
        "CL:0002125",
        "CL:0002126",
        "CL:0020001",
    ]
    rows = cl._table.published
    scores = sum(
        _scores(rows.text(field), "gamma-delta T cell", case_sensitive=False)
        for field in rows.text_columns
    )
    by_id = dict(zip(rows.values("ontology_id"), scores, strict=True))
    assert [by_id[one] for one in found.index[:4]] == [438, 45, 30, 30]


def reference_score(value: str, query: str) -> int:
    """The rules, written down one by one for a single value."""
    lower, query = value.lower(), query.lower()
    if query not in lower:
        return 0
    escaped = re.escape(query)
    elements = lower.split("|")
    before, after = r"(?:^|[ |.,;:])", r"(?:$|[ |.,;:])"
    return (
        200 * (lower == query)
        + 200 * any(element == query for element in elements)
        + 10 * bool(re.search(before + escaped + after, lower))
        + 8 * any(re.fullmatch(escaped + r"\S*", element) for element in elements)
        + 2 * bool(re.search(r"(?:^|[ |])" + escaped, lower))
        + 2 * bool(re.search(escaped + after, lower))
        + 1
    )


@pytest.mark.parametrize("query", ["T cell", "b-cell", "cell (", "a.c", "cell", "tcell", "é"])
def test_scores_follow_the_rules(query: str):
    values = [
        "T cell",
        "t cell|B-cell",
        "T cells",
        "gamma T cell.",
        "helperT cell",
        "a T cell, and more",
        "cell (T)",
        "abc",
        "a.c",
        "Tcell|Tcell-like|Tcell like",
        "cell",
        "été",
        "B-cell B-cell",
    ]
    column = ontology(name=values)._table.published.text("name")
    scores = _scores(column, query, case_sensitive=False)
    assert list(scores) == [reference_score(value, query) for value in values]
    assert any(scores)


def test_the_search_text_is_literal(cl: base.CellType):
    found = cl.search("CD8-positive, alpha-beta T cell (")
    assert len(found) == 0
    assert list(found.columns) == ["name", "definition", "synonyms", "parents"]
    for text in (".*", "\\", "[a-z]", "^cell", "a|b$"):
        assert len(cl.search(text, field="name")) == 0


def test_options_of_the_search(cl: base.CellType):
    assert cl.search("T cell", limit=2).index[0] == "CL:0000084"
    assert len(cl.search("T cell", limit=2)) == 2
    assert len(cl.search("")) == len(cl.search("", limit=None)) == 3523
    assert list(cl.search("", limit=2).index) == list(cl.to_dataframe().index[:2])
    assert len(cl.search("t cell", field="name", case_sensitive=True)) < len(
        cl.search("t cell", field="name")
    )
    assert cl.search("CL:0000084", field=[cl.name, "ontology_id"])["name"].tolist() == ["T cell"]
    assert "CL:0000798" in cl.search("CL:0000084", field="parents").index
    with pytest.raises(KeyError, match="No foo column exists!"):
        cl.search("T cell", field="foo")
    with pytest.raises(ValueError, match="limit has to be at least 0, not -1"):
        cl.search("T cell", limit=-1)


def test_equally_good_matches_are_in_table_order():
    found = ontology(name=["b x", "a x", "c x"]).search("x")
    assert found["name"].tolist() == ["b x", "a x", "c x"]


def test_search_is_fast(genes: base.Gene):
    diseases = base.Disease(version="2026-05-05")
    for one, text in ((genes, "TCF7"), (diseases, "breast carcinoma")):
        one.search(text)
        start = time.process_time()
        assert len(one.search(text))
        assert time.process_time() - start < 0.5


# -- standardize ---------------------------------------------------------------------------------


def test_standardize(cl: base.CellType, capsys):
    standard = ["T cell", "T cell", "neuron", "x", None, "T cell"]
    assert cl.standardize(VALUES) == standard
    assert capsys.readouterr().out == "• standardized 3/5 terms\n"
    assert cl.standardize(VALUES, return_mapper=True, mute=True) == {
        "T-cell": "T cell",
        "t cell": "T cell",
        "NERVE CELL": "neuron",
    }
    assert cl.standardize("T-cell", mute=True) == ["T cell"]
    assert cl.standardize(pd.Series(VALUES), mute=True) == standard
    assert cl.standardize(pl.Series(VALUES), mute=True) == standard
    assert cl.standardize(np.array(["T-cell"]), mute=True) == ["T cell"]
    assert cl.standardize(VALUES, case_sensitive=True, mute=True) == [
        "T cell",
        "t cell",
        "NERVE CELL",
        "x",
        None,
        "T cell",
    ]
    assert cl.standardize(["T-cell", "x"], return_field=cl.ontology_id, mute=True) == [
        "CL:0000084",
        "x",
    ]
    assert capsys.readouterr().out == ""


def test_standardize_synonyms_of_several_genes(genes: base.Gene):
    assert genes.standardize(["ABC1", "p53"]) == ["HEATR6", "TP53"]
    assert genes.standardize(["ABC1", "p53"], keep="last") == ["ABCA1", "TP53"]
    assert genes.standardize(["ABC1", "p53"], keep=False) == [["HEATR6", "ABCA1"], "TP53"]
    ids = genes.standardize(["TP53", "p53"], return_field="ensembl_gene_id")
    assert ids == ["ENSG00000141510"] * 2


def test_an_exact_term_comes_before_casing_and_synonyms():
    terms = ontology(name=["b", "B", "a"], synonyms=["a", None, "B"])
    assert terms.standardize(["B", "a", "A"]) == ["B", "a", "a"]


def test_what_standardize_refuses(cl: base.CellType):
    with pytest.raises(AssertionError, match="No foo column exists!"):
        cl.standardize(["a"], "foo")
    with pytest.raises(AssertionError, match="No foo column exists!"):
        cl.standardize(["a"], return_field="foo")
    with pytest.raises(ValueError, match="keep has to be 'first', 'last' or False, not 'all'"):
        cl.standardize(["a"], keep="all")
    with pytest.raises(ValueError, match="Please specify a field!"):
        ontology(ontology_id=["X:1"]).standardize(["a"])


# -- validate and inspect ------------------------------------------------------------------------


def test_validate(cl: base.CellType, capsys):
    known = cl.validate(["T cell", "T-cell", "t cell", "", None, "T cell"], cl.name)
    assert known.dtype == bool
    assert list(known) == [True, False, False, False, False, True]
    assert capsys.readouterr().out == (
        "! 2 unique terms (66.70%) are not validated for name: 'T-cell', 't cell'\n"
    )
    assert list(cl.validate("CL:0000084", "ontology_id", mute=True)) == [True]
    assert list(cl.validate([], "name", mute=True)) == []


def test_what_validate_refuses(cl: base.CellType, genes: base.Gene):
    with pytest.raises(TypeError, match="field"):
        cl.validate(["T cell"])
    with pytest.raises(KeyError, match="No foo column exists!"):
        cl.validate(["T cell"], "foo")
    with pytest.raises(TypeError) as caught:
        cl.validate([1, 2], "name")
    assert str(caught.value) == (
        "Type mismatch: identifiers are 'numeric' but field_values are 'str/categorical'."
    )
    proteins = base.Protein(version="2020-02")
    assert list(proteins.validate([393, 0], "length", mute=True)) == [True, False]
    with pytest.raises(TypeError, match="identifiers are 'str/categorical' but field_values are"):
        proteins.validate(["393"], "length")


def test_inspect(cl: base.CellType, capsys):
    result = cl.inspect(["T cell", "T-cell", "x", None, "T cell"], cl.name)
    assert result.validated == ["T cell"]
    assert result.non_validated == ["T-cell", "x"]
    assert result.synonyms_mapper == {"T-cell": "T cell"}
    assert (result.frac_validated, result.n_empty, result.n_unique) == (33.3, 2, 3)
    assert result.df["__validated__"].tolist() == [True, False, False, False, True]
    assert capsys.readouterr().out.splitlines() == [
        "! 2 unique terms (66.70%) are not validated for name: 'T-cell', 'x'",
        "   detected 1 term with inconsistent casing/synonyms: 'T-cell'",
        "→  standardize terms via .standardize()",
    ]
    plain = cl.inspect(["T-cell"], "name", standardize=False, mute=True)
    assert plain.synonyms_mapper == {}
    frame = cl.inspect(["T cell", "x"], "name", mute=True, return_df=True)
    assert list(frame.index) == ["T cell", "x"]
    assert list(frame["__validated__"]) == [True, False]
    with pytest.raises(KeyError, match="No foo column exists!"):
        cl.inspect(["T cell"], "foo")


def test_thousands_of_values_are_fast(genes: base.Gene, symbols: list[str]):
    genes.standardize(["TCF7"], mute=True)
    for call in (
        lambda: genes.standardize(symbols, mute=True),
        lambda: genes.inspect(symbols, "symbol", mute=True),
        lambda: genes.validate(symbols, "symbol", mute=True),
    ):
        start = time.process_time()
        call()
        assert time.process_time() - start < 0.3
