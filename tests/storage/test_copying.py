import errno
import os

import pytest

from lamindb.base.hashing import hash_file
from lamindb.storage.abc import Signature
from lamindb.storage.copying import copy_file, copy_folder, copy_seen

MIB = 1024 * 1024
SIZES = [0, 1, 4 * MIB, 4 * MIB + 1, 16 * MIB + 1, 60 * MIB]


def write_random(path, n_bytes):
    path.write_bytes(os.urandom(n_bytes))
    return path


@pytest.mark.parametrize("n_bytes", SIZES)
def test_copy_is_complete_and_hashed(tmp_path, n_bytes):
    source = write_random(tmp_path / "source", n_bytes)
    pieces = []
    copied = copy_file(str(source), str(tmp_path / "copy"), progress=pieces.append)
    assert copied == hash_file(source) == hash_file(tmp_path / "copy")
    assert copied.size == n_bytes == sum(pieces)


@pytest.mark.parametrize("error", [None, errno.EXDEV, errno.ENOSYS])
def test_without_kernel_copy(tmp_path, monkeypatch, error):
    def fails(*_):
        raise OSError(error, os.strerror(error))

    if error is None:
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    else:
        monkeypatch.setattr(os, "copy_file_range", fails)
    source = write_random(tmp_path / "source", 5 * MIB + 1)
    assert copy_file(str(source), str(tmp_path / "copy")) == hash_file(source)
    assert hash_file(tmp_path / "copy") == hash_file(source)


def test_file_system_whose_kernel_copy_copies_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "copy_file_range", lambda *_: 0)
    source = write_random(tmp_path / "source", 5 * MIB)
    assert copy_file(str(source), str(tmp_path / "copy")) == hash_file(source)


def test_error_of_the_disk_is_raised(tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(errno.EIO, "bad sector")

    monkeypatch.setattr(os, "copy_file_range", fails)
    source = write_random(tmp_path / "source", 5 * MIB)
    with pytest.raises(OSError, match="bad sector"):
        copy_file(str(source), str(tmp_path / "copy"))


class Meddler:
    """Changes the source while it is copied: as progress is reported, the first n times."""

    def __init__(self, change, n_times):
        self.change = change
        self.n_times = n_times

    def __call__(self, n_bytes):
        if self.n_times:
            self.n_times -= 1
            self.change()


@pytest.mark.parametrize("n_bytes", [1000, 20 * MIB])
def test_a_source_that_changes_is_copied_again(tmp_path, capsys, n_bytes):
    source = write_random(tmp_path / "source", n_bytes)
    change = Meddler(lambda: write_random(source, n_bytes), n_times=1)
    copied = copy_file(str(source), str(tmp_path / "copy"), progress=change)
    assert copied == hash_file(tmp_path / "copy") == hash_file(source)
    assert capsys.readouterr().out == ""


def test_a_source_that_keeps_changing_is_stored_as_read(tmp_path, capsys):
    source = write_random(tmp_path / "source", 20 * MIB)

    def append():
        with source.open("ab") as file:
            file.write(b"line\n")

    copied = copy_file(str(source), str(tmp_path / "copy"), progress=Meddler(append, 100))
    assert copied == hash_file(tmp_path / "copy")
    assert "changed while it was copied" in capsys.readouterr().out


def test_a_source_that_keeps_shrinking_is_refused(tmp_path):
    source = write_random(tmp_path / "source", 60 * MIB)

    def shrink():
        os.truncate(source, source.stat().st_size - 17 * MIB)

    with pytest.raises(ValueError, match="shrank while it was copied"):
        copy_file(str(source), str(tmp_path / "copy"), progress=Meddler(shrink, 100))


PLANTED = "planted_in_the_cache_0"


@pytest.mark.parametrize("n_bytes", [1000, 20 * MIB])
def test_known_content_is_not_hashed(tmp_path, n_bytes):
    source = write_random(tmp_path / "source", n_bytes)
    signature = Signature.of(source.stat())
    pieces = []
    copied = copy_seen(
        str(source), str(tmp_path / "copy"), known={signature: PLANTED}, progress=pieces.append
    )
    assert copied.content == (PLANTED, "md5", n_bytes, None)
    assert copied.source == signature
    assert copied.copy == Signature.of((tmp_path / "copy").stat())
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    assert sum(pieces) == n_bytes


@pytest.mark.parametrize("n_bytes", [1000, 20 * MIB])
def test_known_content_that_changes_is_hashed(tmp_path, n_bytes):
    source = write_random(tmp_path / "source", n_bytes)
    known = {Signature.of(source.stat()): PLANTED}
    change = Meddler(lambda: write_random(source, n_bytes), n_times=1)
    copied = copy_seen(str(source), str(tmp_path / "copy"), known=known, progress=change)
    assert copied.content == hash_file(tmp_path / "copy") == hash_file(source)
    write_random(source, n_bytes)
    again = copy_seen(str(source), str(tmp_path / "copy"), known=known)
    assert again.content == hash_file(source)


def test_content_that_changes_all_the_time_has_no_signature(tmp_path, capsys):
    source = write_random(tmp_path / "source", 1000)
    change = Meddler(lambda: write_random(source, 1000), n_times=100)
    copied = copy_seen(str(source), str(tmp_path / "copy"), progress=change)
    assert copied.content == hash_file(tmp_path / "copy")
    assert copied.source == Signature.unknown(1000)
    assert "changed while it was copied" in capsys.readouterr().out


def test_folder_with_many_levels(tmp_path):
    source = tmp_path / "source"
    for key in ("a", "b/c/d/e", "b/f", "b.d/g"):
        (source / key).parent.mkdir(parents=True, exist_ok=True)
        write_random(source / key, 10)
    copied = copy_folder(str(source), str(tmp_path / "copy"))
    assert copied.n_files == 4
    for path in source.rglob("*"):
        copy = tmp_path / "copy" / path.relative_to(source)
        assert copy.is_dir() if path.is_dir() else copy.read_bytes() == path.read_bytes()


def test_folder_reports_progress(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for i in range(3):
        write_random(source / str(i), 10)
    pieces = []
    assert copy_folder(str(source), str(tmp_path / "copy"), progress=pieces.append).n_files == 3
    assert pieces == [10, 10, 10]
