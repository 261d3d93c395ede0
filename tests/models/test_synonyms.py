"""Synonyms and abbreviations of records."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

import lamindb as ln
from lamindb.errors import FieldValidationError, ValidationError


@pytest.fixture
def dose(instance) -> ln.Feature:
    """A feature with the synonym `amount`."""
    return ln.Feature(name="dose", dtype=float, synonyms="amount").save()


@pytest.fixture
def cell_types(bionty_instance):
    """T cell and B cell."""
    import bionty as bt

    return [bt.CellType(name="T cell").save(), bt.CellType(name="B cell", synonyms="B-cell").save()]


def stored(record):
    """The record as the database has it."""
    return type(record).get(record.id)


# -- add and remove


def test_synonyms_are_added_in_order_and_saved(dose) -> None:
    dose.add_synonym("quantity")
    dose.add_synonym(["Dosis", "amount", "dosage", "Dosis", "", None])
    assert dose.synonyms == stored(dose).synonyms == "amount|quantity|Dosis|dosage"
    assert stored(dose).updated_at > dose.created_at
    assert ln.Feature.standardize(["dosis"]) == ["dose"]


def test_synonyms_are_removed(dose) -> None:
    dose.add_synonym(["quantity", "dosage"])
    dose.remove_synonym(["amount", "unknown"])
    assert dose.synonyms == stored(dose).synonyms == "quantity|dosage"
    dose.remove_synonym("quantity")
    dose.remove_synonym("dosage")
    assert dose.synonyms is stored(dose).synonyms is None
    dose.remove_synonym("dosage")


@pytest.mark.parametrize("nothing", ["", None, [], ["", None], "amount"])
def test_nothing_to_add_is_fine_and_written_nowhere(dose, count_queries, nothing) -> None:
    with count_queries() as queries:
        dose.add_synonym(nothing)
    assert dose.synonyms == "amount"
    assert queries.count == 0


def test_only_the_synonyms_are_saved(dose) -> None:
    dose.description = "not yet"
    dose.add_synonym("quantity")
    assert stored(dose).description is None
    assert dose.description == "not yet"


def test_saving_can_be_deferred(dose) -> None:
    dose.add_synonym("quantity", save=False)
    assert dose.synonyms == "amount|quantity"
    assert stored(dose).synonyms == "amount"
    dose.save()
    assert stored(dose).synonyms == "amount|quantity"


def test_unsaved_records_are_saved_only_if_asked(dose) -> None:
    feature = ln.Feature(name="time", dtype=int)
    feature.add_synonym("duration")
    assert feature.pk is None
    assert feature.synonyms == "duration"
    feature.add_synonym("hours", save=True)
    assert stored(feature).synonyms == "duration|hours"


@pytest.mark.parametrize(
    ("synonym", "text"),
    [
        ("a|b", r"a synonym can't contain '\|'"),
        (["a", "b|"], r"a synonym can't contain '\|'"),
        ([5], "a synonym has to be a string, not 5"),
    ],
)
def test_what_no_synonym_can_be(dose, synonym, text) -> None:
    with pytest.raises(ValidationError, match=text):
        dose.add_synonym(synonym)
    with pytest.raises(ValidationError, match=text):
        dose.remove_synonym(synonym)
    assert dose.synonyms == stored(dose).synonyms == "amount"


@pytest.mark.parametrize("taken", ["amount", "dose"])
def test_synonyms_and_names_of_others_are_refused(dose, capsys, taken) -> None:
    time = ln.Feature(name="time", dtype=int, synonyms="t").save()
    capsys.readouterr()
    with pytest.raises(ValidationError, match=r"already associated.*'dose'; .*force=True"):
        time.add_synonym(["hours", taken])
    error, header, row = capsys.readouterr().out.splitlines()[:3]
    assert error == f"✗ input synonyms ['{taken}'] already associated with the following records:"
    assert header.split() == ["uid", "name", "synonyms"]
    assert dose.uid in row
    assert time.synonyms == stored(time).synonyms == "t"
    time.add_synonym(["hours", taken], force=True)
    assert stored(time).synonyms == f"t|hours|{taken}"


def test_parts_of_synonyms_and_trashed_records_do_not_count(dose) -> None:
    time = ln.Feature(name="time", dtype=int).save()
    time.add_synonym(["amoun", "mount", "Amount"])
    dose.delete()
    time.add_synonym("amount")
    assert stored(time).synonyms == "amoun|mount|Amount|amount"


# -- abbreviations


def test_abbreviations_become_synonyms(cell_types) -> None:
    t_cell, b_cell = cell_types
    t_cell.set_abbr("TC")
    t_cell.set_abbr("TC")
    assert (stored(t_cell).abbr, stored(t_cell).synonyms) == ("TC", "TC")
    b_cell.set_abbr("B cell")
    assert (stored(b_cell).abbr, stored(b_cell).synonyms) == ("B cell", "B-cell")


def test_abbreviations_without_synonyms(instance) -> None:
    project = ln.Project(name="Immuno atlas")
    project.set_abbr("IA")
    assert project.pk is None
    project.save().set_abbr("IMA")
    assert stored(project).abbr == "IMA"


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        ("B-cell", ValidationError, "already associated"),
        ("B cell", ValidationError, "already associated"),
        ("a|b", ValidationError, r"can't contain '\|'"),
        ("", ValidationError, "non-empty string, not ''"),
        (None, ValidationError, "non-empty string, not None"),
        ("x" * 33, FieldValidationError, "abbr of CellType has 33 characters, at most 32"),
    ],
)
def test_abbreviations_that_are_refused(cell_types, value, error, text) -> None:
    t_cell = cell_types[0]
    with pytest.raises(error, match=text):
        t_cell.set_abbr(value)
    assert t_cell.abbr is t_cell.synonyms is stored(t_cell).abbr is stored(t_cell).synonyms is None


def test_an_abbreviation_belongs_to_one_record(cell_types) -> None:
    t_cell, b_cell = cell_types
    b_cell.set_abbr("BC")
    b_cell.remove_synonym("BC")
    with pytest.raises(IntegrityError):
        t_cell.set_abbr("BC")
    assert t_cell.abbr is t_cell.synonyms is stored(t_cell).synonyms is None
