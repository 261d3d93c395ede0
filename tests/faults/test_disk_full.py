"""No space left while content is written: an error, nothing half-written, a second try works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from tests.support.limits import largest_file

LIMIT = 12_000_000  # above the size of the SQLite file
SIZE = 20_000_000


def write(name: str, size: int = SIZE) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(size))
    return path


def files_below(folder: Path) -> set[str]:
    """Relative paths of all files but those of the database."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in files if "lamin.db" not in path.name}


def large_source(kind: str) -> str:
    if kind == "file":
        return str(write("source.bin"))
    write("source/small.bin", 10)
    write("source/z/large.bin")
    return "source"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_saving(instance, kind) -> None:
    store = Path(instance.storage.root)
    before = files_below(store)
    source = large_source(kind)
    artifact = ln.Artifact(source, key=Path(source).name)
    with pytest.raises(OSError), largest_file(LIMIT):
        artifact.save()
    assert artifact._state.adding
    assert not ln.Artifact.filter(branch=None).exists()
    assert files_below(store) == before
    artifact.save()
    assert ln.Artifact.get(artifact.uid).size >= SIZE
    assert Path(ln.Artifact.get(artifact.uid).cache()).exists()


def test_the_previous_version_stays_the_latest(instance) -> None:
    first = ln.Artifact(write("source.bin", 10), key="source.bin").save()
    second = ln.Artifact(write("source.bin"), key="source.bin")
    with pytest.raises(OSError), largest_file(LIMIT):
        second.save()
    assert ln.Artifact.get(key="source.bin") == first
    assert first.is_latest
    assert second.save().uid == first.uid[:-4] + "0001"


@pytest.mark.parametrize("is_virtual", [True, False])
def test_replacing(instance, is_virtual) -> None:
    small = write("source.bin", 10)
    artifact = ln.Artifact(small, key="source.bin", key_is_virtual=is_virtual).save()
    content, before = small.read_bytes(), files_below(Path(instance.storage.root))
    replaced = ln.Artifact.get(artifact.uid)
    replaced.replace(write("large.bin"))
    with pytest.raises(OSError), largest_file(LIMIT):
        replaced.save()
    assert ln.Artifact.get(artifact.uid).hash == artifact.hash
    assert Path(ln.Artifact.get(artifact.uid).cache()).read_bytes() == content
    assert files_below(Path(instance.storage.root)) == before


def test_writing_an_object_in_memory(instance) -> None:
    df = pd.DataFrame({"a": [os.urandom(10_000) for _ in range(2_000)]})
    with pytest.raises(OSError), largest_file(LIMIT):
        ln.Artifact.from_dataframe(df, key="a.parquet")
    cache = Path(ln.settings.cache_dir)
    assert not [path for path in cache.rglob("*") if path.suffix == ".parquet"]
    assert ln.Artifact.from_dataframe(df, key="a.parquet").save().n_observations == 2_000


def test_one_of_several_artifacts(instance) -> None:
    artifacts = [ln.Artifact(write(f"{i}.bin", 10), key=f"{i}.bin") for i in range(2)]
    artifacts.append(ln.Artifact(write("2.bin"), key="2.bin"))
    before = files_below(Path(instance.storage.root))
    with pytest.raises((OSError, RuntimeError)), largest_file(LIMIT):
        ln.save(artifacts)
    for artifact in ln.Artifact.filter(branch=None):
        assert not artifact._storage_ongoing
        assert Path(artifact.cache()).stat().st_size == artifact.size
    left = files_below(Path(instance.storage.root)) - before
    assert len(left) == ln.Artifact.filter(branch=None).count() <= 2
    ln.save(artifacts)
    assert ln.Artifact.filter().count() == 3


@pytest.fixture
def in_cloud(instance, bucket) -> Any:
    return ln.Storage(root=bucket.url()).save()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_downloading(in_cloud, kind) -> None:
    source = large_source(kind)
    artifact = ln.Artifact(source, key=Path(source).name, storage=in_cloud).save()
    cached = Path(artifact.cache())
    shutil.rmtree(cached) if kind == "folder" else cached.unlink()
    with pytest.raises(OSError), largest_file(LIMIT):
        ln.Artifact.get(artifact.uid).cache()
    if kind == "file":
        assert not cached.exists()
    assert not (cached / "z/large.bin").exists()
    again = Path(ln.Artifact.get(artifact.uid).cache())
    large = Path(source, "z/large.bin") if kind == "folder" else Path(source)
    copy = again / "z/large.bin" if kind == "folder" else again
    assert copy.read_bytes() == large.read_bytes()


def test_a_full_cache_does_not_stop_an_upload(in_cloud, bucket) -> None:
    artifact = ln.Artifact(write("source.bin"), key="source.bin", storage=in_cloud)
    with largest_file(LIMIT):
        artifact.save()
    assert bucket.read(f".lamindb/{artifact.uid}.bin") == Path("source.bin").read_bytes()
    assert not ln.Artifact.get(artifact.uid)._storage_ongoing
    assert Path(ln.Artifact.get(artifact.uid).cache()).stat().st_size == SIZE


ON_A_SMALL_DISK = """
import errno, os
from pathlib import Path
import lamindb as ln
storage = ln.Storage(root="small").save()
Path("source.bin").write_bytes(os.urandom(20_000_000))
artifact = ln.Artifact("source.bin", key="source.bin", storage=storage)
try:
    artifact.save()
except OSError as error:
    assert error.errno == errno.ENOSPC, error
else:
    raise AssertionError("the disk is not full")
assert not ln.Artifact.filter(branch=None).exists()
left = [str(path) for path in Path("small").rglob("*") if path.is_file()]
assert left == ["small/.lamindb/storage_uid.txt"], left
Path("source.bin").write_bytes(os.urandom(2_000_000))
ln.Artifact("source.bin", key="source.bin", storage=storage).save()
assert len(ln.Artifact.get(key="source.bin").cache().read_bytes()) == 2_000_000
print("survived")
"""


def test_a_file_system_without_space(instance) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("n/a: mounting a small file system takes unshare, which Linux has")
    Path("small").mkdir()
    Path("script.py").write_text(ON_A_SMALL_DISK)
    mount = "mount -t tmpfs -o size=8m none small"
    isolated = [unshare, "--map-root-user", "--mount", "sh", "-c"]
    if subprocess.run([*isolated, mount], capture_output=True).returncode:
        pytest.skip("n/a: this user may not mount a file system in a name space of its own")
    run = subprocess.run(
        [*isolated, f"{mount} && exec {sys.executable} script.py"], capture_output=True, text=True
    )
    assert run.stdout.splitlines()[-1:] == ["survived"], run.stdout + run.stderr
