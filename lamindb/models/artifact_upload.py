"""Saving content to the cloud, where a database transaction cannot wait for it.

New places: the row is inserted with a flag, the content uploaded, the flag cleared. A crash leaves
a flagged row, which is refused on reading and completed by saving the same data again.

Places with earlier content (folders, whose versions share a place, and real keys): the content is
first uploaded next to its place. Then the row is written with the flag, the store copies the new
content over the old one, and the flag is cleared.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from lamindb.base.log import logger
from lamindb.storage.cache import keep_copy
from lamindb.storage.layout import without_query
from lamindb.storage.stores import exists
from lamindb.storage.transfer import copy_remote, remove, upload
from lamindb.storage.transfer.switch import beside, put_over

from .artifact_content import (
    bring_up_to_date,
    check_can_store,
    clear_ongoing,
    has_changed,
    is_unhashed,
    new_storage,
    set_ongoing,
    write_annotation,
    write_plain_row,
)
from .artifact_locks import locked_place
from .artifact_places import mark_overwritten, path_as_str, shares_place
from .artifact_read import place_in_cache
from .saving import unsaved_on_failure, version_lock_name
from .versioned import lock, other_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .artifact import Artifact
    from .artifact_content import Transfer
    from .artifact_source import Source

N_ATTEMPTS = 3
"""How often content is sent that somebody changes meanwhile."""


def save_with_upload(artifact: Artifact, transfer: Transfer, using: str, **kwargs: Any) -> None:
    """Write the row and upload the content; see the module.

    Raises
    ------
    Exception
        What the store raised; rows and content are as before, and saving can be repeated.
    """
    source = artifact._source
    assert source is not None
    check_can_store(artifact, source, using)
    bring_up_to_date(artifact, source)
    try:
        with locked_place(artifact, using) if shares_place(artifact) else nullcontext():
            if has_earlier_content(artifact):
                stored = upload_beside_and_insert(artifact, source, transfer, using, **kwargs)
            else:
                stored = insert_and_upload(artifact, source, transfer, using, **kwargs)
    except BaseException:
        artifact._source = source  # gone if the artifact became one that exists
        raise
    if stored:
        logger.save(f"storing artifact '{artifact.uid}' at '{path_as_str(artifact)}'")
        keep_in_cache(artifact, source)


def has_earlier_content(artifact: Artifact) -> bool:
    """Whether something that must survive a failure may be at the place."""
    return shares_place(artifact) and exists(path_as_str(artifact))


# -- new places


def insert_and_upload(
    artifact: Artifact, source: Source, transfer: Transfer, using: str, **kwargs: Any
) -> bool:
    """Flagged row, content, flag away.

    Returns
    -------
    False if the artifact turned out to be one that is stored already.
    """
    inserted = write_flagged_row(artifact, using, **kwargs)
    if not artifact._storage_ongoing:
        return False
    url = path_as_str(artifact)
    try:
        send(artifact, source, url, transfer)
        finish_row(artifact, using)
    except BaseException as error:
        logger.warning(f"could not upload artifact: {artifact.uid}: {error!r}")
        if inserted:
            remove_quietly(url)
            withdraw(artifact, using)
        raise
    return True


def write_flagged_row(artifact: Artifact, using: str, **kwargs: Any) -> bool:
    """Insert or update the row with the flag; True if it is new.

    Annotations wait until the content is stored: if that fails, no label, value or feature set may
    stay behind. The artifact may become one that exists, which may be stored completely, and not
    be flagged.
    """
    was_flagged = artifact._storage_ongoing
    set_ongoing(artifact)
    try:
        with unsaved_on_failure(artifact, *new_storage(artifact)), transaction.atomic(using=using):
            is_new = write_plain_row(artifact, using, **kwargs)
            if not artifact._storage_ongoing:
                write_annotation(artifact, using)
            return is_new
    except BaseException:
        if not was_flagged:
            clear_ongoing(artifact)
        raise


def send(artifact: Artifact, source: Source, url: str, transfer: Transfer) -> None:
    """Upload the source; again if somebody changes it meanwhile.

    Raises
    ------
    ValueError
        The source does not come to rest.
    """
    for _ in range(N_ATTEMPTS):
        upload(source.path, url, print_progress=transfer.print_progress, **transfer.options)
        if is_unhashed(artifact, source) or not has_changed(source):
            return
        bring_up_to_date(artifact, source)
    raise ValueError(f"{source.path} keeps changing while it is uploaded, try again later")


def finish_row(artifact: Artifact, using: str) -> None:
    """Clear the flag and write the annotations; from now on the content can be read."""
    clear_ongoing(artifact)
    columns = ("_aux", "size", "hash", "_hash_type", "n_files")
    with transaction.atomic(using=using):
        rows = type(artifact).objects.using(using).filter(pk=artifact.pk)
        rows.update(**{name: getattr(artifact, name) for name in columns})
        write_annotation(artifact, using)
        mark_overwritten([artifact], using, wrote=True)


def withdraw(artifact: Artifact, using: str) -> None:
    """Remove a row whose content could not be stored; the earlier head is the head again."""
    try:
        with transaction.atomic(using=using):
            lock(using, artifact._meta.db_table, version_lock_name(artifact))
            rows = type(artifact).objects.using(using)
            if rows.filter(pk=artifact.pk, is_latest=True).exists():
                others = other_versions(artifact, artifact.branch_id, using)
                newest = others.order_by("-created_at", "-id").first()
                if newest is not None:
                    others.filter(pk=newest.pk).update(is_latest=True)
                    if artifact._revises is not None and artifact._revises.pk == newest.pk:
                        artifact._revises.is_latest = True
            models.Model.delete(artifact, using=using)
    except Exception as error:  # what made the upload fail is what the caller has to know
        logger.error(f"could not remove the record of artifact {artifact.uid}: {error}")
        return
    artifact._state.adding, artifact.pk = True, None
    clear_ongoing(artifact)


# -- places with earlier content


def upload_beside_and_insert(
    artifact: Artifact, source: Source, transfer: Transfer, using: str, **kwargs: Any
) -> bool:
    """Content beside its place, flagged row, content to its place, flag away.

    Returns
    -------
    False if the artifact turned out to be one that is stored already.
    """
    with uploaded_beside(artifact, source, transfer) as temporary:
        inserted = write_flagged_row(artifact, using, **kwargs)
        if not artifact._storage_ongoing:
            return False
        try:
            put_over(temporary, path_as_str(artifact))
            finish_row(artifact, using)
        except BaseException:
            if inserted:
                withdraw(artifact, using)
            raise
    return True


@contextmanager
def uploaded_beside(artifact: Artifact, source: Source, transfer: Transfer) -> Iterator[str]:
    """Give the URL of the content beside its place; it is gone after the block."""
    url = path_as_str(artifact)
    temporary = beside(url, artifact.stem_uid)  # what a killed upload left is continued
    try:
        if source.is_folder and exists(url):
            copy_remote(url, temporary)  # so that only what changed has to be sent
        send(artifact, source, temporary, transfer)
        yield temporary
    except BaseException as error:
        logger.warning(f"could not upload artifact: {artifact.uid}: {error!r}")
        raise
    finally:
        remove_quietly(temporary)


def remove_quietly(url: str) -> None:
    """Remove an object or folder that nobody needs; if that fails, say so."""
    try:
        remove(url)
    except Exception as error:
        logger.warning(f"could not remove {without_query(url)}: {error}")


# -- cache


def keep_in_cache(artifact: Artifact, source: Source) -> None:
    """Leave a copy in the cache, so that the next read needs no download."""
    try:
        keep_copy(source.path, place_in_cache(artifact), path_as_str(artifact))
    except OSError as error:
        logger.warning(f"could not keep a copy of artifact {artifact.uid} in the cache: {error}")
