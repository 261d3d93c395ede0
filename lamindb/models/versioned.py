"""Versions: a family shares the stem of its uid, the last four characters count.

Per family and branch exactly one version is the latest, the head. Heads move inside one write
transaction that first takes the family's lock, so that concurrent writers queue up.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connections, models

from lamindb.base.fields import BooleanField, CharField
from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.uids import FIRST_VERSION, base62, next_version_uid
from lamindb.errors import IntegrityError

from .current import TRASH_BRANCH_ID, current_branch_id
from .exact import select
from .expressions import prefix_condition

if TYPE_CHECKING:
    from .query_set import QuerySet

T = TypeVar("T", bound="IsVersioned")

HEAD_COLUMN = "is_latest"
"""Written only by statements that move heads, never together with the other columns."""

N_HEAD_CANDIDATES = 20
"""Heads of as many branches are looked at."""


class IsVersioned(models.Model):
    """Columns `version_tag`, `is_latest` and what belongs to them."""

    _len_stem_uid: int
    _len_full_uid: int
    _revises: IsVersioned | None = None
    _revises_is_inferred = False
    _starts_family = False

    version_tag: str | None = CharField(max_length=30, null=True, default=None, db_index=True)
    is_latest: bool = BooleanField(default=True, db_index=True)

    class Meta:
        abstract = True

    def _family_conditions(self) -> dict[str, Any] | None:
        """What the versions of a family have in common besides the stem, None if nothing."""
        return None

    @property
    def stem_uid(self) -> str:
        """Part of the uid that all versions share."""
        return self.uid[: self._len_stem_uid]

    @property
    def version(self) -> str:
        """Version tag, or the last four characters of the uid."""
        return self.version_tag if self.version_tag else self.uid[self._len_stem_uid :]

    @version.setter
    def version(self, value: str | None) -> None:
        check_version_tag(value, None)
        self.version_tag = value

    @property
    def versions(self) -> QuerySet:
        """All versions on the visible branches, newest first.

        Examples
        --------
        >>> artifact.versions.to_dataframe()
        """
        found = type(self).filter(uid__startswith=self.stem_uid)
        return found.order_by("-created_at", "-id")


def check_version_tag(tag: Any, revises: IsVersioned | None) -> None:
    """Refuse a version tag that is no string or that the revised version has.

    Raises
    ------
    ValueError
    """
    if tag is None:
        return
    if not isinstance(tag, str):
        raise ValueError(
            f"`version` parameter must be `None` or `str`, e.g., '0.1', '1', '2', etc., not {tag!r}"
        )
    if revises is not None and revises.version_tag == tag:
        raise ValueError(
            f"Please change the version tag or leave it `None`, '{tag}' is already taken"
        )


def check_revises(registry: type[T], revises: Any) -> None:
    """Refuse to revise anything but a saved record of the same registry."""
    name = registry.__name__
    if not isinstance(revises, registry):
        raise TypeError(f"`revises` has to be of type `{name}`, not {type(revises).__name__}")
    if revises._state.adding:
        raise ValueError(f"`revises` has to be saved, call .save() on it first: {revises!r}")


def new_version_uid(registry: type[T], revises: T | None) -> str:
    """Uid of a first version, or a preliminary one of the next version of a family."""
    if revises is None:
        return base62(registry._len_stem_uid) + FIRST_VERSION
    return next_version_uid([revises.uid])


def family(registry: type[T], stem_uid: str, using: str) -> models.QuerySet:
    """All versions of a family, on all branches, trash included."""
    condition = prefix_condition("uid", stem_uid, connections[using].vendor)
    return registry.objects.using(using).filter(condition)


def lock(using: str, *names: str, within: str | None = None) -> None:
    """Serialise writers of the same names until the transaction ends.

    Writers within the same whole don't wait for each other, but for one who has locked the whole.
    On SQLite the transaction itself holds the only write lock.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        if within is None:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(*names)])
        else:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock(%s)",
                [lock_number(within), lock_number(within, *names)],
            )


def lock_number(*names: str) -> int:
    """Number of an advisory lock: 64 bits of a hash of the names."""
    digest = hashlib.blake2b("\0".join(names).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def rebase(record: IsVersioned) -> None:
    """Inside the write transaction, follow a head that appeared since the construction.

    Two writers may both have found no version of a key; the second one revises the first.
    """
    conditions = record._family_conditions()
    explicit = record._revises is not None and not record._revises_is_inferred
    if conditions is None or explicit or record._starts_family:
        return
    head = find_head(type(record), getattr(record, "branch_id", None), **conditions)
    if head is not None and head.pk != getattr(record._revises, "pk", None):
        record._revises = head
        record._revises_is_inferred = True


def assign_version(record: IsVersioned, using: str) -> None:
    """Give a new version its final uid and demote the head of its branch.

    Runs inside the transaction that inserts the record, after `lock`.

    Raises
    ------
    IntegrityError
        The version that was passed as `revises` was the head then, but is not any more.
    """
    revises = record._revises
    if revises is None:
        return
    registry = type(record)
    members = family(registry, revises.stem_uid, using)
    rows = list(members.values_list("id", "uid", "is_latest", "branch_id"))
    still_head = any(id_ == revises.pk and latest for id_, _, latest, _ in rows)
    if revises.is_latest and not still_head and not record._revises_is_inferred:
        raise IntegrityError(
            f"Cannot revise a non-latest record: {revises!r} is not the latest version any more, "
            f"get it with {registry.__name__}.get('{revises.stem_uid}')"
        )
    record.uid = next_version_uid(uid for _, uid, _, _ in rows)
    heads = [id_ for id_, _, latest, branch in rows if latest and branch == record.branch_id]
    if heads:
        members.filter(id__in=heads).update(is_latest=False)
        if revises.pk not in heads and not record._revises_is_inferred:
            head = registry.objects.using(using).get(pk=heads[0])
            logger.warning(
                f"`revises` was not the latest version, updated it to the current head: {head!r}"
            )
    record.is_latest = True
    if revises.pk in heads:
        revises.is_latest = False


def promote_newest(record: IsVersioned, branch_id: int, using: str) -> None:
    """Make the newest remaining version on a branch the head, and say which it is."""
    registry = type(record)
    members = family(registry, record.stem_uid, using).filter(branch_id=branch_id)
    newest = members.exclude(pk=record.pk).order_by("-created_at", "-id").first()
    if newest is None:
        return
    members.filter(pk=newest.pk).update(is_latest=True)
    logger.important_hint(f"new latest {get_registry_name(registry)} version is: {newest.uid}")


def other_versions(record: IsVersioned, branch_id: int, using: str) -> models.QuerySet:
    """Further versions of the family on a branch."""
    members = family(type(record), record.stem_uid, using).filter(branch_id=branch_id)
    return members.exclude(pk=record.pk)


def restore_head(record: IsVersioned, using: str) -> None:
    """After a restore, make the highest version on the branch the only head."""
    members = family(type(record), record.stem_uid, using).filter(branch_id=record.branch_id)
    newest = members.order_by("-created_at", "-id").first()
    if newest is None:
        return
    members.filter(is_latest=True).exclude(pk=newest.pk).update(is_latest=False)
    members.filter(pk=newest.pk).update(is_latest=True)
    record.is_latest = newest.pk == record.pk


def find_head(registry: type[T], target_id: int | None = None, /, **conditions: Any) -> T | None:
    """Newest untrashed version that matches; one on the target branch is preferred."""
    target = current_branch_id() if target_id is None else target_id
    rows = select(
        registry,
        ("id", "branch_id"),
        {**conditions, "!=branch_id": TRASH_BRANCH_ID},
        order_by="-is_latest,-created_at,-id",
        limit=N_HEAD_CANDIDATES,
    )
    if not rows:
        return None
    here = [id_ for id_, branch in rows if branch == target]
    return registry.objects.get(pk=(here or [rows[0][0]])[0])
