"""`connect`: for this session, and for later processes."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from lamindb.errors import (
    CannotSwitchDefaultInstance,
    ConnectWithinDevDirError,
    InstanceNotFoundError,
)
from lamindb.setup import disconnect, files, init, login, session, settings
from lamindb.setup.connection import connect, connect_and_persist
from lamindb.setup.session import auto_connect

# -- connect -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "identifier", ["a", "anonymous/a", "https://lamin.ai/anonymous/a", "https://x.org/anonymous/a/"]
)
def test_connect_by_identifier(three, printed, tree, identifier):
    before = tree(three / "a" / ".lamin", files.settings_dir())
    assert connect(identifier) is None
    assert settings.instance.slug == "anonymous/a"
    assert printed() == ["→ connected lamindb: anonymous/a"]
    assert tree(three / "a" / ".lamin", files.settings_dir()) == before, "for this session only"


def test_a_bare_name_belongs_to_the_current_user(three):
    login("anna", local=True)
    with pytest.raises(InstanceNotFoundError, match="Instance 'anna/a' is not known on this machi"):
        connect("a")


def test_connect_without_argument_takes_the_default(three, monkeypatch, printed):
    connect()
    assert settings.instance.slug == "anonymous/c"
    disconnect()
    monkeypatch.chdir(three / "a")
    connect()
    assert settings.instance.slug == "anonymous/a"


def test_connect_without_argument_and_default(in_tmp):
    with pytest.raises(ValueError, match="No instance was connected through the CLI, pass a value"):
        connect()


def test_connecting_again_says_nothing(three, printed):
    connect("a")
    printed()
    connect("a")
    assert printed() == []


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"instance": "a", "db": "x"},
            TypeError,
            r"connect\(\) got unexpected keyword argument 'db'",
        ),
        (
            {"instance": "gone"},
            InstanceNotFoundError,
            "Instance 'anonymous/gone' is not known on th",
        ),
        ({"instance": "a/b/c"}, ValueError, "The instance identifier needs to be 'owner/name'"),
        (
            {"instance": "./gone"},
            InstanceNotFoundError,
            "There is no instance in .*/gone: .* --stor",
        ),
        (
            {"instance": "s3://bucket"},
            InstanceNotFoundError,
            "Cannot open a database in cloud stora",
        ),
        ({"instance": "ftp://x"}, ValueError, "Protocol ftp is not supported"),
        (
            {"instance": "postgresql://x:pw@127.0.0.1:1/y"},
            ConnectionError,
            "Cannot connect to the ",
        ),
    ],
)
def test_a_failing_connect_changes_nothing(three, tree, arguments, error, message):
    connect("a")
    before = tree(three, files.settings_dir())
    with pytest.raises(error, match=message) as raised:
        connect(**arguments)
    assert "\n" not in str(raised.value)
    assert "pw" not in str(raised.value)
    assert settings.instance.slug == "anonymous/a"
    assert settings.is_connected
    assert tree(three, files.settings_dir()) == before


def test_connecting_to_a_lost_sqlite_file(three):
    path = three / "stores" / "b" / ".lamindb" / "lamin.db"
    path.unlink()
    connect("a")
    with pytest.raises(SystemExit, match=f"SQLite file {path} does not exist"):
        connect("b")
    assert settings.instance.slug == "anonymous/a"
    assert not path.exists()


def test_a_live_run_keeps_its_instance(three, monkeypatch):
    def refuse() -> None:
        raise CannotSwitchDefaultInstance(
            "Cannot switch default instance while `ln.track()` is live"
        )

    connect("a")
    monkeypatch.setattr(session, "before_switch", [refuse])
    with pytest.raises(CannotSwitchDefaultInstance):
        connect("b")
    connect("a")
    assert settings.instance.slug == "anonymous/a"


def test_others_hear_of_a_switch(three, monkeypatch):
    heard = []
    monkeypatch.setattr(session, "after_switch", [lambda: heard.append(settings.instance.slug)])
    connect("a")
    connect("b")
    disconnect()
    assert heard == ["anonymous/a", "anonymous/b", "none/none"]


def test_names_of_missing_modules_are_given(in_tmp, printed):
    init(storage="./data")
    instance = settings.instance
    instance._modules = "bionty,notinstalled1"
    instance.write()
    disconnect()
    printed()
    connect("data")
    assert printed()[1:] == [
        "• tip: to work with the additional module (notinstalled1) of database anonymous/data,"
        " install it: pip install notinstalled1"
    ]


def test_switching_keeps_classes_and_data_apart(three):
    import lamindb as ln

    connect("a")
    ulabel_class = ln.ULabel
    ln.ULabel(name="in a").save()
    connect("b")
    assert ln.ULabel is ulabel_class
    assert ln.ULabel.filter().count() == 0
    connect("a")
    assert [label.name for label in ln.ULabel.filter()] == ["in a"]


def test_switching_takes_no_time_once_django_is_loaded(three):
    import lamindb as ln

    connect("a")
    ln.ULabel.filter().count()
    seconds = []
    for name in ("b", "a", "b", "a"):
        start = time.process_time()
        connect(name)
        seconds.append(time.process_time() - start)
        ln.ULabel.filter().count()
    assert min(seconds) < 0.02


def test_connecting_inside_a_transaction_is_refused(three):
    from django.db import transaction

    connect("a")
    with pytest.raises(CannotSwitchDefaultInstance, match="leave the atomic block"):
        with transaction.atomic():
            connect("b")
    assert settings.instance.slug == "anonymous/a"
    assert settings.user.id == 1


# -- for later processes -------------------------------------------------------------------------


def test_the_global_default(three, tree, printed, new_process):
    connect_and_persist("a")
    assert printed() == [
        "→ connected lamindb: anonymous/a",
        "• tip: connect the database to the current directory to keep your files in one place:"
        " lamin connect anonymous/a --here",
    ]
    assert files.current_instance_file().read_text() == settings.instance.as_text()
    new_process()
    auto_connect()
    assert settings.instance.slug == "anonymous/a"


def test_the_instance_of_a_folder(three, monkeypatch, printed, new_process):
    default = files.current_instance_file().read_text()
    (three / "new").mkdir()
    monkeypatch.chdir(three / "new")
    connect_and_persist("a", here=True)
    assert printed() == [f"→ connected database anonymous/a to {three / 'new'}"]
    assert files.current_instance_file().read_text() == default
    new_process()
    auto_connect()
    assert settings.instance.slug == "anonymous/a"
    assert settings.dev_dir == three / "new"


def test_muting_what_is_said_about_the_folder(three, printed):
    connect_and_persist("a", here=True, mute_here=True)
    assert printed() == []


def test_within_the_folder_of_another_instance(three, monkeypatch, tree):
    monkeypatch.chdir(three / "a")
    before = tree(three, files.settings_dir())
    with pytest.raises(ConnectWithinDevDirError) as error:
        connect_and_persist("c")
    assert str(error.value) == (
        f"You're trying to connect within the dev-dir of instance anonymous/a ({three / 'a'})."
        " Either cd into another directory or run: lamin disconnect --here"
    )
    assert tree(three, files.settings_dir()) == before
    connect_and_persist("a")
    connect_and_persist("c", here=True)
    assert settings.instance.slug == "anonymous/c"


def test_a_marker_of_an_unknown_instance_does_not_count(three, monkeypatch, printed):
    files.instance_file("anonymous", "b").unlink()
    monkeypatch.chdir(three / "a" / "b")
    with pytest.raises(ConnectWithinDevDirError, match="dev-dir of instance anonymous/a"):
        connect_and_persist("c")


def test_the_home_folder_cannot_be_a_development_folder(three, monkeypatch, tree):
    monkeypatch.setenv("HOME", str(three))
    before = tree(three, files.settings_dir())
    with pytest.raises(ValueError, match="The home directory cannot be a development directory"):
        connect_and_persist("a", here=True)
    assert tree(three, files.settings_dir()) == before


def test_connecting_registers_the_user(three):
    login("anna", local=True)
    connect_and_persist("anonymous/a")
    with closing(sqlite3.connect(three / "stores" / "a" / ".lamindb" / "lamin.db")) as connection:
        handles = connection.execute("SELECT handle FROM lamindb_user").fetchall()
    assert sorted(handles) == [("anna",), ("anonymous",)]
