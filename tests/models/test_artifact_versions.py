"""Versions of artifacts: by key, by `revises`, across branches and the trash."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import IntegrityError


def artifact(text: str, **options) -> ln.Artifact:
    if "revises" not in options:
        options.setdefault("key", "demo/v.txt")
    Path("v.txt").write_text(text)
    return ln.Artifact("v.txt", **options)


def test_by_key(instance, capsys) -> None:
    one = artifact("1").save()
    capsys.readouterr()
    two = artifact("2", description="second").save()
    root = Path(instance.storage.root).resolve()
    message = f"→ creating new artifact version for key 'demo/v.txt' in storage '{root}'"
    assert message in capsys.readouterr().out
    assert (two.stem_uid, two.uid[-4:], two.description) == (one.stem_uid, "0001", "second")
    assert ln.Artifact.get(key="demo/v.txt") == two
    assert [a.load() for a in two.versions] == ["2", "1"]
    assert [a.is_latest for a in two.versions] == [True, False]


def test_only_in_the_same_location(instance) -> None:
    one = artifact("1").save()
    other = artifact("2", storage=ln.Storage("other").save()).save()
    assert other.stem_uid != one.stem_uid
    assert (ln.Artifact.get(one.uid).is_latest, other.is_latest) == (True, True)


def test_by_revises(instance, capsys) -> None:
    one = artifact("1", description="first", version="1").save()
    two = artifact("2", revises=one).save()
    assert (two.key, two.description, two.uid[-4:]) == ("demo/v.txt", "first", "0001")
    assert not one.is_latest
    three = artifact("3", revises=two, key="new/w.txt").save()
    assert "! renaming artifact from 'demo/v.txt' to new/w.txt" in capsys.readouterr().out
    assert (three.stem_uid, three.key) == (one.stem_uid, "new/w.txt")


def test_data_frames_follow_the_format_of_the_revised_version(instance) -> None:
    one = ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="a.csv").save()
    two = ln.Artifact.from_dataframe(pd.DataFrame({"a": [2]}), revises=one).save()
    assert (two.key, two.suffix, two.stem_uid) == ("a.csv", ".csv", one.stem_uid)


def test_an_old_version_is_revised_by_the_next_one(instance) -> None:
    one = artifact("1").save()
    two = artifact("2").save()
    three = artifact("3", revises=ln.Artifact.get(one.uid)).save()
    assert three.uid[-4:] == "0002"
    assert not ln.Artifact.get(two.uid).is_latest


def test_a_head_that_was_overtaken(instance) -> None:
    one = artifact("1").save()
    two = artifact("2", revises=one)
    artifact("3").save()
    with pytest.raises(IntegrityError, match="Cannot revise a non-latest record"):
        two.save()


def test_the_same_tag_is_refused(instance) -> None:
    one = artifact("1", version="1").save()
    taken = "Please change the version tag or leave it `None`, '1' is already taken"
    for options in ({}, {"revises": one}):
        with pytest.raises(ValueError, match=taken):
            artifact("2", version="1", **options)
    assert artifact("2", version="2").save().version == "2"
    assert ln.Artifact.get(key="demo/v.txt", version="1") == one


def test_versions_in_the_trash_count_but_do_not_match(instance) -> None:
    one, two = artifact("1").save(), artifact("2").save()
    two.delete()
    three = artifact("3").save()
    assert (three.stem_uid, three.uid[-4:]) == (one.stem_uid, "0002")
    three.delete()
    ln.Artifact.get(one.uid).delete()
    assert artifact("4").save().stem_uid != one.stem_uid


def test_no_head(instance) -> None:
    one = artifact("1").save()
    ln.Artifact.filter(uid=one.uid).update(is_latest=False)
    with pytest.raises(IntegrityError, match="matching non-trashed artifacts exist for key 'demo"):
        artifact("2")
    assert ln.Artifact.filter().count() == 1


def test_one_head_per_branch(instance) -> None:
    main = artifact("1").save()
    branch = ln.Branch(name="dev").save()
    dev = artifact("2", branch=branch).save()
    assert (dev.stem_uid, dev.uid[-4:]) == (main.stem_uid, "0001")
    assert ln.Artifact.get(main.uid).is_latest
    assert artifact("3", branch=branch)._revises == dev
    assert artifact("3")._revises == main
    third = artifact("3").save()
    assert third.uid[-4:] == "0002"
    assert ln.Artifact.filter(branch=branch, is_latest=True).one() == dev


def test_a_version_of_the_same_content_is_the_same(instance) -> None:
    one = artifact("1").save()
    assert artifact("1", revises=one) == one
