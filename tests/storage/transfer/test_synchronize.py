import os
import shutil
import time

import pytest

from lamindb.storage.transfer import synchronize
from tests.storage.transfer.contents import behind, content_of

NOW = int(time.time())


def time_of(bucket, key):
    """When an object was written, in whole seconds since 1970."""
    written = bucket.client.head_object(Bucket=bucket.name, Key=key)["LastModified"]
    return int(written.timestamp())


@pytest.fixture
def stored_study(bucket, study):
    for key, content in content_of(study).items():
        bucket.put(f"study/{key}", content)
    return bucket


# -- files


@pytest.mark.parametrize(
    ("local", "seconds_later", "expected"),
    [
        (None, 0, b"remote"),  # missing
        (b"local!", -1, b"remote"),  # older
        (b"local!", 0, b"local!"),  # of the same time
        (b"local!", 0.5, b"local!"),
        (b"local!", 1, b"local!"),  # newer
        (b"newer and longer", 1, b"newer and longer"),
        (b"broken", -1, b"remote"),
        (b"", 0, b"remote"),  # of the same time and another size: broken
    ],
)
def test_file(bucket, tmp_path, local, seconds_later, expected):
    bucket.put("data.txt", b"remote")
    target = tmp_path / "copy" / "data.txt"
    if local is not None:
        target.parent.mkdir()
        target.write_bytes(local)
        os.utime(target, (NOW, time_of(bucket, "data.txt") + seconds_later))
    before = content_of(tmp_path)
    is_needed = expected == b"remote"
    assert synchronize(bucket.url("data.txt"), target, just_check=True) is is_needed
    assert content_of(tmp_path) == before
    assert synchronize(bucket.url("data.txt"), target) is is_needed
    assert content_of(tmp_path) == {"copy/data.txt": expected}
    assert synchronize(bucket.url("data.txt"), target) is False


def test_up_to_date_copy_costs_one_request(bucket, proxy, tmp_path):
    bucket.put("data.txt", b"remote")
    synchronize(behind(proxy, bucket, "data.txt"), tmp_path / "data.txt")
    n_requests = len(proxy.requests)
    synchronize(behind(proxy, bucket, "data.txt"), tmp_path / "data.txt")
    assert len(proxy.requests) == n_requests + 1


# -- folders


def test_new_folder(stored_study, study, tmp_path):
    assert synchronize(stored_study.url("study"), tmp_path / "copy") is True
    assert content_of(tmp_path / "copy") == content_of(study)
    assert synchronize(stored_study.url("study"), tmp_path / "copy") is False


def test_only_changed_files_of_a_folder(stored_study, proxy, study, tmp_path):
    url = behind(proxy, stored_study, "study")
    synchronize(url, tmp_path / "copy")
    time.sleep(1.1)  # S3 keeps whole seconds
    stored_study.put("study/raw/new.txt", b"new")
    stored_study.put("study/meta.csv", b"changed")
    n_gets = proxy.count("GET .*/study/")
    assert synchronize(url, tmp_path / "copy") is True
    assert proxy.count("GET .*/study/") == n_gets + 2
    expected = {**content_of(study), "raw/new.txt": b"new", "meta.csv": b"changed"}
    assert content_of(tmp_path / "copy") == expected


def test_missing_and_broken_files_are_fetched(stored_study, study, tmp_path):
    copy = tmp_path / "copy"
    synchronize(stored_study.url("study"), copy)
    (copy / "raw/with space.txt").unlink()
    modified = (copy / "meta.csv").stat().st_mtime
    (copy / "meta.csv").write_text("")
    os.utime(copy / "meta.csv", (NOW, modified))
    assert synchronize(stored_study.url("study"), copy) is True
    assert content_of(copy) == content_of(study)


def test_what_the_store_does_not_have_is_deleted(stored_study, study, tmp_path):
    copy = tmp_path / "copy"
    synchronize(stored_study.url("study"), copy)
    (copy / "old" / "deep").mkdir(parents=True)
    (copy / "old" / "deep" / "file.txt").write_text("old")
    os.utime(copy / "old" / "deep" / "file.txt", (NOW, NOW - 1000))
    assert synchronize(stored_study.url("study"), copy, just_check=True) is True
    assert (copy / "old").exists()
    assert synchronize(stored_study.url("study"), copy) is True
    assert content_of(copy) == content_of(study)
    assert not (copy / "old").exists()


def test_folder_with_something_newer_is_left_alone(stored_study, tmp_path):
    copy = tmp_path / "copy"
    synchronize(stored_study.url("study"), copy)
    (copy / "meta.csv").unlink()
    (copy / "mine.txt").write_text("mine")
    os.utime(copy / "mine.txt", (NOW, NOW + 1_000_000))
    before = content_of(copy)
    assert synchronize(stored_study.url("study"), copy) is False
    assert content_of(copy) == before


def test_folder_where_a_file_was(stored_study, study, tmp_path):
    copy = tmp_path / "copy"
    copy.write_text("a file")
    assert synchronize(stored_study.url("study"), copy) is True
    assert content_of(copy) == content_of(study)


def test_file_where_a_folder_was(bucket, study):
    bucket.put("data.txt", b"a file")
    assert synchronize(bucket.url("data.txt"), study) is True
    assert study.read_bytes() == b"a file"


def test_file_of_a_folder_where_a_folder_was(stored_study, study, tmp_path):
    copy = tmp_path / "copy"
    synchronize(stored_study.url("study"), copy)
    shutil.rmtree(copy / "raw")
    (copy / "meta.csv").unlink()
    (copy / "raw").write_text("a file")
    (copy / "meta.csv" / "x").mkdir(parents=True)
    (copy / "meta.csv" / "x" / "y").write_text("in a folder")
    for path in (copy / "raw", copy / "meta.csv" / "x" / "y"):
        os.utime(path, (NOW, NOW - 1000))
    assert synchronize(stored_study.url("study"), copy) is True
    assert content_of(copy) == content_of(study)


# -- no origin


def test_origin_is_gone_but_there_is_a_copy(bucket, tmp_path, capsys):
    bucket.put("data.txt", b"remote")
    synchronize(bucket.url("data.txt"), tmp_path / "data.txt")
    bucket.client.delete_object(Bucket=bucket.name, Key="data.txt")
    assert synchronize(bucket.url("data.txt"), tmp_path / "data.txt") is False
    assert content_of(tmp_path) == {"data.txt": b"remote"}
    assert capsys.readouterr().out == (
        f"! The original path s3://{bucket.name}/data.txt does not exist anymore.\n"
        f"However, the local path {tmp_path}/data.txt still exists, you might want to reupload the"
        " object back.\n"
    )


def test_neither_origin_nor_copy(bucket, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"data.txt does not exist anymore"):
        synchronize(bucket.url("data.txt"), tmp_path / "data.txt")
    url = bucket.url("data.txt")
    assert synchronize(url, tmp_path / "data.txt", error_no_origin=False) is False
    assert content_of(tmp_path) == {}
