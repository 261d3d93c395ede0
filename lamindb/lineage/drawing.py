"""Graphs that people see: in a notebook, in a viewer, or as text where nothing can draw."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from lamindb.base.log import logger
from lamindb.setup.session import settings

if TYPE_CHECKING:
    import graphviz

FONT = {"fontname": "Helvetica", "fontsize": "10"}
EDGE = {"color": "dimgrey", "arrowsize": "0.5"}
FOLDER = "graphs"
INSTALL = {
    "darwin": "brew install graphviz",
    "win32": "winget install graphviz",
}
INSTALL_ELSEWHERE = "apt-get install graphviz, or conda install graphviz"


def new_digraph(name: str, *, node: dict[str, str]) -> graphviz.Digraph:
    """Empty graph in the style of all graphs.

    Parameters
    ----------
    name
        Of the graph.
    node
        Attributes of its nodes.

    Examples
    --------
    >>> new_digraph("a", node={"shape": "box"}).name
    'a'
    """
    import graphviz

    return graphviz.Digraph(name, node_attr={**FONT, **node}, edge_attr=EDGE)


def show(graph: graphviz.Digraph, text: str) -> None:
    r"""Show a graph where this process can.

    Parameters
    ----------
    graph
        What to draw.
    text
        The same as text, for machines without graphviz.

    Examples
    --------
    >>> show(graph, "neuron\n└── parents")
    """
    if shutil.which("dot") is None:
        logger.print(text)
        command = INSTALL.get(sys.platform, INSTALL_ELSEWHERE)
        logger.important_hint(f"to render graphs, install graphviz: {command}")
    elif is_notebook():
        from IPython.display import display

        display(graph)
    else:
        folder = settings.cache_dir / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        path = graph.render(directory=str(folder), format="svg", cleanup=True, view=has_screen())
        logger.important(f"graph: {path}")


def is_notebook() -> bool:
    """Whether output appears in a notebook, which shows images."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def has_screen() -> bool:
    """Whether a window can be opened."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
