"""Failures are shown as one line; tracebacks only with LAMIN_DEBUG=1."""

from __future__ import annotations

import sqlite3
from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from lamin_cli.failures import describe, is_expected
from lamin_cli.groups import MainGroup
from lamindb import errors
from lamindb.setup import orm


@pytest.mark.parametrize(
    "error",
    [
        errors.InstanceNotFoundError("owner/x is not known on this machine"),
        errors.CurrentInstanceNotConfigured(),
        ValueError("bad value"),
        FileNotFoundError("x.csv"),
        ConnectionRefusedError("no server"),
        NotImplementedError("needs a hub"),
        sqlite3.OperationalError("unable to open database file"),
        ImportError("schema module 'x' is not installed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_user_can_mend_is_shown_as_its_text(error):
    assert is_expected(error)
    assert describe(error) == str(error)


@pytest.mark.parametrize(
    "name",
    [
        "django.core.exceptions:ObjectDoesNotExist",
        "django.core.exceptions:MultipleObjectsReturned",
        "django.db:OperationalError",
        "django.db:IntegrityError",
        "psycopg:OperationalError",
    ],
)
def test_database_errors_are_recognised_once_their_library_is_loaded(name):
    orm.configure()
    module, _, attribute = name.partition(":")
    error = getattr(import_module(module), attribute)("text")
    assert describe(error) == "text"


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("x"), ModuleNotFoundError("x")])
def test_a_defect_is_named_and_says_how_to_see_the_traceback(error):
    assert not is_expected(error)
    first, second = describe(error).splitlines()
    assert first == f"unexpected {type(error).__name__}: {error}"
    assert "LAMIN_DEBUG=1" in second


def test_an_error_without_text_shows_its_class():
    assert describe(FileNotFoundError()) == "FileNotFoundError"


class OneCommand(MainGroup):
    """A main group with one command that fails or asks."""

    def __init__(self, command: click.Command) -> None:
        super().__init__("lamin")
        self._command = command

    def get_command(self, ctx, cmd_name):
        return self._command


def failing(error: BaseException) -> OneCommand:
    """A group whose command raises an error."""

    @click.command()
    def fail() -> None:
        raise error

    return OneCommand(fail)


def test_a_failure_exits_1_with_its_text_on_stderr():
    result = CliRunner().invoke(failing(ValueError("bad value")), ["fail"])
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "Error: bad value\n")


def test_debug_shows_the_error_itself(monkeypatch):
    monkeypatch.setenv("LAMIN_DEBUG", "1")
    result = CliRunner().invoke(failing(ValueError("bad value")), ["fail"])
    assert isinstance(result.exception, ValueError)


@pytest.mark.parametrize("error", [EOFError(), KeyboardInterrupt(), click.Abort()])
def test_an_ended_question_exits_1_with_one_word(error):
    result = CliRunner().invoke(failing(error), ["fail"])
    assert (result.exit_code, result.stderr) == (1, "Aborted.\n")


def test_usage_errors_keep_exit_code_2():
    result = CliRunner().invoke(failing(click.UsageError("pass a name")), ["fail"])
    assert result.exit_code == 2
    assert "pass a name" in result.stderr
