"""Artifacts that belong to a run itself: its environment and its report."""

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

__all__ = ["INTERNAL_KIND", "store_environment", "store_report"]

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
    artifact = internal_artifact(path, description)
    same = Artifact.objects.filter(hash=artifact.hash, kind=INTERNAL_KIND)
    # there may be several, after a transfer from another instance
    existing = same.exclude(branch_id=TRASH_BRANCH_ID).order_by("id").first()
    return existing or artifact.save()


def internal_artifact(path: Path, description: str) -> Artifact:
    """Artifact to be saved that no run counts as its output."""
    return Artifact(
        path,
        description=description,
        kind=INTERNAL_KIND,
        run=False,
        skip_hash_lookup=True,
        storage=default_storage(),  # the space of the run may have no location
    )


def store_report(run: Run, path: Path, description: str) -> None:
    """Save a file as artifact and set it as report of a run, which is not saved here.

    Parameters
    ----------
    run : Run
        A saved run.
    path : pathlib.Path
        Text or HTML; it replaces what the run has already. A note is appended if another artifact
        has the same content, because each run has a report of its own.
    description : str
        Description of the artifact.

    Example
    -------
    >>> store_report(run, Path("report.html"), f"Report of run {run.uid}")
    >>> run.report.kind
    '__lamindb_run__'
    """
    artifact = internal_artifact(path, description)
    others = Artifact.objects.filter(hash=artifact.hash, key=None).exclude(pk=run.report_id)
    if others.exists():
        note = f"report of Run('{run.uid}')"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"<!-- {note} -->\n" if path.suffix == ".html" else f"→ {note}\n")
        artifact = internal_artifact(path, description)
    if run.report is None or run.report.suffix != artifact.suffix:
        run.report = artifact.save()
    elif run.report.hash != artifact.hash:
        run.report.replace(path)
        run.report.run = None
        run.report.save()
