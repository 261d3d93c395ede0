"""Version families: uids, heads, tags."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldError

import lamindb as ln
from lamindb.errors import IntegrityError


def test_a_changed_source_makes_a_new_version(instance) -> None:
    one = ln.Transform(key="a.py", source_code="1").save()
    two = ln.Transform(key="a.py", source_code="2").save()
    assert two.uid == one.uid[:12] + "0001"
    assert (one.uid[-4:], one.is_latest) == ("0000", False) or not ln.Transform.get(
        one.uid
    ).is_latest
    assert two.versions.to_list("uid") == [two.uid, one.uid]
    assert ln.Transform.get(two.stem_uid) == two
    assert ln.Transform.get(two.uid[:8]) == two
    assert ln.Transform.get(one.uid) == one
    with pytest.raises(ln.Transform.MultipleObjectsReturned):
        ln.Transform.get(two.uid[:14])


def test_the_same_source_returns_the_existing_version(instance) -> None:
    one = ln.Transform(key="a.py", source_code="1").save()
    ln.Transform(key="a.py", source_code="2").save()
    assert ln.Transform(key="a.py", source_code="1") == one
    assert ln.Transform(key="a.py", source_code="1", skip_hash_lookup=True) != one


def test_a_draft_without_source_is_returned(instance, capsys) -> None:
    draft = ln.Transform(key="a.py").save()
    assert ln.Transform(key="a.py") == draft
    text = "→ no source code was yet saved, returning existing transform with same key"
    assert text in capsys.readouterr().out


def test_version_tags(instance) -> None:
    one = ln.Transform(key="a.nf", version="1.0", source_code="1").save()
    assert (one.version, one.version_tag) == ("1.0", "1.0")
    with pytest.raises(ValueError, match=r"'1\.0' is already taken"):
        ln.Transform(key="a.nf", version="1.0", source_code="2", revises=one)
    two = ln.Transform(key="a.nf", source_code="2").save()
    assert two.version == "0001"
    assert ln.Transform.filter(version="1.0").one() == one
    assert ln.Transform.filter(version="0001").one() == two
    two.version = "2.0"
    two.save()
    assert ln.Transform.get(version="2.0") == two
    with pytest.raises(ValueError, match="`None` or `str`"):
        two.version = 2


def test_revising_an_old_version_follows_the_head(instance) -> None:
    one = ln.Transform(key="a.py", source_code="1").save()
    ln.Transform(key="a.py", source_code="2").save()
    old = ln.Transform.get(one.uid)
    three = ln.Transform(revises=old, source_code="3").save()
    assert three.uid.endswith("0002")
    assert ln.Transform.filter(is_latest=True).one() == three


def test_a_stale_head_cannot_be_revised(instance) -> None:
    head = ln.Transform(key="a.py", source_code="1").save()
    first = ln.Transform(revises=head, source_code="2")
    second = ln.Transform(revises=ln.Transform.get(head.uid), source_code="3")
    first.save()
    with pytest.raises(IntegrityError, match="Cannot revise a non-latest record"):
        second.save()
    assert ln.Transform.filter(is_latest=True).one() == first


def test_two_candidates_by_key_get_successive_versions(instance) -> None:
    ln.Transform(key="a.py", source_code="1").save()
    first = ln.Transform(key="a.py", source_code="2")
    second = ln.Transform(key="a.py", source_code="3")
    first.save()
    second.save()
    assert [first.uid[-4:], second.uid[-4:]] == ["0001", "0002"]
    assert ln.Transform.filter(is_latest=True).one() == second


def test_two_first_versions_of_a_key_become_one_family(instance) -> None:
    first = ln.Transform(key="a.py", source_code="1")
    second = ln.Transform(key="a.py", source_code="2")
    first.save()
    second.save()
    assert second.stem_uid == first.stem_uid
    assert ln.Transform.filter(is_latest=True).one() == second


def test_suffixes_count_beyond_digits(instance) -> None:
    last = ln.Transform(key="a.py", source_code="0").save()
    ln.Transform.filter(uid=last.uid).update(uid=last.stem_uid + "000Z")
    after = ln.Transform(key="a.py", source_code="1").save()
    assert after.uid[-4:] == "000a"


def test_restoring_by_saving_the_same_content_again(instance, capsys) -> None:
    one = ln.Transform(key="a.py", source_code="1").save()
    one.delete()
    again = ln.Transform(key="a.py", source_code="1").save()
    assert again == one
    assert ln.Transform.get(one.uid).branch_id == 1
    assert "from trash" in capsys.readouterr().out


def test_saving_an_outdated_copy_does_not_move_the_head(instance) -> None:
    ln.Transform(key="a.py", source_code="1").save()
    outdated = ln.Transform.get(key="a.py")
    second = ln.Transform(key="a.py", source_code="2").save()
    assert outdated.is_latest  # it does not know
    outdated.description = "changed"
    outdated.save()
    ln.save([outdated])
    assert ln.Transform.filter(is_latest=True).one() == second
    assert ln.Transform.get(outdated.uid).description == "changed"
    outdated.delete()
    assert ln.Transform.filter(is_latest=True).one() == second


def test_latest_versions_of_a_set(instance) -> None:
    ln.Transform(key="a.py", source_code="1").save()
    second = ln.Transform(key="a.py", source_code="2").save()
    other = ln.Transform(key="b.py", source_code="3").save()
    assert set(ln.Transform.filter().latest_version()) == {second, other}
    with pytest.raises(FieldError, match="is_latest"):
        ln.ULabel.filter().latest_version()
