"""What a transform is made of: its code, where it is, and the key it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.base.hashing import hash_bytes
from lamindb.base.log import logger
from lamindb.setup.dev_dir import find_dev_dir
from lamindb.setup.session import settings

from .notebook_code import hash_of_notebook
from .notebooks import NOTEBOOK_SUFFIXES, check_title, read_notebook

if TYPE_CHECKING:
    from lamindb.base.types import TransformKind

    from .notebooks import Notebook

__all__ = [
    "EXECUTORS",
    "Source",
    "derive_key",
    "package_key",
    "source_from_file",
    "source_from_string",
]

EXECUTORS = ("nbconvert", "papermill", "nbclient")
"""Runners that execute a notebook from top to bottom, with nobody to ask."""


@dataclass(frozen=True)
class Source:
    """Code that is about to be tracked.

    Attributes
    ----------
    kind : str
        Kind of the transform.
    key : str
        Key of the transform.
    path : pathlib.Path or None
        Absolute path; None for code strings and interactive sessions.
    code : str or None
        Text as it is stored, before redaction; None for notebooks, which change until they end.
    hash : str or None
        Hash of the original bytes; None for notebooks.
    description : str or None
        Title of a notebook.
    notebook : Notebook or None
        Content of a Jupyter notebook that could be read.
    runner : str or None
        What runs a notebook, see `RunningNotebook`.
    is_interactive : bool
        Whether a person may go on editing: a notebook that no program executes.
    """

    kind: TransformKind
    key: str
    path: Path | None = None
    code: str | None = None
    hash: str | None = None
    description: str | None = None
    notebook: Notebook | None = None
    runner: str | None = None
    is_interactive: bool = False

    @cached_property
    def content_hash(self) -> str | None:
        """Hash of the present code, also of a notebook, for which it takes time."""
        if self.kind != "notebook" or self.path is None:
            return self.hash
        if self.path.suffix == ".ipynb":
            return hash_of_notebook(self.path)
        return hash_bytes(self.path.read_bytes()) if self.path.is_file() else None


def source_from_string(source_code: str, key: str, kind: TransformKind) -> Source:
    """Wrap a code string.

    Parameters
    ----------
    source_code, key, kind : str
        Code, key and kind of the transform.

    Returns
    -------
    Source

    Example
    -------
    >>> source_from_string("x = 1", "steps/one", "function").hash
    'pdUVZFYbK9s6hBFkvHcHJg'
    """
    data = source_code.encode("utf-8", "replace")
    return Source(kind, key, code=storable(data), hash=hash_bytes(data))


def source_from_file(
    path: Path, key: str | None, *, default_key: str | None = None, runner: str | None = None
) -> Source:
    """Read a script or a notebook.

    Parameters
    ----------
    path : pathlib.Path
        Absolute path.
    key : str, optional
        As passed by the user.
    default_key : str, optional
        Key that is known without a look at the path.
    runner : str, optional
        What runs a notebook.

    Returns
    -------
    Source

    Raises
    ------
    FileNotFoundError
        There is no such script. A notebook may be on another machine than its kernel.
    RuntimeError
        The notebook has no name yet.

    Example
    -------
    >>> source_from_file(Path("/home/me/train.py"), None).kind
    'script'
    """
    is_notebook = path.suffix in NOTEBOOK_SUFFIXES or runner == "marimo"
    if is_notebook:
        check_title(path)
    elif not path.is_file():
        raise FileNotFoundError(f"Cannot track {path}: there is no such file")
    key = key or default_key or derive_key(path)
    if is_notebook:
        notebook = read_notebook(path)
        return Source(
            "notebook",
            key,
            path,
            description=notebook and notebook.title,
            notebook=notebook,
            runner=runner,
            is_interactive=runner not in EXECUTORS,
        )
    data = path.read_bytes()
    return Source("script", key, path, code=storable(data), hash=hash_bytes(data))


def storable(data: bytes) -> str:
    """Text that every database takes: Postgres refuses the character NUL."""
    return data.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def package_key(module_name: str) -> str:
    """Key of a module inside of a package.

    Parameters
    ----------
    module_name : str
        Dotted name.

    Returns
    -------
    str

    Example
    -------
    >>> package_key("my_package.steps.clean")
    'pypackages/my_package/steps/clean.py'
    """
    return f"pypackages/{module_name.replace('.', '/')}.py"


def derive_key(path: Path) -> str:
    """Key of a file: its path in the development folder of the instance, else its name.

    Parameters
    ----------
    path : pathlib.Path
        Absolute path without symbolic links.

    Returns
    -------
    str

    Example
    -------
    >>> derive_key(Path("/home/me/rnaseq/scripts/train.py"))
    'scripts/train.py'
    """
    folder = find_dev_dir(settings.instance.slug, path.parent)
    if folder is not None:
        return path.relative_to(folder.resolve()).as_posix()
    configured = settings.dev_dir
    if configured is not None:
        logger.warning(
            f"path {path} is not within the configured dev directory {configured}, falling back "
            f"to using filename {path.name}"
        )
    return path.name
