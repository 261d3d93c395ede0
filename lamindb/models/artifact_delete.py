"""Deleting artifacts: the row first, then the content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.base.log import logger
from lamindb.base.prompts import confirm
from lamindb.errors import IntegrityError
from lamindb.setup.session import settings
from lamindb.storage.atomic import remove

from .artifact_read import path_as_str
from .current import TRASH_BRANCH_ID
from .deletion import confirm_permanent, database_of, delete_row, move_to_trash
from .versioned import family

if TYPE_CHECKING:
    from .artifact import Artifact


def delete_artifact(artifact: Artifact, permanent: bool | None, storage: bool | None) -> None:
    """Trash or delete an artifact; see `Artifact.delete`."""
    if artifact._state.adding:
        logger.warning("record is not yet saved, delete has no effect")
        return
    check_managed(artifact, storage)
    if permanent is not True:
        if artifact.branch_id != TRASH_BRANCH_ID:
            move_to_trash(artifact)
            return
        if permanent is False or not confirm_permanent(artifact):
            return
    delete_for_good(artifact, storage)


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
    path = path_as_str(artifact)
    with_content = decide_content(artifact, storage, path)
    if artifact._overwrite_versions and artifact.is_latest:
        delete_older_versions(artifact)
    delete_row(artifact)
    if not with_content:
        logger.important(f"a file/folder remains here: {path}")
    elif remove(path):
        logger.success(f"deleted {path}")


def decide_content(artifact: Artifact, storage: bool | None, path: str) -> bool:
    """Whether the content goes too; asked before anything is deleted."""
    if artifact._overwrite_versions and not artifact.is_latest:
        if storage:
            logger.warning("the content is kept because the latest version shares it")
        return False
    if storage is not None:
        return storage
    if artifact._key_is_virtual and artifact._real_key is None:
        return True
    return confirm(
        f"Do you ALSO want to delete the data in storage at {path}? You can't undo this action.",
        otherwise="Pass storage=True or storage=False.",
    )


def delete_older_versions(artifact: Artifact) -> None:
    """Delete the rows of all other versions, trashed ones too."""
    older = family(type(artifact), artifact.stem_uid, database_of(artifact)).exclude(pk=artifact.pk)
    if older.exists():
        logger.important(
            "deleting all versions of this artifact because they all share the same store"
        )
        older.delete_rows()
