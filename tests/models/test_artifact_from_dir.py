"""`Artifact.from_dir`: one artifact per file, whatever their number in few queries."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def study(name: str = "study") -> Path:
    write(f"{name}/a.txt", "a")
    write(f"{name}/sub/b.csv", "bb")
    return write(f"{name}/sub/deep/c.xyz", "ccc").parents[2]


def keys(artifacts) -> list[str]:
    return artifacts.to_list("key")


STUDY_KEYS = ["study/a.txt", "study/sub/b.csv", "study/sub/deep/c.xyz"]


def test_a_folder_outside_of_storage_is_copied(instance, capsys) -> None:
    artifacts = ln.Artifact.from_dir(study())
    root = Path(instance.storage.root).resolve()
    assert keys(artifacts) == STUDY_KEYS
    assert (
        f"! folder is outside existing storage location, will copy files from "
        f"{Path('study').resolve()} to {root}/study"
    ) in capsys.readouterr().out
    assert ln.Artifact.filter().count() == 0
    assert artifacts.save() is artifacts
    assert [a.suffix for a in artifacts] == [".txt", ".csv", ""]
    assert [a.size for a in artifacts] == [1, 2, 3]
    assert ln.Artifact.get(key="study/a.txt").load() == "a"
    assert all(a._key_is_virtual for a in artifacts)


def test_a_folder_in_storage_stays(instance, capsys) -> None:
    ln.settings.verbosity = "success"
    folder = study(f"{instance.storage.root}/x/study")
    artifacts = ln.Artifact.from_dir(folder).save()
    assert keys(artifacts) == [f"x/{key}" for key in STUDY_KEYS]
    assert {Path(a.path).parent.name for a in artifacts} == {"study", "sub", "deep"}
    assert not any(a._key_is_virtual for a in artifacts)
    root = Path(instance.storage.root).resolve()
    assert (
        f"✓ created 3 artifacts from directory using storage {root} and key = x/study/"
        in capsys.readouterr().out
    )


def test_another_prefix(instance) -> None:
    assert keys(ln.Artifact.from_dir(study(), key="my/data/")) == [
        f"my/data{key.removeprefix('study')}" for key in STUDY_KEYS
    ]
    inside = ln.Artifact.from_dir(study(f"{instance.storage.root}/x"), key="y").save()
    assert inside[0]._real_key == "x/a.txt"
    assert (inside[0].key, inside[0]._key_is_virtual) == ("y/a.txt", True)
    assert inside[0].load() == "a"


def test_a_whole_location_without_what_is_managed(instance) -> None:
    study(f"{instance.storage.root}/study")
    ln.Artifact(write("other.txt", "other"), key="other.txt").save()
    assert keys(ln.Artifact.from_dir(instance.storage.root)) == STUDY_KEYS


def test_duplicates_are_dropped(instance, capsys) -> None:
    for name in ("study", f"{instance.storage.root}/study"):
        folder = study(name)
        write(f"{name}/sub/same.txt", "a")
        write(f"{name}/empty1.txt", "")
        write(f"{name}/empty2.txt", "")
        capsys.readouterr()
        artifacts = ln.Artifact.from_dir(folder)
        assert len(artifacts) == 5
        assert (
            "! there are multiple artifact uids with the same hashes, dropping 1 duplicates out of "
            "6 artifacts: 'study/sub/same.txt'"
        ) in capsys.readouterr().out
        artifacts.save()


@pytest.mark.parametrize("in_place", [False, True])
def test_again(instance, capsys, in_place) -> None:
    name = f"{instance.storage.root}/study" if in_place else "study"
    first = ln.Artifact.from_dir(study(name)).save()
    write(f"{name}/a.txt", "changed")
    write(f"{name}/new.txt", "new")
    capsys.readouterr()
    again = ln.Artifact.from_dir(name)
    assert "→ returning 2 artifacts with same hash" in capsys.readouterr().out
    assert again.to_list("key") == [*STUDY_KEYS[:1], "study/new.txt", *STUDY_KEYS[1:]]
    again.save()
    assert [again[2], again[3]] == [first[1], first[2]]
    assert (again[0].stem_uid, again[0].uid[-4:]) == (first[0].stem_uid, "0001")
    assert ln.Artifact.filter(is_latest=True).count() == 4
    assert ln.Artifact.get(key="study/a.txt").load() == "changed"


def test_content_that_exists_elsewhere(instance) -> None:
    """What is copied is looked up by content; what stays has to be at the same place."""
    known = ln.Artifact(write("known.txt", "a"), key="known.txt").save()
    assert ln.Artifact.from_dir(study())[0] == known
    assert ln.Artifact.from_dir(study(f"{instance.storage.root}/study"))[0] != known


def test_runs(instance, capsys) -> None:
    first, second = (
        ln.Run(ln.Transform(key=key).save()).save() for key in ("first.py", "second.py")
    )
    artifacts = ln.Artifact.from_dir(study(), run=first).save()
    assert {a.run for a in artifacts} == {first}
    ln.Artifact.from_dir("study", run=second).save()
    assert artifacts[0].recreating_runs.to_list() == [second]
    capsys.readouterr()
    ln.Artifact.from_dir("study")
    assert capsys.readouterr().out.count("no run & transform got linked") == 1


def test_what_is_not_needed_is_not_read(instance) -> None:
    ln.Artifact(write("known.txt", "xx"), key="known.txt").save()
    artifacts = ln.Artifact.from_dir(study())
    assert ["hash" in a.__dict__ for a in artifacts] == [False, True, False]
    assert artifacts[2].hash == "nfbY-oL0Z-lNmxjmJoGOJw" or len(artifacts[2].hash) == 22


@pytest.mark.parametrize("in_place", [False, True])
def test_the_number_of_queries_does_not_grow(instance, count_queries, in_place) -> None:
    ln.Artifact.from_dir(study(), run=False)
    counts = []
    for n_files in (2, 50):
        name = f"{instance.storage.root}/f{n_files}" if in_place else f"f{n_files}"
        for number in range(n_files):
            write(f"{name}/{number}.txt", f"{name}{number}")
        for _ in range(2):
            with count_queries() as queries:
                artifacts = ln.Artifact.from_dir(name)
            counts.append(queries.count)
        artifacts.save()
        with count_queries() as queries:
            ln.Artifact.from_dir(name)
        counts.append(queries.count)
    assert max(counts) <= 5, counts


def test_many_files_take_little_time(sqlite_instance) -> None:
    for number in range(500):
        write(f"many/{number}.txt", f"content {number}")
    ln.Artifact.from_dir(study())
    times = []
    for _ in range(3):
        start = time.perf_counter()
        assert len(ln.Artifact.from_dir("many")) == 500
        times.append(time.perf_counter() - start)
    assert min(times) < 1  # about 0.1 s on an idle machine


WRONG = [
    ("missing", {}, FileNotFoundError, "missing"),
    ("study/a.txt", {}, NotADirectoryError, "is a file: pass a folder"),
    ("store/.lamindb", {}, ValueError, "inside the `.lamindb/` directory"),
    ("study", {"key": "/abs"}, ValueError, "is absolute"),
    ("study", {"key": "a/../b"}, ValueError, "Relative path segment"),
    ("study", {"key": "x" * 1020}, ValueError, "1024"),
    ("study", {"run": "my run"}, TypeError, "run has to be a Run"),
    ("odd", {}, ValueError, "Backslashes are not allowed"),
    (3, {}, TypeError, "has to be a string, Path, UPath"),
    ([1], {}, (TypeError, NotImplementedError), "pass a path instead"),
]


def test_wrong_input(instance) -> None:
    study()
    write("odd/a\\b.txt", "x")
    for path, options, error, text in WRONG:
        with pytest.raises(error, match=text):
            ln.Artifact.from_dir(path, **options)
        assert ln.settings.verbosity == "warning"
    assert ln.Artifact.filter().count() == 0


def test_an_empty_folder(instance, capsys) -> None:
    Path("empty").mkdir()
    artifacts = ln.Artifact.from_dir("empty")
    assert list(artifacts) == []
    assert "! there are no files in" in capsys.readouterr().out
    assert list(artifacts.save()) == []


def test_other_arguments_are_refused(instance) -> None:
    with pytest.raises(TypeError):
        ln.Artifact.from_dir(study(), description="x")
    with pytest.raises((TypeError, InvalidArgument)):
        ln.Artifact.from_dir()
