"""`lamin info`, `lamin settings …` and the old `lamin cache`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest


def test_info_without_instance(run_cli, in_tmp, settings_dir):
    run_cli("info")
    result = run_cli("info")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:2] == ["Instance: None", "Settings:"]
    assert f" - user settings: {settings_dir}" in lines
    assert lines[-1] == "User: anonymous"


def test_info_with_instance(run_cli, in_tmp):
    run_cli("init", "--storage", "./data", "--modules", "bionty")
    result = run_cli("info")
    assert result.stdout.splitlines()[:9] == [
        "Instance: anonymous/data",
        " - branch: main",
        " - space: all",
        f" - dev-dir: {in_tmp}",
        "Details:",
        f" - storage: {in_tmp / 'data'}",
        f" - db: sqlite:///{in_tmp / 'data/.lamindb/lamin.db'}",
        " - modules: bionty",
        " - git_repo: None",
    ]
    assert run_cli("settings").stdout == (
        f"Configure: see `lamin settings --help`\n{result.stdout}"
    )


def test_info_masks_the_password(run_cli, in_tmp, settings_dir):
    run_cli("init", "--storage", "./data")
    file = settings_dir / "instance--anonymous--data.env"
    url = "postgresql://ada:secret@db.example.org:5432/research"
    file.write_text(file.read_text().replace("_db=null", f"_db={url}"))
    result = run_cli("info")
    assert " - db: postgresql://ada:***@***:5432/research\n" in result.stdout
    assert "secret" not in result.stdout + result.stderr


def test_info_names_a_damaged_settings_file(run_cli, in_tmp, settings_dir):
    run_cli("init", "--storage", "./data")
    file = settings_dir / "instance--anonymous--data.env"
    file.write_text("no key and no value\n")
    result = run_cli("info")
    assert result.returncode == 0
    assert "Instance: None" in result.stdout
    assert str(file) in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("command", "value"),
    [
        (("modules", "get"), "bionty"),
        (("branch", "get"), "main"),
        (("space", "get"), "all"),
        (("get", "branch"), "main"),
        (("get", "space"), "all"),
        (("get", "auto-connect"), "True"),
        (("get", "private-django-api"), "False"),
    ],
)
def test_values_are_printed_alone(run_cli, in_tmp, command, value):
    run_cli("init", "--storage", "./data", "--modules", "bionty")
    result = run_cli("settings", *command)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{value}\n", "")


@pytest.mark.parametrize("command", [("dev-dir", "get"), ("get", "dev-dir")])
def test_dev_dir_get(run_cli, in_tmp, command):
    assert run_cli("settings", *command).stdout == "None\n"
    run_cli("init", "--storage", "./data")
    below = in_tmp / "sub"
    below.mkdir()
    assert run_cli("settings", *command, cwd=below).stdout == f"{in_tmp}\n"


def test_messages_do_not_mix_with_a_value(run_cli, in_tmp):
    (in_tmp / ".lamin").mkdir()
    (in_tmp / ".lamin/current_instance").write_text("nobody/nothing\n")
    result = run_cli("settings", "dev-dir", "get")
    assert result.stdout == "None\n"
    assert "nobody/nothing" in result.stderr


@pytest.mark.parametrize(
    "command", [("branch", "get"), ("space", "get"), ("get", "branch"), ("get", "space")]
)
def test_values_of_an_instance_need_one(run_cli, in_tmp, command):
    result = run_cli("settings", *command)
    assert (result.returncode, result.stdout) == (1, "")
    assert "No instance is connected!" in result.stderr


# -- development folders -------------------------------------------------------------------------


def test_dev_dir_find(run_cli, in_tmp):
    for name in ("one", "two/deep", ".hidden"):
        folder = in_tmp / name
        folder.mkdir(parents=True)
        instance = name.replace("/", "-").strip(".")
        run_cli("init", "--storage", "./data", "--name", instance, cwd=folder)
    result = run_cli("settings", "dev-dir", "find")
    assert result.stdout.splitlines() == [
        f"{in_tmp / 'one'}\tanonymous/one\tmain",
        f"{in_tmp / 'two/deep'}\tanonymous/two-deep\tmain",
    ]
    assert run_cli("settings", "dev-dir", "find", "two").stdout.count("\n") == 1
    missing = run_cli("settings", "dev-dir", "find", "nowhere")
    assert missing.returncode == 2
    assert "nowhere" in missing.stderr


@pytest.mark.parametrize("form", [("dev-dir", "set"), ("set", "dev-dir")])
def test_dev_dir_set_and_unset(run_cli, in_tmp, form):
    run_cli("init", "--storage", "./data")
    run_cli("connect", "data")
    folder = in_tmp / "project"
    folder.mkdir()
    assert run_cli("settings", *form, str(folder)).returncode == 0
    assert (folder / ".lamin/current_instance").read_text() == "anonymous/data\n"
    assert run_cli("settings", *form, "none", cwd=folder).returncode == 0
    assert not (folder / ".lamin").exists()
    run_cli("settings", *form, str(folder))
    assert run_cli("settings", "dev-dir", "unset", cwd=folder).returncode == 0
    assert not (folder / ".lamin").exists()


def test_dev_dir_set_without_instance(run_cli, in_tmp):
    result = run_cli("settings", "dev-dir", "set", str(in_tmp))
    assert result.returncode == 1
    assert "No instance is connected!" in result.stderr
    assert not (in_tmp / ".lamin").exists()


# -- cache ---------------------------------------------------------------------------------------


@pytest.fixture
def no_cache_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let settings files decide where the cache is; the platform's default is in tmp_path."""
    monkeypatch.delenv("LAMIN_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "platform"))


def cache_folder(run_cli, *command: str) -> str:
    """What `lamin settings cache-dir get` says."""
    result = run_cli(*(command or ("settings", "cache-dir")), "get")
    assert result.returncode == 0, result.stderr
    return result.stdout.removeprefix("The cache directory is ").rstrip("\n")


def test_cache_dir_set_and_reset(run_cli, in_tmp, settings_dir, no_cache_variable):
    default = cache_folder(run_cli)
    new = in_tmp / "cache"
    assert run_cli("settings", "cache-dir", "set", str(new)).returncode == 0
    assert cache_folder(run_cli) == str(new)
    assert (settings_dir / "storage.env").read_text() == f"lamindb_cache_path={new}\n"
    assert run_cli("settings", "cache-dir", "reset").returncode == 0
    assert cache_folder(run_cli) == default
    run_cli("settings", "cache-dir", "set", str(new))
    assert run_cli("settings", "cache-dir", "set", "null").returncode == 0
    assert cache_folder(run_cli) == default


def test_cache_dir_set_moves_cached_files(run_cli, in_tmp, no_cache_variable):
    old = Path(cache_folder(run_cli))
    old.mkdir(parents=True)
    (old / "cached.txt").write_text("x")
    new = in_tmp / "cache"
    result = run_cli("settings", "cache-dir", "set", str(new))
    assert (new / "cached.txt").read_text() == "x"
    assert not old.exists()
    assert str(old) in result.stdout
    assert str(new) in result.stdout


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("relative/folder", "absolute"),
        ("s3://bucket/cache", "local path"),
        ("FILE", "is a file"),
    ],
)
def test_cache_dir_set_refuses(run_cli, in_tmp, settings_dir, no_cache_variable, value, message):
    file = in_tmp / "file"
    file.touch()
    result = run_cli("settings", "cache-dir", "set", value.replace("FILE", str(file)))
    assert result.returncode == 1
    assert message in result.stderr
    assert not (settings_dir / "storage.env").exists()


def test_cache_dir_clear(run_cli, in_tmp):
    folder = Path(cache_folder(run_cli))
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/cached.txt").touch()
    result = run_cli("settings", "cache-dir", "clear")
    assert result.returncode == 0, result.stderr
    assert str(folder) in result.stdout
    assert not (folder / "sub").exists()


def test_the_environment_variable_wins_and_must_be_absolute(run_cli, in_tmp):
    folder = in_tmp / "elsewhere"
    shown = run_cli("settings", "cache-dir", "get", env={"LAMIN_CACHE_DIR": str(folder)})
    assert shown.stdout == f"The cache directory is {folder}\n"
    result = run_cli("settings", "cache-dir", "get", env={"LAMIN_CACHE_DIR": "relative"})
    assert result.returncode == 1
    assert "LAMIN_CACHE_DIR must be a valid absolute path" in result.stderr


def test_the_old_cache_command_works_and_says_what_replaces_it(run_cli, in_tmp, no_cache_variable):
    new = in_tmp / "cache"
    for arguments in (["get"], ["set", str(new)], ["clear"]):
        result = run_cli("cache", *arguments)
        assert result.returncode == 0, result.stderr
        assert "Use 'lamin settings cache-dir' instead." in result.stderr
    assert cache_folder(run_cli, "cache") == str(new)


# -- modules -------------------------------------------------------------------------------------


def test_modules_without_instance(run_cli, in_tmp):
    assert run_cli("settings", "modules", "get").stdout == "bionty\n"
    assert run_cli("settings", "modules", "get", env={"LAMINDB_MODULES": ""}).stdout == "None\n"


def test_modules_set_and_unset(run_cli, in_tmp, settings_dir):
    file = settings_dir / "current_modules.txt"
    assert run_cli("settings", "modules", "set", "bionty").returncode == 0
    assert file.read_text().strip() == "bionty"
    assert run_cli("settings", "modules", "unset").returncode == 0
    assert not file.exists()
    run_cli("settings", "modules", "set", "bionty")
    assert run_cli("settings", "modules", "set", "none").returncode == 0
    assert not file.exists()


def test_modules_set_refuses_what_is_not_installed(run_cli, in_tmp, settings_dir):
    result = run_cli("settings", "modules", "set", "nosuchmodule")
    assert result.returncode == 1
    assert "nosuchmodule" in result.stderr
    assert not (settings_dir / "current_modules.txt").exists()


def test_modules_set_says_that_the_instance_wins(run_cli, in_tmp):
    run_cli("init", "--storage", "./data")
    result = run_cli("settings", "modules", "set", "bionty")
    assert result.returncode == 0
    assert "anonymous/data" in result.stdout
    assert run_cli("settings", "modules", "get").stdout == "None\n"


def test_modules_add_mounts_a_module_in_the_database(run_cli, in_tmp):
    run_cli("init", "--storage", "./data")
    result = run_cli("settings", "modules", "add", "bionty")
    assert (result.returncode, result.stderr) == (0, "")
    assert "→ added modules: bionty" in result.stdout
    assert run_cli("settings", "modules", "get").stdout == "bionty\n"
    with closing(sqlite3.connect(in_tmp / "data/.lamindb/lamin.db")) as connection:
        assert connection.execute("SELECT count(*) FROM bionty_source").fetchone()[0] > 0
    again = run_cli("settings", "modules", "add", "bionty")
    assert "anonymous/data has these modules: bionty" in again.stdout


def test_modules_add_with_wrong_input(run_cli, in_tmp):
    alone = run_cli("settings", "modules", "add", "bionty")
    assert alone.returncode == 1
    assert "No instance is connected!" in alone.stderr
    run_cli("init", "--storage", "./data")
    missing = run_cli("settings", "modules", "add", "bionty,nosuchmodule")
    assert missing.returncode == 1
    assert "schema module 'nosuchmodule' is not installed" in missing.stderr
    assert run_cli("settings", "modules", "get").stdout == "None\n"


# -- old forms -----------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["auto-connect", "private-django-api"])
def test_settings_without_effect_say_so(run_cli, in_tmp, setting):
    result = run_cli("settings", "set", setting, "false")
    assert result.returncode == 0, result.stderr
    assert "no effect" in result.stdout


@pytest.mark.parametrize("command", [("get", "nope"), ("set", "branch", "main")])
def test_unknown_settings_exit_2(run_cli, in_tmp, command):
    result = run_cli("settings", *command)
    assert result.returncode == 2
    assert "is not one of" in result.stderr
