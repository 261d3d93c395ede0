"""Storage locations in buckets: identity, marker files, races, references, deletion."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from upath import UPath

import lamindb as ln
from lamindb.base.ids import instance_id, instance_uid
from lamindb.errors import FieldValidationError, StorageNotEmpty
from lamindb.setup.storage_marker import marker_text
from tests.support import s3

MARKER = ".lamindb/storage_uid.txt"
ELSE = "somebody/else"
ELSE_UID = instance_uid(instance_id(ELSE))
FOREIGN = marker_text("abcdefghijkl", ELSE, instance_id(ELSE)).encode()


def uid_in(bucket: s3.Bucket, folder: str = "") -> str:
    return bucket.read(folder + MARKER).decode().splitlines()[0]


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


# -- creating ------------------------------------------------------------------------------------


def test_the_constructor_does_nothing_and_save_marks_the_bucket(
    instance, bucket, capsys, count_queries
):
    storage = ln.Storage(bucket.url("raw/"), description="raw data")
    root = bucket.url("raw")
    assert (storage.root, storage.type, storage.region) == (root, "s3", None)
    assert storage.host is None
    assert bucket.keys() == []
    printed(capsys)
    with count_queries() as queries:
        assert storage.save() is storage
    assert queries.count <= 3
    assert printed(capsys) == [f"→ created managed storage location at {root}"]
    assert bucket.keys() == ["raw/" + MARKER]
    text = marker_text(storage.uid, instance.slug, instance._id)
    assert bucket.read("raw/" + MARKER).decode() == text
    row = ln.Storage.get(root=root)
    assert (row.uid, row.instance_uid, row.type) == (storage.uid, instance.uid, "s3")
    assert (row.region, row.description, row.branch_id) == ("us-east-1", "raw data", 1)


SPELLINGS = [
    "s3://{name}/raw/?endpoint_url={endpoint}",
    "S3://{name}/raw?endpoint_url={endpoint}",
    "s3:///{name}/raw?endpoint_url={endpoint}",
    "s3a://{name}/raw//?endpoint_url={endpoint}",
    "s3://{name}/raw?endpoint_url={endpoint}&secret=test-secret-key&key=test-access-key",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_same_root_is_the_same_record(instance, bucket, count_queries, spelling):
    storage = ln.Storage(bucket.url("raw")).save()
    with count_queries() as queries:
        again = ln.Storage(spelling.format(name=bucket.name, endpoint=bucket.endpoint_url))
    assert again == storage
    assert queries.count <= 2
    again.save()
    assert ln.Storage.filter(root__startswith="s3://").one() == storage


def test_a_path_object_brings_its_endpoint(instance, bucket):
    storage = ln.Storage(bucket.url("raw")).save()
    path = UPath(f"s3://{bucket.name}/raw", endpoint_url=bucket.endpoint_url)
    assert ln.Storage(path) == storage


def test_options_are_sorted(instance, bucket):
    url = f"s3://{bucket.name}?use_ssl=false&endpoint_url={bucket.endpoint_url}&anon=false"
    expected = f"s3://{bucket.name}?anon=false&endpoint_url={bucket.endpoint_url}&use_ssl=false"
    assert ln.Storage(url).root == expected


def test_credentials_in_the_root_are_used_but_not_stored(instance, bucket, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    secret = f"&key={s3.ACCESS_KEY}&secret={s3.SECRET_KEY}"
    storage = ln.Storage(bucket.url("raw") + secret).save()
    assert storage.instance_uid == instance.uid
    assert storage.root == bucket.url("raw")
    assert s3.SECRET_KEY not in str(ln.Storage.to_dataframe().to_dict())


def test_the_endpoint_of_the_environment(instance, default_bucket):
    storage = ln.Storage(f"s3://{default_bucket.name}/raw").save()
    assert storage.root == f"s3://{default_bucket.name}/raw"
    assert uid_in(default_bucket, "raw/") == storage.uid


@pytest.mark.parametrize(
    ("root", "error", "message"),
    [
        ("s3://", ValueError, "names no bucket or host"),
        ("s3://bucket/.lamindb/x", ValueError, "does not end or contain"),
        ("s3://bucket?endpoint_url", ValueError, "'endpoint_url' in .* is no option"),
        ("s3://bucket?anon=true&anon=false", ValueError, "'anon' is given twice"),
        ("s3://" + "a" * 300, FieldValidationError, "at most 255"),
        ("ftp://server/x", ValueError, "Protocol ftp is not supported, valid protocols are local"),
        ("simplecache::s3://x", ValueError, "Protocol simplecache::s3 is not supported"),
        ("foo://x", ValueError, "Protocol foo is not supported, valid protocols are local, gs, s3"),
        ("smb://server/x", ImportError, "Cannot access smb://"),
    ],
)
def test_wrong_roots(instance, root, error, message):
    with pytest.raises(error, match=message):
        ln.Storage(root)
    assert ln.Storage.filter().count() == 1


def test_a_bucket_that_does_not_exist(instance, bucket):
    root = f"s3://missing-{bucket.name}?endpoint_url={bucket.endpoint_url}"
    with pytest.raises(FileNotFoundError, match="Create the bucket first") as error:
        ln.Storage(root).save()
    assert f"Cannot create a storage location in {root}: " in str(error.value)
    assert ln.Storage.filter().count() == 1


def test_a_store_that_does_not_answer(instance, s3_credentials):
    with pytest.raises(ConnectionError, match=r"Cannot access s3://bucket/.*Could not connect"):
        ln.Storage("s3://bucket?endpoint_url=http://127.0.0.1:1").save()
    assert ln.Storage.filter().count() == 1


def test_a_failed_save_leaves_no_marker(instance, bucket):
    storage = ln.Storage(bucket.url("raw"))
    storage.space_id = None
    with pytest.raises(Exception, match=r"(?i)null"):
        storage.save()
    assert bucket.keys() == []
    assert not ln.Storage.filter(root=storage.root).exists()


# -- markers that are there ----------------------------------------------------------------------


def test_a_location_of_another_instance_is_referenced(instance, bucket, capsys):
    bucket.put("raw/" + MARKER, FOREIGN)
    printed(capsys)
    storage = ln.Storage(bucket.url("raw")).save()
    assert (storage.uid, storage.instance_uid) == ("abcdefghijkl", ELSE_UID)
    assert printed(capsys) == [
        f"! storage location {storage.root} is already marked with uid abcdefghijkl",
        f"→ referenced read-only storage location at {storage.root}, is managed by instance with"
        f" uid {ELSE_UID}",
    ]
    storage.delete()
    assert bucket.read("raw/" + MARKER) == FOREIGN
    assert not ln.Storage.filter(uid="abcdefghijkl").exists()


def test_our_own_marker_is_recognised(instance, bucket, capsys):
    text = marker_text("abcdefghijkl", instance.slug, instance._id)
    bucket.put(MARKER, text.encode())
    printed(capsys)
    storage = ln.Storage(bucket.url()).save()
    assert (storage.uid, storage.instance_uid) == ("abcdefghijkl", instance.uid)
    assert printed(capsys) == [f"→ registered managed storage location at {storage.root}"]


def test_without_credentials_a_location_is_referenced(instance, bucket, capsys):
    bucket.make_public()
    printed(capsys)
    storage = ln.Storage(bucket.url() + "&anon=true").save()
    assert storage.instance_uid is None
    assert printed(capsys) == [
        "→ due to lack of write access, LaminDB won't manage this storage location: "
        + storage.root,
        f"• no credentials were found for {storage.root}",
        f"→ referenced read-only storage location at {storage.root}",
    ]
    assert bucket.keys() == []


def test_a_location_without_write_access_is_referenced(instance, s3_credentials, tmp_path, capsys):
    """The folder behind the endpoint is read-only."""
    (tmp_path / "buckets" / "b").mkdir(parents=True)
    server = s3.start_rclone(tmp_path / "buckets")
    try:
        root = f"s3://b?endpoint_url={server.endpoint_url}&key=wrong&secret=wrong"
        storage = ln.Storage(root).save()
    finally:
        server.stop()
    assert storage.instance_uid is None
    output = capsys.readouterr().out
    assert f"LaminDB won't manage this storage location: {storage.root}\n" in output


def test_a_legacy_marker_is_renamed(instance, bucket):
    bucket.put("raw/.lamindb/_is_initialized", b"abcdefghijkl")
    storage = ln.Storage(bucket.url("raw")).save()
    assert (storage.uid, storage.instance_uid) == ("abcdefghijkl", "__unknown__")
    assert bucket.keys() == ["raw/" + MARKER]


@pytest.mark.parametrize("content", [b"", b"\n", b"\ncreation info:\n"])
@pytest.mark.parametrize("where", ["cloud", "local"])
def test_a_marker_that_was_cut_off_is_written_anew(instance, bucket, in_tmp, where, content):
    bucket.put("raw/" + MARKER, content)
    Path("raw/.lamindb").mkdir(parents=True)
    Path("raw", MARKER).write_bytes(content)
    storage = ln.Storage(bucket.url("raw") if where == "cloud" else "raw").save()
    assert storage.instance_uid == instance.uid
    written = bucket.read("raw/" + MARKER) if where == "cloud" else Path("raw", MARKER).read_bytes()
    assert written.decode() == marker_text(storage.uid, instance.slug, instance._id)


def test_a_marker_without_uid_of_another_instance_is_respected(instance, bucket):
    content = f"\ncreation info:\ninstance_uid={ELSE_UID}".encode()
    bucket.put(MARKER, content)
    storage = ln.Storage(bucket.url()).save()
    assert storage.instance_uid == ELSE_UID
    assert len(storage.uid) == 12
    assert bucket.read(MARKER) == content


@pytest.mark.parametrize("content", [b"\xff\xfe", b"<html>hello</html>"])
def test_a_file_that_is_no_marker_is_left_alone(instance, bucket, content):
    bucket.put(MARKER, content)
    with pytest.raises(ValueError, match=r"Cannot read s3://.*storage_uid\.txt.* \(.*\), which"):
        ln.Storage(bucket.url()).save()
    assert bucket.read(MARKER) == content


def test_a_copied_location_is_recognised(instance, bucket):
    storage = ln.Storage(bucket.url("here")).save()
    bucket.put("there/" + MARKER, bucket.read("here/" + MARKER))
    with pytest.raises(ValueError, match=f"is registered with root s3://{bucket.name}/here"):
        ln.Storage(bucket.url("there")).save()
    assert ln.Storage.filter(uid=storage.uid).one().root == bucket.url("here")


@pytest.mark.parametrize("where", ["cloud", "local"])
def test_the_row_decides_when_the_marker_was_lost(instance, bucket, in_tmp, where):
    root = bucket.url("raw") if where == "cloud" else str(in_tmp / "raw")
    slow, fast = ln.Storage(root), ln.Storage(root)
    fast.save()
    if where == "cloud":
        bucket.client.delete_object(Bucket=bucket.name, Key="raw/" + MARKER)
    else:
        (in_tmp / "raw" / MARKER).unlink()
    slow.save()
    assert slow == fast
    text = bucket.read("raw/" + MARKER) if where == "cloud" else Path("raw", MARKER).read_bytes()
    assert text.decode().splitlines()[0] == fast.uid


# -- at the same time ----------------------------------------------------------------------------


def in_parallel(code: str, n: int = 3) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
        for _ in range(n)
    ]
    errors = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * n, errors


@pytest.mark.parametrize("where", ["cloud", "local"])
def test_processes_that_create_the_same_location(instance, bucket, in_tmp, where):
    root = bucket.url("raw") if where == "cloud" else str(in_tmp / "raw")
    in_parallel(f"import lamindb as ln; ln.Storage({root!r}).save()")
    storage = ln.Storage.filter(root=root).one()
    assert storage.instance_uid == instance.uid
    if where == "cloud":
        assert bucket.keys() == ["raw/" + MARKER]
        assert uid_in(bucket, "raw/") == storage.uid
    else:
        assert [path.name for path in Path("raw/.lamindb").iterdir()] == ["storage_uid.txt"]
        assert Path("raw", MARKER).read_text().splitlines()[0] == storage.uid


def test_processes_on_a_store_without_conditional_writes(instance, s3_credentials, tmp_path):
    (tmp_path / "buckets" / "b").mkdir(parents=True)
    server = s3.start_rclone(tmp_path / "buckets")
    try:
        root = f"s3://b/raw?endpoint_url={server.endpoint_url}"
        in_parallel(f"import lamindb as ln; ln.Storage({root!r}).save()")
    finally:
        server.stop()
    storage = ln.Storage.filter(root=root).one()
    marker = (tmp_path / "buckets" / "b" / "raw" / MARKER).read_text()
    assert marker.splitlines()[0] == storage.uid


# -- deleting ------------------------------------------------------------------------------------


def test_deleting_removes_row_and_marker_only(instance, bucket):
    storage = ln.Storage(bucket.url("raw")).save()
    bucket.put("raw/mine.txt", b"mine")
    with pytest.raises(ValueError, match="has no trash"):
        storage.delete(permanent=False)
    storage.delete()
    assert bucket.keys() == ["raw/mine.txt"]
    assert not ln.Storage.filter(root=storage.root).exists()


def test_objects_that_are_left_prevent_deleting(instance, bucket):
    storage = ln.Storage(bucket.url("raw")).save()
    for number in range(12):
        bucket.put(f"raw/.lamindb/{number:02}/part.txt", b"x")
    with pytest.raises(StorageNotEmpty) as error:
        storage.delete()
    lines = str(error.value).splitlines()
    assert lines[0].startswith(f"Cannot delete storage location {storage.root}: 12 objects are lef")
    assert lines[1] == f"s3://{bucket.name}/raw/.lamindb/00"
    assert lines[-1] == "…"
    assert ln.Storage.filter(root=storage.root).exists()
    assert "raw/" + MARKER in bucket.keys("")


def test_a_reference_is_deleted_while_its_store_is_out_of_reach(instance, bucket):
    bucket.put(MARKER, FOREIGN)
    storage = ln.Storage(bucket.url()).save()
    ln.Storage.filter(pk=storage.pk).update(root="s3://b?endpoint_url=http://127.0.0.1:1")
    ln.Storage.get(storage.uid).delete()
    assert not ln.Storage.filter(uid="abcdefghijkl").exists()


def test_a_managed_location_is_kept_while_its_store_is_out_of_reach(instance, bucket):
    storage = ln.Storage(bucket.url()).save()
    ln.Storage.filter(pk=storage.pk).update(root="s3://b?endpoint_url=http://127.0.0.1:1")
    with pytest.raises(ConnectionError):
        ln.Storage.get(storage.uid).delete()
    assert ln.Storage.filter(uid=storage.uid).exists()


def test_the_current_location_stays(instance, bucket):
    ln.Storage(bucket.url()).save()
    ln.settings.storage = bucket.url()
    with pytest.raises(AssertionError, match="Cannot delete the current storage location, switch"):
        ln.Storage.get(root=bucket.url()).delete()
    ln.settings.storage = instance.storage.root_as_str
    ln.Storage.get(root=bucket.url()).delete()
    assert bucket.keys() == []
