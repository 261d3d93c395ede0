"""Notes: readmes with versions, comments, notes on registries."""

from __future__ import annotations

import pytest

import lamindb as ln
from lamindb.base.hashing import hash_string
from lamindb.models import (
    ArtifactBlock,
    Block,
    BranchBlock,
    CollectionBlock,
    FeatureBlock,
    ProjectBlock,
    RecordBlock,
    RunBlock,
    SchemaBlock,
    SpaceBlock,
    TransformBlock,
    ULabelBlock,
)


def new_artifact() -> ln.Artifact:
    with open("a.txt", "w") as file:
        file.write("a")
    return ln.Artifact("a.txt", key="a.txt").save()


OWNERS = {
    ArtifactBlock: new_artifact,
    BranchBlock: lambda: ln.Branch(name="b").save(),
    CollectionBlock: lambda: ln.Collection(new_artifact(), key="c").save(),
    FeatureBlock: lambda: ln.Feature(name="f", dtype=int).save(),
    ProjectBlock: lambda: ln.Project(name="p").save(),
    RecordBlock: lambda: ln.Record(name="r").save(),
    RunBlock: lambda: ln.Run(ln.Transform(key="t").save()).save(),
    SchemaBlock: lambda: ln.Schema(itype=ln.Feature).save(),
    SpaceBlock: lambda: ln.Space(name="s").save(),
    TransformBlock: lambda: ln.Transform(key="t").save(),
    ULabelBlock: lambda: ln.ULabel(name="l").save(),
}


@pytest.mark.parametrize("registry", OWNERS, ids=lambda r: r.__name__)
def test_notes_on_every_kind_of_record(instance, registry, capsys):
    record = OWNERS[registry]()
    owner = {registry._owner: record}
    if hasattr(type(record), "notes"):
        assert record.notes is None
    one = registry(content="# One", kind="readme", **owner).save()
    assert (len(one.uid), one.uid[-4:], one.hash) == (20, "0000", hash_string("# One"))
    assert registry(content="# One", kind="readme", **owner) == one
    assert f"→ returning existing {registry.__name__} with same hash" in capsys.readouterr().out
    two = registry(content="# Two", kind="readme", **owner).save()
    assert two.uid == one.stem_uid + "0001"
    comment = registry(content="Really?", kind="comment", **owner).save()
    same = registry(content="Really?", kind="comment", **owner).save()
    assert comment.stem_uid != same.stem_uid
    assert list(record.ablocks.filter(kind="readme", is_latest=True)) == [two]
    if hasattr(type(record), "notes"):
        assert record.notes == "# Two"
    two.delete()
    assert list(record.ablocks.filter(kind="readme", is_latest=True)) == [one]
    with pytest.raises(ValueError, match="has no trash"):
        one.delete(permanent=False)
    record.delete(permanent=True)
    assert registry.objects.count() == 0


def test_an_empty_readme_is_filled(instance):
    label = ln.ULabel(name="l").save()
    empty = ULabelBlock(ulabel=label, content="", kind="readme").save()
    filled = ULabelBlock(ulabel=label, content="text", kind="readme").save()
    assert filled == empty
    assert (label.notes, label.ablocks.count()) == ("text", 1)


def test_explicit_versions(instance):
    label = ln.ULabel(name="l").save()
    one = ULabelBlock(ulabel=label, content="1", kind="readme", version="v1").save()
    two = ULabelBlock(ulabel=label, content="2", kind="readme", revises=one).save()
    assert (one.version, two.uid[-4:]) == ("v1", "0001")
    with pytest.raises(TypeError, match="`revises` has to be of type `ULabelBlock`"):
        ULabelBlock(ulabel=label, content="3", kind="readme", revises=label)
    with pytest.raises(ValueError, match="`version` parameter"):
        ULabelBlock(ulabel=label, content="3", kind="readme", version=3)


def test_comments_on_lines(instance):
    transform = ln.Transform(key="t").save()
    TransformBlock(transform=transform, content="c", kind="comment", line_number=3).save()
    assert transform.ablocks.get().line_number == 3


@pytest.mark.parametrize(
    ("kwargs", "text"),
    [
        ({"content": "c", "kind": "readme"}, "ulabel is required for ULabelBlock"),
        ({"ulabel": "saved", "content": "c"}, "kind is required for ULabelBlock; use 'readme'"),
        ({"ulabel": "saved", "content": "c", "kind": "x"}, "kind must be .* got 'x'"),
        ({"ulabel": "saved", "kind": "readme"}, "content is required"),
        ({"ulabel": 3, "content": "c", "kind": "readme"}, "ulabel of ULabelBlock cannot be 3"),
        ({"ulabel": "new", "content": "c", "kind": "readme"}, "Save the ulabel before"),
        ({"ulabel": "saved", "content": "c", "kind": "readme", "text": 1}, "but you passed: text"),
        (
            {"ulabel": "saved", "content": "c", "kind": "comment", "revises": 1},
            "revises is not allowed for kind='comment'",
        ),
    ],
)
def test_wrong_arguments(instance, kwargs, text):
    labels = {"saved": ln.ULabel(name="l").save(), "new": ln.ULabel(name="new")}
    kwargs = {k: labels.get(v, v) if k == "ulabel" else v for k, v in kwargs.items()}
    with pytest.raises(ValueError, match=text):
        ULabelBlock(**kwargs)
    assert ULabelBlock.filter().count() == 0


@pytest.mark.parametrize("key", ["README.md", "__lamindb_artifact__"])
def test_notes_on_the_instance_and_its_registries(instance, key):
    one = Block(key=key, content="# One").save()
    assert Block(key=key, kind="readme", content="# One") == one
    two = Block(key=key, content="# Two", anchor=one).save()
    assert (two.stem_uid, Block.get(key=key)) == (one.stem_uid, two)
    assert list(one.children.all()) == [two]
    two.delete()
    assert Block.get(key=key) == one
    two.restore()
    assert Block.get(key=key) == two


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        (("x",), {}, "keyword arguments only"),
        ((), {"content": "c"}, "key of a Block has to be one of README.md"),
        ((), {"key": "readme.md", "content": "c"}, "Did you mean 'README.md'"),
        ((), {"key": "README.md", "content": "c", "kind": "comment"}, "Only kind='readme'"),
        ((), {"key": "README.md", "content": "c", "nam": 1}, "but you passed: nam"),
        ((), {"key": "README.md"}, "content is required"),
    ],
)
def test_wrong_arguments_of_free_notes(instance, args, kwargs, text):
    with pytest.raises(ValueError, match=text):
        Block(*args, **kwargs)


def test_an_unsaved_record_has_no_notes(instance):
    assert ln.ULabel(name="l").notes is None


def test_description_shows_notes(instance):
    label = ln.ULabel(name="l").save()
    assert label.describe(return_str=True) == "ULabel: l"
    ULabelBlock(ulabel=label, content="# Old", kind="readme").save()
    ULabelBlock(ulabel=label, content="# New", kind="readme").save()
    ULabelBlock(ulabel=label, content="Really?", kind="comment").save()
    assert label.describe(return_str=True) == "ULabel: l\nNotes:\n# New"
    text = label.describe(return_str=True, include="comments")
    assert text.startswith("ULabel: l\nNotes:\n# New\ncomment by anonymous at ")
    assert text.endswith(" UTC:\nReally?")
