"""Local artifacts from construction to reading; each part in depth: the files `test_artifact_*`."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def stored_files(instance) -> set[str]:
    folder = Path(instance.storage.root) / ".lamindb"
    return {p.name for p in folder.iterdir() if not p.name.startswith(("lamin.db", "storage_uid"))}


def test_a_text_file(instance) -> None:
    artifact = ln.Artifact(write("hello.txt"), key="notes/hello.txt", description="Hi").save()
    assert (artifact.suffix, artifact.size, artifact.n_files) == (".txt", 5, None)
    assert artifact.hash == "XUFAKrxLKna5cZ2REBfFkg"
    assert artifact._hash_type == "md5"
    assert (artifact.kind, artifact.otype, artifact.n_observations) == (None, None, None)
    assert artifact._key_is_virtual
    assert not artifact.overwrite_versions
    assert artifact.load() == "hello"
    assert artifact.path == artifact.cache()
    assert stored_files(instance) == {f"{artifact.uid}.txt"}
    assert artifact._aux is None


def test_json_becomes_a_dictionary(instance) -> None:
    write("a.json", json.dumps({"a": [1, 2]}))
    assert ln.Artifact("a.json", key="a.json").save().load() == {"a": [1, 2]}


def test_a_virtual_key_can_be_changed(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    artifact.key = "new/b.txt"
    artifact.save()
    assert ln.Artifact.get(key="new/b.txt") == artifact
    for key, error, text in (
        ("new/b.csv", InvalidArgument, "The suffix '.csv' of the provided key is incorrect"),
        (None, InvalidArgument, "Cannot update an artifact key to None"),
        ("../b.txt", ValueError, "Relative path segment"),
    ):
        artifact.key = key
        with pytest.raises(error, match=text):
            artifact.save()
    assert ln.Artifact.get(artifact.uid).key == "new/b.txt"


def test_unwritable_storage(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="data/a.txt", key_is_virtual=False)
    write(f"{instance.storage.root}/data", "a file where a folder has to be")
    with pytest.raises(OSError, match="data"):
        artifact.save()
    assert ln.Artifact.filter().count() == 0
    Path(f"{instance.storage.root}/data").unlink()
    assert artifact.save().load() == "hello"


def test_a_vanished_source(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt")
    Path("a.txt").unlink()
    with pytest.raises(FileNotFoundError, match="Unable to save the artifact"):
        artifact.save()
    assert ln.Artifact.filter().count() == 0


def test_a_source_that_changed_is_stored_as_it_is_now(instance) -> None:
    artifact = ln.Artifact(write("a.txt", "before"), key="a.txt")
    write("a.txt", "after")
    artifact.save()
    assert artifact.load() == "after"
    assert artifact.hash == ln.Artifact.get(artifact.uid).hash
    assert artifact.size == 5


def test_lost_content_is_noticed(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    Path(artifact.path).unlink()
    with pytest.raises(FileNotFoundError, match="restore the file"):
        ln.Artifact.get(artifact.uid).load()


def test_no_loader(instance) -> None:
    artifact = ln.Artifact(write("a.zip"), key="a.zip").save()
    with pytest.raises(NotImplementedError, match=r"There is no loader for \.zip files"):
        artifact.load()


def test_queries_of_save(instance, count_queries) -> None:
    ln.Artifact(write("warm.txt", "warm"), key="warm.txt").save()
    artifact = ln.Artifact(write("a.txt"), key="a.txt")
    with count_queries() as queries:
        artifact.save()
    assert queries.count <= 8


def test_describe_takes_few_queries(instance, count_queries) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", description="Mine").save()
    artifact = ln.Artifact.get(artifact.uid)
    with count_queries() as queries:
        text = artifact.describe(return_str=True)
    assert queries.count <= 6
    assert text.splitlines()[:2] == ["Artifact: a.txt (0000)", "|   description: Mine"]
    assert "hash: XUFAKrxLKna5cZ2REBfFkg" in text
    assert "size: 5 B" in text


def test_versions_and_transforms_of_untagged_artifacts_without_run(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    assert ln.Artifact.filter(version="0000").one() == artifact
    assert artifact.transform is None


def test_no_temporary_file_stays_when_content_turns_out_to_exist(instance) -> None:
    df = pd.DataFrame({"a": [1]})
    first = ln.Artifact.from_dataframe(df, key="a.parquet")
    second = ln.Artifact.from_dataframe(df, key="a.parquet")
    first.save()
    second.save()
    assert second == first
    assert not list(Path(ln.settings.cache_dir).rglob("*.parquet"))
    assert len(stored_files(instance)) == 1
