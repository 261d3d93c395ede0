"""The code of a notebook as text that does not depend on outputs and execution counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.base.hashing import hash_bytes
from lamindb.errors import InvalidArgument

from .notebooks import read_notebook

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["hash_of_notebook", "missing_package", "notebook_to_code"]

NO_METADATA = {"jupytext": {"notebook_metadata_filter": "-all", "cell_metadata_filter": "-all"}}


def missing_package(error: ImportError) -> ImportError:
    """Error that says how to install what saving notebooks needs.

    Parameters
    ----------
    error : ImportError
        What Python said.

    Returns
    -------
    ImportError
    """
    return ImportError(
        f"{error.name} is needed to save notebooks, please run: pip install 'lamindb[notebooks]'",
        name=error.name,
    )


def notebook_to_code(path: Path) -> str:
    """Convert a Jupyter notebook to a script in which markdown cells are comments.

    Parameters
    ----------
    path : pathlib.Path
        Path of the notebook.

    Returns
    -------
    str
        Without metadata; the text of the title is left out, so that it can be changed.

    Raises
    ------
    ImportError
        jupytext is not installed.
    InvalidArgument
        The file is no notebook.

    Example
    -------
    >>> print(notebook_to_code(Path("tutorial.ipynb")))
    # %% [markdown]
    #
    <BLANKLINE>
    # %%
    import lamindb as ln

    References
    ----------
    https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format
    """
    try:
        import jupytext
    except ImportError as error:
        raise missing_package(error) from error
    try:
        content = jupytext.read(path, fmt="ipynb")
    except Exception as error:  # of several libraries, and of all kinds
        raise InvalidArgument(f"{path} is no valid Jupyter notebook: {error}") from error
    content.metadata = type(content.metadata)(NO_METADATA)
    code: str = jupytext.writes(content, fmt="py:percent")
    notebook = read_notebook(path)
    if notebook is not None and notebook.title is not None:
        code = code.replace(f"# # {notebook.title}", "#", 1)
    return code


def hash_of_notebook(path: Path) -> str | None:
    """Hash of the code of a Jupyter notebook.

    Parameters
    ----------
    path : pathlib.Path
        Path of the notebook.

    Returns
    -------
    str or None
        None if it can't be read, or jupytext is not installed.

    Example
    -------
    >>> len(hash_of_notebook(Path("tutorial.ipynb")))
    22
    """
    if read_notebook(path) is None:
        return None
    try:
        return hash_bytes(notebook_to_code(path).encode())
    except (ImportError, InvalidArgument):
        return None
