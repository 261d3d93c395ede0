import os
import sqlite3
import time

import pytest

from lamindb.base.hashing import FileHash
from lamindb.storage.abc import Signature
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
            connection.execute("PRAGMA user_version = 1")
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
