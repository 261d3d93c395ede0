"""What both ways of saving content have in common: its size and hash, checks, and the row."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb.base.types import UNSET
from lamindb.setup.session import settings
from lamindb.storage.content import describe_path, glance
from lamindb.storage.staging import StagedCopy
from lamindb.storage.stores import is_cloud

from .annotate.dataset import annotate
from .artifact_free_place import check_place_is_free
from .artifact_identity import set_content
from .artifact_places import STORAGE_ONGOING, path_as_str
from .saving import save_record

if TYPE_CHECKING:
    from .artifact import Artifact
    from .artifact_source import Source
    from .storage import Storage


@dataclass(frozen=True)
class Transfer:
    """How content is sent to the cloud.

    Attributes
    ----------
    print_progress
        Whether to show how far it is.
    options
        Passed on to the store.
    """

    print_progress: bool = True
    options: dict[str, Any] = field(default_factory=dict)


def check_can_store(artifact: Artifact, source: Source, using: str) -> None:
    """Refuse what cannot work before anything is copied.

    Raises
    ------
    ValueError
        Another instance manages the storage location.
    InvalidArgument
        The place is taken.
    FileExistsError
        Something that is no artifact is there.
    FileNotFoundError
        The source is gone.
    """
    storage = artifact.storage
    if storage.instance_uid != settings.instance.uid:
        raise ValueError(
            "Cannot save an artifact to a storage location that is not managed by the current "
            f"instance: {storage.root}"
        )
    if not os.path.exists(source.path):
        raise FileNotFoundError(
            f"Unable to save the artifact because the local path {source.path} does not exist."
        )
    check_place_is_free(artifact, source, using)


def is_unhashed(artifact: Artifact, source: Source) -> bool:
    """Whether size and hash were left out on purpose, or nobody could tell them."""
    return source.content is None and artifact.__dict__.get("hash", UNSET) is None


def bring_up_to_date(artifact: Artifact, source: Source) -> None:
    """Take size and hash of the source as it is now; read only if it changed meanwhile."""
    if is_unhashed(artifact, source) or is_cloud(str(source.path)):
        return
    if has_changed(source):
        source.content = describe_path(source.path)
    assert source.content is not None
    set_content(artifact, source.content)


def has_changed(source: Source) -> bool:
    """Whether a local source is not, or not any more, what was hashed."""
    return source.content is None or source.content.signature != glance(source.path).signature


def staged_copy(artifact: Artifact, source: Source) -> StagedCopy:
    """Content next to its place; files that the earlier version of a folder has are not copied."""
    place = path_as_str(artifact)
    return StagedCopy(
        source.path,
        near=place,
        move=source.is_temporary,
        content=source.content,
        previous=place if os.path.isdir(place) else None,
    )


def new_storage(artifact: Artifact) -> tuple[Storage, ...]:
    """The storage location, if it is not saved yet."""
    storage = artifact._state.fields_cache.get("storage")
    return (storage,) if storage is not None and storage._state.adding else ()


def write_row(artifact: Artifact, using: str, **kwargs: Any) -> bool:
    """Insert or update the row, with the annotations that wait for it.

    Returns
    -------
    True if the row is new, False if it exists, perhaps as another artifact.
    """
    if artifact._annotation is None:
        return write_plain_row(artifact, using, **kwargs)
    with transaction.atomic(using=using):
        is_new = write_plain_row(artifact, using, **kwargs)
        write_annotation(artifact, using)
    return is_new


def write_plain_row(artifact: Artifact, using: str, **kwargs: Any) -> bool:
    """Insert or update the row alone.

    Before that comes the row of a storage location that is referenced.

    Returns
    -------
    True if the row is new, False if it exists, perhaps as another artifact.
    """
    for storage in new_storage(artifact):
        storage.save(using=using)
        artifact.storage = storage
    return save_record(artifact, using=using, **kwargs)


def write_annotation(artifact: Artifact, using: str) -> None:
    """Write the links and values that wait for the row."""
    if artifact._annotation is not None:
        annotate(artifact, artifact._annotation, using)


def set_ongoing(artifact: Artifact) -> None:
    """Flag the record: its content is not completely stored."""
    artifact._aux = {**(artifact._aux or {}), STORAGE_ONGOING: 1}


def clear_ongoing(artifact: Artifact) -> None:
    """Take the flag away."""
    aux = {k: v for k, v in (artifact._aux or {}).items() if k != STORAGE_ONGOING}
    artifact._aux = aux or None
