"""Inputs of runs: what is read while a run is tracked."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError

from lamindb.base.log import logger
from lamindb.errors import NoWriteAccess
from lamindb.models.current import current_run
from lamindb.setup.session import settings as setup_settings
from lamindb.setup.session_settings import settings
from lamindb.setup.user_rows import is_refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.models import Artifact, Collection, Record, Run

__all__ = ["link_run_input"]


def link_run_input(
    records: Sequence[Artifact | Collection | Record],
    is_run_input: bool | Run | None = None,
) -> None:
    """Record what is read as input of the current run.

    Linking twice changes nothing. Never linked are records that are not saved, and what the run
    created itself, so that lineage has no cycles.

    Parameters
    ----------
    records : list of Artifact, Collection or Record
        What is read.
    is_run_input : bool or Run, optional
        True links even if `ln.settings.track_run_inputs` is off, False does not link, None
        follows the setting; a run is linked to instead of the current one.

    Raises
    ------
    AssertionError
        The run that was passed is not saved.
    NoWriteAccess
        The database refuses to write.

    Example
    -------
    >>> link_run_input([artifact])
    >>> artifact in run.input_artifacts.all()
    True
    """
    if is_run_input is False or (is_run_input is None and not settings.track_run_inputs):
        return
    if is_run_input is None or is_run_input is True:
        run = current_run()
    else:
        run = is_run_input
        if run._state.adding:
            raise AssertionError("Save the run before tracking its inputs.")
    if run is None:
        warn_missing_run()
        return
    by_registry: dict[Any, dict[int, Any]] = defaultdict(dict)
    for record in records:
        if is_linkable(record, run):
            by_registry[type(record)][record.pk] = record
    for registry, saved in by_registry.items():
        link(registry, list(saved), run)


def warn_missing_run() -> None:
    """Say that lineage gets lost, where it could have been kept."""
    instance = setup_settings.instance
    if setup_settings.is_connected and not (instance.is_read_only_connection or instance._is_clone):
        logger.warning("run input wasn't tracked, call `ln.track()` and re-run")


def is_linkable(record: Any, run: Run) -> bool:
    """Whether a record is a row of the default database that the run did not create."""
    if record._state.adding or record.run_id == run.pk:
        return False
    if record._state.db != DEFAULT_DB_ALIAS:
        logger.warning(f"run input wasn't tracked: {record!r} is not in the default database")
        return False
    return True


def link(registry: Any, ids: list[int], run: Run) -> None:
    """Link rows of one registry, except for those that are linked or that the run recreated."""
    through = registry.input_of_runs.through
    column = f"{registry._meta.model_name}_id"
    condition = {f"{column}__in": ids, "run_id": run.pk}
    known = through.objects.filter(**condition).values_list(column, flat=True)
    if hasattr(registry, "recreating_runs"):
        recreated = registry.recreating_runs.through.objects.filter(**condition)
        known = known.union(recreated.values_list(column, flat=True))
    missing = sorted(set(ids).difference(known))
    if not missing:
        return
    rows = [through(**{column: id_, "run_id": run.pk}) for id_ in missing]
    try:
        # another thread may link the same rows at this moment
        through.objects.bulk_create(rows, ignore_conflicts=True)
    except DatabaseError as error:
        if not is_refused(error):
            raise
        raise NoWriteAccess(
            f"Cannot link inputs to Run('{run.uid}'): no write access to "
            f"{setup_settings.instance.slug}. Pass is_run_input=False to read without linking."
        ) from error
