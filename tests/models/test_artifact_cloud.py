"""Artifacts in a bucket: phases of saving, what failures leave, reading through the cache."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument
from tests.support.flaky_proxy import FlakyProxy


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture(autouse=True)
def no_run_warnings(instance, monkeypatch) -> None:
    monkeypatch.setattr(ln.settings.creation, "artifact_silence_missing_run_warning", True)


@pytest.fixture
def location(instance, bucket) -> ln.Storage:
    return ln.Storage(root=bucket.url("data")).save()


@pytest.fixture
def proxy(bucket, monkeypatch) -> Iterator[FlakyProxy]:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # so that giving up takes less time
    with FlakyProxy(bucket.endpoint_url) as proxy:
        yield proxy


@pytest.fixture
def shaky_location(instance, bucket, proxy) -> ln.Storage:
    """A location behind a network that fails on request."""
    return ln.Storage(root=f"s3://{bucket.name}/data?endpoint_url={proxy.url}").save()


def objects(bucket) -> dict[str, str]:
    """Content of all objects below `.lamindb/` and elsewhere, but for the marker."""
    keys = [key for key in bucket.keys("") if not key.endswith("storage_uid.txt")]
    return {key.removeprefix("data/"): bucket.read(key).decode() for key in keys}


def break_uploads(proxy: FlakyProxy, matching: str) -> None:
    """Fail for good: more often than anybody tries again."""
    proxy.answer_503(times=1_000, matching=matching)


# -- saving


def test_a_file(location, bucket, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="my/a.txt", storage=location).save()
    assert "... uploading a.txt: 100.0%" in capsys.readouterr().out
    assert objects(bucket) == {f".lamindb/{artifact.uid}.txt": "hello"}
    assert (
        repr(artifact.path) == f"S3QueryPath('s3://{bucket.name}/data/.lamindb/{artifact.uid}.txt')"
    )
    assert (artifact.hash, artifact._hash_type) == ("XUFAKrxLKna5cZ2REBfFkg", "md5")
    assert (artifact._aux, artifact.size, artifact.n_files) == (None, 5, None)
    read = ln.Artifact.get(artifact.uid)
    assert (read._aux, read.load()) == (None, "hello")
    assert f"s3://{bucket.name}/data/.lamindb/{artifact.uid}.txt\n" in (
        read.describe(return_str=True) + "\n"
    )


def test_silence(location, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location)
    capsys.readouterr()
    artifact.save(print_progress=False)
    assert capsys.readouterr().out == ""


def test_options_of_the_store(location, bucket) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location)
    artifact.save(store_kwargs={"StorageClass": "STANDARD_IA"})
    key = f"data/.lamindb/{artifact.uid}.txt"
    found = bucket.client.head_object(Bucket=bucket.name, Key=key)
    assert found["StorageClass"] == "STANDARD_IA"


def test_a_copy_is_left_in_the_cache(location, bucket) -> None:
    artifact = ln.Artifact(write("a.txt"), key="my/a.txt", storage=location).save()
    copy = Path(ln.settings.cache_dir) / bucket.name / "data" / "my" / "a.txt"
    assert copy.read_text() == "hello"
    assert Path(artifact.cache()) == copy
    assert Path("a.txt").exists()
    frame = ln.Artifact.from_dataframe(
        pd.DataFrame({"a": [1]}), key="my/a.parquet", storage=location
    ).save()
    assert copy.with_suffix(".parquet").exists()
    assert not list(Path(ln.settings.cache_dir).rglob("tmp/*"))
    assert len(ln.Artifact.get(frame.uid).load()) == 1


def test_the_same_content_here_and_there(location) -> None:
    local = ln.Artifact(write("a.txt"), key="a.txt").save()
    assert ln.Artifact("a.txt", key="a.txt", storage=location) == local
    elsewhere = ln.Artifact(write("b.txt", "b"), key="b.txt", storage=location).save()
    assert ln.Artifact("b.txt", key="c.txt") == elsewhere


def test_the_default_location(instance, bucket) -> None:
    location = ln.Storage(root=bucket.url("data")).save()
    ln.settings.storage = location.root
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    assert artifact.storage == location
    assert artifact.cache().read_text() == "hello"


def test_versions(location, bucket, capsys) -> None:
    one = ln.Artifact(write("a.txt", "1"), key="a.txt", storage=location).save()
    two = ln.Artifact(write("a.txt", "2"), key="a.txt", storage=location).save()
    assert "• replacing the existing cache path" in capsys.readouterr().out
    assert two.stem_uid == one.stem_uid
    assert [ln.Artifact.get(a.uid).load() for a in (one, two, one)] == ["1", "2", "1"]
    assert sorted(objects(bucket).values()) == ["1", "2"]


def test_a_folder_and_its_next_version(location, bucket) -> None:
    write("study/a.txt", "a")
    write("study/deep/b.txt", "b")
    one = ln.Artifact("study", key="study", storage=location).save()
    stem = one.stem_uid
    assert objects(bucket) == {f".lamindb/{stem}/a.txt": "a", f".lamindb/{stem}/deep/b.txt": "b"}
    write("study/a.txt", "changed")
    Path("study/deep/b.txt").unlink()
    write("study/c.txt", "c")
    two = ln.Artifact("study", key="study", storage=location).save()
    assert objects(bucket) == {f".lamindb/{stem}/a.txt": "changed", f".lamindb/{stem}/c.txt": "c"}
    assert (two.n_files, two.uid) == (2, f"{stem}0001")
    copy = ln.Artifact.get(two.uid).cache()
    assert {p.name: p.read_text() for p in copy.iterdir()} == {"a.txt": "changed", "c.txt": "c"}
    with pytest.raises(ValueError, match="outdated artifact version"):
        ln.Artifact.get(one.uid).cache()


def test_a_real_key(location, bucket) -> None:
    one = ln.Artifact(write("a.txt", "1"), key="x/a.txt", key_is_virtual=False, storage=location)
    one.save()
    two = ln.Artifact(write("a.txt", "2"), key="x/a.txt", key_is_virtual=False, storage=location)
    two.save()
    assert objects(bucket) == {"x/a.txt": "2"}
    assert ln.Artifact.get(two.uid).load() == "2"
    with pytest.raises(ValueError, match="outdated artifact version"):
        ln.Artifact.get(one.uid).load()


def test_content_in_the_bucket_stays_where_it_is(location, bucket) -> None:
    bucket.put("data/x/a.csv", b"a\n1\n")
    artifact = ln.Artifact.from_dataframe(bucket.url("data/x/a.csv")).save()
    assert (artifact.key, artifact._key_is_virtual, artifact.size) == ("x/a.csv", False, 4)
    assert ln.Artifact.get(artifact.uid).load()["a"].tolist() == [1]
    assert objects(bucket) == {"x/a.csv": "a\n1\n"}
    assert ln.Artifact.get(path=artifact.path) == artifact


def test_a_referenced_location_is_registered_with_its_artifact(instance, bucket, capsys) -> None:
    bucket.put("x/a.txt", b"hello")
    marker = "AAAAAAAAAAAA\ncreation info:\ninstance_uid=4XIuR0tvaiXM\n"
    bucket.put(".lamindb/storage_uid.txt", marker.encode())
    n_locations = ln.Storage.filter().count()
    artifact = ln.Artifact(bucket.url("x/a.txt"), description="theirs")
    assert ln.Storage.filter().count() == n_locations
    assert artifact.load() == "hello"
    artifact.save()
    assert "→ referenced read-only storage location at" in capsys.readouterr().out
    assert ln.Storage.get(uid="AAAAAAAAAAAA").instance_uid == "4XIuR0tvaiXM"
    assert ln.Artifact.get(artifact.uid).load() == "hello"
    with pytest.raises(ValueError, match="not managed by the current instance"):
        ln.Artifact(write("b.txt"), key="b.txt", storage=artifact.storage)


# -- failures


def test_a_failing_upload_leaves_nothing(shaky_location, bucket, proxy, capsys) -> None:
    old = ln.Artifact(write("a.txt", "old"), key="a.txt", storage=shaky_location).save()
    new = ln.Artifact(write("a.txt", "new"), key="a.txt", storage=shaky_location)
    before = objects(bucket)
    break_uploads(proxy, "PUT .*a.txt|PUT .*lamindb")
    with pytest.raises(OSError):
        new.save()
    assert "! could not upload artifact: " in capsys.readouterr().out
    proxy.come_up()
    assert objects(bucket) == before
    assert ln.Artifact.filter(branch=None).one() == old
    assert ln.Artifact.get(old.uid).is_latest
    assert ln.Artifact.get(old.uid).load() == "old"
    assert new._state.adding
    new.save()
    assert [ln.Artifact.get(a.uid).load() for a in (old, new)] == ["old", "new"]
    assert not ln.Artifact.get(old.uid).is_latest


def test_a_failing_folder_version_leaves_the_earlier_one(
    shaky_location, bucket, proxy, capsys
) -> None:
    write("study/a.txt", "a")
    old = ln.Artifact("study", key="study", storage=shaky_location).save()
    before = objects(bucket)
    write("study/a.txt", "changed")
    write("study/b.txt", "b")
    new = ln.Artifact("study", key="study", storage=shaky_location)
    break_uploads(proxy, "PUT .*b.txt")
    with pytest.raises(OSError):
        new.save()
    assert "! could not upload artifact: " in capsys.readouterr().out
    proxy.come_up()
    assert objects(bucket) == before
    assert ln.Artifact.filter(branch=None).one() == old
    assert {p.name for p in ln.Artifact.get(old.uid).cache().iterdir()} == {"a.txt"}
    new.save()
    assert sorted(objects(bucket).values()) == ["b", "changed"]


def test_a_switch_that_fails_is_taken_back(shaky_location, bucket, proxy) -> None:
    """The content is uploaded beside its place, but then the store refuses to copy it there."""
    write("study/a.txt", "a")
    write("study/b.txt", "b")
    old = ln.Artifact("study", key="study", storage=shaky_location).save()
    before = objects(bucket)
    for name in "abc":
        write(f"study/{name}.txt", f"changed {name}")
    new = ln.Artifact("study", key="study", storage=shaky_location)
    break_uploads(proxy, f"PUT .*/{old.stem_uid}/c.txt")
    with pytest.raises(OSError):
        new.save()
    proxy.come_up()
    assert objects(bucket) == before
    assert ln.Artifact.filter(branch=None).one() == old
    assert ln.Artifact.get(old.uid).is_latest
    assert ln.Artifact.get(old.uid)._aux is None or not ln.Artifact.get(old.uid)._storage_ongoing
    new.save()
    assert len(objects(bucket)) == 3
    assert ln.Artifact.get(new.uid).is_latest


def test_a_killed_upload_is_refused_and_completed(location, bucket) -> None:
    """As a power failure in phase 2 leaves it: a row with the flag, no object."""
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location).save()
    ln.Artifact.filter(uid=artifact.uid).update(_aux={"so": 1})
    bucket.client.delete_object(Bucket=bucket.name, Key=f"data/.lamindb/{artifact.uid}.txt")
    flagged = ln.Artifact.get(artifact.uid)
    for read in (flagged.load, flagged.cache):
        with pytest.raises(ValueError, match="was not completed"):
            read()
    completed = ln.Artifact("a.txt", key="a.txt", storage=location).save()
    assert completed == artifact
    assert objects(bucket) == {f".lamindb/{artifact.uid}.txt": "hello"}
    assert ln.Artifact.get(artifact.uid).load() == "hello"


def test_a_killed_folder_version_is_completed(location, bucket) -> None:
    write("study/a.txt", "a")
    artifact = ln.Artifact("study", key="study", storage=location).save()
    ln.Artifact.filter(uid=artifact.uid).update(_aux={**(artifact._aux or {}), "so": 1})
    bucket.put(f"data/.lamindb/{artifact.stem_uid}/a.txt", b"half")
    completed = ln.Artifact("study", key="study", storage=location).save()
    assert completed == artifact
    assert objects(bucket) == {f".lamindb/{artifact.stem_uid}/a.txt": "a"}
    assert not ln.Artifact.get(artifact.uid)._storage_ongoing


def test_what_a_killed_upload_left_disappears(location, bucket) -> None:
    write("study/a.txt", "a")
    artifact = ln.Artifact("study", key="study", storage=location).save()
    bucket.put(f"data/.lamindb/.lamindb-tmp-{artifact.stem_uid}/a.txt", b"a")
    bucket.put(f"data/.lamindb/.lamindb-tmp-{artifact.stem_uid}/old.txt", b"old")
    write("study/b.txt", "b")
    ln.Artifact("study", key="study", storage=location).save()
    stem = artifact.stem_uid
    assert objects(bucket) == {f".lamindb/{stem}/a.txt": "a", f".lamindb/{stem}/b.txt": "b"}


def test_a_source_that_changed_is_uploaded_as_it_is_now(location, bucket) -> None:
    artifact = ln.Artifact(write("a.txt", "before"), key="a.txt", storage=location)
    assert artifact.hash is not None
    write("a.txt", "after")
    artifact.save()
    read = ln.Artifact.get(artifact.uid)
    assert (read.size, read.load()) == (5, "after")
    assert read.hash == ln.Artifact("a.txt", key="other.txt").hash


def test_a_vanished_source(location, bucket) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location)
    Path("a.txt").unlink()
    with pytest.raises(FileNotFoundError, match="Unable to save the artifact"):
        artifact.save()
    assert ln.Artifact.filter().count() == 0
    assert objects(bucket) == {}


# -- reading


def test_reading_elsewhere(location, bucket, capsys, monkeypatch) -> None:
    artifact = ln.Artifact(write("a.txt"), key="my/a.txt", storage=location).save()
    copy = Path(artifact.cache())
    copy.unlink()
    capsys.readouterr()
    monkeypatch.setattr(ln.settings, "track_run_inputs", False)
    artifact = ln.Artifact.get(artifact.uid)
    assert artifact.load() == "hello"
    assert f"... synchronizing {artifact.uid}.txt: 100.0%" in capsys.readouterr().out
    artifact.load()
    assert capsys.readouterr().out == ""
    copy.unlink()
    assert artifact.load(mute=True) == "hello"
    assert capsys.readouterr().out == ""
    copy.unlink()
    assert Path(artifact.cache(print_progress=False)) == copy
    assert capsys.readouterr().out == ""


def test_the_content_is_gone(location, bucket, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="my/a.txt", storage=location).save()
    bucket.client.delete_object(Bucket=bucket.name, Key=f"data/.lamindb/{artifact.uid}.txt")
    assert ln.Artifact.get(artifact.uid).load() == "hello"
    assert "does not exist anymore" in capsys.readouterr().out
    Path(artifact.cache()).unlink()
    with pytest.raises(FileNotFoundError):
        ln.Artifact.get(artifact.uid).load()


def test_a_corrupted_copy_is_fetched_again(location, capsys) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3]})
    artifact = ln.Artifact.from_dataframe(frame, key="a.parquet", storage=location).save()
    ln.Artifact.filter(uid=artifact.uid).update(_hash_type="md5-2")  # which is not checked
    copy = Path(artifact.cache())
    time = copy.stat().st_mtime
    copy.write_bytes(b"x" * copy.stat().st_size)
    os.utime(copy, (time, time))
    assert ln.Artifact.get(artifact.uid).load().equals(frame)
    assert "! The cache might be corrupted: " in capsys.readouterr().out


def test_errors_that_another_download_does_not_mend(location, capsys) -> None:
    artifact = ln.Artifact(write("a.zip"), key="a.zip", storage=location).save()
    with pytest.raises(NotImplementedError, match=r"There is no loader for \.zip files"):
        artifact.load()
    assert "corrupted" not in capsys.readouterr().out


def test_a_copy_of_another_version_is_not_served(location) -> None:
    """Copies of the latest version are named by the key, whichever version that is."""
    one = ln.Artifact(write("a.txt", "1"), key="a.txt", storage=location).save()
    two = ln.Artifact(write("a.txt", "2"), key="a.txt", storage=location).save()
    assert two.cache().read_text() == "2"
    two.delete()
    assert ln.Artifact.get(one.uid).is_latest
    assert ln.Artifact.get(one.uid).load() == "1"


def test_the_path_needs_no_network(location, no_network) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=location).save()
    root = "s3://elsewhere/data?endpoint_url=http://127.0.0.1:9"
    ln.Storage.filter(uid=location.uid).update(root=root)
    ln.models.artifact_places.forget_roots()
    path = ln.Artifact.get(artifact.uid).path
    assert str(path).startswith("s3://elsewhere/data/.lamindb/")


# -- keeping artifacts local


@pytest.fixture
def hybrid(instance, bucket) -> ln.Storage:
    """An instance whose default location is in the cloud and that keeps artifacts local."""
    location = ln.Storage(root=bucket.url("data")).save()
    ln.settings.storage = location.root
    ln.setup.settings.instance.keep_artifacts_local = True
    return location


def test_artifacts_stay_local_until_they_are_uploaded(hybrid, bucket, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    assert artifact.storage != hybrid
    assert objects(bucket) == {}
    local = Path(artifact.path)
    artifact.save(upload=True)
    assert "→ moved local artifact to cache: " in capsys.readouterr().out
    assert (artifact.storage, artifact._key_is_virtual) == (hybrid, True)
    assert objects(bucket) == {f".lamindb/{artifact.uid}.txt": "hello"}
    assert not local.exists()
    read = ln.Artifact.get(artifact.uid)
    assert (read.storage, read.load()) == (hybrid, "hello")
    artifact.save(upload=True)
    assert ln.Artifact.get(artifact.uid).load() == "hello"


def test_a_new_artifact_is_uploaded_at_once(hybrid, bucket) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save(upload=True)
    assert objects(bucket) == {f".lamindb/{artifact.uid}.txt": "hello"}
    assert ln.Artifact.get(artifact.uid).storage == hybrid


def test_a_file_in_place_is_uploaded(hybrid, bucket, instance) -> None:
    path = write("store/x/a.txt")
    artifact = ln.Artifact(path).save()
    assert not artifact._key_is_virtual
    artifact.save(upload=True)
    assert (artifact.key, artifact._key_is_virtual) == ("x/a.txt", True)
    assert objects(bucket) == {f".lamindb/{artifact.uid}.txt": "hello"}
    assert not path.exists()


def test_a_failing_upload_keeps_the_artifact_local(instance, bucket, proxy) -> None:
    location = ln.Storage(root=f"s3://{bucket.name}/data?endpoint_url={proxy.url}").save()
    ln.settings.storage = location.root
    ln.setup.settings.instance.keep_artifacts_local = True
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    break_uploads(proxy, "PUT .*lamindb")
    with pytest.raises(OSError):
        artifact.save(upload=True)
    proxy.come_up()
    assert objects(bucket) == {}
    read = ln.Artifact.get(artifact.uid)
    assert (read.storage == location, read.load()) == (False, "hello")
    artifact.save(upload=True)
    assert ln.Artifact.get(artifact.uid).storage == location


def test_a_changed_place_is_refused_before_the_first_save(location) -> None:
    bucket_path = ln.Artifact(write("a.txt"), key="a.txt", storage=location)
    bucket_path.suffix = ".csv"
    with pytest.raises(InvalidArgument, match="before it is saved"):
        bucket_path.save()


# -- several processes

WRITER = """
import sys
from pathlib import Path
import lamindb as ln
ln.settings.creation.artifact_silence_missing_run_warning = True
number, storage = sys.argv[1], ln.Storage.get(uid=sys.argv[2])
for i in range(3):
    folder = Path(f"study-{number}")
    folder.mkdir(exist_ok=True)
    for name in ("same", f"own-{number}"):
        (folder / f"{name}.txt").write_text(f"{number} {i}")
    ln.Artifact(folder, key="study", storage=storage).save(print_progress=False)
"""


def test_versions_of_a_folder_by_several_processes(location) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(number), location.uid])
        for number in range(3)
    ]
    assert [process.wait(timeout=300) for process in processes] == [0, 0, 0]
    versions = list(ln.Artifact.filter(branch=None).order_by("uid"))
    assert [a.uid[-4:] for a in versions] == [f"000{n}" for n in range(9)]
    assert [a.is_latest for a in versions] == [False] * 8 + [True]
    assert not any(a._storage_ongoing for a in versions)
    copy = versions[-1].cache()
    assert ln.Artifact(copy, key="copy", skip_hash_lookup=True).hash == versions[-1].hash
    assert len(list(copy.iterdir())) == 2
