"""`ln.finish()`: the run is complete, later records belong to nobody's run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .ending import end_run
from .environment import R_FILE, environment_dir
from .finishing_notebooks import NOT_SAVED, finish_notebook
from .internal_artifacts import store_environment
from .messages import say_finished

if TYPE_CHECKING:
    from lamindb.models import Run

    from .starting import Tracked

__all__ = ["complete_run"]


def complete_run(
    run: Run, tracked: Tracked, ignore_non_consecutive: bool | None = None
) -> str | None:
    """Store what belongs to a run and mark it as completed.

    Parameters
    ----------
    run : Run
        The current run.
    tracked : Tracked
        Its source, and what captures its output; a failure leaves that at work.
    ignore_non_consecutive : bool, optional
        See `ln.finish()`.

    Returns
    -------
    str or None
        Why the run is still active, None if it is complete.

    Example
    -------
    >>> complete_run(run, Tracked())
    → finished Run('126YlZax6aWfR95R') after 3m at 2026-03-15 20:55:06 UTC
    """
    source = tracked.source
    if source is not None and source.kind == "notebook":
        reason = finish_notebook(
            run,
            source,
            was_asked=tracked.was_asked_to_save,
            ignore_non_consecutive=ignore_non_consecutive,
        )
        if reason is not None:
            tracked.was_asked_to_save = reason == NOT_SAVED
            return reason
        store_environment(run)
    elif (environment_dir(run.uid) / R_FILE).is_file():
        # an R client writes its file just before it calls finish()
        store_environment(run)
    end(run, tracked)
    say_finished(run)
    return None


def end(run: Run, tracked: Tracked) -> None:
    """Mark a run as completed and store what it printed."""
    watch = tracked.watch
    if watch is None:
        end_run(run, "completed")
        return
    watch.uninstall()
    try:
        end_run(run, "completed", watch.log)
    except BaseException:
        watch.install()
        raise
