import os

import pytest

from lamindb.storage.transfer import copy, copy_remote, move, remove
from tests.storage.transfer.contents import behind, content_of, content_of_bucket

FILE = {"": b"content"}
FOLDER = {"/a.txt": b"1", "/raw/b.txt": b"2"}
PLACES = ["local", "s3", "rclone", "memory"]


class Place:
    """A kind of storage: where something is in it, how to put it there, and what is there."""

    def __init__(self, kind, tmp_path, request):
        self.kind = kind
        self.folder = tmp_path / "local"
        self.name = tmp_path.name
        names = {"s3": "bucket", "rclone": "rclone_bucket"}
        self.bucket = request.getfixturevalue(names[kind]) if kind in names else None

    def url(self, key):
        if self.bucket is not None:
            return self.bucket.url(key)
        return str(self.folder / key) if self.kind == "local" else f"memory://{self.name}/{key}"

    def put(self, key, contents):
        for name, content in contents.items():
            if self.bucket is not None:
                self.bucket.put(f"{key}{name}", content)
            elif self.kind == "local":
                path = self.folder / f"{key}{name}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            else:
                self._memory().pipe(f"/{self.name}/{key}{name}", content)

    def contents(self, key):
        if self.bucket is not None:
            return content_of_bucket(self.bucket, key)
        if self.kind == "local":
            found = {f"/{name}": content for name, content in content_of(self.folder).items()}
            prefix = f"/{key}"
        else:
            prefix = f"/{self.name}/{key}"
            found = {name: self._memory().cat(name) for name in self._memory().find(self.name)}
        return {k[len(prefix) :]: v for k, v in found.items() if k.startswith(prefix)}

    def _memory(self):
        import fsspec

        return fsspec.filesystem("memory")


@pytest.mark.parametrize("contents", [FILE, FOLDER], ids=["file", "folder"])
@pytest.mark.parametrize("target_kind", PLACES)
@pytest.mark.parametrize("source_kind", PLACES)
def test_move(source_kind, target_kind, contents, tmp_path, request):
    source = Place(source_kind, tmp_path, request)
    target = Place(target_kind, tmp_path, request)
    source.put("old/data", contents)
    move(source.url("old/data"), target.url("new/place"))
    assert target.contents("new/place") == contents
    assert source.contents("old") == {}


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("function", [copy, move])
def test_target_exists(kind, function, tmp_path, request):
    place = Place(kind, tmp_path, request)
    place.put("source.txt", FILE)
    for name, contents in (("file", {"": b"kept"}), ("folder", {"/kept.txt": b"kept"})):
        place.put(name, contents)
        with pytest.raises(FileExistsError, match=name):
            function(place.url("source.txt"), place.url(name))
        assert place.contents(name) == contents
    assert place.contents("source.txt") == FILE


@pytest.mark.parametrize("function", [copy, copy_remote, move])
def test_no_source(function, bucket):
    with pytest.raises(FileNotFoundError, match=f"s3://{bucket.name}/missing"):
        function(bucket.url("missing"), bucket.url("target"))


def test_no_local_source(bucket, tmp_path):
    with pytest.raises(FileNotFoundError):
        move(tmp_path / "missing", bucket.url("target"))
    with pytest.raises(FileNotFoundError):
        move(tmp_path / "missing", tmp_path / "target")


def test_failed_copy_is_cleaned_up(bucket, proxy, study):
    proxy.answer_error(403, "AccessDenied", matching="PUT .*meta.csv")
    with pytest.raises(
        RuntimeError, match=f"^Failed to copy artifact to target storage s3://{bucket.name}/new: "
    ):
        move(study, behind(proxy, bucket, "new"))
    assert bucket.keys() == []
    assert (study / "meta.csv").exists()


def test_copy_that_differs_is_removed(bucket, proxy, study):
    # is there a target, what does the folder replace, and what was copied: nothing
    proxy.answer_error(404, "NoSuchBucket", times=3, matching="GET .*prefix=new")
    before = content_of(study)
    with pytest.raises(RuntimeError) as caught:
        move(study, behind(proxy, bucket, "new"))
    assert str(caught.value) == (
        f"Move verification failed: s3://{bucket.name}/new has nothing but {study} has 6 files with"
        " 8 bytes. Nothing was moved, try again."
    )
    assert bucket.keys() == []
    assert content_of(study) == before


def test_source_that_cannot_be_removed(bucket, proxy, tmp_path, capsys):
    bucket.put("data.txt", b"content")
    proxy.answer_error(403, "AccessDenied", matching="POST .*delete")
    move(behind(proxy, bucket, "data.txt"), tmp_path / "data.txt")
    assert content_of(tmp_path) == {"data.txt": b"content"}
    assert bucket.keys() == ["data.txt"]
    line = f"✗ could not remove s3://{bucket.name}/data.txt after it was moved, remove it yourself:"
    assert capsys.readouterr().out.startswith(line)


def test_copy_within_a_store_moves_no_bytes(bucket, proxy):
    bucket.put("data.bin", os.urandom(3_000_000))
    copy_remote(behind(proxy, bucket, "data.bin"), behind(proxy, bucket, "copy.bin"))
    assert bucket.read("copy.bin") == bucket.read("data.bin")
    assert proxy.n_sent + proxy.n_received < 100_000


def test_copied_folder_replaces_a_folder(bucket):
    for key in ("new/a", "new/sub/b", "old/a", "old/stale", "old2"):
        bucket.put(key, key.encode())
    copy_remote(bucket.url("new"), bucket.url("old"))
    assert content_of_bucket(bucket, "old/") == {"a": b"new/a", "sub/b": b"new/sub/b"}
    assert bucket.read("old2") == b"old2"


# -- removal


def test_remove(any_bucket):
    for key in ("study/a", "study/sub/b", "study2", "file", "file.bak"):
        any_bucket.put(key, b"1")
    assert remove(any_bucket.url("study")) is True
    assert remove(any_bucket.url("study")) is False
    assert remove(any_bucket.url("file")) is True
    assert any_bucket.keys() == ["file.bak", "study2"]


def test_remove_what_stands_for_a_folder(bucket):
    for key in ("study", "study/", "study/sub/"):
        bucket.put(key)
    assert remove(bucket.url("study")) is True
    assert bucket.keys() == []


def test_remove_what_a_killed_upload_left(bucket):
    for key in ("study", "study/a", "study2"):
        bucket.client.create_multipart_upload(Bucket=bucket.name, Key=key)
    assert remove(bucket.url("study")) is False
    uploads = bucket.client.list_multipart_uploads(Bucket=bucket.name)["Uploads"]
    assert [upload["Key"] for upload in uploads] == ["study2"]


def test_remove_elsewhere():
    import fsspec

    fsspec.filesystem("memory").pipe({"/removal/a": b"", "/removal/b/c": b""})
    assert remove("memory://removal") is True
    assert remove("memory://removal") is False


def test_remove_without_access(bucket, proxy):
    bucket.put("file")
    proxy.answer_error(403, "AccessDenied", matching="POST .*delete")
    with pytest.raises(PermissionError, match="AccessDenied"):
        remove(behind(proxy, bucket, "file"))
    assert bucket.keys() == ["file"]


def test_remove_from_a_store_that_wants_one_request_each(bucket, proxy):
    for key in ("study/a", "study/b", "study/c d"):
        bucket.put(key)
    proxy.answer_error(400, "MissingContentMD5", matching="POST .*delete")
    assert remove(behind(proxy, bucket, "study")) is True
    assert bucket.keys() == []
    assert proxy.count("DELETE") == 3


def test_a_whole_bucket_is_never_removed(bucket):
    bucket.put("file")
    with pytest.raises(ValueError, match="is a whole bucket"):
        remove(bucket.url())
    assert bucket.keys() == ["file"]
