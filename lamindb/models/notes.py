"""Notes of a record: the readme among the blocks that are attached to it."""

from __future__ import annotations

from typing import Any

README = "readme"


def latest_readme(record: Any) -> str | None:
    """Content of the latest readme, None if there is none or the registry has no blocks."""
    if record._state.adding or not hasattr(record, "ablocks"):
        return None
    readmes = record.ablocks.filter(kind=README).order_by("-is_latest", "-created_at", "-id")
    return readmes.values_list("content", flat=True).first()
