"""The constructor of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.types import RUN_STATUS_TO_CODE

from .construction import check_keywords, check_lengths, fill_branch_and_space
from .initialization import initialize

if TYPE_CHECKING:
    from .run import Run

KEYWORDS = (
    "transform",
    "name",
    "description",
    "entrypoint",
    "params",
    "status",
    "initiated_by_run",
    "reference",
    "reference_type",
    "plan",
    "branch",
    "space",
)
INITIAL_STATUSES = ("scheduled", "started")


def construct_run(run: Run, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of `Run`; writes nothing.

    Raises
    ------
    ValueError
        More than one positional argument, unknown keywords, an unsaved transform, or a status
        that a new run cannot have.
    TypeError
        No transform.
    """
    if len(args) > 1:
        raise ValueError("Only one non-keyword arg allowed: transform")
    if args:
        kwargs = {"transform": args[0], **kwargs}
    check_keywords(type(run), (), kwargs)
    transform = kwargs.get("transform")
    if transform is None and kwargs.get("transform_id") is None:
        raise TypeError("Pass transform parameter: ln.Run(transform)")
    if transform is not None and transform._state.adding:
        raise ValueError("Please save transform record before creating a run: transform.save()")
    status = kwargs.pop("status", None)
    if status is not None:
        if status not in INITIAL_STATUSES:
            raise ValueError(
                f"status of a new run has to be one of {', '.join(INITIAL_STATUSES)}, "
                f"not '{status}'"
            )
        kwargs["_status_code"] = RUN_STATUS_TO_CODE[status]
    fill_branch_and_space(type(run), kwargs)
    initialize(run, kwargs)
    check_lengths(run)
