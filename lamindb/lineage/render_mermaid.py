"""Graphs in the language of Mermaid, which GitHub and JupyterLab draw without graphviz."""

from __future__ import annotations

from .graph import RUN, Graph, Node

SPECIAL = '"#&<>`\\'
STYLES = {
    "run": "fill:#eff2ff,stroke:darkgrey",
    "artifact": "fill:white,stroke:darkgrey",
    "collection": "fill:white,stroke:darkgrey",
    "record": "fill:honeydew,stroke:#065f46",
}
FOCUS_STYLE = "stroke-width:3px"


def mermaid(graph: Graph) -> str:
    """Flowchart of a graph.

    Parameters
    ----------
    graph
        Nodes and edges.

    Returns
    -------
    str
        Text for a block of code of the language `mermaid`.

    References
    ----------
    https://mermaid.js.org/syntax/flowchart.html

    Examples
    --------
    >>> print(mermaid(Graph("a", {"a": Node("a", "T cell")})))
    """
    lines = ["flowchart TD"]
    lines += [f"    {node.id}{box(node)}:::{node.kind}" for node in graph.nodes.values()]
    for (upper, lower), again in graph.edges.items():
        lines.append(f"    {upper} {'-.->' if again else '-->'} {lower}")
    kinds = dict.fromkeys(node.kind for node in graph.nodes.values())
    lines += [f"    classDef {kind} {STYLES[kind]}" for kind in kinds]
    lines.append(f"    style {graph.focus} {FOCUS_STYLE}")
    return "\n".join(lines)


def box(node: Node) -> str:
    """Rounded box with the label of a node."""
    label = quote(node.label)
    if node.kind == RUN and node.time:
        label += f"<br/>run at {quote(node.time)}"
    return f'("{label}")'


def quote(text: str) -> str:
    """Text with entity codes for what Mermaid or a browser would interpret."""
    return "".join(f"#{ord(c)};" if c in SPECIAL else c for c in text)
