import os
import socket
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from lamindb.storage.listing import is_leftover, list_files, list_objects, modified_of
from lamindb.storage.paths import UPath
from lamindb.storage.views import file_tree
from tests.support.s3 import start_rclone


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
    assert [file.size for file in files] == [7, 9, 7, 5]
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
    assert files[1].size == len("other/b.txt")


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


def test_objects_of_any_file_system(tmp_path):
    root = UPath("memory://listing")
    for key in ("b.txt", "a/c.txt", ".lamindb-tmp-1.txt"):
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        (root / key).write_text(key)
    objects = list_objects(root)
    assert [(one.key, one.size) for one in objects] == [("a/c.txt", 7), ("b.txt", 5)]
    assert objects[0].url == "memory://listing/a/c.txt"
    assert abs(datetime.now(timezone.utc) - objects[0].modified) < timedelta(minutes=1)
    assert list_objects("memory://no-such-folder") == []
    assert [one.key for one in list_objects(tmp_path)] == []
    write(tmp_path, "a/b.txt")
    assert [one.key for one in list_objects(tmp_path)] == ["a/b.txt"]


@pytest.mark.parametrize(
    "about",
    [
        {"mtime": 1641081600.0},
        {"LastModified": datetime(2022, 1, 2, tzinfo=timezone.utc)},
        {"LastModified": "", "mtime": datetime(2022, 1, 2)},
        {"updated": "2022-01-02T00:00:00.000Z"},
        {"Last-Modified": "Sun, 02 Jan 2022 00:00:00 GMT"},
        {"last_commit": SimpleNamespace(date=datetime(2022, 1, 2, tzinfo=timezone.utc))},
    ],
)
def test_modified_of(about):
    assert modified_of(about) == datetime(2022, 1, 2, tzinfo=timezone.utc)


@pytest.mark.parametrize("about", [{}, {"mtime": None}, {"LastModified": "yesterday"}])
def test_modified_of_what_does_not_say(about):
    assert modified_of(about) is None


def test_the_objects_of_another_server(tmp_path, s3_credentials):
    write(tmp_path, "bucket/study/a.csv", "bucket/study/raw/1.jpg")
    server = start_rclone(tmp_path)
    try:
        url = f"s3://bucket/study?endpoint_url={server.endpoint_url}"
        objects = list_objects(url)
        tree = file_tree(UPath(url)).splitlines()
    finally:
        server.stop()
    assert [one.key for one in objects] == ["a.csv", "raw/1.jpg"]
    assert tree[1:] == ["s3://bucket/study", "├── a.csv", "└── raw/", "    └── 1.jpg"]
