"""Which notebook the code of this kernel is in, and what runs it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lamindb.base.log import logger
from lamindb.base.prompts import kernel_takes_input

from .jupyter_servers import SessionPath, find_session_path
from .notebooks import read_notebook

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["COLAB_KEY", "RunningNotebook", "find_executor", "find_notebook"]

COLAB_KEY = "colab/notebook.ipynb"
OPTIONS_OF_OUTPUTS = ("--output", "--output-dir")


class RunningNotebook(NamedTuple):
    """A notebook and what runs it.

    Attributes
    ----------
    path : pathlib.Path or None
        None if it is on another machine.
    runner : str
        `lab`, `notebook`, `vs_code`, `colab`, `nbconvert`, `papermill`, `nbclient`, or `test`.
    key : str or None
        Key of the transform if there is no path.
    """

    path: Path | None
    runner: str
    key: str | None = None


def find_notebook() -> RunningNotebook:
    """Find the notebook that runs in this kernel.

    Returns
    -------
    RunningNotebook

    Raises
    ------
    RuntimeError
        The path is unknown.
    ValueError
        `nbconvert` runs it without `--inplace`, so that its outputs get lost.

    Example
    -------
    >>> find_notebook().runner
    'lab'
    """
    found = from_environment() or from_editor() or from_executor() or from_server()
    if found is None:
        raise RuntimeError("failed to infer notebook path.\nfix: pass `path` to `ln.track()`")
    return found


def from_environment() -> RunningNotebook | None:
    """What tests of notebooks set."""
    path = os.environ.get("NBPRJ_TEST_NBPATH")
    if not path:
        return None
    return RunningNotebook(resolved(path), os.environ.get("NBPRJ_TEST_NBENV") or "test")


def from_editor() -> RunningNotebook | None:
    """Path that VS Code sets in the namespace of the notebook."""
    path = getattr(sys.modules.get("__main__"), "__vsc_ipynb_file__", None)
    return RunningNotebook(resolved(path), "vs_code") if path else None


def resolved(path: str | Path) -> Path:
    """Absolute path without symbolic links."""
    return Path(path).expanduser().resolve()


# -- programs that execute notebooks -------------------------------------------------------------


def find_executor() -> str | None:
    """Name of the program that executes the notebook instead of a person, if there is one.

    Returns
    -------
    str or None
        `nbconvert`, `papermill`, or `nbclient` for anything else that answers no questions.

    Example
    -------
    >>> find_executor()
    'papermill'
    """
    command, _ = parent_process()
    return executor_of(command) or (None if kernel_takes_input() else "nbclient")


def executor_of(command: list[str]) -> str | None:
    """Name of the executing program in a command line."""
    names = {Path(word).name.removeprefix("jupyter-").removesuffix(".exe") for word in command[:4]}
    return next((name for name in ("nbconvert", "papermill") if name in names), None)


def parent_process() -> tuple[list[str], Path]:
    """Command line and working folder of what started this kernel; empty if it is unknown."""
    try:
        import psutil  # comes with ipykernel

        parent = psutil.Process(os.getppid())
        return parent.cmdline(), Path(parent.cwd())
    except (ImportError, OSError, psutil.Error):
        return [], Path()


def from_executor() -> RunningNotebook | None:
    """Notebook on the command line of nbconvert or papermill."""
    command, folder = parent_process()
    runner = executor_of(command)
    if runner is None:
        return None
    if runner == "nbconvert" and "--inplace" not in command:
        raise ValueError(
            "nbconvert has to write to the notebook itself, please pass --inplace: "
            "jupyter nbconvert --to notebook --execute --inplace my-notebook.ipynb"
        )
    paths = [folder / name for name in notebooks_among(command)]
    if runner == "papermill":
        paths = paths[:1]  # the second one is the output
    path = paths[0] if len(paths) == 1 else one_with_this_cell(paths)
    return RunningNotebook(resolved(path), runner) if path is not None else None


def notebooks_among(command: list[str]) -> list[str]:
    """Arguments that are notebooks to execute."""
    return [
        word
        for before, word in zip(["", *command], command, strict=False)
        if word.endswith(".ipynb") and not word.startswith("-") and before not in OPTIONS_OF_OUTPUTS
    ]


def one_with_this_cell(paths: Iterable[Path]) -> Path | None:
    """The notebook that has all cells that ran in this kernel."""
    shell = sys.modules["IPython"].get_ipython()
    ran = [cell.strip() for cell in shell.history_manager.input_hist_raw if cell.strip()]
    for path in paths:
        notebook = read_notebook(path)
        if notebook is not None and set(ran) <= {cell.strip() for cell in notebook.code_cells}:
            return path
    return None


# -- Jupyter servers -----------------------------------------------------------------------------


def from_server() -> RunningNotebook | None:
    """Notebook as the server knows it, else as it was called when the kernel started."""
    session = find_session_path() or path_from_ipylab()
    if session is not None and session.path.lstrip("/").startswith("fileId="):
        logger.warning("tracking on Google Colab is experimental")
        name = session.name or ""
        key = name if name.endswith(".ipynb") else COLAB_KEY
        return RunningNotebook(None, "colab", key)
    if session is not None:
        return with_executor(RunningNotebook(resolved(session.path), session.runner))
    path = os.environ.get("JPY_SESSION_NAME", "")
    if path.endswith(".ipynb"):
        return with_executor(RunningNotebook(resolved(path), "notebook"))
    return None


def with_executor(found: RunningNotebook) -> RunningNotebook:
    """Name the runner right if nobody can be asked."""
    return found if kernel_takes_input() else found._replace(runner="nbclient")


def path_from_ipylab() -> SessionPath | None:
    """Path that the front end knows, if the package ipylab connects to it."""
    try:
        from ipylab import JupyterFrontEnd

        session = JupyterFrontEnd().sessions.current_session
    except Exception:
        return None
    path = session.get("path") if isinstance(session, dict) else None
    return SessionPath(path, session.get("name"), "lab") if path else None
