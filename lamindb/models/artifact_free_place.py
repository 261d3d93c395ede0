"""Nothing is written over, or into, what belongs to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from lamindb.errors import InvalidArgument
from lamindb.storage.content import describe_path
from lamindb.storage.layout import without_query
from lamindb.storage.stores import exists

from .artifact_places import has_auto_key, path_as_str, rows_at_places, storage_key
from .current import TRASH_BRANCH_ID

if TYPE_CHECKING:
    from .artifact import Artifact
    from .artifact_source import Source


def check_place_is_free(artifact: Artifact, source: Source, using: str) -> None:
    """Refuse to write over anything but earlier content of the same family.

    Raises
    ------
    InvalidArgument
        Another artifact that is not in the trash has its content there, around it, or in it.
    FileExistsError
        There is something else that no artifact knows.
    """
    if has_auto_key(artifact):
        return
    place = storage_key(artifact)
    rows = rows_around(artifact, place, using)
    revised = artifact._revises if artifact._state.adding else artifact
    stem = None if revised is None else revised.stem_uid
    check_no_artifact(artifact, [row for row in rows if is_in_the_way(row, place)], stem)
    if source.is_folder:
        check_no_artifact(artifact, rows_inside(artifact, place, using), stem)
    if not any(storage_key(row) == place for row in rows):
        check_nothing_unknown(path_as_str(artifact), source)


def rows_around(artifact: Artifact, place: str, using: str) -> list[Artifact]:
    """Artifacts whose content is at a place, or at the place of a folder around it."""
    parts = place.split("/")
    places = [(artifact.storage_id, "/".join(parts[:n])) for n in range(1, len(parts) + 1)]
    return list(rows_at_places(type(artifact).objects.using(using), places))


def rows_inside(artifact: Artifact, place: str, using: str) -> list[Artifact]:
    """Some artifacts whose content is below a place, and not in the trash."""
    by_key = Q(_real_key__isnull=True, key__startswith=f"{place}/", _key_is_virtual=False)
    rows = type(artifact).objects.using(using).filter(storage_id=artifact.storage_id)
    rows = rows.filter(by_key | Q(_real_key__startswith=f"{place}/"))
    return list(rows.exclude(branch_id=TRASH_BRANCH_ID)[:1])


def is_in_the_way(other: Artifact, place: str) -> bool:
    """Whether an artifact is at the place, or is a folder around it."""
    return storage_key(other) == place or other.n_files is not None


def check_no_artifact(artifact: Artifact, others: list[Artifact], stem: str | None) -> None:
    """Refuse a place of other artifacts, but for own versions and those in the trash."""
    for other in others:
        if other.branch_id == TRASH_BRANCH_ID or other.stem_uid == stem:
            continue
        raise InvalidArgument(
            f"{path_as_str(artifact)} is the content of another artifact, {other.uid} with key "
            f"'{other.key}', or a part of it, or contains it: choose another key, or pass "
            f"revises=ln.Artifact.get('{other.uid}')"
        )


def check_nothing_unknown(place: str, source: Source) -> None:
    """Refuse a place where something other than this content is.

    The same content is what a killed process leaves.
    """
    try:
        if not exists(place):
            return
        there = describe_path(place)
    except PermissionError:  # to write is allowed more often than to look
        return
    except ValueError:  # a folder without files
        return
    if there != describe_path(source.path):
        raise FileExistsError(
            f"{without_query(place)} exists, and no artifact knows it: register it in place with "
            "ln.Artifact(path), remove it, or choose another key"
        )
