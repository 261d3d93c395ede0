"""Graphs of records: what is above and below a record, drawn or written as a tree."""

from __future__ import annotations

from .hierarchy import view_hierarchy
from .lineage import lineage_graph, view_lineage
from .openlineage import openlineage_events
from .render_graphviz import digraph
from .render_mermaid import mermaid
from .render_text import text_tree

__all__ = [
    "digraph",
    "lineage_graph",
    "mermaid",
    "openlineage_events",
    "text_tree",
    "view_hierarchy",
    "view_lineage",
]
