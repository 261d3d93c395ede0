"""A network that fails for a while is no reason to fail; one that stays down leaves nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lamindb as ln
from tests.support.flaky_proxy import FlakyProxy

FILE = os.urandom(12_000_000)
FILES = {f"{i}.bin": os.urandom(20_000) for i in range(30)}


@pytest.fixture
def proxy(bucket) -> Iterator[FlakyProxy]:
    with FlakyProxy(bucket.endpoint_url) as proxy:
        yield proxy


@pytest.fixture
def storage(instance, bucket, proxy) -> Any:
    """A storage location behind a network that can fail."""
    return ln.Storage(root=f"s3://{bucket.name}/store?endpoint_url={proxy.url}").save()


@pytest.fixture(params=["file", "folder"])
def source(request, in_tmp) -> Path:
    if request.param == "file":
        Path("source.bin").write_bytes(FILE)
        return Path("source.bin")
    Path("source").mkdir()
    for name, content in FILES.items():
        Path("source", name).write_bytes(content)
    return Path("source")


def content(path: Any) -> Any:
    path = Path(path)
    return (
        {one.name: one.read_bytes() for one in path.iterdir()}
        if path.is_dir()
        else path.read_bytes()
    )


def everything_in(bucket: Any) -> dict[str, bytes]:
    keys = bucket.keys()
    return {key: bucket.read(key) for key in keys}


def forget_copy(artifact: Any) -> None:
    path = Path(artifact.cache())
    shutil.rmtree(path) if path.is_dir() else path.unlink()


FAULTS = {
    "slow down": lambda proxy, method: proxy.answer_503(times=3, matching=f"{method} .*bin"),
    "cut request": lambda proxy, method: proxy.cut_request(10_000, times=2, matching="PUT .*bin"),
    "cut response": lambda proxy, method: proxy.cut_response(
        9_000 if method == "GET" else 20, times=2, matching=f"{method} .*bin"
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_upload_survives(storage, proxy, bucket, source, fault) -> None:
    artifact = ln.Artifact(source, key=source.name, storage=storage)
    FAULTS[fault](proxy, "PUT")
    artifact.save()
    assert not proxy._faults, "the fault did not happen"
    forget_copy(artifact)
    assert content(ln.Artifact.get(artifact.uid).cache()) == content(source)


@pytest.mark.parametrize("fault", ["slow down", "cut response"])
def test_a_download_survives(storage, proxy, source, fault) -> None:
    artifact = ln.Artifact(source, key=source.name, storage=storage).save()
    forget_copy(artifact)
    FAULTS[fault](proxy, "GET")
    assert content(ln.Artifact.get(artifact.uid).cache()) == content(source)
    assert not proxy._faults, "the fault did not happen"


def test_an_upload_that_fails_leaves_nothing(storage, proxy, bucket, source, capsys) -> None:
    before = bucket.keys()
    artifact = ln.Artifact(source, key=source.name, storage=storage)
    proxy.cut_request(10_000, times=10_000, matching="PUT .*bin")
    with pytest.raises(OSError):
        artifact.save()
    assert "! could not upload artifact" in capsys.readouterr().out
    assert not ln.Artifact.filter(branch=None).exists()
    proxy.come_up()
    assert bucket.keys() == before
    assert artifact.save().uid == ln.Artifact.get(key=source.name).uid
    forget_copy(artifact)
    assert content(ln.Artifact.get(key=source.name).cache()) == content(source)


def test_a_failed_version_leaves_the_previous_one(storage, proxy, bucket, source) -> None:
    first = ln.Artifact(source, key=source.name, storage=storage).save()
    old = content(source)
    before = everything_in(bucket)
    changed = source / "new.bin" if source.is_dir() else source
    changed.write_bytes(os.urandom(6_000_000))
    second = ln.Artifact(source, key=source.name, storage=storage)
    proxy.cut_request(10_000, times=10_000, matching="PUT .*bin")
    with pytest.raises(OSError):
        second.save()
    proxy.come_up()
    assert ln.Artifact.filter(branch=None).one() == first
    assert ln.Artifact.get(key=source.name) == first
    assert ln.Artifact.get(first.uid).is_latest
    assert everything_in(bucket) == before
    forget_copy(ln.Artifact.get(first.uid))
    assert content(ln.Artifact.get(first.uid).cache()) == old
    assert second.save().uid == first.uid[:-4] + "0001"
    forget_copy(second)
    assert content(ln.Artifact.get(second.uid).cache()) == content(source)


def test_a_failed_replacement_leaves_record_and_bytes(storage, proxy, bucket, source) -> None:
    artifact = ln.Artifact(source, key=source.name, storage=storage).save()
    old = content(source)
    before = everything_in(bucket)
    changed = source / "new.bin" if source.is_dir() else source
    changed.write_bytes(os.urandom(6_000_000))
    replaced = ln.Artifact.get(artifact.uid)
    replaced.replace(source)
    proxy.cut_request(10_000, times=10_000, matching="PUT .*bin")
    with pytest.raises(OSError):
        replaced.save()
    proxy.come_up()
    again = ln.Artifact.get(artifact.uid)
    assert (again.hash, again._storage_ongoing) == (artifact.hash, False)
    assert everything_in(bucket) == before
    forget_copy(again)
    assert content(again.cache()) == old
    replaced.save()
    forget_copy(replaced)
    assert content(ln.Artifact.get(artifact.uid).cache()) == content(source)


def test_a_deletion_while_the_network_is_down_can_be_repeated(storage, proxy, bucket) -> None:
    Path("source.txt").write_text("hello")
    artifact = ln.Artifact("source.txt", key="source.txt", storage=storage).save()
    proxy.go_down()
    with pytest.raises(OSError):
        artifact.delete(permanent=True)
    proxy.come_up()
    for record in ln.Artifact.filter(branch=None):
        record.delete(permanent=True)
    assert not ln.Artifact.filter(branch=None).exists()


def test_a_network_that_is_down_is_an_error_and_copies_stay(storage, proxy, source) -> None:
    artifact = ln.Artifact(source, key=source.name, storage=storage).save()
    cached = Path(artifact.cache())
    proxy.go_down()
    with pytest.raises(OSError, match="store"):
        ln.Artifact.get(artifact.uid).cache()
    with pytest.raises(OSError, match=r"missing\.bin"):
        ln.Artifact(storage.path / "missing.bin")
    assert content(cached) == content(source)
    proxy.come_up()
    assert content(ln.Artifact.get(artifact.uid).cache()) == content(source)
