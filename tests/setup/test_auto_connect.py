"""What `import lamindb` connects: environment, then marker files, then the global default."""

from __future__ import annotations

import shutil
import time

import pytest

from lamindb.errors import (
    CurrentInstanceNotConfigured,
    InstanceNotFoundError,
    SettingsEnvFileOutdated,
)
from lamindb.setup import files, init, orm, settings
from lamindb.setup.connection import connect
from lamindb.setup.session import auto_connect, require_instance

HOW_TO_CONNECT = """\
No instance is connected! Call
- CLI:     lamin connect / lamin init
- Python:  ln.connect()  / ln.setup.init()
- R:       ln$connect()  / ln$setup$init()"""


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
    orm.configure()
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
    with pytest.raises(CurrentInstanceNotConfigured, match=r"current_instance\.env is damaged"):
        require_instance()
    with pytest.raises(SettingsEnvFileOutdated, match=r"instance--anonymous--a\.env is damaged"):
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


def test_the_set_up_layer_alone_connects_nothing(three, run_python):
    code = """
import lamindb_setup
print(lamindb_setup.settings.instance.slug, lamindb_setup.settings.is_connected)
lamindb_setup._check_instance_setup()
"""
    assert run_python(code).stdout.splitlines() == [
        "anonymous/c False",
        "→ connected lamindb: anonymous/c",
    ]
