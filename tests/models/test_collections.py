"""Collections: members, identity, versions, immutability, deletion."""

from __future__ import annotations

from pathlib import Path

import pytest

import lamindb as ln
from lamindb.base.hashing import hash_collection
from lamindb.errors import FieldValidationError, ValidationError
from lamindb.models.current import run_context


@pytest.fixture
def artifacts(instance) -> list[ln.Artifact]:
    return [new_artifact(letter) for letter in "cab"]


def new_artifact(content: str) -> ln.Artifact:
    path = Path(f"{content}.txt")
    path.write_text(content)
    return ln.Artifact(path, key=path.name).save()


@pytest.fixture
def run(instance):
    run = ln.Run(ln.Transform(key="script.py").save()).save()
    run_context.run = run
    yield run
    run_context.clear()


def test_order_and_hash(artifacts):
    collection = ln.Collection(artifacts, key="group/all", description="letters").save()
    assert list(collection.ordered_artifacts) == artifacts
    assert collection.data_artifact == artifacts[0]
    assert collection.hash == hash_collection([a.hash for a in artifacts])
    assert (collection.name, len(collection.uid)) == ("all", 20)
    assert ln.Collection.get(key="group/all") == collection
    assert list(ln.Artifact.filter(collections=collection).order_by("id")) == artifacts
    assert collection.artifacts.to_dataframe().shape[0] == 3


@pytest.mark.parametrize("make", [tuple, lambda a: ln.Artifact.filter().order_by("id")])
def test_members_may_come_as_tuple_or_query_set(artifacts, make):
    collection = ln.Collection(make(artifacts), key="all").save()
    assert list(collection.ordered_artifacts) == artifacts


def test_a_single_artifact(artifacts):
    assert list(ln.Collection(artifacts[0], key="one").save().ordered_artifacts) == artifacts[:1]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (ln.Collection, FieldValidationError, r"\['key'\] are required"),
        (lambda a: ln.Collection(key="k"), FieldValidationError, r"\['artifacts'\] are required"),
        (lambda a: ln.Collection([], key="k"), ValueError, "at least one artifact"),
        (lambda a: ln.Collection("abc", key="k"), ValueError, r"Artifact or list\[Artifact\] is"),
        (lambda a: ln.Collection(3, key="k"), ValueError, r"Artifact or list\[Artifact\] is"),
        (lambda a: ln.Collection([1], key="k"), TypeError, "the list holds 1"),
        (lambda a: ln.Collection(a, "k"), ValueError, "Only one non-keyword arg"),
        (lambda a: ln.Collection(a, key="k", nam=1), FieldValidationError, "Only artifacts, key"),
        (lambda a: ln.Collection(a, key="k", revises=3), TypeError, "`revises` has to be"),
        (lambda a: ln.Collection(a, key="k", version=3), ValueError, "`version` parameter"),
        (lambda a: ln.Collection(a, key="k", meta=3), TypeError, "meta has to be an Artifact"),
        (lambda a: ln.Collection(a, key="a/../k"), ValueError, "key"),
        (lambda a: ln.Collection(a, key="k" * 300), FieldValidationError, "at most 255"),
        (lambda a: ln.Collection(a, key="k", uid="x"), ValidationError, "exactly 20"),
    ],
)
def test_wrong_arguments(artifacts, call, error, text):
    with pytest.raises(error, match=text):
        call(artifacts)
    assert ln.Collection.filter(branch=None).count() == 0


def test_unsaved_artifacts_are_refused(instance):
    Path("x.txt").write_text("x")
    unsaved = ln.Artifact("x.txt", key="x.txt")
    with pytest.raises(ValueError, match="Not all artifacts are yet saved"):
        ln.Collection([unsaved], key="k")
    saved = new_artifact("y")
    with pytest.raises(ValueError, match="Save meta artifact"):
        ln.Collection(saved, key="k", meta=unsaved)
    collection = ln.Collection(saved, key="k")
    saved.delete(permanent=True)
    with pytest.raises(ValueError, match="Not all artifacts are yet saved"):
        collection.save()
    assert ln.Collection.filter().count() == 0


def test_meta_artifact(artifacts):
    collection = ln.Collection(artifacts[:2], key="k", meta=artifacts[2]).save()
    assert ln.Collection.get(key="k").meta_artifact == artifacts[2]
    other = ln.Collection(artifacts[:1], key="l", meta_artifact=artifacts[1]).save()
    assert (collection.meta_artifact, other.meta_artifact) == (artifacts[2], artifacts[1])


def test_same_contents_are_the_same_collection(artifacts, capsys):
    collection = ln.Collection(artifacts, key="a").save()
    again = ln.Collection(artifacts[::-1], key="b", description="new")
    assert again == collection
    output = capsys.readouterr().out
    assert "! returning collection with same hash" in output
    assert "! updated key from a to b" in output
    assert "in another order" in output
    again.save()
    assert ln.Collection.get(collection.uid).key == "b"
    assert list(again.ordered_artifacts) == artifacts
    separate = ln.Collection(artifacts, key="c", skip_hash_lookup=True).save()
    assert separate != collection
    assert separate.stem_uid != collection.stem_uid


def test_equal_contents_are_mentioned_and_doubles_linked_once(artifacts, capsys):
    collection = ln.Collection([artifacts[0], artifacts[1], artifacts[0]], key="k").save()
    assert "contains artifacts with non-unique hashes" in capsys.readouterr().out
    assert list(collection.ordered_artifacts) == artifacts[:2]


def test_versions(artifacts):
    one = ln.Collection(artifacts[:1], key="k", version="v1", description="d").save()
    two = ln.Collection(artifacts[:2], key="k").save()
    assert (one.stem_uid, two.uid[-4:]) == (two.stem_uid, "0001")
    assert ln.Collection.get(key="k") == two
    assert ln.Collection.get(key="k", version="v1") == one
    three = two.append(artifacts[2])
    assert three._state.adding
    three.save()
    assert (three.uid[-4:], three.key) == ("0002", "k")
    assert list(three.ordered_artifacts) == artifacts
    assert list(two.ordered_artifacts) == artifacts[:2]
    renamed = ln.Collection(artifacts[1:], key="new", revises=three).save()
    assert renamed.stem_uid == one.stem_uid
    assert [c.key for c in one.versions] == ["new", "k", "k", "k"]


def test_appending_keeps_description_and_checks(artifacts):
    collection = ln.Collection(artifacts[:1], key="k", description="d").save()
    assert collection.append(artifacts[1]).description == "d"
    with pytest.raises(TypeError, match="the list holds 3"):
        collection.append(3)
    assert collection.append(artifacts[0]) == collection


def test_trash_restore_and_delete(artifacts):
    one = ln.Collection(artifacts[:1], key="k").save()
    two = ln.Collection(artifacts[:2], key="k").save()
    two.delete()
    assert ln.Collection.get(key="k") == one
    two.restore()
    assert ln.Collection.get(key="k") == two
    two.delete(permanent=True)
    assert ln.Collection.get(key="k") == one
    assert ln.Artifact.filter().count() == 3
    assert all(artifact.path.exists() for artifact in artifacts)


def test_creating_a_trashed_collection_again_revives_it(artifacts):
    collection = ln.Collection(artifacts, key="k").save()
    collection.delete()
    again = ln.Collection(artifacts, key="k").save()
    assert again.id == collection.id
    stored = ln.Collection.get(key="k")
    assert (stored.branch_id, stored.is_latest) == (1, True)
    assert list(stored.ordered_artifacts) == artifacts


def test_members_cannot_be_deleted_but_trashed(artifacts):
    from django.db.models import ProtectedError

    collection = ln.Collection(artifacts, key="k").save()
    with pytest.raises(ProtectedError):
        artifacts[0].delete(permanent=True)
    artifacts[0].delete()
    assert list(collection.ordered_artifacts) == artifacts


def test_a_failed_save_writes_nothing(artifacts):
    collection = ln.Collection(artifacts, key="k")
    collection._artifacts[1] = collection._artifacts[0]  # the link is unique
    with pytest.raises(Exception, match=r"(?i)unique"):
        collection.save()
    assert collection._state.adding
    assert ln.Collection.filter().count() == 0


def test_schema_of_all_artifacts(artifacts):
    schema = ln.Schema(itype=ln.Feature).save()
    with pytest.raises(ValidationError, match="Artifact schemas do not match"):
        ln.Collection(artifacts, key="k", schema=schema)
    for artifact in artifacts:
        artifact.schema = schema
        artifact.save()
    collection = ln.Collection(artifacts[:2], key="k", schema=schema).save()
    collection.verify_schema()
    assert collection.append(artifacts[2]).schema == schema
    ln.Artifact.filter(id=artifacts[0].id).update(schema=None)
    with pytest.raises(ValidationError, match=artifacts[0].uid):
        collection.verify_schema()


def test_members_become_inputs_of_the_run(artifacts, run):
    collection = ln.Collection(artifacts, key="k").save()
    assert (collection.run, collection.transform) == (run, run.transform)
    assert set(run.input_artifacts.all()) == set(artifacts)
    other = ln.Run(run.transform).save()
    again = ln.Collection(artifacts, key="k", run=other).save()
    assert list(other.recreated_collections.all()) == [again]
    assert ln.Collection.get(key="k", is_run_input=other) == collection
    assert list(ln.Collection.filter(transform=run.transform)) == [collection]


def test_without_run_there_is_a_warning(artifacts, capsys):
    capsys.readouterr()
    ln.Collection(artifacts, key="k")
    assert "no run & transform got linked" in capsys.readouterr().out


def test_describe(artifacts):
    text = ln.Collection(artifacts, key="my-collection").save().describe(return_str=True)
    assert text.startswith("Collection: my-collection (0000)\n└── uid: ")
    assert "created_by: anonymous" in text


def test_query_counts_do_not_grow(artifacts, count_queries):
    counts = []
    for members in (artifacts[:1], artifacts):
        with count_queries() as queries:
            ln.Collection(members, key=f"k{len(members)}").save()
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 9
