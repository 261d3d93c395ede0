"""Saving artifacts to local storage: row and bytes together, in few queries; changes noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument
from tests.support.limits import largest_file


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def stored_files(instance) -> set[str]:
    """Everything below `.lamindb/` of the default location, temporaries included."""
    folder = Path(instance.storage.root) / ".lamindb"
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    return {name for name in files if not name.startswith(("lamin.db", "storage_uid"))}


def cached_temporaries() -> list[Path]:
    return [p for p in Path(ln.settings.cache_dir).rglob("tmp/*") if p.is_file()]


def test_saving_says_nothing(instance, capsys, monkeypatch) -> None:
    monkeypatch.setattr(ln.settings.creation, "artifact_silence_missing_run_warning", True)
    ln.Artifact(write("a.txt"), key="a.txt").save()
    assert capsys.readouterr().out.count("\n") <= 2  # of the instance, from before


def test_content_is_hashed_while_it_is_copied(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt")
    assert "hash" not in artifact.__dict__
    artifact.save()
    assert (artifact.hash, artifact._hash_type, artifact.size) == (
        "XUFAKrxLKna5cZ2REBfFkg",
        "md5",
        5,
    )


def test_the_hash_of_an_unsaved_artifact_is_computed_on_demand(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt")
    assert (artifact.hash, artifact._hash_type, artifact.size) == (
        "XUFAKrxLKna5cZ2REBfFkg",
        "md5",
        5,
    )
    assert artifact._state.adding


def test_saving_twice_only_writes_metadata(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    before = os.stat(artifact.path)
    Path("a.txt").unlink()
    artifact.description = "later"
    artifact.save()
    assert os.stat(artifact.path) == before
    assert ln.Artifact.get(artifact.uid).description == "later"


def test_a_temporary_file_is_renamed_into_place(instance) -> None:
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="a.parquet")
    assert len(cached_temporaries()) == 1
    inode = os.stat(artifact.path).st_ino
    artifact.save()
    assert os.stat(artifact.path).st_ino == inode
    assert cached_temporaries() == []


def test_a_source_that_changed_in_place_is_hashed_again(instance) -> None:
    path = write(f"{instance.storage.root}/data/a.txt", "before")
    artifact = ln.Artifact(path)
    write(str(path), "after")
    artifact.save()
    assert (artifact.size, artifact.hash) == (5, ln.Artifact(path).hash)


def test_a_full_disk_leaves_nothing_and_saving_can_be_repeated(instance, capsys) -> None:
    first = ln.Artifact(write("a.bin", "x" * 500_000), key="a.bin").save()
    second = ln.Artifact(write("a.bin", "y" * 500_000), key="a.bin")
    files = stored_files(instance)
    with largest_file(300_000), pytest.raises(OSError, match="File too large"):
        second.save()
    assert f"! could not store artifact {second.uid}" in capsys.readouterr().out
    assert stored_files(instance) == files
    assert ln.Artifact.filter(branch=None).one() == first
    assert ln.Artifact.get(first.uid).is_latest
    second.save()
    assert second.path.read_text() == "y" * 500_000
    assert not ln.Artifact.get(first.uid).is_latest


def test_a_data_frame_survives_a_failing_save(instance) -> None:
    artifact = ln.Artifact.from_dataframe(
        pd.DataFrame({"a": range(100_000)}), key="data/a.parquet", key_is_virtual=False
    )
    obstacle = write(f"{instance.storage.root}/data", "a file where a folder has to be")
    with pytest.raises(OSError, match="data"):
        artifact.save()
    assert len(cached_temporaries()) == 1
    obstacle.unlink()
    artifact.save()
    assert len(pd.read_parquet(artifact.path)) == 100_000
    assert cached_temporaries() == []


def test_a_location_of_another_instance_is_not_written_to(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt")
    ln.Storage.filter().update(instance_uid="someoneelse1")
    artifact.storage = ln.Storage.get()
    with pytest.raises(ValueError, match="not managed by the current instance"):
        artifact.save()
    assert ln.Artifact.filter().count() == 0
    assert stored_files(instance) == set()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("key", "b.txt", "Cannot update the key of an artifact before it is saved"),
        ("suffix", ".csv", "Cannot update the suffix of an artifact before it is saved"),
    ],
)
def test_the_place_cannot_change_before_the_first_save(instance, name, value, text) -> None:
    artifact = ln.Artifact(write(f"{instance.storage.root}/data/a.txt"))
    setattr(artifact, name, value)
    with pytest.raises(InvalidArgument, match=text):
        artifact.save()
    assert ln.Artifact.filter().count() == 0


def test_a_virtual_key_can_change_before_the_first_save(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt")
    artifact.key = "b.csv"
    with pytest.raises(InvalidArgument, match=r"'.csv' .* is incorrect, it should be '.txt'"):
        artifact.save()
    artifact.key = "b.txt"
    artifact.save()
    assert ln.Artifact.get(key="b.txt").load() == "hello"


def test_an_unknown_way_of_transfer(instance) -> None:
    with pytest.raises(ValueError, match="transfer='all' has to be one of sqlrecord, record"):
        ln.Artifact(write("a.txt"), key="a.txt").save(transfer="all")
    ln.Artifact(write("a.txt"), key="a.txt").save(transfer="annotations")


# -- folders


def test_versions_of_a_folder_share_its_place(instance) -> None:
    write("study/a.txt", "a")
    first = ln.Artifact("study", key="study").save()
    assert (first.n_files, first.overwrite_versions, first.size) == (1, True, 1)
    write("study/b.txt", "b")
    second = ln.Artifact("study", key="study").save()
    assert second.path == first.path
    assert {p.name for p in second.path.iterdir()} == {"a.txt", "b.txt"}
    first = ln.Artifact.get(first.uid)
    with pytest.raises(ValueError, match="Cannot read this outdated artifact version"):
        first.cache()
    assert second.cache() == second.path


def test_a_failing_folder_version_leaves_the_earlier_one(instance) -> None:
    write("study/a.txt", "a")
    first = ln.Artifact("study", key="study").save()
    write("study/b.txt", "b" * 500_000)
    second = ln.Artifact("study", key="study")
    with largest_file(300_000), pytest.raises(OSError, match="File too large"):
        second.save()
    assert ln.Artifact.filter(branch=None).one() == first
    assert ln.Artifact.get(first.uid).is_latest
    assert {p.name for p in first.path.iterdir()} == {"a.txt"}
    second.save()
    assert {p.name for p in second.path.iterdir()} == {"a.txt", "b.txt"}


def test_an_older_folder_version_is_not_served_the_content_of_a_trashed_one(instance) -> None:
    write("study/a.txt", "a")
    first = ln.Artifact("study", key="study").save()
    write("study/a.txt", "new")
    second = ln.Artifact("study", key="study").save()
    second.delete()
    first = ln.Artifact.get(first.uid)
    assert first.is_latest
    with pytest.raises(ValueError, match=rf"Artifact.get\('{second.uid}'\)"):
        first.cache()


# -- real keys


def test_a_second_version_with_a_real_key_overwrites_the_first(instance) -> None:
    first = ln.Artifact(write("a.txt", "1"), key="data/a.txt", key_is_virtual=False).save()
    second = ln.Artifact(write("a.txt", "2"), key="data/a.txt", key_is_virtual=False).save()
    assert second.stem_uid == first.stem_uid
    assert second.load() == "2"
    first = ln.Artifact.get(first.uid)
    with pytest.raises(ValueError, match="Cannot read this outdated artifact version"):
        first.load()


def test_a_file_that_was_edited_in_place_is_a_version_that_overwrote_the_first(instance) -> None:
    path = write(f"{instance.storage.root}/data/a.txt", "1")
    first = ln.Artifact(path).save()
    write(str(path), "2")
    second = ln.Artifact(path).save()
    assert (second.stem_uid, second.load()) == (first.stem_uid, "2")
    with pytest.raises(ValueError, match="outdated"):
        ln.Artifact.get(first.uid).load()


def test_content_of_another_artifact_is_not_overwritten(instance) -> None:
    path = write(f"{instance.storage.root}/data/a.txt", "1")
    first = ln.Artifact(path, key="other.txt").save()
    second = ln.Artifact(write("a.txt", "2"), key="data/a.txt", key_is_virtual=False)
    with pytest.raises(InvalidArgument, match=first.uid):
        second.save()
    assert path.read_text() == "1"
    assert ln.Artifact.filter(branch=None).one() == first


def test_a_trashed_artifact_whose_content_was_overwritten_is_refused(instance, capsys) -> None:
    first = ln.Artifact(write("a.txt", "1"), key="data/a.txt", key_is_virtual=False).save()
    first.delete()
    second = ln.Artifact(write("a.txt", "2"), key="data/a.txt", key_is_virtual=False).save()
    assert second.stem_uid != first.stem_uid
    assert f"! the content of artifact {first.uid} in the trash was overwritten" in (
        capsys.readouterr().out
    )
    first = ln.Artifact.get(first.uid)
    first.restore()
    with pytest.raises(ValueError, match="was not completed"):
        first.load()
    assert second.load() == "2"


# -- flagged rows


def test_unknown_keys_of_aux_survive(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    ln.Artifact.filter(uid=artifact.uid).update(_aux={"so": 1, "mine": [1]})
    Path(artifact.path).unlink()
    assert "! Storing this artifact was not completed" in describe(artifact.uid)
    completed = ln.Artifact("a.txt", key="a.txt").save()
    assert ln.Artifact.get(artifact.uid)._aux == {"mine": [1]}
    assert completed.load() == "hello"


def describe(uid: str) -> str:
    import contextlib
    import io

    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        ln.Artifact.get(uid).describe()
    return output.getvalue()


def test_describe_without_size(instance, monkeypatch) -> None:
    monkeypatch.setattr(ln.settings.creation, "artifact_skip_size_hash", True)
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    assert (artifact.size, artifact.hash) == (None, None)
    assert "size: None" in artifact.describe(return_str=True)


# -- queries


def test_queries_of_save(instance, count_queries) -> None:
    ln.Artifact(write("warm.txt", "warm"), key="warm.txt").save()
    new = ln.Artifact(write("a.txt"), key="a.txt")
    with count_queries() as queries:
        new.save()
    assert queries.count <= 3
    new.description = "later"
    with count_queries() as queries:
        new.save()
    assert queries.count == 1


def test_the_path_takes_one_query_per_location(instance, count_queries) -> None:
    for name in "abc":
        ln.Artifact(write(f"{name}.txt", name), key=f"{name}.txt").save()
    artifacts = list(ln.Artifact.filter())
    with count_queries() as queries:
        paths = [str(artifact.path) for artifact in artifacts]
    assert queries.count <= 1
    assert all(Path(path).exists() for path in paths)


def test_the_path_follows_a_storage_location_that_was_moved(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    assert ln.Artifact.get(artifact.uid).path.exists()
    root = Path(instance.storage.root).rename("elsewhere").resolve()
    storage = ln.Storage.get()
    storage.root = str(root)
    storage.save()
    assert str(ln.Artifact.get(artifact.uid).path).startswith(f"{root}/")


def test_an_unsaved_artifact_shows_its_hash(instance) -> None:
    path = write("a.txt", "abc")
    assert "hash='kAFQmDzST7DWlj99KOF_cg'" in repr(ln.Artifact(path, key="a.txt"))
    artifact = ln.Artifact(path, key="b.txt")
    path.unlink()
    assert "hash=None" in repr(artifact)


@pytest.mark.parametrize("suffix", [3, None, b".csv"])
def test_a_suffix_is_a_string(instance, suffix) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    artifact.suffix = suffix
    with pytest.raises(TypeError, match="suffix has to be a string"):
        artifact.save(confirm=True)
    assert ln.Artifact.get(artifact.uid).suffix == ".txt"
