import hashlib
import os
import threading
import time

import pytest

from lamindb.base import hashing
from lamindb.base.hashing import FileHash, hash_dir, hash_file, hash_file_sha1_fl
from lamindb.storage.abc import ContentInfo, Signature
from lamindb.storage.cache import current_stat_cache
from lamindb.storage.content import describe_path, glance, matches

MIB = 1024 * 1024


@pytest.fixture
def an_hour_later(monkeypatch):
    """Files that are written now are old enough to be remembered."""
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + 3600 * 10**9)


@pytest.fixture
def opened(monkeypatch):
    """Paths of the files whose content is read from now on."""
    paths = []
    real = os.open

    def record(path, flags, *args, **kwargs):
        if not flags & (os.O_WRONLY | os.O_RDWR | os.O_DIRECTORY) and os.path.isfile(path):
            paths.append(os.fspath(path))
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", record)
    monkeypatch.setattr(
        "lamindb.storage.file_hashes.hash_file",
        lambda path, **options: paths.append(os.fspath(path)) or hash_file(path, **options),
    )
    return paths


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
    assert describe_path(path) == ContentInfo(len(data), file_hash, "md5")
    assert describe_path(str(path)) == describe_path(f"file://{path}") == describe_path(path)


@pytest.mark.parametrize("size", [256 * 1024, 256 * 1024 + 1, 50 * MIB, 50 * MIB + 1])
def test_file_of_any_size_hashes_as_in_base(tmp_path, size):
    path = tmp_path / "file"
    path.write_bytes(os.urandom(size))
    expected = hash_file(path)
    assert describe_path(path) == ContentInfo(expected.size, expected.hash, expected.hash_type)


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


@pytest.fixture
def folder(tmp_path):
    """Files of many sizes at two levels."""
    path = tmp_path / "folder"
    (path / "sub").mkdir(parents=True)
    for i in range(100):
        (path / f"{i:03}.txt").write_text(f"content {i}")
    (path / "sub/large").write_bytes(os.urandom(MIB))
    (path / "sub/empty").touch()
    return path


def test_unchanged_folder_is_not_read_again(folder, an_hour_later, opened):
    first = describe_path(folder)
    assert len(opened) == 102
    for entry in first.manifest.entries:
        assert entry.hash == hash_file(folder / entry.path).hash
    opened.clear()
    again = describe_path(folder)
    assert (again, again.manifest) == (first, first.manifest)
    assert again.signature == first.signature
    assert not opened


def test_only_changed_files_of_a_folder_are_read(folder, an_hour_later, opened):
    first = describe_path(folder)
    opened.clear()
    (folder / "005.txt").write_text("changed")
    (folder / "new").touch()
    (folder / "006.txt").unlink()
    (folder / "007.txt").rename(folder / "moved.txt")
    again = describe_path(folder)
    names = [os.path.basename(path) for path in opened]
    assert names == ["005.txt", "moved.txt", "new"]  # renaming sets a time stamp too
    changes = first.manifest.changes_to(again.manifest)
    assert changes.modified == ("005.txt",)
    assert changes.added == ("moved.txt", "new")
    assert changes.removed == ("006.txt", "007.txt")
    opened.clear()
    assert describe_path(folder) == again
    assert not opened


def test_large_file_that_is_known_from_its_folder(folder, an_hour_later, opened):
    describe_path(folder)
    opened.clear()
    assert describe_path(folder / "sub/large").hash == hash_file(folder / "sub/large").hash
    assert not opened


@pytest.mark.parametrize(("devices", "is_remembered"), [("here", True), ("on a server", False)])
def test_folder_that_was_just_written(folder, opened, monkeypatch, devices, is_remembered):
    here = frozenset({folder.stat().st_dev} if devices == "here" else ())
    monkeypatch.setattr("lamindb.storage.local_folder.devices_of_this_kernel", lambda: here)
    time.sleep(0.03)  # the clock of the kernel ticks
    describe_path(folder)
    opened.clear()
    describe_path(folder)
    assert len(opened) == (0 if is_remembered else 102)


@pytest.mark.parametrize("change", ["content", "name", "touch"])
def test_changed_folder_has_another_signature(folder, change):
    before = glance(folder)
    assert glance(folder) == before
    if change == "content":
        (folder / "005.txt").write_text("CONTENT 5")
    elif change == "name":
        (folder / "005.txt").rename(folder / "5.txt")
    else:
        os.utime(folder / "005.txt")
    after = glance(folder)
    assert after.signature != before.signature
    assert (after.size, after.n_files) == (before.size, before.n_files)


def test_glance_reads_nothing(folder, opened):
    seen = glance(str(folder))
    assert (seen.location, seen.n_files) == (str(folder), 102)
    assert seen.size == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert seen.paths_digest() == glance(folder).paths_digest()
    file = glance(folder / "005.txt")
    assert (file.size, file.n_files, file.paths_digest()) == (9, None, None)
    assert not opened


def test_glance_reads_content_once(folder, opened):
    for path in (folder, folder / "005.txt"):
        seen = glance(path)
        content = seen.content()
        assert content.signature == seen.signature
        n_read = len(opened)
        assert seen.content() is content
        assert len(opened) == n_read
        assert content == describe_path(path)


def test_same_content_under_other_names(folder):
    before = glance(folder)
    before_content = before.content()
    (folder / "005.txt").rename(folder / "5.txt")
    after = glance(folder)
    assert after.content() == before_content
    assert after.paths_digest() != before.paths_digest()


def test_file_that_vanished_after_the_glance(folder):
    seen = glance(folder)
    (folder / "005.txt").unlink()
    with pytest.raises(FileNotFoundError):
        seen.content()


def test_names_that_are_no_text(tmp_path):
    (tmp_path / os.fsdecode(b"\xff\xfe.txt")).write_text("a")
    assert describe_path(tmp_path).n_files == 1
    assert glance(tmp_path).paths_digest()


def test_changed_file_with_the_same_size_and_time_is_read_again(tmp_path, an_hour_later):
    path = tmp_path / "file"
    path.write_bytes(b"a" * MIB)
    before = path.stat()
    describe_path(path)
    path.write_bytes(b"b" * MIB)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert describe_path(path).hash == hash_file(path).hash


def test_file_that_was_just_written_is_not_remembered(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(bytes(MIB))
    monkeypatch.setattr(time, "time_ns", lambda: path.stat().st_mtime_ns)
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


def full_hash(hash_type, path):
    return hashing.to_b64_str(hashlib.new(hash_type, path.read_bytes()).digest())[:22]


@pytest.fixture
def large(tmp_path):
    """A sparse file of more than 50 MiB."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.write(b"start")
        file.truncate(60 * MIB)
        file.seek(0, os.SEEK_END)
        file.write(b"end")
    return path


@pytest.mark.parametrize("hash_type", ["sha1-fl", "sha256", "md5"])
def test_large_file_matches_its_stored_hash(large, hash_type):
    is_whole = hash_type != "sha1-fl"
    stored = full_hash(hash_type, large) if is_whole else hash_file_sha1_fl(large)
    assert matches(large, stored, hash_type)
    with large.open("r+b") as file:
        file.write(b"S")
    assert not matches(large, stored, hash_type)


@pytest.mark.parametrize(
    ("hash_type", "is_match"), [("md5", True), ("sha256", True), ("sha1-fl", False)]
)
def test_small_file_matches_its_stored_hash(tmp_path, hash_type, is_match):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    algorithm = "sha1" if hash_type == "sha1-fl" else hash_type
    assert matches(path, full_hash(algorithm, path), hash_type) is is_match
    assert not matches(path, "DMF1ucDxtqgxw5niaXcmYQ", hash_type)


def test_folder_matches_its_stored_hash(folder, tmp_path, large):
    assert matches(folder, describe_path(folder).hash, "md5-d")
    large.rename(folder / "large")
    hashes = [hash_file(path) for path in folder.rglob("*") if path.is_file()]
    older = [
        FileHash(hash_file_sha1_fl(folder / "large"), "sha1-fl", one.size)
        if one.hash_type == "sha256"
        else one
        for one in hashes
    ]
    assert matches(folder, hash_dir(hashes).hash, "md5-d")
    assert matches(folder, hash_dir(older).hash, "md5-d")
    assert not matches(folder, hash_dir(hashes[1:]).hash, "md5-d")


@pytest.mark.parametrize(("name", "hash_type"), [("005.txt", "md5-5"), (".", "md5"), (".", "x")])
def test_hash_that_cannot_be_computed_here(folder, name, hash_type):
    with pytest.raises(ValueError, match=f"cannot compute a hash of type '{hash_type}'"):
        matches(folder / name, "DMF1ucDxtqgxw5niaXcmYQ", hash_type)
