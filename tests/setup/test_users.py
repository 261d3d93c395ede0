"""Users: anonymous, local identities, stored profiles, and their rows in databases."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from lamindb.errors import (
    CurrentInstanceNotConfigured,
    IntegrityError,
    NoWriteAccess,
    SettingsEnvFileOutdated,
)
from lamindb.setup import files, init, login, logout, register, settings
from lamindb.setup.user import UserSettings, read_user

PROFILE = """\
lamin_user_email=ada@example.com
lamin_user_password=null
lamin_user_access_token=null
lamin_user_uid=AbCd1234
lamin_user_uuid=8dca469464ab5487a4c8d3036de4caae
lamin_user_handle=ada
lamin_user_name=Ada Lovelace
lamin_user_api_key=secret
"""


def store_profile() -> None:
    for label in ("ada", "ada@example.com"):
        files.write_text(files.user_file(label), PROFILE, private=True)


def handles(root: str = "data") -> list[tuple]:
    with closing(sqlite3.connect(f"{root}/.lamindb/lamin.db")) as connection:
        select = "SELECT uid, handle, name FROM lamindb_user ORDER BY id"
        return connection.execute(select).fetchall()


# -- who is active -------------------------------------------------------------------------------


def test_everybody_is_anonymous_at_first(printed, new_process):
    assert (settings.user.handle, settings.user.uid) == ("anonymous", "00000000")
    assert printed() == ["! using anonymous user (to identify, call: lamin login)"]
    new_process()
    assert settings.user.handle == "anonymous"
    assert printed() == [], "said once per settings folder"
    assert [p.name for p in files.settings_dir().iterdir()] == ["current_user.env"]


def test_a_settings_folder_that_cannot_be_written_does_not_matter(monkeypatch, tmp_path, printed):
    (tmp_path / ".lamin").touch()
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(tmp_path))
    assert settings.user.handle == "anonymous"
    assert printed()[1].startswith(f"! Cannot write {tmp_path}/.lamin/current_user.env: ")


def test_a_local_identity(printed):
    user = login("anna", local=True, name="Anna Ek")
    assert user == settings.user
    assert (user.handle, user.uid, user.name) == ("anna", "6OoIVpVI", "Anna Ek")
    assert printed() == ["→ logged in anna"]
    assert repr(user) == "Current user:\n - handle: anna\n - uid: 6OoIVpVI"
    for path in (files.current_user_file(), files.user_file("anna")):
        assert read_user(path) == user
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_handle_is_the_same_user_everywhere(monkeypatch, tmp_path):
    uid = login("anna", local=True).uid
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(tmp_path))
    assert login("anna", local=True).uid == uid
    assert login("bob", local=True).uid != uid


def test_switching_between_identities(new_process):
    login("anna", local=True, name="Anna Ek")
    login("bob", local=True)
    assert login("anna").name == "Anna Ek"
    assert login("anna", local=True).name == "Anna Ek", "keeps the stored profile"
    assert login("anna", local=True, name="Anna E.").name == "Anna E."
    new_process()
    assert settings.user.handle == "anna"


@pytest.mark.parametrize("label", ["ada", "ada@example.com"])
def test_a_stored_profile_is_found_by_handle_or_email(label):
    store_profile()
    user = login(label)
    assert (user.handle, user.uid, user.api_key) == ("ada", "AbCd1234", "secret")
    assert user._uuid.hex == "8dca469464ab5487a4c8d3036de4caae"
    assert files.current_user_file().read_text() == PROFILE, "read and written without loss"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"user": "nobody"}, SystemExit, "✗ Use your API key for your first login"),
        ({"user": "../nobody"}, SystemExit, "✗ Use your API key for your first login"),
        ({}, SystemExit, "This build has no hub .* lamin login HANDLE --local"),
        ({"api_key": "abc"}, SystemExit, "This build has no hub"),
        ({"user": "anna", "api_key": "abc"}, ValueError, "either a user or an API key"),
        ({"user": "anna", "name": "Anna"}, ValueError, "pass local=True as well"),
        ({"user": "anna", "colour": "red"}, TypeError, "unexpected keyword argument 'colour'"),
        ({"user": "Anna", "local": True}, ValueError, "Invalid handle 'Anna'"),
        ({"user": "anonymous", "local": True}, ValueError, "Invalid handle 'anonymous'"),
        ({"user": "none", "local": True}, ValueError, "Invalid handle 'none'"),
        ({"user": "-anna", "local": True}, ValueError, "Invalid handle '-anna'"),
        ({"user": "a" * 31, "local": True}, ValueError, "Invalid handle"),
        ({"user": "anna\n", "local": True}, ValueError, "Invalid handle"),
        ({"local": True}, ValueError, "Invalid handle None"),
    ],
)
def test_a_failed_login_changes_nothing(tree, arguments, error, message):
    login("bob", local=True)
    before = tree(files.settings_dir())
    with pytest.raises(error, match=message):
        login(**arguments)
    assert settings.user.handle == "bob"
    assert tree(files.settings_dir()) == before


def test_key_is_an_old_name_of_api_key(printed):
    with pytest.raises(SystemExit, match="no hub"):
        login(key="abc")
    assert printed() == ["! the argument `key` is deprecated, use `api_key`"]


def test_logout(printed):
    login("anna", local=True)
    printed()
    assert logout() is None
    assert printed() == ["→ logged out"]
    assert files.user_file("anna").exists()
    logout()
    assert printed() == ["→ already logged out"]
    assert settings.user.handle == "anonymous"


def test_logout_mentions_an_api_key_in_the_environment(monkeypatch, printed):
    monkeypatch.setenv("LAMIN_API_KEY", "abc")
    logout()
    text = "LAMIN_API_KEY is still set in your environment and will automatically log you in"
    assert printed()[-1] == f"! {text}"


def test_logout_keeps_the_instance(instance):
    login("anna", local=True)
    logout()
    assert settings.instance.slug == instance.slug


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PROFILE.replace("lamin_user_uid=AbCd1234\n", ""), "lacks 'lamin_user_uid'"),
        (PROFILE.replace("AbCd1234", "null"), "has no handle or no uid"),
        ("nonsense", "is damaged: line 'nonsense'"),
    ],
)
def test_a_damaged_user_file_is_named(text, message, run_python, in_tmp):
    files.write_text(files.current_user_file(), text)
    with pytest.raises(SettingsEnvFileOutdated, match=message) as error:
        settings.user  # noqa: B018
    assert str(files.current_user_file()) in str(error.value)
    imported = run_python("import lamindb")
    assert (imported.returncode, imported.stdout, imported.stderr) == (0, "", "")


def test_register_needs_a_hub():
    with pytest.raises(NotImplementedError, match="needs a hub"):
        register()


# -- rows in the database ------------------------------------------------------------------------


def test_without_instance_there_is_no_id(in_tmp):
    with pytest.raises(CurrentInstanceNotConfigured):
        settings.user.id  # noqa: B018


def test_logging_in_registers_the_user_in_the_connected_database(in_tmp):
    init(storage="./data")
    login("anna", local=True, name="Anna Ek")
    assert handles() == [("00000000", "anonymous", None), ("6OoIVpVI", "anna", "Anna Ek")]
    assert settings.user.id == 2


def test_ids_are_looked_up_once_per_user_and_database(in_tmp, count_queries):
    init(storage="./a")
    login("anna", local=True)
    assert settings.user.id == 2
    with count_queries() as queries:
        assert settings.user.id == 2
    assert queries.count == 0
    init(storage="./b")
    assert settings.user.id == 1
    logout()
    assert settings.user.id == 2
    assert handles("b") == [("6OoIVpVI", "anna", None), ("00000000", "anonymous", None)]


def test_a_known_user_costs_one_query_and_no_transaction(in_tmp, count_queries):
    init(storage="./data")
    with count_queries() as queries:
        assert settings.user.id == 1
    assert queries.count == 1


def test_handle_and_name_are_updated(in_tmp):
    store_profile()
    login("ada")
    init(storage="./data")
    settings.set_user(UserSettings(handle="ada2", uid="AbCd1234"))
    assert settings.user.id == 1
    assert handles() == [("AbCd1234", "ada2", "Ada Lovelace")]
    with closing(sqlite3.connect("data/.lamindb/lamin.db")) as connection:
        ((updated,),) = connection.execute("SELECT updated_at FROM lamindb_user").fetchall()
    assert len(updated) == len("2026-11-22 20:52:02.382000")


def test_a_handle_that_belongs_to_another_user_is_refused(in_tmp):
    init(storage="./data")
    with closing(sqlite3.connect("data/.lamindb/lamin.db")) as connection:
        connection.execute("INSERT INTO lamindb_user (uid, handle) VALUES ('xxxxxxxx', 'anna')")
        connection.commit()
    with pytest.raises(IntegrityError, match="Another user of this database has the handle 'anna'"):
        login("anna", local=True)
    settings.set_user(UserSettings(handle="anna", uid="6OoIVpVI"))
    with pytest.raises(IntegrityError, match="Another user of this database has the handle 'anna'"):
        settings.user.id  # noqa: B018


def test_a_rolled_back_registration_is_not_remembered(in_tmp):
    from django.db import transaction

    init(storage="./data")
    settings.set_user(UserSettings(handle="anna", uid="6OoIVpVI"))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert settings.user.id == 2
        raise ZeroDivisionError
    assert handles() == [("00000000", "anonymous", None)]
    assert settings.user.id == 2
    assert len(handles()) == 2


def test_a_database_that_cannot_be_written(in_tmp):
    init(storage="./data")
    settings.set_user(UserSettings(handle="anna", uid="6OoIVpVI"))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    with pytest.raises(NoWriteAccess, match="User 'anna' isn't registered in the database, and it"):
        settings.user.id  # noqa: B018


def test_a_postgres_user_that_may_only_read(in_tmp, postgres_url):
    import psycopg

    from lamindb.setup.connection import connect

    init(storage="./data", name="x", db=postgres_url)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("DROP ROLE IF EXISTS team_read")
        connection.execute("CREATE ROLE team_read LOGIN PASSWORD 'pw'")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO team_read")
    server = postgres_url.partition("@")[2]
    login("anna", local=True)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("DELETE FROM lamindb_user WHERE handle = 'anna'")
    connect(f"postgresql://team_read:pw@{server}")
    assert settings.instance.is_read_only_connection
    with pytest.raises(NoWriteAccess, match="permission denied"):
        settings.user.id  # noqa: B018
    assert login("bob", local=True).handle == "bob", "registering is skipped"


def test_an_unwritable_file_is_named(tmp_path, monkeypatch):
    Path(tmp_path / "x").touch()
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", os.fspath(tmp_path / "x"))
    with pytest.raises(NoWriteAccess, match="Cannot write"):
        login("anna", local=True)
    assert settings.user.handle == "anonymous"
