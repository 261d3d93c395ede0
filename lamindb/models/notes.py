"""Notes of a record: the readme among the blocks that are attached to it."""

from __future__ import annotations

from typing import Any

from lamindb.base.render import format_datetime

README = "readme"
COMMENT = "comment"


def latest_readme(record: Any) -> str | None:
    """Content of the latest readme, None if there is none or the registry has no blocks."""
    if record._state.adding or not hasattr(record, "ablocks"):
        return None
    readmes = record.ablocks.filter(kind=README).order_by("-is_latest", "-created_at", "-id")
    return readmes.values_list("content", flat=True).first()


def notes_as_text(record: Any, *, with_comments: bool) -> str:
    """The latest readme and, if wanted, all comments, to be put below a description."""
    if record._state.adding or not hasattr(record, "ablocks"):
        return ""
    kinds = [README, COMMENT] if with_comments else [README]
    blocks = record.ablocks.filter(kind__in=kinds, is_latest=True).order_by("created_at", "id")
    columns = ("kind", "content", "created_by__handle", "created_at")
    readmes, comments = [], []
    for kind, content, handle, created_at in blocks.values_list(*columns):
        if kind == README:
            readmes.append(f"\nNotes:\n{content}")
        else:
            time = format_datetime(created_at)
            comments.append(f"\ncomment by {handle} at {time}:\n{content}")
    return "".join([*readmes[-1:], *comments])
