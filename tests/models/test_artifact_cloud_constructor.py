"""Constructing artifacts of what is in the cloud: registered in place, nothing is copied."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument, UnknownStorageLocation

ELSE = "AbCdEfGhIjKl\ncreation info:\ninstance_slug=other/one\ninstance_uid=4XIuR0tvaiXM\n"
HELLO = "XUFAKrxLKna5cZ2REBfFkg"


@pytest.fixture
def location(instance, bucket) -> ln.Storage:
    """A location in the bucket that this instance manages."""
    return ln.Storage(bucket.url("data")).save()


def test_a_file_in_a_registered_location(location, bucket) -> None:
    bucket.put("data/x/hello.txt", b"hello")
    keys = bucket.keys()
    artifact = ln.Artifact(bucket.url("data/x/hello.txt"))
    assert (artifact.key, artifact._real_key, artifact._key_is_virtual) == (
        "x/hello.txt",
        None,
        False,
    )
    assert (artifact.storage, artifact.suffix) == (location, ".txt")
    assert (artifact.size, artifact.hash, artifact._hash_type) == (5, HELLO, "md5")
    assert artifact.n_files is None
    artifact.save()
    assert ln.Artifact.get(artifact.uid).hash == HELLO
    assert bucket.keys() == keys


def test_another_key(location, bucket) -> None:
    bucket.put("data/x/hello.txt", b"hello")
    artifact = ln.Artifact(bucket.url("data/x/hello.txt"), key="greeting.txt").save()
    assert (artifact.key, artifact._real_key) == ("greeting.txt", "x/hello.txt")
    assert artifact._key_is_virtual
    with pytest.raises(InvalidArgument, match=r"path's suffix '\.txt'"):
        ln.Artifact(bucket.url("data/x/hello.txt"), key="greeting.csv")


def test_a_folder(location, bucket) -> None:
    for name, content in (("a.txt", b"a"), ("sub/b.txt", b"bb")):
        bucket.put(f"data/folder/{name}", content)
        path = Path("folder") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    artifact = ln.Artifact(bucket.url("data/folder/")).save()
    assert (artifact.key, artifact.size, artifact.n_files) == ("folder", 3, 2)
    assert artifact.overwrite_versions
    assert artifact._hash_type == "md5-d"
    copy = ln.Artifact("folder", key="copy")
    assert copy == artifact


def test_path_objects_and_other_spellings(location, bucket) -> None:
    bucket.put("data/hello.txt", b"hello")
    path = ln.UPath(f"s3://{bucket.name}/data/hello.txt", endpoint_url=bucket.endpoint_url)
    triple = bucket.url("data/hello.txt").replace("s3://", "s3:///")
    for spelling in (path, triple, location.path / "hello.txt"):
        assert ln.Artifact(spelling).key == "hello.txt"


def test_the_endpoint_counts(location, bucket, default_bucket) -> None:
    """A bucket of the same name at another endpoint is another bucket."""
    bucket.put("data/hello.txt", b"hello")
    with pytest.raises(UnknownStorageLocation):
        ln.Artifact(bucket.url("data/hello.txt", endpoint=False))


def test_content_known_from_a_local_file(location, bucket) -> None:
    Path("hello.txt").write_text("hello")
    local = ln.Artifact("hello.txt", key="hello.txt").save()
    bucket.put("data/hello.txt", b"hello")
    assert ln.Artifact(bucket.url("data/hello.txt")) != local
    assert ln.Artifact(bucket.url("data/hello.txt"), skip_hash_lookup=False) == local


def test_content_known_from_the_cloud(location, bucket) -> None:
    bucket.put("data/hello.txt", b"hello")
    remote = ln.Artifact(bucket.url("data/hello.txt")).save()
    bucket.client.delete_object(Bucket=bucket.name, Key="data/hello.txt")
    Path("hello.txt").write_text("hello")
    again = ln.Artifact("hello.txt", key="other.txt")
    assert (again, again.key, again._source) == (remote, "hello.txt", None)


def test_versions(location, bucket) -> None:
    bucket.put("data/hello.txt", b"one")
    first = ln.Artifact(bucket.url("data/hello.txt")).save()
    bucket.put("data/hello.txt", b"two")
    second = ln.Artifact(bucket.url("data/hello.txt")).save()
    assert (second.stem_uid, second.uid[-4:]) == (first.stem_uid, "0001")


def test_observations_are_counted_without_fetching_all(location, bucket) -> None:
    import anndata

    pd.DataFrame({"a": range(7)}).to_parquet("t.parquet")
    anndata.AnnData(np.ones((4, 2), dtype="float32")).write_h5ad("a.h5ad")
    for name in ("t.parquet", "a.h5ad"):
        bucket.put(f"data/{name}", Path(name).read_bytes())
    table = ln.Artifact.from_dataframe(bucket.url("data/t.parquet")).save()
    assert (table.kind, table.otype, table.n_observations) == ("dataset", "DataFrame", 7)
    cells = ln.Artifact.from_anndata(bucket.url("data/a.h5ad")).save()
    assert (cells.kind, cells.otype, cells.n_observations) == ("dataset", "AnnData", 4)


def test_stores_in_the_cloud_are_not_looked_into(location, bucket, capsys) -> None:
    bucket.put("data/x.zarr/zarr.json", b"{}")
    assert ln.Artifact(bucket.url("data/x.zarr"), key="x.zarr").otype is None
    artifact = ln.Artifact.from_spatialdata(bucket.url("data/x.zarr"))
    assert (artifact.otype, artifact.overwrite_versions) == ("SpatialData", True)


# -- locations that are not registered


def test_nobody_manages_the_bucket(instance, bucket) -> None:
    bucket.put("hello.txt", b"hello")
    n_locations = ln.Storage.filter().count()
    with pytest.raises(UnknownStorageLocation, match=r"ln\.Storage\(root='s3://"):
        ln.Artifact(bucket.url("hello.txt"))
    assert ln.Storage.filter().count() == n_locations
    assert bucket.keys() == ["hello.txt"]


def test_others_manage_the_bucket(instance, bucket, capsys) -> None:
    bucket.put(".lamindb/storage_uid.txt", ELSE.encode())
    bucket.put("x/hello.txt", b"hello")
    n_locations = ln.Storage.filter().count()
    artifact = ln.Artifact(bucket.url("x/hello.txt"), description="x")
    assert artifact.storage._state.adding
    assert ln.Storage.filter().count() == n_locations
    artifact.save()
    assert (artifact.key, artifact.hash) == ("x/hello.txt", HELLO)
    assert artifact.storage.root == bucket.url()
    assert artifact.storage.instance_uid == "4XIuR0tvaiXM"
    assert "→ referenced read-only storage location at s3://" in capsys.readouterr().out
    again = ln.Artifact(bucket.url("x/hello.txt"))
    assert not again.storage._state.adding


# -- by path


def test_get_by_path(location, bucket) -> None:
    bucket.put("data/x/hello.txt", b"hello")
    artifact = ln.Artifact(bucket.url("data/x/hello.txt")).save()
    bucket.put("data/folder/sub/b.txt", b"bb")
    folder = ln.Artifact(bucket.url("data/folder"), key="other").save()
    assert ln.Artifact.get(path=bucket.url("data/x/hello.txt")) == artifact
    assert ln.Artifact.get(path=artifact.path) == artifact
    assert ln.Artifact.get(path=bucket.url("data/folder/sub/b.txt")) == folder
    for url in (bucket.url("data/x"), bucket.url("data/x/hello.txt", endpoint=False)):
        with pytest.raises(ln.Artifact.DoesNotExist):
            ln.Artifact.get(path=url)


def test_managed_paths_lead_to_their_artifact(location, bucket, capsys) -> None:
    Path("hello.txt").write_text("hello")
    file = ln.Artifact("hello.txt", key="hello.txt", storage=location).save()
    Path("f/sub").mkdir(parents=True)
    Path("f/sub/a.txt").write_text("a")
    folder = ln.Artifact("f", key="f", storage=location).save()
    assert ln.Artifact(bucket.url(f"data/.lamindb/{file.uid}.txt")) == file
    assert ln.Artifact(bucket.url(f"data/.lamindb/{folder.stem_uid}/sub/a.txt")) == folder
    assert "→ returning artifact that owns the path" in capsys.readouterr().out
    for key in ("data/.lamindb/0123456789abcdef0000.txt", "other/.lamindb/a.txt"):
        with pytest.raises(ValueError, match="belongs to no artifact of this instance"):
            ln.Artifact(bucket.url(key))


# -- many files


def test_from_dir(location, bucket, count_queries) -> None:
    for name, content in (("a.txt", b"a"), ("sub/b.csv", b"bb"), ("sub/same.txt", b"a")):
        bucket.put(f"data/study/{name}", content)
    artifacts = ln.Artifact.from_dir(bucket.url("data/study"))
    assert artifacts.to_list("key") == ["study/a.txt", "study/sub/b.csv"]
    assert [a.size for a in artifacts] == [1, 2]
    artifacts.save()
    with count_queries() as queries:
        again = ln.Artifact.from_dir(bucket.url("data/study"))
    assert queries.count <= 5
    assert list(again) == list(artifacts)
    with pytest.raises(NotADirectoryError, match="is a file"):
        ln.Artifact.from_dir(bucket.url("data/study/a.txt"))
    with pytest.raises(FileNotFoundError):
        ln.Artifact.from_dir(bucket.url("data/missing"))


def test_from_lazy(location, bucket, monkeypatch) -> None:
    ln.settings.storage = location.root
    lazy = ln.Artifact.from_lazy(".txt", overwrite_versions=False, key="hello.txt")
    key = str(lazy.path).partition(f"{bucket.name}/")[2]
    bucket.put(key, b"hello")
    artifact = lazy.save()
    assert key == f"data/.lamindb/{artifact.uid}.txt"
    assert (artifact.hash, artifact._key_is_virtual) == (HELLO, True)


# -- wrong input


def test_missing(location, bucket) -> None:
    for url in (
        bucket.url("data/missing.txt"),
        bucket.url("data/missing.txt").replace(bucket.name, "no-such-bucket"),
    ):
        with pytest.raises(FileNotFoundError, match=r"missing\.txt"):
            ln.Artifact(url, key="missing.txt")
    assert ln.Artifact.filter().count() == 0


def test_malformed_options(instance) -> None:
    with pytest.raises(ValueError, match="given twice"):
        ln.Artifact("s3://bucket/a.txt?anon=true&anon=false", key="a.txt")


def test_unknown_protocol(instance) -> None:
    with pytest.raises(ValueError, match="protocol"):
        ln.Artifact("nonsense://bucket/a.txt", key="a.txt")


# -- web servers


class Handler(BaseHTTPRequestHandler):
    """Files with an ETag; `/secret` is forbidden, `/plain` has none."""

    def do_HEAD(self) -> None:
        status = {"/secret.txt": 403, "/missing.txt": 404}.get(self.path.partition("?")[0], 200)
        self.send_response(status)
        self.send_header("Content-Length", "5" if status == 200 else "0")
        self.send_header("Accept-Ranges", "bytes")
        if "plain" not in self.path:
            self.send_header("ETag", '"tag"')
        self.end_headers()
        self.status = status

    def do_GET(self) -> None:
        self.do_HEAD()
        if self.status == 200:
            self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def web() -> Iterator[str]:
    """URL of a web server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_web_address(instance, web, capsys) -> None:
    artifact = ln.Artifact(f"{web}/data/hello.txt").save()
    assert (artifact.key, artifact.storage.root, artifact.size) == ("data/hello.txt", web, 5)
    assert artifact._hash_type == "md5-etag"
    assert len(artifact.hash) == 22 != len(hashlib.md5(b"tag").hexdigest())
    plain = ln.Artifact(f"{web}/plain.txt").save()
    assert (plain.hash, plain.size) == (None, 5)
    assert "! did not add hash for" in capsys.readouterr().out
    with pytest.raises(FileNotFoundError, match=r"missing\.txt"):
        ln.Artifact(f"{web}/missing.txt")


def test_a_question_mark_belongs_to_the_address(instance, web) -> None:
    artifact = ln.Artifact(f"{web}/hello.txt?version=1", key="hello.txt").save()
    assert (artifact.suffix, artifact._real_key) == (".txt", "hello.txt?version=1")
    assert ln.Artifact(f"{web}/x.txt?version=1").key == "x.txt?version=1"


def test_what_may_not_be_looked_at_is_registered(instance, web, capsys) -> None:
    artifact = ln.Artifact(f"{web}/secret.txt").save()
    assert (artifact.key, artifact.size, artifact.hash) == ("secret.txt", None, None)
    output = capsys.readouterr().out
    assert f"! failed to check existence of {web}/secret.txt" in output
    assert f"! failed to retrieve stats for {web}/secret.txt" in output


def test_managed_paths_on_the_web_are_refused(instance, web) -> None:
    with pytest.raises(ValueError, match=r"inside the `\.lamindb/` directory for non-s3/gs paths"):
        ln.Artifact(f"{web}/.lamindb/a.txt", key="a.txt")
