"""`init` on Postgres: one transaction, so that an interrupted call leaves an empty database."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from lamindb.errors import InstanceNotCreated
from lamindb.setup import creation, delete, files, init, schema_scripts, settings


def query(url: str, sql: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()


def n_objects(url: str) -> int:
    """Number of tables, sequences and functions of ours."""
    sql = "SELECT (SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    sql += " WHERE nspname = 'public') + (SELECT COUNT(*) FROM pg_proc p JOIN pg_namespace n"
    sql += " ON n.oid = p.pronamespace WHERE nspname = 'public')"
    return query(url, sql)[0][0]


def test_an_instance_on_postgres(in_tmp, postgres_url, printed):
    assert settings.user.handle == "anonymous"
    printed()
    init(storage="./data", db=postgres_url, modules="bionty")
    name = postgres_url.rpartition("/")[2]
    assert printed() == [
        "! using the sql database name for the instance name",
        f"→ initialized lamindb: anonymous/{name}",
    ]
    assert settings.instance.dialect == "postgresql"
    assert settings.instance.db == postgres_url
    assert not settings.instance.is_remote
    assert os.listdir("data/.lamindb") == ["storage_uid.txt"]
    assert stat.S_IMODE(settings.instance.file.stat().st_mode) == 0o600
    assert settings.user.id == 1
    assert query(postgres_url, "SELECT COUNT(*) FROM bionty_source") == [(43,)]
    assert query(postgres_url, "SELECT uid, root FROM lamindb_storage") == [
        (settings.storage.uid, str(in_tmp.resolve() / "data"))
    ]


def test_further_rows_get_further_ids(in_tmp, postgres_url):
    init(storage="./data", db=postgres_url)
    columns = "id, uid, name, created_by_id, space_id, _aux"
    assert query(postgres_url, f"SELECT {columns} FROM lamindb_branch ORDER BY id") == [
        (-1, "t" * 12, "trash", 1, 1, None),
        (0, "a" * 12, "archive", 1, 1, None),
        (1, "m" * 12, "main", 1, 1, None),
    ]
    import lamindb as ln

    assert ln.Branch(name="my_branch").save().id == 2
    assert ln.Space(name="my_space").save().id == 2


def test_the_session_is_on_postgres(in_tmp, postgres_url):
    init(storage="./data", db=postgres_url)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert postgres_url.endswith(f"/{cursor.fetchone()[0]}")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg2"])
def test_synonyms_of_the_scheme(in_tmp, postgres_url, scheme):
    init(storage="./data", name="x", db=postgres_url.replace("postgresql", scheme))
    assert settings.instance.db == postgres_url


def test_django_is_not_needed(in_tmp, postgres_url, run_python):
    code = "import sys, lamindb.setup as s; s.init(db=sys.argv[1], modules='bionty')"
    code = code.replace("sys.argv[1]", repr(postgres_url)) + "; print('django' in sys.modules)"
    result = run_python(code)
    assert result.stdout.splitlines()[-1] == "False", result.stderr


def test_a_second_call_connects(in_tmp, postgres_url, printed):
    init(storage="./data", name="x", db=postgres_url)
    printed()
    init(storage="./data", name="x", db=postgres_url)
    assert printed() == ["→ connected lamindb: anonymous/x"]
    assert query(postgres_url, "SELECT COUNT(*) FROM lamindb_storage") == [(1,)]


def test_modules_are_added(in_tmp, postgres_url, printed):
    init(storage="./data", name="x", db=postgres_url)
    init(storage="./data", name="x", db=postgres_url, modules=["bionty"])
    assert printed()[-1] == "→ added modules: bionty"
    assert query(postgres_url, "SELECT COUNT(*) FROM bionty_source") == [(43,)]


def test_a_database_that_was_deleted_from_the_settings_only_is_used_again(in_tmp, postgres_url):
    init(storage="./data", name="x", db=postgres_url, modules="bionty")
    uid = settings.storage.uid
    delete("x", force=True)
    assert not Path("data").exists()
    init(storage="./data", name="x", db=postgres_url)
    assert settings.storage.uid == uid
    assert settings.instance.modules == {"bionty"}
    assert query(postgres_url, "SELECT uid FROM lamindb_storage") == [(uid,)]


def test_it_is_used_again_with_another_storage_root(in_tmp, postgres_url):
    init(storage="./data", name="x", db=postgres_url)
    old = settings.storage.uid
    delete("x", force=True)
    init(storage="./data2", name="x", db=postgres_url)
    new = settings.storage.uid
    assert new != old
    assert query(postgres_url, "SELECT uid, root FROM lamindb_storage ORDER BY id") == [
        (old, str(in_tmp.resolve() / "data")),
        (new, str(in_tmp.resolve() / "data2")),
    ]


def test_the_database_of_another_instance_is_refused(in_tmp, postgres_url, tree):
    init(storage="./data", name="x", db=postgres_url)
    before = tree(in_tmp, files.settings_dir())
    with pytest.raises(InstanceNotCreated, match="belongs to another instance than anonymous/y"):
        init(storage="./other", name="y", db=postgres_url)
    assert tree(in_tmp, files.settings_dir()) == before


@pytest.mark.parametrize(
    "function", ["create_tables", "insert_first_rows", "insert_module_rows", "write_settings"]
)
def test_ctrl_c_leaves_nothing(in_tmp, postgres_url, tree, monkeypatch, function):
    assert settings.user.handle == "anonymous"
    before = tree(in_tmp, files.settings_dir())
    module = creation if function == "write_settings" else schema_scripts
    original = getattr(module, function)

    def interrupt(*args, **kwargs):
        original(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, function, interrupt)
    with pytest.raises(KeyboardInterrupt):
        init(storage="./data", name="x", db=postgres_url, modules="bionty")
    assert tree(in_tmp, files.settings_dir()) == before
    assert n_objects(postgres_url) == 0


def test_a_killed_process_leaves_an_empty_database(in_tmp, postgres_url):
    code = f"""
import os, signal
from lamindb.setup import creation, init
def kill(*args):
    os.kill(os.getpid(), signal.SIGKILL)
creation.write_settings = kill
init(storage="./data", name="x", db={postgres_url!r}, modules="bionty")
"""
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert n_objects(postgres_url) == 0
    init(storage="./data", name="x", db=postgres_url, modules="bionty")
    assert query(postgres_url, "SELECT COUNT(*) FROM bionty_source") == [(43,)]


def test_processes_that_create_the_same_instance_at_once(in_tmp, postgres_url):
    code = f"from lamindb.setup import init\ninit(storage='./data', name='x', db={postgres_url!r})"
    command = [sys.executable, "-c", code]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 3, outputs
    assert query(postgres_url, "SELECT COUNT(*) FROM lamindb_storage") == [(1,)]


def test_tables_of_others_stay(in_tmp, postgres_url):
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE mine (x int)")
    init(storage="./data", db=postgres_url)
    assert query(postgres_url, "SELECT COUNT(*) FROM mine") == [(0,)]


def test_a_conflicting_table_is_refused(in_tmp, postgres_url, tree):
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE lamindb_artifact (x int)")
    assert settings.user.handle == "anonymous"
    before = tree(in_tmp, files.settings_dir())
    with pytest.raises(InstanceNotCreated, match='relation "lamindb_artifact" already exists'):
        init(storage="./data", name="x", db=postgres_url)
    assert tree(in_tmp, files.settings_dir()) == before


def test_a_wrong_password_is_reported_without_it(in_tmp, postgres_url, tree):
    assert settings.user.handle == "anonymous"
    before = tree(in_tmp, files.settings_dir())
    user, _, host = postgres_url.partition("@")
    url = f"{user.rpartition(':')[0]}:wrong-secret@{host}"
    with pytest.raises(InstanceNotCreated, match="password authentication failed") as error:
        init(storage="./data", name="x", db=url)
    assert "wrong-secret" not in str(error.value)
    assert tree(in_tmp, files.settings_dir()) == before


def test_a_module_without_packaged_schema_is_migrated(in_tmp, postgres_url, custom_module):
    init(storage="./data", name="x", db=postgres_url, modules="custom1,bionty")
    recorded = "SELECT name FROM django_migrations WHERE app = 'custom1'"
    assert query(postgres_url, recorded) == [("0001_initial",)]
    assert query(postgres_url, "SELECT COUNT(*) FROM custom1_plate") == [(0,)]
    assert query(postgres_url, "SELECT COUNT(*) FROM bionty_source") == [(43,)]


def test_a_failing_migration_leaves_nothing(in_tmp, postgres_url, tree, custom_module):
    assert settings.user.handle == "anonymous"
    custom_module.write_migration(more='migrations.RunSQL("SELECT no_such_column"),')
    before = tree(in_tmp, files.settings_dir())
    with pytest.raises(InstanceNotCreated, match='column "no_such_column" does not exist'):
        init(storage="./data", name="x", db=postgres_url, modules="custom1")
    assert tree(in_tmp, files.settings_dir()) == before
    assert n_objects(postgres_url) == 0
