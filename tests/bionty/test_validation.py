"""Values compared with a registry, and with a public ontology for what it lacks."""

from __future__ import annotations

import numpy as np
import pytest

import bionty as bt
import lamindb as ln


@pytest.fixture
def cell_types(sources) -> None:
    """T cell and its ancestors."""
    bt.CellType.from_source(name="T cell", mute=True).save()
    ln.settings.verbosity = "hint"


def test_an_empty_registry(instance, capsys) -> None:
    assert bt.Tissue.validate(["lung"]).tolist() == [False]
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "! Your Tissue registry is empty, consider populating it first!",
        "→ use `.import_source()` to import records from a source, e.g. a public ontology",
    ]


def test_only_the_registry_validates(cell_types, count_queries) -> None:
    with count_queries() as queries:
        validated = bt.CellType.validate(["T cell", "t cell", "neuron", None])
    assert validated.tolist() == [True, False, False, False]
    assert isinstance(validated, np.ndarray)
    assert queries.count == 1


def test_what_a_public_ontology_has(cell_types, capsys) -> None:
    capsys.readouterr()
    result = bt.CellType.inspect(["T cell", "T-cell", "neuron", "gut", "foo"])
    assert capsys.readouterr().out.splitlines() == [
        "✓ 1 unique term (20.00%) is validated for name",
        "! 4 unique terms (80.00%) are not validated for name: 'T-cell', 'neuron', 'gut', 'foo'",
        "   detected 1 CellType term with inconsistent casing/synonyms: 'T-cell'",
        "→  standardize terms via .standardize()",
        "   detected 1 CellType term in public source for name: 'neuron'",
        "→  add records from public source to your CellType registry via .from_values()",
        "   couldn't validate 2 terms: 'gut', 'foo'",
        "→  if you are sure, create new records via CellType() and save to your registry",
    ]
    assert result.validated == ["T cell"]
    assert result.non_validated == ["T-cell", "neuron", "gut", "foo"]
    assert result.synonyms_mapper == {"T-cell": "T cell"}
    bt.CellType.inspect(["neuron"], from_source=False)
    assert "public source" not in capsys.readouterr().out


def test_synonyms_of_public_terms_are_no_new_terms(cell_types, capsys) -> None:
    capsys.readouterr()
    result = bt.CellType.inspect(["nerve cell", "B CELL", "foo"])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "   detected 2 CellType terms in public source with inconsistent casing/synonyms: "
        "'nerve cell', 'B CELL'",
        "→  add records from public source to your CellType registry via .from_values()",
        "   couldn't validate 1 term: 'foo'",
        "→  if you are sure, create new records via CellType() and save to your registry",
    ]
    assert result.synonyms_mapper == {}
    ids = bt.CellType.inspect(["cl:0000540"], "ontology_id")
    assert ids.non_validated == ["cl:0000540"]
    assert "couldn't validate 1 term: 'cl:0000540'" in capsys.readouterr().out


def test_public_synonyms(cell_types, capsys) -> None:
    capsys.readouterr()
    values = ["T-cell", "nerve cell", "foo", None, "T cell"]
    assert bt.CellType.standardize(values) == ["T cell", "neuron", "foo", None, "T cell"]
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "! found 1 synonym in public source: ['nerve cell']",
        "  please add corresponding CellType records via: `.from_values(['neuron'])`",
    ]
    ids = bt.CellType.standardize(["nerve cell", "T-cell"], return_field="ontology_id")
    assert ids == ["CL:0000540", "CL:0000084"]
    assert bt.CellType.standardize(["nerve cell"], from_source=False) == ["nerve cell"]


def test_genes_of_an_organism(sources) -> None:
    assert bt.Gene.standardize(["p53"], organism="human") == ["TP53"]
    assert bt.Gene.standardize(["p53"]) == ["p53"]
    bt.settings.organism = "human"
    assert bt.Gene.standardize(["p53"]) == ["TP53"]


def test_genes_of_several_species(sources, capsys) -> None:
    ids = ["ENSG00000141510", "ENSMUSG00000059552", "ENSG99999999999", "ENSSSCG00000000001"]
    field = bt.Gene.ensembl_gene_id
    capsys.readouterr()
    result = bt.Gene.inspect(ids, field=field)
    out = capsys.readouterr().out
    assert result.non_validated == ids
    assert "detected 2 Gene terms in public source for ensembl_gene_id: 'ENSG00000141510'" in out
    assert bt.Organism.filter().count() == 0
    bt.Gene.from_values(ids[:2], field=field).save()
    assert bt.Gene.validate(ids, field=field).tolist() == [True, True, False, False]


def test_records_of_one_source(cell_types) -> None:
    older = bt.Source.get(name="cl", version="2025-04-10")
    newer = bt.Source.get(name="cl", version="2026-03-26")
    values = ["T cell"]
    assert bt.CellType.validate(values, source=older).all()
    assert not bt.CellType.validate(values, source=older, strict_source=True).any()
    assert bt.CellType.validate(values, source=newer, strict_source=True).all()


def test_an_organism_that_only_the_source_depends_on(sources) -> None:
    found = bt.Phenotype.from_values(["Arachnodactyly"], organism="human").save()
    assert found.one().source.name == "hp"
    assert bt.Phenotype.validate(["Arachnodactyly"], organism="human").all()


def test_without_table_the_registry_still_answers(
    instance, without_packages, monkeypatch, capsys
) -> None:
    monkeypatch.delenv("BIONTY_ASSETS")
    bt.CellType(name="T cell", synonyms="T-cell").save()
    assert bt.CellType.standardize(["T-cell"]) == ["T cell"]
    assert bt.CellType.inspect(["T cell"]).validated == ["T cell"]
    assert "table" not in capsys.readouterr().out
    assert bt.CellType.standardize(["T-cell", "x"]) == ["T cell", "x"]
    assert bt.CellType.inspect(["T cell", "x"]).non_validated == ["x"]
    assert "! cannot look up CellType name 'x' in a public source" in capsys.readouterr().out


def test_synonyms_need_no_notebook(sources, capsys) -> None:
    from lamindb.errors import ValidationError

    record = bt.CellType.from_source(name="T cell").save()
    other = bt.CellType(name="my cell", synonyms="MC").save()
    before = record.synonyms
    record.add_synonym(["TC", "T"])
    assert record.synonyms == f"{before}|TC|T"
    with pytest.raises(ValidationError, match=r"a synonym can't contain '\|'!"):
        record.add_synonym("a|b")
    for taken in ("MC", "my cell"):
        with pytest.raises(ValidationError, match="already associated with the following records"):
            record.add_synonym(taken)
    assert record.synonyms == f"{before}|TC|T"
    other.set_abbr("M")
    assert (other.abbr, other.synonyms) == ("M", "MC|M")
