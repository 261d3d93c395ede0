"""Replacing the content of an artifact without a new version; effective with the next save."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb.base.log import logger
from lamindb.errors import InvalidArgument
from lamindb.storage.formats import count_observations, infer_otype, otype_of
from lamindb.storage.formats.registry import suffix_of
from lamindb.storage.layout import without_query
from lamindb.storage.memory import is_in_memory
from lamindb.storage.stores import exists, is_cloud
from lamindb.storage.transfer.switch import put_over

from .artifact_changes import as_stored, check_changed_key, with_suffix
from .artifact_content import (
    bring_up_to_date,
    check_can_store,
    clear_ongoing,
    staged_copy,
    write_row,
)
from .artifact_identity import find_same_content, set_content
from .artifact_locks import sole_writer
from .artifact_move import forget_copies, remove_at
from .artifact_places import path_as_str, rows_at_same_place, storage_key
from .artifact_request import check_data
from .artifact_source import (
    describe,
    discard_temporary,
    location_of,
    source_at,
    source_of_converted,
    source_of_data,
    write_temporary,
)
from .artifact_upload import (
    finish_row,
    keep_in_cache,
    remove_quietly,
    send,
    uploaded_beside,
    write_flagged_row,
)
from .artifact_validation import CONSTRUCTORS, only_external
from .current import current_run
from .ports import port
from .storage_locations import containing_storage, default_storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from .artifact import Artifact
    from .artifact_content import Transfer
    from .artifact_source import Source
    from .run import Run

REPLACED_COLUMNS = (
    "key",
    "_real_key",
    "suffix",
    "kind",
    "otype",
    "size",
    "hash",
    "_hash_type",
    "n_files",
    "n_observations",
    "run_id",
    "_aux",
)


def replace(artifact: Artifact, data: Any, run: Run | None, format: str | None) -> Artifact | None:
    """Take new content, which the next save stores; see `Artifact.replace`."""
    check_data(data)
    validation = content_validation(artifact, data)
    curated = data if validation is None else validation.curated(data)
    source = replacement_source(artifact, data, curated, format)
    try:
        check_same_form(artifact, source)
        source.content = source.content or describe(source)
        existing = find_existing(artifact, source)
        if existing is not None:
            discard_temporary(source)
            return existing
        if validation is not None:
            validation.annotate_anew(artifact)
    except BaseException:
        discard_temporary(source)
        raise
    take_source(artifact, source, run)
    return None


def content_validation(artifact: Artifact, data: Any) -> Any:
    """Validation of new content by the schema of an artifact, None if it has none of its content.

    Raises
    ------
    InvalidArgument
        The artifact is not saved, or this is no such dataset.
    """
    schema, otype = artifact.schema, artifact.otype
    if schema is None or otype is None or only_external(schema) is not None:
        return None
    if artifact._state.adding:
        raise InvalidArgument(
            "This artifact was validated, but not saved: pass the new content to "
            f"{CONSTRUCTORS.get(otype, 'a constructor')}() with the schema instead"
        )
    found = otype_of(data) if is_in_memory(data) else infer_otype(str(data))
    is_text = not is_in_memory(data) and str(data).endswith(artifact.suffix)
    if found != otype and not (found is None and is_text):
        raise InvalidArgument(
            f"Artifact {artifact.uid} is validated as {otype} by schema {schema.uid}, which cannot "
            f"check {found or 'data of unknown type'}: pass {otype}-like data, or save this as "
            "another artifact"
        )
    return port("dataset_validation")(otype, schema, None)


def replacement_source(artifact: Artifact, data: Any, curated: Any, format: str | None) -> Source:
    """Source for a local path, or for an object or converted values, which are written to a file.

    Parameters
    ----------
    artifact
        Artifact with the old content.
    data
        New content as passed.
    curated
        The same with converted values.
    format
        How to store an object.
    """
    source = None
    if is_in_memory(data):
        source = source_of_data(curated, artifact.key or f"data{artifact.suffix}", format)
    elif curated is not data:
        source = source_of_converted(curated, suffix_of(str(data))[1])
    if source is not None:
        write_temporary(source, source.raw_suffix, {}, artifact.storage)
        return source
    location = location_of(data)
    if is_cloud(location) or containing_storage(location, default_storage()) is not None:
        found = without_query(location)
        raise ValueError(f"Can only replace with a local path not in any Storage. Found {found}")
    return source_at(location, artifact.storage)


def check_same_form(artifact: Artifact, source: Source) -> None:
    """Refuse to replace a folder with a file, or a file with a folder."""
    was_folder, is_folder = artifact.n_files is not None, os.path.isdir(source.path)
    if was_folder and not is_folder:
        raise ValueError("It is not allowed to replace a folder with a file.")
    if is_folder and not was_folder:
        raise ValueError("It is not allowed to replace a file with a folder.")


def find_existing(artifact: Artifact, source: Source) -> Artifact | None:
    """Artifact that has this content already."""
    if source.content is None or not source.content.size:
        return None
    existing = find_same_content(type(artifact), source.content, source.path)
    if existing is not None and existing.pk == artifact.pk and existing._storage_ongoing:
        return None  # replacing it with this content was not completed
    if existing is not None:
        logger.important(
            f"returning artifact with same hash: {existing!r}; "
            "to track this artifact as an input, use: ln.Artifact.get()"
        )
    return existing


def take_source(artifact: Artifact, source: Source, run: Run | None) -> None:
    """Set everything that follows from the new content."""
    is_same_format = source.suffix == artifact.suffix
    follow_format(artifact, source)
    assert source.content is not None
    set_content(artifact, source.content)
    otype = found_otype(source)
    if otype is None and is_same_format:
        otype = artifact.otype  # a text file, say, that was declared to be a data frame
    if otype is not None:
        artifact.kind = artifact.kind or "dataset"
    elif artifact.otype is not None and artifact.kind == "dataset":
        artifact.kind = None
    artifact.otype = otype
    artifact.n_observations = count(source) if otype is not None else None
    artifact.run = run or current_run() or artifact.run
    artifact._memory = source.passed_object
    if artifact._state.adding:
        artifact._source = source
    else:
        artifact._replacement = source


def found_otype(source: Source) -> str | None:
    """Type of the new content."""
    return otype_of(source.data) if source.data is not None else infer_otype(str(source.path))


def count(source: Source) -> int | None:
    """Number of observations of the new content."""
    return count_observations(source.data if source.data is not None else source.path)


def follow_format(artifact: Artifact, source: Source) -> None:
    """If the new content has another suffix, key and real key get it, too."""
    if source.suffix == artifact.suffix:
        return
    old_suffix, old_key = artifact.suffix, artifact.key
    artifact.suffix = source.suffix
    artifact.key = with_suffix(artifact.key, old_suffix, source.raw_suffix)
    artifact._real_key = with_suffix(artifact._real_key, old_suffix, source.raw_suffix)
    if not artifact._key_is_virtual and old_key is not None:
        logger.warning(
            f"replacing the file will replace key '{old_key}' with '{artifact.key}' and delete "
            f"'{old_key}' upon `save()`"
        )


# -- saving


def save_replacement(artifact: Artifact, transfer: Transfer, using: str, **kwargs: Any) -> None:
    """Store the new content and update the row; the old content survives any failure.

    Raises
    ------
    FileExistsError
        The new content has another suffix, and something else is at the place.
    InvalidArgument
        The storage location was changed, too, or other artifacts have their content there.
    """
    source = artifact._replacement
    assert source is not None
    before = as_stored(artifact)
    check_replaceable(artifact, before, source, using)
    bring_up_to_date(artifact, source)
    with sole_writer(artifact.stem_uid, using):
        if is_cloud(path_as_str(artifact)):
            replace_in_cloud(artifact, before, source, transfer, using, **kwargs)
        else:
            replace_locally(artifact, before, source, using, **kwargs)
    logger.save(f"storing artifact '{artifact.uid}' at '{path_as_str(artifact)}'")
    remove_stale(before, artifact)
    artifact._replacement = None
    discard_temporary(source)


def check_replaceable(artifact: Artifact, before: Artifact, source: Source, using: str) -> None:
    """Refuse what cannot work before anything is copied."""
    if artifact.storage_id != before.storage_id:
        raise InvalidArgument(
            "The content of this artifact was replaced: save that first, then change the storage"
        )
    if artifact.key != before.key:
        check_changed_key(artifact, artifact.key)
    check_can_store(artifact, source, using)
    if not before.is_latest and before._overwrite_versions:
        raise InvalidArgument(
            "Cannot replace the content of an outdated version, it was overwritten: replace that "
            "of the latest version, artifact.versions.get(is_latest=True)"
        )
    other = rows_at_same_place(before, using).exclude(uid__startswith=before.stem_uid).first()
    if other is not None:
        raise InvalidArgument(
            f"Cannot replace {path_as_str(before)}: it is the content of artifact {other.uid} "
            f"with key '{other.key}', too"
        )
    place = path_as_str(artifact)
    if place != path_as_str(before) and exists(place):
        raise FileExistsError(f"{place} exists: choose another key or suffix, or remove it")


def replace_locally(
    artifact: Artifact, before: Artifact, source: Source, using: str, **kwargs: Any
) -> None:
    """Content next to its place; then it is exchanged while the row is flagged."""
    place = path_as_str(artifact)
    try:
        with staged_copy(artifact, source) as staged:
            set_content(artifact, staged.content)
            if place == path_as_str(before):
                exchange(artifact, lambda: staged.place(place), using, **kwargs)
                return
            with transaction.atomic(using=using):  # nothing is at the new place
                clear_ongoing(artifact)
                write_row(artifact, using, **kwargs)
                staged.place(place)
    except OSError as error:
        logger.warning(f"could not store artifact {artifact.uid}: {error}")
        raise


def replace_in_cloud(
    artifact: Artifact,
    before: Artifact,
    source: Source,
    transfer: Transfer,
    using: str,
    **kwargs: Any,
) -> None:
    """Content beside its place; then it is copied over the old one while the row is flagged."""
    place = path_as_str(artifact)
    if path_as_str(before) != place:
        replace_at_new_place(artifact, source, transfer, using, **kwargs)
        return
    with uploaded_beside(artifact, source, transfer) as temporary:
        exchange(artifact, lambda: put_over(temporary, place), using, **kwargs)
    keep_in_cache(artifact, source)


def exchange(artifact: Artifact, put: Callable[[], None], using: str, **kwargs: Any) -> None:
    """Flag the row with the new values, put the new content into place, take the flag away.

    If that fails, the row is as before; if the process is killed, the flag remains.
    """
    row = type(artifact).objects.using(using).filter(pk=artifact.pk)
    values = row.values(*REPLACED_COLUMNS).get()
    write_flagged_row(artifact, using, **kwargs)
    try:
        put()
        finish_row(artifact, using)
    except BaseException:
        row.update(**values)
        clear_ongoing(artifact)
        raise


def replace_at_new_place(
    artifact: Artifact, source: Source, transfer: Transfer, using: str, **kwargs: Any
) -> None:
    """Upload to the new place, where nothing is, and then update the row."""
    url = path_as_str(artifact)
    try:
        send(artifact, source, url, transfer)
        with transaction.atomic(using=using):
            write_row(artifact, using, **kwargs)
    except BaseException as error:
        logger.warning(f"could not upload artifact: {artifact.uid}: {error!r}")
        remove_quietly(url)
        raise
    keep_in_cache(artifact, source)


def remove_stale(before: Artifact, artifact: Artifact) -> None:
    """Remove the old content where the new one has another place."""
    old = path_as_str(before)
    if old == path_as_str(artifact):
        return
    forget_copies(before)
    try:
        remove_at(old)
    except OSError as error:
        logger.error(f"could not remove {without_query(old)}: {error}")
        return
    logger.success(f"deleted stale object at storage key {storage_key(before)}")
