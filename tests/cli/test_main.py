"""The command line as a whole: help, version, typos, exit codes, weight."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import click
import pytest

import lamindb
from lamin_cli.__main__ import lamin
from lamin_cli.table import COMMANDS, SECTIONS


def commands_below(command: click.Command, path: tuple[str, ...] = ()):
    """Yield (path, command) for a command and everything below it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands_below(command.get_command(context, name), (*path, name))


ALL = dict(commands_below(lamin))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_entry_of_the_table_leads_to_a_command_of_that_name(name):
    module, _, attribute = COMMANDS[name].target.partition(":")
    command = getattr(import_module(module), attribute)
    assert command.name == name
    assert COMMANDS[name].help.endswith(".")


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "lamin")
def test_every_command_explains_itself_and_its_options(path):
    command = ALL[path]
    assert command.help and command.help.strip()
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{' '.join(path)} {parameter.opts[0]} has no help"


def test_help_shows_every_command_in_full_at_80_columns(run_cli):
    result = run_cli("--help", env={"COLUMNS": "80"})
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert max(map(len, result.stdout.splitlines())) <= 80
    for heading, commands in SECTIONS.items():
        assert f"\n{heading}:\n" in result.stdout
        for name, entry in commands.items():
            line = f"  {name.ljust(max(map(len, COMMANDS)))}  {entry.help}\n"
            assert (line in result.stdout) is not entry.is_hidden


def test_sections_come_in_the_agreed_order(run_cli):
    headings = [
        line[:-1]
        for line in run_cli("--help").stdout.splitlines()
        if line.endswith(":") and not line.startswith(" ")
    ]
    assert headings == ["Options", *SECTIONS]
    assert list(SECTIONS) == [
        "Get started",
        "Configure your environment",
        "Save, load, create & delete",
        "Administer",
        "Authenticate",
    ]


def test_a_bare_call_shows_the_help_and_exits_2(run_cli):
    bare = run_cli()
    assert (bare.returncode, bare.stdout) == (2, run_cli("--help").stdout)


def test_version(run_cli, in_tmp):
    result = run_cli("--version")
    expected = f"lamindb-core, version {lamindb.__version__}\n"
    assert (result.returncode, result.stdout, result.stderr) == (0, expected, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["inti"], "No such command 'inti'. Did you mean 'init'?"),
        (["xyz"], "No such command 'xyz'.\n"),
        (["settings", "cachedir"], "No such command 'cachedir'. Did you mean 'cache-dir'?"),
        (["--nope"], "No such option"),
        (["info", "--nope"], "No such option"),
        (["connect"], "Missing argument 'INSTANCE'"),
        (["logout", "extra"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_exits_2_and_says_why(run_cli, in_tmp, arguments, message):
    result = run_cli(*arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_group_without_subcommand_shows_its_help_and_exits_2(run_cli):
    result = run_cli("migrate")
    assert result.returncode == 2
    assert "Usage: lamin migrate" in result.stdout


def test_the_console_script_is_the_same_program(run_cli, run_python):
    code = "import sys; sys.argv = ['lamin', '--help']; from lamin_cli.__main__ import main; main()"
    assert run_python(code).stdout == run_cli("--help").stdout


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("lamin di", ["disconnect"]),
        ("lamin c", ["connect"]),
        ("lamin settings cache-dir ", ["clear", "get", "reset", "set"]),
        ("lamin connect --h", ["--here", "--help"]),
    ],
)
def test_shell_completion(run_cli, typed, expected):
    # the protocol of click: https://click.palletsprojects.com/shell-completion/
    words = typed.split(" ")
    result = run_cli(
        env={
            "_LAMIN_COMPLETE": "zsh_complete",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
        }
    )
    assert result.returncode == 0, result.stderr
    assert sorted(result.stdout.splitlines()[1::3]) == sorted(expected)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_shell_completion_script(run_cli, shell):
    result = run_cli(env={"_LAMIN_COMPLETE": f"{shell}_source"})
    assert "lamin" in result.stdout
    assert result.returncode == 0, result.stderr


HEAVY = {"django", "lamindb.models", "numpy", "pandas", "pyarrow", "rich", "typer"}


def modules_after(run_python, *arguments: str, **options) -> set[str]:
    """Modules in memory when `lamin arguments…` ends."""
    code = (
        "import sys; from lamin_cli.__main__ import main\n"
        f"sys.argv = {['lamin', *arguments]!r}\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('loaded', *sys.modules)"
    )
    return set(run_python(code, **options).stdout.splitlines()[-1].split()[1:])


def test_help_imports_no_command_and_not_even_lamindb(run_python):
    modules = modules_after(run_python, "--help")
    assert modules.isdisjoint({"lamindb", *HEAVY})
    assert not [name for name in modules if name.startswith("lamin_cli.commands")]


@pytest.mark.parametrize("arguments", [["--version"], ["info"], ["settings", "cache-dir", "get"]])
def test_light_commands_stay_light(run_python, in_tmp, arguments):
    assert modules_after(run_python, *arguments).isdisjoint(HEAVY)


def test_a_command_imports_only_its_own_file(run_python, in_tmp):
    modules = modules_after(run_python, "logout")
    assert {m for m in modules if m.startswith("lamin_cli.commands.")} == {
        "lamin_cli.commands.users"
    }


def test_a_reader_that_stops_early_is_no_error(settings_dir, in_tmp):
    # `lamin --help | head -1`
    command = f"{sys.executable} -m lamin_cli --help | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert result.stderr == ""
    assert result.stdout.startswith("Usage: lamin")
