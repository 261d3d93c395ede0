"""Was a notebook just saved? A kernel can't save it, so the person at the editor has to."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from lamindb.base.log import logger

from .notebook_report import SAVE_PROMPT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_unattended", "save_prompt", "seconds_since_save", "wait_for_save"]

JUST_NOW = 0.3
"""Seconds; as long as it takes to get from an editor's save to running the cell."""
A_MOMENT_AGO = 20
LONGEST_WAIT = 30
CI_MARKERS = (
    "CI",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "JENKINS_URL",
    "TRAVIS",
    "CIRCLECI",
    "BUILDKITE",
    "TF_BUILD",
    "TEAMCITY_VERSION",
    "CODEBUILD_BUILD_ID",
    "BITBUCKET_BUILD_NUMBER",
)


def is_unattended() -> bool:
    """Whether this is a test or a job of continuous integration, where nobody saves a file.

    Returns
    -------
    bool

    Example
    -------
    >>> is_unattended()
    False
    """
    return any(
        os.environ.get(name, "").lower() not in ("", "0", "false")
        for name in ("LAMIN_TESTING", *CI_MARKERS)
    )


def save_prompt() -> str:
    """What to ask for, with the key of this platform."""
    return f"please hit {'CMD' if sys.platform == 'darwin' else 'CTRL'} + s {SAVE_PROMPT}"


def seconds_since_save(path: Path) -> float:
    """Age of a file."""
    return time.time() - path.stat().st_mtime


def wait_for_save(path: Path) -> bool:
    """Ask to save a notebook unless that just happened, and wait for it.

    Parameters
    ----------
    path : pathlib.Path
        Path of the notebook.

    Returns
    -------
    bool
        Whether it was saved.

    Example
    -------
    >>> wait_for_save(Path("tutorial.ipynb"))
    • please hit CTRL + s to save the notebook in your editor ....
    True
    """
    if seconds_since_save(path) <= JUST_NOW:
        return True
    before = path.stat().st_mtime
    logger.important_hint(save_prompt())
    for _ in range(LONGEST_WAIT):
        time.sleep(1)
        if path.stat().st_mtime != before:
            sys.stdout.write(" saved\n")
            return True
        sys.stdout.write(".")
        sys.stdout.flush()
    sys.stdout.write("\n")
    return False
