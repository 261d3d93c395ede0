"""Saving artifacts: the row and its bytes appear together or not at all.

Content for a local place is first copied to a temporary name in the target folder and synced to
the disk. The write transaction then inserts the row, renames the temporary, and commits. A crash
before the commit leaves no row; what it leaves in storage is a temporary or a file that no row
refers to. Where versions share a place, the row is flagged until the content is exchanged, as it
is for content in the cloud: see `artifact_upload`.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb.base.log import logger
from lamindb.storage.stores import is_cloud

from .artifact_changes import SavingCancelledError, changes, check_unsaved, pending_move
from .artifact_content import (
    bring_up_to_date,
    check_can_store,
    clear_ongoing,
    is_unhashed,
    new_storage,
    staged_copy,
    write_row,
)
from .artifact_hybrid import aim_at_cloud, move_to_cloud, wants_cloud
from .artifact_identity import set_content
from .artifact_locks import locked_place
from .artifact_move import is_confirmed, save_moved
from .artifact_places import database, mark_overwritten, path_as_str, remember, shares_place
from .artifact_replace import save_replacement
from .artifact_source import discard_temporary
from .artifact_upload import finish_row, save_with_upload, withdraw, write_flagged_row
from .artifact_validation import check_suffix
from .saving import unsaved_on_failure

if TYPE_CHECKING:
    from .artifact import Artifact
    from .artifact_content import Transfer
    from .artifact_source import Source


def save_artifact(
    artifact: Artifact,
    transfer: Transfer,
    *,
    upload: bool | None = None,
    confirm: bool = False,
    **kwargs: Any,
) -> bool:
    """Write the row and, if there is any, the new content; see `Artifact.save`.

    Returns
    -------
    False if the person was asked and did not want it.
    """
    check_suffix(artifact)
    using = database(artifact, kwargs.pop("using", None))
    source = artifact._source  # gone from the artifact if it turns out to exist already
    to_cloud = bool(upload) and wants_cloud(artifact)
    try:
        if needs_content(artifact):
            if to_cloud:
                aim_at_cloud(artifact)
            save_content(artifact, transfer, using, **kwargs)
        elif artifact._state.adding:
            save_in_place(artifact, using, **kwargs)
        elif artifact._replacement is not None:
            save_replacement(artifact, transfer, using, **kwargs)
        elif to_cloud:
            move_to_cloud(artifact, transfer, using, **kwargs)
        else:
            save_changes(artifact, using, confirm=confirm, **kwargs)
    except SavingCancelledError:
        logger.warning("saving was cancelled")
        return False
    if source is not None:
        discard_temporary(source)
    finish_save(artifact)
    return True


def needs_content(artifact: Artifact) -> bool:
    """Whether content is waiting to be copied into storage."""
    source = artifact._source
    if source is None or source.in_place:
        return False
    return artifact._state.adding or artifact._storage_ongoing


def save_content(artifact: Artifact, transfer: Transfer, using: str, **kwargs: Any) -> None:
    """Store new content, on the local disk or in the cloud."""
    if artifact._state.adding:
        check_unsaved(artifact)
    if is_cloud(path_as_str(artifact)):
        save_with_upload(artifact, transfer, using, **kwargs)
    else:
        save_with_copy(artifact, using, **kwargs)


def save_with_copy(artifact: Artifact, using: str, **kwargs: Any) -> None:
    """Copy the content aside, write the row, and put the content into place."""
    source = artifact._source
    assert source is not None
    check_can_store(artifact, source, using)
    is_shared = shares_place(artifact)
    try:
        with locked_place(artifact, using) if is_shared else nullcontext():
            put = put_into_place
            if is_shared and os.path.lexists(path_as_str(artifact)):
                put = put_over_earlier_content
            stored = put(artifact, source, using, **kwargs)
    except BaseException as error:
        artifact._source = source  # gone if the artifact became one that exists
        if isinstance(error, OSError):
            logger.warning(f"could not store artifact {artifact.uid}: {error}")
        raise
    if stored:
        logger.save(f"storing artifact '{artifact.uid}' at '{path_as_str(artifact)}'")


def put_into_place(artifact: Artifact, source: Source, using: str, **kwargs: Any) -> bool:
    """Insert the row and rename the copy in one transaction.

    Returns
    -------
    False if the artifact became one that is stored already.
    """
    with staged_copy(artifact, source) as staged, unsaved_on_failure(artifact):
        if not is_unhashed(artifact, source):
            set_content(artifact, staged.content)
        with transaction.atomic(using=using):
            if not write_complete_row(artifact, using, **kwargs):
                return False
            staged.place(path_as_str(artifact))
    return True


def put_over_earlier_content(artifact: Artifact, source: Source, using: str, **kwargs: Any) -> bool:
    """Exchange what the row before described, while the new row is flagged.

    A transaction cannot cover both: killed between the exchange and the commit, it would leave
    new content under the old row.

    Returns
    -------
    False if the artifact became one that is stored already.
    """
    with staged_copy(artifact, source) as staged:
        if not is_unhashed(artifact, source):
            set_content(artifact, staged.content)
        inserted = write_flagged_row(artifact, using, **kwargs)
        if not artifact._storage_ongoing:
            return False
        try:
            staged.place(path_as_str(artifact))
            finish_row(artifact, using)
        except BaseException:
            if inserted:
                withdraw(artifact, using)
            raise
    return True


def write_complete_row(artifact: Artifact, using: str, **kwargs: Any) -> bool:
    """Write the row of an artifact whose content gets to its place in the same transaction.

    Returns
    -------
    False if the artifact became one that is stored already.
    """
    is_unstored = artifact._storage_ongoing
    clear_ongoing(artifact)
    is_unstored |= write_row(artifact, using, **kwargs)
    if artifact._storage_ongoing:  # it became one whose content is missing
        clear_ongoing(artifact)
        type(artifact).objects.using(using).filter(pk=artifact.pk).update(_aux=artifact._aux)
        is_unstored = True
    if is_unstored:
        mark_overwritten([artifact], using, wrote=True)
    return is_unstored


def save_in_place(artifact: Artifact, using: str, **kwargs: Any) -> None:
    """Insert the row of content that stays where it is."""
    check_unsaved(artifact)
    if artifact._source is not None:
        bring_up_to_date(artifact, artifact._source)
    with (
        unsaved_on_failure(artifact, *new_storage(artifact)),
        transaction.atomic(using=using),
    ):
        if write_row(artifact, using, **kwargs):
            mark_overwritten([artifact], using, wrote=False)


def save_changes(artifact: Artifact, using: str, *, confirm: bool, **kwargs: Any) -> None:
    """Update the row; if that means another place, the content moves there.

    Raises
    ------
    SavingCancelledError
        The person was asked and did not want it.
    """
    warn_about_old_version(artifact)
    move = pending_move(artifact)
    if move is None:
        write_row(artifact, using, **kwargs)
        return
    if not is_confirmed(move, confirm=confirm):
        raise SavingCancelledError
    save_moved(artifact, move, using, **kwargs)


def warn_about_old_version(artifact: Artifact) -> None:
    """Say that an old version is edited; moving to the trash and back is no editing."""
    if not artifact.is_latest and "branch_id" not in changes(artifact):
        logger.warning("you are saving to a non-latest version of the artifact")


def finish_save(artifact: Artifact) -> None:
    """Forget what waited for the row, and remember what is stored."""
    artifact._source = None
    artifact._revises = None
    artifact._annotation = None
    remember(artifact)
    link_recreating_runs([artifact])


def link_recreating_runs(artifacts: list[Artifact]) -> None:
    """Link runs that produced content which existed already, unless they read it, too."""
    runs = {a.pk: a._recreating_run.pk for a in artifacts if a._recreating_run is not None}
    if not runs:
        return
    registry: Any = type(artifacts[0])
    using = artifacts[0]._state.db
    inputs = registry.input_of_runs.through.objects.using(using).filter(artifact_id__in=runs)
    read = set(inputs.values_list("artifact_id", "run_id"))
    links = registry.recreating_runs.through
    links.objects.using(using).bulk_create(
        [links(artifact_id=pk, run_id=run) for pk, run in runs.items() if (pk, run) not in read],
        ignore_conflicts=True,
    )
    for artifact in artifacts:
        artifact._recreating_run = None
