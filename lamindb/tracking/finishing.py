"""`ln.finish()`: the run is complete, later records belong to nobody's run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.base.log import logger

from .ending import end_run
from .environment import R_FILE, environment_dir
from .internal_artifacts import store_environment
from .messages import say_finished

if TYPE_CHECKING:
    from lamindb.models import Run

    from .watch import Watch

__all__ = ["complete_run"]


def complete_run(run: Run, watch: Watch | None = None) -> None:
    """Mark a run as completed.

    Parameters
    ----------
    run : Run
        The current run.
    watch : Watch, optional
        What captures its output; a failure leaves it at work.

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
    if watch is None:
        end_run(run, "completed")
    else:
        watch.uninstall()
        try:
            end_run(run, "completed", watch.log)
        except BaseException:
            watch.install()
            raise
    say_finished(run)
