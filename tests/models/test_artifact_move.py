"""Renaming and moving by assignment: the row always says where complete content is."""

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


@pytest.fixture
def other(request: pytest.FixtureRequest, instance) -> ln.Storage:
    return ln.Storage(root="other").save()


def objects(location: ln.Storage) -> dict[str, str]:
    """All content in a location by key, but for the marker and the database."""
    root = location.path
    files = {p: p.path.removeprefix(root.path).strip("/") for p in root.rglob("*") if p.is_file()}
    ours = (".lamindb/lamin.db", ".lamindb/storage_uid.txt")
    return {key: p.read_text() for p, key in files.items() if not key.startswith(ours)}


def with_real_key(location: ln.Storage) -> ln.Artifact:
    artifact = ln.Artifact(
        write("a.txt"), key="x/a.txt", key_is_virtual=False, storage=location
    ).save()
    return ln.Artifact.get(artifact.uid)


class Terminal:
    """Answers the questions of a person at a terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
        self.questions: list[str] = []
        self.answer = answer
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", self.ask)

    def ask(self, question: str = "") -> str:
        self.questions.append(question)
        return self.answer


# -- key and suffix


def test_a_virtual_key_is_only_a_name(location) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location).save()
    artifact = ln.Artifact.get(artifact.uid)
    artifact.key = "new/b.txt"
    assert artifact.save() == artifact
    assert objects(location) == {f".lamindb/{artifact.uid}.txt": "hello"}
    assert ln.Artifact.get(key="new/b.txt").load() == "hello"


def test_a_real_key_moves_the_content(location) -> None:
    artifact = with_real_key(location)
    artifact.key = "y/b.txt"
    artifact.save(confirm=True)
    assert objects(location) == {"y/b.txt": "hello"}
    assert ln.Artifact.get(artifact.uid).load() == "hello"
    artifact.description = "no further move"
    artifact.save()


def test_a_folder_moves_as_a_whole(location) -> None:
    write("study/a.txt", "a")
    write("study/deep/b.txt", "b")
    artifact = ln.Artifact("study", key="x/study", key_is_virtual=False, storage=location).save()
    artifact.key = "y/study"
    artifact.save(confirm=True)
    assert objects(location) == {"y/study/a.txt": "a", "y/study/deep/b.txt": "b"}


def test_a_suffix_moves_the_content(location) -> None:
    artifact = ln.Artifact(write("a.txt", "a\n1\n"), key="x/a.txt", storage=location).save()
    artifact.suffix = ".csv"
    artifact.save(confirm=True)
    assert objects(location) == {f".lamindb/{artifact.uid}.csv": "a\n1\n"}
    read = ln.Artifact.get(artifact.uid)
    assert (read.key, read.suffix) == ("x/a.csv", ".csv")
    assert read.load()["a"].tolist() == [1]


def test_a_suffix_of_content_in_place(instance) -> None:
    artifact = ln.Artifact(write("store/x/a.txt", "a\n1\n"), key="named.txt").save()
    artifact.suffix = ".csv"
    artifact.save(confirm=True)
    read = ln.Artifact.get(artifact.uid)
    assert (read.key, read._real_key) == ("named.csv", "x/a.csv")
    assert objects(read.storage) == {"x/a.csv": "a\n1\n"}


@pytest.mark.parametrize(
    ("name", "value", "error", "text"),
    [
        ("key", None, InvalidArgument, "Cannot update an artifact key to None."),
        ("key", "x/a.csv", InvalidArgument, r"suffix '.csv' .* should be '.txt'"),
        ("key", "../a.txt", ValueError, "Relative path segment"),
        ("key", "/a.txt", ValueError, "/a.txt"),
        ("suffix", "csv", InvalidArgument, "'csv' is no known suffix"),
        ("suffix", ".nonsense", InvalidArgument, "'.nonsense' is no known suffix"),
    ],
)
def test_wrong_values_change_nothing(instance, name, value, error, text) -> None:
    artifact = with_real_key(ln.Storage.get())
    setattr(artifact, name, value)
    with pytest.raises(error, match=text):
        artifact.save(confirm=True)
    assert ln.Artifact.get(artifact.uid).load() == "hello"
    assert objects(artifact.storage) == {"x/a.txt": "hello"}


def test_without_a_terminal_nothing_moves(instance) -> None:
    artifact = with_real_key(ln.Storage.get())
    artifact.key = "y/b.txt"
    with pytest.raises(InvalidArgument, match=r"artifact.save\(confirm=True\)"):
        artifact.save()
    assert ln.Artifact.get(artifact.uid).key == "x/a.txt"
    assert objects(artifact.storage) == {"x/a.txt": "hello"}


@pytest.mark.parametrize("answer", ["n", "", "y"])
def test_a_person_decides(instance, monkeypatch, capsys, answer) -> None:
    artifact = with_real_key(ln.Storage.get())
    terminal = Terminal(monkeypatch, answer)
    root = artifact.storage.root
    artifact.key = "y/b.txt"
    saved = artifact.save()
    assert terminal.questions == [
        f"You are about to move artifact from '{root}/x/a.txt' to '{root}/y/b.txt'.\n"
        "Continue? (y/n) "
    ]
    if answer == "y":
        assert saved == artifact
        assert objects(artifact.storage) == {"y/b.txt": "hello"}
        return
    assert saved is None
    assert "! saving was cancelled" in capsys.readouterr().out
    assert ln.Artifact.get(artifact.uid).key == "x/a.txt"
    assert objects(artifact.storage) == {"x/a.txt": "hello"}
    artifact.save(confirm=True)
    assert ln.Artifact.get(artifact.uid).key == "y/b.txt"


def test_something_is_at_the_new_place(location) -> None:
    artifact = with_real_key(location)
    (location.path / "x" / "b.txt").write_text("mine")
    artifact.key = "x/b.txt"
    with pytest.raises(FileExistsError, match=r"x/b.txt"):
        artifact.save(confirm=True)
    assert objects(location) == {"x/a.txt": "hello", "x/b.txt": "mine"}
    assert ln.Artifact.get(artifact.uid).key == "x/a.txt"


def test_the_content_is_missing(instance) -> None:
    artifact = with_real_key(ln.Storage.get())
    Path(artifact.path).unlink()
    artifact.key = "x/b.txt"
    with pytest.raises(RuntimeError, match="Failed to copy artifact to target storage"):
        artifact.save(confirm=True)
    assert ln.Artifact.get(artifact.uid).key == "x/a.txt"
    assert objects(artifact.storage) == {}


def test_the_row_cannot_be_written(location) -> None:
    artifact = with_real_key(location)
    twin = ln.Artifact(write("b.txt"), key="x/b.txt", skip_hash_lookup=True, storage=location)
    twin.save()
    artifact.key = "x/b.txt"
    before = objects(location)
    with pytest.raises(Exception, match=r"(?i)unique"):
        artifact.save(confirm=True)
    assert objects(location) == before
    assert ln.Artifact.get(artifact.uid).key == "x/a.txt"


def test_content_of_two_artifacts_stays(instance) -> None:
    path = write("store/x/a.txt")
    artifact = ln.Artifact(path).save()
    other = ln.Artifact(path, key="named.txt").save()
    artifact.key = "x/b.txt"
    with pytest.raises(InvalidArgument, match=other.uid):
        artifact.save(confirm=True)
    assert path.exists()


def test_an_unmanaged_location(instance) -> None:
    artifact = with_real_key(ln.Storage.get())
    ln.Storage.filter().update(instance_uid="someoneelse1")
    for name, value in (("key", "y/b.txt"), ("suffix", ".csv")):
        read = ln.Artifact.get(artifact.uid)
        setattr(read, name, value)
        with pytest.raises(InvalidArgument, match=f"Cannot update the {name} of an artifact"):
            read.save(confirm=True)
    assert Path(artifact.path).exists()


def test_a_deferred_key_can_be_changed(instance) -> None:
    artifact = with_real_key(ln.Storage.get())
    read = ln.Artifact.filter().only("uid", "description").get()
    read.key = "y/b.txt"
    read.save(confirm=True)
    assert objects(artifact.storage) == {"y/b.txt": "hello"}
    assert ln.Artifact.get(artifact.uid).load() == "hello"


def test_a_refreshed_artifact_forgets_its_changes(instance) -> None:
    artifact = with_real_key(ln.Storage.get())
    artifact.key = "y/b.txt"
    artifact.refresh_from_db()
    artifact.save()
    assert objects(artifact.storage) == {"x/a.txt": "hello"}


# -- storage and space


@pytest.mark.parametrize("is_virtual", [True, False])
def test_another_storage_location(location, other, is_virtual) -> None:
    artifact = ln.Artifact(
        write("a.txt"), key="x/a.txt", key_is_virtual=is_virtual, storage=location
    ).save()
    artifact = ln.Artifact.get(artifact.uid)
    key = f".lamindb/{artifact.uid}.txt" if is_virtual else "x/a.txt"
    artifact.storage = other
    artifact.save(confirm=True)
    assert (objects(location), objects(other)) == ({}, {key: "hello"})
    assert ln.Artifact.get(artifact.uid).load() == "hello"
    artifact.storage = location
    artifact.save(confirm=True)
    assert (objects(location), objects(other)) == ({key: "hello"}, {})
    assert ln.Artifact.get(artifact.uid).load() == "hello"


def test_between_buckets(instance, bucket) -> None:
    locations = [ln.Storage(root=bucket.url(name)).save() for name in ("one", "two")]
    write("study/a.txt", "a")
    artifact = ln.Artifact("study", key="study", storage=locations[0]).save()
    copy = Path(artifact.cache())
    artifact.storage = locations[1]
    artifact.save(confirm=True)
    assert objects(locations[0]) == {}
    assert objects(locations[1]) == {f".lamindb/{artifact.stem_uid}/a.txt": "a"}
    assert not copy.exists()
    assert (Path(ln.Artifact.get(artifact.uid).cache()) / "a.txt").read_text() == "a"


def test_all_versions_of_a_folder_move(instance, other) -> None:
    for text in "12":
        write("study/a.txt", text)
        artifact = ln.Artifact("study", key="study").save()
    artifact.storage = other
    artifact.save(confirm=True)
    assert set(ln.Artifact.filter(branch=None).to_list("storage_id")) == {other.id}
    assert objects(other) == {f".lamindb/{artifact.stem_uid}/a.txt": "2"}


def test_an_outdated_version_cannot_move(instance, other) -> None:
    for text in "12":
        write("study/a.txt", text)
        ln.Artifact("study", key="study").save()
    old = ln.Artifact.filter(branch=None).order_by("id").first()
    old.storage = other
    with pytest.raises(InvalidArgument, match="outdated version"):
        old.save(confirm=True)


def test_a_location_of_another_instance_or_space(instance, other) -> None:
    artifact = with_real_key(ln.Storage.get(root=instance.storage.root_as_str))
    space = ln.Space(name="lab").save()
    ln.Storage.filter(id=other.id).update(space_id=space.id)
    artifact.storage = ln.Storage.get(other.id)
    with pytest.raises(ValueError, match="it belongs to the space 'lab'"):
        artifact.save(confirm=True)
    ln.Storage.filter(id=other.id).update(space_id=1, instance_uid="someoneelse1")
    artifact.storage = ln.Storage.get(other.id)
    with pytest.raises(ValueError, match="Cannot change the storage of an artifact"):
        artifact.save(confirm=True)
    assert ln.Artifact.get(artifact.uid).load() == "hello"


def test_another_space(instance, monkeypatch, capsys) -> None:
    artifact = with_real_key(ln.Storage.get())
    space = ln.Space(name="lab").save()
    artifact.space = space
    message = "No local storage locations managed by the current instance found for the space 'lab'"
    with pytest.raises(ValueError, match=message):
        artifact.save(confirm=True)
    first = ln.Storage(root="first", space=space).save()
    artifact.save(confirm=True)
    assert objects(first) == {"x/a.txt": "hello"}
    read = ln.Artifact.get(artifact.uid)
    assert (read.space, read.storage, read.load()) == (space, first, "hello")


def test_a_person_chooses_among_several_locations_of_a_space(instance, monkeypatch, capsys) -> None:
    artifact = with_real_key(ln.Storage.get())
    space = ln.Space(name="lab").save()
    locations = [ln.Storage(root=name, space=space).save() for name in ("first", "second")]
    artifact.space = space
    with pytest.raises(InvalidArgument, match=r"Assign artifact.storage, too"):
        artifact.save(confirm=True)
    terminal = Terminal(monkeypatch, "x")
    assert artifact.save(confirm=True) is None
    assert "! saving was cancelled" in capsys.readouterr().out
    assert f"1: {locations[1].root}" in terminal.questions[0]
    terminal.answer = "1"
    artifact.save(confirm=True)
    assert objects(locations[1]) == {"x/a.txt": "hello"}
    assert ln.Artifact.get(artifact.uid).load() == "hello"


def test_a_space_that_the_location_is_in(instance) -> None:
    artifact = with_real_key(ln.Storage.get())
    space = ln.Space(name="lab").save()
    ln.Storage.filter().update(space_id=space.id)
    artifact = ln.Artifact.get(artifact.uid)
    artifact.space = space
    artifact.save()
    assert ln.Artifact.get(artifact.uid).space == space


# -- version families


def test_into_another_family(location) -> None:
    one = ln.Artifact(write("1.txt", "1"), key="a.txt", storage=location).save()
    two = ln.Artifact(write("2.txt", "2"), key="b.txt", storage=location).save()
    two._add_to_version_family(one, version_tag="2.0")
    assert two.uid == f"{one.stem_uid}0001"
    read = [ln.Artifact.get(a.pk) for a in (one, two)]
    assert [(a.is_latest, a.version, a.load()) for a in read] == [
        (False, "0000", "1"),
        (True, "2.0", "2"),
    ]
    assert objects(location) == {f".lamindb/{a.uid}.txt": a.load() for a in read}
    with pytest.raises(ValueError, match="already"):
        two._add_to_version_family(one)
    with pytest.raises(ValueError, match="Save both"):
        ln.Artifact(write("3.txt", "3"), key="c.txt")._add_to_version_family(one)
