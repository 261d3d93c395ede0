"""Which instance is connected: on import, by `connect`, and after `disconnect`."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from lamindb.errors import (
    CannotSwitchDefaultInstance,
    ConnectWithinDevDirError,
    CurrentInstanceNotConfigured,
    InstanceNotFoundError,
    SettingsEnvFileOutdated,
)
from lamindb.setup import disconnect, files, init, login, session, settings
from lamindb.setup.connection import connect, connect_and_persist
from lamindb.setup.session import auto_connect, require_instance
from tests.postgres.existing_dump import restore

HOW_TO_CONNECT = """\
No instance is connected! Call
- CLI:     lamin connect / lamin init
- Python:  ln.connect()  / ln.setup.init()
- R:       ln$connect()  / ln$setup$init()"""


@pytest.fixture
def three(in_tmp, monkeypatch, new_process, printed) -> Path:
    """Instances a, b, c: folder `a` has a marker, `a/b` too, and c is the global default."""
    for name, folder in [("a", in_tmp / "a"), ("b", in_tmp / "a" / "b"), ("c", in_tmp / "c")]:
        folder.mkdir()
        monkeypatch.chdir(folder)
        init(storage=in_tmp / "stores" / name, name=name)
    shutil.rmtree(in_tmp / "c" / ".lamin")
    monkeypatch.chdir(in_tmp)
    connect_and_persist("c")
    new_process()
    printed()
    return in_tmp


# -- on import -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "environment", "slug"),
    [
        (".", None, "anonymous/c"),
        ("a", None, "anonymous/a"),
        ("a/sub/deep", None, "anonymous/a"),
        ("a/b", None, "anonymous/b"),
        ("a/b/sub", None, "anonymous/b"),
        ("a/b", "a", "anonymous/a"),
        ("a/b", "anonymous/c", "anonymous/c"),
        (".", "https://lamin.ai/anonymous/b", "anonymous/b"),
    ],
)
def test_environment_then_marker_then_global(
    three, monkeypatch, printed, folder, environment, slug
):
    (three / folder).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(three / folder)
    if environment:
        monkeypatch.setenv("LAMIN_CURRENT_INSTANCE", environment)
    auto_connect()
    assert settings.instance.slug == slug
    assert printed() == [f"→ connected lamindb: {slug}"]


@pytest.mark.parametrize(("folder", "used"), [("a", "anonymous/a"), (".", "anonymous/c")])
def test_an_unknown_instance_in_the_environment_is_mentioned(
    three, monkeypatch, printed, folder, used
):
    monkeypatch.chdir(three / folder)
    monkeypatch.setenv("LAMIN_CURRENT_INSTANCE", "anonymous/x")
    auto_connect()
    warning = f"! LAMIN_CURRENT_INSTANCE=anonymous/x is not known here, using {used}"
    assert printed() == [warning, f"→ connected lamindb: {used}"]


@pytest.mark.parametrize("value", ["x", "a/b/c/d"])
def test_an_unknown_instance_in_the_environment_and_nothing_else(
    in_tmp, monkeypatch, printed, value
):
    monkeypatch.setenv("LAMIN_CURRENT_INSTANCE", value)
    auto_connect()
    assert printed() == [f"! LAMIN_CURRENT_INSTANCE={value} is not known here, using no instance"]
    assert settings.instance.slug == "none/none"
    with pytest.raises(InstanceNotFoundError if value == "x" else ValueError):
        connect()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("anonymous/gone", "names anonymous/gone, which is not known here"),
        ("nonsense", "is damaged"),
        ("", "is damaged"),
        ("a/b\nc/d", "is damaged"),
    ],
)
def test_a_useless_marker_is_skipped(three, monkeypatch, printed, content, problem):
    folder = three / "a" / "sub"
    marker = folder / ".lamin" / "current_instance"
    marker.parent.mkdir(parents=True)
    marker.write_text(content)
    monkeypatch.chdir(folder)
    auto_connect()
    first, second = printed()
    assert first.startswith(f"! ignoring {marker}: it {problem}; run: lamin connect ")
    assert first.endswith(" --here, or: lamin disconnect --here")
    assert second == "→ connected lamindb: anonymous/a"


def test_nothing_selected_means_silence(in_tmp, printed):
    auto_connect()
    assert printed() == []
    assert settings.instance.slug == "none/none"
    assert not settings.is_configured


def test_a_working_folder_that_was_removed(three, monkeypatch, printed):
    gone = three / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    auto_connect()
    assert printed() == ["→ connected lamindb: anonymous/c"]


def test_a_legacy_marker_in_the_home_folder_resolves_but_is_no_dev_dir(three, monkeypatch):
    monkeypatch.setenv("HOME", str(three / "a"))
    monkeypatch.chdir(three / "a")
    auto_connect()
    assert settings.instance.slug == "anonymous/a"
    assert settings.dev_dir is None


def test_it_is_said_once_per_process(three, printed):
    auto_connect()
    auto_connect()
    require_instance()
    assert printed() == ["→ connected lamindb: anonymous/c"]


def test_nothing_is_written(three, tree):
    shutil.rmtree(three / "stores" / "c")
    before = tree(three, files.settings_dir())
    auto_connect()
    assert tree(three, files.settings_dir()) == before


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "folder"])
def test_an_unusable_sqlite_file(three, tree, printed, damage):
    path = three / "stores" / "c" / ".lamindb" / "lamin.db"
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_text("" if damage == "empty" else "something else")
    before = tree(three)
    auto_connect()
    problem = {"missing": "does not exist", "folder": "can't be read: Is a directory"}.get(
        damage, "is damaged: it isn't a database"
    )
    reason = f"SQLite file {path} of anonymous/c {problem}"
    assert printed() == [f"! {reason}"]
    with pytest.raises(CurrentInstanceNotConfigured) as error:
        require_instance()
    assert str(error.value) == f"{reason}\n{HOW_TO_CONNECT}"
    from django.db import connection

    with pytest.raises(CurrentInstanceNotConfigured, match=problem):
        connection.cursor()
    assert tree(three) == before, "no file is created"


def test_a_damaged_settings_file_does_not_break_the_import(three, printed):
    files.instance_file("anonymous", "a").write_text("nonsense")
    files.current_instance_file().write_text("nonsense")
    auto_connect()
    (line,) = printed()
    assert f"! The settings file {files.current_instance_file()} is damaged" in line
    with pytest.raises(CurrentInstanceNotConfigured, match="current_instance.env is damaged"):
        require_instance()
    with pytest.raises(SettingsEnvFileOutdated, match="instance--anonymous--a.env is damaged"):
        connect("a")
    connect("b")
    assert settings.instance.slug == "anonymous/b"


def test_several_instances_without_default(three, monkeypatch, printed):
    monkeypatch.setenv("LAMINDB_MULTI_INSTANCE", "true")
    auto_connect()
    assert printed() == [
        "! no default instance is connected, because LAMINDB_MULTI_INSTANCE is set"
    ]
    assert settings.instance.slug == "none/none"


def test_a_user_who_may_only_read_is_told(in_tmp, printed, monkeypatch, new_process):
    init(storage="./data")
    path = files.instance_file("anonymous", "data")
    db = "db=postgresql://public@127.0.0.1:1/x"
    path.write_text(path.read_text().replace("db=null", db))
    new_process()
    printed()
    auto_connect()
    text = '! connected in read-only mode, please use ln.DB("anonymous/data") instead'
    assert printed() == ["→ connected lamindb: anonymous/data", text]


def test_connecting_on_import_takes_no_time(three):
    seconds = []
    for _ in range(5):
        settings.__init__()
        start = time.process_time()
        auto_connect()
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.005


def test_the_command_line_can_defer_the_connection(three, run_python):
    code = """
import os
os.environ["_LAMINDB_DEFER_CONNECT"] = "1"
from lamindb.setup import session
session.connect_on_import()
print("imported")
session.require_instance()
"""
    # the facade decides what happens when lamindb itself is imported
    lines = run_python(code, env={"LAMIN_CURRENT_INSTANCE": ""}).stdout.splitlines()
    assert set(lines) == {"imported", "→ connected lamindb: anonymous/c"}


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
        ({"instance": "a", "db": "x"}, TypeError, r"connect\(\) got unexpected keyword argument 'db'"),
        ({"instance": "gone"}, InstanceNotFoundError, "Instance 'anonymous/gone' is not known on th"),
        ({"instance": "a/b/c"}, ValueError, "The instance identifier needs to be 'owner/name'"),
        ({"instance": "./gone"}, InstanceNotFoundError, "There is no instance in .*/gone: .* --stor"),
        ({"instance": "s3://bucket"}, InstanceNotFoundError, "Cannot open a database in cloud stora"),
        ({"instance": "ftp://x"}, ValueError, "Protocol ftp is not supported"),
        ({"instance": "postgresql://x:pw@127.0.0.1:1/y"}, ConnectionError, "Cannot connect to the "),
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
        raise CannotSwitchDefaultInstance("Cannot switch default instance while `ln.track()` is live")

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


# -- instances made elsewhere --------------------------------------------------------------------


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
    with pytest.raises(InstanceNotFoundError, match="There is no complete instance in the database"):
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


# -- disconnect ----------------------------------------------------------------------------------


def test_disconnect(three, printed, new_process):
    connect()
    printed()
    assert disconnect() is None
    assert printed() == ["✓ disconnected instance: anonymous/c"]
    assert not files.current_instance_file().exists()
    assert settings.instance.slug == "none/none"
    disconnect()
    assert printed() == ["• no instance loaded"]
    new_process()
    auto_connect()
    assert settings.instance.slug == "none/none"


def test_disconnect_of_another_instance_keeps_the_global_default(three):
    connect("a")
    disconnect()
    assert files.current_instance_file().exists()


def test_disconnect_without_output(three, printed):
    connect()
    printed()
    disconnect(mute=True)
    assert printed() == []


def test_disconnect_inside_a_development_folder_holds_for_the_session(three, monkeypatch, printed):
    monkeypatch.chdir(three / "a")
    auto_connect()
    printed()
    disconnect()
    marker = three / "a" / ".lamin" / "current_instance"
    assert printed() == [
        "✓ disconnected instance: anonymous/a",
        f"! this directory stays connected to anonymous/a via {marker};"
        " run: lamin disconnect --here",
    ]
    assert settings.instance.slug == "none/none"
    with pytest.raises(CurrentInstanceNotConfigured) as error:
        require_instance()
    assert str(error.value) == HOW_TO_CONNECT


def test_disconnect_with_a_damaged_global_default(in_tmp, printed):
    init(storage="./data")
    files.current_instance_file().write_text("nonsense")
    disconnect()
    assert not files.current_instance_file().exists()


def test_disconnect_here(three, monkeypatch, printed):
    (three / "a" / "b" / "sub").mkdir()
    monkeypatch.chdir(three / "a" / "b" / "sub")
    auto_connect()
    settings.branch = "archive"
    printed()
    disconnect(here=True)
    assert printed() == [f"✓ disconnected {three / 'a' / 'b'} from anonymous/b"]
    assert not (three / "a" / "b" / ".lamin").exists()
    assert (three / "a" / ".lamin" / "current_instance").exists()
    assert files.current_instance_file().exists()
    assert settings.instance.slug == "anonymous/b", "the session goes on"


def test_disconnect_here_from_an_instance_that_is_gone(in_tmp, printed):
    init(storage="./data")
    files.instance_file("anonymous", "data").unlink()
    (in_tmp / ".lamin" / "mine.txt").touch()
    printed()
    disconnect(here=True)
    assert printed() == [f"✓ disconnected {in_tmp} from anonymous/data"]
    assert os.listdir(in_tmp / ".lamin") == ["mine.txt"]
    disconnect(here=True)
    assert printed() == ["• no local instance marker found"]
