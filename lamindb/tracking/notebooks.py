"""Jupyter notebooks as files: their title and what they import."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["NOTEBOOK_SUFFIXES", "Notebook", "check_title", "imported_packages", "read_notebook"]

NOTEBOOK_SUFFIXES = (".ipynb", ".Rmd", ".qmd")
_MAGIC = re.compile(r"^(\s*)[%!?].*")


class Notebook(NamedTuple):
    """What is read from a Jupyter notebook.

    Attributes
    ----------
    title : str or None
        First heading of level one in a markdown cell.
    code_cells : list of str
        Code of the cells.
    """

    title: str | None
    code_cells: list[str]


def check_title(path: Path) -> None:
    """Refuse a notebook that was never named.

    Raises
    ------
    RuntimeError
    """
    if path.suffix == ".ipynb" and path.name.startswith("Untitled"):
        raise RuntimeError(
            f"Please rename the notebook '{path.name}' to something that says what it does, "
            "save it, and call ln.track() again"
        )


def read_notebook(path: Path) -> Notebook | None:
    """Read a Jupyter notebook.

    Parameters
    ----------
    path : pathlib.Path
        Path of the file.

    Returns
    -------
    Notebook or None
        None if the file is no Jupyter notebook or can't be read, e.g. because the kernel runs on
        another machine.

    Example
    -------
    >>> read_notebook(Path("tutorial.ipynb")).title
    'Tutorial'

    References
    ----------
    https://nbformat.readthedocs.io/en/latest/format_description.html
    """
    if path.suffix != ".ipynb":
        return None
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        by_kind: dict[str, list[str]] = {"markdown": [], "code": []}
        for cell in cells:
            by_kind.setdefault(cell["cell_type"], []).append(text_of(cell["source"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None
    titles = (line for text in by_kind["markdown"] for line in text.splitlines())
    title = next((t.lstrip("#").strip(" .") for t in titles if t.startswith("# ")), None)
    return Notebook(title, by_kind["code"])


def text_of(source: Any) -> str:
    """Text of a cell, which may be stored as a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def imported_packages(notebook: Notebook) -> str:
    """List the packages that a notebook imports, as far as they are installed.

    Parameters
    ----------
    notebook : Notebook
        Code with IPython magics is fine.

    Returns
    -------
    str
        `name==version`, sorted and separated by blanks.

    Example
    -------
    >>> imported_packages(read_notebook(Path("tutorial.ipynb")))
    'anndata==0.12.10 lamindb==2.13.0'
    """
    from importlib.metadata import packages_distributions  # start-up time

    modules = {name for cell in notebook.code_cells for name in imported_modules(cell)}
    modules -= set(sys.stdlib_module_names)
    providers = packages_distributions() if modules else {}
    names = {name for module in modules for name in providers.get(module, [module])}
    return " ".join(sorted(map(with_version, names)))


def imported_modules(code: str) -> set[str]:
    """Top-level names of absolute imports in a cell; none if it is no Python."""
    # a magic may be all there is in a block
    lines = [_MAGIC.sub(r"\1pass", line) for line in code.splitlines()]
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def with_version(name: str) -> str:
    """`name==version`, or the name alone if it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # start-up time

    try:
        return f"{name}=={version(name)}"
    except PackageNotFoundError:
        return name
