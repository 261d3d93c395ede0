"""Artifacts in `ln.save`: few queries and transactions, the first failure ends it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.models.bulk import save


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def write_many(n: int, text: str = "content", folder: str = "many") -> list[Path]:
    return [write(f"{folder}/{i:03}.txt", f"{text} {i}") for i in range(n)]


def construct(paths: list[Path]) -> list[ln.Artifact]:
    return [ln.Artifact(path, key=str(path)) for path in paths]


def stored_files(instance) -> list[Path]:
    folder = Path(instance.storage.root) / ".lamindb"
    files = [p for p in folder.rglob("*") if p.is_file()]
    return [p for p in files if not p.name.startswith(("lamin.db", "storage_uid"))]


def count_save(count_queries, artifacts: list[ln.Artifact]) -> int:
    with count_queries() as queries:
        save(artifacts)
    return queries.count


def test_queries_do_not_depend_on_the_number_of_artifacts(instance, count_queries) -> None:
    counts = []
    for text, n in (("few", 3), ("many", 60)):
        new = count_save(count_queries, construct(write_many(n, text, folder=text)))
        versions = construct(write_many(n, f"{text} again", folder=text))
        revised = count_save(count_queries, versions)
        changed = [ln.Artifact.get(artifact.uid) for artifact in versions]
        for artifact in changed:
            artifact.description = text
        counts.append((new, revised, count_save(count_queries, changed)))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 10
    assert all(a.load() == a.path.read_text() for a in ln.Artifact.filter(branch=None))


def test_versions_get_their_families(instance) -> None:
    save(construct(write_many(3, "first")))
    save(construct(write_many(3, "second")))
    for i in range(3):
        versions = ln.Artifact.filter(key=f"many/{i:03}.txt").order_by("id")
        assert [a.uid[-4:] for a in versions] == ["0000", "0001"]
        assert [a.is_latest for a in versions] == [False, True]
        assert len({a.stem_uid for a in versions}) == 1
        assert [a.load() for a in versions] == [f"first {i}", f"second {i}"]


def test_the_same_key_twice_makes_two_versions(instance) -> None:
    one, two = (ln.Artifact(write(f"{n}.txt", n), key="same.txt") for n in ("1", "2"))
    save([one, two])
    assert two.stem_uid == one.stem_uid
    assert [ln.Artifact.get(a.uid).is_latest for a in (one, two)] == [False, True]


def test_a_version_that_another_process_saved_meanwhile_is_followed(instance) -> None:
    artifacts = construct(write_many(3))
    other = ln.Artifact(write("other.txt", "other"), key="many/001.txt").save()
    save(artifacts)
    assert artifacts[1].stem_uid == other.stem_uid
    assert [ln.Artifact.get(a.uid).is_latest for a in (other, artifacts[1])] == [False, True]


def test_the_same_content_twice_without_key(instance, capsys) -> None:
    one = ln.Artifact(write("1.txt"), description="one")
    two = ln.Artifact(write("2.txt"), description="two")
    save([one, two])
    assert one == two
    assert ln.Artifact.filter().count() == 1
    assert "! returning artifact with same hash & key" in capsys.readouterr().out
    assert len(stored_files(instance)) == 1


def test_all_kinds_in_one_call(instance) -> None:
    saved = ln.Artifact(write("saved.txt", "saved"), key="saved.txt").save()
    saved.description = "later"
    moved = ln.Artifact(write(f"{instance.storage.root}/moved.txt", "moved")).save()
    moved.description = "in place"
    write("folder/a.txt", "a")
    artifacts = [
        ln.Artifact(write("a.txt", "a"), key="a.txt"),
        saved,
        ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="a.parquet"),
        ln.Artifact("folder", key="folder"),
        moved,
        ln.Artifact(write(f"{instance.storage.root}/data/b.txt", "b")),
        ln.Artifact(write("c.txt", "c"), key="data/c.txt", key_is_virtual=False),
    ]
    save([*artifacts, ln.ULabel(name="a")])
    read = {a.key: a for a in ln.Artifact.filter()}
    assert len(read) == 7
    assert read["saved.txt"].description == "later"
    assert read["moved.txt"].description == "in place"
    assert read["data/c.txt"].path.read_text() == "c"
    assert read["folder"].n_files == 1
    assert len(read["a.parquet"].load()) == 1
    assert all(a._source is None for a in artifacts)
    assert not list(Path(ln.settings.cache_dir).rglob("tmp/*"))


def test_a_failure_in_the_middle(instance, capsys) -> None:
    artifacts = construct(write_many(5))
    Path("many/003.txt").unlink()
    with pytest.raises(RuntimeError, match=r"Saving many/003.txt failed: Unable to save") as error:
        save(artifacts)
    assert isinstance(error.value.__cause__, FileNotFoundError)
    listed = str(error.value).partition("These artifacts are stored:")[2]
    assert [artifact.uid in listed for artifact in artifacts] == [True] * 3 + [False] * 2
    assert ln.Artifact.filter(branch=None).count() == 3
    assert len(stored_files(instance)) == 3
    write("many/003.txt", "content 3")
    save(artifacts)
    assert ln.Artifact.filter().count() == 5
    assert [a.path.read_text() for a in artifacts] == [f"content {i}" for i in range(5)]


def test_a_failure_in_the_database(instance) -> None:
    """The head that was passed as `revises` is none any more."""
    first = ln.Artifact(write("v.txt", "1"), key="v.txt").save()
    head = ln.Artifact.get(first.uid)
    ln.Artifact(write("v.txt", "2"), revises=first).save()
    artifacts = construct(write_many(3))
    artifacts.insert(2, ln.Artifact(write("w.txt", "3"), revises=head))
    with pytest.raises(RuntimeError, match="Cannot revise a non-latest record"):
        save(artifacts)
    assert ln.Artifact.filter(key__startswith="many/").count() == 2
    assert len(stored_files(instance)) == 4
    assert artifacts[3]._state.adding
    artifacts[3].save()
    assert ln.Artifact.filter(branch=None).count() == 5


def test_a_data_frame_survives_a_failing_bulk_save(instance) -> None:
    frame = ln.Artifact.from_dataframe(pd.DataFrame({"a": [1, 2]}), key="a.parquet")
    missing = ln.Artifact(write("b.txt"), key="b.txt")
    Path("b.txt").unlink()
    with pytest.raises(RuntimeError, match=r"Saving b.txt failed"):
        save([missing, frame])
    assert ln.Artifact.filter(branch=None).count() == 0
    frame.save()
    assert len(pd.read_parquet(frame.path)) == 2


def test_artifacts_of_a_folder_that_exist_already(instance, count_queries) -> None:
    write_many(40)
    ln.Artifact.from_dir("many").save()
    artifacts = ln.Artifact.from_dir("many")
    assert not any(artifact._state.adding for artifact in artifacts)
    with count_queries() as queries:
        artifacts.save()
    assert queries.count <= 3
    assert ln.Artifact.filter().count() == 40


def test_runs_that_produced_the_same_content_are_linked(instance, count_queries) -> None:
    transform = ln.Transform(key="make").save()
    runs = [ln.Run(transform=transform).save() for _ in range(2)]
    paths = write_many(5)
    save([ln.Artifact(path, key=str(path), run=runs[0]) for path in paths])
    again = [ln.Artifact(path, key=str(path), run=runs[1]) for path in paths]
    with count_queries() as queries:
        save(again)
    assert queries.count <= 5
    assert runs[1].recreated_artifacts.count() == 5


# -- cloud


@pytest.fixture
def location(instance, bucket) -> ln.Storage:
    return ln.Storage(root=bucket.url("data")).save()


def stored_keys(bucket) -> set[str]:
    return {key for key in bucket.keys("") if not key.endswith("storage_uid.txt")}


def construct_for(location: ln.Storage, paths: list[Path]) -> list[ln.Artifact]:
    return [ln.Artifact(path, key=str(path), storage=location) for path in paths]


def test_many_small_uploads(location, bucket, count_queries) -> None:
    few = count_save(count_queries, construct_for(location, write_many(3, "few")))
    artifacts = construct_for(location, write_many(30, "many"))
    for artifact in artifacts[:3]:
        assert artifact._revises is not None
    fresh = construct_for(location, [write(f"fresh/{i}.txt", f"fresh {i}") for i in range(30)])
    assert count_save(count_queries, fresh) == few
    save(artifacts)
    assert len(stored_keys(bucket)) == 63
    for artifact in ln.Artifact.filter(key__startswith="fresh/"):
        assert artifact._aux is None
        assert artifact.load() == f"fresh {artifact.key[6:-4]}"


def test_a_failing_upload_withdraws_itself_and_all_later_ones(location, bucket) -> None:
    old = construct_for(location, write_many(1, "old"))[0].save()
    artifacts = construct_for(location, write_many(6))
    Path("many/003.txt").unlink()
    with pytest.raises(RuntimeError, match=r"Saving many/003.txt failed"):
        save(artifacts)
    assert ln.Artifact.filter(branch=None).count() == 4
    assert len(stored_keys(bucket)) == 4
    assert not ln.Artifact.filter(_aux__so=1).exists()
    assert not ln.Artifact.get(old.uid).is_latest
    write("many/003.txt", "content 3")
    save(artifacts)
    assert [a.load() for a in ln.Artifact.filter(is_latest=True).order_by("key")] == [
        f"content {i}" for i in range(6)
    ]


def test_a_bucket_that_vanishes(location, bucket) -> None:
    artifacts = construct_for(location, write_many(4))
    for key in bucket.keys(""):
        bucket.client.delete_object(Bucket=bucket.name, Key=key)
    bucket.client.delete_bucket(Bucket=bucket.name)
    with pytest.raises(RuntimeError, match=r"Saving many/000.txt failed(.|\n)*stored:\n  none"):
        save(artifacts)
    assert ln.Artifact.filter(branch=None).count() == 0
    assert all(artifact._state.adding for artifact in artifacts)
    bucket.client.create_bucket(Bucket=bucket.name)
    save(artifacts)
    assert len(stored_keys(bucket)) == 4
