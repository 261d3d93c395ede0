"""Artifacts that belong to a run itself: the environment it ran in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError

from lamindb.errors import LaminError
from lamindb.models import Artifact
from lamindb.models.current import TRASH_BRANCH_ID
from lamindb.models.storage_locations import default_storage

from .environment import PIP_FILE, R_FILE, environment_dir, warn_untracked

if TYPE_CHECKING:
    from pathlib import Path

    from lamindb.models import Run

__all__ = ["INTERNAL_KIND", "store_environment"]

INTERNAL_KIND = "__lamindb_run__"
"""Kind of artifacts that listings leave out."""


def store_environment(run: Run) -> None:
    """Save the captured environment of a run as artifact; equal ones are shared by runs.

    Parameters
    ----------
    run : Run
        A saved run; a failure is only a warning.

    Example
    -------
    >>> store_environment(run)
    >>> run.environment.description
    'requirements.txt'
    """
    try:
        captured = captured_path(environment_dir(run.uid))
        if captured is None:
            return
        run.environment = same_or_new(*captured)
        run.save(update_fields=["environment"])
    except (OSError, DatabaseError, LaminError, ValueError) as error:
        warn_untracked(error)


def captured_path(folder: Path) -> tuple[Path, str] | None:
    """The one file that describes the environment, or the folder; and what to call it."""
    if not folder.is_dir():
        return None
    names = {path.name for path in folder.iterdir()}
    if R_FILE in names:
        names.discard(PIP_FILE)
        (folder / PIP_FILE).unlink(missing_ok=True)
    if not names:
        return None
    if len(names) > 1:
        return folder, "environments"
    name = names.pop()
    return folder / name, "requirements.txt" if name == PIP_FILE else name


def same_or_new(path: Path, description: str) -> Artifact:
    """Saved artifact with this content."""
    artifact = Artifact(
        path,
        description=description,
        kind=INTERNAL_KIND,
        run=False,
        skip_hash_lookup=True,
        storage=default_storage(),  # the space of the run may have no location
    )
    same = Artifact.objects.filter(hash=artifact.hash, kind=INTERNAL_KIND)
    # there may be several, after a transfer from another instance
    existing = same.exclude(branch_id=TRASH_BRANCH_ID).order_by("id").first()
    return existing or artifact.save()
