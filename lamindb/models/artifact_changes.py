"""What was changed about an artifact since it was read, and whether its content has to move."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.base.keys import check_key, check_real_key, key_suffix
from lamindb.base.prompts import can_ask
from lamindb.base.suffixes import CanonicalSuffix
from lamindb.errors import InvalidArgument
from lamindb.setup.session import settings

from .artifact_places import (
    PLACE_COLUMNS,
    database,
    has_auto_key,
    path_as_str,
    rows_at_same_place,
)

if TYPE_CHECKING:
    from .artifact import Artifact
    from .storage import Storage


@dataclass(frozen=True)
class Move:
    """Content that has to move, from one path or URL to another."""

    old: str
    new: str


def changes(artifact: Artifact) -> dict[str, Any]:
    """Old values of the changed columns that concern the place."""
    stored, values = artifact._stored, artifact.__dict__
    if any(name in values and name not in stored for name in PLACE_COLUMNS):
        rows = type(artifact).objects.using(database(artifact)).filter(pk=artifact.pk)
        artifact._stored = stored = {**rows.values(*PLACE_COLUMNS).get(), **stored}
    return {name: old for name, old in stored.items() if values.get(name, old) != old}


def as_stored(artifact: Artifact) -> Artifact:
    """The artifact as the database has it, as far as its place is concerned."""
    before = copy(artifact)
    before.__dict__.update(artifact._stored)
    if before.storage_id != artifact.storage_id:
        before._state.fields_cache.pop("storage", None)
    return before


def check_unsaved(artifact: Artifact) -> None:
    """Refuse changes between construction and the first save that contradict the source.

    Raises
    ------
    InvalidArgument
        The suffix was changed, or the key that says where the content is.
    """
    changed = {
        name for name, old in artifact._stored.items() if artifact.__dict__.get(name, old) != old
    }
    if "suffix" in changed:
        raise InvalidArgument("Cannot update the suffix of an artifact before it is saved.")
    if "storage_id" in changed and artifact._source is not None and artifact._source.in_place:
        raise InvalidArgument("Cannot update the storage of an artifact before it is saved.")
    if "key" not in changed:
        return
    if not artifact._key_is_virtual:
        raise InvalidArgument("Cannot update the key of an artifact before it is saved.")
    check_changed_key(artifact, artifact._stored["key"])


def pending_move(artifact: Artifact) -> Move | None:
    """Check all changes; return where the content has to go, None if it stays where it is.

    Raises
    ------
    InvalidArgument
        The key or suffix does not fit, or the content is in a location of another instance.
    ValueError
        There is no storage location to move to.
    """
    changed = changes(artifact)
    if changed.keys() <= {"branch_id"}:
        return None
    if "space_id" in changed and "storage_id" not in changed:
        follow_space(artifact)
    if artifact.storage_id != artifact._stored["storage_id"]:
        check_storages(artifact)
    if "suffix" in changed:
        check_managed(artifact, "suffix")
        follow_suffix(artifact, changed["suffix"])
    if "key" in changed:
        check_changed_key(artifact, changed["key"])
    before = as_stored(artifact)
    move = Move(path_as_str(before), path_as_str(artifact))
    if move.old == move.new:
        return None
    check_managed(artifact, "key")
    check_is_alone(before)
    return move


def check_managed(artifact: Artifact, what: str) -> None:
    """Refuse to move content of another instance."""
    storage = as_stored(artifact).storage
    if storage.instance_uid != settings.instance.uid:
        raise InvalidArgument(
            f"Cannot update the {what} of an artifact in a storage location that is not managed by "
            f"the current instance: {storage.root}"
        )


def check_changed_key(artifact: Artifact, old_key: str | None) -> None:
    """Refuse a key that is none, or that does not end like the content."""
    if artifact.key is None:
        raise InvalidArgument("Cannot update an artifact key to None.")
    check_key(artifact.key)
    if not has_auto_key(artifact) and artifact._real_key is None:
        check_real_key(artifact.key)
    suffix, raw_suffix = CanonicalSuffix.extract_from_path(artifact.key)
    expected = artifact.suffix if old_key is None or artifact.suffix else key_suffix(old_key)
    if expected not in (suffix, raw_suffix):
        raise InvalidArgument(
            f"The suffix '{raw_suffix}' of the provided key is incorrect, it should be "
            f"'{expected}'."
        )


def follow_suffix(artifact: Artifact, old_suffix: str) -> None:
    """Give key and real key the new suffix."""
    new = artifact.suffix
    if not isinstance(new, str):
        raise TypeError(f"suffix has to be a string, not {new!r}")
    if new and (not new.startswith(".") or CanonicalSuffix.from_path(f"a{new}") != new):
        raise InvalidArgument(
            f"'{new}' is no known suffix: pass one like '.csv', or extend "
            "CanonicalSuffix.simple_formats"
        )
    artifact.key = with_suffix(artifact.key, old_suffix, new)
    artifact._real_key = with_suffix(artifact._real_key, old_suffix, new)


def with_suffix(key: str | None, old: str, new: str) -> str | None:
    """Key with another suffix; unchanged if it has it already.

    Examples
    --------
    >>> with_suffix("data/a.txt", ".txt", ".csv")
    'data/a.csv'
    """
    if key is None or CanonicalSuffix.from_path(key) == new:
        return key
    old = old or key_suffix(key)
    return f"{key[: len(key) - len(old)]}{new}" if key.endswith(old) else f"{key}{new}"


# -- storage locations and spaces


def check_storages(artifact: Artifact) -> None:
    """Refuse to move between locations of which one is managed by another instance."""
    old, new = as_stored(artifact).storage, artifact.storage
    for storage in (old, new):
        if storage.instance_uid != settings.instance.uid:
            raise ValueError(
                "Cannot change the storage of an artifact if one of the locations is not managed "
                f"by the current instance: {storage.root}"
            )
    if new.space_id != artifact.space_id:
        raise ValueError(
            f"Cannot change the storage of an artifact to {new.root}: it belongs to the space "
            f"'{new.space.name}', the artifact to '{artifact.space.name}'"
        )


def follow_space(artifact: Artifact) -> None:
    """Choose a storage location of the new space, unless the content is in one already."""
    storage = artifact.storage
    if storage.space_id == artifact.space_id:
        return
    registry = apps.get_model("lamindb", "Storage")
    found: list[Storage] = list(
        registry.objects.using(database(artifact))
        .filter(space_id=artifact.space_id, type=storage.type, instance_uid=settings.instance.uid)
        .order_by("id")
    )
    if not found:
        raise ValueError(
            f"No {storage.type} storage locations managed by the current instance found for the "
            f"space '{artifact.space.name}'. Create one with "
            f"ln.Storage(root='…', space=ln.Space.get({artifact.space_id})).save()"
        )
    if len(found) == 1:
        artifact.storage = found[0]
        return
    artifact.storage = ask_for_storage(artifact, found)


def ask_for_storage(artifact: Artifact, found: list[Storage]) -> Storage:
    """Let the person choose one of several storage locations by its number.

    Raises
    ------
    SavingCancelledError
        The answer was no number of a location.
    InvalidArgument
        Nobody can answer.
    """
    options = "\n".join(f"{number}: {one.root}" for number, one in enumerate(found))
    question = f"Storage locations of the space '{artifact.space.name}':\n{options}"
    if not can_ask():
        raise InvalidArgument(
            f"Cannot ask without a terminal: {question}\nAssign artifact.storage, too."
        )
    answer = input(f"{question}\nEnter the number of one, x to cancel: ").strip()
    if not answer.isdecimal() or int(answer) >= len(found):
        raise SavingCancelledError
    return found[int(answer)]


class SavingCancelledError(Exception):
    """Whoever was asked did not want to go on."""


def check_is_alone(before: Artifact) -> None:
    """Refuse to move content that belongs to another version or artifact.

    Raises
    ------
    InvalidArgument
    """
    if before._overwrite_versions and not before.is_latest:
        raise InvalidArgument(
            "Cannot move the content of an outdated version, it was overwritten: change the "
            "latest version, artifact.versions.get(is_latest=True)"
        )
    others = rows_at_same_place(before, database(before)).exclude(
        uid__startswith=before.stem_uid, _overwrite_versions=True
    )
    other = others.first()
    if other is not None:
        raise InvalidArgument(
            f"Cannot move {path_as_str(before)}: it is the content of artifact {other.uid} with "
            f"key '{other.key}', too"
        )
