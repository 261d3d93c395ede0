"""`Artifact.from_lazy`: the path first, the content later."""

from __future__ import annotations

from pathlib import Path

import pytest

import lamindb as ln


def managed(instance) -> set[str]:
    folder = Path(instance.storage.root) / ".lamindb"
    return {p.name for p in folder.iterdir() if not p.name.startswith(("lamin.db", "storage_uid"))}


def test_a_file(instance) -> None:
    lazy = ln.Artifact.from_lazy(".txt", overwrite_versions=False, key="a.txt", description="x")
    assert Path(lazy.path).parent == Path(instance.storage.root).resolve() / ".lamindb"
    assert managed(instance) == set()
    Path(lazy.path).write_text("hello")
    artifact = lazy.save()
    assert artifact.uid == Path(lazy.path).stem
    assert (artifact.key, artifact._key_is_virtual, artifact._real_key) == ("a.txt", True, None)
    assert (artifact.size, artifact.hash, artifact.description) == (
        5,
        "XUFAKrxLKna5cZ2REBfFkg",
        "x",
    )
    assert artifact.path == lazy.path
    assert ln.Artifact.get(key="a.txt").load() == "hello"
    assert lazy.save() is artifact


def test_a_folder(instance) -> None:
    lazy = ln.Artifact.from_lazy(".zarr", overwrite_versions=True, key="a.zarr", kind="dataset")
    Path(lazy.path).mkdir()
    (Path(lazy.path) / "x").write_text("x")
    artifact = lazy.save()
    assert Path(lazy.path).name == f"{artifact.stem_uid}.zarr"
    assert (artifact.n_files, artifact.overwrite_versions, artifact.kind) == (1, True, "dataset")
    assert ln.Artifact.get(path=Path(lazy.path) / "x") == artifact


def test_a_later_version(instance) -> None:
    first = ln.Artifact(_write("v.txt", "1"), key="a.txt").save()
    lazy = ln.Artifact.from_lazy(".txt", overwrite_versions=False, key="a.txt")
    Path(lazy.path).write_text("2")
    second = lazy.save()
    assert (second.stem_uid, second.uid[-4:]) == (first.stem_uid, "0001")
    assert second.path == lazy.path
    assert ln.Artifact.get(path=lazy.path) == second
    assert [a.load() for a in ln.Artifact.get(key="a.txt").versions] == ["2", "1"]


def test_another_version_of_the_key_came_first(instance) -> None:
    lazy = ln.Artifact.from_lazy(".txt", overwrite_versions=False, key="a.txt")
    Path(lazy.path).write_text("2")
    first = ln.Artifact(_write("v.txt", "1"), key="a.txt").save()
    assert lazy.save().stem_uid == first.stem_uid


def test_content_that_exists_under_the_key(instance) -> None:
    first = ln.Artifact(_write("v.txt", "1"), key="a.txt").save()
    lazy = ln.Artifact.from_lazy(".txt", overwrite_versions=False, key="a.txt")
    Path(lazy.path).write_text("1")
    assert lazy.save() == first
    assert managed(instance) == {f"{first.uid}.txt"}


WRONG = [
    (".zarr", {"key": "a.h5ad"}, ValueError, "suffix '.zarr' and the suffix of the key"),
    (".unknown", {"key": "a.unknown"}, ValueError, "'.unknown' is no known suffix"),
    ("zarr", {"key": "a.zarr"}, ValueError, "'zarr' is no known suffix"),
    (".zarr", {}, ValueError, "Pass one of key, run or description"),
    (".zarr", {"key": "../a.zarr"}, ValueError, "Relative path segment"),
    (".zarr", {"key": "a.zarr", "kex": 1}, ValueError, "Only path, key"),
]


def test_wrong_input(instance) -> None:
    for suffix, options, error, text in WRONG:
        with pytest.raises(error, match=text):
            ln.Artifact.from_lazy(suffix, overwrite_versions=True, **options)
    assert managed(instance) == set()


def test_nothing_was_written(instance) -> None:
    lazy = ln.Artifact.from_lazy(".zarr", overwrite_versions=True, key="a.zarr")
    with pytest.raises(FileNotFoundError, match="Nothing was written to"):
        lazy.save()
    assert ln.Artifact.filter().count() == 0


def _write(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name
