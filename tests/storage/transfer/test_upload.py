import errno
import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lamindb.storage.transfer import upload
from tests.storage.transfer.contents import behind, content_of, content_of_bucket
from tests.support.servers import free_port

MIB = 1024**2
PART = 5 * MIB


@pytest.fixture
def large_file(tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(12_000_000))
    return path


def parts_of(path):
    content = path.read_bytes()
    return [content[start : start + PART] for start in range(0, len(content), PART)]


def etag_of(bucket, key):
    return bucket.client.head_object(Bucket=bucket.name, Key=key)["ETag"].strip('"')


def unfinished(bucket):
    return bucket.client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", [])


def begin_upload(bucket, key, parts):
    """What a killed process leaves: a multipart upload with some parts."""
    where = {"Bucket": bucket.name, "Key": key}
    upload_id = bucket.client.create_multipart_upload(**where)["UploadId"]
    for number, part in parts.items():
        bucket.client.upload_part(**where, UploadId=upload_id, PartNumber=number, Body=part)
    return upload_id


# -- files


@pytest.mark.parametrize("content", [b"", b"hello", os.urandom(3 * MIB)])
def test_file(any_bucket, tmp_path, content):
    path = tmp_path / "data.bin"
    path.write_bytes(content)
    upload(path, any_bucket.url("a/b/data.bin"))
    assert any_bucket.keys() == ["a/b/data.bin"]
    assert any_bucket.read("a/b/data.bin") == content


def test_file_replaces_an_object(any_bucket, tmp_path):
    path = tmp_path / "data.txt"
    for content in ("one", "two"):
        path.write_text(content)
        upload(path, any_bucket.url("data.txt"))
    assert any_bucket.read("data.txt") == b"two"


def test_to_a_local_path(tmp_path):
    (tmp_path / "data.txt").write_text("1")
    upload(tmp_path / "data.txt", tmp_path / "copy" / "data.txt")
    assert (tmp_path / "copy" / "data.txt").read_text() == "1"


def test_to_a_file_system_without_coroutines(study):
    import fsspec

    upload(study, "memory://transfer/study", print_progress=False)
    fs = fsspec.filesystem("memory")
    assert fs.cat_file("/transfer/study/raw/with space.txt") == b"1"
    (study / "meta.csv").unlink()
    upload(study, "memory://transfer/study", print_progress=False)
    assert not fs.exists("/transfer/study/meta.csv")


def test_etag_is_the_md5_up_to_50_mib(bucket, tmp_path):
    """So that artifacts in the cloud and on the local disk have the same hash."""
    path = tmp_path / "data.bin"
    path.write_bytes(bytes(30 * MIB))
    upload(path, bucket.url("data.bin"), print_progress=False)
    assert etag_of(bucket, "data.bin") == hashlib.md5(path.read_bytes()).hexdigest()


def test_options_reach_the_store(bucket, tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a\n")
    upload(path, bucket.url("data.csv"), StorageClass="STANDARD_IA", Metadata={"by": "me"})
    head = bucket.client.head_object(Bucket=bucket.name, Key="data.csv")
    assert (head["StorageClass"], head["Metadata"]) == ("STANDARD_IA", {"by": "me"})
    assert head["ContentType"] == "text/csv"


# -- parts


def test_in_parts(any_bucket, large_file):
    upload(large_file, any_bucket.url("large.bin"), chunksize=PART)
    assert any_bucket.read("large.bin") == large_file.read_bytes()
    assert unfinished(any_bucket) == []


def test_number_of_parts_is_in_the_etag(bucket, large_file):
    upload(large_file, bucket.url("large.bin"), chunksize=PART)
    assert etag_of(bucket, "large.bin").endswith("-3")


@pytest.mark.parametrize("sent", [{1: 0}, {1: 0, 3: 2}, {1: 0, 2: 1, 3: 2}])
def test_killed_upload_is_continued(bucket, proxy, large_file, sent):
    parts = parts_of(large_file)
    begin_upload(bucket, "large.bin", {number: parts[i] for number, i in sent.items()})
    upload(large_file, behind(proxy, bucket, "large.bin"), chunksize=PART)
    assert proxy.count("PUT .*partNumber=") == len(parts) - len(sent)
    assert bucket.read("large.bin") == large_file.read_bytes()
    assert unfinished(bucket) == []


@pytest.mark.parametrize(
    "stale",
    [
        {1: b"x" * PART},  # other content
        {1: b"x" * (PART + 1)},  # other size
        {4: b"x"},  # more parts than the file has
    ],
)
def test_upload_of_something_else_is_aborted(bucket, proxy, large_file, stale):
    begin_upload(bucket, "large.bin", stale)
    upload(large_file, behind(proxy, bucket, "large.bin"), chunksize=PART)
    assert proxy.count("PUT .*partNumber=") == 3
    assert bucket.read("large.bin") == large_file.read_bytes()
    assert unfinished(bucket) == []


def test_the_upload_with_most_parts_is_continued(bucket, proxy, large_file):
    parts = parts_of(large_file)
    begin_upload(bucket, "large.bin", {1: parts[0]})
    begin_upload(bucket, "large.bin", {1: parts[0], 2: parts[1]})
    upload(large_file, behind(proxy, bucket, "large.bin"), chunksize=PART)
    assert proxy.count("PUT .*partNumber=") == 1
    assert unfinished(bucket) == []


def test_uploads_of_other_keys_are_left_alone(bucket, large_file):
    begin_upload(bucket, "large.bin.bak", {1: b"x" * PART})
    upload(large_file, bucket.url("large.bin"), chunksize=PART)
    assert [upload["Key"] for upload in unfinished(bucket)] == ["large.bin.bak"]


def test_failed_upload_is_aborted(bucket, proxy, large_file):
    proxy.answer_error(403, "AccessDenied", matching="PUT .*partNumber=2")
    with pytest.raises(PermissionError, match="AccessDenied"):
        upload(large_file, behind(proxy, bucket, "large.bin"), chunksize=PART)
    assert bucket.keys() == []
    assert unfinished(bucket) == []


def test_large_object_with_the_same_content_is_not_sent_again(bucket, proxy, tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(51 * MIB))
    upload(path, behind(proxy, bucket, "large.bin"), print_progress=False)
    n_received = proxy.n_received
    upload(path, behind(proxy, bucket, "large.bin"), print_progress=False)
    assert proxy.n_received == n_received


def test_parts_that_are_too_small(bucket, large_file):
    with pytest.raises(ValueError, match="chunksize is 1000000 but"):
        upload(large_file, bucket.url("large.bin"), chunksize=1_000_000)
    assert bucket.keys() == []


# -- folders


def test_folder(any_bucket, study):
    upload(study, any_bucket.url("data/study"))
    assert content_of_bucket(any_bucket, "data/study/") == content_of(study)


def test_folder_replaces_a_folder(any_bucket, study):
    any_bucket.put("study/old/file.txt", b"old")
    any_bucket.put("study/meta.csv", b"other")
    any_bucket.put("study2/kept.txt", b"kept")
    upload(study, any_bucket.url("study"))
    assert content_of_bucket(any_bucket, "study/") == content_of(study)
    assert any_bucket.read("study2/kept.txt") == b"kept"


def test_folder_replaces_an_object(bucket, study):
    bucket.put("study", b"an object")
    bucket.put("study/", b"")  # what stands for an empty folder
    upload(study, bucket.url("study"))
    assert content_of_bucket(bucket, "study/") == content_of(study)
    assert bucket.keys("study") == bucket.keys("study/")


def test_stale_objects_are_deleted_last(bucket, proxy, study):
    bucket.put("study/old.txt", b"old")
    proxy.answer_error(403, "AccessDenied", matching="PUT .*meta.csv")
    with pytest.raises(PermissionError, match="AccessDenied"):
        upload(study, behind(proxy, bucket, "study"))
    assert bucket.read("study/old.txt") == b"old"


def test_only_what_changed_is_sent(bucket, proxy, study):
    upload(study, behind(proxy, bucket, "study"))
    n_before = len(proxy.requests)
    (study / "meta.csv").write_text("x,y\n")  # of the same size
    upload(study, behind(proxy, bucket, "study"))
    puts = [request for request in proxy.requests[n_before:] if request.startswith("PUT")]
    assert [request.rpartition("/")[2] for request in puts] == ["meta.csv"]
    assert content_of_bucket(bucket, "study/") == content_of(study)


def test_unchanged_file_in_parts_is_not_sent_again(bucket, proxy, study, large_file):
    large_file.rename(study / "large.bin")
    for _ in range(2):
        upload(study, behind(proxy, bucket, "study"), chunksize=PART)
    assert proxy.count("POST .*large.bin.*uploads") == 1


def test_leftovers_are_not_uploaded(bucket, study):
    (study / ".lamindb-tmp-0123456789abcdef").write_text("half")
    upload(study, bucket.url("study"))
    assert bucket.keys("study/.lamindb") == []


def test_more_objects_than_a_page_has(rclone_bucket, rclone_folder, tmp_path):
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "new").write_text("1")
    stale = rclone_folder / rclone_bucket.name / "many"
    stale.mkdir()
    for i in range(1005):
        (stale / str(i)).touch()
    upload(tmp_path / "many", rclone_bucket.url("many"))
    assert rclone_bucket.keys() == ["many/new"]


def test_folder_never_replaces_a_storage_location(bucket, study):
    bucket.put("root/.lamindb/HknNfVvoY5EsnxkY0000.csv", b"artifact")
    with pytest.raises(ValueError, match="would delete the artifacts"):
        upload(study, bucket.url("root"))
    assert bucket.keys() == ["root/.lamindb/HknNfVvoY5EsnxkY0000.csv"]


def test_folder_never_replaces_a_bucket(bucket, study):
    bucket.put("other.txt")
    with pytest.raises(ValueError, match="would delete everything else"):
        upload(study, bucket.url())
    assert bucket.keys() == ["other.txt"]


# -- a bad network


@pytest.mark.parametrize("matching", ["PUT", "PUT .*partNumber=2", "POST .*uploads", "POST .*Id="])
def test_slow_down_is_tried_again(bucket, proxy, large_file, matching):
    proxy.answer_503(times=2, matching=matching)
    upload(large_file, behind(proxy, bucket, "large.bin"), chunksize=PART)
    assert bucket.read("large.bin") == large_file.read_bytes()
    assert unfinished(bucket) == []


@pytest.mark.parametrize("chunksize", [PART, 20 * MIB])
def test_cut_connection_is_tried_again(bucket, proxy, large_file, chunksize):
    proxy.cut_request(after=2 * MIB, times=2, matching="PUT")
    upload(large_file, behind(proxy, bucket, "large.bin"), chunksize=chunksize)
    assert bucket.read("large.bin") == large_file.read_bytes()


def test_cut_after_completion(bucket, proxy, large_file):
    """The store completed the upload, but nobody told us: asking again says there is none."""
    proxy.cut_response(after=0, matching="POST .*uploadId=")
    upload(large_file, behind(proxy, bucket, "large.bin"), chunksize=PART)
    assert bucket.read("large.bin") == large_file.read_bytes()
    assert unfinished(bucket) == []


def test_store_is_away(s3_credentials, study):
    url = f"s3://bucket/meta.csv?endpoint_url=http://127.0.0.1:{free_port()}"
    with pytest.raises(ConnectionError, match=r"cannot access s3://bucket/meta.csv"):
        upload(study / "meta.csv", url)


# -- errors


def test_no_source(bucket, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing.csv"):
        upload(tmp_path / "missing.csv", bucket.url("missing.csv"))


def test_empty_folder(bucket, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="has no files"):
        upload(tmp_path / "empty", bucket.url("empty"))


def test_neither_file_nor_folder(bucket, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="neither a file nor a folder"):
        upload(tmp_path / "pipe", bucket.url("pipe"))


def test_no_bucket(bucket, study):
    url = f"s3://there-is-none-of-this-name/x?endpoint_url={bucket.endpoint_url}"
    with pytest.raises(FileNotFoundError, match="there-is-none-of-this-name"):
        upload(study / "meta.csv", url)


@pytest.mark.parametrize(
    ("status", "code", "error", "number"),
    [
        (403, "AccessDenied", PermissionError, errno.EACCES),
        (403, "InvalidAccessKeyId", PermissionError, errno.EACCES),
        (404, "NoSuchBucket", FileNotFoundError, errno.ENOENT),
        (507, "InsufficientStorage", OSError, errno.ENOSPC),
        (507, "XMinioStorageFull", OSError, errno.ENOSPC),
        (400, "EntityTooLarge", OSError, errno.EIO),
    ],
)
def test_errors_of_the_store(bucket, proxy, study, status, code, error, number):
    proxy.answer_error(status, code, matching="PUT")
    with pytest.raises(error, match=f"made by a test .{code}.: 's3://{bucket.name}/x'") as caught:
        upload(study / "meta.csv", behind(proxy, bucket, "x"))
    assert caught.value.errno == number
    assert len(proxy.requests) == 1


def test_file_that_changes_meanwhile(bucket, proxy, large_file):
    """The parts belong to two contents: nothing may be stored."""
    proxy.bytes_per_second = 10 * MIB
    url = behind(proxy, bucket, "large.bin")
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(upload, large_file, url, chunksize=PART)
        while not proxy.count("PUT .*partNumber="):
            time.sleep(0.01)
        os.utime(large_file, (1, 1))
        with pytest.raises(ValueError, match="changed while it was uploaded"):
            result.result()
    assert bucket.keys() == []
    assert unfinished(bucket) == []
