"""Replacing the content of an artifact: nothing is lost if that fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument
from tests.support.flaky_proxy import FlakyProxy
from tests.support.limits import largest_file


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture(autouse=True)
def no_run_warnings(instance, monkeypatch) -> None:
    monkeypatch.setattr(ln.settings.creation, "artifact_silence_missing_run_warning", True)
    monkeypatch.setattr(ln.settings, "track_run_inputs", False)


@pytest.fixture
def proxy(bucket, monkeypatch) -> Iterator[FlakyProxy]:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # so that giving up takes less time
    with FlakyProxy(bucket.endpoint_url) as proxy:
        yield proxy


@pytest.fixture(params=["local", "s3"])
def location(request: pytest.FixtureRequest, instance) -> ln.Storage:
    """The default location, and one in a bucket."""
    if request.param == "local":
        return ln.Storage.get()
    bucket = request.getfixturevalue("bucket")
    return ln.Storage(root=bucket.url("data")).save()


def objects(location: ln.Storage) -> dict[str, str]:
    """All content in a location by key, but for the marker and the database."""
    root = location.path
    files = {p: p.path.removeprefix(root.path).strip("/") for p in root.rglob("*") if p.is_file()}
    ours = (".lamindb/lamin.db", ".lamindb/storage_uid.txt")
    return {key: p.read_text() for p, key in files.items() if not key.startswith(ours)}


def test_a_file(location) -> None:
    artifact = ln.Artifact(write("a.txt", "old"), key="a.txt", storage=location).save()
    uid = artifact.uid
    assert artifact.replace(write("b.txt", "new!")) is None
    assert objects(location) == {f".lamindb/{uid}.txt": "old"}
    artifact.save()
    assert objects(location) == {f".lamindb/{uid}.txt": "new!"}
    read = ln.Artifact.get(uid)
    assert (read.load(), read.size, read.uid, read.key) == ("new!", 4, uid, "a.txt")
    assert read.hash == artifact.hash
    assert read._aux is None
    assert Path("b.txt").exists()
    assert ln.Artifact.filter(branch=None).count() == 1


def test_a_folder(location) -> None:
    write("one/a.txt", "a")
    write("one/b.txt", "b")
    artifact = ln.Artifact("one", key="study", storage=location).save()
    write("two/a.txt", "A")
    write("two/c.txt", "c")
    write("two/d.txt", "d")
    artifact.replace("two")
    artifact.save()
    stem = artifact.stem_uid
    expected = {
        f".lamindb/{stem}/{name}.txt": text for name, text in zip("acd", "Acd", strict=True)
    }
    assert objects(location) == expected
    assert ln.Artifact.get(artifact.uid).n_files == 3
    assert len(list(ln.Artifact.get(artifact.uid).cache().iterdir())) == 3


def test_another_suffix(location, capsys) -> None:
    artifact = ln.Artifact(write("a.txt", "a"), key="data/a.txt", storage=location).save()
    artifact.replace(write("a.csv", "a\n1\n"))
    assert (artifact.key, artifact.suffix) == ("data/a.csv", ".csv")
    ln.settings.verbosity = "success"
    artifact.save()
    output = capsys.readouterr().out
    assert f"✓ deleted stale object at storage key .lamindb/{artifact.uid}.txt" in output
    assert objects(location) == {f".lamindb/{artifact.uid}.csv": "a\n1\n"}
    assert ln.Artifact.get(key="data/a.csv").load()["a"].tolist() == [1]


def test_another_suffix_of_a_real_key(location, capsys) -> None:
    artifact = ln.Artifact(
        write("a.txt", "a"), key="data/a.txt", key_is_virtual=False, storage=location
    ).save()
    artifact.replace(write("a.csv", "a\n1\n"))
    assert (
        "! replacing the file will replace key 'data/a.txt' with 'data/a.csv' and delete "
        "'data/a.txt' upon `save()`"
    ) in capsys.readouterr().out
    artifact.save()
    assert objects(location) == {"data/a.csv": "a\n1\n"}
    assert ln.Artifact.get(artifact.uid).key == "data/a.csv"


def test_another_suffix_of_content_in_place(instance) -> None:
    path = write("store/x/a.txt", "a")
    artifact = ln.Artifact(path, key="named.txt").save()
    artifact.replace(write("a.csv", "a\n1\n"))
    artifact.save()
    read = ln.Artifact.get(artifact.uid)
    assert (read.key, read._real_key) == ("named.csv", "x/a.csv")
    assert not path.exists()
    assert read.load()["a"].tolist() == [1]


def test_a_data_frame_by_a_longer_one(instance) -> None:
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="a.parquet").save()
    artifact.replace(pd.DataFrame({"a": [1, 2, 3]}))
    assert len(artifact.load()) == 3
    artifact.save()
    read = ln.Artifact.get(artifact.uid)
    assert (read.n_observations, read.otype, read.kind) == (3, "DataFrame", "dataset")
    assert len(read.load()) == 3
    assert not list(Path(ln.settings.cache_dir).rglob("tmp/*"))


def test_the_format_of_a_data_frame_stays(instance) -> None:
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="a.csv").save()
    artifact.replace(pd.DataFrame({"a": [1, 2]}))
    artifact.save()
    assert ln.Artifact.get(artifact.uid).suffix == ".csv"
    artifact.replace(pd.DataFrame({"a": [1, 2, 3]}), format="parquet")
    artifact.save()
    read = ln.Artifact.get(artifact.uid)
    assert (read.suffix, read.key, len(read.load())) == (".parquet", "a.parquet", 3)


def test_kind_and_type_follow_the_content(instance) -> None:
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="a.parquet").save()
    artifact.replace(write("a.txt"))
    artifact.save()
    read = ln.Artifact.get(artifact.uid)
    assert (read.kind, read.otype, read.n_observations) == (None, None, None)
    read.replace(pd.DataFrame({"b": [1, 2]}), format="parquet")
    read.save()
    read = ln.Artifact.get(artifact.uid)
    assert (read.kind, read.otype, read.n_observations) == ("dataset", "DataFrame", 2)


def test_the_run_follows(instance) -> None:
    transform = ln.Transform(key="make").save()
    runs = [ln.Run(transform=transform).save() for _ in range(2)]
    artifact = ln.Artifact(write("a.txt", "1"), key="a.txt", run=runs[0]).save()
    artifact.replace(write("a.txt", "2"), run=runs[1])
    artifact.save()
    assert ln.Artifact.get(artifact.uid).run == runs[1]


def test_content_that_exists_already(instance, capsys) -> None:
    one = ln.Artifact(write("1.txt", "1"), key="1.txt").save()
    two = ln.Artifact(write("2.txt", "2"), key="2.txt").save()
    assert two.replace("1.txt") == one
    assert "→ returning artifact with same hash" in capsys.readouterr().out
    two.save()
    assert ln.Artifact.get(two.uid).load() == "2"
    assert two.replace(write("3.txt", "2")) == two


def test_before_the_first_save(instance) -> None:
    artifact = ln.Artifact(write("a.txt", "1"), key="a.txt")
    artifact.replace(write("b.txt", "2"))
    artifact.save()
    assert ln.Artifact.get(artifact.uid).load() == "2"


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        ("store/in_place.txt", ValueError, "Can only replace with a local path not in any Storage"),
        ("s3://bucket/a.txt", ValueError, "Can only replace with a local path not in any Storage"),
        ("folder", ValueError, "It is not allowed to replace a file with a folder"),
        ("missing.txt", FileNotFoundError, "missing.txt"),
        (3, TypeError, "has to be a string, Path, UPath"),
    ],
)
def test_wrong_data_changes_nothing(instance, data, error, text) -> None:
    write("store/in_place.txt", "in place")
    write("folder/a.txt")
    artifact = ln.Artifact(write("a.txt", "old"), key="a.txt").save()
    with pytest.raises(error, match=text):
        artifact.replace(data)
    artifact.save()
    assert ln.Artifact.get(artifact.uid).load() == "old"


def test_a_file_does_not_replace_a_folder(instance) -> None:
    write("folder/a.txt")
    artifact = ln.Artifact("folder", key="folder").save()
    with pytest.raises(ValueError, match="It is not allowed to replace a folder with a file"):
        artifact.replace(write("b.txt"))


def test_content_of_two_artifacts_is_not_replaced(instance) -> None:
    path = write("store/a.txt", "old")
    artifact = ln.Artifact(path).save()
    other = ln.Artifact(path, key="other.txt").save()
    artifact.replace(write("b.txt", "new"))
    with pytest.raises(InvalidArgument, match=other.uid):
        artifact.save()
    assert path.read_text() == "old"


def test_something_is_at_the_new_place(location) -> None:
    artifact = ln.Artifact(
        write("a.txt", "a"), key="x/a.txt", key_is_virtual=False, storage=location
    ).save()
    obstacle = location.path / "x" / "a.csv"
    obstacle.write_text("mine")
    artifact.replace(write("a.csv", "a\n1\n"))
    with pytest.raises(FileExistsError, match=r"x/a.csv"):
        artifact.save()
    assert objects(location) == {"x/a.txt": "a", "x/a.csv": "mine"}
    assert ln.Artifact.get(artifact.uid).key == "x/a.txt"


# -- failures


def test_a_full_disk_leaves_the_old_content(instance) -> None:
    artifact = ln.Artifact(write("a.txt", "old"), key="a.txt").save()
    artifact.replace(write("b.txt", "x" * 500_000))
    with largest_file(300_000), pytest.raises(OSError, match="File too large"):
        artifact.save()
    assert objects(artifact.storage) == {f".lamindb/{artifact.uid}.txt": "old"}
    read = ln.Artifact.get(artifact.uid)
    assert (read.load(), read.size) == ("old", 3)
    artifact.save()
    assert ln.Artifact.get(artifact.uid).size == 500_000


@pytest.mark.parametrize("step", ["upload", "switch"])
def test_a_failing_upload_leaves_the_old_content(instance, bucket, proxy, step) -> None:
    location = ln.Storage(root=f"s3://{bucket.name}/data?endpoint_url={proxy.url}").save()
    artifact = ln.Artifact(write("a.txt", "old"), key="a.txt", storage=location).save()
    before = ln.Artifact.filter().values().get()
    artifact.replace(write("b.txt", "new"))
    place = ".lamindb-tmp" if step == "upload" else artifact.uid
    proxy.answer_503(times=1_000, matching=f"PUT .*/.lamindb/{place}")
    with pytest.raises(OSError):
        artifact.save()
    proxy.come_up()
    assert objects(location) == {f".lamindb/{artifact.uid}.txt": "old"}
    after = ln.Artifact.filter().values().get()
    assert {**after, "updated_at": None} == {**before, "updated_at": None}
    assert ln.Artifact.get(artifact.uid).load() == "old"
    artifact.save()
    assert objects(location) == {f".lamindb/{artifact.uid}.txt": "new"}
    assert ln.Artifact.get(artifact.uid).load() == "new"


def test_a_vanished_source(instance) -> None:
    artifact = ln.Artifact(write("a.txt", "old"), key="a.txt").save()
    artifact.replace(write("b.txt", "new"))
    Path("b.txt").unlink()
    with pytest.raises(FileNotFoundError, match="Unable to save the artifact"):
        artifact.save()
    assert ln.Artifact.get(artifact.uid).load() == "old"


def test_the_location_cannot_change_at_the_same_time(instance) -> None:
    artifact = ln.Artifact(write("a.txt", "old"), key="a.txt").save()
    artifact.replace(write("b.txt", "new"))
    artifact.storage = ln.Storage(root="other").save()
    with pytest.raises(InvalidArgument, match="save that first"):
        artifact.save()
    assert ln.Artifact.get(artifact.uid).load() == "old"


def test_versions_of_a_folder_after_a_replacement(instance) -> None:
    write("study/a.txt", "1")
    ln.Artifact("study", key="study").save()
    write("study/a.txt", "2")
    second = ln.Artifact("study", key="study").save()
    write("study/a.txt", "3")
    second.replace("study")
    second.save()
    assert (second.path / "a.txt").read_text() == "3"
    assert ln.Artifact.filter(branch=None).count() == 2
