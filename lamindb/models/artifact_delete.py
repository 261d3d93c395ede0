"""Deleting artifacts: questions first, then the rows, then the content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lamindb.base.log import logger
from lamindb.base.prompts import confirm
from lamindb.errors import IntegrityError
from lamindb.setup.session import settings
from lamindb.storage.layout import without_query

from .artifact_move import forget_copies, remove_at
from .artifact_places import (
    STORAGE_ONGOING,
    has_auto_key,
    newest_overwriting,
    path_as_str,
    rows_at_same_place,
)
from .current import TRASH_BRANCH_ID
from .deletion import confirm_permanent, database_of, delete_row, move_to_trash
from .versioned import family

if TYPE_CHECKING:
    from .artifact import Artifact

STATE = ("branch_id", "is_latest", "_overwrite_versions", "_aux")
"""What other processes may have changed and deletion depends on."""


def delete_artifact(artifact: Artifact, permanent: bool | None, storage: bool | None) -> None:
    """Trash or delete an artifact; see `Artifact.delete`."""
    if artifact._state.adding:
        logger.warning("record is not yet saved, delete has no effect")
        return
    if not read_state(artifact):  # deleted before
        return
    check_managed(artifact, storage)
    if permanent is not True:
        if artifact.branch_id != TRASH_BRANCH_ID:
            move_to_trash(artifact)
            return
        if permanent is False or not confirm_permanent(artifact):
            return
    delete_for_good(artifact, storage)


def read_state(artifact: Artifact) -> bool:
    """Read again what deletion depends on; False if the row is gone."""
    rows = type(artifact).objects.using(database_of(artifact)).filter(pk=artifact.pk)
    state = rows.values(*STATE).first() if artifact.pk is not None else None
    if state is None:
        return False
    for name, value in state.items():
        setattr(artifact, name, value)
    return True


def check_managed(artifact: Artifact, storage: bool | None) -> None:
    """Refuse to delete where another instance manages the content."""
    location = artifact.storage
    if storage is not False and location.instance_uid != settings.instance.uid:
        raise IntegrityError(
            "Cannot simply delete artifacts outside of this instance's managed storage locations. "
            f"The content is in {location.root}: pass storage=False to delete the record only"
        )


def delete_for_good(artifact: Artifact, storage: bool | None) -> None:
    """Delete the row, all versions that share its place, and the content."""
    using = database_of(artifact)
    path = path_as_str(artifact)
    with_content = decide_content(artifact, storage, using)
    deletes_family = artifact._overwrite_versions and artifact.is_latest
    with transaction.atomic(using=using):
        if deletes_family:
            delete_older_versions(artifact, using)
        elif artifact._overwrite_versions:
            flag_orphans(artifact, using)
        delete_row(artifact)
    forget_copies(artifact)
    if not with_content:
        logger.important(f"a file/folder remains here: {without_query(path)}")
    elif remove_at(path):
        logger.success(f"deleted {without_query(path)}")


def decide_content(artifact: Artifact, storage: bool | None, using: str) -> bool:
    """Whether the content goes too; asked before anything is deleted."""
    if artifact._overwrite_versions and not artifact.is_latest:
        if storage:
            logger.warning("the content is kept because the latest version shares it")
        return False
    if storage is False:
        return False
    path = without_query(path_as_str(artifact))
    others = rows_at_same_place(artifact, using)
    if artifact._overwrite_versions:
        others = others.exclude(uid__startswith=artifact.stem_uid)
    other = others.first()
    if other is not None:
        logger.warning(
            f"the content at {path} is kept because it is the one of artifact {other.uid}, too: "
            "delete that artifact to remove it"
        )
        return False
    if storage or has_auto_key(artifact):
        return True
    return confirm(
        f"Do you ALSO want to delete the data in storage at {path}? You can't undo this action.",
        otherwise="Pass storage=True or storage=False.",
    )


def delete_older_versions(artifact: Artifact, using: str) -> None:
    """Delete the rows of all other versions, trashed ones too."""
    older = family(type(artifact), artifact.stem_uid, using).exclude(pk=artifact.pk)
    if older.exists():
        logger.important(
            "deleting all versions of this artifact because they all share the same store"
        )
        older.delete_rows()


def flag_orphans(artifact: Artifact, using: str) -> None:
    """If the version that was written last goes, the content belongs to none of the others.

    Flagged, they are refused on reading, and completed by saving their data again.
    """
    if newest_overwriting(artifact, using) != artifact.uid:
        return
    others = family(type(artifact), artifact.stem_uid, using).exclude(pk=artifact.pk)
    for other in others.filter(_overwrite_versions=True).only("_aux", "uid"):
        others.filter(pk=other.pk).update(_aux={**(other._aux or {}), STORAGE_ONGOING: 1})
