"""The cache folder: where it is, and that only our own files are moved or removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lamindb.errors import InvalidArgument
from lamindb.setup import cache_dir, files, settings


@pytest.fixture(autouse=True)
def platform_folders(in_tmp, monkeypatch) -> None:
    """Folders of the platform below the test's own."""
    monkeypatch.delenv("LAMIN_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(in_tmp / "platform"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(in_tmp / "system"))


def write_setting(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"lamindb_cache_path={value}\n")


def test_environment_user_system_platform(in_tmp, monkeypatch):
    assert cache_dir.cache_path() == in_tmp / "platform" / "lamindb"
    write_setting(in_tmp / "system" / "lamindb" / "system.env", "/a")
    assert cache_dir.cache_path() == Path("/a")
    write_setting(files.cache_settings_file(), "null")
    assert cache_dir.cache_path() == Path("/a")
    write_setting(files.cache_settings_file(), "/b")
    assert cache_dir.cache_path() == Path("/b")
    monkeypatch.setenv("LAMIN_CACHE_DIR", "/c")
    assert cache_dir.cache_path() == Path("/c")


def test_the_environment_variable_must_be_absolute(monkeypatch):
    monkeypatch.setenv("LAMIN_CACHE_DIR", "relative")
    with pytest.raises(ValueError, match="LAMIN_CACHE_DIR must be a valid absolute path"):
        settings.cache_dir  # noqa: B018


def test_the_folder_is_created_on_first_use(in_tmp):
    path = settings.cache_dir
    assert isinstance(path, Path)
    assert path == in_tmp / "platform" / "lamindb"
    assert os.listdir(path) == ["CACHEDIR.TAG"]
    assert (path / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f0688680")


def test_a_folder_that_cannot_be_created_is_a_warning(in_tmp, monkeypatch, printed):
    (in_tmp / "file").touch()
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(in_tmp / "file" / "x"))
    assert settings.cache_dir == in_tmp / "file" / "x"
    (line,) = printed()
    assert line == f"! cannot create the cache folder {in_tmp}/file/x: Not a directory"


def test_setting_it_moves_the_cached_files(in_tmp, printed):
    old = Path(settings.cache_dir)
    (old / "bucket").mkdir()
    (old / "bucket" / "x.txt").write_text("x")
    new = in_tmp / "new" / "cache"
    cache_dir.set_cache_dir(new)
    assert cache_dir.cache_path() == new
    assert (new / "bucket" / "x.txt").read_text() == "x"
    assert not old.exists()
    assert printed() == [f"→ moved the cached files from {old} to {new}"]
    assert files.cache_settings_file().read_text() == f"lamindb_cache_path={new}\n"
    cache_dir.set_cache_dir(None)
    assert (old / "bucket" / "x.txt").read_text() == "x"
    assert files.cache_settings_file().read_text() == "lamindb_cache_path=null\n"


def test_files_of_others_stay(in_tmp, printed):
    shared = in_tmp / "shared"
    shared.mkdir()
    (shared / "mine.txt").touch()
    write_setting(files.cache_settings_file(), shared)
    cache_dir.set_cache_dir(in_tmp / "new")
    assert os.listdir(shared) == ["mine.txt"]
    assert printed() == [f"→ left the files in the previous cache folder: {shared}"]
    assert cache_dir.cache_path() == in_tmp / "new"


def test_a_folder_inside_of_the_old_one(in_tmp):
    old = Path(settings.cache_dir)
    (old / "x.txt").touch()
    cache_dir.set_cache_dir(old / "new")
    assert (old / "x.txt").exists()


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_folder_with_content_is_not_filled_without_a_question(in_tmp, monkeypatch, answer):
    old = Path(settings.cache_dir)
    (old / "x.txt").touch()
    (in_tmp / "new").mkdir()
    (in_tmp / "new" / "mine.txt").touch()
    monkeypatch.setattr("lamindb.base.prompts.can_ask", lambda: True)
    monkeypatch.setattr("builtins.input", lambda text: answer)
    cache_dir.set_cache_dir(in_tmp / "new")
    assert (in_tmp / "new" / "x.txt").exists() is (answer == "y")
    assert (old / "x.txt").exists() is (answer == "n")
    assert (in_tmp / "new" / "mine.txt").exists()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("relative", "must be an absolute path, got relative"),
        ("s3://bucket/x", "must be a local path, got s3://bucket/x"),
        ("{tmp}/file", "can't be in a file: {tmp}/file is a file"),
        ("{tmp}/file/below", "can't be in a file: {tmp}/file is a file"),
    ],
)
def test_bad_folders_change_nothing(in_tmp, path, message):
    (in_tmp / "file").touch()
    with pytest.raises(InvalidArgument) as error:
        cache_dir.set_cache_dir(path.format(tmp=in_tmp))
    assert message.format(tmp=in_tmp) in str(error.value)
    assert not files.cache_settings_file().exists()


def test_the_environment_keeps_winning(in_tmp, monkeypatch, printed):
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(in_tmp / "env"))
    cache_dir.set_cache_dir(in_tmp / "new")
    text = "the environment variable LAMIN_CACHE_DIR is set and keeps winning"
    assert printed() == [f"! {text}: {in_tmp / 'env'}"]


def test_clearing(in_tmp, printed):
    path = Path(settings.cache_dir)
    (path / "bucket").mkdir()
    (path / "bucket" / "x.txt").touch()
    (path / "y.txt").touch()
    (in_tmp / "elsewhere").mkdir()
    (path / "link").symlink_to(in_tmp / "elsewhere")
    cache_dir.clear_cache_dir()
    assert os.listdir(path) == ["CACHEDIR.TAG"]
    assert (in_tmp / "elsewhere").exists()
    assert printed() == [f"→ cleared the cache directory {path}"]


def test_clearing_what_does_not_exist(in_tmp):
    cache_dir.clear_cache_dir()
    assert not (in_tmp / "platform").exists()


@pytest.mark.parametrize("folder", ["/", "home"])
def test_folders_that_are_never_emptied(in_tmp, monkeypatch, folder):
    monkeypatch.setenv("HOME", str(in_tmp))
    (in_tmp / "mine.txt").touch()
    monkeypatch.setenv("LAMIN_CACHE_DIR", "/" if folder == "/" else str(in_tmp))
    with pytest.raises(InvalidArgument, match="Refusing to empty"):
        cache_dir.clear_cache_dir()
    assert (in_tmp / "mine.txt").exists()


def test_local_paths_of_cloud_files(in_tmp):
    paths = settings.paths
    cache = in_tmp / "platform" / "lamindb"
    assert paths.cloud_to_local_no_update("s3://bucket/a/x.txt?versionId=1") == (
        cache / "bucket/a/x.txt"
    )
    assert paths.cloud_to_local_no_update("s3://bucket/x.txt", cache_key="k/y.txt") == (
        cache / "k/y.txt"
    )
    local = in_tmp / "x.txt"
    assert paths.cloud_to_local_no_update(local, cache_key="ignored") == local
    assert paths.cloud_to_local(local).path == str(local)
