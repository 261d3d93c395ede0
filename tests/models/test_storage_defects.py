"""What is known to go wrong with artifacts elsewhere, and must hold here; one test each.

Many writers of one key: `tests/concurrency/test_writers.py`. Killed processes:
`tests/concurrency/test_killed_transfers.py`.
"""

from __future__ import annotations

import gc
import os
import socket
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.base.hashing import hash_file
from lamindb.errors import FieldValidationError, ValidationError
from tests.support.flaky_proxy import FlakyProxy
from tests.support.limits import largest_file

MB = 1_000_000


def write(name: str, content: bytes | str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def temporary_files() -> list[str]:
    """What lies in the cache directory, apart from the hashes of unchanged files."""
    files = (path for path in Path(ln.settings.cache_dir).rglob("*") if path.is_file())
    return sorted(path.name for path in files if "hashes" not in path.name)


def stored(storage: Any) -> dict[str, bytes]:
    """Files of artifacts below a local root, by their relative paths."""
    root = Path(storage.root)
    files = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes()
        for name, path in files.items()
        if not Path(name).name.startswith(("lamin.db", "storage_uid"))
    }


def test_local_work_opens_no_connection(instance, monkeypatch) -> None:
    connected = []
    connect = socket.socket.connect

    def spy(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            connected.append(address)
        connect(self, address)

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(socket.socket, "connect", spy)
    artifact = ln.Artifact(write("outside/a.txt"), key="a.txt").save()
    ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="a.parquet").save()
    artifact.describe()
    assert ln.Artifact.get(key="a.txt").load() == "hello"
    ln.Storage(root="another").save()
    artifact.delete(permanent=True)
    assert connected == []


def test_large_files_that_differ_in_the_middle_are_different(instance) -> None:
    path = write("large.bin", b"")
    os.truncate(path, 120 * 2**20)
    first = ln.Artifact(path, key="large.bin").save()
    with path.open("r+b") as file:
        file.seek(60 * 2**20)
        file.write(b"changed")
    second = ln.Artifact(path, key="large.bin").save()
    assert second.hash != first.hash
    assert second.uid == first.uid[:-4] + "0001"
    with open(second.cache(), "rb") as file:
        file.seek(60 * 2**20)
        assert file.read(7) == b"changed"


def test_a_failed_replacement_leaves_record_and_bytes(instance) -> None:
    artifact = ln.Artifact(write("a.bin", b"old"), key="a.bin").save()
    before = stored(instance.storage)
    replaced = ln.Artifact.get(artifact.uid)
    replaced.replace(write("b.bin", os.urandom(20 * MB)))
    with pytest.raises(OSError), largest_file(10 * MB):
        replaced.save()
    again = ln.Artifact.get(artifact.uid)
    assert (again.hash, again.size) == (artifact.hash, 3)
    assert Path(again.cache()).read_bytes() == b"old"
    assert stored(instance.storage) == before
    replaced.save()
    assert ln.Artifact.get(artifact.uid).size == 20 * MB


def test_a_failed_version_of_a_folder_leaves_the_previous_one(instance) -> None:
    write("folder/a.bin", b"old")
    first = ln.Artifact("folder", key="folder").save()
    before = stored(instance.storage)
    write("folder/b.bin", os.urandom(20 * MB))
    second = ln.Artifact("folder", key="folder")
    with pytest.raises(OSError), largest_file(10 * MB):
        second.save()
    assert ln.Artifact.filter(key="folder", branch=None).one() == first
    assert ln.Artifact.get(first.uid).is_latest
    assert stored(instance.storage) == before
    assert second.save().uid == first.uid[:-4] + "0001"
    assert ln.Artifact.get(key="folder").n_files == 2


@pytest.mark.parametrize("read", ["cache", "load"])
def test_an_incomplete_upload_is_refused(instance, bucket, read, capsys) -> None:
    storage = ln.Storage(root=bucket.url()).save()
    artifact = ln.Artifact(write("a.txt", "complete"), key="a.txt", storage=storage).save()
    Path(artifact.cache()).unlink()
    ln.Artifact.filter(uid=artifact.uid).update(_aux={"so": 1})  # as a killed upload leaves it
    bucket.put(f".lamindb/{artifact.uid}.txt", b"comp")
    broken = ln.Artifact.get(artifact.uid)
    with pytest.raises(ValueError, match="complete"):
        getattr(broken, read)()
    assert "complete" in broken.describe(return_str=True)
    again = ln.Artifact("a.txt", key="a.txt", storage=storage).save()
    assert again.uid == artifact.uid
    Path(again.cache()).unlink()
    assert ln.Artifact.get(artifact.uid).load() == "complete"


def test_restoring_a_trashed_head_makes_it_the_latest_again(instance) -> None:
    first = ln.Artifact(write("a.txt", "1"), key="a.txt").save()
    second = ln.Artifact(write("a.txt", "2"), key="a.txt").save()
    second.delete()
    assert ln.Artifact.get(first.uid).is_latest
    ln.Artifact.get(second.uid).restore()
    latest = {a.uid: a.is_latest for a in ln.Artifact.filter(key="a.txt", branch=None)}
    assert latest == {first.uid: False, second.uid: True}
    assert ln.Artifact.get(key="a.txt") == second


def test_the_same_content_without_key_is_saved_once(instance) -> None:
    path = write("a.txt")
    one, two = (ln.Artifact(path, description="no key") for _ in range(2))
    one.save()
    assert two.save() == one
    assert ln.Artifact.filter().count() == 1
    assert len(stored(instance.storage)) == 1


@pytest.mark.parametrize("key", ["{}/escaped.txt", "../escaped.txt", "a/../../escaped.txt"])
@pytest.mark.parametrize("is_virtual", [True, False])
def test_no_key_leads_out_of_the_storage_location(instance, in_tmp, key, is_virtual) -> None:
    with pytest.raises(ValueError):
        ln.Artifact(write("a.txt"), key=key.format(in_tmp), key_is_virtual=is_virtual)
    assert not Path("escaped.txt").exists()
    assert not ln.Artifact.filter().exists()


def test_finding_the_same_content_touches_no_storage(instance, bucket) -> None:
    with FlakyProxy(bucket.endpoint_url) as proxy:
        root = f"s3://{bucket.name}?endpoint_url={proxy.url}"
        storage = ln.Storage(root=root).save()
        first = ln.Artifact(write("a.txt"), key="a.txt", storage=storage).save()
        n_requests = len(proxy.requests)
        proxy.go_down()
        assert ln.Artifact(write("b.txt"), key="b.txt") == first
        assert ln.Artifact(write("b.txt"), description="later").save() == first
        assert len(proxy.requests) == n_requests


def test_temporary_files_do_not_stay(instance) -> None:
    df = pd.DataFrame({"a": range(1_000)})
    ln.Artifact.from_dataframe(df, key="a.parquet").save()
    ln.Artifact.from_dataframe(df, key="a.parquet")  # the same again
    assert temporary_files() == []
    with pytest.raises(ValueError):
        ln.Artifact.from_dataframe(df + 1, key="b.txt")
    discarded = ln.Artifact.from_dataframe(df + 2, key="c.parquet")
    del discarded
    gc.collect()
    assert temporary_files() == []
    other = ln.Storage(root="other").save()
    Path("other/.lamindb").rename("elsewhere")
    write("other/.lamindb", "in the way")
    failed = ln.Artifact.from_dataframe(df + 3, key="d.parquet", storage=other)
    with pytest.raises(OSError):
        failed.save()
    del failed
    gc.collect()
    assert temporary_files() == []


def test_a_broken_download_leaves_no_file(sqlite_instance, bucket) -> None:
    content = os.urandom(3 * MB)
    with FlakyProxy(bucket.endpoint_url) as proxy:
        storage = ln.Storage(root=f"s3://{bucket.name}?endpoint_url={proxy.url}").save()
        artifact = ln.Artifact(write("a.bin", content), key="a.bin", storage=storage).save()
        cached = Path(artifact.cache())
        cached.unlink()
        proxy.cut_response(after=MB, matching=r"GET .*\.bin")
        proxy.answer_503(times=1_000, matching=r"GET .*\.bin")
        with pytest.raises(OSError):
            ln.Artifact.get(artifact.uid).cache()
        assert not cached.exists()
        proxy.come_up()
        assert Path(ln.Artifact.get(artifact.uid).cache()).read_bytes() == content


@pytest.mark.parametrize("where", ["local", "cloud"])
def test_a_source_that_changed_is_hashed_again(instance, bucket, where) -> None:
    storage = ln.Storage.get() if where == "local" else ln.Storage(root=bucket.url()).save()
    file = ln.Artifact(write("a.txt", "first"), key="a.txt", storage=storage)
    assert file.size == 5
    write("a.txt", "changed since")
    write("folder/a.txt", "first")
    folder = ln.Artifact("folder", key="folder", storage=storage)
    assert folder.n_files == 1
    write("folder/b.txt", "new since")
    file.save()
    folder.save()
    assert (file.size, file.hash) == (13, hash_file("a.txt").hash)
    assert (folder.size, folder.n_files) == (14, 2)
    reloaded = ln.Artifact.get(file.uid)
    assert (reloaded.size, reloaded.hash) == (13, hash_file("a.txt").hash)
    assert reloaded.load() == "changed since"
    assert ln.Artifact("folder", key="folder", skip_hash_lookup=False) == folder


def test_an_artifact_without_size_can_be_described(instance, monkeypatch) -> None:
    monkeypatch.setattr(ln.settings.creation, "artifact_skip_size_hash", True)
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    assert (artifact.size, artifact.hash) == (None, None)
    assert "size: None" in artifact.describe(return_str=True)


MARKER = "AbCdEfGhIjKl\ncreation info:\ninstance_slug=other/one\ninstance_uid=4XIuR0tvaiXM\n"


def test_a_path_on_another_endpoint_keeps_it(instance, bucket, run_python) -> None:
    bucket.put(".lamindb/storage_uid.txt", MARKER.encode())
    bucket.put("data/a.txt", b"hello")
    artifact = ln.Artifact(bucket.url("data/a.txt")).save()
    assert artifact.storage.root == bucket.url()
    assert artifact.storage.instance_uid == "4XIuR0tvaiXM"
    assert artifact.key == "data/a.txt"
    assert str(artifact.path) == f"s3://{bucket.name}/data/a.txt"
    assert artifact.path.read_text() == "hello"
    code = f"import lamindb as ln; print(ln.Artifact.get({artifact.uid!r}).load())"
    assert run_python(code).stdout.splitlines()[-1:] == ["hello"]


def test_invalid_features_are_noticed_before_anything_is_stored(instance) -> None:
    refusals = (ValidationError, FieldValidationError, NotImplementedError)
    with pytest.raises(refusals):
        ln.Artifact(write("a.txt"), key="a.txt", features={"never registered": 1}).save()
    assert not ln.Artifact.filter(branch=None).exists()
    assert stored(instance.storage) == {}
