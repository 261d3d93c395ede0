"""Cutting a script into steps, and running them as the script would run."""

from __future__ import annotations

import ast
import os
import pty
import subprocess
import sys

import pytest

from lamin_cli.demo import tour
from lamin_cli.demo.steps import Step, split_steps


@pytest.mark.parametrize(
    ("source", "steps"),
    [
        ("", []),
        ("x = 1\n", [Step("", "x = 1\n", 1)]),
        ("# %% One\nx = 1\n", [Step("One", "x = 1\n", 2)]),
        ("# %% One\n\n# %% Two\ny = 2", [Step("Two", "y = 2", 4)]),
        ("a\n# %% One\nb\nc\n", [Step("", "a\n", 1), Step("One", "b\nc\n", 3)]),
        ("#%% no mark\nx\n", [Step("", "#%% no mark\nx\n", 1)]),
    ],
)
def test_split_steps(source, steps):
    assert split_steps(source) == steps


@pytest.fixture
def run_script(run_python, in_tmp):
    """Run the text of a script step by step in a fresh interpreter."""

    def run(source: str, first: str = "1"):
        script = in_tmp / "script.py"
        script.write_text(source)
        code = (
            "import runpy, sys\n"
            f"sys.argv = ['steps', {str(script)!r}, {first!r}]\n"
            "runpy.run_module('lamin_cli.demo.steps', run_name='__main__')"
        )
        return run_python(code)

    return run


def test_each_step_shows_its_code_and_then_its_output(run_script):
    result = run_script(
        '"""Hidden."""\n\n# %% Add\nx = 1\n\nprint(x + 1)\n# %% Show\nprint(x)\n', "4"
    )
    assert result.stdout == (
        "\n4. Add\n\n>>> x = 1\n\n>>> print(x + 1)\n\n2\n\n5. Show\n\n>>> print(x)\n\n1\n"
    )


def test_code_runs_as_the_main_module_of_its_file(run_script, in_tmp):
    result = run_script(
        "# %% Who am I\n"
        "import inspect, sys\n"
        "def f(): pass\n"
        "print(__name__, __file__, sys.argv, sys.modules['__main__'].f is f)\n"
        "print(inspect.currentframe().f_code.co_filename, inspect.currentframe().f_lineno)\n"
        "print(inspect.getsource(f))"
    )
    script = str(in_tmp / "script.py")
    assert f"__main__ {script} {[script]} True\n{script} 5\ndef f(): pass\n" in result.stdout


def test_a_terminal_gets_colours_and_a_pipe_does_not(run_script, in_tmp):
    source = "# %% Add\nprint(1 + 1)\n"
    assert "\x1b[" not in run_script(source).stdout
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "lamin_cli.demo.steps", "script.py"]
    subprocess.run(command, stdout=end, check=True, timeout=60)
    os.close(end)
    shown = os.read(terminal, 10_000).decode()
    os.close(terminal)
    assert "\x1b[1m1. Add\x1b[0m" in shown
    assert "\x1b[36mprint(1 + 1)\x1b[0m" in shown


def test_an_error_ends_the_script_and_names_the_line(run_script):
    result = run_script("# %% Fail\n1 / 0\n# %% Never\nprint('never')\n")
    assert result.returncode == 1
    assert 'script.py", line 2' in result.stderr
    assert "never" not in result.stdout


def test_the_tutorial_is_a_script_with_steps():
    source = tour.TUTORIAL.read_text("utf-8")
    ast.parse(source)
    steps = [step for step in split_steps(source) if step.heading]
    assert len(steps) > 5
    assert "".join(step.code for step in steps).startswith("import lamindb as ln")
