import errno
import os
import resource
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from lamindb.base.hashing import FileHash, hash_file
from lamindb.storage import atomic, disk
from lamindb.storage.atomic import (
    clean_leftovers,
    copy_into_place,
    move_into_place,
    remove,
    write_into_place,
)
from lamindb.storage.listing import is_leftover

ABC = FileHash("kAFQmDzST7DWlj99KOF_cg", "md5", 3)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source.csv"
    path.write_bytes(b"abc")
    return path


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "folder"
    for key, content in {"a.txt": "a", "sub/b.txt": "bb", "sub/deep/c": "ccc"}.items():
        (path / key).parent.mkdir(parents=True, exist_ok=True)
        (path / key).write_text(content)
    return path


@contextmanager
def full_disk():
    """Files can't grow above 64 KiB: as on a full disk, writing fails in the middle."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_copy_file(source, tmp_path):
    target = tmp_path / "store" / ".lamindb" / "x.csv"
    assert copy_into_place(source, target) == ABC
    assert target.read_bytes() == b"abc"
    assert source.read_bytes() == b"abc"
    assert names(target.parent) == ["x.csv"]
    assert copy_into_place(str(source), str(target)) == ABC


def test_copy_to_a_relative_path(source, in_tmp):
    copy_into_place("source.csv", "copy.csv")
    assert (in_tmp / "copy.csv").read_bytes() == b"abc"


def test_new_files_have_the_usual_permissions(source, tmp_path):
    source.chmod(0o600)
    copy_into_place(source, tmp_path / "copy.csv")
    usual = tmp_path / "usual"
    usual.touch()
    assert (tmp_path / "copy.csv").stat().st_mode == usual.stat().st_mode


def test_copy_replaces_a_file(source, tmp_path):
    target = tmp_path / "x.csv"
    target.write_text("old")
    with target.open() as open_before:
        copy_into_place(source, target)
        assert open_before.read() == "old"
    assert target.read_text() == "abc"


def test_a_link_is_replaced_not_followed(source, tmp_path):
    (tmp_path / "other").write_text("other")
    (tmp_path / "link").symlink_to("other")
    copy_into_place(source, tmp_path / "link")
    assert (tmp_path / "other").read_text() == "other"
    assert (tmp_path / "link").read_text() == "abc"


def test_a_link_is_copied_as_what_it_points_to(source, tmp_path):
    (tmp_path / "link").symlink_to(source)
    copy_into_place(tmp_path / "link", tmp_path / "copy")
    assert not (tmp_path / "copy").is_symlink()
    assert (tmp_path / "copy").read_text() == "abc"


def test_longest_possible_file_name(source, tmp_path):
    name = "é" * 120 + ".csv"
    copy_into_place(source, tmp_path / name)
    assert (tmp_path / name).read_text() == "abc"


def test_copy_folder(folder, tmp_path):
    target = tmp_path / "store" / "x"
    copied = copy_into_place(folder, target)
    assert (copied.hash_type, copied.size, copied.n_files) == ("md5-d", 6, 3)
    assert (target / "sub/deep/c").read_text() == "ccc"
    assert names(target.parent) == ["x"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_copy_replaces_a_folder(folder, tmp_path, monkeypatch, can_exchange):
    if not can_exchange:  # as on other systems than Linux
        monkeypatch.setattr(atomic, "exchange", lambda first, second: False)
    target = tmp_path / "store" / "x"
    target.mkdir(parents=True)
    (target / "old").touch()
    copy_into_place(folder, target)
    assert names(target) == ["a.txt", "sub"]
    assert names(target.parent) == ["x"]


def test_folder_with_many_files(tmp_path):
    source = tmp_path / "many"
    source.mkdir()
    for i in range(100):
        (source / f"{i}.txt").write_text(str(i))
    assert copy_into_place(source, tmp_path / "copy").n_files == 100
    assert (tmp_path / "copy" / "99.txt").read_text() == "99"


def test_missing_source(tmp_path):
    with pytest.raises(FileNotFoundError):
        copy_into_place(tmp_path / "missing", tmp_path / "new" / "folder" / "x")
    assert names(tmp_path) == []


def test_empty_folder(tmp_path):
    (tmp_path / "empty" / "sub").mkdir(parents=True)
    with pytest.raises(ValueError, match="has no files"):
        copy_into_place(tmp_path / "empty", tmp_path / "new" / "x")
    assert names(tmp_path) == ["empty"]


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a regular file"):
        copy_into_place(tmp_path / "pipe", tmp_path / "x")
    assert names(tmp_path) == ["pipe"]


def test_a_file_does_not_replace_a_folder(source, folder):
    with pytest.raises(IsADirectoryError):
        copy_into_place(source, folder)
    assert (folder / "a.txt").read_text() == "a"
    assert not any(map(is_leftover, names(folder.parent)))


def test_a_folder_does_not_replace_a_file(source, folder):
    with pytest.raises(NotADirectoryError):
        copy_into_place(folder, source)
    assert source.read_text() == "abc"
    assert not any(map(is_leftover, names(source.parent)))


def test_target_below_a_file(source):
    with pytest.raises((NotADirectoryError, FileExistsError)):
        copy_into_place(source, source / "sub" / "x")
    assert source.read_text() == "abc"


@contextmanager
def without_privileges():
    """Root may do everything: be nobody for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shared():
    """A folder that everybody may read and nobody else may write."""
    path = Path(tempfile.mkdtemp())
    (path / "source").write_text("abc")
    (path / "secret").touch(mode=0o000)
    (path / "folder").mkdir()
    path.chmod(0o555)
    yield path
    path.chmod(0o755)
    shutil.rmtree(path)


def test_unwritable_target(shared):
    for target in (shared / "x", shared / "new" / "x"):
        with without_privileges(), pytest.raises(PermissionError):
            copy_into_place(shared / "source", target)
        with without_privileges(), pytest.raises(PermissionError):
            with write_into_place(target) as path:
                path.write_text("abc")
    assert names(shared) == ["folder", "secret", "source"]


def test_old_content_that_cannot_be_deleted_becomes_a_leftover(folder, monkeypatch):
    def fails(*_):
        raise PermissionError

    target = folder.parent / "target"
    target.mkdir()
    (target / "old").touch()
    monkeypatch.setattr(shutil, "rmtree", fails)
    copy_into_place(folder, target)
    assert names(target) == ["a.txt", "sub"]
    monkeypatch.undo()
    assert len(clean_leftovers(folder.parent, older_than=0)) == 1
    assert names(folder.parent) == ["folder", "target"]


def test_folders_that_were_created_for_nothing_are_removed(source):
    with pytest.raises(OSError):
        copy_into_place(source, source.parent / "new" / ("x" * 300) / "x")
    assert names(source.parent) == ["source.csv"]


def test_unreadable_source(shared):
    target = Path(tempfile.gettempdir(), f"lamindb-test-{os.getpid()}")
    with without_privileges(), pytest.raises(PermissionError):
        copy_into_place(shared / "secret", target)
    with without_privileges(), pytest.raises(PermissionError):
        copy_into_place(shared, target)
    assert not target.exists()


@pytest.mark.parametrize("n_bytes", [100_000, 8_000_000])
def test_disk_full(tmp_path, n_bytes):
    source = tmp_path / "source"
    source.write_bytes(os.urandom(n_bytes))
    with full_disk(), pytest.raises(OSError) as raised:
        copy_into_place(source, tmp_path / "new" / "x")
    assert raised.value.errno in (errno.EFBIG, errno.ENOSPC)
    assert names(tmp_path) == ["source"]


def test_disk_full_keeps_the_old_content(tmp_path, folder):
    target = tmp_path / "target"
    target.mkdir()
    (target / "old").write_text("old")
    (folder / "big").write_bytes(bytes(100_000))
    with full_disk(), pytest.raises(OSError):
        copy_into_place(folder, target)
    with full_disk(), pytest.raises(OSError), write_into_place(target) as path:
        shutil.copytree(folder, path)
    assert names(target) == ["old"]
    assert names(tmp_path) == ["folder", "target"]


def test_write_file(tmp_path):
    target = tmp_path / "new" / "table.csv.gz"
    with write_into_place(target) as path:
        assert path.parent == target.parent
        assert path.name.endswith(".csv.gz")
        assert is_leftover(path.name)
        path.write_text("abc")
        assert not target.exists()
    assert target.read_text() == "abc"
    assert names(target.parent) == ["table.csv.gz"]


@pytest.mark.parametrize("sync", [True, False])
def test_write_folder(tmp_path, sync):
    target = tmp_path / "cells.zarr"
    for content in ("old", "new"):
        with write_into_place(target, sync=sync) as path:
            path.mkdir()
            (path / content).touch()
    assert names(target) == ["new"]
    assert names(tmp_path) == ["cells.zarr"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_failing_writer_changes_nothing(tmp_path, error):
    target = tmp_path / "x.txt"
    target.write_text("old")
    with pytest.raises(error), write_into_place(target) as path:
        path.write_text("half")
        raise error
    assert target.read_text() == "old"
    assert names(tmp_path) == ["x.txt"]


def test_writing_nothing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing was written"):
        with write_into_place(tmp_path / "new" / "x.txt"):
            pass
    assert names(tmp_path) == []


def test_move_file_and_folder(source, folder, tmp_path):
    inode = source.stat().st_ino
    move_into_place(source, tmp_path / "store" / "x.csv")
    assert not source.exists()
    assert (tmp_path / "store" / "x.csv").stat().st_ino == inode
    for _ in range(2):
        shutil.copytree(folder, tmp_path / "again")
        move_into_place(tmp_path / "again", tmp_path / "store" / "x")
    assert names(tmp_path / "store") == ["x", "x.csv"]
    assert names(tmp_path) == ["folder", "store"]


def test_failing_move_leaves_the_source(source, folder, tmp_path):
    for one, other in [(source, folder), (folder, source)]:
        with pytest.raises((IsADirectoryError, NotADirectoryError)):
            move_into_place(one, other)
    with pytest.raises(FileNotFoundError):
        move_into_place(tmp_path / "missing", tmp_path / "new" / "x")
    assert names(tmp_path) == ["folder", "source.csv"]


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="n/a: no second file system")
def test_move_to_another_file_system(source):
    target = f"/dev/shm/lamindb-test-{os.getpid()}"
    try:
        move_into_place(source, target)
        assert hash_file(target) == ABC
        assert not source.exists()
    finally:
        remove(target)


def test_remove(source, folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert remove(link) is True
    assert names(folder) == ["a.txt", "sub"]
    assert [remove(path) for path in (source, folder, tmp_path / "missing")] == [True, True, False]
    assert names(tmp_path) == []


def test_clean_leftovers(source, tmp_path):
    young, old = tmp_path / ".lamindb-tmp-young.csv", tmp_path / ".lamindb-tmp-old.csv"
    busy, dead = tmp_path / ".lamindb-tmp-busy", tmp_path / ".lamindb-tmp-dead"
    long_ago = time.time() - 1000
    for folder in (busy, dead):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "file").touch()
    for path in (young, old):
        path.touch()
    for path in (old, dead, dead / "sub", dead / "sub" / "file", busy, busy / "sub"):
        os.utime(path, (long_ago, long_ago))
    assert clean_leftovers(tmp_path, older_than=500) == [str(dead), str(old)]
    assert names(tmp_path) == [busy.name, young.name, "source.csv"]
    assert len(clean_leftovers(tmp_path, older_than=0)) == 2
    assert names(tmp_path) == ["source.csv"]
    with pytest.raises(FileNotFoundError):
        clean_leftovers(tmp_path / "missing")


def test_exchange(source, folder):
    assert disk.exchange(str(source), str(folder)) is True
    assert folder.read_text() == "abc"
    assert (source / "a.txt").read_text() == "a"
    assert disk.exchange(str(source), f"{folder}-missing") is False
    assert (source / "a.txt").read_text() == "a"


def test_sync_of_what_is_missing(tmp_path):
    for sync in (disk.sync_directory, disk.sync_tree):
        with pytest.raises(FileNotFoundError):
            sync(str(tmp_path / "missing"))
