"""`lamin init`, `connect`, `disconnect`, `delete`: output, files, exit codes, wrong input."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

CTRL_D = "\x04"


@pytest.fixture
def two_folders(in_tmp: Path, run_cli) -> tuple[Path, Path]:
    """Two project folders, each with its own instance: `alpha` and `beta`."""
    folders = in_tmp / "alpha", in_tmp / "beta"
    for folder in folders:
        folder.mkdir()
        assert (
            run_cli("init", "--storage", "./data", "--name", folder.name, cwd=folder).returncode
            == 0
        )
    return folders


def tree(folder: Path) -> set[str]:
    """Everything below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


# -- init ----------------------------------------------------------------------------------------


def test_init_creates_an_instance_and_connects_the_folder(
    run_cli, run_python, in_tmp, settings_dir
):
    result = run_cli("init", "--storage", "./lamindb-tutorial", "--modules", "bionty")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert "→ initialized lamindb: anonymous/lamindb-tutorial" in result.stdout
    assert {".lamin/current_instance", "lamindb-tutorial/.lamindb/lamin.db"} <= tree(in_tmp)
    assert (settings_dir / "instance--anonymous--lamindb-tutorial.env").is_file()
    assert not (settings_dir / "current_instance.env").exists()
    below = in_tmp / "sub" / "folder"
    below.mkdir(parents=True)
    connected = run_python("import lamindb", cwd=below)
    assert connected.stdout == "→ connected lamindb: anonymous/lamindb-tutorial\n"
    database = in_tmp / "lamindb-tutorial/.lamindb/lamin.db"
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM bionty_source").fetchone()[0] > 0


def test_init_twice_connects(run_cli, in_tmp):
    run_cli("init", "--storage", "./data")
    result = run_cli("init", "--storage", "./data")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "→ connected lamindb: anonymous/data\n"


def test_init_on_postgres(run_cli, in_tmp, postgres_url):
    result = run_cli("init", "--storage", "./data", "--name", "pg", "--db", postgres_url)
    assert result.returncode == 0, result.stderr
    assert "→ initialized lamindb: anonymous/pg" in result.stdout
    assert not (in_tmp / "data/.lamindb/lamin.db").exists()
    assert "db: postgresql://" in run_cli("info").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--name", "a/b"], "'/' delimiter not allowed"),
        (["--modules", "nosuchmodule"], "schema module 'nosuchmodule' is not installed"),
        (["--storage", "ftp://host/x"], "Protocol ftp is not supported"),
        (["--storage", "x/.lamindb"], 'contain ".lamindb"'),
        (["--db", "mysql://u@localhost/x"], "Invalid scheme"),
        (["--db", "postgresql://u:secret@localhost:1/x"], "Cannot connect to the database"),
        (["--storage", "./file/below"], "file"),
    ],
)
def test_init_with_wrong_input_leaves_nothing(run_cli, in_tmp, settings_dir, arguments, message):
    (in_tmp / "file").touch()
    run_cli("info")  # writes the file of the anonymous user
    before = tree(in_tmp), tree(settings_dir)
    result = run_cli("init", *arguments)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert "secret" not in result.stderr + result.stdout
    assert "Traceback" not in result.stderr
    assert (tree(in_tmp), tree(settings_dir)) == before


def test_a_second_instance_of_the_same_name_is_refused(run_cli, in_tmp, two_folders):
    other = in_tmp / "other"
    other.mkdir()
    result = run_cli("init", "--storage", "./data", "--name", "alpha", cwd=other)
    assert result.returncode == 1
    assert str(two_folders[0] / "data") in result.stderr
    assert "--name" in result.stderr
    assert tree(other) == set()


# -- connect -------------------------------------------------------------------------------------


def test_connect_sets_the_default_for_later_processes(run_cli, run_python, two_folders, tmp_path):
    result = run_cli("connect", "anonymous/alpha", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "→ connected lamindb: anonymous/alpha",
        "• tip: connect the database to the current directory to keep your files in one place:"
        " lamin connect anonymous/alpha --here",
    ]
    later = run_python("import lamindb", cwd=tmp_path)
    assert later.stdout == "→ connected lamindb: anonymous/alpha\n"


@pytest.mark.parametrize("form", ["beta", "anonymous/beta", "https://host.org/anonymous/beta/"])
def test_connect_takes_every_form_of_identifier(run_cli, two_folders, tmp_path, form):
    result = run_cli("connect", form, cwd=tmp_path)
    assert "→ connected lamindb: anonymous/beta" in result.stdout, result.stderr


def test_connect_here_leaves_the_default_alone(run_cli, two_folders, tmp_path, settings_dir):
    folder = tmp_path / "project"
    folder.mkdir()
    result = run_cli("connect", "beta", "--here", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"→ connected database anonymous/beta to {folder}\n"
    assert (folder / ".lamin/current_instance").read_text() == "anonymous/beta\n"
    assert not (settings_dir / "current_instance.env").exists()


def test_connect_finds_an_instance_made_elsewhere_by_its_folder(
    run_cli, two_folders, tmp_path, settings_dir
):
    (settings_dir / "instance--anonymous--alpha.env").unlink()
    result = run_cli("connect", str(two_folders[0] / "data"), cwd=tmp_path)
    assert "→ connected lamindb: anonymous/alpha" in result.stdout, result.stderr
    assert (settings_dir / "instance--anonymous--alpha.env").is_file()


def test_connect_refuses_to_hide_the_instance_of_the_folder(run_cli, two_folders, settings_dir):
    alpha, _ = two_folders
    result = run_cli("connect", "beta", cwd=alpha)
    assert result.returncode == 1
    assert f"within the dev-dir of instance anonymous/alpha ({alpha})" in result.stderr
    assert "lamin disconnect --here" in result.stderr
    assert not (settings_dir / "current_instance.env").exists()


@pytest.mark.parametrize(
    ("instance", "message"),
    [
        ("nobody/nothing", "'nobody/nothing' is not known on this machine"),
        ("a/b/c", "The instance identifier needs to be 'owner/name'"),
        ("/no/such/folder", "There is no instance in /no/such/folder"),
        ("postgresql://u:secret@localhost:1/x", "Cannot connect to the database"),
    ],
)
def test_connect_to_something_unknown(run_cli, in_tmp, instance, message):
    result = run_cli("connect", instance)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert "secret" not in result.stderr
    assert tree(in_tmp) == set()


def test_connect_to_a_missing_sqlite_file(run_cli, two_folders, tmp_path, settings_dir):
    database = two_folders[0] / "data/.lamindb/lamin.db"
    database.unlink()
    result = run_cli("connect", "alpha", cwd=tmp_path)
    assert result.returncode == 1
    assert f"SQLite file {database} does not exist" in result.stderr
    assert not database.exists()
    assert not (settings_dir / "current_instance.env").exists()


def test_connect_here_refuses_the_home_folder(run_cli, two_folders, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    result = run_cli("connect", "alpha", "--here", cwd=home, env={"HOME": str(home)})
    assert result.returncode == 1
    assert "The home directory cannot be a development directory" in result.stderr
    assert tree(home) == set()


# -- disconnect ----------------------------------------------------------------------------------


def test_disconnect_unsets_the_default(run_cli, run_python, two_folders, tmp_path, settings_dir):
    run_cli("connect", "alpha", cwd=tmp_path)
    result = run_cli("disconnect", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "✓ disconnected instance: anonymous/alpha\n"
    assert not (settings_dir / "current_instance.env").exists()
    assert run_python("import lamindb", cwd=tmp_path).stdout == ""
    assert run_cli("disconnect", cwd=tmp_path).stdout == "• no instance loaded\n"


def test_disconnect_says_that_the_folder_stays_connected(run_cli, two_folders):
    alpha, _ = two_folders
    first, second = run_cli("disconnect", cwd=alpha).stdout.splitlines()
    assert first == "✓ disconnected instance: anonymous/alpha"
    assert str(alpha / ".lamin/current_instance") in second
    assert "lamin disconnect --here" in second


def test_disconnect_here_removes_the_marker(run_cli, two_folders):
    alpha, _ = two_folders
    below = alpha / "sub"
    below.mkdir()
    result = run_cli("disconnect", "--here", cwd=below)
    assert result.returncode == 0, result.stderr
    assert str(alpha) in result.stdout
    assert not (alpha / ".lamin").exists()
    assert "no local instance marker found" in run_cli("disconnect", "--here", cwd=below).stdout


# -- delete --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [["alpha"], ["anonymous/alpha"], ["instance", "alpha"], ["instance", "--slug", "alpha"]],
)
def test_delete_removes_an_empty_instance(run_cli, two_folders, settings_dir, arguments):
    alpha, beta = two_folders
    (alpha / "data" / "own.txt").write_text("not ours")
    result = run_cli("delete", *arguments, "--force", cwd=alpha)
    assert (result.returncode, result.stderr) == (0, "")
    assert "→ deleted instance anonymous/alpha" in result.stdout
    assert tree(alpha) == {"data", "data/own.txt"}
    assert not (settings_dir / "instance--anonymous--alpha.env").exists()
    assert (beta / "data/.lamindb/lamin.db").is_file()


def test_delete_refuses_a_storage_that_holds_data(run_cli, two_folders):
    alpha, _ = two_folders
    stored = alpha / "data/.lamindb/HknNfVvoY5EsnxkY0000.parquet"
    stored.write_text("data")
    before = tree(alpha)
    result = run_cli("delete", "alpha", "--force", cwd=alpha)
    assert result.returncode == 1
    assert stored.name in result.stderr
    assert tree(alpha) == before


def test_delete_asks_only_where_somebody_can_answer(run_cli, two_folders):
    alpha, _ = two_folders
    before = tree(alpha)
    result = run_cli("delete", "alpha", cwd=alpha, stdin="")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "--force" in result.stderr
    assert tree(alpha) == before


@pytest.mark.parametrize(
    ("typed", "code", "remains"),
    [("y", 0, False), ("yes", 0, False), ("n", 1, True), ("", 1, True), (CTRL_D, 1, True)],
)
def test_delete_asks_in_a_terminal(two_folders, typed, code, remains):
    alpha, _ = two_folders
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "lamin_cli", "delete", "alpha"]
    process = subprocess.Popen(
        command, cwd=alpha, stdin=end, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    os.write(terminal, typed.encode() + (b"" if typed == CTRL_D else b"\n"))
    output, errors = process.communicate(timeout=60)
    os.close(terminal)
    os.close(end)
    assert "Are you sure you want to delete instance anonymous/alpha? (y/n)" in output + errors
    assert process.returncode == code
    assert (alpha / "data/.lamindb/lamin.db").exists() is remains
    assert errors.endswith("Aborted.\n") is (typed == CTRL_D)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nobody/nothing", "--force"], 1, "nobody/nothing"),
        (["instance", "--force"], 1, "Pass its name: lamin delete instance NAME"),
        (["one", "two", "--force"], 1, "Two names, 'one' and 'two'"),
        (["instance", "a", "--slug", "b"], 2, "not both"),
        ([], 2, "Missing argument 'ENTITY'"),
    ],
)
def test_delete_with_wrong_input(run_cli, in_tmp, arguments, code, message):
    result = run_cli("delete", *arguments)
    assert result.returncode == code
    assert message in result.stderr
    assert "Traceback" not in result.stderr
