import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lamindb.base.hashing import hash_file
from lamindb.storage.transfer import download
from tests.storage.transfer.contents import behind, content_of
from tests.support.limits import largest_file
from tests.support.processes import run_python
from tests.support.servers import free_port

MIB = 1024**2


@pytest.fixture
def large_object(bucket):
    """Content of the object `large.bin`: 20 MB."""
    content = os.urandom(20_000_000)
    bucket.put("large.bin", content)
    return content


@pytest.fixture
def stored_study(any_bucket, study):
    """The folder `study` in a bucket."""
    for key, content in content_of(study).items():
        any_bucket.put(f"study/{key}", content)
    return any_bucket


def last_modified(bucket, key):
    time = bucket.client.head_object(Bucket=bucket.name, Key=key)["LastModified"]
    return int(time.timestamp())


# -- files


@pytest.mark.parametrize("content", [b"", b"hello", os.urandom(3 * MIB)])
def test_file(any_bucket, tmp_path, content):
    any_bucket.put("a/data.bin", content)
    target = tmp_path / "new" / "folder" / "copy.bin"
    download(any_bucket.url("a/data.bin"), target)
    assert content_of(tmp_path) == {"new/folder/copy.bin": content}
    assert target.stat().st_mtime == last_modified(any_bucket, "a/data.bin")


def test_file_replaces_a_file(bucket, tmp_path):
    bucket.put("data.txt", b"new")
    (tmp_path / "data.txt").write_text("old, and longer")
    download(bucket.url("data.txt"), tmp_path / "data.txt")
    assert content_of(tmp_path) == {"data.txt": b"new"}


def test_permissions_are_those_of_any_new_file(bucket, tmp_path):
    bucket.put("data.txt")
    download(bucket.url("data.txt"), tmp_path / "data.txt")
    (tmp_path / "other.txt").touch()
    assert (tmp_path / "data.txt").stat().st_mode == (tmp_path / "other.txt").stat().st_mode


def test_object_in_parts(bucket, tmp_path):
    """Its ETag is no md5 of the content."""
    content = os.urandom(6 * MIB)
    where = {"Bucket": bucket.name, "Key": "data.bin"}
    upload_id = bucket.client.create_multipart_upload(**where)["UploadId"]
    parts = []
    for number, part in enumerate((content[: 5 * MIB], content[5 * MIB :]), 1):
        answer = bucket.client.upload_part(
            **where, UploadId=upload_id, PartNumber=number, Body=part
        )
        parts.append({"PartNumber": number, "ETag": answer["ETag"]})
    bucket.client.complete_multipart_upload(
        **where, UploadId=upload_id, MultipartUpload={"Parts": parts}
    )
    download(bucket.url("data.bin"), tmp_path / "data.bin")
    assert (tmp_path / "data.bin").read_bytes() == content


def test_from_a_file_system_without_coroutines(study, tmp_path):
    import fsspec

    fs = fsspec.filesystem("memory")
    fs.pipe({f"/downloads/{key}": content for key, content in content_of(study).items()})
    download("memory://downloads", tmp_path / "copy", print_progress=False)
    assert content_of(tmp_path / "copy") == content_of(study)


def test_anonymous(bucket, tmp_path, monkeypatch):
    bucket.make_public()
    bucket.put("data.txt", b"public")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    download(bucket.url("data.txt"), tmp_path / "data.txt")
    assert (tmp_path / "data.txt").read_bytes() == b"public"


# -- folders


def test_folder(stored_study, study, tmp_path):
    download(stored_study.url("study"), tmp_path / "a" / "copy")
    assert content_of(tmp_path / "a") == {f"copy/{k}": v for k, v in content_of(study).items()}


def test_folder_into_a_folder(stored_study, study, tmp_path):
    target = tmp_path / "copy"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    (target / "meta.csv").write_text("old")
    download(stored_study.url("study"), target)
    assert content_of(target) == {**content_of(study), "mine.txt": b"mine"}


def test_placeholders_of_folders_are_no_files(bucket, tmp_path):
    for key in ("data/", "data/sub/", "data/sub/a.txt"):
        bucket.put(key)
    download(bucket.url("data"), tmp_path / "data")
    assert list(content_of(tmp_path / "data")) == ["sub/a.txt"]


def test_more_files_than_are_synced_one_by_one(rclone_bucket, rclone_folder, tmp_path):
    source = rclone_folder / rclone_bucket.name / "many" / "deep"
    source.mkdir(parents=True)
    for i in range(1100):
        (source / f"{i}.txt").write_text(str(i))
    (tmp_path / "many").mkdir()
    download(rclone_bucket.url("many"), tmp_path / "many")
    assert content_of(tmp_path / "many" / "deep") == content_of(source)


def test_object_with_a_name_that_leads_out(bucket, tmp_path):
    bucket.put("data/../../secret.txt", b"x")
    with pytest.raises(ValueError, match="has no place below"):
        download(bucket.url("data"), tmp_path / "data")
    assert content_of(tmp_path) == {}


# -- a bad network


def test_cut_connection_is_continued(bucket, proxy, large_object, tmp_path):
    proxy.cut_response(after=5 * MIB, times=3, matching="GET")
    download(behind(proxy, bucket, "large.bin"), tmp_path / "large.bin")
    assert content_of(tmp_path) == {"large.bin": large_object}
    assert proxy.count("GET") == 4
    assert proxy.n_sent < 1.1 * len(large_object)


def test_a_store_that_hangs_up_without_an_answer_is_asked_again(
    bucket, proxy, large_object, tmp_path
):
    proxy.cut_response(after=0, times=12, matching="GET")
    download(behind(proxy, bucket, "large.bin"), tmp_path / "large.bin")
    assert content_of(tmp_path) == {"large.bin": large_object}
    assert proxy.count("GET") == 13


def test_slow_down_is_tried_again(bucket, proxy, large_object, tmp_path):
    proxy.answer_503(times=2)
    proxy.answer_503(times=2, matching="GET")
    download(behind(proxy, bucket, "large.bin"), tmp_path / "large.bin")
    assert content_of(tmp_path) == {"large.bin": large_object}


def test_some_files_of_a_folder_fail_at_first(bucket, proxy, study, tmp_path):
    for key, content in content_of(study).items():
        bucket.put(f"study/{key}", content)
    proxy.answer_503(times=3, matching="GET .*/study/")
    proxy.cut_response(after=10, times=3, matching="GET .*/study/")
    download(behind(proxy, bucket, "study"), tmp_path / "copy")
    assert content_of(tmp_path / "copy") == content_of(study)


def test_failed_download_leaves_nothing(bucket, proxy, study, tmp_path):
    for key, content in content_of(study).items():
        bucket.put(f"study/{key}", content)
    for target in ("copy.csv", "new/copy.csv"):
        proxy.answer_error(403, "AccessDenied", matching="GET .*meta.csv")
        with pytest.raises(PermissionError, match="AccessDenied"):
            download(behind(proxy, bucket, "study/meta.csv"), tmp_path / "out" / target)
    proxy.answer_error(403, "AccessDenied", matching="GET .*meta.csv")
    with pytest.raises(PermissionError, match="AccessDenied"):
        download(behind(proxy, bucket, "study"), tmp_path / "out" / "study")
    assert not (tmp_path / "out").exists()


def test_failed_download_keeps_what_was_there(bucket, proxy, large_object, tmp_path):
    (tmp_path / "large.bin").write_text("old")
    proxy.cut_response(after=1000, matching="GET")
    proxy.answer_error(403, "AccessDenied", matching="GET")
    with pytest.raises(PermissionError):
        download(behind(proxy, bucket, "large.bin"), tmp_path / "large.bin")
    assert content_of(tmp_path) == {"large.bin": b"old"}


def test_object_that_is_replaced_meanwhile(bucket, proxy, large_object, tmp_path):
    """Never a mixture of both."""
    proxy.bytes_per_second = 30 * MIB
    with ThreadPoolExecutor(1) as pool:
        url = behind(proxy, bucket, "large.bin")
        proxy.cut_response(after=5 * MIB, matching="GET")
        result = pool.submit(download, url, tmp_path / "large.bin")
        while proxy.n_sent < MIB:
            time.sleep(0.01)
        bucket.put("large.bin", b"new" * 5_000_000)
        proxy.bytes_per_second = None
        result.result()
    assert content_of(tmp_path) == {"large.bin": b"new" * 5_000_000}


def test_object_that_is_deleted_meanwhile(bucket, proxy, large_object, tmp_path):
    proxy.answer_error(404, "NoSuchKey", matching="GET")
    with pytest.raises(FileNotFoundError, match="NoSuchKey"):
        download(behind(proxy, bucket, "large.bin"), tmp_path / "large.bin")
    assert content_of(tmp_path) == {}


# -- continued


def killed_download(proxy, url, target, after):
    """Kill a process that downloads when it has received so many bytes."""
    script = f"from lamindb.storage.transfer import download; download({url!r}, {str(target)!r})"
    with ThreadPoolExecutor(1) as pool:
        proxy.bytes_per_second = 8 * MIB
        code = f"import os; print(os.getpid(), flush=True); {script}"
        result = pool.submit(run_python, f"{watchdog(target, after)}\n{code}")
        assert result.result().returncode == -9
    proxy.bytes_per_second = None


def watchdog(target, after):
    """Python code of a thread that kills its process when a temporary file is large enough."""
    return f"""
import os, pathlib, signal, threading, time
def watch():
    while True:
        for path in pathlib.Path({str(target.parent)!r}).rglob(".lamindb-tmp-*"):
            if path.is_file() and path.stat().st_size > {after}:
                os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.001)
threading.Thread(target=watch, daemon=True).start()
"""


def test_killed_download_is_continued(bucket, proxy, large_object, tmp_path):
    url, target = behind(proxy, bucket, "large.bin"), tmp_path / "out" / "large.bin"
    killed_download(proxy, url, target, after=9 * MIB)
    assert not target.exists()
    n_sent = proxy.n_sent
    download(url, target)
    # what was on its way to the killed process counts too
    assert proxy.n_sent - n_sent < len(large_object) - 8 * MIB
    assert content_of(target.parent) == {"large.bin": large_object}


def test_killed_download_of_another_content_is_not_continued(bucket, proxy, large_object, tmp_path):
    url, target = behind(proxy, bucket, "large.bin"), tmp_path / "out" / "large.bin"
    killed_download(proxy, url, target, after=9 * MIB)
    bucket.put("large.bin", large_object[::-1])  # of the same size
    download(url, target)
    assert target.read_bytes() == large_object[::-1]


def test_damaged_temporary_file_is_noticed(bucket, proxy, large_object, tmp_path):
    url, target = behind(proxy, bucket, "large.bin"), tmp_path / "out" / "large.bin"
    killed_download(proxy, url, target, after=9 * MIB)
    (temporary,) = target.parent.iterdir()
    with temporary.open("r+b") as file:
        file.write(b"damaged")
    download(url, target)
    assert content_of(target.parent) == {"large.bin": large_object}


def test_killed_download_of_a_folder_is_continued(bucket, proxy, large_object, tmp_path):
    for name in ("a", "b"):
        bucket.put(f"study/{name}", large_object)
    url, target = behind(proxy, bucket, "study"), tmp_path / "out" / "study"
    killed_download(proxy, url, target, after=9 * MIB)
    assert not target.exists()
    n_sent = proxy.n_sent
    download(url, target)
    assert proxy.n_sent - n_sent < 2 * len(large_object) - 8 * MIB
    assert content_of(target.parent) == {"study/a": large_object, "study/b": large_object}


def test_object_that_downloads_in_ranges(rclone_bucket, rclone_folder, tmp_path):
    """From 500 MB on; nothing of it is in memory at once."""
    size = 524_288_000
    with (rclone_folder / rclone_bucket.name / "huge.bin").open("wb") as file:
        for position in range(0, size, 50_000_000):
            file.seek(position)
            file.write(os.urandom(1000))
        file.truncate(size)
    script = f"""
import resource
from lamindb.storage.transfer import download
download({rclone_bucket.url("large.txt")!r}, {str(tmp_path / "large.txt")!r})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
download({rclone_bucket.url("huge.bin")!r}, {str(tmp_path / "huge.bin")!r})
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    rclone_bucket.put("large.txt", b"1")
    result = run_python(script)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout.splitlines()[-1]) < 200
    original = rclone_folder / rclone_bucket.name / "huge.bin"
    assert hash_file(tmp_path / "huge.bin") == hash_file(original)


# -- several processes


@pytest.mark.parametrize("key", ["large.bin", "study"])
def test_two_processes(bucket, proxy, large_object, tmp_path, key):
    """Each returns when the copy is complete; only one of them downloads it."""
    for name in ("a", "b"):
        bucket.put(f"study/{name}", large_object)
    proxy.bytes_per_second = 20 * MIB
    target = tmp_path / "out" / key
    script = f"""
import pathlib
from lamindb.storage.transfer import download
target = pathlib.Path({str(target)!r})
download({behind(proxy, bucket, key)!r}, target)
files = [target] if target.is_file() else list(target.iterdir())
print(sum(path.stat().st_size for path in files))
"""
    with ThreadPoolExecutor(2) as pool:
        results = [one.result() for one in [pool.submit(run_python, script) for _ in range(2)]]
    n_files = 1 if key == "large.bin" else 2
    expected = str(n_files * len(large_object))
    assert [result.stdout.splitlines()[-1] for result in results] == [expected] * 2, results
    assert set(content_of(tmp_path / "out").values()) == {large_object}
    assert len(content_of(tmp_path / "out")) == n_files
    assert proxy.n_sent < 1.5 * n_files * len(large_object)


# -- errors


def test_nothing_there(bucket, tmp_path):
    with pytest.raises(FileNotFoundError, match=f"s3://{bucket.name}/missing"):
        download(bucket.url("missing"), tmp_path / "missing")
    assert content_of(tmp_path) == {}


def test_no_bucket(bucket, tmp_path):
    url = f"s3://there-is-none-of-this-name/x?endpoint_url={bucket.endpoint_url}"
    with pytest.raises(FileNotFoundError):
        download(url, tmp_path / "x")


def test_store_is_away(s3_credentials, tmp_path):
    url = f"s3://bucket/meta.csv?endpoint_url=http://127.0.0.1:{free_port()}"
    with pytest.raises(ConnectionError, match=r"cannot access s3://bucket/meta.csv"):
        download(url, tmp_path / "meta.csv")


def test_kinds_do_not_mix(bucket, study, tmp_path):
    bucket.put("file")
    bucket.put("folder/a")
    with pytest.raises(IsADirectoryError, match="study"):
        download(bucket.url("file"), study)
    with pytest.raises(NotADirectoryError, match=r"meta.csv"):
        download(bucket.url("folder"), study / "meta.csv")


@pytest.mark.parametrize("key", ["large.bin", "study"])
def test_full_disk(bucket, large_object, tmp_path, key):
    bucket.put("study/large.bin", large_object)
    with largest_file(15 * MIB), pytest.raises(OSError, match="File too large"):
        download(bucket.url(key), tmp_path / "out" / key, print_progress=False)
    assert not (tmp_path / "out" / key).exists()


def test_target_that_cannot_be_written(bucket, tmp_path):
    bucket.put("data.txt")
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        download(bucket.url("data.txt"), tmp_path / "file" / "data.txt")
