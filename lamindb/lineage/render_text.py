"""Graphs as trees of text, for terminals and where nothing can draw."""

from __future__ import annotations

from dataclasses import dataclass, field

from lamindb.base.render import Node as Branch
from lamindb.base.render import tree

from .graph import RUN, Graph, Node

MAX_LEVELS = 20
"""Below, branches are cut."""

CUT = " …"


def text_tree(graph: Graph) -> str:
    """What is above and below the record, indented by level.

    What repeats is named once more, with `…` instead of what hangs on it. At runs, `→` marks
    outputs in what is above and `←` inputs in what is below.

    Parameters
    ----------
    graph
        Nodes and edges.

    Examples
    --------
    >>> print(text_tree(Graph("a", {"a": Node("a", "T cell")})))
    T cell  *
    """
    walk = Walk(graph)
    title = f"{describe(graph.nodes[graph.focus])}  *"
    below = walk.branches(graph.focus, up=False)
    above = walk.branches(graph.focus, up=True)
    if graph.above is not None:
        sections = [(graph.above, above), (graph.below, below)]
        return tree(title, [Branch(name, branches) for name, branches in sections if branches])
    text = tree(title, above)
    return f"{text}\n\n{tree(graph.below, below)}" if below else text


@dataclass
class Walk:
    """Turns the surroundings of nodes into branches, each node once."""

    graph: Graph
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._above, self._below = self.graph.neighbours()
        self.seen.add(self.graph.focus)

    def branches(self, node_id: str, *, up: bool, level: int = 1, origin: str = "") -> list[Branch]:
        """Branches of what is above or below a node, except for where one comes from."""
        ahead, behind = (self._above, self._below) if up else (self._below, self._above)
        branches = [
            self._branch(other, "", up, level, node_id)
            for other in ahead.get(node_id, ())
            if other != origin
        ]
        if self.graph.nodes[node_id].kind == RUN and node_id != self.graph.focus:
            others = [other for other in behind.get(node_id, ()) if other != origin]
            if up:
                branches += [self._branch(other, "→ ", False, level, node_id) for other in others]
            else:
                branches += [Branch(f"← {describe(self.graph.nodes[other])}") for other in others]
        return branches

    def _branch(self, node_id: str, arrow: str, up: bool, level: int, origin: str) -> Branch:
        text = arrow + describe(self.graph.nodes[node_id])
        neighbours = (self._above if up else self._below).get(node_id, ())
        continues = any(other != origin for other in neighbours)
        if node_id in self.seen or level == MAX_LEVELS:
            return Branch(text + CUT if continues else text)
        self.seen.add(node_id)
        return Branch(text, self.branches(node_id, up=up, level=level + 1, origin=origin))


def describe(node: Node) -> str:
    """A node on one line."""
    if node.kind != RUN:
        return node.label
    return f"run {node.label} ({node.time})" if node.time else f"run {node.label}"
