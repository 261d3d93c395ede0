"""Notebooks with their outputs as HTML."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from .notebook_code import missing_package

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SAVE_PROMPT", "clean_html", "find_html", "notebook_to_html"]

SAVE_PROMPT = "to save the notebook in your editor"
WIDE_TABLES = "<style>.jp-OutputArea-output { overflow-x: auto; }</style>"
"""marimo shows tables that are wider than the page."""

_TITLE = re.compile(r"<title>(?P<title>.*?)</title>\s*", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"<h1\b[^>]*>(?P<text>.*?)</h1>\s*", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
_PROMPT_LINE = re.compile(rf"[^\n<>]*{re.escape(SAVE_PROMPT)}[^\n<>]*\n?")


def notebook_to_html(path: Path, title: str | None, *, scrolls: bool = False) -> str:
    """Convert a Jupyter notebook to HTML: code and outputs, without prompts and metadata.

    Parameters
    ----------
    path : pathlib.Path
        Path of the notebook.
    title : str, optional
        Its title, which is left out because it is the description of the transform.
    scrolls : bool
        Whether wide outputs can be scrolled.

    Returns
    -------
    str

    Raises
    ------
    ImportError
        nbconvert or nbformat is not installed.

    References
    ----------
    https://nbconvert.readthedocs.io/en/latest/nbconvert_library.html
    """
    try:
        import nbformat
        from nbconvert import HTMLExporter
    except ImportError as error:
        raise missing_package(error) from error
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.clear()
    for cell in notebook.cells:
        clean_cell(cell)
    remove_title(notebook, title)
    exporter = HTMLExporter(
        preprocessors=[],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    body, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": path.stem}})
    return body.replace("</head>", f"{WIDE_TABLES}</head>", 1) if scrolls else str(body)


def clean_cell(cell: Any) -> None:
    """Drop metadata, and what `ln.finish()` printed while it waited."""
    cell.metadata.clear()
    if cell.cell_type == "code" and any(
        SAVE_PROMPT in "".join(output.get("text", "")) for output in cell.outputs
    ):
        cell.outputs = []


def remove_title(notebook: Any, title: str | None) -> None:
    """Drop the line of the title."""
    for cell in notebook.cells if title is not None else ():
        if cell.cell_type == "markdown":
            lines = cell.source.split("\n")
            for number, line in enumerate(lines):
                if line.startswith("# ") and line.lstrip("#").strip(" .") == title:
                    cell.source = "\n".join(lines[:number] + lines[number + 1 :])
                    return


# -- R markdown and Quarto, which others render --------------------------------------------------


def find_html(path: Path) -> Path | None:
    """HTML that was rendered from an R markdown or Quarto file.

    Parameters
    ----------
    path : pathlib.Path
        Path of the file.

    Returns
    -------
    pathlib.Path or None
        The notebook of RStudio if there is one.

    Example
    -------
    >>> find_html(Path("introduction.Rmd"))
    PosixPath('introduction.nb.html')
    """
    candidates = (path.with_suffix(suffix) for suffix in (".nb.html", ".html"))
    return next((file for file in candidates if file.is_file()), None)


def clean_html(text: str) -> tuple[str, str | None]:
    """Take the title out of a rendered page, and what `ln.finish()` printed while it waited.

    Parameters
    ----------
    text : str
        A page.

    Returns
    -------
    tuple
        The page without title and the heading that repeats it; the title, if there is one.

    Example
    -------
    >>> clean_html("<title>My analysis</title><h1>My analysis</h1><p>text</p>")
    ('<p>text</p>', 'My analysis')
    """
    text = _PROMPT_LINE.sub("", text)
    found = _TITLE.search(text)
    if found is None:
        return text, None
    title = plain(found["title"])
    text = text[: found.start()] + text[found.end() :]
    for heading in _HEADING.finditer(text):
        if plain(heading["text"]) == title:
            text = text[: heading.start()] + text[heading.end() :]
            break
    return text, title or None


def plain(markup: str) -> str:
    """Text without tags."""
    return " ".join(html.unescape(_TAG.sub("", markup)).split())
