"""Runs of functions that have begun and not ended: none stays "started" when the process ends."""

from __future__ import annotations

import atexit
import os
from typing import TYPE_CHECKING

from lamindb.base.log import logger

from .ending import end_run

if TYPE_CHECKING:
    from lamindb.models import Run

    from .run_log import RunLog

__all__ = ["abort_open_runs", "add_open_run", "discard_open_run"]

_open_runs: dict[str, tuple[Run, RunLog | None, int]] = {}
"""Runs with their logs and the process that they belong to, by uid."""


def add_open_run(run: Run, log: RunLog | None) -> None:
    """Remember a run that has begun.

    Parameters
    ----------
    run : Run
        A saved run.
    log : RunLog, optional
        Its log.
    """
    _open_runs[run.uid] = (run, log, os.getpid())


def discard_open_run(run: Run) -> None:
    """Forget a run that is going to be ended.

    Parameters
    ----------
    run : Run
        A run; also one that is not remembered.
    """
    _open_runs.pop(run.uid, None)


@atexit.register
def abort_open_runs() -> None:
    """End runs that nobody else is going to end: of suspended generators, of daemon threads.

    Example
    -------
    >>> abort_open_runs()
    >>> run.status
    'aborted'
    """
    while _open_runs:
        _, (run, log, process_id) = _open_runs.popitem()
        if process_id != os.getpid() or run.finished_at is not None:
            continue  # this process is a fork, or somebody else ended the run
        try:
            if log is not None:
                log.stop()
            end_run(run, "aborted", log)
        except Exception as error:
            logger.warning(f"could not mark Run('{run.uid}') as aborted: {error}")
