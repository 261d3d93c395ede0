"""Runs a script step by step and shows the code of each step before its output.

A step begins at a line `# %% Heading`; what stands above the first one is run without being shown.
In a child process: `python -m lamin_cli.demo.steps SCRIPT [FIRST_NUMBER]`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import click

MARK = "# %% "


class Step(NamedTuple):
    """A piece of a script; `line` is the number of its first line in the file, counted from 1."""

    heading: str
    code: str
    line: int


def split_steps(source: str) -> list[Step]:
    """Cut a script at its `# %% Heading` lines.

    Parameters
    ----------
    source : str
        Text of the script.

    Returns
    -------
    list of Step
        The part above the first heading, if there is one, has an empty heading.

    Example
    -------
    >>> [(step.heading, step.line) for step in split_steps("x = 1\\n# %% Show\\nprint(x)\\n")]
    [('', 1), ('Show', 3)]
    """
    steps = [Step("", "", 1)]
    for number, line in enumerate(source.splitlines(keepends=True), start=1):
        if line.startswith(MARK):
            steps.append(Step(line.removeprefix(MARK).strip(), "", number + 1))
        else:
            steps[-1] = steps[-1]._replace(code=steps[-1].code + line)
    return [step for step in steps if step.code.strip()]


def show_heading(number: int, heading: str) -> None:
    """Write the heading of a step."""
    click.echo()
    click.secho(f"{number}. {heading}", bold=True)
    click.echo()


def show_code(code: str, *, prompt: str = ">>> ") -> None:
    """Write code as it would look when typed."""
    for line in code.strip().splitlines():
        click.echo(click.style(prompt, dim=True) + click.style(line, fg="cyan") if line else "")
    click.echo()


def run_steps(script: Path, first_number: int = 1) -> None:
    """Run a script as `python script` would, showing each step.

    Parameters
    ----------
    script : Path
    first_number : int
        Number of the first step in its heading.

    Raises
    ------
    Exception
        Whatever the script raises.
    """
    main = ModuleType("__main__")
    main.__file__ = str(script)
    sys.modules["__main__"] = main
    sys.argv = [str(script)]
    sys.path.insert(0, str(script.parent))
    for number, step in _numbered(split_steps(script.read_text("utf-8")), first_number):
        if step.heading:
            show_heading(number, step.heading)
            show_code(step.code)
        # blank lines in front keep the line numbers of tracebacks and of inspect right
        code = compile("\n" * (step.line - 1) + step.code, str(script), "exec")
        exec(code, main.__dict__)
        sys.stdout.flush()


def _numbered(steps: list[Step], first: int) -> Iterator[tuple[int, Step]]:
    """Number the steps that have a heading."""
    for step in steps:
        yield first, step
        first += bool(step.heading)


if __name__ == "__main__":
    run_steps(Path(sys.argv[1]).resolve(), *map(int, sys.argv[2:]))
