"""Artifacts on S3 from their first save to their deletion."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.base.hashing import hash_file

LARGE = 40_000_000  # several parts


@pytest.fixture
def storage(instance, bucket) -> Any:
    """A storage location of a local instance, in the cloud."""
    return ln.Storage(root=bucket.url("store")).save()


def write(name: str, content: bytes | str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def forget_copy(artifact: Any) -> None:
    path = Path(artifact.cache())
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def keys(bucket: Any) -> list[str]:
    """Keys below the root, without the marker."""
    return [key[6:] for key in bucket.keys("store/") if "storage_uid" not in key]


def test_a_file(storage, bucket, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="notes/a.txt", storage=storage).save()
    assert artifact._aux is None
    assert keys(bucket) == [f".lamindb/{artifact.uid}.txt"]
    assert repr(artifact.path) == (
        f"S3QueryPath('s3://{bucket.name}/store/.lamindb/{artifact.uid}.txt')"
    )
    assert (artifact.size, artifact.hash) == (5, "XUFAKrxLKna5cZ2REBfFkg")
    cache = Path(ln.settings.cache_dir)
    assert Path(artifact.cache()) == cache / bucket.name / "store/notes/a.txt"
    assert Path("a.txt").exists()
    capsys.readouterr()
    assert ln.Artifact.get(key="notes/a.txt").load() == "hello"
    assert "synchronizing" not in capsys.readouterr().out, "it was downloaded after an upload"
    forget_copy(artifact)
    assert ln.Artifact.get(key="notes/a.txt").load() == "hello"


def test_a_large_file(storage, bucket) -> None:
    path = write("large.bin", os.urandom(LARGE))
    artifact = ln.Artifact(path, key="large.bin", storage=storage).save()
    assert artifact.hash == hash_file(path).hash
    forget_copy(artifact)
    assert Path(artifact.cache()).read_bytes() == path.read_bytes()
    assert ln.Artifact(path, key="large.bin") == artifact


def test_an_empty_file(storage) -> None:
    artifact = ln.Artifact(write("empty.txt", ""), key="empty.txt", storage=storage).save()
    assert artifact.size == 0
    forget_copy(artifact)
    assert artifact.load() == ""


def test_a_data_frame(storage, bucket) -> None:
    df = pd.DataFrame({"a": [1, 2, 3]})
    artifact = ln.Artifact.from_dataframe(df, key="a.parquet", storage=storage).save()
    assert artifact.load() is df
    forget_copy(artifact)
    pd.testing.assert_frame_equal(ln.Artifact.get(artifact.uid).load(), df)
    left = [path.name for path in Path(ln.settings.cache_dir).rglob("*.parquet")]
    assert left == ["a.parquet"]


def test_a_folder_and_its_next_version(storage, bucket) -> None:
    write("folder/a.txt", "a")
    write("folder/sub/b.txt", "b")
    first = ln.Artifact("folder", key="folder", storage=storage).save()
    assert (first.n_files, first.size) == (2, 2)
    stem = f".lamindb/{first.uid[:16]}"
    assert keys(bucket) == [f"{stem}/a.txt", f"{stem}/sub/b.txt"]
    local = ln.Artifact("folder", key="local", skip_hash_lookup=True, storage=ln.Storage.get(1))
    assert local.hash == first.hash

    Path("folder/a.txt").unlink()
    write("folder/c.txt", "c")
    second = ln.Artifact("folder", key="folder", storage=storage).save()
    assert second.uid == first.uid[:-4] + "0001"
    assert keys(bucket) == [f"{stem}/c.txt", f"{stem}/sub/b.txt"]
    cached = Path(ln.Artifact.get(key="folder").cache())
    assert sorted(p.name for p in cached.rglob("*") if p.is_file()) == ["b.txt", "c.txt"]
    with pytest.raises(ValueError, match="outdated artifact version"):
        ln.Artifact.get(first.uid).cache()


def test_replacing(storage, bucket) -> None:
    artifact = ln.Artifact(write("a.txt", "old"), key="a.txt", storage=storage).save()
    artifact.replace(write("b.txt", "new content"))
    artifact.save()
    assert bucket.read(f"store/.lamindb/{artifact.uid}.txt") == b"new content"
    assert keys(bucket) == [f".lamindb/{artifact.uid}.txt"]
    reloaded = ln.Artifact.get(artifact.uid)
    assert (reloaded.size, reloaded.load()) == (11, "new content")
    assert reloaded.hash == hash_file("b.txt").hash


def test_replacing_with_another_suffix(storage, bucket) -> None:
    artifact = ln.Artifact(write("a.txt", "old"), key="a.txt", storage=storage).save()
    artifact.replace(write("a.csv", "a\n1\n"))
    artifact.save()
    assert keys(bucket) == [f".lamindb/{artifact.uid}.csv"]
    assert (artifact.key, artifact.suffix) == ("a.csv", ".csv")
    assert ln.Artifact.get(artifact.uid).load()["a"].tolist() == [1]


def test_a_real_key_and_moving_it(storage, bucket) -> None:
    artifact = ln.Artifact(
        write("a.txt"), key="raw/a.txt", key_is_virtual=False, storage=storage
    ).save()
    assert keys(bucket) == ["raw/a.txt"]
    artifact.key = "final/a.txt"
    artifact.save(confirm=True)
    assert keys(bucket) == ["final/a.txt"]
    assert ln.Artifact.get(key="final/a.txt").load() == "hello"


def test_moving_to_another_location(storage, bucket, instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=storage).save()
    artifact.storage = ln.Storage.get(1)
    artifact.save(confirm=True)
    assert keys(bucket) == []
    assert Path(artifact.path) == Path(instance.storage.root, ".lamindb", f"{artifact.uid}.txt")
    assert ln.Artifact.get(artifact.uid).load() == "hello"
    artifact.storage = storage
    artifact.save(confirm=True)
    assert keys(bucket) == [f".lamindb/{artifact.uid}.txt"]
    assert not Path(instance.storage.root, ".lamindb", f"{artifact.uid}.txt").exists()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_deleting(storage, bucket, kind) -> None:
    source = write("a.txt") if kind == "file" else write("folder/a.txt").parent
    artifact = ln.Artifact(source, key=source.name, storage=storage).save()
    cached = Path(artifact.cache())
    artifact.delete()
    assert len(keys(bucket)) == 1
    artifact.restore()
    assert ln.Artifact.get(key=source.name) == artifact
    artifact.delete(permanent=True)
    assert keys(bucket) == []
    assert not cached.exists()
    assert not ln.Artifact.filter(branch=None).exists()
    artifact.delete(permanent=True)  # no error


def test_registering_in_place(storage, bucket) -> None:
    bucket.put("store/data/a.txt", b"a")
    bucket.put("store/data/sub/b.txt", b"bb")
    before = bucket.keys()
    file = ln.Artifact(bucket.url("store/data/a.txt")).save()
    folder = ln.Artifact(bucket.url("store/data")).save()
    assert (file.key, file.size, file._key_is_virtual) == ("data/a.txt", 1, False)
    assert file.hash == "DMF1ucDxtqgxw5niaXcmYQ"
    assert (folder.key, folder.size, folder.n_files) == ("data", 3, 2)
    assert file.load() == "a"
    assert sorted(p.name for p in Path(folder.cache()).rglob("*.txt")) == ["a.txt", "b.txt"]
    assert bucket.keys() == before
    assert ln.Artifact.get(path=bucket.url("store/data/a.txt")) == file
    renamed = ln.Artifact(bucket.url("store/data/sub/b.txt"), key="other.txt").save()
    assert (renamed._real_key, renamed._key_is_virtual) == ("data/sub/b.txt", True)
    assert renamed.load() == "bb"


def test_a_changed_object_is_fetched_again(storage, bucket) -> None:
    bucket.put("store/a.txt", b"one")
    artifact = ln.Artifact(bucket.url("store/a.txt")).save()
    assert artifact.load() == "one"
    os.utime(artifact.cache(), (1_000_000, 1_000_000))
    bucket.put("store/a.txt", b"second")
    assert Path(artifact.cache()).read_bytes() == b"second"


def test_a_lost_object(storage, bucket, capsys) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=storage).save()
    bucket.client.delete_object(Bucket=bucket.name, Key=f"store/.lamindb/{artifact.uid}.txt")
    assert artifact.load() == "hello"
    assert "does not exist anymore" in capsys.readouterr().out
    Path(ln.settings.cache_dir, bucket.name, "store/a.txt").unlink()
    with pytest.raises(FileNotFoundError):
        artifact.cache()


def test_a_missing_object_or_bucket(storage, bucket) -> None:
    with pytest.raises(FileNotFoundError):
        ln.Artifact(bucket.url("store/missing.txt"))
    missing = f"s3://no-such-bucket/a.txt?endpoint_url={bucket.endpoint_url}"
    with pytest.raises(FileNotFoundError):
        ln.Artifact(missing)


def test_many_files_at_once(storage, bucket) -> None:
    for i in range(30):
        write(f"folder/{i}.txt", f"content {i}")
    artifacts = ln.Artifact.from_dir("folder", key="many").save()
    assert len(artifacts) == 30
    in_cloud = [
        ln.Artifact(f"folder/{i}.txt", key=f"c/{i}.txt", storage=storage, skip_hash_lookup=True)
        for i in range(30)
    ]
    ln.save(in_cloud)
    assert len(keys(bucket)) == 30
    assert {artifact._aux for artifact in ln.Artifact.filter(storage=storage)} == {None}
    forget_copy(in_cloud[7])
    assert ln.Artifact.get(key="c/7.txt").load() == "content 7"


def test_the_default_location_can_be_in_the_cloud(instance, storage, bucket) -> None:
    ln.settings.storage = bucket.url("store")
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    assert artifact.storage == storage
    lazy = ln.Artifact.from_lazy(".txt", overwrite_versions=False, key="lazy.txt")
    lazy.path.write_text("written by the user")
    saved = lazy.save()
    assert saved.load() == "written by the user"


def test_names_with_special_characters(storage, bucket) -> None:
    names = ["with space.txt", "ümlaut.txt", "per%20cent.txt", "plus+sign.txt", "a#b.txt"]
    for name in names:
        write(f"folder/{name}", name)
    artifact = ln.Artifact("folder", key="folder", storage=storage).save()
    forget_copy(artifact)
    cached = Path(ln.Artifact.get(artifact.uid).cache())
    assert {path.name: path.read_text() for path in cached.iterdir()} == {n: n for n in names}
