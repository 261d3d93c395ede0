"""Which file is running: found in the stack of the caller."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .source import Source, package_key, source_from_file

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["cli_arguments", "detect_source", "is_ipython"]

OWN_PACKAGE = "lamindb"


def is_ipython() -> bool:
    """Whether this is an IPython session, Jupyter kernels included."""
    return hasattr(builtins, "__IPYTHON__")


def detect_source(key: str | None) -> Source:
    """Find and read the script or module that asked to be tracked.

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

    Example
    -------
    >>> detect_source(None).key
    'train.py'
    """
    if is_ipython():
        raise RuntimeError("failed to infer notebook path.\nfix: pass `path` to `ln.track()`")
    frame = user_frame()
    path = file_of(frame)
    if path is None:
        if key is not None:
            return Source("function", key)
        raise NotImplementedError(
            "Cannot determine valid file path, pass manually via path (interactive sessions not "
            "yet supported)"
        )
    module_name = str(frame.f_globals.get("__name__", ""))
    default_key = package_key(module_name) if "." in module_name else None
    return source_from_file(path, key, default_key=default_key)


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
    if frame.f_code.co_filename.startswith("<"):
        return None
    # stays right after a change of the working folder, unlike the name in the code object
    path = Path(frame.f_globals.get("__file__") or frame.f_code.co_filename)
    return path.resolve() if path.is_file() else None


def cli_arguments() -> list[str]:
    """Command-line arguments of the running script, empty if it is not run as a script."""
    is_script = bool(sys.argv) and sys.argv[0] not in ("", "-c", "-m", "-")
    return sys.argv[1:] if is_script and not is_ipython() else []
