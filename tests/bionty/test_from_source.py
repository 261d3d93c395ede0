"""`from_source` and `from_values`: records of terms."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.exceptions import FieldError

import bionty as bt
import lamindb as ln
from lamindb.errors import DoesNotExist, InvalidArgument, OntologyNotAvailable

# -- from_source


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            bt.CellType.from_source,
            InvalidArgument,
            "No field passed to generate records from source",
        ),
        (
            lambda: bt.CellType.from_source(name="a", ontology_id="b"),
            InvalidArgument,
            "Only one field can be passed to generate records from source",
        ),
        (
            lambda: bt.CellType.from_source(nam="a"),
            FieldError,
            "Unknown field 'nam'. Fields of bionty.CellType: abbr, .*Did you mean 'name'",
        ),
        (
            lambda: bt.CellType.from_source(name="T-cellx"),
            DoesNotExist,
            "no CellType found in source for the given field value: name='T-cellx' "
            r"\(cl, 2026-03-26\)\. Did you mean 'T cell'",
        ),
        (
            lambda: bt.CellType.from_source(name="T-cell"),
            DoesNotExist,
            r"name='T-cell' \(cl, 2026-03-26\)\. Did you mean 'T cell'\?",
        ),
        (
            lambda: bt.CellType.from_source("xyz"),
            DoesNotExist,
            "no CellType found in source for the given field value: 'xyz'",
        ),
        (
            lambda: bt.Gene.from_source(symbol="TCF77", organism="human"),
            DoesNotExist,
            "Did you mean 'TCF7'",
        ),
        (lambda: bt.CellType.from_source("a", source="cl"), TypeError, "not a str: 'cl'"),
    ],
)
def test_what_is_not_found(sources, call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()
    assert bt.CellType.filter().count() == bt.Gene.filter().count() == 0


def test_a_record_has_what_the_source_says(sources) -> None:
    record = bt.CellType.from_source(ontology_id="CL:0000084")
    assert (record.name, record.uid) == ("T cell", "22LvKd01YyNA1a")
    assert set(record.synonyms.split("|")) == {"T lymphocyte", "T-cell", "T-lymphocyte"}
    assert record.description.startswith("A Type Of Lymphocyte")
    assert record.source == sources["df_all__cl__2026-03-26__CellType.parquet"]
    assert record._state.adding


@pytest.mark.parametrize("string", ["T cell", "T-cell", "t CELL"])
def test_a_string_may_be_a_synonym(sources, string) -> None:
    assert bt.CellType.from_source(string).ontology_id == "CL:0000084"
    saved = bt.CellType.from_source(string).save()
    assert bt.CellType.from_source(string) == saved


def test_the_registry_comes_first(sources) -> None:
    mine = bt.CellType(name="T cell", ontology_id="MY:1").save()
    assert bt.CellType.from_source(name="T cell") == mine
    other = bt.CellType(name="T cell", ontology_id="MY:2").save()
    assert bt.CellType.from_source(name="T cell") == [mine, other]


def test_messages(sources, capsys) -> None:
    ln.settings.verbosity = "hint"
    capsys.readouterr()
    bt.CellType.from_source(name="T cell")
    assert capsys.readouterr().out.splitlines() == [
        "• using cl, 2026-03-26 for CellType",
        "✓ created 1 CellType record from Bionty matching name: 'T cell'",
    ]
    bt.CellType.from_source("T-cell")
    assert capsys.readouterr().out.splitlines() == [
        "✓ created 1 CellType record from Bionty matching synonyms: 'T-cell'",
    ]
    bt.CellType.from_source(name="B cell", mute=True)
    assert capsys.readouterr().out == ""


def test_another_source(sources) -> None:
    older = sources["df_all__cl__2025-04-10__CellType.parquet"]
    record = bt.CellType.from_source(name="T cell", source=older).save()
    assert set(bt.CellType.filter().to_list("source")) == {older.id}
    assert record.query_parents().count() > 5


def test_proteins_and_cell_markers(sources) -> None:
    protein = bt.Protein.from_source(uniprotkb_id="P36402", organism="human").save()
    assert (protein.gene_symbol, protein.organism.name) == ("TCF7", "human")
    assert isinstance(protein.length, int)
    marker = bt.CellMarker.from_source(name="CD4", organism="human").save()
    assert (marker.gene_symbol, marker.uid) == ("CD4", bt.uids.ontology("CD4human"))


def test_offline_the_reason_is_told(instance, without_packages, monkeypatch) -> None:
    monkeypatch.delenv("BIONTY_ASSETS")
    with pytest.raises(OntologyNotAvailable, match=r"df_all__cl__2026-06-08__CellType\.parquet"):
        bt.CellType.from_source(name="T cell")
    saved = bt.CellType(name="T cell").save()
    assert bt.CellType.from_source(name="T cell") == saved


def test_the_version_of_an_installed_package_is_used_and_named(instance, capsys) -> None:
    pytest.importorskip("cellxgene_ontology_guide", reason="extra: cellxgene-ontology-guide")
    from bionty.sources import saying

    saying.said.clear()
    record = bt.CellType.from_source(name="T cell").save()
    assert "is not available offline, using cl " in capsys.readouterr().out
    assert record.source.name == "cl"
    assert record.source.version != "2026-06-08"
    assert not record.source.currently_used
    assert set(bt.CellType.filter().to_list("source")) == {record.source_id}


# -- saving


def test_ancestors_are_reused_and_links_completed(sources) -> None:
    mine = bt.CellType(name="T cell", ontology_id="CL:0000084").save()
    bt.CellType.from_source(name="effector T cell").save()
    assert bt.CellType.filter(ontology_id="CL:0000084").one() == mine
    assert mine.parents.to_list("name") == ["lymphocyte"]
    assert mine.children.to_list("name") == ["mature T cell"]


def test_records_without_table_are_saved_without_ancestors(
    instance, without_packages, monkeypatch, capsys
) -> None:
    monkeypatch.delenv("BIONTY_ASSETS")
    source = bt.Source.get(name="cl")
    record = bt.CellType(name="T cell", ontology_id="CL:0000084", source=source).save()
    assert record.pk
    assert "! saved 'T cell' without ancestors: The table of cl" in capsys.readouterr().out


def test_saving_is_all_or_nothing(sources, monkeypatch) -> None:
    from bionty.models import ancestors

    def fail(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(ancestors, "insert_links", fail)
    record = bt.CellType.from_source(name="T cell")
    with pytest.raises(KeyboardInterrupt):
        record.save()
    assert bt.CellType.filter().count() == 0
    assert record._state.adding
    assert record.pk is None


def test_the_number_of_statements_does_not_grow(sources, count_queries) -> None:
    counts = []
    for names in (["T cell"], ["neuron", "B cell", "fibroblast", "adipocyte", "monocyte"]):
        with count_queries() as queries:
            bt.CellType.from_values(names).save()
        counts.append(queries.count)
    assert counts[1] <= counts[0] <= 16


# -- from_values


def test_existing_records_come_before_new_ones(sources, capsys) -> None:
    ln.settings.verbosity = "hint"
    heart = bt.Tissue.from_source(name="heart", mute=True).save()
    capsys.readouterr()
    values = ["lung", "heart", None, np.nan, "", "lung", "foo", "pulmo"]
    tissues = bt.Tissue.from_values(values)
    assert tissues.to_list("name") == ["heart", "lung"]
    assert tissues[0] == heart
    out = capsys.readouterr().out.splitlines()
    assert out == [
        "✓ loaded 1 Tissue record matching name: 'heart'",
        "✓ created 1 Tissue record from Bionty matching name: 'lung'",
        "✓ created 1 Tissue record from Bionty matching synonyms: 'pulmo'",
        "• did not create Tissue record for 1 non-validated name: 'foo'",
    ]
    tissues.save()
    assert bt.Tissue.filter(name="lung").count() == 1
    assert bt.Tissue.from_values(["pulmo"]).one().name == "lung"


def test_a_string_is_one_value(sources) -> None:
    assert bt.CellType.from_values("T cell").one().name == "T cell"


def test_ids_have_no_synonyms(sources) -> None:
    ids = ["CL:0000084", "cl:0000236"]
    found = bt.CellType.from_values(ids, field=bt.CellType.ontology_id)
    assert found.to_list("name") == ["T cell"]


def test_several_rows_of_a_value(sources, capsys) -> None:
    genes = bt.Gene.from_values(["7SK"], organism="human")
    assert len(genes) == 7
    assert "! ambiguous validation in Bionty for 1 record: '7SK'" in capsys.readouterr().out


def test_plain_records(sources) -> None:
    records = bt.CellType.from_values(["T cell", "foo"], create=True)
    assert [record.ontology_id for record in records] == [None, None]
    genes = bt.Gene.from_values(["TP53", "foo"], create=True, organism="human")
    assert [(gene.organism.name, gene.ensembl_gene_id) for gene in genes] == [("human", None)] * 2


def test_a_field_of_another_registry(sources) -> None:
    with pytest.raises(ValueError, match=r"FieldAttr\(bionty.Tissue.name\) is no field of"):
        bt.CellType.from_values(["T cell"], field=bt.Tissue.name)


def test_without_table_values_are_reported(instance, without_packages, monkeypatch, capsys) -> None:
    monkeypatch.delenv("BIONTY_ASSETS")
    mine = bt.CellType(name="mine").save()
    found = bt.CellType.from_values(["mine", "T cell"])
    assert found.to_list() == [mine]
    out = capsys.readouterr().out
    assert "! cannot look up CellType name 'T cell' in a public source: The table of cl" in out


def test_many_genes_take_few_statements(sources, count_queries) -> None:
    ids = bt.Gene.public(organism="human").to_dataframe()["ensembl_gene_id"][:500]
    with count_queries() as queries:
        genes = bt.Gene.from_values(ids, field="ensembl_gene_id").save()
    assert queries.count <= 16
    assert len(genes) == bt.Gene.filter().count() == len(set(ids))
    with count_queries() as queries:
        again = bt.Gene.from_values(ids, field="ensembl_gene_id")
    assert queries.count == 1
    assert again.to_list() == genes.to_list()
