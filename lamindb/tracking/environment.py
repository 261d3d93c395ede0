"""The Python environment of a run: a lock file of the project, else the installed packages."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from pathlib import Path

from lamindb.setup.cache_dir import cache_path

from .packages import installed_packages

__all__ = ["PIP_FILE", "R_FILE", "capture_environment", "environment_dir"]

PIP_FILE = "run_env_pip.txt"
R_FILE = "r_environment.txt"
"""Written by R clients next to our file."""


def environment_dir(run_uid: str) -> Path:
    """Folder below the cache folder that holds the environment files of a run.

    Parameters
    ----------
    run_uid : str
        Uid of the run.

    Returns
    -------
    pathlib.Path

    Example
    -------
    >>> environment_dir("126YlZax6aWfR95R")
    PosixPath('/home/me/.cache/lamindb/environments/run_126YlZax6aWfR95R')
    """
    return cache_path() / "environments" / f"run_{run_uid}"


def capture_environment(run_uid: str) -> Path | None:
    """Write down the environment of this process.

    The first that exists: `pixi.lock`, `uv.lock`, the list of installed packages.

    Parameters
    ----------
    run_uid : str
        Uid of the run.

    Returns
    -------
    pathlib.Path or None
        The written file; None after a failure, which is only a warning.

    Example
    -------
    >>> capture_environment("126YlZax6aWfR95R").name
    'run_env_pip.txt'
    """
    try:
        folder = environment_dir(run_uid)
        folder.mkdir(parents=True, exist_ok=True)
        lock_file = find_pixi_lock() or find_uv_lock()
        if lock_file is not None:
            return Path(shutil.copyfile(lock_file, folder / lock_file.name))
        path = folder / PIP_FILE
        path.write_text(installed_packages(), encoding="utf-8")
        return path
    except (OSError, ValueError, KeyError) as error:
        warn_untracked(error)
        return None


def warn_untracked(error: Exception) -> None:
    """Say that the run has no environment; never a reason to stop a script."""
    warnings.warn(f"could not track Python environment: {error}", UserWarning, stacklevel=2)


def find_pixi_lock() -> Path | None:
    """Lock file of the pixi project that this interpreter or the working folder belongs to.

    See https://pixi.sh/latest/workspace/environment/.
    """
    prefix = Path(sys.prefix)
    if prefix.parent.name == "envs" and prefix.parent.parent.name == ".pixi":
        return existing(prefix.parent.parent.parent / "pixi.lock")
    for folder in here_and_above():
        if (folder / "pixi.toml").is_file():
            return existing(folder / "pixi.lock")
    return None


def find_uv_lock() -> Path | None:
    """Lock file of the uv project, if uv runs this process or made its environment.

    See https://docs.astral.sh/uv/concepts/projects/layout/.
    """
    prefix = Path(sys.prefix)
    if not os.environ.get("UV") and not made_by_uv(prefix):
        return None
    candidates = [prefix.parent] if prefix.name == ".venv" else []
    locks = (existing(folder / "uv.lock") for folder in (*candidates, *here_and_above()))
    return next((lock for lock in locks if lock is not None), None)


def made_by_uv(prefix: Path) -> bool:
    """Whether uv created a virtual environment."""
    try:
        lines = (prefix / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.partition("=")[0].strip() == "uv" for line in lines)


def here_and_above() -> list[Path]:
    """The working folder and its parents; nothing if it was removed meanwhile."""
    try:
        folder = Path.cwd()
    except OSError:
        return []
    return [folder, *folder.parents]


def existing(path: Path) -> Path | None:
    """Return the path if it is a file."""
    return path if path.is_file() else None
