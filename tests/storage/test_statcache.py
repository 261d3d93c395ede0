import os
import sqlite3
import time

import pytest

from lamindb.base.hashing import FileHash
from lamindb.storage.abc import Signature
from lamindb.storage.folder_hashes import FolderHashes, Signatures
from lamindb.storage.statcache import StatCache

HASH = FileHash("kAFQmDzST7DWlj99KOF_cg", "md5", 3)
SIGNATURE = Signature(device=1, inode=2, size=3, mtime_ns=10**9, ctime_ns=10**9)
LATER = 10 * 10**9


@pytest.fixture
def file(tmp_path):
    return tmp_path / "folder" / "hashes.sqlite3"


@pytest.fixture
def cache(file):
    cache = StatCache(file)
    yield cache
    cache.close()


def test_remembers_across_processes(cache, file):
    assert cache.get_many([SIGNATURE]) == {}
    cache.put_many([(SIGNATURE, HASH)], LATER)
    assert cache.get_many([SIGNATURE]) == {SIGNATURE: HASH}
    assert StatCache(file).get_many([SIGNATURE]) == {SIGNATURE: HASH}
    cache.close()
    assert cache.get_many([SIGNATURE]) == {SIGNATURE: HASH}


@pytest.mark.parametrize("field", Signature._fields)
def test_any_difference_counts(cache, field):
    cache.put_many([(SIGNATURE, HASH)], LATER)
    changed = SIGNATURE._replace(**{field: getattr(SIGNATURE, field) + 1})
    assert cache.get_many([changed]) == {}


@pytest.mark.parametrize(
    ("mtime_s", "ctime_s", "is_remembered"),
    [
        (7.9, 7.9, True),
        (8.1, 7.9, False),
        (7.9, 8.1, False),
        (11, 1, False),  # from the future: a clock is wrong
    ],
)
def test_young_files_are_not_trusted(cache, mtime_s, ctime_s, is_remembered):
    signature = SIGNATURE._replace(mtime_ns=int(mtime_s * 1e9), ctime_ns=int(ctime_s * 1e9))
    cache.put_many([(signature, HASH)], LATER)
    assert bool(cache.get_many([signature])) is is_remembered


def test_newer_entry_replaces_older_one(cache):
    newer = SIGNATURE._replace(mtime_ns=2 * 10**9)
    other = HASH._replace(hash="DMF1ucDxtqgxw5niaXcmYQ")
    cache.put_many([(SIGNATURE, HASH)], LATER)
    cache.put_many([(newer, other)], LATER)
    assert cache.get_many([SIGNATURE]) == {}
    assert cache.get_many([newer]) == {newer: other}


def test_many_files_and_great_numbers(cache):
    signatures = [
        SIGNATURE._replace(device=device, inode=inode)
        for device in (0, 2**64 - 1)
        for inode in [*range(1200), 2**63 - 1, 2**63, 2**64 - 1]
    ]
    cache.put_many([(signature, HASH) for signature in signatures], LATER)
    assert len(cache.get_many(signatures)) == len(signatures)


@pytest.mark.parametrize("damage", ["garbage", "truncated", "other database", "not a database"])
def test_damaged_file_is_discarded(cache, file, damage):
    cache.put_many([(SIGNATURE._replace(inode=i), HASH) for i in range(5000)], LATER)
    cache.close()
    content = file.read_bytes()
    if damage == "garbage":
        file.write_bytes(content[:100] + os.urandom(len(content) - 100))
    elif damage == "truncated":
        file.write_bytes(content[:5000])
    elif damage == "other database":
        file.unlink()
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE files (x TEXT)")
            connection.execute("PRAGMA user_version = 2")
    else:
        file.write_text("hello" * 1000)
    for _ in range(2):
        assert set(cache.get_many([SIGNATURE]).values()) <= {HASH}
        cache.put_many([(SIGNATURE, HASH)], LATER)
    assert cache.get_many([SIGNATURE]) == {SIGNATURE: HASH}


def test_altered_entry_is_not_trusted(cache, file):
    cache.put_many([(SIGNATURE, HASH)], LATER)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE files SET hash = 'DMF1ucDxtqgxw5niaXcmYQ'")
    assert cache.get_many([SIGNATURE]) == {}


def test_too_large_file_starts_anew(cache, file, monkeypatch):
    cache.put_many([(SIGNATURE, HASH)], LATER)
    cache.close()
    monkeypatch.setattr("lamindb.storage.statcache._MAX_BYTES", 100)
    assert cache.get_many([SIGNATURE]) == {}


def test_works_without_a_writable_folder(tmp_path):
    (tmp_path / "file").touch()
    cache = StatCache(tmp_path / "file" / "hashes.sqlite3")
    cache.put_many([(SIGNATURE, HASH)], LATER)
    assert cache.get_many([SIGNATURE]) == {}


def test_locked_file_costs_a_moment_only(cache, file):
    cache.put_many([(SIGNATURE, HASH)], LATER)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    cache.put_many([(SIGNATURE._replace(inode=3), HASH)], LATER)
    assert time.monotonic() - started < 2
    other.execute("ROLLBACK")
    other.close()
    assert cache.get_many([SIGNATURE]) == {SIGNATURE: HASH}


def test_forked_processes_share_it(cache):
    cache.put_many([(SIGNATURE, HASH)], LATER)
    children = []
    for child in range(4):
        process_id = os.fork()
        if process_id == 0:
            own = [SIGNATURE._replace(inode=1000 * child + i) for i in range(100)]
            for signature in own:
                cache.put_many([(signature, HASH)], LATER)
            os._exit(0 if cache.get_many([SIGNATURE]) == {SIGNATURE: HASH} else 1)
        children.append(process_id)
    assert [os.waitpid(process_id, 0)[1] for process_id in children] == [0, 0, 0, 0]
    signatures = [SIGNATURE._replace(inode=1000 * c + i) for c in range(4) for i in range(100)]
    # a write that found the file locked is allowed to be lost, a wrong answer is not
    assert set(cache.get_many(signatures).values()) == {HASH}
    assert len(cache.get_many(signatures)) > 200


@pytest.mark.parametrize(
    ("mtime_ns", "ctime_ns", "is_settled"),
    [
        (9_979_999_999, 9_999_999_999, True),  # 20 ms old; its links changed just now
        (9_980_000_001, 1, False),
        (9_000_000_000, 1, False),  # a file system that counts seconds
        (7_000_000_000, 7_000_000_000, True),
        (11_000_000_001, 1, False),
    ],
)
def test_files_of_ours_settle_faster(mtime_ns, ctime_ns, is_settled):
    signature = SIGNATURE._replace(mtime_ns=mtime_ns, ctime_ns=ctime_ns)
    assert signature.is_settled(LATER, is_ours=True) is is_settled


@pytest.mark.parametrize(
    ("mtime_ns", "ctime_ns", "is_settled"),
    [
        (1, 9_979_999_999, True),  # 20 ms old
        (1, 9_980_000_001, False),
        (9_990_000_000, 1_000_001, False),
        (1, 9_000_000_000, False),  # a file system that counts seconds
        (11_000_000_001, 1, False),
    ],
)
def test_files_settle_faster_by_the_clock_of_this_machine(mtime_ns, ctime_ns, is_settled):
    signature = SIGNATURE._replace(mtime_ns=mtime_ns, ctime_ns=ctime_ns)
    assert signature.is_settled(LATER, devices={SIGNATURE.device}) is is_settled
    assert not signature.is_settled(LATER, devices={SIGNATURE.device + 1})


def test_folders(cache, file):
    assert cache.get_folder(1, 2) is None
    cache.put_folder(1, 2, b"first")
    cache.put_folder(2**64 - 1, 2**63, b"other")
    cache.put_folder(1, 2, b"second")
    assert cache.get_folder(1, 2) == StatCache(file).get_folder(1, 2) == b"second"
    assert cache.get_folder(2**64 - 1, 2**63) == b"other"
    cache.forget_folder(1, 2)
    assert cache.get_folder(1, 2) is None
    assert cache.get_folder(2**64 - 1, 2**63) == b"other"


def test_altered_folder_is_not_trusted(cache, file):
    cache.put_folder(1, 2, b"content")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE folders SET content = 'CONTENT'")
    assert cache.get_folder(1, 2) is None
    cache.put_folder(1, 2, b"content")
    assert cache.get_folder(1, 2) == b"content"


def test_hashes_of_a_folder():
    signatures = [(1, 2, 3, -4, 5), (2**64 - 1, 2**64 - 1, 0, 2**62, -(2**62))]
    hashes = [HASH.hash, "DMF1ucDxtqgxw5niaXcmYQ"]
    folder = FolderHashes.of(
        Signatures(signatures), hashes, listing=b"x" * 16, folder_hash="h" * 22
    )
    again = FolderHashes.from_bytes(folder.to_bytes())
    assert again == folder
    assert again.known() == dict(zip(Signatures(signatures).rows(), hashes, strict=True))
    assert again.hash_list() == hashes


def test_hashes_of_a_part_of_a_folder():
    part = FolderHashes.of(Signatures([SIGNATURE]), [HASH.hash], listing=b"", folder_hash="")
    assert FolderHashes.from_bytes(part.to_bytes()) == part
    nothing = FolderHashes.of(Signatures([]), [], listing=b"", folder_hash="")
    assert FolderHashes.from_bytes(nothing.to_bytes()).known() == {}


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 46, b"x" * 100])
def test_folder_record_of_another_kind(content):
    assert FolderHashes.from_bytes(content) is None
