"""Instances made elsewhere: by storage root, by database URL, and by the known product."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from lamindb.errors import InstanceNotFoundError
from lamindb.setup import disconnect, init, login, settings
from lamindb.setup.connection import connect, connect_and_persist
from tests.postgres.existing_dump import restore


def test_connect_by_location(in_tmp, monkeypatch, printed):
    init(storage="./data", modules="bionty")
    uid, instance_uid = settings.storage.uid, settings.instance.uid
    disconnect()
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(in_tmp / "other"))
    settings.__init__()
    printed()
    for location in ("./data", in_tmp / "data", str(in_tmp / "data")):
        connect(location)
        assert settings.instance.slug == "anonymous/data"
        assert settings.instance.uid == instance_uid
        assert settings.storage.uid == uid
        assert settings.instance.modules == {"bionty"}
        assert "→ connected lamindb: anonymous/data" in printed()
        disconnect()
    connect_and_persist(in_tmp / "data")
    settings.__init__()
    connect("data")


def test_the_owner_stays_the_creator(in_tmp):
    login("anna", local=True)
    init(storage="./data")
    login("bob", local=True)
    connect("./data")
    assert settings.instance.slug == "anna/data"
    assert settings.user.id == 2


def test_a_location_with_a_legacy_marker(in_tmp):
    """The name is guessed, and checked against the uid in the database."""
    init(storage="./data")
    uid, instance_uid = settings.storage.uid, settings.instance.uid
    marker = in_tmp / "data" / ".lamindb" / "storage_uid.txt"
    marker.unlink()
    marker.with_name("_is_initialized").write_text(uid)
    settings.instance.file.unlink()
    connect("./data")
    assert settings.instance.slug == "anonymous/data"
    assert settings.instance.uid == instance_uid
    assert marker.read_text() == uid


def test_a_moved_folder_whose_name_cannot_be_guessed_keeps_its_uid(in_tmp, printed):
    init(storage="./data", name="something")
    instance_uid = settings.instance.uid
    (in_tmp / "data" / ".lamindb" / "storage_uid.txt").write_text(settings.storage.uid)
    (in_tmp / "data").rename(in_tmp / "moved")
    disconnect(here=True)
    printed()
    connect_and_persist("./moved")
    assert settings.instance.slug == "anonymous/moved"
    assert settings.instance.uid == instance_uid
    assert f"gives {in_tmp / 'data'} as its storage, not {in_tmp / 'moved'}" in printed()[0]
    settings.__init__()
    connect("moved")
    assert settings.instance.uid == instance_uid


def test_a_damaged_database(in_tmp):
    (in_tmp / "data" / ".lamindb").mkdir(parents=True)
    path = in_tmp / "data" / ".lamindb" / "lamin.db"
    path.write_text("something else" * 100)
    with pytest.raises(InstanceNotFoundError, match=f"{path} is damaged: file is not a database"):
        connect("./data")


@pytest.mark.parametrize("content", ["CREATE TABLE mine (x)", ""])
def test_a_location_without_instance(in_tmp, content):
    (in_tmp / "data" / ".lamindb").mkdir(parents=True)
    with closing(sqlite3.connect(in_tmp / "data" / ".lamindb" / "lamin.db")) as connection:
        connection.execute(content)
    with pytest.raises(InstanceNotFoundError, match="There is no complete instance in"):
        connect("./data")


def test_connect_by_postgres_url(in_tmp, postgres_url, printed, new_process):
    init(storage="./data", name="x", db=postgres_url, modules="bionty")
    expected = settings.instance.as_text()
    settings.instance.file.unlink()
    new_process()
    connect_and_persist(postgres_url.replace("postgresql", "postgres"), here=True)
    assert settings.instance.as_text() == expected
    assert settings.instance.file.read_text() == expected


def test_connect_by_postgres_url_from_another_machine(in_tmp, postgres_url):
    """The storage root with the marker isn't there: database name and uid have to do."""
    name = postgres_url.rpartition("/")[2]
    init(storage="./data", db=postgres_url)
    uid, instance_uid = settings.storage.uid, settings.instance.uid
    settings.instance.file.unlink()
    disconnect(mute=True)
    shutil.rmtree("data")
    connect(postgres_url)
    assert settings.instance.slug == f"anonymous/{name}"
    assert (settings.storage.uid, settings.instance.uid) == (uid, instance_uid)


def test_an_empty_postgres_database_is_no_instance(in_tmp, postgres_url):
    with pytest.raises(
        InstanceNotFoundError, match="There is no complete instance in the database"
    ):
        connect(postgres_url)


def test_an_existing_sqlite_instance_opens_in_place(in_tmp, test_data, count_queries):
    store = in_tmp / "store"
    shutil.copytree(test_data / "existing-2.12" / "sqlite" / "store", store)
    for path in [store, *store.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    database = store / ".lamindb" / "lamin.db"
    before = database.read_bytes()
    connect_and_persist(store)
    assert settings.instance.slug == "anonymous/existing"
    assert settings.instance._id_hex == "8dca469464ab5487a4c8d3036de4caae"
    assert settings.instance.uid == "4DGElHa2edCI"
    assert settings.storage.uid == "YcFDczLI7wHx"
    assert settings.instance.modules_in_order == ["bionty", "pertdb"]
    import lamindb as ln

    assert ln.Artifact.objects.count() == 10
    assert settings.user.id == 1
    assert settings.branch.name == "main"
    disconnect()
    assert database.read_bytes() == before
    assert sorted(p.name for p in database.parent.glob("lamin.db*")) == ["lamin.db"]


def test_an_existing_postgres_instance_opens_in_place(in_tmp, test_data, postgres_url):
    import psycopg

    restore(test_data / "existing-2.12" / "postgres" / "existing.sql.gz", postgres_url)
    definitions = "SELECT relname, relkind, relnatts FROM pg_class WHERE relnamespace = "
    definitions += "'public'::regnamespace ORDER BY 1"
    with psycopg.connect(postgres_url) as connection:
        before = connection.execute(definitions).fetchall()
    connect(postgres_url)
    assert settings.instance.uid == "4DGElHa2edCI"
    assert settings.instance.modules == {"bionty", "pertdb"}
    assert settings.storage.root_as_str == "/data/existing/store"
    import lamindb as ln

    assert ln.Artifact.objects.count() == 10
    assert settings.user.id == 1
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute(definitions).fetchall() == before
