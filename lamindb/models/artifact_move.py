"""Moving stored content: the row says at any moment where complete content is."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb.base.log import logger
from lamindb.base.prompts import confirm as ask
from lamindb.base.uids import next_version_uid
from lamindb.errors import InvalidArgument
from lamindb.setup.session import settings
from lamindb.storage.atomic import copy_into_place, write_into_place
from lamindb.storage.atomic import remove as remove_local
from lamindb.storage.cache import cached_path, forget
from lamindb.storage.content import glance
from lamindb.storage.layout import without_query
from lamindb.storage.stores import exists, is_cloud
from lamindb.storage.transfer import copy_remote, download, remove, upload

from .artifact_changes import Move, as_stored
from .artifact_places import (
    database,
    path_as_str,
    remember,
    rows_at_same_place,
)
from .saving import save_record
from .versioned import check_version_tag, family, lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .artifact import Artifact


def is_confirmed(pending: Move, *, confirm: bool) -> bool:
    """Whether the person agrees to a move."""
    return confirm or ask(
        f"You are about to move artifact from '{without_query(pending.old)}' to "
        f"'{without_query(pending.new)}'.\nContinue?",
        otherwise="Pass confirm=True: artifact.save(confirm=True).",
    )


def save_moved(artifact: Artifact, pending: Move, using: str, **kwargs: Any) -> None:
    """Move the content and update the row.

    Raises
    ------
    FileExistsError
        Something is at the new place.
    RuntimeError
        The content could not be copied completely; nothing changed.
    """
    before = as_stored(artifact)
    with moved(pending), transaction.atomic(using=using):
        save_record(artifact, using=using, **kwargs)
        update_siblings(before, artifact, using)
    forget_copies(before)


@contextmanager
def moved(pending: Move) -> Iterator[None]:
    """Move content around a block that updates the row; if the block fails, nothing moved.

    A complete second copy exists before the row changes, and the first one disappears afterwards;
    within a disk they are one.
    """
    if pending.old == pending.new:
        yield
        return
    duplicate(pending)
    try:
        yield
    except BaseException:
        remove_at(pending.new)
        raise
    try:
        remove_at(pending.old)
    except OSError as error:
        logger.error(f"could not remove {without_query(pending.old)}: {error}")


def duplicate(pending: Move) -> None:
    """Make a second copy and compare its size.

    Raises
    ------
    FileExistsError
        Something is at the new place.
    RuntimeError
        The copy failed or is not complete; it was removed again.
    """
    old, new = pending.old, pending.new
    if exists(new):
        raise FileExistsError(
            f"Cannot move {without_query(old)} to {without_query(new)}, which exists: remove that, "
            "or choose another key"
        )
    try:
        copy_anywhere(old, new)
        is_complete = form_of(new) == form_of(old)
    except BaseException as error:
        clean_up(new)
        if not isinstance(error, Exception):
            raise
        raise RuntimeError(
            f"Failed to copy artifact to target storage {without_query(new)}: {error}"
        ) from error
    if not is_complete:
        clean_up(new)
        raise RuntimeError(
            f"Move verification failed: {without_query(new)} is not what is at "
            f"{without_query(old)}, nothing changed"
        )


def form_of(path: str) -> tuple[int | None, int | None]:
    """Size and number of files."""
    seen = glance(path)
    return seen.size, seen.n_files


def copy_anywhere(old: str, new: str) -> None:
    """Copy content between the local disk and stores in the cloud."""
    if is_cloud(old) and is_cloud(new):
        copy_remote(old, new)
    elif is_cloud(new):
        upload(old, new)
    elif is_cloud(old):
        download(old, new)
    else:
        link_or_copy(old, new)


def link_or_copy(old: str, new: str) -> None:
    """Give local content a second name; where the file system cannot do that, copy it."""
    try:
        with write_into_place(new) as temporary:
            if os.path.isdir(old):
                shutil.copytree(old, temporary, copy_function=os.link)
            else:
                os.link(old, temporary)
    except (OSError, shutil.Error):
        copy_into_place(old, new)


def clean_up(path: str) -> None:
    """Remove what was copied in vain; what made that fail may make this fail, too."""
    with suppress(Exception):
        remove_at(path)


def remove_at(path: str) -> bool:
    """Remove content, local or in the cloud; False if there was none."""
    return remove(path) if is_cloud(path) else remove_local(path)


def forget_copies(artifact: Artifact) -> None:
    """Remove copies in the cache: those named by the key and by the uid."""
    path = path_as_str(artifact)
    if not is_cloud(path):
        return
    with suppress(OSError):
        forget(cached_path(path))
        if artifact.key is not None and artifact._key_is_virtual:
            forget(cached_path(path, root=artifact.storage.root, key=artifact.key))


def update_siblings(before: Artifact, artifact: Artifact, using: str) -> None:
    """Let the rows of overwritten versions follow, which share the place."""
    if not artifact._overwrite_versions:
        return
    rows_at_same_place(before, using).filter(uid__startswith=artifact.stem_uid).update(
        storage_id=artifact.storage_id,
        _real_key=artifact._real_key,
        suffix=artifact.suffix,
        **({} if artifact._key_is_virtual else {"key": artifact.key}),
    )


# -- into another family


def add_to_family(artifact: Artifact, revises: Artifact, version_tag: str | None) -> None:
    """Make a saved artifact the newest version of another family; its content is renamed.

    Raises
    ------
    ValueError
        One of the artifacts is not saved, or they are versions of one family already.
    InvalidArgument
        The content is in a storage location of another instance.
    """
    if artifact._state.adding or revises._state.adding:
        raise ValueError("Save both artifacts before you make one a version of the other")
    if artifact.stem_uid == revises.stem_uid:
        raise ValueError(f"{artifact.uid} is a version of {revises.uid} already")
    check_version_tag(version_tag, revises)
    if artifact.storage.instance_uid != settings.instance.uid:
        raise InvalidArgument(
            "Cannot rename content in a storage location that is not managed by the current "
            f"instance: {artifact.storage.root}"
        )
    using = database(artifact)
    old = path_as_str(artifact)
    registry = type(artifact)
    old_uid = artifact.uid
    members = family(registry, revises.stem_uid, using)
    artifact.uid = next_version_uid(members.values_list("uid", flat=True))
    try:
        with moved(Move(old, path_as_str(artifact))), transaction.atomic(using=using):
            lock(using, registry._meta.db_table, revises.stem_uid)
            members.filter(is_latest=True, branch_id=artifact.branch_id).update(is_latest=False)
            artifact.is_latest = True
            artifact.version_tag = version_tag or artifact.version_tag
            save_record(artifact, using=using)
            registry.objects.using(using).filter(pk=artifact.pk).update(is_latest=True)
    except BaseException:
        artifact.uid = old_uid
        raise
    revises.is_latest = False
    remember(artifact)
