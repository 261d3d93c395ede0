"""Branches and spaces: names, statuses, protection, visibility."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

import lamindb as ln
from lamindb import errors
from lamindb.errors import FieldValidationError


@pytest.mark.parametrize("registry", [ln.Branch, ln.Space])
def test_names_are_unique_without_case(instance, registry):
    registry(name="Mine", description="d").save()
    name = registry.__name__.lower()
    with pytest.raises(IntegrityError, match=f"A {name} named 'mine' exists already"):
        registry(name="mine").save()
    assert registry.filter(name__iexact="mine").count() == 1
    renamed = registry(name="Other").save()
    renamed.name = "MINE"
    with pytest.raises(IntegrityError, match="exists already"):
        renamed.save()
    assert registry.get(renamed.id).name == "Other"


@pytest.mark.parametrize("registry", [ln.Branch, ln.Space])
@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        ((), {}, r"\['name'\] are required"),
        ((), {"nam": "x"}, "Only name, description can be passed"),
        (("x",), {}, "keyword arguments only"),
        ((), {"name": "x" * 101}, "at most 100"),
    ],
)
def test_wrong_arguments(instance, registry, args, kwargs, text):
    with pytest.raises(FieldValidationError, match=text):
        registry(*args, **kwargs)


@pytest.mark.parametrize("registry", [ln.Branch, ln.Space])
def test_empty_names_are_refused(instance, registry):
    with pytest.raises(FieldValidationError, match="needs a name"):
        registry(name="").save()


def test_status(instance):
    branch = ln.Branch(name="b").save()
    assert (branch.status, branch._status_code) == ("standalone", 0)
    for status, code in {"draft": 1, "review": 2, "merged": -1, "closed": -2}.items():
        branch.status = status
        branch.save()
        assert ln.Branch.get(name="b")._status_code == code
        assert ln.Branch.get(status=status) == branch
    with pytest.raises(ValueError, match="Unknown status 'open', choose one of"):
        branch.status = "open"
    assert branch.status == "closed"


@pytest.mark.parametrize("name", ["main", "archive", "trash"])
def test_built_in_branches_stay(instance, name):
    with pytest.raises(errors.IntegrityError, match=f"Cannot delete branch '{name}'"):
        ln.Branch.get(name=name).delete()
    assert ln.Branch.filter(name=name).exists()


def test_the_space_all_stays(instance):
    with pytest.raises(errors.IntegrityError, match="Cannot delete space 'all'"):
        ln.Space.get(name="all").delete()


@pytest.mark.parametrize("field", ["branch", "space"])
def test_those_in_use_are_protected_others_are_deleted(instance, field):
    registry = {"branch": ln.Branch, "space": ln.Space}[field]
    record = registry(name="x").save()
    label = ln.ULabel(name="l", **{field: record}).save()
    with pytest.raises(ProtectedError):
        record.delete()
    label.delete(permanent=True)
    with pytest.raises(ValueError, match="has no trash"):
        record.delete(permanent=False)
    assert record.delete()[0] == 1
    assert not registry.filter(name="x").exists()


def test_a_local_space_has_no_effect_on_permissions(instance, capsys):
    space = ln.Space(name="Lab A").save()
    assert "does not restrict who can read or write" in capsys.readouterr().out
    space.save()
    assert "does not restrict" not in capsys.readouterr().out


def test_records_of_a_branch_are_hidden_elsewhere(instance):
    branch = ln.Branch(name="b").save()
    label = ln.ULabel(name="l", branch=branch).save()
    assert label.created_on == branch
    assert not ln.ULabel.filter(name="l").exists()
    assert list(ln.ULabel.filter(branch=branch)) == [label]
    ln.setup.settings.branch = "b"
    assert ln.ULabel.filter(name="l").exists()
    assert ln.ULabel(name="new").save().branch == branch


def test_emoji(instance):
    branch = ln.Branch(name="b")
    branch.emoji = "🌱"
    branch.save()
    assert ln.Branch.get(name="b").emoji == "🌱"
