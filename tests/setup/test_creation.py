"""`init` on SQLite: what it creates, and what a second call does."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from lamindb.base.ids import instance_id, instance_uid
from lamindb.errors import InstanceNotCreated
from lamindb.setup import files, init, settings
from tests.support.processes import ROOT

MARKER = """\
{uid}
creation info:
instance_slug=anonymous/data
instance_id={id}
instance_uid={instance_uid}"""


def rows(root: Path | str, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(Path(root) / ".lamindb" / "lamin.db")) as connection:
        return connection.execute(sql).fetchall()


def tables(root: Path | str) -> set[str]:
    return {name for (name,) in rows(root, "SELECT name FROM sqlite_master WHERE type='table'")}


# -- what is created -----------------------------------------------------------------------------


def test_what_the_tutorial_shows(in_tmp, run_python):
    code = "import lamindb.setup as s; s.init(storage='./lamindb-tutorial', modules='bionty')"
    created = run_python(code)
    assert created.stderr == ""
    assert created.stdout.splitlines() == [
        "! using anonymous user (to identify, call: lamin login)",
        "→ initialized lamindb: anonymous/lamindb-tutorial",
    ]
    (in_tmp / "sub").mkdir()
    for folder in (in_tmp, in_tmp / "sub"):
        connected = run_python("import lamindb", cwd=folder)
        assert connected.stdout == "→ connected lamindb: anonymous/lamindb-tutorial\n"
    assert run_python("import lamindb", cwd=in_tmp.parent).stdout == ""


def test_files_of_an_instance(in_tmp, settings_dir, printed):
    init(storage="./data", modules="bionty")
    root = in_tmp.resolve() / "data"
    assert sorted(p.name for p in (root / ".lamindb").iterdir()) == ["lamin.db", "storage_uid.txt"]
    identity = instance_id("anonymous/data")
    uid = settings.storage.uid
    text = MARKER.format(uid=uid, id=identity.hex, instance_uid=instance_uid(identity))
    assert (root / ".lamindb" / "storage_uid.txt").read_text() == text
    assert len(uid) == 12
    assert (in_tmp / ".lamin" / "current_instance").read_text() == "anonymous/data\n"
    assert files.instance_file("anonymous", "data").read_text() == settings.instance.as_text()
    assert not files.current_instance_file().exists()
    assert printed()[-1] == "→ initialized lamindb: anonymous/data"


def test_the_session_is_connected(in_tmp):
    init(storage="./data", modules="bionty")
    assert settings.is_configured
    assert settings.is_connected
    assert settings.instance.slug == "anonymous/data"
    assert settings.instance.modules == {"bionty"}
    assert settings.storage.root == in_tmp.resolve() / "data"
    assert settings.dev_dir == in_tmp
    assert settings.user.id == 1


def test_first_rows(in_tmp):
    init(storage="./data")
    text = "description, created_by_id"
    assert rows("data", f"SELECT id, uid, name, {text} FROM lamindb_space") == [
        (1, "a" * 12, "all", "Every team & user with access to the instance has access.", None)
    ]
    assert rows("data", "SELECT id, uid, handle, name FROM lamindb_user") == [
        (1, "00000000", "anonymous", None)
    ]
    columns = "id, uid, name, description, space_id, created_by_id, _status_code, _aux"
    assert rows("data", f"SELECT {columns} FROM lamindb_branch ORDER BY id") == [
        (-1, "t" * 12, "trash", "The trash.", 1, 1, 0, None),
        (0, "a" * 12, "archive", "The archive.", 1, 1, 0, None),
        (1, "m" * 12, "main", "The main & default branch of the instance.", 1, 1, 0, None),
    ]
    columns = "id, uid, root, description, type, region, instance_uid, branch_id, created_on_id"
    columns += ", space_id, created_by_id, run_id, is_locked, _aux"
    root, uid = str(in_tmp.resolve() / "data"), settings.storage.uid
    assert rows("data", f"SELECT {columns} FROM lamindb_storage") == [
        (1, uid, root, None, "local", None, settings.instance.uid, 1, 1, 1, 1, None, 0, None)
    ]


def test_first_rows_of_bionty_equal_the_contract(in_tmp):
    init(storage="./data", modules="bionty")
    contract = json.loads((ROOT / "bionty/migrations/schema/rows.json").read_text())
    content = contract["bionty_source"]
    selected = rows(
        "data", f"SELECT {', '.join(content['columns'])} FROM bionty_source ORDER BY id"
    )
    assert [list(row) for row in selected] == content["rows"]
    assert len(selected) == 43
    others = "branch_id, created_on_id, space_id, created_by_id, run_id, dataframe_artifact_id"
    assert rows("data", f"SELECT DISTINCT {others}, is_locked, _aux FROM bionty_source") == [
        (1, 1, 1, 1, None, None, 0, None)
    ]


def test_only_the_tables_of_the_modules_exist(in_tmp):
    init(storage="./core")
    assert {name.partition("_")[0] for name in tables("core")} == {"django", "lamindb", "sqlite"}
    init(storage="./bio", modules="bionty")
    assert "bionty_celltype" in tables("bio")
    assert {t for t in tables("bio") if not t.startswith("bionty_")} == tables("core")


def test_the_database_is_ready_for_concurrent_processes(in_tmp):
    init(storage="./data")
    assert rows("data", "PRAGMA journal_mode") == [("wal",)]
    assert rows("data", "PRAGMA integrity_check") == [("ok",)]
    assert rows("data", "PRAGMA foreign_key_check") == []


def test_django_is_not_needed(in_tmp, run_python):
    code = (
        "import lamindb.setup as s, sys; s.init(modules='bionty'); print('django' in sys.modules)"
    )
    assert run_python(code).stdout.splitlines()[-1] == "False"


def test_the_creator_is_the_owner(in_tmp):
    from lamindb.setup import login

    login("anna", local=True, name="Anna Ek")
    init(storage="./data")
    assert settings.instance.slug == "anna/data"
    assert rows("data", "SELECT id, handle, name FROM lamindb_user") == [(1, "anna", "Anna Ek")]


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        ("bionty", ["bionty"]),
        (" bionty ,", ["bionty"]),
        (["bionty"], ["bionty"]),
        (("bionty", "lamindb"), ["bionty"]),
        ({"bionty"}, ["bionty"]),
        ("", []),
        (None, []),
        ([], []),
    ],
)
def test_forms_of_modules(in_tmp, modules, expected):
    init(storage="./data", modules=modules)
    assert settings.instance.modules_in_order == expected


def test_schema_is_an_old_name_of_modules(in_tmp):
    init(storage="./data", schema="bionty")
    assert settings.instance.modules == {"bionty"}


@pytest.mark.parametrize("kind", [str, Path, "upath"])
def test_storage_is_text_or_a_path(in_tmp, kind):
    from upath import UPath

    init(storage=(UPath if kind == "upath" else kind)("data"))
    assert settings.storage.root_as_str == str(in_tmp.resolve() / "data")


def test_the_default_name_is_that_of_the_working_folder(in_tmp, monkeypatch):
    (in_tmp / "My_Project").mkdir()
    monkeypatch.chdir(in_tmp / "My_Project")
    init()
    assert settings.instance.slug == "anonymous/my_project"
    assert settings.storage.root_as_str.endswith("/My_Project/storage")


def test_identity_from_the_environment(in_tmp, monkeypatch):
    monkeypatch.setenv("LAMINDB_INSTANCE_ID_INIT", "8dca4694-64ab-5487-a4c8-d3036de4caae")
    monkeypatch.setenv("LAMINDB_STORAGE_LNID_INIT", "YcFDczLI7wHx")
    init(storage="./data")
    assert settings.instance.uid == "4DGElHa2edCI"
    assert settings.storage.uid == "YcFDczLI7wHx"


def test_a_storage_root_with_files_of_the_user(in_tmp):
    (in_tmp / "data").mkdir()
    (in_tmp / "data" / "mine.txt").write_text("mine")
    init(storage="./data")
    assert (in_tmp / "data" / "mine.txt").read_text() == "mine"


def test_in_the_home_folder_it_becomes_the_global_default(in_tmp, monkeypatch):
    monkeypatch.setenv("HOME", str(in_tmp))
    init(storage="./data")
    assert not (in_tmp / ".lamin" / "current_instance").exists()
    assert files.current_instance_file().read_text() == settings.instance.as_text()
    assert settings.dev_dir is None


def test_inside_another_development_folder_only_this_folder_changes(in_tmp, monkeypatch):
    init(storage="./a")
    (in_tmp / "sub").mkdir()
    monkeypatch.chdir(in_tmp / "sub")
    init(storage="./b")
    assert (in_tmp / ".lamin" / "current_instance").read_text() == "anonymous/a\n"
    assert (in_tmp / "sub" / ".lamin" / "current_instance").read_text() == "anonymous/b\n"


def test_a_new_instance_does_not_inherit_the_branch_of_the_folder(in_tmp):
    init(storage="./a")
    settings.branch = "archive"
    init(storage="./b")
    assert settings.branch_name == "main"
    assert [p.name for p in (in_tmp / ".lamin").iterdir()] == ["current_instance"]


# -- again ---------------------------------------------------------------------------------------


def test_a_second_call_connects(in_tmp, tree, printed, new_process):
    init(storage="./data", modules="bionty")
    before = tree(in_tmp / ".lamin", files.settings_dir())
    new_process()
    printed()
    init(storage="./data", modules="bionty")
    assert printed() == ["→ connected lamindb: anonymous/data"]
    assert settings.instance.slug == "anonymous/data"
    assert tree(in_tmp / ".lamin", files.settings_dir()) == before
    assert rows("data", "SELECT COUNT(*) FROM lamindb_storage") == [(1,)]


def test_a_second_call_from_another_folder_connects_that_folder(in_tmp, monkeypatch):
    init(storage="./data")
    (in_tmp.parent / "elsewhere").mkdir()
    monkeypatch.chdir(in_tmp.parent / "elsewhere")
    init(storage=in_tmp / "data")
    assert Path(".lamin/current_instance").read_text() == "anonymous/data\n"
    Path(".lamin/current_instance").unlink()


def test_further_modules_are_added(in_tmp, printed):
    init(storage="./data")
    printed()
    init(storage="./data", modules="bionty")
    assert printed() == ["→ connected lamindb: anonymous/data", "→ added modules: bionty"]
    assert settings.instance.modules == {"bionty"}
    assert "lamindb_instance_schema_str=bionty\n" in settings.instance.file.read_text()
    assert rows("data", "SELECT COUNT(*) FROM bionty_source") == [(43,)]
    init(storage="./data")
    assert settings.instance.modules == {"bionty"}, "modules are never removed"


def test_an_instance_whose_settings_were_lost_is_adopted(in_tmp, printed, new_process):
    init(storage="./data", modules="bionty")
    uid = settings.storage.uid
    settings.instance.file.unlink()
    new_process()
    printed()
    init(storage="./data")
    assert printed() == ["→ connected lamindb: anonymous/data"]
    assert settings.storage.uid == uid
    assert settings.instance.modules == {"bionty"}


def test_a_missing_marker_is_restored(in_tmp):
    init(storage="./data")
    uid = settings.storage.uid
    marker = in_tmp / "data" / ".lamindb" / "storage_uid.txt"
    text = marker.read_text()
    marker.unlink()
    init(storage="./data")
    assert marker.read_text() == text
    assert settings.storage.uid == uid


def test_a_lost_database_is_created_anew(in_tmp, printed):
    init(storage="./data")
    (in_tmp / "data" / ".lamindb" / "lamin.db").unlink()
    printed()
    init(storage="./data", modules="bionty")
    identity = instance_id("anonymous/data").hex
    assert printed() == [
        f"! instance exists with id {identity}, but database is not loadable: re-initializing",
        "→ initialized lamindb: anonymous/data",
    ]
    assert rows("data", "SELECT COUNT(*) FROM bionty_source") == [(43,)]


def test_the_log_of_a_lost_database_is_not_replayed(in_tmp):
    init(storage="./data")
    database = in_tmp / "data" / ".lamindb" / "lamin.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE lamindb_user SET name = 'from the log'")
        connection.commit()
        log = database.with_name("lamin.db-wal").read_bytes()
    database.unlink()
    database.with_name("lamin.db-wal").write_bytes(log)
    init(storage="./data")
    assert rows("data", "SELECT name FROM lamindb_user") == [(None,)]
    assert rows("data", "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("content", ["", "CREATE TABLE lamindb_storage (uid TEXT)"])
def test_an_unfinished_database_is_completed(in_tmp, content):
    (in_tmp / "data" / ".lamindb").mkdir(parents=True)
    path = in_tmp / "data" / ".lamindb" / "lamin.db"
    path.touch()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(content)
    init(storage="./data")
    assert rows("data", "SELECT COUNT(*) FROM lamindb_storage") == [(1,)]


def test_processes_that_create_the_same_instance_at_once(in_tmp):
    code = "import lamindb.setup as s; s.init(storage='./data'); print(s.settings.storage.uid)"
    command = [sys.executable, "-c", code]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 6, outputs
    uids = {out.splitlines()[-1] for out, _ in outputs}
    assert uids == {uid for (uid,) in rows("data", "SELECT uid FROM lamindb_storage")}
    assert sorted(os.listdir("data/.lamindb")) == ["lamin.db", "storage_uid.txt"]


# -- modules of users ----------------------------------------------------------------------------


def test_a_module_without_packaged_schema_is_migrated(in_tmp, custom_module):
    init(storage="./data", modules="bionty,custom1")
    assert settings.instance.modules_in_order == ["bionty", "custom1"]
    assert {"custom1_plate", "bionty_celltype"} <= tables("data")
    recorded = "SELECT name FROM django_migrations WHERE app = 'custom1'"
    assert rows("data", recorded) == [("0001_initial",)]
    import custom1

    custom1.Plate.objects.create(name="P1", branch_id=1)
    assert rows("data", "SELECT name, branch_id FROM custom1_plate") == [("P1", 1)]


def test_a_new_process_imports_the_module(in_tmp, custom_module, run_python):
    init(storage="./data", modules="custom1")
    code = "import custom1; print(custom1.Plate.objects.count())"
    result = run_python(code, env=custom_module.environment)
    assert result.stdout.splitlines() == ["→ connected lamindb: anonymous/data", "0"], result.stderr


def test_a_failing_migration_leaves_nothing(in_tmp, tree, custom_module):
    assert settings.user.handle == "anonymous"
    custom_module.write_migration(more='migrations.RunSQL("SELECT no_such_column"),')
    before = tree(in_tmp, files.settings_dir())
    with pytest.raises(InstanceNotCreated, match="Cannot create anonymous/data: no such column"):
        init(storage="./data", modules="bionty,custom1")
    assert tree(in_tmp, files.settings_dir()) == before
    assert not settings.is_configured


def test_a_module_is_added_later(in_tmp, custom_module, printed):
    init(storage="./data")
    init(storage="./data", modules="custom1")
    assert printed()[-1] == "→ added modules: custom1"
    assert "custom1_plate" in tables("data")


def test_everything_by_migrations_gives_the_same_tables(in_tmp, monkeypatch):
    init(storage="./packaged", modules="bionty")
    monkeypatch.setenv("LAMINDB_INIT_FROM_SCRATCH", "true")
    init(storage="./migrated", modules="bionty")
    assert tables("migrated") == tables("packaged")
    assert rows("migrated", "SELECT COUNT(*) FROM bionty_source") == [(43,)]
    assert rows("migrated", "PRAGMA journal_mode") == [("wal",)]
