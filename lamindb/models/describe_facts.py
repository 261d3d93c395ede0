"""Facts that `describe()` shows of records of several registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.render import Node, format_datetime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .sqlrecord import BaseSQLRecord

UID_PREVIEW = 7
RUN_PATHS = ("run__uid", "run__name", "run__transform__key")
COMMON_PATHS = ("branch__name", "space__name", "created_by__handle")


def related_values(record: BaseSQLRecord, *paths: str) -> dict[str, Any]:
    """Fields of related records, in one query."""
    if record._state.adding:
        return dict.fromkeys(paths)
    return type(record).objects.using(record._state.db).filter(pk=record.pk).values(*paths).get()


def run_cell(related: dict[str, Any]) -> list[str]:
    """The creating run, nothing if there is none."""
    if not related["run__uid"]:
        return []
    run = related["run__name"] or related["run__uid"][:UID_PREVIEW]
    return [f"run: {run} ({related['run__transform__key']})"]


def common_cells(record: Any, related: dict[str, Any]) -> list[str]:
    """Branch, space, time and user of creation."""
    return [
        f"branch: {related['branch__name']}",
        f"space: {related['space__name']}",
        f"created_at: {format_datetime(record.created_at)}",
        f"created_by: {related['created_by__handle']}",
    ]


def first_lines(head: str, lines: Sequence[str], limit: int) -> Node:
    """The first lines of a longer text below its name, and whether there are more."""
    more = ["…"] if len(lines) > limit else []
    return Node("\n".join([head, *(f"│ {line}" for line in [*lines[:limit], *more])]))
