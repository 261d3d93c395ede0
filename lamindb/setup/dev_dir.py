"""Development folders: `.lamin/current_instance` selects the instance of a project folder."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from lamindb.setup import files
from lamindb.setup.slugs import is_slug_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

HOME_IS_NO_DEV_DIR = (
    "The home directory cannot be a development directory. Change into a project folder first."
)


def marker_path(folder: Path) -> Path:
    """File that selects the instance of a folder."""
    return folder / ".lamin" / f"{files.prefix()}current_instance"


def selection_path(folder: Path, kind: str) -> Path:
    """File that holds the current branch or space of a development folder."""
    return folder / ".lamin" / f"{files.prefix()}current_{kind}"


def working_dir() -> Path | None:
    """The working folder, None if it was removed meanwhile."""
    try:
        return Path.cwd()
    except OSError:
        return None


def is_home(folder: Path) -> bool:
    """Whether a folder is the home folder."""
    return folder == Path.home() or folder.resolve() == Path.home().resolve()


def markers_above(folder: Path | None = None) -> Iterator[Path]:
    """Marker files of a folder and of its parents, the nearest first.

    Parameters
    ----------
    folder : pathlib.Path, optional
        Where to start; default: the working folder.
    """
    start = folder or working_dir()
    if start is None:
        return
    name = f".lamin{os.sep}{files.prefix()}current_instance"
    for parent in (start, *start.parents):
        if os.path.isfile(f"{parent}{os.sep}{name}"):
            yield parent / name


def read_slug(marker: Path) -> str | None:
    """Slug in a marker file, None if the file isn't one line `owner/name`."""
    try:
        slug = marker.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    parts = slug.split("/")
    return slug if len(parts) == 2 and all(map(is_slug_part, parts)) else None


def find_dev_dir(slug: str, folder: Path | None = None) -> Path | None:
    """Nearest parent folder that is a development folder of an instance.

    Parameters
    ----------
    slug : str
        The instance.
    folder : pathlib.Path, optional
        Where to start; default: the working folder.

    Returns
    -------
    pathlib.Path or None
        The home folder never counts.
    """
    for marker in markers_above(folder):
        parent = marker.parent.parent
        if read_slug(marker) == slug and not is_home(parent):
            return parent
    return None


def write_marker(folder: Path, slug: str) -> None:
    """Make a folder the development folder of an instance.

    Raises
    ------
    ValueError
        If it is the home folder.
    NoWriteAccess
        If the folder can't be written to.
    """
    if is_home(folder):
        raise ValueError(HOME_IS_NO_DEV_DIR)
    marker = marker_path(folder)
    if read_slug(marker) not in (None, slug):
        remove_selections(folder)
    files.write_text(marker, f"{slug}\n")


def remove_selections(folder: Path) -> None:
    """Forget the current branch and space of a development folder."""
    for kind in ("branch", "space"):
        selection_path(folder, kind).unlink(missing_ok=True)


def remove_marker(marker: Path) -> None:
    """Remove a marker file, branch and space next to it, and `.lamin/` if it is empty then."""
    marker.unlink(missing_ok=True)
    remove_selections(marker.parent.parent)
    with contextlib.suppress(OSError):
        marker.parent.rmdir()


def find_dev_dirs(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Find the development folders below a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where to look; hidden folders below it are skipped.

    Yields
    ------
    tuple
        Folder, slug of its instance, name of its current branch.

    Example
    -------
    >>> list(find_dev_dirs(Path("projects")))
    [(PosixPath('projects/rnaseq'), 'anonymous/rnaseq', 'main')]
    """
    for parent, folders, _ in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        path = Path(parent)
        slug = read_slug(marker_path(path))
        if slug is not None and not is_home(path):
            selection = read_selection(selection_path(path, "branch"))
            yield path, slug, selection[1] if selection else "main"


def read_selection(path: Path) -> tuple[str, str] | None:
    """Uid and name of a stored branch or space, None if there is none."""
    try:
        uid, _, name = path.read_text(encoding="utf-8").strip().partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return (uid.strip(), name.strip()) if uid.strip() and name.strip() else None
