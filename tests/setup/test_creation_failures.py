"""`init`: what it refuses, and that a failure at any point leaves nothing behind."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from lamindb.errors import (
    CannotSwitchDefaultInstance,
    InstanceNotCreated,
    NoWriteAccess,
    StorageAlreadyManaged,
)
from lamindb.setup import creation, database, files, init, orm, schema_scripts, settings, user_rows


def rows(root: Path | str, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(Path(root) / ".lamindb" / "lamin.db")) as connection:
        return connection.execute(sql).fetchall()


# -- what is refused -----------------------------------------------------------------------------

REFUSED = [
    ({"storage": None}, SystemExit, "✗ `storage` argument can't be `None`"),
    ({"storage": "create-s3"}, ValueError, "needs a hub"),
    (
        {"storage": "ftp://host/x"},
        ValueError,
        "Protocol ftp is not supported, valid protocols are ",
    ),
    (
        {"storage": "./x/.lamindb"},
        ValueError,
        "Please pass a folder name that does not end or cont",
    ),
    (
        {"storage": "s3://bucket/x"},
        InstanceNotCreated,
        "Cannot create a SQLite database in cloud storage yet: s3://bucket/x. Pass a Postgres",
    ),
    (
        {"storage": "https://host/x", "db": "postgresql://localhost/x"},
        InstanceNotCreated,
        "Cannot create the storage location https://host/x: https:// locations can only be read",
    ),
    ({"storage": "memory://x"}, ValueError, "Protocol memory is not supported, valid protocols"),
    ({"storage": "./file"}, InstanceNotCreated, "file is not a folder"),
    ({"storage": "./file/below"}, InstanceNotCreated, "file is not a folder"),
    ({"name": "a/b"}, ValueError, "Invalid instance name: '/' delimiter not allowed."),
    ({"name": ""}, ValueError, "Invalid instance name"),
    (
        {"modules": "unknown1"},
        ImportError,
        "schema module 'unknown1' is not installed → resolve via ",
    ),
    ({"modules": "bionty,../x"}, ImportError, r"schema module '\.\./x' is not installed"),
    (
        {"modules": 3},
        ValueError,
        "modules must be names like 'bionty,pertdb' or a list of names, got",
    ),
    ({"db": "mysql://localhost/x"}, ValueError, "Invalid scheme: 'mysql'"),
    ({"db": "postgresql://localhost"}, ValueError, "Database name missing"),
    (
        {"db": "postgresql://a:secret@127.0.0.1:1/x"},
        InstanceNotCreated,
        "Cannot connect to the dat",
    ),
    ({"colour": "red"}, TypeError, "unexpected keyword argument 'colour'"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), REFUSED)
def test_bad_arguments_change_nothing(in_tmp, tree, printed, arguments, error, message):
    Path("file").touch()
    assert settings.user.handle == "anonymous"
    before = tree(in_tmp, files.settings_dir())
    with pytest.raises(error, match=message) as raised:
        init(**{"storage": "./data", **arguments})
    assert "secret" not in str(raised.value)
    assert tree(in_tmp, files.settings_dir()) == before
    assert not settings.is_configured
    assert "initialized" not in "".join(printed())


def test_a_taken_name_is_refused(in_tmp, tree, monkeypatch):
    init(storage="./data")
    other = in_tmp / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    before = tree(in_tmp, files.settings_dir())
    with pytest.raises(InstanceNotCreated) as error:
        init(storage="./data")
    assert "Instance anonymous/data exists already, in " + str(in_tmp / "data") in str(error.value)
    assert "lamin init --name NAME" in str(error.value)
    assert tree(in_tmp, files.settings_dir()) == before
    init(storage="./data", name="data2")
    assert settings.instance.slug == "anonymous/data2"


def test_another_kind_of_database_for_a_taken_name_is_refused(in_tmp):
    init(storage="./data")
    with pytest.raises(InstanceNotCreated, match=r"exists already, in .* with database sqlite:///"):
        init(storage="./data", name="data", db="postgresql://localhost/data")


def test_the_storage_root_of_another_instance_is_refused(in_tmp, tree):
    init(storage="./data")
    uid = settings.storage.uid
    before = tree(in_tmp, files.settings_dir())
    text = f"Storage location .*/data is already marked with uid {uid}, meaning that it is managed "
    text += r"by another LaminDB instance \(anonymous/data\)"
    with pytest.raises(StorageAlreadyManaged, match=text):
        init(storage="./data", name="other")
    assert tree(in_tmp, files.settings_dir()) == before
    assert settings.instance.slug == "anonymous/data"


def test_somebody_elses_database_file_is_refused(in_tmp, tree):
    (in_tmp / "data" / ".lamindb").mkdir(parents=True)
    with closing(sqlite3.connect(in_tmp / "data" / ".lamindb" / "lamin.db")) as connection:
        connection.execute("CREATE TABLE mine (x)")
    before = tree(in_tmp)
    with pytest.raises(InstanceNotCreated, match="exists, but isn't the database of an instance"):
        init(storage="./data")
    assert tree(in_tmp) == before


def test_a_damaged_database_file_is_refused(in_tmp, tree):
    (in_tmp / "data" / ".lamindb").mkdir(parents=True)
    (in_tmp / "data" / ".lamindb" / "lamin.db").write_bytes(b"something else" * 100)
    before = tree(in_tmp)
    with pytest.raises(
        InstanceNotCreated, match="Cannot open the database of anonymous/data: file is not"
    ):
        init(storage="./data")
    assert tree(in_tmp) == before


def test_a_complete_database_of_another_instance_is_refused(in_tmp, tree):
    init(storage="./data")
    (in_tmp / "data" / ".lamindb" / "storage_uid.txt").unlink()
    before = tree(in_tmp, files.settings_dir())
    with pytest.raises(
        InstanceNotCreated, match="belongs to another instance than anonymous/other"
    ):
        init(storage="./data", name="other")
    assert tree(in_tmp, files.settings_dir()) == before


def test_a_live_run_keeps_its_instance(in_tmp, tree, monkeypatch):
    from lamindb.setup import session

    def refuse() -> None:
        raise CannotSwitchDefaultInstance("Cannot switch while a run is tracked")

    init(storage="./a")
    before = tree(in_tmp, files.settings_dir())
    monkeypatch.setattr(session, "before_switch", [refuse])
    with pytest.raises(CannotSwitchDefaultInstance):
        init(storage="./b")
    assert tree(in_tmp, files.settings_dir()) == before
    init(storage="./a")
    assert settings.instance.slug == "anonymous/a"


def test_a_preset_id_must_be_one(in_tmp, tree, monkeypatch):
    monkeypatch.setenv("LAMINDB_INSTANCE_ID_INIT", "nonsense")
    with pytest.raises(ValueError, match="the instance id 'nonsense' is not a UUID"):
        init(storage="./data")
    assert list(in_tmp.iterdir()) == []


def test_inside_of_a_transaction_nothing_is_created(in_tmp, tree):
    from django.db import transaction

    orm.configure()
    init(storage="./a")
    before = tree(in_tmp / ".lamin", files.settings_dir())
    with transaction.atomic():
        with pytest.raises(CannotSwitchDefaultInstance, match="leave the atomic block first"):
            init(storage="./b")
    assert tree(in_tmp / ".lamin", files.settings_dir()) == before
    assert not (in_tmp / "b").exists()


# -- failures on the way -------------------------------------------------------------------------

STAGES = [
    (creation, "mark_storage"),
    (schema_scripts, "create_tables"),
    (schema_scripts, "insert_first_rows"),
    (schema_scripts, "insert_module_rows"),
    (user_rows, "ensure_user"),
    (creation, "write_settings"),
    (database, "publish_sqlite_file"),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("module", "function"), STAGES)
def test_ctrl_c_leaves_nothing(in_tmp, tree, monkeypatch, module, function, when):
    """Interrupt just before and just after each stage."""
    (in_tmp / "kept").mkdir()
    assert settings.user.handle == "anonymous"
    before = tree(in_tmp, files.settings_dir())
    original = getattr(module, function)

    def interrupt(*args, **kwargs):
        if when == "after":
            original(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, function, interrupt)
    if (function, when) == ("publish_sqlite_file", "after"):
        return  # the instance is complete by then
    with pytest.raises(KeyboardInterrupt):
        init(storage="./new/data", modules="bionty")
    assert tree(in_tmp, files.settings_dir()) == before
    assert not settings.is_configured
    monkeypatch.setattr(module, function, original)
    init(storage="./new/data", modules="bionty")
    assert rows("new/data", "SELECT COUNT(*) FROM bionty_source") == [(43,)]


@pytest.mark.parametrize("place", [".lamin", "data/.lamindb", "settings"])
def test_unwritable_places(in_tmp, tree, settings_dir, monkeypatch, place):
    """A file is where a folder has to be."""
    assert settings.user.handle == "anonymous"
    if place == "settings":
        (in_tmp / "settings").mkdir()
        (in_tmp / "settings" / ".lamin").touch()
        monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(in_tmp / "settings"))
    else:
        (in_tmp / place).parent.mkdir(exist_ok=True)
        (in_tmp / place).touch()
    before = tree(in_tmp, settings_dir)
    with pytest.raises(InstanceNotCreated, match="Cannot create") as error:
        init(storage="./data")
    assert "not a folder" in str(error.value) or isinstance(error.value.__cause__, OSError)
    assert tree(in_tmp, settings_dir) == before


def test_overwritten_files_are_restored(in_tmp, tree, monkeypatch):
    init(storage="./a")
    settings.branch = "archive"
    before = tree(in_tmp, files.settings_dir())

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(database, "publish_sqlite_file", fail)
    with pytest.raises(InstanceNotCreated, match="Cannot create anonymous/b: disk full"):
        init(storage="./b")
    assert tree(in_tmp, files.settings_dir()) == before
    assert settings.instance.slug == "anonymous/a"
    assert settings.branch_name == "archive"


def test_a_failure_while_connecting_again_restores_everything(in_tmp, tree, monkeypatch):
    init(storage="./data")
    before = tree(files.settings_dir(), in_tmp / ".lamin")

    def fail(*args, **kwargs):
        raise NoWriteAccess("cannot write")

    monkeypatch.setattr(creation, "write_settings", fail)
    (in_tmp / "sub").mkdir()
    monkeypatch.setattr(creation.dev_dir, "find_dev_dir", lambda slug: None)
    with pytest.raises(InstanceNotCreated, match="Cannot connect anonymous/data: cannot write"):
        init(storage="./data")
    assert tree(files.settings_dir(), in_tmp / ".lamin") == before


def test_killed_processes_leave_what_the_next_one_completes(in_tmp):
    code = """
import os, signal
import lamindb.setup.{module} as module
from lamindb.setup import init
original = module.{function}
def kill(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
module.{function} = kill
init(storage="./data", modules="bionty")
"""
    for module, function in STAGES:
        name = module.__name__.rpartition(".")[2]
        script = code.format(module=name, function=function)
        killed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
        assert killed.returncode == -9, function
    init(storage="./data", modules="bionty")
    assert rows("data", "SELECT COUNT(*) FROM bionty_source") == [(43,)]
