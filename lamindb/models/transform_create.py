"""The constructor of transforms: identity by source code and by key, versions."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from lamindb.base.hashing import hash_string
from lamindb.base.log import logger

from .construction import (
    check_keywords,
    check_lengths,
    check_literals,
    check_required,
    fill_branch_and_space,
)
from .current import TRASH_BRANCH_ID
from .initialization import become, initialize
from .versioned import check_revises, check_version_tag, find_head, new_version_uid

if TYPE_CHECKING:
    from .transform import Transform

KEYWORDS = (
    "key",
    "kind",
    "version",
    "description",
    "reference",
    "reference_type",
    "source_code",
    "revises",
    "skip_hash_lookup",
    "branch",
    "space",
)


def construct_transform(
    transform: Transform, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Constructor of `Transform`; writes nothing.

    Raises
    ------
    FieldValidationError
        Positional or unknown arguments, no key, an unknown kind, text that is too long.
    TypeError, ValueError
        `revises` is no saved transform, or the version tag is no string or taken.
    """
    registry = type(transform)
    if "type" in kwargs:
        warnings.warn("use kind= instead of type=", DeprecationWarning, stacklevel=4)
        kwargs.setdefault("kind", kwargs.pop("type"))
    check_keywords(registry, args, kwargs)
    check_literals(registry, kwargs)
    revises = kwargs.pop("revises", None)
    skip_hash_lookup = kwargs.pop("skip_hash_lookup", False)
    version_tag = kwargs.pop("version", None) or kwargs.pop("version_tag", None)
    if revises is not None:
        check_revises(registry, revises)
        inherit(kwargs, revises)
    check_version_tag(version_tag, revises)
    check_required(registry, kwargs)
    source_code = kwargs.get("source_code")
    if source_code is not None:
        kwargs.setdefault("hash", hash_string(source_code))
    existing = None if skip_hash_lookup else same_source(registry, kwargs.get("hash"))
    inferred = False
    if existing is None and revises is None and "uid" not in kwargs:
        revises, existing = same_key(registry, kwargs["key"])
        inferred = revises is not None
    if existing is not None:
        take_existing(transform, existing, kwargs)
        return
    fill_branch_and_space(registry, kwargs)
    kwargs.setdefault("uid", new_version_uid(registry, revises))
    initialize(transform, {**kwargs, "version_tag": version_tag})
    check_lengths(transform)
    transform._revises = revises
    transform._revises_is_inferred = inferred


def inherit(kwargs: dict[str, Any], revises: Transform) -> None:
    """Take key and description over from the revised version."""
    if kwargs.get("key") is None:
        kwargs["key"] = revises.key
    elif kwargs["key"] != revises.key:
        logger.important(f"renaming transform {revises.key} to {kwargs['key']}")
    if kwargs.get("description") is None:
        kwargs["description"] = revises.description


def same_source(registry: type[Transform], hash: str | None) -> Transform | None:
    """Untrashed transform with the same source code, latest versions first."""
    if hash is None:
        return None
    found = registry.objects.filter(hash=hash).exclude(branch_id=TRASH_BRANCH_ID)
    return found.order_by("-is_latest", "-created_at", "-id").first()


def same_key(registry: type[Transform], key: str) -> tuple[Transform | None, Transform | None]:
    """Latest transform with the same key: one to revise, or a draft to return as it is."""
    head = find_head(registry, key=key, is_latest=True)
    if head is None or head.source_code is not None:
        return head, None
    logger.important("no source code was yet saved, returning existing transform with same key")
    return None, head


def take_existing(transform: Transform, existing: Transform, kwargs: dict[str, Any]) -> None:
    """Become the existing transform; only the description is taken over."""
    key = kwargs["key"]
    if key != existing.key:
        logger.warning(
            f"key {existing.key} on existing transform differs from passed key {key}, keeping "
            "original key; update manually if needed or pass skip_hash_lookup=True if you want "
            "to duplicate the transform"
        )
    become(transform, existing)
    if kwargs.get("description") is not None:
        transform.description = kwargs["description"]
