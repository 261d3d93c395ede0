"""The demo as a function: make a folder, run the scripts in it, say what happened."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import click

from lamin_cli.demo.steps import show_code, show_heading, split_steps

TUTORIAL = Path(__file__).with_name("tutorial.py")
BIOLOGY = Path(__file__).with_name("biology.py")
ONTOLOGIES = "cellxgene_ontology_guide"
"""Package that brings the tables which `BIOLOGY` needs, so that no network is needed."""
STORAGE = "lamindb-tutorial"
SETTINGS = "settings"
# Commands of the shell that precede the script.
SHELL_STEPS = {
    "Create a database with a storage location": (
        f"lamin init --storage ./{STORAGE} --modules bionty"
    )
}


def demo(directory: str | Path | None = None, keep: bool = False) -> Path | None:
    """Run the tutorial in a throw-away folder and print each step.

    The second half, about ontologies and validation, needs the extra `lamindb[ontologies]`.

    The user's settings, cache and current database are neither read nor changed.

    Parameters
    ----------
    directory : str or Path, optional
        A new or empty folder to use and keep. By default a temporary one that is removed.
    keep : bool
        Keep the temporary folder.

    Returns
    -------
    Path or None
        The folder if it was kept.

    Raises
    ------
    ValueError
        If `directory` is a file or not empty.
    ChildProcessError
        If a step fails; its own error was printed.

    Example
    -------
    >>> demo("./lamin-demo")
    PosixPath('/home/me/lamin-demo')
    """
    with _folder(directory, keep) as folder:
        environment = _environment(folder)
        for number, (heading, command) in enumerate(SHELL_STEPS.items(), start=1):
            show_heading(number, heading)
            show_code(command, prompt="$ ")
            _run(["lamin_cli", *shlex.split(command)[1:]], folder, environment)
        number = len(SHELL_STEPS) + 1
        for script in scripts():
            copy = shutil.copy(script, str(folder))
            _run(["lamin_cli.demo.steps", copy, str(number)], folder, environment)
            number += sum(bool(step.heading) for step in split_steps(script.read_text("utf-8")))
        kept = folder if keep or directory is not None else None
        _show_summary(folder, kept=kept is not None)
    return kept


def scripts() -> list[Path]:
    """Scripts of the demo, in order; the second one needs tables of ontologies."""
    return [TUTORIAL, BIOLOGY] if find_spec(ONTOLOGIES) else [TUTORIAL]


@contextmanager
def _folder(directory: str | Path | None, keep: bool) -> Iterator[Path]:
    """Folder of the demo; a temporary one is removed afterwards unless it shall be kept."""
    if directory is None:
        folder = Path(tempfile.mkdtemp(prefix="lamin-demo-")).resolve()
    else:
        folder = Path(directory).expanduser().resolve()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ValueError(f"{folder} exists and is not an empty folder: pass a new one")
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        if directory is None and not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    """Environment of the steps: the demo's own settings, the packages of this process."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LAMIN_", "LAMINDB_", "BIONTY_")) or name == "LAMIN_DEBUG"
    }
    return {
        **kept,
        "LAMIN_SETTINGS_DIR": str(folder / SETTINGS),
        "LAMIN_CACHE_DIR": str(folder / "cache"),
        "BIONTY_ROOT_DIR": str(folder / "ontologies"),
        "BIONTY_OFFLINE": "1",
        "PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path),
    }


def _run(arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a module in a child process that writes to our output."""
    sys.stdout.flush()
    command = [sys.executable, "-m", *arguments]
    result = subprocess.run(command, cwd=folder, env=environment, check=False)
    if result.returncode != 0:
        raise ChildProcessError(f"the demo failed in `{shlex.join(command)}`")


def _show_summary(folder: Path, *, kept: bool) -> None:
    """Say what the demo made and where to look next."""
    click.echo()
    click.secho("What the demo made", bold=True)
    click.echo()
    for path in sorted((folder / STORAGE).rglob("*")):
        if path.is_file():
            click.echo(f"  {path.relative_to(folder)}  ({path.stat().st_size:,} bytes)")
    click.echo()
    if kept:
        quoted = shlex.quote(str(folder))
        click.echo(f"It is in {folder}. To look around:")
        click.echo()
        click.echo(f"  cd {quoted}")
        click.echo(f"  export LAMIN_SETTINGS_DIR={quoted}/{SETTINGS}")
        click.echo("  lamin info")
    else:
        click.echo("The folder was temporary and is gone; `lamin demo --dir PATH` keeps it.")
    click.echo()
    click.secho("Where to look next", bold=True)
    click.echo()
    if BIOLOGY not in scripts():
        click.echo("  ontologies, validation    pip install 'lamindb[ontologies]', then again")
    script = folder / TUTORIAL.name if kept else TUTORIAL
    for what, where in {
        "start with your own data": "lamin init --storage ./my-data",
        "all commands": "lamin --help",
        "the script of this demo": str(script),
        "the documentation": "docs/index.md in the repository",
    }.items():
        click.echo(f"  {what:<26}{where}")
