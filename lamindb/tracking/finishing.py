"""`ln.finish()`: the run is complete, later records belong to nobody's run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from lamindb.base.log import logger
from lamindb.base.types import RUN_STATUS_TO_CODE

from .environment import R_FILE, environment_dir
from .internal_artifacts import store_environment
from .messages import say_finished

if TYPE_CHECKING:
    from lamindb.models import Run

__all__ = ["complete_run"]


def complete_run(run: Run) -> None:
    """Mark a run as completed.

    Parameters
    ----------
    run : Run
        The current run.

    Example
    -------
    >>> complete_run(run)
    → finished Run('126YlZax6aWfR95R') after 3m at 2026-03-15 20:55:06 UTC
    """
    is_notebook = run.transform.kind == "notebook"
    # an R client writes its file just before it calls finish()
    if is_notebook or (environment_dir(run.uid) / R_FILE).is_file():
        store_environment(run)
    if is_notebook and run.transform.source_code is None:
        logger.warning("did *not* save source code and report of the notebook")
    run.finished_at = timezone.now()
    run._status_code = RUN_STATUS_TO_CODE["completed"]
    run.save(update_fields=["finished_at", "_status_code"])
    say_finished(run)
