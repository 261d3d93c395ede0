"""Deleting artifacts: trash first, questions before anything goes, shared content stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db.models import ProtectedError

import lamindb as ln
from lamindb.errors import IntegrityError, InvalidArgument


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture(autouse=True)
def no_run_warnings(instance, monkeypatch) -> None:
    monkeypatch.setattr(ln.settings.creation, "artifact_silence_missing_run_warning", True)
    monkeypatch.setattr(ln.settings, "track_run_inputs", False)


@pytest.fixture(params=["local", "s3"])
def location(request: pytest.FixtureRequest, instance) -> ln.Storage:
    """The default location, and one in a bucket."""
    if request.param == "local":
        return ln.Storage.get()
    bucket = request.getfixturevalue("bucket")
    return ln.Storage(root=bucket.url("data")).save()


def objects(location: ln.Storage) -> set[str]:
    """Keys of all content in a location, but for the marker and the database."""
    root = location.path
    files = {p.path.removeprefix(root.path).strip("/") for p in root.rglob("*") if p.is_file()}
    ours = (".lamindb/lamin.db", ".lamindb/storage_uid.txt")
    return {key for key in files if not key.startswith(ours)}


def cached_files() -> list[Path]:
    folder = Path(ln.settings.cache_dir)
    return [p for p in folder.rglob("*.txt") if p.is_file()]


class Terminal:
    """Answers the questions of a person at a terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
        self.questions: list[str] = []
        self.answers = list(answers)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", self.ask)

    def ask(self, question: str = "") -> str:
        self.questions.append(question)
        return self.answers.pop(0)


def test_an_unsaved_artifact(instance, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt")
    artifact.delete(permanent=True)
    assert "! record is not yet saved, delete has no effect" in capsys.readouterr().out
    artifact.save()


def test_to_the_trash_and_back(location, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location).save()
    before = objects(location)
    capsys.readouterr()
    assert artifact.delete() is None
    assert capsys.readouterr().out.startswith("→ moved record to trash: Artifact(uid=")
    assert (artifact.branch_id, artifact.is_latest) == (-1, True)
    assert objects(location) == before
    assert ln.Artifact.filter().count() == 0
    assert artifact.restore() is None
    assert ln.Artifact.get(key="a.txt").load() == "hello"


def test_for_good(location, capsys) -> None:
    ln.settings.verbosity = "success"
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location).save()
    path = artifact._path_as_str()
    artifact.cache()
    capsys.readouterr()
    assert artifact.delete(permanent=True) is None
    assert f"✓ deleted {path}" in capsys.readouterr().out
    assert objects(location) == set()
    assert ln.Artifact.filter(branch=None).count() == 0
    assert cached_files() == []
    artifact.delete(permanent=True)
    artifact.delete()
    assert capsys.readouterr().out == ""


def test_missing_content_is_no_error(location) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location).save()
    artifact.path.unlink()
    artifact.delete(permanent=True)
    assert ln.Artifact.filter(branch=None).count() == 0


def test_the_content_can_stay(location, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location).save()
    path, before = artifact._path_as_str(), objects(location)
    artifact.delete(permanent=True, storage=False)
    assert f"→ a file/folder remains here: {path}" in capsys.readouterr().out
    assert objects(location) == before


@pytest.mark.parametrize("answer", ["n", "y"])
def test_the_trash_is_emptied_after_a_question(instance, monkeypatch, answer) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    artifact.delete()
    with pytest.raises(InvalidArgument, match="is already in trash!"):
        artifact.delete()
    artifact.delete(permanent=False)
    assert artifact.path.exists()
    terminal = Terminal(monkeypatch, answer)
    artifact.delete()
    assert terminal.questions == [
        f"Artifact {artifact.uid} is already in trash! Are you sure you want to delete it from "
        "your database? You can't undo this action. (y/n) "
    ]
    assert ln.Artifact.filter(branch=None).count() == (0 if answer == "y" else 1)
    assert len(objects(ln.Storage.get())) == (0 if answer == "y" else 1)


# -- content outside of .lamindb


@pytest.mark.parametrize(
    ("storage", "answer", "remains"),
    [(None, "n", True), (None, "y", False), (True, None, False), (False, None, True)],
)
def test_content_with_a_real_key(instance, monkeypatch, storage, answer, remains) -> None:
    path = write("store/x/a.txt")
    artifact = ln.Artifact(path).save()
    terminal = Terminal(monkeypatch, *([answer] if answer else []))
    artifact.delete(permanent=True, storage=storage)
    assert path.exists() == remains
    assert len(terminal.questions) == (1 if answer else 0)
    if answer:
        assert (
            f"Do you ALSO want to delete the data in storage at {path.resolve()}?"
            in (terminal.questions[0])
        )
    assert ln.Artifact.filter(branch=None).count() == 0


def test_without_a_terminal_nothing_is_deleted(instance) -> None:
    path = write("store/x/a.txt")
    artifact = ln.Artifact(path).save()
    with pytest.raises(InvalidArgument, match="Pass storage=True or storage=False"):
        artifact.delete(permanent=True)
    assert path.exists()
    assert ln.Artifact.get(artifact.uid).load() == "hello"


def test_content_of_two_artifacts_stays(instance, capsys) -> None:
    path = write("store/x/a.txt")
    artifact = ln.Artifact(path).save()
    other = ln.Artifact(path, key="named.txt").save()
    artifact.delete(permanent=True, storage=True)
    assert f"! the content at {path.resolve()} is kept because it is the one of artifact " in (
        capsys.readouterr().out
    )
    assert ln.Artifact.get(other.uid).load() == "hello"
    other.delete(permanent=True, storage=True)
    assert not path.exists()


# -- versions


def test_a_head_hands_over(location, capsys) -> None:
    one, two, three = (
        ln.Artifact(write("a.txt", text), key="a.txt", storage=location).save() for text in "123"
    )
    capsys.readouterr()
    three.delete()
    assert f"• new latest Artifact version is: {two.uid}" in capsys.readouterr().out
    assert ln.Artifact.get(key="a.txt").load() == "2"
    two.delete(permanent=True)
    assert ln.Artifact.get(key="a.txt") == one
    three.restore()
    heads = ln.Artifact.filter(branch=None, is_latest=True)
    assert heads.one().uid == three.uid
    assert ln.Artifact.get(key="a.txt").load() == "3"


def folder_versions(location: ln.Storage) -> list[ln.Artifact]:
    artifacts = []
    for text in ("1", "2"):
        write("study/a.txt", text)
        artifacts.append(ln.Artifact("study", key="study", storage=location).save())
    return [ln.Artifact.get(artifact.uid) for artifact in artifacts]


def test_the_latest_version_of_a_folder_takes_all_with_it(location, capsys) -> None:
    _, two = folder_versions(location)
    two.cache()
    two.delete(permanent=True)
    assert (
        "→ deleting all versions of this artifact because they all share the same store"
    ) in capsys.readouterr().out
    assert ln.Artifact.filter(branch=None).count() == 0
    assert objects(location) == set()
    assert cached_files() == []


@pytest.mark.parametrize("storage", [None, True, False])
def test_an_older_version_of_a_folder_leaves_the_content(location, capsys, storage) -> None:
    one, two = folder_versions(location)
    capsys.readouterr()
    one.delete(permanent=True, storage=storage)
    output = capsys.readouterr().out
    assert ("! the content is kept because the latest version shares it" in output) is (
        storage is True
    )
    assert "→ a file/folder remains here: " in output
    assert ln.Artifact.filter(branch=None).one() == two
    assert (ln.Artifact.get(two.uid).cache() / "a.txt").read_text() == "2"


def test_an_outdated_object_does_not_delete_the_latest_version(instance) -> None:
    """It still says that it is the latest version, which was true when it was read."""
    write("study/a.txt", "1")
    one = ln.Artifact("study", key="study").save()
    outdated = ln.Artifact.get(one.uid)
    write("study/a.txt", "2")
    two = ln.Artifact("study", key="study").save()
    assert outdated.is_latest
    outdated.delete(permanent=True)
    assert ln.Artifact.filter(branch=None).one() == two
    assert (two.path / "a.txt").read_text() == "2"


def test_an_older_version_is_not_served_the_content_of_a_deleted_one(instance) -> None:
    one, two = folder_versions(ln.Storage.get())
    two.delete()
    two.delete(permanent=True)
    read = ln.Artifact.get(one.uid)
    assert read.is_latest
    with pytest.raises(ValueError, match="was not completed"):
        read.cache()
    write("study/a.txt", "1")
    assert ln.Artifact("study", key="study").save() == one
    assert (ln.Artifact.get(one.uid).cache() / "a.txt").read_text() == "1"


# -- refusals


def test_a_location_of_another_instance(instance, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    ln.Storage.filter().update(instance_uid="someoneelse1")
    artifact = ln.Artifact.get(artifact.uid)
    for options in ({}, {"permanent": True}, {"permanent": True, "storage": True}):
        with pytest.raises(IntegrityError, match="Cannot simply delete artifacts outside of"):
            artifact.delete(**options)
    assert ln.Artifact.get(artifact.uid).branch_id == 1
    artifact.delete(permanent=True, storage=False)
    assert ln.Artifact.filter(branch=None).count() == 0
    assert Path(artifact.path).exists()


def test_a_member_of_a_collection(instance) -> None:
    _, two = folder_versions(ln.Storage.get())
    ln.Collection([two], key="all").save()
    with pytest.raises(ProtectedError):
        two.delete(permanent=True)
    assert ln.Artifact.filter(branch=None).count() == 2
    assert (ln.Artifact.get(two.uid).cache() / "a.txt").read_text() == "2"


def test_a_query_set(location) -> None:
    folder_versions(location)
    ln.Artifact(write("a.txt"), key="a.txt", storage=location).save()
    ln.Artifact.filter().delete()
    assert ln.Artifact.filter(branch_id=-1).count() == 3
    ln.Artifact.filter(branch=None).delete(permanent=True, storage=True)
    assert ln.Artifact.filter(branch=None).count() == 0
