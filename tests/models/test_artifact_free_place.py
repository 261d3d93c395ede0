"""Content with a real key is written to places that belong to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def save(name: str, key: str) -> ln.Artifact:
    return ln.Artifact(name, key=key, key_is_virtual=False, skip_hash_lookup=True).save()


def contents(root: str) -> dict[str, str]:
    """Files below a local root by their relative paths, without those of the product."""
    paths = [path for path in Path(root).rglob("*") if path.is_file()]
    names = {path.relative_to(root).as_posix(): path for path in paths}
    return {name: path.read_text() for name, path in names.items() if ".lamindb/" not in name}


def test_two_keys_never_mean_one_place(instance) -> None:
    save(write("a.txt", "first"), "data/a.txt")
    for key in ("data//a.txt", "data/a.txt/"):
        with pytest.raises(ValueError):
            ln.Artifact(write("b.txt", "second"), key=key, key_is_virtual=False)
    assert contents(instance.storage.root) == {"data/a.txt": "first"}
    artifact = ln.Artifact.get(key="data/a.txt")
    artifact.key = "data//b.txt"
    with pytest.raises(ValueError, match="Empty path segment detected"):
        artifact.save(confirm=True)
    assert ln.Artifact.get(artifact.uid).key == "data/a.txt"


def test_no_file_gets_into_a_folder_of_another_artifact(instance) -> None:
    write("study/sub/1.txt", "one")
    folder = save("study", "study")
    with pytest.raises(InvalidArgument, match=folder.uid):
        save(write("b.txt", "other"), "study/sub/1.txt")
    assert contents(instance.storage.root) == {"study/sub/1.txt": "one"}
    assert ln.Artifact.filter().one() == folder


def test_no_folder_takes_the_place_of_files_of_other_artifacts(instance) -> None:
    file = save(write("a.txt", "first"), "data/sub/a.txt")
    write("study/1.txt", "one")
    with pytest.raises(InvalidArgument, match=file.uid):
        save("study", "data")
    assert contents(instance.storage.root) == {"data/sub/a.txt": "first"}
    assert ln.Artifact.filter().one() == file


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_files_of_nobody_stay(instance, kind) -> None:
    root = instance.storage.root
    write(f"{root}/data/notes.txt", "mine")
    write("study/notes.txt", "yours")
    source, key = ("study", "data") if kind == "folder" else ("study/notes.txt", "data/notes.txt")
    with pytest.raises(FileExistsError, match=f"{root}/{key} exists, and no artifact knows it"):
        save(source, key)
    assert contents(root) == {"data/notes.txt": "mine"}
    assert ln.Artifact.filter().count() == 0


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_process_left_is_completed(instance, kind) -> None:
    root = instance.storage.root
    write(f"{root}/data/notes.txt", "same")
    Path(root, "empty/sub").mkdir(parents=True)
    write("study/notes.txt", "same")
    source, key = ("study", "data") if kind == "folder" else ("study/notes.txt", "data/notes.txt")
    assert save(source, key).path.exists()
    assert save("study", "empty").path.exists()
    assert contents(root) == {"data/notes.txt": "same", "empty/notes.txt": "same"}


def test_versions_replace_each_other(instance) -> None:
    write("study/1.txt", "one")
    save("study", "study")
    write("study/2.txt", "two")
    second = save("study", "study")
    file = save(write("a.txt", "first"), "a.txt")
    file.replace(write("b.txt", "second"))
    file.save()
    assert contents(instance.storage.root) == {
        "a.txt": "second",
        "study/1.txt": "one",
        "study/2.txt": "two",
    }
    assert second.uid.endswith("0001")


def test_in_the_cloud_too(instance, bucket) -> None:
    ln.settings.storage = ln.Storage(bucket.url("store")).save().root
    file = save(write("a.txt", "first"), "data/sub/a.txt")
    bucket.put("store/other/notes.txt", b"mine")
    write("study/1.txt", "one")
    with pytest.raises(InvalidArgument, match=file.uid):
        save("study", "data")
    for source, key in (("study", "other"), ("a.txt", "other/notes.txt")):
        with pytest.raises(FileExistsError, match=f"store/{key} exists"):
            save(source, key)
    assert bucket.read("store/other/notes.txt") == b"mine"
    assert bucket.read("store/data/sub/a.txt") == b"first"
    assert ln.Artifact.filter().one() == file


def test_queries(instance, count_queries) -> None:
    """Few, however deep the place is."""
    save(write("0.txt", "0"), "0.txt")
    n_queries = []
    for key in ("1.txt", "a/b/c/d/e/2.txt"):
        artifact = ln.Artifact(write("x.txt", key), key=key, key_is_virtual=False)
        with count_queries() as queries:
            artifact.save()
        n_queries.append(queries.count)
    assert n_queries[0] == n_queries[1]
