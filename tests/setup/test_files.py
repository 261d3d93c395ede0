"""Settings files: where they are, their form, and that nobody reads half of one."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from lamindb.errors import NoWriteAccess, SettingsEnvFileOutdated
from lamindb.setup import files


def test_settings_are_below_the_folder_that_the_environment_names(monkeypatch, tmp_path):
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(tmp_path))
    assert files.settings_dir() == tmp_path / ".lamin"
    monkeypatch.delenv("LAMIN_SETTINGS_DIR")
    assert files.settings_dir() == Path.home() / ".lamin"


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        (None, "current_user.env"),
        ("", "current_user.env"),
        ("prod", "current_user.env"),
        ("staging", "staging--current_user.env"),
    ],
)
def test_environments_have_their_own_files(monkeypatch, environment, name):
    if environment is not None:
        monkeypatch.setenv("LAMIN_ENV", environment)
    assert files.current_user_file().name == name


def test_what_is_written_is_read_again(tmp_path):
    values = {"a": "x=y", "b": None, "c": "ünï cödé"}
    path = tmp_path / "new" / "file.env"
    files.write_text(path, files.env_text(values))
    assert path.read_bytes().decode() == "a=x=y\nb=null\nc=ünï cödé\n"
    assert files.read_env(path) == values


def test_empty_values_and_null_mean_nothing(tmp_path):
    path = tmp_path / "file.env"
    path.write_text("# comment\n\na=\nb=null\n")
    assert files.read_env(path) == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "Cannot read the settings file {path}"),
        (b"owner", "{path} is damaged: line 'owner'"),
        (b"owner=a", "{path} lacks 'name'"),
        (b"", "{path} lacks 'owner'"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content, message):
    path = tmp_path / "file.env"
    path.write_bytes(content)
    with pytest.raises(SettingsEnvFileOutdated) as error:
        files.read_env(path, required=["owner", "name"])
    assert message.format(path=path) in str(error.value)
    assert "Delete" in str(error.value)


def test_a_folder_in_place_of_a_file_is_damage_too(tmp_path):
    with pytest.raises(SettingsEnvFileOutdated, match="Cannot read"):
        files.read_env(tmp_path)


@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o644)])
def test_secrets_are_readable_by_their_owner_only(tmp_path, private, mode):
    before = os.umask(0o022)
    try:
        files.write_text(tmp_path / "x", "text", private=private)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == mode


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "x.env"
    with pytest.raises(NoWriteAccess, match=rf"Cannot write {path}: .*LAMIN_SETTINGS_DIR"):
        files.write_text(path, "text")


def test_a_failed_write_keeps_the_old_content_and_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_text("old")

    def fail(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        files.write_text(path, "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x", "old")]


def test_readers_see_the_old_or_the_new_content(tmp_path):
    path = tmp_path / "x"
    contents = {"a" * 100_000, "b" * 100_000}
    files.write_text(path, "a" * 100_000)
    seen = set()

    def read() -> None:
        while writer.is_alive():
            seen.add(path.read_text())

    def write() -> None:
        for content in [*contents] * 20:
            files.write_text(path, content)

    writer, reader = threading.Thread(target=write), threading.Thread(target=read)
    writer.start()
    reader.start()
    writer.join()
    reader.join()
    assert seen <= contents
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize("has_hard_links", [True, False])
def test_publishing_never_replaces_a_file(tmp_path, monkeypatch, has_hard_links):
    if not has_hard_links:

        def refuse(self, target):
            raise PermissionError("no hard links here")

        monkeypatch.setattr(Path, "hardlink_to", refuse)
    for content, is_first in [("first", True), ("second", False)]:
        (tmp_path / "new").write_text(content)
        assert files.publish(tmp_path / "new", tmp_path / "x") is is_first
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x", "first")]
