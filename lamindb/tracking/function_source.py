"""Code of tracked functions: the file that defines them, or their own text in a console or cell."""

from __future__ import annotations

import functools
import inspect
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.base.hashing import hash_bytes

from .detect import is_ipython
from .jupyter import COLAB_KEY, RunningNotebook, find_notebook
from .marimo import find_marimo_notebook
from .source import Source, derive_key, package_key, source_from_string, storable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Definition", "code_of", "definition_of", "interactive_key"]

CONSOLE = "console"
MANY_FILES = 1024


@dataclass(frozen=True)
class Definition:
    """Where a function is defined and the code at that time, which may be edited later.

    Attributes
    ----------
    qualname : str
        Name with those of the class or function around it.
    module_name : str
        Name of the module.
    path : pathlib.Path or None
        File; None in a console or a notebook.
    code : str or None
        Text of the file, else of the function.
    hash : str or None
        Hash of the original bytes.
    """

    qualname: str
    module_name: str
    path: Path | None
    code: str | None
    hash: str | None = None

    def source(self, base_key: str) -> Source:
        """Source of a transform.

        Parameters
        ----------
        base_key : str
            What the key begins with if there is no file.

        Returns
        -------
        Source
        """
        if self.path is not None:
            is_in_package = "." in self.module_name
            key = package_key(self.module_name) if is_in_package else derive_key(self.path)
            return Source("script", key, self.path, code=self.code, hash=self.hash)
        # functions of one notebook must not become versions of each other
        key = f"{base_key}:{self.qualname}"
        if self.code is None:
            return Source("function", key)
        return source_from_string(self.code, key, "function")


def definition_of(function: Callable[..., Any]) -> Definition:
    """Look up where a function is defined, and read the code.

    Parameters
    ----------
    function : callable
        Decorated or not.

    Returns
    -------
    Definition

    Example
    -------
    >>> definition_of(my_function).path.name
    'train.py'
    """
    code_owner = code_of(function)
    qualname = getattr(function, "__qualname__", None) or code_owner.__qualname__
    namespace = getattr(code_owner, "__globals__", {})
    module_name = str(namespace.get("__name__") or getattr(code_owner, "__module__", None) or "")
    path = defining_file(code_owner, namespace)
    if path is not None:
        stat = path.stat()
        content = read_code(path, stat.st_mtime_ns, stat.st_size)
        if content is not None:
            return Definition(qualname, module_name, path, *content)
    return Definition(qualname, module_name, None, text_of(code_owner))


def interactive_key() -> str:
    """Key of the running notebook, for functions in cells that run while nothing is tracked.

    Returns
    -------
    str
        `console` if there is no notebook, or its path is not known.

    Example
    -------
    >>> interactive_key()
    'tutorial.ipynb'
    """
    path = find_marimo_notebook()
    if path is None and is_ipython():
        found = running_notebook()
        if found is None:
            return CONSOLE
        if found.path is None:
            return found.key or COLAB_KEY
        path = found.path
    return CONSOLE if path is None else derive_key(path)


@functools.cache
def running_notebook() -> RunningNotebook | None:
    """Notebook of this kernel; servers are asked once."""
    try:
        return find_notebook()
    except (RuntimeError, ValueError):
        return None


def code_of(function: Callable[..., Any]) -> Any:
    """Return the function in partial functions, decorated functions, methods and callable objects.

    Parameters
    ----------
    function : callable
        Anything that can be called.

    Returns
    -------
    function
    """
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    function = getattr(function, "__func__", function)
    if inspect.isroutine(function):
        return function
    return code_of(type(function).__call__)


def defining_file(code_owner: Any, namespace: dict[str, Any]) -> Path | None:
    """Absolute path of the file that holds a function."""
    code = getattr(code_owner, "__code__", None)
    if code is None or code.co_filename.startswith("<"):
        return None
    if Path(code.co_filename).parent.name.startswith("ipykernel_"):
        return None  # a debugger writes cells of notebooks to files
    # stays right after a change of the working folder, unlike the name in the code object
    path = Path(namespace.get("__file__") or code.co_filename)
    if path.name != Path(code.co_filename).name:
        path = Path(code.co_filename)
    return path.resolve() if path.is_file() else None


@functools.lru_cache(MANY_FILES)
def read_code(path: Path, _mtime_ns: int, _size: int) -> tuple[str, str] | None:
    """Text and hash of a file, once for all functions in it; None if it can't be read."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return storable(data), hash_bytes(data)


def text_of(code_owner: Any) -> str | None:
    """Text of one function, None where nobody keeps it."""
    try:
        return textwrap.dedent(inspect.getsource(code_owner))
    except (OSError, TypeError):
        return None
