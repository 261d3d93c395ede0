"""Graphs in the language of graphviz."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from .graph import RUN, Graph, Node

if TYPE_CHECKING:
    import graphviz

FONT = {"fontname": "Helvetica", "fontsize": "10"}
EDGE_COLOR = "dimgrey"
ARROW = {"arrowsize": "0.5"}
BOX = {"shape": "box", "style": "rounded,filled"}
RECORD = {**BOX, "color": "#065f46", "fillcolor": "honeydew"}
FOCUS_FILL = "#10b981"
DATA = {"color": "darkgrey", "fillcolor": "white"}
RUN_FILL = "#eff2ff"
NAME_ESCAPE = re.compile(r"\\(?=[NGETHL])")
WORD_JOINER = "\u2060"


def digraph(graph: Graph) -> graphviz.Digraph:
    """Graph for graphviz: `source` has its text, `render` writes a file.

    Parameters
    ----------
    graph
        Nodes and edges.

    Examples
    --------
    >>> print(digraph(Graph("a", {"a": Node("a", "T cell")})).source)
    """
    return records_digraph(graph) if graph.above is not None else lineage_digraph(graph)


def records_digraph(graph: Graph) -> graphviz.Digraph:
    """Parents and children: all nodes look the same, but for the record itself."""
    from graphviz import Digraph

    edge = {**ARROW, "color": EDGE_COLOR}
    drawing = Digraph(graph.focus, node_attr={**FONT, **RECORD}, edge_attr=edge)
    for node in graph.nodes.values():
        fill = {"fillcolor": FOCUS_FILL} if node.id == graph.focus else {}
        drawing.node(node.id, label=plain(node.label), **fill)
    for upper, lower in graph.edges:
        drawing.edge(upper, lower)
    return drawing


def lineage_digraph(graph: Graph) -> graphviz.Digraph:
    """Data and runs; each edge follows what it connects.

    Lines are written here: the library takes 20 times as long to find out what has to be quoted.
    """
    from graphviz import Digraph

    drawing = Digraph(graph.focus, node_attr={**FONT, **DATA}, edge_attr=ARROW)
    lines = {node.id: node_line(node, node.id == graph.focus) for node in graph.nodes.values()}
    for (upper, lower), again in graph.edges.items():
        drawing.body += [lines.pop(node_id) for node_id in (upper, lower) if node_id in lines]
        style = " style=dashed" if again else ""
        edge = f"{quoted(upper)} -> {quoted(lower)}"
        drawing.body.append(f"\t{edge} [color={EDGE_COLOR}{style}]\n")
    drawing.body += lines.values()
    return drawing


def node_line(node: Node, is_focus: bool) -> str:
    """Line about a node, with a label of HTML."""
    label = html_text(node.label)
    if node.time:
        label += f'<BR/><FONT COLOR="GREY" POINT-SIZE="10">run at {html_text(node.time)}</FONT>'
    fill = f'"{RUN_FILL}"' if node.kind == RUN else DATA["fillcolor"]
    style = f"{BOX['style']},bold" if is_focus else BOX["style"]
    looks = f'fillcolor={fill} shape={BOX["shape"]} style="{style}"'
    return f"\t{quoted(node.id)} [label=<{label}> {looks}]\n"


def quoted(node_id: str) -> str:
    """Id of a node, with quotes if it needs some: uids of old databases may have any characters."""
    if node_id.isidentifier():
        return node_id
    return '"' + node_id.replace("\\", "").replace('"', '\\"') + '"'


def html_text(text: str) -> str:
    r"""Text within a label of HTML, where `\\N` and the like mean the name of the node.

    Nothing quotes a backslash there, so that an invisible character parts it from the letter; see
    https://graphviz.org/doc/info/shapes.html#html.
    """
    return NAME_ESCAPE.sub(f"\\\\{WORD_JOINER}", html.escape(text, quote=False))


def plain(text: str) -> str:
    """Text as a label that is not HTML, where entities have a meaning too."""
    from graphviz import escape

    return escape(text.replace("&", "&amp;"))
