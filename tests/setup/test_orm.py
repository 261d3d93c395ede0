"""Django: the placeholder while nothing is connected, SQLite, Postgres and several databases."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from lamindb.errors import CurrentInstanceNotConfigured
from lamindb.setup import disconnect, init, orm, settings
from lamindb.setup.connection import connect
from lamindb.setup.instance import find_instance


@pytest.fixture
def two(in_tmp):
    """Instances `a` (connected) and `b`, each with one label."""
    import lamindb as ln

    for name in ("b", "a"):
        init(storage=f"./{name}")
        ln.ULabel(name=f"in {name}").save()
    return ln


@pytest.mark.parametrize(
    "use",
    [
        lambda ln: ln.ULabel.objects.count(),
        lambda ln: list(ln.ULabel.objects.all()),
        lambda ln: ln.ULabel.objects.filter(pk__in=[]).first(),
        lambda ln: ln.ULabel.objects.create(name="x"),
        lambda ln: str(ln.ULabel.objects.all().query),
        lambda ln: connection().cursor(),
        lambda ln: atomic(),
    ],
)
def test_every_use_without_instance_says_what_to_do(in_tmp, use):
    import lamindb as ln

    disconnect(mute=True)
    with pytest.raises(CurrentInstanceNotConfigured, match=r"ln.connect\(\)  / ln.setup.init\(\)"):
        use(ln)


def connection():
    from django.db import connection

    return connection


def atomic():
    from django.db import transaction

    with transaction.atomic():
        pass


def test_connecting_later_makes_everything_work(two):
    label_class = two.ULabel
    disconnect(mute=True)
    with pytest.raises(CurrentInstanceNotConfigured):
        label_class.objects.count()
    connect("a")
    assert label_class.objects.count() == 1


def test_a_file_that_vanishes_while_connected(two, in_tmp):
    connection().close()
    path = in_tmp / "a" / ".lamindb" / "lamin.db"
    path.unlink()
    with pytest.raises(CurrentInstanceNotConfigured, match=f"SQLite file {path} does not exist"):
        two.ULabel.objects.count()
    assert not path.exists(), "no empty database is created"


def test_settings_of_sqlite_connections(two):
    with connection().cursor() as cursor:
        found = {}
        for pragma in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys"):
            cursor.execute(f"PRAGMA {pragma}")
            found[pragma] = cursor.fetchone()[0]
    assert found == {
        "journal_mode": "wal",
        "synchronous": 1,
        "busy_timeout": 60_000,
        "foreign_keys": 1,
    }


def test_names_with_special_characters(in_tmp):
    import lamindb as ln

    init(storage="./50% done? #1")
    ln.ULabel(name="x").save()
    assert sorted(os.listdir("50% done? #1/.lamindb"))[0] == "lamin.db"
    assert ln.ULabel.objects.count() == 1


def test_a_writer_waits_for_its_turn(two, in_tmp):
    other = sqlite3.connect(in_tmp / "a" / ".lamindb" / "lamin.db", check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.rollback).start()
    start = time.monotonic()
    two.ULabel(name="new").save()
    assert time.monotonic() - start > 0.2
    other.close()


def test_transactions_that_read_first_do_not_fail_each_other(two):
    """Without BEGIN IMMEDIATE, one of two readers that become writers gets `database is locked`."""
    from django.db import transaction

    errors = []

    def work(number: int) -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    two.ULabel.objects.count()
                    two.Branch.objects.filter(id=1).update(description=f"{number}")
        except Exception as error:
            errors.append(error)
        finally:
            connection().close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_other_threads_follow_the_switch(two):
    names = []

    def read() -> None:
        names.extend(label.name for label in two.ULabel.objects.all())
        connection().close()

    ready, switched = threading.Event(), threading.Event()

    def read_before_and_after() -> None:
        read()
        ready.set()
        switched.wait()
        read()

    thread = threading.Thread(target=read_before_and_after)
    thread.start()
    ready.wait()
    connect("b")
    switched.set()
    thread.join()
    assert names == ["in a", "in b"]


def test_several_databases_at_once(two):
    from django.db import transaction

    orm.add_database("anonymous/b", find_instance("anonymous", "b"))
    assert orm.has_database("anonymous/b")
    there = two.ULabel.objects.using("anonymous/b")
    assert [label.name for label in there] == ["in b"]
    assert [label.name for label in two.ULabel.objects.all()] == ["in a"]
    with transaction.atomic():
        two.ULabel.objects.filter(name="in a").update(name="renamed")
        orm.remove_database("anonymous/b")
    assert not orm.has_database("anonymous/b")
    assert two.ULabel.objects.get().name == "renamed"


def test_an_alias_survives_a_switch(two):
    orm.add_database("other", find_instance("anonymous", "a"))
    assert two.ULabel.objects.using("other").count() == 1
    connect("b")
    assert two.ULabel.objects.using("other").get().name == "in a"
    orm.remove_database("other")
    orm.remove_database("other")


def test_the_database_of_the_environment_wins(in_tmp, postgres_url, monkeypatch, printed):
    init(storage="./data", name="x", db=postgres_url)
    init(storage="./y")
    monkeypatch.setenv("LAMINDB_DJANGO_DATABASE_URL", postgres_url)
    connect("x")
    printed()
    connect("y")
    text = "! using the database of LAMINDB_DJANGO_DATABASE_URL, not the instance's"
    assert printed() == [text, "→ connected lamindb: anonymous/y"]
    assert connection().vendor == "postgresql"


def test_the_url_of_the_environment_replaces_the_stored_one(
    in_tmp, postgres_url, monkeypatch, printed
):
    init(storage="./data", name="x", db=postgres_url)
    path = settings.instance.file
    path.write_text(path.read_text().replace("127.0.0.1", "unreachable.invalid"))
    disconnect(mute=True)
    monkeypatch.setenv("LAMINDB_INSTANCE_DB", postgres_url)
    printed()
    connect("x")
    assert printed()[0] == "→ loading db URL from env variable LAMINDB_INSTANCE_DB"
    assert settings.user.id == 1


def test_a_postgres_session_survives_a_restart_of_the_server(in_tmp, postgres_url, monkeypatch):
    import psycopg

    import lamindb as ln
    from lamindb.setup.backends.postgresql import base

    init(storage="./data", name="x", db=postgres_url)
    assert ln.ULabel.objects.count() == 0
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    monkeypatch.setattr(base, "IDLE_SECONDS", -1)
    assert ln.ULabel.objects.count() == 0


def test_event_loops_of_notebooks_may_query(run_python, in_tmp):
    code = """
import sys, types, os
sys.modules["IPython"] = types.ModuleType("IPython")
from lamindb.setup import orm
orm.configure()
print(os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"])
"""
    assert run_python(code).stdout == "true\n"


def test_a_failed_import_of_models_can_be_repeated(in_tmp, tmp_path, monkeypatch):
    import sys

    from django.apps import apps

    (tmp_path / "broken1.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    import broken1  # noqa: F401

    with pytest.raises(ZeroDivisionError), orm.mounting("broken1"):
        raise ZeroDivisionError
    assert "broken1" not in apps.app_configs
    assert apps.ready and apps.models_ready
    del sys.modules["broken1"]


def test_the_database_is_untouched_by_reading(two, in_tmp):
    connect("b")
    assert two.ULabel.objects.count() == 1
    connection().close()
    with closing(sqlite3.connect(in_tmp / "b" / ".lamindb" / "lamin.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert sorted(p.name for p in Path("b/.lamindb").iterdir()) == ["lamin.db", "storage_uid.txt"]
