"""`lamin migrate …`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

MODELS = """\
from django.db import models

class Plate(models.Model):
    name = models.CharField(max_length=20)
    class Meta:
        app_label = "platelab"
"""


@pytest.fixture
def module(in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable module package `platelab` with one registry and no migration yet."""
    package = in_tmp / "packages" / "platelab"
    (package / "migrations").mkdir(parents=True)
    (package / "migrations" / "__init__.py").touch()
    (package / "__init__.py").write_text(
        'from lamindb.setup.orm import mounting\nwith mounting("platelab"):\n'
        "    from platelab.models import Plate\n"
    )
    (package / "models.py").write_text(MODELS)
    monkeypatch.setenv("PYTHONPATH", str(package.parent), prepend=":")
    return package


def test_deploy_with_nothing_to_do(run_cli, in_tmp):
    run_cli("init", "--storage", "./data")
    result = run_cli("migrate", "deploy")
    assert result.returncode == 0, result.stderr
    assert "No migrations to apply." in result.stdout


def test_create_with_nothing_to_do(run_cli, in_tmp):
    run_cli("init", "--storage", "./data")
    result = run_cli("migrate", "create")
    assert result.returncode == 0, result.stderr
    assert "No changes detected" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [["create"], ["deploy"], ["squash", "--package-name", "x", "--end-number", "1"]],
    ids=lambda arguments: arguments[0],
)
def test_without_instance(run_cli, in_tmp, arguments):
    result = run_cli("migrate", *arguments)
    assert (result.returncode, result.stdout) == (1, "")
    assert "No instance is connected!" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["squash"], 2, "Missing option '--package-name'"),
        (["squash", "--package-name", "x"], 2, "Missing option '--end-number'"),
        (["deploy", "--package-name", "lamindb"], 1, "pass both"),
        (["deploy", "--number", "1"], 1, "pass both"),
        (["squash", "--package-name", "nosuch", "--end-number", "2"], 1, "nosuch"),
        (["show-all"], 2, "No such command 'show-all'"),
    ],
)
def test_wrong_input(run_cli, in_tmp, arguments, code, message):
    run_cli("init", "--storage", "./data")
    result = run_cli("migrate", *arguments)
    assert result.returncode == code
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_create_and_deploy_migrations_of_a_module(run_cli, module, in_tmp):
    created = run_cli("init", "--storage", "./data", "--modules", "platelab")
    assert created.returncode == 0, created.stderr
    written = run_cli("migrate", "create")
    assert written.returncode == 0, written.stderr
    assert (module / "migrations/0001_initial.py").is_file()
    deployed = run_cli("migrate", "deploy")
    assert deployed.returncode == 0, deployed.stderr
    assert "Applying platelab.0001_initial... OK" in deployed.stdout
    with closing(sqlite3.connect(in_tmp / "data/.lamindb/lamin.db")) as connection:
        assert connection.execute("SELECT count(*) FROM platelab_plate").fetchone() == (0,)
