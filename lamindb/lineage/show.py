"""Graphs that people see: in a notebook, in a viewer, or as text where nothing can draw."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.base.log import logger
from lamindb.setup.session import settings

from .render_graphviz import digraph
from .render_mermaid import mermaid
from .render_text import text_tree

if TYPE_CHECKING:
    from .graph import Graph

FOLDER = "graphs"
INSTALL = {
    "darwin": "brew install graphviz",
    "win32": "winget install graphviz",
}
INSTALL_ELSEWHERE = "apt-get install graphviz, or conda install graphviz"
MAX_DRAWN = 1000
"""Number of nodes from which graphviz takes minutes, and nobody reads what it draws."""


def show(graph: Graph) -> None:
    """Show a graph where this process can.

    Notebooks show an image. Elsewhere an image is written to the cache, and opened if there is a
    screen. Without graphviz, notebooks get Mermaid and text, and terminals text.

    Parameters
    ----------
    graph
        What to draw.

    Examples
    --------
    >>> show(Graph("a", {"a": Node("a", "T cell")}))
    """
    if shutil.which("dot") is None:
        show_without_graphviz(graph)
        command = INSTALL.get(sys.platform, INSTALL_ELSEWHERE)
        logger.important_hint(f"to render graphs, install graphviz: {command}")
    elif len(graph.nodes) > MAX_DRAWN:
        logger.print(text_tree(graph))
        logger.important_hint(
            f"too many to draw: {len(graph.nodes)} nodes; pass return_graph=True to get the graph"
        )
    else:
        show_image(graph)


def show_without_graphviz(graph: Graph) -> None:
    """Let the notebook draw, or print."""
    text = text_tree(graph)
    if is_notebook():
        display({"text/vnd.mermaid": mermaid(graph), "text/plain": text})
    else:
        logger.print(text)


def show_image(graph: Graph) -> None:
    """Show an image in the notebook, or write it to the cache and open it."""
    try:
        svg = digraph(graph).pipe(format="svg", encoding="utf-8")
    except (OSError, subprocess.CalledProcessError) as error:
        show_without_graphviz(graph)
        logger.warning(f"graphviz failed: {error}")
        return
    if is_notebook():
        display({"image/svg+xml": svg, "text/plain": text_tree(graph)})
        return
    path = Path(str(settings.cache_dir)) / FOLDER / f"{graph.focus}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg, encoding="utf-8")
    logger.important(f"graph: {path}")
    if has_screen():
        open_image(str(path))


def open_image(path: str) -> None:
    """Open a file with the program of the system for it."""
    from graphviz import view

    view(path, quiet=True)


def display(bundle: dict[str, str]) -> None:
    """Show the best of several forms in a notebook."""
    from IPython import display as ipython

    ipython.display(bundle, raw=True)


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
