import errno
import os
import resource
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from lamindb.base.hashing import hash_file
from lamindb.storage import atomic
from lamindb.storage.content import describe_path, glance
from lamindb.storage.listing import list_files
from lamindb.storage.staging import StagedCopy

MIB = 1024 * 1024


class Refused(Exception):
    """The database doesn't want the row."""


@pytest.fixture(params=["file", "folder"])
def source(request, tmp_path):
    path = tmp_path / "source"
    if request.param == "file":
        path.write_text("new")
    else:
        path.mkdir()
        (path / "a.txt").write_text("new")
    return path


def content(path):
    return path.read_text() if path.is_file() else (path / "a.txt").read_text()


def put_old(target, like):
    target.parent.mkdir(parents=True)
    if like.is_file():
        target.write_text("old")
    else:
        target.mkdir()
        (target / "a.txt").write_text("old")


def test_place(tmp_path, source):
    target = tmp_path / "store" / "x"
    with StagedCopy(source, near=target) as staged:
        assert staged.content.size == 3
        assert not target.exists()
        staged.place(target)
        assert content(target) == "new"
    assert [path.name for path in target.parent.iterdir()] == ["x"]


@pytest.mark.parametrize("is_placed", [True, False])
def test_failure_leaves_nothing(tmp_path, source, is_placed):
    target = tmp_path / "store" / "deep" / "x"
    with pytest.raises(Refused), StagedCopy(source, near=str(target)) as staged:
        if is_placed:
            staged.place(str(target))
        raise Refused
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize("can_exchange", [True, False])
@pytest.mark.parametrize("is_refused", [True, False])
def test_replacing(tmp_path, source, monkeypatch, is_refused, can_exchange):
    if not can_exchange:  # as on other systems than Linux
        monkeypatch.setattr(atomic, "exchange", lambda first, second: False)
    target = tmp_path / "store" / "x"
    put_old(target, like=source)
    try:
        with StagedCopy(source, near=target) as staged:
            staged.place(target)
            assert content(target) == "new"
            if is_refused:
                raise Refused
    except Refused:
        pass
    assert content(target) == ("old" if is_refused else "new")
    assert [path.name for path in target.parent.iterdir()] == ["x"]


def test_not_placed_is_discarded(tmp_path, source):
    target = tmp_path / "store" / "x"
    with StagedCopy(source, near=target):
        pass
    assert list(target.parent.iterdir()) == []


def test_missing_source(tmp_path):
    with pytest.raises(FileNotFoundError):
        with StagedCopy(tmp_path / "missing", near=tmp_path / "store" / "x"):
            raise AssertionError("not reached")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def an_hour_later(monkeypatch):
    """Files that are written now are old enough to be remembered."""
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + 3600 * 10**9)


@pytest.fixture
def was_read(monkeypatch):
    """Names of the files whose content is read from now on."""
    names, opened = [], {}
    real_open, real_read = os.open, os.read

    def record_open(path, *args, **kwargs):
        descriptor = real_open(path, *args, **kwargs)
        opened[descriptor] = Path(path).name
        return descriptor

    def record_read(descriptor, n_bytes):
        names.append(opened.get(descriptor))
        return real_read(descriptor, n_bytes)

    def record_hash(path, **options):
        names.append(Path(path).name)
        return hash_file(path, **options)

    monkeypatch.setattr(os, "open", record_open)
    monkeypatch.setattr(os, "read", record_read)
    monkeypatch.setattr("lamindb.storage.file_hashes.hash_file", record_hash)
    return names


def store(source, target, **options):
    with StagedCopy(source, near=target, **options) as staged:
        staged.place(target)
    return staged


def test_content_and_signature(tmp_path, source):
    staged = store(source, tmp_path / "store" / "x")
    assert staged.content == describe_path(source) == describe_path(tmp_path / "store" / "x")
    assert staged.content.signature == glance(source).signature
    if source.is_dir():
        assert staged.content.manifest == describe_path(source).manifest


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_was_stored_once_is_not_read_again(tmp_path, an_hour_later, was_read, kind):
    source = tmp_path / "source"
    if kind == "folder":
        source.mkdir()
        for i in range(100):
            (source / f"{i}.txt").write_text(str(i))
    (source / "large" if kind == "folder" else source).write_bytes(os.urandom(MIB))
    staged = store(source, tmp_path / "store" / "x")
    was_read.clear()
    assert describe_path(source) == staged.content
    assert was_read == []


# -- moving a temporary file of ours


def is_gone(path):
    return not os.path.lexists(path)


def test_move(tmp_path, source):
    target = tmp_path / "store" / "x"
    inode = source.stat().st_ino
    expected = describe_path(source)
    with StagedCopy(source, near=target, move=True) as staged:
        assert is_gone(source)
        staged.place(target)
    assert staged.content == expected == describe_path(target)
    assert target.stat().st_ino == inode
    assert is_gone(source)
    assert [path.name for path in target.parent.iterdir()] == ["x"]


@pytest.mark.parametrize("is_changed", [False, True])
def test_known_content_is_not_read_when_it_is_moved(tmp_path, source, was_read, is_changed):
    content_before = describe_path(source)
    file = source if source.is_file() else source / "a.txt"
    if is_changed:
        file.write_text("NEW")
    was_read.clear()
    target = tmp_path / "store" / "x"
    with StagedCopy(source, near=target, move=True, content=content_before) as staged:
        staged.place(target)
    assert was_read == ([file.name] if is_changed else [])
    assert staged.content == describe_path(target)
    assert (staged.content == content_before) is not is_changed


@pytest.mark.parametrize("is_placed", [True, False])
@pytest.mark.parametrize("is_replaced", [True, False])
def test_failure_gives_back_what_was_moved(tmp_path, source, is_placed, is_replaced):
    target = tmp_path / "store" / "x"
    if is_replaced:
        put_old(target, like=source)
    with pytest.raises(Refused), StagedCopy(source, near=target, move=True) as staged:
        if is_placed:
            staged.place(target)
        raise Refused
    assert content(source) == "new"
    if is_replaced:
        assert content(target) == "old"
        assert [path.name for path in target.parent.iterdir()] == ["x"]
    else:
        assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_moved_but_not_placed(tmp_path, source):
    with StagedCopy(source, near=tmp_path / "store" / "x", move=True):
        pass
    assert content(source) == "new"
    assert list((tmp_path / "store").iterdir()) == []


def test_move_that_replaces(tmp_path, source):
    target = tmp_path / "store" / "x"
    put_old(target, like=source)
    store(source, target, move=True)
    assert content(target) == "new"
    assert [path.name for path in target.parent.iterdir()] == ["x"]
    assert is_gone(source)


def test_from_another_file_system_it_is_copied(tmp_path, source, monkeypatch):
    def fails(*_):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    target = tmp_path / "store" / "x"
    monkeypatch.setattr(os, "rename", fails)
    with StagedCopy(source, near=target, move=True) as staged:
        monkeypatch.undo()
        staged.place(target)
    assert content(target) == content(source) == "new"


def test_moving_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        store(tmp_path / "missing", tmp_path / "store" / "x", move=True)
    assert list(tmp_path.iterdir()) == []


# -- a new version of a folder


N_FILES = 60


@pytest.fixture
def study(tmp_path):
    """A folder that is stored already."""
    path = tmp_path / "study"
    for i in range(N_FILES):
        (path / f"sub{i % 3}").mkdir(parents=True, exist_ok=True)
        (path / f"sub{i % 3}" / f"{i}.txt").write_text(f"content {i}")
    (path / "large").write_bytes(os.urandom(MIB))
    return path


def inodes(folder):
    return {file.key: os.stat(file.path).st_ino for file in list_files(folder)}


def contents(folder):
    return {file.key: Path(file.path).read_bytes() for file in list_files(folder)}


def test_new_version_costs_its_changed_files(tmp_path, study, an_hour_later, was_read):
    target = tmp_path / "store" / "x"
    store(study, target)
    before = inodes(target)
    for number in range(3):  # also when files were taken over before
        (study / "sub0/0.txt").write_text(f"changed {number}")
        (study / "new.txt").write_text(f"new {number}")
        (study / f"sub1/{3 * number + 1}.txt").unlink()
        was_read.clear()
        staged = store(study, target, previous=target)
        assert set(was_read) <= {"0.txt", "new.txt"}
        assert staged.content == describe_path(study)
        assert contents(target) == contents(study)
        after = inodes(target)
        same = {key for key in after if after[key] == before.get(key)}
        assert same == set(after) - {"sub0/0.txt", "new.txt"}
        assert all(os.stat(file.path).st_nlink == 1 for file in list_files(target))
        assert [path.name for path in target.parent.iterdir()] == ["x"]
        before = after
    was_read.clear()
    assert describe_path(target) == staged.content
    assert was_read == []


def test_new_version_when_nothing_is_remembered(tmp_path, study):
    target = tmp_path / "store" / "x"
    store(study, target)
    before = inodes(target)
    (study / "large").write_bytes(os.urandom(MIB))
    store(study, target, previous=target)
    assert contents(target) == contents(study)
    after = inodes(target)
    assert {key for key in after if after[key] != before[key]} == {"large"}


def test_stored_file_that_somebody_altered_is_not_taken_over(tmp_path, study, an_hour_later):
    target = tmp_path / "store" / "x"
    store(study, target)
    (target / "sub1/1.txt").write_text("CONTENT 1")
    store(study, target, previous=target)
    assert contents(target) == contents(study)


def test_links_in_the_stored_folder_are_not_taken_over(tmp_path, study):
    target = tmp_path / "store" / "x"
    store(study, target)
    (target / "large").rename(tmp_path / "elsewhere")
    (target / "large").symlink_to(tmp_path / "elsewhere")
    store(study, target, previous=target)
    assert contents(target) == contents(study)
    assert not (target / "large").is_symlink()


def test_file_system_without_links(tmp_path, study, monkeypatch):
    def fails(*_, **__):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    target = tmp_path / "store" / "x"
    store(study, target)
    before = inodes(target)
    monkeypatch.setattr(os, "link", fails)
    store(study, target, previous=target)
    assert contents(target) == contents(study)
    after = inodes(target)
    assert all(after[key] != before[key] for key in after)


@pytest.mark.parametrize("is_placed", [True, False])
def test_failure_leaves_the_previous_version(tmp_path, study, is_placed):
    target = tmp_path / "store" / "x"
    store(study, target)
    before, seen = contents(target), inodes(target)
    (study / "new.txt").write_text("new")
    with pytest.raises(Refused), StagedCopy(study, near=target, previous=target) as staged:
        if is_placed:
            staged.place(target)
        raise Refused
    assert (contents(target), inodes(target)) == (before, seen)
    assert all(os.stat(file.path).st_nlink == 1 for file in list_files(target))
    assert [path.name for path in target.parent.iterdir()] == ["x"]


@pytest.mark.parametrize("previous", ["missing", "file", "empty"])
def test_no_previous_version(tmp_path, study, previous):
    target = tmp_path / "store" / previous
    if previous == "empty":
        target.mkdir(parents=True)
    elif previous == "file":
        target.parent.mkdir()
        target.write_text("old")
    store(study, target, previous=target)
    assert contents(target) == contents(study)


def test_only_the_previous_version_may_be_replaced(tmp_path, study):
    target, other = tmp_path / "store" / "x", tmp_path / "store" / "y"
    store(study, target)
    with pytest.raises(ValueError, match="shares files with its copy"):
        with StagedCopy(study, near=other, previous=target) as staged:
            staged.place(other)
    assert contents(target) == contents(study)
    assert [path.name for path in target.parent.iterdir()] == ["x"]


# -- errors leave nothing behind


@contextmanager
def full_disk():
    """Files can't grow above 64 KiB: as on a full disk, writing fails in the middle."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("n_bytes", [100 * 1024, 20 * MIB])
@pytest.mark.parametrize("is_folder", [True, False])
@pytest.mark.parametrize("is_new", [True, False])
def test_full_disk(tmp_path, n_bytes, is_folder, is_new):
    source = tmp_path / "source"
    if is_folder:
        source.mkdir()
        (source / "a.txt").write_text("small")
    (source / "z" if is_folder else source).write_bytes(os.urandom(n_bytes))
    target = tmp_path / "store" / "deep" / "x"
    if not is_new:
        put_old(target, like=source)
    with full_disk(), pytest.raises(OSError) as error:
        store(source, target, previous=target if is_folder and not is_new else None)
    assert error.value.errno == errno.EFBIG
    assert source.exists()
    if is_new:
        assert [path.name for path in tmp_path.iterdir()] == ["source"]
    else:
        assert content(target) == "old"
        assert [path.name for path in target.parent.iterdir()] == ["x"]


@pytest.mark.parametrize("move", [True, False])
def test_file_where_a_folder_is_expected(tmp_path, source, move):
    (tmp_path / "store").write_text("a file")
    with pytest.raises((NotADirectoryError, FileExistsError)):
        store(source, tmp_path / "store" / "sub" / "x", move=move)
    assert content(source) == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "store"]


def test_file_that_cannot_be_read(tmp_path, monkeypatch):
    source = tmp_path / "source"
    source.mkdir()
    for name in "abc":
        (source / name).write_text(name)
    real = os.open

    def fails(path, *args, **kwargs):
        if path == str(source / "c"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", fails)
    with pytest.raises(PermissionError, match="source/c"):
        store(source, tmp_path / "store" / "x")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_empty_folder(tmp_path):
    (tmp_path / "source").mkdir()
    for move in (True, False):
        with pytest.raises(ValueError, match="has no files"):
            store(tmp_path / "source", tmp_path / "store" / "x", move=move)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for move in (True, False):
        with pytest.raises(ValueError, match=r"not a regular file|neither a file nor a folder"):
            store(tmp_path / "pipe", tmp_path / "store" / "x", move=move)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_progress(tmp_path, source):
    pieces = []
    store(source, tmp_path / "store" / "x", progress=pieces.append)
    assert sum(pieces) == 3
