"""Constructors: keywords, required fields, defaults, idempotency by name."""

from __future__ import annotations

import sys

import pytest

import lamindb as ln
from lamindb.errors import CurrentInstanceNotConfigured, FieldValidationError, ValidationError


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (ln.ULabel, FieldValidationError, r"\['name'\] are required"),
        (lambda: ln.ULabel(nam="x"), FieldValidationError, "Did you mean 'name'"),
        (lambda: ln.ULabel("x"), ValueError, "keyword arguments only"),
        (lambda: ln.User("x"), FieldValidationError, "keyword arguments only"),
        (lambda: ln.Project("x"), FieldValidationError, "keyword arguments only"),
        (ln.Transform, FieldValidationError, r"\['key'\] are required"),
        (
            lambda: ln.Transform(key="k", kind="nope"),
            FieldValidationError,
            "'pipeline', 'notebook'",
        ),
        (lambda: ln.Transform(key="k", colour="red"), ValueError, "you passed: colour"),
        (lambda: ln.Transform(key="k", version=1), ValueError, "`version` parameter must be"),
        (lambda: ln.Transform(key="k", revises=3), TypeError, "`revises` has to be of type"),
        (ln.Run, TypeError, "Pass transform parameter"),
        (lambda: ln.Run(ln.Transform(key="k")), ValueError, "save transform"),
        (lambda: ln.Run(1, 2), ValueError, "Only one non-keyword arg"),
        (lambda: ln.ULabel(name="a" * 200), FieldValidationError, "at most 150"),
        (lambda: ln.ULabel(name="a", uid="123"), ValidationError, "exactly 8 characters"),
        (lambda: ln.ULabel(name="a", type=ln.ULabel(name="t")), ValueError, "is_type=True"),
        (lambda: ln.ULabel(name="a", type="t"), ValueError, "is_type=True"),
    ],
)
def test_wrong_arguments_write_nothing(instance, call, error, text) -> None:
    with pytest.raises(error, match=text):
        call()
    assert ln.ULabel.filter().count() == ln.Transform.filter().count() == 0


def test_without_instance_the_error_names_the_commands(in_tmp) -> None:
    for use in (
        lambda: ln.ULabel(name="a"),
        ln.ULabel.filter,
        lambda: ln.ULabel.get(name="a"),
        ln.ULabel.to_dataframe,
        lambda: ln.Artifact("file.txt", key="file.txt"),
    ):
        with pytest.raises(CurrentInstanceNotConfigured, match="lamin connect / lamin init"):
            use()


def test_names_are_idempotent(instance, capsys) -> None:
    label = ln.ULabel(name="control").save()
    again = ln.ULabel(name="control", description="not treated")
    assert again == label
    assert again.description == "not treated"
    output = capsys.readouterr().out
    assert "→ returning ULabel with same name: 'control'" in output
    assert "updated description from None to not treated" in output
    assert ln.ULabel.get(name="control").description is None
    again.save()
    assert ln.ULabel.get(name="control").description == "not treated"
    assert ln.ULabel.filter().count() == 1


def test_names_are_unique_within_a_type(instance) -> None:
    batches = ln.ULabel(name="Batch", is_type=True).save()
    plates = ln.ULabel(name="Plate", is_type=True).save()
    one = ln.ULabel(name="1", type=batches).save()
    other = ln.ULabel(name="1", type=plates).save()
    root = ln.ULabel(name="1", type=None).save()
    assert len({one.id, other.id, root.id}) == 3
    assert ln.ULabel(name="1", type=batches) == one
    assert ln.ULabel(name="1", type=plates) == other
    assert ln.ULabel(name="1", type=None) == root
    assert ln.ULabel(name="1") == one


def test_without_name_search_duplicates_are_possible(instance) -> None:
    ln.settings.creation.search_names = False
    try:
        ln.ULabel(name="a").save()
        ln.ULabel(name="a").save()
    finally:
        ln.settings.creation.search_names = True
    with pytest.raises(ln.ULabel.MultipleObjectsReturned, match="More than one ULabel"):
        ln.ULabel.get(name="a")
    assert ln.ULabel.filter(name="a").first().name == "a"


def test_two_unsaved_records_of_one_name_become_one_row(instance) -> None:
    one, two = ln.ULabel(name="a"), ln.ULabel(name="a")
    one.save()
    two.save()
    assert one == two
    assert ln.ULabel.filter(name="a").count() == 1


def test_defaults_of_a_new_record(instance) -> None:
    label = ln.ULabel(name="a")
    assert label.created_at is None
    assert label.pk is None
    assert "created_at=None" in repr(label)
    label.save()
    assert label.created_at.tzinfo is not None
    assert (label.branch_id, label.created_on_id, label.space_id) == (1, 1, 1)
    assert label.created_by.handle == "anonymous"
    assert label.run is None
    assert len(label.uid) == 8


def test_updated_at_grows_and_created_at_stays(instance) -> None:
    label = ln.ULabel(name="a").save()
    created, updated = label.created_at, label.updated_at
    label.description = "changed"
    label.save()
    assert label.created_at == created
    assert label.updated_at > updated
    ln.ULabel.filter(name="a").update(description="once more")
    assert ln.ULabel.get(name="a").updated_at > updated


def test_constructor_and_save_take_few_queries(instance, count_queries) -> None:
    ln.ULabel(name="warm up").save()
    with count_queries() as construct:
        label = ln.ULabel(name="a")
    assert construct.count == 1
    with count_queries() as save:
        label.save()
    is_postgres = instance.dialect == "postgresql"
    assert save.count == 2 + is_postgres  # look again, insert; Postgres: lock


def test_a_person_who_types_sees_similar_names(instance, monkeypatch, capsys) -> None:
    ln.ULabel(name="control group").save()
    ln.ULabel(name="control groups").save()
    hint = "! you are creating ULabel 'control group 2', but there are similar names: "
    assert hint not in capsys.readouterr().out
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    ln.ULabel(name="control group 2")
    assert hint + "'control group', 'control groups'" in capsys.readouterr().out
    ln.ULabel(name="something else")
    assert "similar names" not in capsys.readouterr().out


def test_no_hint_where_nobody_types(instance, capsys, count_queries) -> None:
    ln.ULabel(name="control group").save()
    with count_queries() as queries:
        ln.ULabel(name="control group 2")
    assert queries.count == 1
    assert "similar names" not in capsys.readouterr().out
