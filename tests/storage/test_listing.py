import os
import socket

import pytest

from lamindb.storage.listing import is_leftover, list_files


def keys(folder):
    return [file.key for file in list_files(folder)]


def write(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_files_of_all_depths_are_sorted(tmp_path):
    write(tmp_path, "b.txt", "a/c.txt", "a/b/d.txt", ".hidden")
    (tmp_path / "empty").mkdir()
    files = list_files(tmp_path)
    assert [file.key for file in files] == [".hidden", "a/b/d.txt", "a/c.txt", "b.txt"]
    assert [file.stat.st_size for file in files] == [7, 9, 7, 5]
    assert files[1].path == str(tmp_path / "a/b/d.txt")
    assert keys(str(tmp_path)) == keys(tmp_path)


def test_temporaries_are_left_out(tmp_path):
    write(tmp_path, "a.txt", ".lamindb-tmp-01.csv", ".lamindb-tmp-02/a.txt")
    assert keys(tmp_path) == ["a.txt"]
    assert is_leftover(".lamindb-tmp-01.csv")
    assert not is_leftover(".lamindb")


def test_links_are_followed(tmp_path):
    write(tmp_path, "data/a.txt", "other/b.txt")
    (tmp_path / "data/link.txt").symlink_to(tmp_path / "other/b.txt")
    (tmp_path / "data/linked").symlink_to(tmp_path / "other")
    files = list_files(tmp_path / "data")
    assert [file.key for file in files] == ["a.txt", "link.txt", "linked/b.txt"]
    assert files[1].stat.st_size == len("other/b.txt")


def test_a_link_back_is_refused(tmp_path):
    write(tmp_path, "data/sub/a.txt")
    (tmp_path / "data/sub/back").symlink_to(tmp_path / "data")
    with pytest.raises(ValueError, match=r"sub/back.*link to a folder that contains it"):
        list_files(tmp_path / "data")


def test_what_is_no_file_is_skipped_with_a_warning(in_tmp, capsys):
    write(in_tmp, "data/a.txt")
    (in_tmp / "data/broken").symlink_to("missing")
    os.mkfifo(in_tmp / "data/pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind("data/socket")
    server.close()
    assert keys(in_tmp / "data") == ["a.txt"]
    output = capsys.readouterr().out
    assert output.startswith("! skipped what is no file")
    assert all(name in output for name in ("broken", "pipe", "socket"))


def test_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        list_files(tmp_path / "missing")
