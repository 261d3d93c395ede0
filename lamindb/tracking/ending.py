"""The end of a run, however it comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.utils import timezone

from lamindb.base.log import logger
from lamindb.base.types import RUN_STATUS_TO_CODE
from lamindb.errors import LaminError

if TYPE_CHECKING:
    from lamindb.base.types import RunStatus
    from lamindb.models import Run

    from .run_log import RunLog

__all__ = ["end_run"]

CHANGED = ("finished_at", "report", "transform", "_is_consecutive", "_status_code")


def end_run(run: Run, status: RunStatus, log: RunLog | None = None) -> None:
    """Store the log, and how and when a run ended.

    Parameters
    ----------
    run : Run
        The run.
    status : str
        `completed`, `errored` or `aborted`.
    log : RunLog, optional
        What it printed; failing to store it is only a warning.

    Example
    -------
    >>> end_run(run, "completed")
    >>> run.status
    'completed'
    """
    if log is not None:
        try:
            log.store()
        except (OSError, DatabaseError, LaminError, ValueError) as error:
            logger.warning(f"could not save the log of Run('{run.uid}'): {error}")
    run.finished_at = timezone.now()
    run._status_code = RUN_STATUS_TO_CODE[status]
    run.save(
        update_fields=["finished_at", "report", "transform", "_is_consecutive", "_status_code"]
    )
