"""What `ln.finish()` does with notebooks: their code, and a report with all outputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lamindb.base.hashing import hash_bytes, hash_string
from lamindb.base.log import logger
from lamindb.base.prompts import can_ask, confirm
from lamindb.errors import InvalidArgument
from lamindb.setup.cache_dir import cache_path

from .internal_artifacts import store_report
from .marimo import path_of_export
from .notebook_code import notebook_to_code
from .notebook_report import clean_html, find_html, notebook_to_html
from .notebook_versions import store_code
from .notebooks import read_notebook
from .saved_files import (
    A_MOMENT_AGO,
    JUST_NOW,
    is_unattended,
    save_prompt,
    seconds_since_save,
    wait_for_save,
)

if TYPE_CHECKING:
    from pathlib import Path

    from lamindb.models import Run

    from .source import Source

__all__ = ["NOT_CONSECUTIVE", "NOT_SAVED", "RERUN", "finish_notebook"]

NOT_SAVED = "not-saved"
NOT_CONSECUTIVE = "aborted-non-consecutive"
RERUN = "rerun-the-notebook"


def finish_notebook(
    run: Run, source: Source, *, was_asked: bool, ignore_non_consecutive: bool | None
) -> str | None:
    """Store code and report of a notebook.

    Parameters
    ----------
    run : Run
        The current run.
    source : Source
        The notebook, as it was when the run began.
    was_asked : bool
        Whether the user was asked to save it before.
    ignore_non_consecutive : bool, optional
        See `ln.finish()`.

    Returns
    -------
    str or None
        Why the run is to stay active, None if it is done.

    Example
    -------
    >>> finish_notebook(run, source, was_asked=False, ignore_non_consecutive=None)
    """
    path = source.path
    if path is None or not path.is_file():
        logger.warning("notebook file does not exist in compute environment")
        warn_of_nothing_saved(path.name if path is not None else source.key)
        return None
    if path.suffix == ".ipynb":
        return finish_jupyter(
            run,
            path,
            is_interactive=source.is_interactive,
            was_asked=was_asked,
            ignore_non_consecutive=ignore_non_consecutive,
        )
    if source.runner == "marimo":
        return finish_marimo(run, path)
    return finish_rendered(run, path, was_asked=was_asked)


# -- Jupyter -------------------------------------------------------------------------------------


def finish_jupyter(
    run: Run,
    path: Path,
    *,
    is_interactive: bool,
    was_asked: bool,
    ignore_non_consecutive: bool | None,
) -> str | None:
    """Store code and report of a Jupyter notebook."""
    if is_interactive and not is_unattended():
        is_saved = is_saved_now(path, was_asked=was_asked)
        if is_saved is None:
            logger.warning("the notebook was not saved: skipping source code and report")
            return None
        if not is_saved:
            return NOT_SAVED
    try:
        code = notebook_to_code(path)
    except InvalidArgument as error:
        logger.warning(error)
        warn_of_nothing_saved(path.name)
        return None
    update_title(run, path)
    if is_interactive and ignore_non_consecutive is not True:
        run._is_consecutive = check_consecutive(path)
        if not run._is_consecutive and ignore_non_consecutive is False and not wants_to_proceed():
            return NOT_CONSECUTIVE
    if is_interactive:
        title = run.transform.description
        store_html(run, notebook_to_html(path, title))
    else:
        logger.important(f"to save the notebook html, run: lamin save {path.name}")
    return None if store_code(run, code, hash_string(code)) else RERUN


def warn_of_nothing_saved(name: str) -> None:
    """Say how to save a notebook later."""
    logger.warning(f"did *not* save source code and report -- to do so, run: lamin save {name}")


def is_saved_now(path: Path, *, was_asked: bool) -> bool | None:
    """Whether the file holds the present outputs; None if they are given up."""
    if was_asked:
        return True if seconds_since_save(path) <= A_MOMENT_AGO else None
    if wait_for_save(path):
        return True
    logger.warning(f"{save_prompt()} and re-run finish()")
    return False


def update_title(run: Run, path: Path) -> None:
    """Let the description of the transform follow the title."""
    notebook = read_notebook(path)
    if notebook is not None and notebook.title is not None:
        describe(run, notebook.title)


def describe(run: Run, description: str) -> None:
    """Set the description of the transform."""
    transform = run.transform
    if transform.description != description:
        transform.description = description
        transform.save(update_fields=["description"])


def check_consecutive(path: Path) -> bool:
    """Whether all cells ran one after the other; if not, say which ones."""
    wrong = []
    previous = 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        code = "".join(cell["source"])
        if cell["cell_type"] != "code" or not code.strip() or ".finish(" in code:
            continue
        count = cell.get("execution_count")
        if count != previous + 1:
            wrong.append((previous, count))
        previous = previous if count is None else count
    if wrong:
        logger.warning(f"cells {wrong} were not run consecutively")
    return not wrong


def wants_to_proceed() -> bool:
    """Ask the person at the editor; where nobody is, the answer is no."""
    question = "Do you still want to proceed with finishing?"
    return (can_ask() or is_unattended()) and confirm(
        question, otherwise="ln.finish(ignore_non_consecutive=True)"
    )


# -- marimo --------------------------------------------------------------------------------------


def finish_marimo(run: Run, path: Path) -> str | None:
    """Store the code of a marimo notebook, and its automatic export as report."""
    export = path_of_export(path)
    if export.is_file():
        update_title(run, export)
        store_html(run, notebook_to_html(export, run.transform.description, scrolls=True))
    else:
        logger.warning(f"no report saved: marimo has not exported {path.name} yet")
    data = path.read_bytes()
    return None if store_code(run, data.decode("utf-8", "replace"), hash_bytes(data)) else RERUN


# -- R markdown and Quarto -----------------------------------------------------------------------


def finish_rendered(run: Run, path: Path, *, was_asked: bool) -> str | None:
    """Store the code of an R markdown or Quarto file, and the page that was rendered from it."""
    page = find_html(path)
    if page is None:
        logger.warning(
            "no html report found; to attach one, create an .html export for your "
            f"{path.suffix} file and then run: lamin save {path.name}"
        )
    elif is_unattended() or seconds_since_save(page) <= (A_MOMENT_AGO if was_asked else JUST_NOW):
        text, title = clean_html(page.read_text(encoding="utf-8", errors="replace"))
        if title is not None:
            describe(run, title)
        store_html(run, text)
    elif not was_asked:
        logger.warning(f"{save_prompt()} and re-run finish()")
        return NOT_SAVED
    else:
        logger.warning(f"{page.name} is older than the run: skipping the report")
    data = path.read_bytes()
    return None if store_code(run, data.decode("utf-8", "replace"), hash_bytes(data)) else RERUN


# -- reports -------------------------------------------------------------------------------------


def store_html(run: Run, text: str) -> None:
    """Save a page as report of a run; whether to replace an earlier one is asked."""
    path = cache_path() / f"report_{run.uid}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        if run.report is not None and not may_replace(run, path):
            return
        store_report(run, path, f"Report of run {run.uid}")
    finally:
        path.unlink(missing_ok=True)


def may_replace(run: Run, path: Path) -> bool:
    """Whether an earlier report gives way."""
    assert run.report is not None
    hash_ = run.report.hash
    if hash_bytes(path.read_bytes()) == hash_:
        logger.important("report is already saved")
        return False
    # where nobody can be asked, the report of the present outputs is the right one
    return not can_ask() or confirm(
        f"You are about to overwrite an existing report (hash '{hash_}') for Run('{run.uid}'). "
        "Proceed?",
        otherwise="",
    )
