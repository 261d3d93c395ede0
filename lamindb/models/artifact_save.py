"""Saving artifacts: the row and its bytes appear together or not at all.

Bytes are first copied to a temporary name in the target folder and synced to the disk. The write
transaction then inserts the row, renames the temporary, and commits. A crash before the commit
leaves no row; what it leaves in storage is a temporary or a file that no row refers to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import router, transaction

from lamindb.base.keys import check_key, key_suffix
from lamindb.base.log import logger
from lamindb.base.suffixes import CanonicalSuffix
from lamindb.base.types import UNSET
from lamindb.errors import InvalidArgument
from lamindb.setup.session import settings
from lamindb.setup.session_settings import creation
from lamindb.storage.atomic import remove
from lamindb.storage.staging import StagedCopy

from .artifact_read import path_as_str
from .saving import save_record, unsaved_on_failure

if TYPE_CHECKING:
    from lamindb.base.hashing import FileHash

    from .artifact import Artifact

STORAGE_ONGOING = "so"
"""Key in `_aux` that says that the content is not completely stored."""


def save_artifact(artifact: Artifact, **kwargs: Any) -> None:
    """Write the row and, if there is any, the new content; see `Artifact.save`."""
    if not artifact._state.adding:
        check_changes(artifact)
    source = artifact._source  # gone from the artifact if it turns out to exist already
    if needs_bytes(artifact):
        save_with_bytes(artifact, **kwargs)
    else:
        save_record(artifact, **kwargs)
    if source is not None and source.data is not None:
        remove(source.path)
    finish_save(artifact)


def needs_bytes(artifact: Artifact) -> bool:
    """Whether content is waiting to be copied into storage."""
    source = artifact._source
    if source is None or source.in_place:
        return False
    return artifact._state.adding or artifact._storage_ongoing


def save_with_bytes(artifact: Artifact, **kwargs: Any) -> None:
    """Copy the content aside, then insert the row and put the content into place in one go."""
    check_target(artifact)
    source = artifact._source
    assert source is not None
    if not source.path.exists():
        raise FileNotFoundError(
            f"Unable to save the artifact because the local path {source.path} does not exist."
        )
    using = kwargs.get("using") or router.db_for_write(type(artifact), instance=artifact)
    was_adding = artifact._state.adding
    try:
        with (
            unsaved_on_failure(artifact),
            StagedCopy(source.path, near=path_as_str(artifact)) as staged,
        ):
            take_current_content(artifact, staged.content)
            with transaction.atomic(using=using):
                clear_ongoing(artifact)
                if save_record(artifact, **kwargs) or not was_adding:
                    staged.place(path_as_str(artifact))
    except OSError as error:
        logger.warning(f"could not store artifact {artifact.uid}: {error}")
        raise
    logger.save(f"storing artifact '{artifact.uid}' at '{path_as_str(artifact)}'")


def check_target(artifact: Artifact) -> None:
    """Refuse to write into a storage location that another instance manages."""
    storage = artifact.storage
    if storage.instance_uid != settings.instance.uid:
        raise ValueError(
            "Cannot save an artifact to a storage location that is not managed by the current "
            f"instance: {storage.root}"
        )


def take_current_content(artifact: Artifact, content: FileHash) -> None:
    """Store what was copied, even if the source changed since the artifact was constructed."""
    if creation.artifact_skip_size_hash and artifact.hash is None:
        return
    artifact.size = content.size
    artifact.hash = content.hash
    artifact._hash_type = content.hash_type
    artifact.n_files = content.n_files


def clear_ongoing(artifact: Artifact) -> None:
    """Take the flag away that the content is not completely stored."""
    aux = {k: v for k, v in (artifact._aux or {}).items() if k != STORAGE_ONGOING}
    artifact._aux = aux or None


def check_changes(artifact: Artifact) -> None:
    """Refuse a changed key that does not fit the stored content."""
    if not artifact.is_latest:
        logger.warning("you are saving to a non-latest version of the artifact")
    old_key = artifact._original_key
    if artifact.key == old_key or old_key is UNSET:
        return
    if artifact.key is None:
        raise InvalidArgument("Cannot update an artifact key to None.")
    check_key(artifact.key)
    _, raw_suffix = CanonicalSuffix.extract_from_path(artifact.key)
    if old_key is not None and key_suffix(old_key) != raw_suffix:
        raise InvalidArgument(
            f"The suffix '{raw_suffix}' of the provided key is incorrect, it should be "
            f"'{key_suffix(old_key)}'."
        )
    if not artifact._key_is_virtual:
        raise InvalidArgument(
            f"Cannot change the real key '{old_key}' to '{artifact.key}': moving stored files is "
            "not possible yet"
        )


def finish_save(artifact: Artifact) -> None:
    """Link what waited for the row."""
    artifact._source = None
    artifact._revises = None
    artifact._original_key = artifact.key
    if artifact._recreating_run is not None:
        if not artifact.input_of_runs.filter(pk=artifact._recreating_run.pk).exists():
            artifact.recreating_runs.add(artifact._recreating_run)
        artifact._recreating_run = None
