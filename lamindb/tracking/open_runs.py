"""Runs of functions that have begun and not ended: none stays "started" when the process ends."""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lamindb.base.log import logger

from .ending import end_run

if TYPE_CHECKING:
    from lamindb.base.types import RunStatus
    from lamindb.models import Run

    from .run_log import RunLog

__all__ = ["OpenRun", "abort_open_runs", "add_open_run", "discard_open_run"]


@dataclass
class OpenRun:
    """A run that has begun.

    Attributes
    ----------
    run : Run
        The run.
    log : RunLog or None
        Its log.
    is_paused : bool
        Whether it is that of a generator which waits for its caller.
    process_id : int
        The process that it belongs to; forks inherit what is remembered here.
    """

    run: Run
    log: RunLog | None
    is_paused: bool = False
    process_id: int = field(default_factory=os.getpid)


_open_runs: dict[str, OpenRun] = {}


def add_open_run(run: Run, log: RunLog | None) -> OpenRun:
    """Remember a run that has begun.

    Parameters
    ----------
    run : Run
        A saved run.
    log : RunLog, optional
        Its log.

    Returns
    -------
    OpenRun
    """
    return _open_runs.setdefault(run.uid, OpenRun(run, log))


def discard_open_run(run: Run) -> None:
    """Forget a run that is going to be ended.

    Parameters
    ----------
    run : Run
        A run; also one that is not remembered.
    """
    _open_runs.pop(run.uid, None)


def abort_open_runs() -> None:
    """End all runs, because a signal ends the process.

    Example
    -------
    >>> abort_open_runs()
    >>> run.status
    'aborted'
    """
    while _open_runs:
        end(_open_runs.popitem()[1], "aborted")


@atexit.register
def end_open_runs() -> None:
    """End the runs that are left when the process ends.

    What a generator has not produced nobody wanted, as if it was closed; but daemon threads are
    stopped in the middle.
    """
    while _open_runs:
        left = _open_runs.popitem()[1]
        end(left, "completed" if left.is_paused else "aborted")


def end(left: OpenRun, status: RunStatus) -> None:
    """End a run; nothing that goes wrong here disturbs the end of the process."""
    if left.process_id != os.getpid() or left.run.finished_at is not None:
        return
    try:
        if left.log is not None:
            left.log.stop()
        end_run(left.run, status, left.log)
    except Exception as error:
        logger.warning(f"could not mark Run('{left.run.uid}') as {status}: {error}")
