"""Trash, restore and permanent deletion; heads of version families."""

from __future__ import annotations

import pytest
from django.db.models import ProtectedError

import lamindb as ln
from lamindb.errors import InvalidArgument


def test_delete_moves_to_the_trash_and_restore_brings_back(instance, capsys) -> None:
    label = ln.ULabel(name="a").save()
    label.delete()
    assert f"→ moved record to trash: ULabel(uid='{label.uid}'" in capsys.readouterr().out
    assert label.branch_id == -1
    assert not ln.ULabel.filter(name="a").exists()
    label.restore()
    assert ln.ULabel.get(name="a") == label
    assert label.branch_id == 1


def test_permanent_deletion_reports_rows(instance) -> None:
    assert ln.ULabel(name="a").save().delete(permanent=True) == (1, {"lamindb.ULabel": 1})
    assert not ln.ULabel.filter(branch=None).exists()


def test_a_label_in_use_is_protected(instance) -> None:
    label = ln.ULabel(name="a", is_type=True).save()
    ln.ULabel(name="b", type=label).save()
    with pytest.raises(ProtectedError):
        label.delete(permanent=True)
    assert ln.ULabel.filter().count() == 2


def test_deleting_what_is_not_saved_says_so(instance, capsys) -> None:
    assert ln.ULabel(name="a").delete() is None
    assert "! record is not yet saved, delete has no effect" in capsys.readouterr().out


def test_a_trashed_record_is_not_deleted_without_an_answer(instance, monkeypatch) -> None:
    label = ln.ULabel(name="a").save()
    label.delete()
    with pytest.raises(InvalidArgument, match="Pass permanent=True"):
        label.delete()
    label.delete(permanent=False)
    assert ln.ULabel.filter(branch_id=-1).exists()
    monkeypatch.setenv("LAMIN_TESTING", "true")
    label.delete()
    assert not ln.ULabel.filter(branch=None).exists()


def test_a_type_takes_its_members_to_the_trash(instance, count_queries) -> None:
    top = ln.ULabel(name="top", is_type=True).save()
    middle = ln.ULabel(name="middle", is_type=True, type=top).save()
    for i in range(10):
        ln.ULabel(name=f"leaf {i}", type=middle).save()
    top.delete()
    assert ln.ULabel.filter().count() == 0
    top.restore()
    assert ln.ULabel.filter().to_list("name") == ["top"]


def test_registries_without_trash(instance) -> None:
    user = ln.User.get(handle="anonymous")
    with pytest.raises(ValueError, match="has no trash"):
        user.delete(permanent=False)


def test_queryset_delete_trashes_in_one_update(instance, capsys) -> None:
    for i in range(3):
        ln.ULabel(name=str(i)).save()
    ln.ULabel.filter().delete()
    assert "! moved 3 ULabel records to trash" in capsys.readouterr().out
    assert ln.ULabel.filter(branch_id=-1).count() == 3
    ln.ULabel.filter(branch_id=-1).delete()
    assert ln.ULabel.filter(branch_id=-1).count() == 3
    ln.ULabel.filter(branch_id=-1).delete(permanent=True)
    assert ln.ULabel.filter(branch=None).count() == 0


def versions(key: str, n: int) -> list[ln.Transform]:
    return [ln.Transform(key=key, source_code=f"print({i})").save() for i in range(n)]


def test_trashing_a_head_promotes_the_previous_version(instance, capsys) -> None:
    first, second, third = versions("script.py", 3)
    third.delete()
    assert f"• new latest Transform version is: {second.uid}" in capsys.readouterr().out
    assert ln.Transform.get(key="script.py") == second
    third.restore()
    assert ln.Transform.get(key="script.py") == third
    assert ln.Transform.filter(is_latest=True).count() == 1
    first.delete()
    assert ln.Transform.get(key="script.py") == third
    third.delete(permanent=True)
    assert ln.Transform.get(key="script.py") == second


def test_the_only_version_stays_latest_in_the_trash(instance) -> None:
    (only,) = versions("script.py", 1)
    only.delete()
    assert ln.Transform.get(only.uid).is_latest


def test_queryset_delete_promotes_heads(instance) -> None:
    first, second = versions("script.py", 2)
    ln.Transform.filter(uid=second.uid).delete()
    assert ln.Transform.get(key="script.py") == first
    assert first.uid == ln.Transform.filter(is_latest=True).one().uid
