"""Where the content of an artifact is, and which other artifacts have theirs at the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import Q, QuerySet
from django.db.models.signals import post_delete, post_save

from lamindb.base.log import logger
from lamindb.setup.session import after_switch
from lamindb.storage.layout import auto_key, join

from .versioned import family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .artifact import Artifact

STORAGE_ONGOING = "so"
"""Key in `_aux` that says that the content is not completely stored."""

PLACE_COLUMNS = ("key", "_real_key", "suffix", "storage_id", "space_id", "branch_id")
"""Columns whose change may mean that the content has to move."""

_roots: dict[tuple[str, int], str] = {}


def forget_roots(**_: Any) -> None:
    """Drop the roots of storage locations that were read."""
    _roots.clear()


after_switch.append(forget_roots)
post_save.connect(forget_roots, sender="lamindb.Storage")
post_delete.connect(forget_roots, sender="lamindb.Storage")


def root_of(artifact: Artifact) -> str:
    """Root of the storage location; read once per location."""
    if "storage" in artifact._state.fields_cache:
        return artifact.storage.root
    location = (artifact._state.db or DEFAULT_DB_ALIAS, artifact.storage_id)
    if location not in _roots:
        _roots[location] = artifact.storage.root
    return _roots[location]


def storage_key(artifact: Artifact) -> str:
    """Path of the content relative to the root of its storage location."""
    if artifact._real_key is not None:
        return artifact._real_key
    if has_auto_key(artifact):
        return auto_key(artifact.uid, artifact.suffix, artifact._overwrite_versions)
    assert artifact.key is not None
    return artifact.key


def has_auto_key(artifact: Artifact) -> bool:
    """Whether the content is below `.lamindb/`, under a name that is made of the uid."""
    return artifact._real_key is None and (artifact._key_is_virtual or artifact.key is None)


def shares_place(artifact: Artifact) -> bool:
    """Whether earlier content may be at the place: that of another version, or a user's file."""
    return artifact._overwrite_versions or not has_auto_key(artifact)


def path_as_str(artifact: Artifact) -> str:
    """Absolute path or URL of the content."""
    return join(root_of(artifact), storage_key(artifact))


def database(artifact: Artifact, using: str | None = None) -> str:
    """Alias of the database that an artifact is written to."""
    return using or router.db_for_write(type(artifact), instance=artifact)


def remember(artifact: Artifact, fields: Iterable[str] | None = None) -> None:
    """Remember what is stored about the place, to notice when it is changed.

    Parameters
    ----------
    fields
        Names of the columns that were read, all by default.
    """
    values = artifact.__dict__
    if fields is None:
        artifact._stored = {name: values[name] for name in PLACE_COLUMNS if name in values}
        return
    names = {artifact._meta.get_field(name).attname for name in fields}
    read = {name: values[name] for name in names.intersection(PLACE_COLUMNS)}
    artifact._stored = {**artifact._stored, **read}


def rows_at_same_place(artifact: Artifact, using: str) -> QuerySet[Artifact]:
    """Other artifacts, also in the trash, whose content is at the same place.

    Content below `.lamindb/` is shared within a family at most.
    """
    rows = type(artifact).objects.using(using).exclude(pk=artifact.pk)
    if has_auto_key(artifact):
        if not artifact._overwrite_versions:
            return rows.none()
        members = family(type(artifact), artifact.stem_uid, using).exclude(pk=artifact.pk)
        return members.filter(storage_id=artifact.storage_id, _overwrite_versions=True)
    return rows_at_places(rows, [(artifact.storage_id, storage_key(artifact))])


def newest_overwriting(artifact: Artifact, using: str) -> str:
    """Uid of the version whose content is at the place that all versions share.

    On whatever branch, also in the trash: each version that was saved took the place.
    """
    members = family(type(artifact), artifact.stem_uid, using).filter(_overwrite_versions=True)
    # compared here because databases sort letters in different ways
    return max(members.values_list("uid", flat=True), default=artifact.uid)


def mark_overwritten(artifacts: list[Artifact], using: str, *, wrote: bool) -> None:
    """After versions with real keys were saved: older ones there lost their content.

    All these versions share the place from now on, as folders do.

    Parameters
    ----------
    artifacts
        Saved just now, in different places.
    wrote
        Whether content was copied to the places, rather than registered in place. Artifacts of
        other families in the trash lost theirs then.
    """
    places = {
        (artifact.storage_id, storage_key(artifact)): artifact
        for artifact in artifacts
        if not has_auto_key(artifact) and (wrote or artifact._revises is not None)
    }
    if not places:
        return
    rows = type(artifacts[0]).objects.using(using)
    versions: list[int] = []
    for other in rows_at_places(rows, list(places)):
        artifact = places[other.storage_id, storage_key(other)]
        if other.pk == artifact.pk or other.hash == artifact.hash:
            continue
        if other.stem_uid == artifact.stem_uid:
            versions += [other.pk, artifact.pk]
            artifact._overwrite_versions = True
        elif wrote:
            rows.filter(pk=other.pk).update(_aux={**(other._aux or {}), STORAGE_ONGOING: 1})
            logger.warning(f"the content of artifact {other.uid} in the trash was overwritten")
    if versions:
        rows.filter(pk__in=versions).update(_overwrite_versions=True)


def rows_at_places(rows: QuerySet[Artifact], places: list[tuple[int, str]]) -> QuerySet[Artifact]:
    """Artifacts, also in the trash, whose content is at one of these places outside `.lamindb/`.

    Parameters
    ----------
    places
        Pairs of the storage location and the path in it.
    """
    by_storage: dict[int, list[str]] = {}
    for storage_id, key in places:
        by_storage.setdefault(storage_id, []).append(key)
    condition = Q()
    for storage_id, keys in by_storage.items():
        is_real = Q(_real_key__isnull=True, key__in=keys, _key_is_virtual=False)
        condition |= Q(storage_id=storage_id) & (Q(_real_key__in=keys) | is_real)
    return rows.filter(condition)
