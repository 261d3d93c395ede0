import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lamindb.setup.cache_dir import TAG_NAME, cache_path
from lamindb.storage.cache import (
    cached_path,
    current_stat_cache,
    evict,
    fetch,
    forget,
    keep_copy,
    temporary_path,
)
from lamindb.storage.transfer import upload
from tests.support.flaky_proxy import FlakyProxy

LONG_AGO = time.time() - 10_000


def files():
    """Relative path and content of what is cached."""
    paths = [Path(top, name) for top, _, names in os.walk(cache_path()) for name in names]
    own = [path for path in paths if path.name != TAG_NAME and path.parent.name != ".folders"]
    return {path.relative_to(cache_path()).as_posix(): path.read_bytes() for path in own}


def use_last(path, when):
    """Pretend that a cached file or folder was used for the last time then."""
    markers = [marker for marker in (cache_path() / ".folders").glob("*")]
    name = path.relative_to(cache_path()).as_posix()
    inside = [Path(top, one) for top, _, names in os.walk(path) for one in names]
    for one in [path, *inside, *(marker for marker in markers if marker.read_text() == name)]:
        os.utime(one, (when, when))


# -- paths


@pytest.mark.parametrize(
    ("url", "root", "key", "expected"),
    [
        ("s3://bucket/prefix/a.csv", None, None, "bucket/prefix/a.csv"),
        ("s3://bucket/a.csv?endpoint_url=http://localhost:9000", None, None, "bucket/a.csv"),
        ("s3://bucket/p/.lamindb/HknN.csv", "s3://bucket/p", "my/a.csv", "bucket/p/my/a.csv"),
        ("https://host.org/data/a.csv", None, None, "host.org/data/a.csv"),
        ("gs://bucket/study", None, None, "bucket/study"),
    ],
)
def test_path(url, root, key, expected):
    assert cached_path(url, root=root, key=key) == cache_path() / expected
    assert not cache_path().exists()


def test_path_of_a_local_file(tmp_path):
    assert cached_path(tmp_path / "a.csv") == tmp_path / "a.csv"


def test_path_that_leads_out():
    with pytest.raises(ValueError, match="outside the cache directory"):
        cached_path("https://host.org/../../a.csv")


# -- fetching


def test_fetch_a_file(bucket, capsys):
    bucket.put("a/data.csv", b"1,2")
    path = fetch(bucket.url("a/data.csv"))
    assert path == cached_path(bucket.url("a/data.csv"))
    assert path.read_bytes() == b"1,2"
    assert capsys.readouterr().out.endswith("\r... synchronizing data.csv: 100.0%\n")
    assert fetch(bucket.url("a/data.csv")) == path
    assert capsys.readouterr().out == ""


def test_fetch_what_changed(bucket):
    url = bucket.url("data.csv")
    bucket.put("data.csv", b"old")
    fetch(url)
    time.sleep(1.1)  # S3 keeps whole seconds
    bucket.put("data.csv", b"new")
    assert fetch(url).read_bytes() == b"new"


def test_fetch_a_folder_by_its_key(bucket):
    for key in ("a", "b/c"):
        bucket.put(f"top/.lamindb/HknNfVvoY5EsnxkY/{key}", key.encode())
    url = bucket.url("top/.lamindb/HknNfVvoY5EsnxkY")
    target = cached_path(url, root=bucket.url("top"), key="my/study")
    assert fetch(url, target) == cache_path() / bucket.name / "top/my/study"
    prefix = f"{bucket.name}/top/my/study"
    assert files() == {f"{prefix}/a": b"a", f"{prefix}/b/c": b"b/c"}


def test_fetch_a_local_path(tmp_path):
    (tmp_path / "a.csv").touch()
    assert fetch(tmp_path / "a.csv") == tmp_path / "a.csv"
    with pytest.raises(FileNotFoundError, match=r"missing.csv"):
        fetch(tmp_path / "missing.csv")
    assert not cache_path().exists()


def test_fetch_without_origin(bucket, capsys):
    with pytest.raises(FileNotFoundError, match=r"data.csv does not exist anymore"):
        fetch(bucket.url("data.csv"))
    assert files() == {}
    bucket.put("data.csv", b"1")
    fetch(bucket.url("data.csv"), print_progress=False)
    bucket.client.delete_object(Bucket=bucket.name, Key="data.csv")
    assert fetch(bucket.url("data.csv")).read_bytes() == b"1"
    assert "might want to reupload" in capsys.readouterr().out


def test_a_folder_where_a_file_was_cached(bucket):
    bucket.put("data", b"a file")
    fetch(bucket.url("data"))
    bucket.client.delete_object(Bucket=bucket.name, Key="data")
    bucket.put("data/a/b", b"in a folder")
    fetch(bucket.url("data/a"))
    assert files() == {f"{bucket.name}/data/a/b": b"in a folder"}


def test_corrupted_copies_are_fetched_again(bucket):
    bucket.put("data.csv", b"content")
    path = fetch(bucket.url("data.csv"))
    modified = path.stat().st_mtime
    path.write_bytes(b"")  # what a power failure may leave
    os.utime(path, (modified, modified))
    assert fetch(bucket.url("data.csv")).read_bytes() == b"content"
    path.write_bytes(b"damaged, and newer")
    forget(path)
    assert fetch(bucket.url("data.csv")).read_bytes() == b"content"


def test_fetching_clears_what_was_left_in_the_folder(bucket):
    leftover = cache_path() / bucket.name / ".lamindb-tmp-0123456789abcdef"
    leftover.parent.mkdir(parents=True)
    leftover.touch()
    os.utime(leftover, (LONG_AGO - 7 * 24 * 60 * 60, LONG_AGO - 7 * 24 * 60 * 60))
    bucket.put("data.csv")
    fetch(bucket.url("data.csv"))
    assert list(files()) == [f"{bucket.name}/data.csv"]


def test_cache_folder_is_marked_as_such(bucket):
    bucket.put("data.csv")
    fetch(bucket.url("data.csv"))
    assert (cache_path() / TAG_NAME).read_text().startswith("Signature: 8a477f597d28d172789f06886")


def test_threads_that_fetch_the_same(bucket):
    content = os.urandom(10_000_000)
    bucket.put("data.bin", content)
    with FlakyProxy(bucket.endpoint_url) as proxy, ThreadPoolExecutor(3) as pool:
        proxy.bytes_per_second = 20_000_000
        url = f"s3://{bucket.name}/data.bin?endpoint_url={proxy.url}"
        paths = list(pool.map(fetch, [url] * 3))
        assert proxy.n_sent < 1.5 * len(content)
    assert paths == [cached_path(bucket.url("data.bin"))] * 3
    assert files() == {f"{bucket.name}/data.bin": content}


# -- copies of what was uploaded


@pytest.mark.parametrize("is_ours", [True, False])
@pytest.mark.parametrize("is_folder", [True, False])
def test_keep_a_copy(bucket, tmp_path, is_ours, is_folder, capsys):
    source = temporary_path(".csv") if is_ours else tmp_path / "data.csv"
    file = source / "a.txt" if is_folder else source
    file.parent.mkdir(exist_ok=True)
    file.write_text("content")
    os.utime(file, (LONG_AGO, LONG_AGO))
    url = bucket.url("data.csv")
    upload(source, url, print_progress=False)
    keep_copy(source, cached_path(url), url)
    assert source.exists() is not is_ours
    name = f"{bucket.name}/data.csv" + ("/a.txt" if is_folder else "")
    assert files() == {name: b"content"}
    key = "data.csv/a.txt" if is_folder else "data.csv"
    written = bucket.client.head_object(Bucket=bucket.name, Key=key)["LastModified"]
    assert (cache_path() / name).stat().st_mtime > written.timestamp()
    fetch(url)
    assert capsys.readouterr().out == ""  # nothing was downloaded


def test_keep_a_copy_in_place_of_another(bucket, tmp_path, capsys):
    url = bucket.url("data")
    (cached_path(url) / "old").mkdir(parents=True)
    (tmp_path / "data").write_text("new")
    keep_copy(tmp_path / "data", cached_path(url), url)
    assert files() == {f"{bucket.name}/data": b"new"}
    message = f"• replacing the existing cache path {cached_path(url)}\n"
    assert capsys.readouterr().out == message


def test_copy_that_is_in_its_place_already(bucket):
    url = bucket.url("data")
    path = cached_path(url)
    path.parent.mkdir(parents=True)
    path.write_text("content")
    os.utime(path, (LONG_AGO, LONG_AGO))
    keep_copy(path, path, url)
    assert path.stat().st_mtime > LONG_AGO + 1000


# -- forgetting


def test_forget(bucket):
    for key in ("a/b/data.csv", "a/study/1", "a/study/2"):
        bucket.put(key)
    for key in ("a/b/data.csv", "a/study"):
        fetch(bucket.url(key))
    forget(cached_path(bucket.url("a/b/data.csv")))
    forget(cached_path(bucket.url("a/b/data.csv")))
    assert set(files()) == {f"{bucket.name}/a/study/1", f"{bucket.name}/a/study/2"}
    forget(cached_path(bucket.url("a/study")))
    assert sorted(os.listdir(cache_path())) == [".folders", TAG_NAME]
    assert os.listdir(cache_path() / ".folders") == []


def test_forget_only_what_is_cached(tmp_path):
    (tmp_path / "a.csv").touch()
    for path in (tmp_path / "a.csv", cache_path(), cache_path().parent):
        with pytest.raises(ValueError, match="not below the cache directory"):
            forget(path)
    assert (tmp_path / "a.csv").exists()


# -- size


@pytest.fixture
def cached(bucket):
    """Four files of 100 bytes, and a folder of two; each used before the next, long ago."""
    names = ["a", "b", "study", "c", "d"]
    for name in names:
        for key in ("study/1", "study/2") if name == "study" else (name,):
            bucket.put(key, bytes(100))
        path = fetch(bucket.url(name), print_progress=False)
        use_last(path, LONG_AGO + names.index(name))
    return bucket


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (None, "a b c d study/1 study/2"),
        ("600", "a b c d study/1 study/2"),
        ("599", "b c d study/1 study/2"),
        ("500B", "c d study/1 study/2"),
        ("0.4 KB", "c d"),  # a folder goes as a whole
        ("150", "d"),
        ("0", ""),
        ("1GB", "a b c d study/1 study/2"),
        ("2 TiB", "a b c d study/1 study/2"),
    ],
)
def test_evict(cached, monkeypatch, limit, expected):
    if limit is not None:
        monkeypatch.setenv("LAMIN_CACHE_MAX_SIZE", limit)
    n_bytes = evict()
    prefix = f"{cached.name}/"
    assert " ".join(sorted(name.removeprefix(prefix) for name in files())) == expected
    assert n_bytes == 600 - 100 * len(expected.split())


def test_download_evicts(cached, monkeypatch):
    monkeypatch.setenv("LAMIN_CACHE_MAX_SIZE", "500")
    cached.put("new", bytes(200))
    time.sleep(0.3)  # it looks at the cache from time to time
    fetch(cached.url("new"))
    prefix = f"{cached.name}/"
    assert " ".join(sorted(name.removeprefix(prefix) for name in files())) == "c d new"


def test_use_counts(cached, monkeypatch):
    monkeypatch.setenv("LAMIN_CACHE_MAX_SIZE", "400")
    fetch(cached.url("a"))
    fetch(cached.url("study"))
    evict()
    prefix = f"{cached.name}/"
    assert " ".join(sorted(name.removeprefix(prefix) for name in files())) == "a study/1 study/2"


def test_what_is_no_copy_stays(bucket, monkeypatch):
    current_stat_cache().put_many([], 0)
    temporary = temporary_path(".csv")
    partial = cache_path() / bucket.name / ".lamindb-tmp-0123456789abcdef"
    database = cache_path() / "hashes.sqlite3"
    for path in (temporary, partial, database):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(100))
        os.utime(path, (LONG_AGO, LONG_AGO))
    recent = cache_path() / bucket.name / "recent.csv"
    recent.write_bytes(bytes(100))
    monkeypatch.setenv("LAMIN_CACHE_MAX_SIZE", "0")
    assert evict() == 0
    assert all(path.exists() for path in (temporary, partial, database, recent))


def test_what_a_killed_download_left_goes_after_a_week(bucket, monkeypatch):
    partial = cache_path() / bucket.name / ".lamindb-tmp-0123456789abcdef"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(bytes(100))
    long_ago = time.time() - 8 * 24 * 60 * 60
    os.utime(partial, (long_ago, long_ago))
    monkeypatch.setenv("LAMIN_CACHE_MAX_SIZE", "1GB")
    evict()
    assert not partial.exists()


def test_copies_of_earlier_releases_count(monkeypatch):
    """They have no marker."""
    path = cache_path() / "bucket" / "study" / "a.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(100))
    os.utime(path, (LONG_AGO, LONG_AGO))
    monkeypatch.setenv("LAMIN_CACHE_MAX_SIZE", "10")
    assert evict() == 100
    assert files() == {}
    assert not (cache_path() / "bucket").exists()


def test_marker_of_a_folder_that_is_gone(cached, monkeypatch):
    monkeypatch.setenv("LAMIN_CACHE_MAX_SIZE", "10")
    shutil.rmtree(cache_path() / cached.name)
    assert evict() == 0
    assert os.listdir(cache_path() / ".folders") == []


@pytest.mark.parametrize("text", ["fifty", "50 PB", "-1", "5 5", "GB"])
def test_wrong_limit(bucket, monkeypatch, tmp_path, text, capsys):
    bucket.put("data.csv", b"1")
    monkeypatch.setenv("LAMIN_CACHE_MAX_SIZE", text)
    for call in (evict, lambda: fetch(bucket.url("data.csv"))):
        with pytest.raises(ValueError, match=f"LAMIN_CACHE_MAX_SIZE is '{text}'"):
            call()
    assert files() == {}
    (tmp_path / "data.csv").write_text("1")
    keep_copy(tmp_path / "data.csv", cached_path(bucket.url("data.csv")), bucket.url("data.csv"))
    assert f"! LAMIN_CACHE_MAX_SIZE is '{text}'" in capsys.readouterr().out


def test_no_cache(monkeypatch):
    monkeypatch.setenv("LAMIN_CACHE_MAX_SIZE", "10")
    assert evict() == 0
