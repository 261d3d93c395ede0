"""Graphs as values: what is drawn, without how."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

RUN = "run"
"""Kind of the nodes between what was read and what was written."""

DIRECTIONS = frozenset("LRE RLE LRO RLO PDF LRI RLI FSI PDI".split())
"""Bidirectional classes of characters that make text read other than it is."""

NO_CHARACTERS = "\ufffe\uffff"


class Node(NamedTuple):
    """One record.

    Attributes
    ----------
    id : str
        Unique within a graph: letters, digits and underscores.
    label : str
        What people call the record.
    kind : str
        `run`, `artifact`, `collection`, or `record` for anything else.
    time : str
        When a run started; empty for what is not a run.
    """

    id: str
    label: str
    kind: str = "record"
    time: str = ""


@dataclass
class Graph:
    """Nodes and edges around one record.

    Parameters
    ----------
    focus
        Id of the node of the record.
    nodes
        By id.
    edges
        Pairs of ids, from what is above to what is below; True marks that content which existed
        already was created again.
    above, below
        Titles of the branches of a text tree; without the first, what is above hangs on the record
        itself, and what is below makes a second tree.

    Examples
    --------
    >>> graph = Graph("a", above="parents", below="children")
    >>> graph.add(Node("a", "T cell"))
    >>> graph.connect(Node("b", "leukocyte"), Node("a", "T cell"))
    >>> list(graph.edges)
    [('b', 'a')]
    """

    focus: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], bool] = field(default_factory=dict)
    above: str | None = None
    below: str = "used by"

    def add(self, node: Node) -> None:
        """Add a node, unless one with its id is there."""
        self.nodes.setdefault(node.id, node)

    def connect(self, upper: Node, lower: Node, again: bool = False) -> None:
        """Add an edge with both of its nodes."""
        self.add(upper)
        self.add(lower)
        self.edges.setdefault((upper.id, lower.id), again)

    def neighbours(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Ids directly above and directly below, by id."""
        above: dict[str, list[str]] = {}
        below: dict[str, list[str]] = {}
        for upper, lower in self.edges:
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
        return above, below


def one_line(text: object) -> str:
    """Text without line breaks, and without what controls terminals or is no character in XML."""
    text = str(text)
    if text.isprintable():
        return text
    return "".join(" " if is_control(character) else character for character in text).strip()


def is_control(character: str) -> bool:
    """Whether a character breaks lines, changes the direction of writing, or cannot be written."""
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in DIRECTIONS
        or character in NO_CHARACTERS
    )
