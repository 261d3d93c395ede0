"""Versions of many new records at once: as `versioned` does for one, with few queries."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import connections

from lamindb.base.uids import next_version_uid
from lamindb.errors import IntegrityError

from .current import TRASH_BRANCH_ID, current_branch_id
from .expressions import prefix_condition
from .saving import version_lock_name
from .versioned import lock_number

if TYPE_CHECKING:
    from .versioned import IsVersioned

N_FAMILIES_PER_QUERY = 200


def lock_families(records: list[Any], using: str) -> None:
    """Take the locks of all families, in the same order in every process.

    On SQLite the transaction itself holds the only write lock.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    table = records[0]._meta.db_table
    numbers = sorted({lock_number(table, version_lock_name(record)) for record in records})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n", [numbers])


def rebase_keys(records: list[Any], using: str) -> None:
    """Inside the write transaction, follow heads that appeared since the construction.

    Records with different keys in one storage location are expected.
    """
    free = [
        record
        for record in records
        if record.key is not None
        and (record._revises is None or record._revises_is_inferred)
        and not record._starts_family
    ]
    if not free:
        return
    heads = newest_by_key(
        type(free[0]), {record.storage_id for record in free}, [r.key for r in free], using
    )
    for record in free:
        head = heads.get((record.storage_id, record.key))
        if head is not None and head.pk != getattr(record._revises, "pk", None):
            record._revises = head
            record._revises_is_inferred = True


def newest_by_key(
    registry: Any, storage_ids: set[int], keys: list[str], using: str
) -> dict[tuple[int, str], Any]:
    """Newest untrashed version per storage location and key; the current branch is preferred."""
    rows = registry.objects.using(using).filter(storage_id__in=storage_ids, key__in=keys)
    here = current_branch_id()
    newest: dict[tuple[int, str], Any] = {}
    for row in rows.exclude(branch_id=TRASH_BRANCH_ID).order_by("is_latest", "created_at", "id"):
        known = newest.get((row.storage_id, row.key))
        if known is None or row.branch_id == here or known.branch_id != here:
            newest[row.storage_id, row.key] = row
    return newest


def assign_versions(records: list[Any], using: str) -> None:
    """Give new versions of different families their final uids and demote the heads.

    Raises
    ------
    IntegrityError
        A version that was passed as `revises` was the head then, but is not any more.
    """
    revised = [record for record in records if record._revises is not None]
    if not revised:
        return
    registry: Any = type(revised[0])
    families = members_by_stem(registry, {r._revises.stem_uid for r in revised}, using)
    demoted: list[int] = []
    for record in revised:
        rows = families[record._revises.stem_uid]
        check_still_head(record, rows)
        record.uid = next_version_uid(uid for _, uid, _, _ in rows)
        heads = [id_ for id_, _, latest, branch in rows if latest and branch == record.branch_id]
        demoted += heads
        record.is_latest = True
        if record._revises.pk in heads:
            record._revises.is_latest = False
    if demoted:
        registry.objects.using(using).filter(pk__in=demoted).update(is_latest=False)


def check_still_head(record: Any, rows: list[tuple[int, str, bool, int]]) -> None:
    """Refuse to revise a head explicitly that is none any more."""
    revises: IsVersioned = record._revises
    if record._revises_is_inferred or not revises.is_latest:
        return
    if not any(id_ == revises.pk and latest for id_, _, latest, _ in rows):
        raise IntegrityError(
            f"Cannot revise a non-latest record: {revises!r} is not the latest version any more, "
            f"get it with {type(record).__name__}.get('{revises.stem_uid}')"
        )


def members_by_stem(
    registry: Any, stems: set[str], using: str
) -> dict[str, list[tuple[int, str, bool, int]]]:
    """Id, uid, whether it is a head, and branch of all versions of families, trash included."""
    vendor = connections[using].vendor
    families: dict[str, list[tuple[int, str, bool, int]]] = {stem: [] for stem in stems}
    ordered = sorted(stems)
    for start in range(0, len(ordered), N_FAMILIES_PER_QUERY):
        batch = ordered[start : start + N_FAMILIES_PER_QUERY]
        condition = reduce(or_, (prefix_condition("uid", stem, vendor) for stem in batch))
        rows = registry.objects.using(using).filter(condition)
        for row in rows.values_list("id", "uid", "is_latest", "branch_id"):
            families[row[1][: registry._len_stem_uid]].append(row)
    return families
