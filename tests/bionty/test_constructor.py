"""Constructors of biological records."""

from __future__ import annotations

import pytest

import bionty as bt
import lamindb as ln
from bionty._organism import OrganismNotSet
from lamindb.errors import FieldValidationError


@pytest.fixture
def human(instance) -> bt.Organism:
    return bt.Organism(
        name="human", ontology_id="NCBITaxon:9606", scientific_name="Homo sapiens"
    ).save()


# -- uids


@pytest.mark.parametrize(
    ("registry", "values", "uid"),
    [
        ("CellType", {"name": "B cell", "ontology_id": "CL:0000236"}, "ryEtgi1yGtAcX2"),
        ("CellType", {"name": "my neuron cell state"}, "2YDPJJsiwD6LIX"),
        ("ExperimentalFactor", {"name": "x", "ontology_id": "EFO:0008913"}, "4WYv9kl0W2SroY"),
        ("Organism", {"name": "human", "ontology_id": "NCBITaxon:9606"}, "1dpCL6TduFJ3AP"),
        ("Gene", {"symbol": "x", "ensembl_gene_id": "ENSG00000081059"}, "7IkHKPl0ScQRSB"),
        ("CellMarker", {"name": "test"}, "2dZ52W9noUDKVE"),
    ],
)
def test_the_uid_follows_from_the_content(human, registry, values, uid) -> None:
    bt.settings.organism = human
    assert getattr(bt, registry)(**values).uid == uid


def test_which_identifier_counts(human) -> None:
    uid = bt.uids.ontology
    gene = {"organism": human, "symbol": "s"}
    assert bt.Gene(**gene, stable_id="t", ensembl_gene_id="e").uid == uid("e")
    assert bt.Gene(**gene, stable_id="t").uid == uid("t")
    assert bt.Gene(**gene).uid == uid("shuman")
    assert bt.Protein(name="n", uniprotkb_id="P1", organism=human).uid == uid("P1")
    assert bt.Protein(name="n", organism=human).uid == uid("nhuman")


def test_an_explicit_uid_wins(instance) -> None:
    assert bt.CellType(name="a", uid="x" * 14).uid == "x" * 14


def test_a_uid_is_found_by_its_beginning(instance) -> None:
    record = bt.Ethnicity(name="a", ontology_id="HANCESTRO:0005").save()
    assert bt.Ethnicity.get(record.uid[:8]) == record


@pytest.mark.parametrize(
    ("registry", "message"),
    [
        ("Gene", "must provide ensembl_gene_id, stable_id or symbol"),
        ("Protein", "must provide uniprotkb_id or name"),
    ],
)
def test_nothing_to_derive_a_uid_from(human, registry, message) -> None:
    with pytest.raises(AssertionError, match=message):
        getattr(bt, registry)(organism=human)
    assert bt.uids.encode_uid(bt.CellType, {"name": "B cell"})["uid"] == bt.uids.ontology("B cell")


# -- keywords


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: bt.CellType(ontology_id="CL:1"), FieldValidationError, r"\['name'\] are required"),
        (
            lambda: bt.CellType(name="a", foo=1),
            TypeError,
            r"CellType\(\) got unexpected keyword arguments: 'foo'",
        ),
        (lambda: bt.CellType("a"), FieldValidationError, "keyword arguments only"),
        (
            lambda: bt.CellType(name="a", parents=[1]),
            ValueError,
            r"Invalid parents kwarg passed\. Provide a list of ontology ids\.",
        ),
        (
            lambda: bt.CellType(name="a", parents="CL:1"),
            ValueError,
            "Invalid parents kwarg passed",
        ),
        (lambda: bt.CellType(name="a" * 256), FieldValidationError, "at most 255 are allowed"),
        (
            lambda: bt.Gene(symbol="a"),
            OrganismNotSet,
            "`organism` is required to create new Gene records!",
        ),
        (
            lambda: bt.Gene(symbol="a", organism="human"),
            TypeError,
            "organism must be a `bionty.Organism` record",
        ),
        (
            lambda: bt.Gene(symbol="a", organism=bt.Organism(name="human")),
            ValueError,
            "save the organism first",
        ),
    ],
)
def test_what_is_refused(instance, make, error, message) -> None:
    with pytest.raises(error, match=message):
        make()
    assert bt.CellType.filter().count() == bt.Gene.filter().count() == 0


def test_a_missing_organism_ends_no_script(instance) -> None:
    with pytest.raises(Exception) as caught:
        bt.Gene(symbol="a")
    assert isinstance(caught.value, ValueError)
    assert not isinstance(caught.value, SystemExit)


def test_the_default_organism(human) -> None:
    bt.settings.organism = human
    assert bt.Gene(symbol="a").organism == human
    assert bt.Gene(symbol="a", organism_id=human.id).organism == human


# -- existing records


def test_a_record_of_the_same_name_is_returned(instance, capsys, count_queries) -> None:
    ln.settings.verbosity = "hint"
    saved = bt.CellType(name="B cell", description="old").save()
    capsys.readouterr()
    with count_queries() as queries:
        record = bt.CellType(name="B cell", description="new")
    assert queries.count == 2
    assert capsys.readouterr().out.splitlines() == [
        "→ returning celltype with same name: 'B cell'",
        "! updated description from old to new",
    ]
    assert record == saved
    assert bt.CellType.get(name="B cell").description == "old"
    record.save()
    assert bt.CellType.get(name="B cell").description == "new"


def test_another_ontology_id_means_another_term(instance, capsys) -> None:
    first = bt.CellType(name="B cell", ontology_id="CL:0000236").save()
    own = bt.CellType(name="X").save()
    record = bt.CellType(name="B cell", ontology_id="CL:9999999")
    other = bt.CellType(name="X", ontology_id="CL:1").save()
    warning = "! creating another celltype with name='B cell': ontology_id='CL:9999999' is not"
    assert warning in capsys.readouterr().out
    assert record._state.adding
    assert record.uid == bt.uids.ontology("CL:9999999")
    assert other != own
    assert bt.CellType.get(first.id).ontology_id == "CL:0000236"
    assert bt.CellType(name="B cell", ontology_id="CL:0000236") == first


def test_genes_of_the_same_symbol(human, capsys) -> None:
    mouse = bt.Organism(name="mouse").save()
    first, second = (
        bt.Gene(symbol="7SK", ensembl_gene_id=gene_id, organism=human).save()
        for gene_id in ("ENSG00000000001", "ENSG00000000002")
    )
    assert bt.Gene(symbol="7SK", ensembl_gene_id="ENSG00000000002", organism=human) == second
    assert bt.Gene(symbol="7SK", organism=human) == first
    assert "→ returning gene with same symbol: '7SK'" in capsys.readouterr().out
    assert bt.Gene(symbol="7SK", organism=mouse)._state.adding


def test_similar_names_are_mentioned(instance, capsys) -> None:
    for name in ("ab cell", "AB cell two"):
        bt.CellType(name=name).save()
    capsys.readouterr()
    bt.CellType(name="AB cell")
    assert capsys.readouterr().out.splitlines() == [
        "! you are trying to create a celltype with name='AB cell' but records with similar names "
        "exist: 'ab cell', 'AB cell two'. Did you mean to load one of them?"
    ]


@pytest.mark.parametrize(
    ("registry", "field", "value"),
    [("Gene", "ensembl_gene_id", "ENSG1"), ("Protein", "uniprotkb_id", "P1")],
)
def test_the_same_identifier_is_found_on_save(human, capsys, registry, field, value) -> None:
    cls = getattr(bt, registry)
    name = cls._name_field
    first = cls(**{name: "a", field: value, "organism": human}).save()
    second = cls(**{name: "b", field: value, "organism": human}).save()
    assert second == first
    assert getattr(second, name) == "a"
    text = f"! returning {registry} record with same ['{field}']: {registry}(uid='{first.uid}'"
    assert text in capsys.readouterr().out
    assert cls.filter().count() == 1


def test_the_same_uid_is_found_on_save(instance, capsys) -> None:
    first = bt.CellType(name="a", ontology_id="CL:1").save()
    again = bt.CellType(name="b", ontology_id="CL:1").save()
    assert again == first
    assert "! returning CellType record with same ['uid']: " in capsys.readouterr().out


def test_a_list_with_the_same_term_twice(instance) -> None:
    records = [bt.CellType(name=name, ontology_id="CL:1") for name in "ab"]
    ln.save(records)
    assert records[0] == records[1]
    assert bt.CellType.filter().to_list("name") == ["a"]


def test_a_taken_abbreviation_leaves_nothing(instance) -> None:
    from django.db import IntegrityError

    bt.CellType(name="a", abbr="A").save()
    record = bt.CellType(name="b", abbr="A")
    with pytest.raises(IntegrityError):
        record.save()
    assert record._state.adding
    assert record.pk is None
    assert bt.CellType.filter().count() == 1


# -- parents


def test_parents_are_created_with_their_ancestors_on_save(sources) -> None:
    record = bt.CellType(name="my T cell", parents=["CL:0000084"])
    assert bt.CellType.filter().count() == 0
    record.save()
    assert record.parents.to_list("name") == ["T cell"]
    assert record.query_parents().count() == 10
    assert bt.CellType.filter().count() == 11


def test_parents_from_the_registry_need_no_table(instance, without_packages, capsys) -> None:
    parent = bt.CellType(name="mine", ontology_id="MY:1").save()
    child = bt.CellType(name="child", parents=["MY:1", "MY:2"]).save()
    assert child.parents.to_list() == [parent]
    assert "ontology ID MY:2 not found: there is no table" in capsys.readouterr().out


def test_parents_of_an_existing_record(instance, without_packages) -> None:
    parent = bt.CellType(name="mine", ontology_id="MY:1").save()
    bt.CellType(name="child").save()
    child = bt.CellType(name="child", parents=["MY:1"])
    assert child.parents.count() == 0
    assert child.save().parents.to_list() == [parent]


def test_unknown_parents_are_named(sources, capsys) -> None:
    record = bt.CellType(name="x", parents=["CL:0000084", "CL:none"]).save()
    assert record.parents.to_list("name") == ["T cell"]
    assert "! ontology ID CL:none not found in DataFrame" in capsys.readouterr().out


# -- look-ups


def test_an_entry_of_a_lookup(sources, capsys) -> None:
    lookup = bt.CellType.public().lookup()
    record = bt.CellType(lookup.t_cell)
    assert (record.name, record.ontology_id, record.uid) == (
        "T cell",
        "CL:0000084",
        "22LvKd01YyNA1a",
    )
    assert record.description.startswith("A Type Of Lymphocyte")
    record.save()
    assert bt.CellType(lookup.t_cell) == record
    assert bt.CellType([lookup.t_cell, lookup.neuron]) == record
    assert "! took the first of 2 entries" in capsys.readouterr().out
