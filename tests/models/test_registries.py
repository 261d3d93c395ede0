"""Every registry can be constructed, saved, found, updated, trashed, restored and deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import lamindb as ln
from lamindb.models import Block, JsonValue, ULabelBlock


def new_artifact(key: str) -> ln.Artifact:
    path = Path(key)
    path.write_text(key)
    return ln.Artifact(path, key=key)


def json_value() -> JsonValue:
    feature = ln.Feature(name="temperature", dtype=float).save()
    return JsonValue(feature=feature, value={"degrees": 21.6}, hash="x" * 22)


@dataclass(frozen=True)
class Case:
    """How to make a record, what finds it, and what may be changed."""

    make: Callable[[], Any]
    found_by: dict[str, Any]
    change: tuple[str, Any] = ("description", "changed")
    has_trash: bool = True

    @property
    def field(self) -> str:
        """Name of the field that is changed."""
        return self.change[0]


CASES = {
    "Artifact": Case(lambda: new_artifact("a.txt"), {"key": "a.txt"}),
    "Block": Case(
        lambda: Block(key="README.md", content="# Me"), {"key": "README.md"}, ("content", "# New")
    ),
    "Branch": Case(lambda: ln.Branch(name="b"), {"name": "b"}, has_trash=False),
    "Collection": Case(
        lambda: ln.Collection(new_artifact("a.txt").save(), key="c"),
        {"key": "c", "artifacts__key": "a.txt"},
    ),
    "Feature": Case(
        lambda: ln.Feature(name="f", dtype=ln.ULabel, unit="h"),
        {"name": "f", "dtype_as_str": "cat[ULabel]", "unit": "h"},
    ),
    "JsonValue": Case(json_value, {"value__degrees": 21.6}, ("value", 3)),
    "Project": Case(lambda: ln.Project(name="p", abbr="P"), {"name": "p", "status": "planned"}),
    "Record": Case(lambda: ln.Record(name="r", reference="x"), {"reference": "x"}),
    "Reference": Case(lambda: ln.Reference(name="r", pubmed_id=1), {"pubmed_id": 1}),
    "Run": Case(
        lambda: ln.Run(ln.Transform(key="t").save(), name="first"),
        {"name": "first", "transform__key": "t"},
    ),
    "Schema": Case(
        lambda: ln.Schema([ln.Feature(name="f", dtype=int).save()], name="s"),
        {"name": "s", "features__name": "f"},
    ),
    "Space": Case(lambda: ln.Space(name="Lab A"), {"name": "Lab A"}, has_trash=False),
    "Storage": Case(lambda: ln.Storage("place", host="here"), {"region": "here"}, has_trash=False),
    "Transform": Case(lambda: ln.Transform(key="t", kind="script"), {"kind": "script"}),
    "ULabel": Case(lambda: ln.ULabel(name="l"), {"name": "l"}),
    "ULabelBlock": Case(
        lambda: ULabelBlock(ulabel=ln.ULabel(name="l").save(), content="c", kind="comment"),
        {"kind": "comment"},
        ("content", "changed"),
        has_trash=False,
    ),
    "User": Case(
        lambda: ln.User(uid="abcdefgh", handle="bob", name=None),
        {"handle": "bob"},
        ("name", "Bob"),
        has_trash=False,
    ),
}
TRASHABLE = [name for name, case in CASES.items() if case.has_trash]


@pytest.mark.parametrize("name", CASES)
def test_construct_save_find_update_delete(instance, name):
    case = CASES[name]
    record = case.make()
    registry = type(record)
    assert record._state.adding
    assert registry.filter(**case.found_by).count() == 0

    assert record.save() is record
    assert not record._state.adding
    assert registry.get(record.id) == registry.get(**case.found_by) == record
    if name != "JsonValue":
        assert registry.get(record.uid) == record
    assert registry.filter(**case.found_by).to_dataframe().index.to_list() == [record.id]
    assert repr(record).startswith(f"{name}(")

    field, value = case.change
    setattr(record, field, value)
    assert getattr(registry.get(record.id), field) != value
    record.save()
    assert getattr(registry.get(record.id), field) == value
    assert registry.objects.filter(id=record.id).count() == 1

    pk = record.pk
    record.delete(permanent=True)
    assert not registry.filter(id=pk).exists()


@pytest.mark.parametrize("name", TRASHABLE)
def test_trash_and_restore(instance, name):
    case = CASES[name]
    record = case.make().save()
    registry = type(record)
    assert record.delete() is None
    assert registry.get(record.id).branch_id == -1
    assert not registry.filter(**case.found_by).exists()
    assert registry.filter(branch=None, **case.found_by).exists()
    assert record.delete(permanent=False) is None
    record.restore()
    assert registry.get(**case.found_by) == record
    registry.filter(id=record.id).delete()
    assert registry.get(record.id).branch_id == -1


@pytest.mark.parametrize("name", [name for name in CASES if name not in TRASHABLE])
def test_without_trash(instance, name):
    record = CASES[name].make().save()
    with pytest.raises(ValueError, match="has no trash"):
        record.delete(permanent=False)
    assert type(record).get(record.id) == record


@pytest.mark.parametrize("name", TRASHABLE)
def test_defaults_and_branches(instance, name):
    record = CASES[name].make().save()
    assert (record.branch_id, record.created_on_id, record.space_id) == (1, 1, 1)
    assert (record.is_locked, record.created_by.handle) == (False, "anonymous")
    assert record.created_at.tzinfo is not None
    record.branch_id = 0
    record.save()
    assert not type(record).filter(**CASES[name].found_by).exists()
    assert type(record).get(record.id).created_on_id == 1


@pytest.mark.parametrize("name", TRASHABLE)
def test_locking_is_informational(instance, name):
    record = CASES[name].make().save()
    record.is_locked = True
    record.save()
    setattr(record, *CASES[name].change)
    record.save()
    assert type(record).get(record.id).is_locked


@pytest.mark.parametrize("name", ["Collection", "Feature", "Project", "Record", "ULabel", "Schema"])
def test_branch_and_space_are_accepted(instance, name):
    branch, space = ln.Branch(name="exp").save(), ln.Space(name="Lab A").save()
    feature = ln.Feature(name="member", dtype=int).save()
    arguments = {
        "Collection": lambda: {"artifacts": new_artifact("a.txt").save(), "key": "c"},
        "Feature": lambda: {"name": "f", "dtype": int},
        "Schema": lambda: {"features": [feature], "name": "s"},
    }.get(name, lambda: {"name": "x"})()
    registry = getattr(ln, name)
    with pytest.raises(ValueError, match="Do not pass both"):
        registry(**arguments, branch=branch, branch_id=branch.id)
    record = registry(**arguments, branch=branch, space=space).save()
    assert (record.branch, record.created_on, record.space) == (branch, branch, space)
    assert registry.get(record.id).space == space


def test_equal_values_are_shared(instance):
    feature = ln.Feature(name="f", dtype=dict).save()
    one, created = JsonValue.get_or_create(feature, {"b": 1, "a": [2]})
    again, created_again = JsonValue.get_or_create(feature, {"a": [2], "b": 1})
    assert (created, created_again, again) == (True, False, one)
    assert JsonValue.get_or_create(feature, 21.6)[0].value == 21.6
    assert JsonValue.filter(feature=feature).count() == 2
    with pytest.raises(TypeError, match="JSON"):
        JsonValue.get_or_create(feature, object())
    with pytest.raises(ValueError, match="Save the feature first"):
        JsonValue.get_or_create(ln.Feature(name="new", dtype=int), 1)
