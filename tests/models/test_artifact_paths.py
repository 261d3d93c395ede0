"""`Artifact.get(path=…)`: the artifact whose content is at a place in local storage."""

from __future__ import annotations

from pathlib import Path

import pytest

import lamindb as ln


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_file_of_a_version(instance) -> None:
    versions = [ln.Artifact(write("a.txt", text), key="a.txt").save() for text in "12"]
    for artifact in versions:
        assert ln.Artifact.get(path=artifact.path) == artifact
        assert ln.Artifact.get(path=str(artifact.path)) == artifact


def test_a_folder_and_what_is_in_it(instance) -> None:
    for text in "12":
        latest = ln.Artifact(write("f/sub/a.txt", text).parents[1], key="f").save()
    for path in (latest.path, latest.path / "sub", latest.path / "sub" / "a.txt"):
        assert ln.Artifact.get(path=path) == latest


def test_real_places(instance) -> None:
    root = Path(instance.storage.root)
    in_place = ln.Artifact(write(f"{root}/x/a.txt")).save()
    renamed = ln.Artifact(write(f"{root}/x/b.txt", "b"), key="other.txt").save()
    folder = ln.Artifact(write(f"{root}/y/z/c.txt", "c").parents[1]).save()
    inner = ln.Artifact(root / "y" / "z", description="inner").save()
    assert ln.Artifact.get(path=(root / "x/a.txt").resolve()) == in_place
    assert ln.Artifact.get(path=(root / "x/b.txt").resolve()) == renamed
    assert ln.Artifact.get(path=(root / "y").resolve()) == folder
    assert ln.Artifact.get(path=(root / "y/z/c.txt").resolve()) == inner
    in_place.delete()
    again = ln.Artifact(root / "x" / "a.txt").save()
    assert ln.Artifact.get(path=(root / "x/a.txt").resolve()) == again


def test_names_are_not_places(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="x/a.txt").save()
    root = Path(instance.storage.root).resolve()
    for path in (root / "x" / "a.txt", artifact.path.with_suffix(".csv"), root / "x", root):
        with pytest.raises(ln.Artifact.DoesNotExist):
            ln.Artifact.get(path=path)


def test_no_location(instance) -> None:
    with pytest.raises(ln.Artifact.DoesNotExist, match="No registered storage location contains"):
        ln.Artifact.get(path="/nowhere/a.txt")


def test_few_queries(instance, count_queries) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    with count_queries() as queries:
        ln.Artifact.get(path=artifact.path)
    assert queries.count <= 3
