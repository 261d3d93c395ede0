"""Which file is running: found in the stack of the caller."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .jupyter import COLAB_KEY, find_executor, find_notebook
from .marimo import check_export, find_marimo_notebook
from .source import Source, package_key, source_from_file

if TYPE_CHECKING:
    from types import FrameType

    from .jupyter import RunningNotebook

__all__ = ["cli_arguments", "detect_source", "is_ipython", "source_at"]

OWN_PACKAGE = "lamindb"


def is_ipython() -> bool:
    """Whether this is an IPython session, Jupyter kernels included."""
    return hasattr(builtins, "__IPYTHON__")


def detect_source(key: str | None) -> Source:
    """Find and read the script, module or notebook that asked to be tracked.

    Parameters
    ----------
    key : str, optional
        Key of the transform as passed by the user. In a plain interactive session, which has no
        file, it names a transform without code.

    Returns
    -------
    Source

    Raises
    ------
    NotImplementedError
        There is no file: an interactive session, `python -c`, code from stdin.
    RuntimeError
        The path of the running notebook is unknown.
    ValueError
        nbconvert executes a notebook without writing to it.
    SystemExit
        A notebook of marimo is not exported automatically.

    Example
    -------
    >>> detect_source(None).key
    'train.py'
    """
    frame = user_frame()
    module_name = str(frame.f_globals.get("__name__", ""))
    path = file_of(frame)
    # a module in a package, or a script within a notebook: %run
    is_module = path is not None and ("." in module_name or runs_as_script(frame))
    if not is_module:
        marimo_path = find_marimo_notebook()
        if marimo_path is not None:
            check_export(marimo_path)
            return source_from_file(marimo_path, key, runner="marimo")
        if is_ipython():
            return source_of_notebook(find_notebook(), key)
    if path is None:
        if key is not None:
            return Source("function", key)
        raise NotImplementedError(
            "Cannot determine valid file path, pass manually via path (interactive sessions not "
            "yet supported)"
        )
    default_key = package_key(module_name) if "." in module_name else None
    return source_from_file(path, key, default_key=default_key)


def source_of_notebook(found: RunningNotebook, key: str | None) -> Source:
    """Read the running notebook, which may be on another machine."""
    if found.path is not None:
        return source_from_file(found.path, key, runner=found.runner)
    return Source(
        "notebook", key or found.key or COLAB_KEY, runner=found.runner, is_interactive=True
    )


def source_at(path: Path, key: str | None) -> Source:
    """Read the file that the user passed.

    Parameters
    ----------
    path : pathlib.Path
        Any path.
    key : str, optional
        As passed by the user.

    Returns
    -------
    Source

    Example
    -------
    >>> source_at(Path("~/train.py"), None).path
    PosixPath('/home/me/train.py')
    """
    path = path.expanduser().resolve()
    runner = find_executor() if path.suffix == ".ipynb" and is_ipython() else None
    return source_from_file(path, key, runner=runner)


def user_frame() -> FrameType:
    """Innermost frame outside of this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_own(frame):
        frame = frame.f_back
    return frame


def is_own(frame: FrameType) -> bool:
    """Whether a frame runs code of this package."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == OWN_PACKAGE


def file_of(frame: FrameType) -> Path | None:
    """Absolute path of the file that a frame runs, None if there is none."""
    filename = frame.f_code.co_filename
    # a debugger writes cells of notebooks to files
    if filename.startswith("<") or Path(filename).parent.name.startswith("ipykernel_"):
        return None
    # stays right after a change of the working folder, unlike the name in the code object
    path = Path(frame.f_globals.get("__file__") or frame.f_code.co_filename)
    return path.resolve() if path.is_file() else None


def runs_as_script(frame: FrameType) -> bool:
    """Whether the file of a frame is run by IPython: `ipython train.py`, `%run train.py`."""
    names = frame.f_globals
    return is_ipython() and names.get("__name__") == "__main__" and "__file__" in names


def cli_arguments() -> list[str]:
    """Command-line arguments of the running script, empty if it is not run as a script."""
    is_script = bool(sys.argv) and sys.argv[0] not in ("", "-c", "-m", "-")
    return sys.argv[1:] if is_script and not is_ipython() else []
