"""`lamin login`, `lamin logout`."""

from __future__ import annotations

import pytest


def test_a_local_user_owns_what_it_creates(run_cli, in_tmp):
    result = run_cli("login", "ada", "--local", "--name", "Ada Lovelace")
    assert (result.returncode, result.stderr) == (0, "")
    assert "→ logged in ada" in result.stdout
    assert "initialized lamindb: ada/data" in run_cli("init", "--storage", "./data").stdout
    assert run_cli("info").stdout.endswith("User: ada\n")


def test_logout_keeps_the_profile(run_cli, in_tmp, settings_dir):
    run_cli("login", "ada", "--local")
    assert run_cli("logout").stdout == "→ logged out\n"
    assert run_cli("logout").stdout == "→ already logged out\n"
    assert (settings_dir / "user--ada.env").is_file()
    assert "logged in ada" in run_cli("login", "ada").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["eve"], 1, "Use your API key for your first login"),
        (["Not Valid", "--local"], 1, "Not Valid"),
        (["anonymous", "--local"], 1, "anonymous"),
        ([], 1, "--local"),
        (["--local"], 2, "Missing argument 'USER'"),
        (["--name", "Ada"], 2, "Missing argument 'USER'"),
        (["ada", "--name", "Ada"], 2, "--name goes with --local"),
        (["ada", "--key", "x"], 1, "either a user or an API key"),
    ],
)
def test_a_failed_login_changes_nothing(run_cli, in_tmp, settings_dir, arguments, code, message):
    run_cli("login", "bob", "--local")
    before = sorted(path.name for path in settings_dir.iterdir())
    result = run_cli("login", *arguments)
    assert result.returncode == code
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(path.name for path in settings_dir.iterdir()) == before
    assert run_cli("info").stdout.endswith("User: bob\n")
