import os
import threading
import time

import pytest

from lamindb.base.hashing import FileHash, hash_file
from lamindb.storage import content
from lamindb.storage.abc import Signature
from lamindb.storage.cache import current_stat_cache
from lamindb.storage.content import describe_path

MIB = 1024 * 1024


@pytest.fixture
def an_hour_later(monkeypatch):
    """Files that are written now are old enough to be remembered."""
    real = time.time_ns
    monkeypatch.setattr(content.time, "time_ns", lambda: real() + 3600 * 10**9)


@pytest.mark.parametrize(
    ("data", "file_hash"),
    [
        (b"a", "DMF1ucDxtqgxw5niaXcmYQ"),
        (b"abc", "kAFQmDzST7DWlj99KOF_cg"),
        (b"", "1B2M2Y8AsgTpgAmY7PhCfg"),
    ],
)
def test_file(tmp_path, data, file_hash):
    path = tmp_path / "file"
    path.write_bytes(data)
    assert describe_path(path) == (len(data), file_hash, "md5", None, None)
    assert describe_path(str(path)) == describe_path(path)


@pytest.mark.parametrize("size", [256 * 1024, 256 * 1024 + 1, 50 * MIB, 50 * MIB + 1])
def test_file_of_any_size_hashes_as_in_base(tmp_path, size):
    path = tmp_path / "file"
    path.write_bytes(os.urandom(size))
    expected = hash_file(path)
    assert describe_path(path)[:3] == (expected.size, expected.hash, expected.hash_type)


def test_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "sub/b.txt").write_text("abc")
    (tmp_path / "sub/large").write_bytes(bytes(MIB))
    described = describe_path(tmp_path)
    assert (described.size, described.hash_type, described.n_files) == (MIB + 4, "md5-d", 3)
    assert [entry.path for entry in described.manifest.entries] == [
        "a.txt",
        "sub/b.txt",
        "sub/large",
    ]


def test_names_have_no_influence_on_the_hash_of_a_folder(tmp_path):
    for folder, names in {"one": "ab", "two": "xy"}.items():
        (tmp_path / folder).mkdir()
        for name, text in zip(names, ("a", "abc"), strict=True):
            (tmp_path / folder / name).write_text(text)
    one, two = describe_path(tmp_path / "one"), describe_path(tmp_path / "two")
    assert one.hash == two.hash
    assert one.manifest != two.manifest


def test_errors(tmp_path):
    with pytest.raises(FileNotFoundError):
        describe_path(tmp_path / "missing")
    (tmp_path / "empty/sub").mkdir(parents=True)
    with pytest.raises(ValueError, match="empty' has no files"):
        describe_path(tmp_path / "empty")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="neither a file nor a folder"):
        describe_path(tmp_path / "pipe")


def remembered(path):
    signature = Signature.of(path.stat())
    return current_stat_cache().get_many([signature]).get(signature)


def test_unchanged_file_is_not_read_again(tmp_path, an_hour_later):
    path = tmp_path / "file"
    path.write_bytes(os.urandom(MIB))
    first = describe_path(path)
    assert remembered(path).hash == first.hash
    # a hash that only the cache can know
    planted = FileHash("planted_in_the_cache_00", "md5", MIB)
    current_stat_cache().put_many([(Signature.of(path.stat()), planted)], time.time_ns())
    assert describe_path(path).hash == planted.hash


def test_unchanged_files_of_a_folder_are_not_read_again(tmp_path, an_hour_later):
    for i in range(10):
        (tmp_path / f"{i}.txt").write_text(str(i))
    first = describe_path(tmp_path)
    planted = FileHash("planted_in_the_cache_00", "md5", 1)
    signature = Signature.of((tmp_path / "3.txt").stat())
    current_stat_cache().put_many([(signature, planted)], time.time_ns())
    (tmp_path / "5.txt").write_text("changed")
    again = describe_path(tmp_path)
    assert again.manifest.entries[3].hash == planted.hash
    assert first.manifest.changes_to(again.manifest).modified == ("3.txt", "5.txt")


def test_changed_file_with_the_same_size_and_time_is_read_again(tmp_path, an_hour_later):
    path = tmp_path / "file"
    path.write_bytes(b"a" * MIB)
    before = path.stat()
    describe_path(path)
    path.write_bytes(b"b" * MIB)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert describe_path(path).hash == hash_file(path).hash


def test_file_that_was_just_written_is_not_remembered(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(MIB))
    describe_path(path)
    assert remembered(path) is None


def test_works_without_a_cache_directory(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(bytes(MIB))
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert describe_path(tmp_path / "file").hash == hash_file(tmp_path / "file").hash


def test_file_that_is_written_to_meanwhile(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(bytes(MIB))
    stop = threading.Event()

    def append():
        while not stop.is_set():
            with path.open("ab") as file:
                file.write(b"line\n")

    writer = threading.Thread(target=append)
    writer.start()
    try:
        for _ in range(20):
            try:
                described = describe_path(path)
            except ValueError as error:
                assert "keeps changing" in str(error)
            else:
                assert described.size >= MIB
    finally:
        stop.set()
        writer.join()
    assert describe_path(path).hash == hash_file(path).hash
