"""Graphs of records: what is above and below a record, drawn or written as a tree."""

from __future__ import annotations

from .hierarchy import view_hierarchy

__all__ = ["view_hierarchy"]
