"""Terms of public sources, organisms, and suggestions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.curators.cat_manager import DataFrameCatManager
from lamindb.curators.categoricals import CatVector
from lamindb.curators.engines.pandas import PandasTable
from lamindb.curators.suggestions import nearest_terms
from lamindb.models.annotate.resolve import vocabularies
from lamindb.models.construction import names_are_new
from tests.support.queries import QueryCounter


class PublicSource:
    """A public source with a few terms, which remembers what it was asked."""

    def __init__(self, registry: Any, names: dict[str, str]) -> None:
        self.registry = registry
        self.names = names
        self.asked: list[Any] = []

    def __call__(self, field: str, organism: Any, source: Any) -> PublicSource:
        self.asked.append((field, organism, source))
        return self

    def new_records(self, values: list[Any]) -> dict[str, list[Any]]:
        known = [value for value in values if value in self.names]
        with names_are_new():
            return {value: [self.registry(name=self.names[value])] for value in known}


@pytest.fixture
def source(instance: Any, monkeypatch: pytest.MonkeyPatch) -> PublicSource:
    """A public source for labels."""
    made = PublicSource(
        ln.ULabel, {"B cell": "B cell", "T cell": "T cell", "B-cell": "B cell", "DMSO": "DMSO"}
    )
    monkeypatch.setattr(ln.ULabel, "_public_terms", made)
    return made


def vector(terms: list[Any], dtype: str = "cat[ULabel]", **kwargs: Any) -> CatVector:
    """A validated vector of the column `cell_type`."""
    frame = pd.DataFrame({"cell_type": pd.Series(terms, dtype=object)})
    made = CatVector(PandasTable(frame), "cell_type", dtype, **kwargs)
    made.validate()
    return made


def test_terms_of_a_public_source_are_added(
    source: PublicSource, capsys: pytest.CaptureFixture[str]
) -> None:
    ln.settings.verbosity = "success"
    capsys.readouterr()
    column = vector(["T cell", "B cell", "my cell"])
    assert capsys.readouterr().out == (
        "✓ added 2 records from_public with ULabel for \"cell_type\": 'T cell', 'B cell'\n"
    )
    assert source.asked == [("name", None, None)]
    assert set(column.records) == {"T cell", "B cell"}
    assert column.non_validated == ["my cell"]
    assert ln.ULabel.filter().count() == 2
    assert vector(["T cell", "B cell"]).is_validated
    assert len(source.asked) == 1, "nothing was missing"


def test_synonyms_of_a_public_source_are_named_not_added(source: PublicSource) -> None:
    column = vector(["B-cell"])
    assert column.synonyms == {"B-cell": "B cell"}
    assert column.failure is not None
    assert column.failure.error == (
        "1 term not validated in feature 'cell_type': 'B-cell'\n"
        '    1 synonym found: "B-cell" → "B cell"\n'
        '    → curate synonyms via: curator.cat.standardize("cell_type")'
    )
    assert not ln.ULabel.filter().exists()
    column.standardize()
    assert column.is_validated
    assert list(column.records) == ["B cell"]


def test_a_union_asks_for_what_is_still_missing(
    source: PublicSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = PublicSource(ln.Record, {"B cell": "B cell", "N": "N"})
    monkeypatch.setattr(ln.Record, "_public_terms", second)
    assert vector(["B cell", "N"], "cat[ULabel|Record]").is_validated
    assert ln.Record.filter().to_list("name") == ["N"]


@pytest.mark.parametrize(
    "error", [ConnectionError("offline"), TimeoutError("slow"), ValueError("no source")]
)
def test_a_source_that_cannot_be_asked_has_no_terms(
    source: PublicSource, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(values: list[Any]) -> Any:
        raise error

    monkeypatch.setattr(source, "new_records", fail)
    assert vector(["B cell"]).non_validated == ["B cell"]


def test_the_public_source_costs_a_constant_number_of_queries(source: PublicSource) -> None:
    source.names |= {f"c{i}": f"c{i}" for i in range(200)}
    with QueryCounter() as queries:
        assert vector([f"c{i}" for i in range(200)]).is_validated
    assert queries.count <= 6


# -- organisms


@pytest.fixture
def genes(bionty_instance: Any, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Genes of two organisms that share a symbol; which organism is meant is human."""
    import bionty as bt

    human, mouse = (bt.Organism(name=name).save() for name in ("human", "mouse"))
    tcf7 = bt.Gene(symbol="TCF7", ensembl_gene_id="ENSG1", organism=human).save()
    with names_are_new():  # the symbol exists
        bt.Gene(symbol="TCF7", ensembl_gene_id="ENSMUSG1", organism=mouse).save()
    bt.Gene(symbol="Cd8a", ensembl_gene_id="ENSMUSG2", organism=mouse).save()
    state = SimpleNamespace(Gene=bt.Gene, human=human, mouse=mouse, tcf7=tcf7, default=human)

    def organism_of(field: str, values: list[Any], organism: Any) -> Any:
        if organism or state.default:
            return organism or state.default
        raise ValueError("`organism` is required to validate Gene symbols")

    monkeypatch.setattr(bt.Gene, "_organism_of_terms", organism_of)
    monkeypatch.setattr(bt.Gene, "_public_terms", lambda field, organism, source: None)
    return state


def test_the_organism_of_the_registry_counts(genes: SimpleNamespace) -> None:
    column = vector(["TCF7", "Cd8a", "X1"], "cat[bionty.Gene]")
    assert column.records == {"TCF7": genes.tcf7}
    assert column.failure is not None
    assert column.failure.error == (
        "2 terms not validated in feature 'cell_type': 'Cd8a', 'X1'\n"
        "    → fix organism 'human', fix typos, remove non-existent values, or save terms via: "
        "curator.cat.add_new_from('cell_type')"
    )
    assert vector(["Cd8a"], "cat[bionty.Gene]", organism=genes.mouse).is_validated
    assert vector(["Cd8a"], "cat[bionty.Gene]", organism="mouse").is_validated


def test_the_organism_of_the_dtype_comes_first(genes: SimpleNamespace) -> None:
    dtype = f"cat[bionty.Gene[organism__uid={genes.mouse.uid}]]"
    column = vector(["Cd8a", "X1"], dtype)
    assert list(column.records) == ["Cd8a"]
    assert column.failure is not None
    assert "→ fix organism 'mouse', fix typos" in column.failure.error
    column.add_new()
    assert genes.Gene.get(symbol="X1").organism == genes.mouse


def test_a_missing_organism_is_part_of_the_failure(genes: SimpleNamespace) -> None:
    genes.default = None
    column = vector(["TCF7"], "cat[bionty.Gene]")
    report = DataFrameCatManager({"cell_type": column}).validate()
    assert str(report) == (
        "1 term not validated in feature 'cell_type': 'TCF7'\n"
        "    → `organism` is required to validate Gene symbols"
    )
    assert report.failures[0].fix is None


def test_new_genes_get_the_organism(genes: SimpleNamespace) -> None:
    vector(["X1"], "cat[bionty.Gene]").add_new()
    assert genes.Gene.get(symbol="X1").organism == genes.human


def test_synonyms_of_a_registry(bionty_instance: Any) -> None:
    import bionty as bt

    bt.CellType(name="B cell", synonyms="B-cell|B lymphocyte").save()
    column = vector(["B-cell", "b CELL", "B cell"], "cat[bionty.CellType]")
    assert column.synonyms == {"B-cell": "B cell", "b CELL": "B cell"}
    assert list(column.records) == ["B cell"]


def test_identifiers_of_genes(genes: SimpleNamespace) -> None:
    table = PandasTable(pd.DataFrame())
    names = CatVector(table, "columns", "bionty.Gene.ensembl_gene_id", terms=["ENSG1", "x"])
    names.validate()
    assert names.records == {"ENSG1": genes.tcf7}
    assert names.non_validated == ["x"]


# -- suggestions


@pytest.mark.parametrize("n_others", [0, 600])
def test_nearest_terms(instance: Any, n_others: int) -> None:
    others = [f"other {i}" for i in range(n_others)]
    ln.ULabel.from_values(["IFNG", "DMSO", "aspirin", *others], create=True).save()
    allowed = vocabularies("cat[ULabel]")
    with QueryCounter() as queries:
        found = nearest_terms(["IFNJ", "DMOS", "asprin", "dmso", "?"], allowed)
    assert found == {
        "IFNJ": ("IFNG",),
        "DMOS": ("DMSO",),
        "asprin": ("aspirin",),
        "dmso": ("DMSO",),
    }
    assert queries.count == (3 if n_others else 1)
    assert nearest_terms([], allowed) == {}


def test_only_valid_terms_are_suggested(instance: Any) -> None:
    ln.ULabel.from_values([f"IFN{i}" for i in range(600)], create=True).save()
    kind = ln.ULabel(name="Perturbation", is_type=True).save()
    ln.ULabel(name="IFNG", type=kind).save()
    ln.ULabel.get(name="IFN7").delete()
    assert nearest_terms(["IFN77x"], vocabularies("cat[ULabel]"))["IFN77x"][0] == "IFN77"
    assert nearest_terms(["IFNx"], vocabularies(f"cat[ULabel[{kind.uid}]]")) == {"IFNx": ("IFNG",)}
    assert "IFN7" not in nearest_terms(["IFN7"], vocabularies("cat[ULabel]"))["IFN7"]


def test_a_few_terms_are_looked_at_however_many_fail(instance: Any) -> None:
    ln.ULabel.from_values(["aspirin"], create=True).save()
    failure = vector([f"aspirin{i}" for i in range(100)]).failure
    assert failure is not None
    assert len(failure.suggestions) == 20
    assert len(failure.values) == 20
    assert failure.n_failing == 100
