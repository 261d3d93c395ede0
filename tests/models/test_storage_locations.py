"""Storage locations of any protocol, and which one a path is in or would be in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fsspec import register_implementation
from fsspec.implementations.local import LocalFileSystem
from upath import UPath

import lamindb as ln
from lamindb.base.ids import instance_id, instance_uid
from lamindb.errors import StorageNotEmpty, UnknownStorageLocation
from lamindb.models.storage_locations import (
    containing_storage,
    default_storage,
    referenced_storage,
)
from lamindb.setup.storage_marker import marker_text

MARKER = ".lamindb/storage_uid.txt"
ELSE = "somebody/else"
ELSE_UID = instance_uid(instance_id(ELSE))
FOREIGN = marker_text("abcdefghijkl", ELSE, instance_id(ELSE)).encode()


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


# -- other protocols -----------------------------------------------------------------------------


class Disk(LocalFileSystem):
    """A file system that a package of the user brings."""

    protocol = "mydisk"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return LocalFileSystem._strip_protocol(path.replace("mydisk://", "/"))


class ReadOnlyDisk(Disk):
    protocol = "myarchive"

    def pipe_file(self, *args: object, **kwargs: object) -> None:
        raise NotImplementedError

    def makedirs(self, *args: object, **kwargs: object) -> None:
        raise NotImplementedError


register_implementation("mydisk", Disk, clobber=True)
register_implementation("myarchive", ReadOnlyDisk, clobber=True)


def test_any_installed_protocol_can_be_managed(instance, tmp_path, capsys):
    root = f"mydisk:/{tmp_path}/far/away"
    storage = ln.Storage(root + "/").save()
    assert (storage.root, storage.type, storage.instance_uid) == (root, "mydisk", instance.uid)
    assert f"→ created managed storage location at {root}\n" in capsys.readouterr().out
    assert (tmp_path / "far/away" / MARKER).read_text().startswith(storage.uid)
    (tmp_path / "far/away/.lamindb/left.txt").touch()
    with pytest.raises(StorageNotEmpty, match=r"/far/away/\.lamindb/left\.txt"):
        storage.delete()
    (tmp_path / "far/away/.lamindb/left.txt").unlink()
    storage.delete()
    assert not (tmp_path / "far/away" / MARKER).exists()


def test_a_protocol_without_writing_is_referenced(instance, tmp_path, capsys):
    storage = ln.Storage(f"myarchive:/{tmp_path}").save()
    assert (storage.type, storage.instance_uid) == ("myarchive", None)
    output = capsys.readouterr().out
    assert f"LaminDB won't manage this storage location: {storage.root}\n" in output
    assert f"→ referenced read-only storage location at {storage.root}\n" in output


def test_memory_creates_no_local_folders(instance, in_tmp):
    before = sorted(in_tmp.iterdir())
    storage = ln.Storage("memory://place/raw").save()
    assert (storage.root, storage.type) == ("memory://place/raw", "memory")
    assert storage.instance_uid == instance.uid
    storage.delete()
    assert sorted(in_tmp.iterdir()) == before
    assert not Path("/place").exists()


@pytest.fixture
def web_server() -> Iterator[str]:
    """URL of a server on which `marked/` is a storage location, and `spa/` answers everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = b"<html>welcome</html>"
            is_known = self.path == "/marked/" + MARKER or self.path.startswith("/spa/")
            if self.path.startswith("/marked/"):
                content = FOREIGN
            status = 200 if is_known else 403 if self.path.startswith("/private") else 404
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("folder", "manager"),
    [("marked", ELSE_UID), ("unmarked", None), ("private", None), ("spa", None)],
)
def test_web_locations_are_referenced(instance, web_server, capsys, folder, manager):
    printed(capsys)
    storage = ln.Storage(f"{web_server}/{folder}/").save()
    assert (storage.root, storage.type) == (f"{web_server}/{folder}", "http")
    assert storage.instance_uid == manager
    managed_by = f", is managed by instance with uid {manager}" if manager else ""
    assert printed(capsys)[-1] == (
        f"→ referenced read-only storage location at {storage.root}{managed_by}"
    )


def test_hugging_face_repositories_are_referenced(instance, web_server, run_python):
    """The endpoint knows no repository; the token of nobody is sent."""
    code = """
import lamindb as ln
storage = ln.Storage("hf://datasets/owner/repo").save()
print(storage.root, storage.type, storage.instance_uid)
"""
    result = run_python(code, env={"HF_ENDPOINT": web_server})
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-2:] == [
        "→ referenced read-only storage location at hf://datasets/owner/repo",
        "hf://datasets/owner/repo hf None",
    ]


# -- which location a path is in -----------------------------------------------------------------


def test_the_innermost_location_that_contains_a_path(instance, bucket, in_tmp, count_queries):
    default = default_storage()
    outer = ln.Storage(bucket.url()).save()
    inner = ln.Storage(bucket.url("data/raw")).save()
    local = ln.Storage(in_tmp / "store/deep").save()
    cases = {
        bucket.url("a.csv"): outer,
        bucket.url("data/raw2/a.csv"): outer,
        bucket.url("data/raw/a.csv"): inner,
        bucket.url("data/raw/x/y/a.csv"): inner,
        bucket.url("data/raw"): outer,
        bucket.url(): None,
        bucket.url("data/raw/a.csv", endpoint=False): None,
        f"s3://{bucket.name}/a.csv?endpoint_url=http://localhost:9": None,
        "s3://another/a.csv": None,
        str(in_tmp / "store/a.csv"): default,
        str(in_tmp / "store/deep/a.csv"): local,
        str(in_tmp / "a.csv"): None,
    }
    for location, expected in cases.items():
        with count_queries() as queries:
            assert containing_storage(location, default) == expected, location
        assert queries.count <= 2, location
    path = UPath(f"s3://{bucket.name}/data/raw/a.csv", endpoint_url=bucket.endpoint_url)
    assert containing_storage(path, default) == inner


def test_locations_in_plain_buckets(instance, default_bucket, count_queries):
    name = default_bucket.name
    default = default_storage()
    storage = ln.Storage(f"s3://{name}/raw").save()
    other = ln.Storage("memory://raw").save()
    with count_queries() as queries:
        assert containing_storage(f"s3://{name}/raw/a.csv", default) == storage
        assert containing_storage("memory://raw/x/a.csv", default) == other
        assert containing_storage(f"s3://{name}/a.csv", default) is None
    assert queries.count == 3


def test_a_path_in_the_preferred_location_costs_one_query(instance, in_tmp, count_queries):
    default = default_storage()
    with count_queries() as queries:
        assert containing_storage(str(in_tmp / "store/a.csv"), default) is default
    assert queries.count == 1


# -- paths outside of all locations --------------------------------------------------------------


def test_a_bucket_of_another_instance_is_referenced_on_save(instance, bucket, capsys):
    bucket.put(MARKER, FOREIGN)
    storage = referenced_storage(bucket.url("folder/a.csv"))
    assert storage._state.adding
    assert (storage.root, storage.uid) == (bucket.url(), "abcdefghijkl")
    assert storage.instance_uid == ELSE_UID
    printed(capsys)
    storage.save()
    assert printed(capsys) == [
        f"→ referenced read-only storage location at {bucket.url()}, is managed by instance with"
        f" uid {ELSE_UID}"
    ]
    assert storage.region == "us-east-1"
    assert referenced_storage(bucket.url("other.csv")) == storage


def test_two_references_to_one_bucket(instance, bucket):
    bucket.put(MARKER, FOREIGN)
    first, second = (referenced_storage(bucket.url(key)) for key in ("a.csv", "b.csv"))
    first.save()
    second.save()
    assert first == second
    assert ln.Storage.filter(uid="abcdefghijkl").count() == 1


def test_a_public_bucket_without_marker_is_referenced(instance, bucket):
    bucket.make_public()
    bucket.put("a.csv", b"x")
    storage = referenced_storage(bucket.url("a.csv") + "&anon=true").save()
    assert storage.root == f"s3://{bucket.name}?anon=true&endpoint_url={bucket.endpoint_url}"
    assert storage.instance_uid is None
    assert bucket.keys() == ["a.csv"]


def test_no_credentials_in_the_environment(instance, bucket, monkeypatch):
    bucket.make_public()
    bucket.put("a.csv", b"x")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    storage = referenced_storage(bucket.url("a.csv")).save()
    assert (storage.root, storage.instance_uid) == (bucket.url(), None)


def test_a_bucket_that_refuses_to_tell_is_referenced(instance, bucket):
    """The marker can't be read without credentials."""
    bucket.put(MARKER, FOREIGN)
    storage = referenced_storage(bucket.url("a.csv") + "&anon=true").save()
    assert storage.instance_uid is None
    assert bucket.read(MARKER) == FOREIGN


@pytest.mark.parametrize("is_marked", [False, True])
def test_a_bucket_that_would_be_ours_is_not_registered(instance, bucket, is_marked):
    if is_marked:
        text = marker_text("abcdefghijkl", instance.slug, instance._id)
        bucket.put(MARKER, text.encode())
    before = bucket.keys()
    with pytest.raises(UnknownStorageLocation) as error:
        referenced_storage(bucket.url("folder/a.csv"))
    assert str(error.value) == (
        f"{bucket.url('folder/a.csv')} is in no storage location of this instance. The known ones"
        f" are:\n- {instance.storage.root_as_str}\n"
        f"Register the one that it is in: ln.Storage(root='{bucket.url()}').save()"
    )
    assert bucket.keys() == before
    assert ln.Storage.filter().count() == 1
    ln.Storage(root=bucket.url()).save()
    default = default_storage()
    assert containing_storage(bucket.url("folder/a.csv"), default).root == bucket.url()


def test_a_web_page_is_referenced(instance, web_server):
    storage = referenced_storage(f"{web_server}/unmarked/a.csv").save()
    assert (storage.root, storage.instance_uid) == (web_server, None)
