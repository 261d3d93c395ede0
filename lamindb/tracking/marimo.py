"""Notebooks of marimo; the package is never imported here, only asked if it runs one."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["check_export", "find_marimo_notebook", "path_of_export"]


def find_marimo_notebook() -> Path | None:
    """Path of the marimo notebook that runs in this process.

    Returns
    -------
    pathlib.Path or None
        None also if it is run as a script.

    Example
    -------
    >>> find_marimo_notebook()
    PosixPath('/home/me/explore.py')
    """
    marimo = sys.modules.get("marimo")
    context = sys.modules.get("marimo._runtime.context")
    if marimo is None or context is None or not marimo.running_in_notebook():
        return None
    filename = context.get_context().filename
    return Path(filename).resolve() if filename else None


def path_of_export(path: Path) -> Path:
    """Path of the Jupyter notebook that marimo keeps next to its own, with outputs.

    Parameters
    ----------
    path : pathlib.Path
        Path of the notebook of marimo.

    Returns
    -------
    pathlib.Path

    Example
    -------
    >>> path_of_export(Path("explore.py"))
    PosixPath('__marimo__/explore.ipynb')
    """
    return path.parent / "__marimo__" / f"{path.stem}.ipynb"


def check_export(path: Path) -> None:
    """Refuse a notebook without automatic exports, from which reports are made.

    Parameters
    ----------
    path : pathlib.Path
        Path of the notebook of marimo.

    Raises
    ------
    SystemExit
    """
    if path_of_export(path).is_file():
        return
    config = sys.modules["marimo._runtime.context"].get_context().app_config
    if "ipynb" not in config.auto_download:
        raise SystemExit(
            "✗ please let marimo export this notebook automatically, so that its outputs can be "
            "saved as report: in the notebook settings, under 'Exporting outputs', choose 'ipynb'; "
            'the code then reads marimo.App(auto_download=["ipynb"])'
        )
