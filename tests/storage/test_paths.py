import pickle
from datetime import datetime
from pathlib import Path

import pytest

from lamindb.storage.paths import (
    LocalPathClasses,
    UPath,
    create_path,
    delete_storage,
    infer_filesystem,
)


@pytest.mark.parametrize("spelling", ["{}", "file://{}", Path, UPath])
def test_local_path(tmp_path, spelling):
    spell = spelling.format if isinstance(spelling, str) else spelling
    path = create_path(spell(tmp_path / "a.csv"))
    assert repr(path) == f"PosixUPath('{tmp_path}/a.csv')"
    assert isinstance(path, Path)
    assert isinstance(path, LocalPathClasses)
    assert path == tmp_path / "a.csv"
    assert repr(pickle.loads(pickle.dumps(path))) == repr(path)


def test_local_path_is_absolute_and_resolved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to("data")
    for spelling in ("link/a.csv", "data/../data/a.csv", "~/data/a.csv"):
        assert str(create_path(spelling)) == f"{tmp_path}/data/a.csv"


def test_remote_path_is_not_accessed():
    path = create_path("s3://bucket/a.csv", anon=True)
    assert repr(path) == "S3QueryPath('s3://bucket/a.csv')"
    assert path.storage_options == {"anon": True}
    assert not isinstance(path, LocalPathClasses)


@pytest.mark.parametrize("bad", [1, None, b"a.csv", ["a.csv"]])
def test_what_is_no_path(bad):
    with pytest.raises(TypeError, match="data has to be a string, Path, UPath"):
        create_path(bad)


def test_upload_from(tmp_path):
    (tmp_path / "source/sub").mkdir(parents=True)
    (tmp_path / "source/sub/a.txt").write_text("a")
    target = create_path(tmp_path / "target")
    assert target.upload_from(tmp_path / "source") == target / "source"
    assert (target / "source/sub/a.txt").read_text() == "a"
    (target / "other").touch()
    assert target.upload_from(tmp_path / "source", create_folder=False) == target
    assert (target / "sub/a.txt").read_text() == "a"
    assert (target / "other").exists()
    file = target / "b.txt"
    assert file.upload_from(str(tmp_path / "source/sub/a.txt")) == file
    assert file.read_text() == "a"
    with pytest.raises(ValueError, match="create_folder=True needs a folder"):
        file.upload_from(tmp_path / "source/sub/a.txt", create_folder=True)
    with pytest.raises(FileNotFoundError):
        file.upload_from(tmp_path / "missing")


def test_download_to(tmp_path):
    source = create_path(tmp_path / "source")
    (source / "sub").mkdir(parents=True)
    (source / "sub/a.txt").write_text("a")
    source.download_to(tmp_path / "copy", print_progress=False)
    (source / "sub/a.txt").download_to(tmp_path / "b.txt")
    (source / "sub/a.txt").download_to(tmp_path / "copy")
    for name in ("copy/sub/a.txt", "b.txt", "copy/a.txt"):
        assert (tmp_path / name).read_text() == "a"
    with pytest.raises(FileNotFoundError):
        (source / "missing").download_to(tmp_path / "c.txt")


def test_synchronize_to(tmp_path):
    source = create_path(tmp_path / "source")
    with pytest.raises(FileNotFoundError):
        source.synchronize_to(tmp_path / "copy")
    assert not source.synchronize_to(tmp_path / "copy", error_no_origin=False)
    (source / "sub").mkdir(parents=True)
    (source / "sub/a.txt").write_text("a")
    assert source.synchronize_to(tmp_path / "copy", just_check=True)
    assert not (tmp_path / "copy").exists()
    assert source.synchronize_to(tmp_path / "copy")
    assert (tmp_path / "copy/sub/a.txt").read_text() == "a"
    assert not source.synchronize_to(tmp_path / "copy")
    file = source / "sub/a.txt"
    with pytest.warns(DeprecationWarning, match="use UPath.synchronize_to"):
        assert file.synchronize(tmp_path / "b.txt")
    assert (tmp_path / "b.txt").read_text() == "a"


def test_other_members_of_local_paths(tmp_path):
    path = create_path(tmp_path / "a.txt")
    path.touch()
    assert path.cache() is path
    assert UPath.from_auth(path) == path.from_auth(str(path)) == path
    assert path.modified == datetime.fromtimestamp(path.stat().st_mtime)
    with pytest.raises(ValueError, match="only paths that start with s3://"):
        path.to_url()


def test_infer_filesystem(tmp_path):
    fs, path = infer_filesystem(tmp_path / "a.csv")
    assert path == str(tmp_path / "a.csv")
    assert fs.exists(str(tmp_path))
    fs, path = infer_filesystem("memory://folder/a.csv")
    assert (fs.protocol, path) == ("memory", "/folder/a.csv")


def test_delete_storage(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a.txt").touch()
    delete_storage(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        delete_storage(tmp_path / "folder")
    delete_storage(str(tmp_path / "folder"), raise_file_not_found_error=False)


@pytest.mark.parametrize(
    ("url", "options", "shown"),
    [
        ("gs://bucket/a.csv?project=mine", {"project": "mine"}, "GCSPath('gs://bucket/a.csv')"),
        ("gcs://bucket/a.csv", {}, "GCSPath('gs://bucket/a.csv')"),
        ("hf://datasets/owner/repo/a.csv", {}, "HfPath('hf://datasets/owner/repo/a.csv')"),
        ("https://host/a.csv?b=1", {}, "HTTPPath('https://host/a.csv?b=1')"),
        ("S3://bucket/a.csv", {}, "S3QueryPath('s3://bucket/a.csv')"),
    ],
)
def test_paths_of_stores(url, options, shown):
    path = create_path(url)
    assert (repr(path), dict(path.storage_options)) == (shown, options)
    assert not isinstance(path, Path)


def test_memory_is_no_folder(in_tmp):
    """Any file system of fsspec can be used; `memory://` once created local folders."""
    root = create_path("memory://any-store")
    (root / "sub").mkdir(parents=True)
    (root / "sub/a.txt").write_text("a")
    (root / "sub/a.txt").download_to(in_tmp / "a.txt", print_progress=False)
    assert (root / "sub/a.txt").cache(print_progress=False).read_text() == "a"
    assert (root / "b.txt").upload_from(in_tmp / "a.txt").read_text() == "a"
    delete_storage(root / "sub")
    assert not (root / "sub/a.txt").exists()
    assert [path.name for path in in_tmp.iterdir()] == ["a.txt"]


def test_unknown_protocol():
    with pytest.raises(ValueError, match="nosuch"):
        create_path("nosuch://a/b")
