"""`delete`: nothing of the instance remains, and nothing else is touched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lamindb.errors import (
    CurrentInstanceNotConfigured,
    InstanceNotFoundError,
    InvalidArgument,
    StorageNotEmpty,
)
from lamindb.setup import delete, disconnect, files, init, settings
from lamindb.setup.connection import connect_and_persist
from lamindb.setup.session import require_instance


@pytest.fixture
def stored(in_tmp, printed) -> Path:
    """Folder `.lamindb` of an instance that is connected, also as global default."""
    init(storage="./data")
    connect_and_persist("data")
    printed()
    return in_tmp / "data" / ".lamindb"


def test_nothing_remains(in_tmp, stored, printed, tree):
    settings.branch = "archive"
    assert delete("data", force=True) is None
    assert printed() == ["→ deleted instance anonymous/data"]
    assert list(in_tmp.iterdir()) == []
    assert os.listdir(files.settings_dir()) == ["current_user.env"]
    assert settings.instance.slug == "none/none"
    with pytest.raises(CurrentInstanceNotConfigured):
        require_instance()


@pytest.mark.parametrize(
    "identifier", ["data", "anonymous/data", "https://lamin.ai/anonymous/data"]
)
def test_forms_of_the_identifier(stored, identifier):
    delete(identifier, force=True)
    assert not stored.exists()


def test_the_branch_chosen_outside_of_a_folder_is_forgotten(stored, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    settings.branch = "archive"
    assert (files.settings_dir() / "current-branch--anonymous--data.txt").exists()
    delete("data", force=True)
    assert os.listdir(files.settings_dir()) == ["current_user.env"]


def test_files_of_the_user_stay(in_tmp, stored):
    (in_tmp / "data" / "mine.txt").write_text("mine")
    (in_tmp / ".lamin" / "mine.txt").write_text("mine")
    delete("data", force=True)
    assert sorted(p.name for p in in_tmp.rglob("*")) == [".lamin", "data", "mine.txt", "mine.txt"]


def test_an_instance_with_artifacts_is_kept(in_tmp, stored, tree):
    for name in ("a.txt", "b.txt"):
        (stored / name).touch()
    before = tree(in_tmp, files.settings_dir())
    with pytest.raises(StorageNotEmpty) as error:
        delete("data", force=True)
    assert str(error.value) == (
        f"Storage location {stored.parent} contains 2 objects ({stored / 'a.txt'},"
        f" {stored / 'b.txt'}): delete them prior to deleting the storage location"
    )
    assert tree(in_tmp, files.settings_dir()) == before
    assert settings.instance.slug == "anonymous/data"


def test_long_lists_are_cut(stored):
    for number in range(12):
        (stored / f"{number:02}.txt").touch()
    with pytest.raises(StorageNotEmpty, match=r"contains 12 objects \(.*09\.txt, and 2 more\)"):
        delete("data", force=True)


def test_artifacts_can_be_left_behind(in_tmp, stored, printed):
    (stored / "a.txt").touch()
    delete("data", force=True, require_empty=False)
    first, second = printed()
    assert first.startswith("! Storage location ")
    assert second == "→ deleted instance anonymous/data"
    assert [p.name for p in stored.iterdir()] == ["a.txt"]
    assert not files.instance_file("anonymous", "data").exists()


def test_companions_of_the_database_are_no_objects(stored):
    for suffix in ("-wal", "-shm", "-journal"):
        (stored / f"lamin.db{suffix}").touch()
    (stored / ".lamin.db.123").touch()
    (stored / "_exclusion").mkdir()
    (stored / "_exclusion" / "lock").touch()
    delete("data", force=True)
    assert not stored.exists()


@pytest.mark.parametrize(
    ("answer", "deleted"), [("y", True), ("yes", True), ("n", False), ("", False)]
)
def test_the_question(stored, monkeypatch, answer, deleted):
    asked = []
    monkeypatch.setattr("lamindb.base.prompts.can_ask", lambda: True)
    monkeypatch.setattr("builtins.input", lambda text: asked.append(text) or answer)
    assert delete("data") == (None if deleted else -1)
    assert asked == ["Are you sure you want to delete instance anonymous/data? (y/n) "]
    assert stored.exists() is not deleted


def test_without_terminal_nobody_is_asked(stored):
    with pytest.raises(InvalidArgument, match="force=True"):
        delete("data")
    assert stored.exists()


def test_an_unknown_instance(in_tmp):
    with pytest.raises(InstanceNotFoundError, match="Instance 'anonymous/gone' is not known"):
        delete("gone", force=True)


@pytest.mark.parametrize("what", ["database", "folder"])
def test_an_instance_whose_files_are_gone(in_tmp, stored, what):
    shutil.rmtree(stored.parent) if what == "folder" else (stored / "lamin.db").unlink()
    delete("data", force=True)
    assert list(in_tmp.iterdir()) == []


def test_a_folder_that_another_instance_has_taken_over(in_tmp, stored):
    text = (stored / "storage_uid.txt").read_text()
    uid = settings.instance.uid
    (stored / "storage_uid.txt").write_text(text.replace(uid, "XXXXXXXXXXXX"))
    delete("data", force=True)
    assert sorted(p.name for p in stored.iterdir()) == ["lamin.db", "storage_uid.txt"]


def test_deleting_another_instance_keeps_the_connected_one(in_tmp, stored):
    init(storage="./other")
    delete("data", force=True)
    assert settings.instance.slug == "anonymous/other"
    assert (in_tmp / ".lamin" / "current_instance").exists()


def test_a_damaged_global_default_does_not_matter(stored):
    files.current_instance_file().write_text("nonsense")
    delete("data", force=True)
    assert not stored.exists()


def test_a_postgres_database_stays(in_tmp, postgres_url, printed):
    import psycopg

    init(storage="./data", name="x", db=postgres_url)
    printed()
    delete("x", force=True)
    first, second = printed()
    assert first.startswith("! delete() does not yet affect your Postgres database at postgresql:")
    assert postgres_url.split(":")[2].partition("@")[0] not in first, "the password is masked"
    assert second == "→ deleted instance anonymous/x"
    assert not Path("data").exists()
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT COUNT(*) FROM lamindb_user").fetchone() == (1,)


def test_what_r_does_with_a_temporary_instance(in_tmp, run_python):
    code = """
import lamindb as ln
ln.setup.init(storage="./mine")
ln.setup.disconnect()
ln.setup.init(storage="./tmp", name="temporary", modules="bionty")
ln.setup.disconnect()
ln.setup.delete("anonymous/temporary", force=True, require_empty=False)
ln.connect("anonymous/mine")
print(ln.ULabel.filter().count())
"""
    result = run_python(code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-3:] == [
        "→ deleted instance anonymous/temporary",
        "→ connected lamindb: anonymous/mine",
        "0",
    ]


def test_delete_after_disconnect(stored):
    disconnect()
    delete("data", force=True)
    assert not stored.exists()
