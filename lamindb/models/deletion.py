"""Trash, restore and permanent deletion, of single records and of sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models, router, transaction

from lamindb.base.log import logger
from lamindb.base.prompts import confirm
from lamindb.base.registries import get_registry_name

from .current import MAIN_BRANCH_ID, TRASH_BRANCH_ID
from .registry_fields import has_field
from .versioned import IsVersioned, lock, other_versions, promote_newest, restore_head

if TYPE_CHECKING:
    from .query_set import BasicQuerySet
    from .sqlrecord import BaseSQLRecord

Deleted = tuple[int, dict[str, int]]


def delete_record(record: BaseSQLRecord, permanent: bool | None) -> Deleted | None:
    """Move a record to the trash, or delete its row; see `SQLRecord.delete`."""
    if record._state.adding:
        logger.warning("record is not yet saved, delete has no effect")
        return None
    if not has_trash(type(record)):
        if permanent is False:
            raise ValueError(
                f"{type(record).__name__} has no trash: pass permanent=True to delete for good"
            )
        return delete_row(record)
    if permanent is True:
        return delete_row(record)
    if record.branch_id != TRASH_BRANCH_ID:
        move_to_trash(record)
        return None
    if permanent is None and confirm_permanent(record):
        return delete_row(record)
    return None


def has_trash(registry: type[BaseSQLRecord]) -> bool:
    """Whether records of a registry can be trashed: those on branches, storage excepted."""
    return (
        has_field(registry, "branch")
        and has_field(registry, "is_locked")
        and registry.__name__ not in {"Storage", "Branch"}
    )


def confirm_permanent(record: BaseSQLRecord) -> bool:
    """Ask before a trashed record is deleted for good."""
    label = f"{type(record).__name__} {getattr(record, 'uid', record.pk)}"
    return confirm(
        f"{label} is already in trash! Are you sure you want to delete it from your database? "
        "You can't undo this action.",
        otherwise="Pass permanent=True to delete it or permanent=False to keep it.",
    )


def database_of(record: BaseSQLRecord) -> str:
    """Alias of the database a saved record lives in."""
    return record._state.db or router.db_for_write(type(record))


def move_to_trash(record: BaseSQLRecord) -> None:
    """Trash a record; below a type all its members follow, a head hands over."""
    using = database_of(record)
    with transaction.atomic(using=using):
        announce(record, using)
        if getattr(record, "is_type", False):
            trash_members(record, using)
        if isinstance(record, IsVersioned):
            hand_over(record, using)
        record.branch_id = TRASH_BRANCH_ID
        record.save(using=using)
    logger.important(f"moved record to trash: {record!r}")


def announce(record: BaseSQLRecord, using: str) -> None:
    """Tell the registry which row is about to be trashed or deleted."""
    registry = type(record)
    registry._deleting(registry.objects.using(using).filter(pk=record.pk))


def trash_members(type_record: BaseSQLRecord, using: str) -> None:
    """Trash everything below a type, one query per level."""
    rows = type(type_record).objects.using(using)
    level = [type_record.pk]
    seen = set(level)
    while level:
        members = rows.filter(type_id__in=level).exclude(branch_id=TRASH_BRANCH_ID)
        level = [id_ for id_ in members.values_list("id", flat=True) if id_ not in seen]
        seen.update(level)
    rows.filter(id__in=seen - {type_record.pk}).update(branch_id=TRASH_BRANCH_ID)


def hand_over(record: IsVersioned, using: str) -> None:
    """Before a head leaves its branch, make the newest other version the head."""
    lock(using, type(record)._meta.db_table, record.stem_uid)
    row = type(record).objects.using(using).filter(pk=record.pk, is_latest=True)
    if row.exists() and other_versions(record, record.branch_id, using).exists():
        promote_newest(record, record.branch_id, using)
        row.update(is_latest=False)
        record.is_latest = False


def restore_record(record: BaseSQLRecord) -> None:
    """Move a record back to main; the highest version there is the head."""
    using = database_of(record)
    with transaction.atomic(using=using):
        record.branch_id = MAIN_BRANCH_ID
        if isinstance(record, IsVersioned):
            lock(using, type(record)._meta.db_table, record.stem_uid)
            record.save(using=using)
            restore_head(record, using)
        else:
            record.save(using=using)


def delete_row(record: BaseSQLRecord) -> Deleted:
    """Delete the row with cascades and protections; a head hands over."""
    using = database_of(record)
    with transaction.atomic(using=using):
        announce(record, using)
        if isinstance(record, IsVersioned):
            hand_over(record, using)
        return models.Model.delete(record, using=using)


def delete_queryset(
    queryset: BasicQuerySet, *args: Any, permanent: bool | None = None, **kwargs: Any
) -> Deleted | None:
    """Delete or trash all records of a set; see `BasicQuerySet.delete`."""
    registry = queryset.model
    if registry.__name__ in {"Artifact", "Collection", "Storage"}:
        for record in queryset:
            record.delete(*args, permanent=permanent, **kwargs)
        return None
    if not has_trash(registry):
        if permanent is False:
            raise ValueError(f"{registry.__name__} has no trash: pass permanent=True")
        return queryset.delete_rows()
    if permanent is True:
        with transaction.atomic(using=queryset.db):
            registry._deleting(queryset)
            return queryset.delete_rows()
    trash_queryset(queryset)
    return None


def trash_queryset(queryset: BasicQuerySet) -> None:
    """Move all records of a set to the trash; families whose head leaves get a new one."""
    registry = queryset.model
    with transaction.atomic(using=queryset.db):
        registry._deleting(queryset)
        heads = []
        if issubclass(registry, IsVersioned):
            heads = list(queryset.filter(is_latest=True).exclude(branch_id=TRASH_BRANCH_ID))
        branches = {head.pk: head.branch_id for head in heads}
        ids = list(queryset.values_list("pk", flat=True))
        rows = registry.objects.using(queryset.db).filter(pk__in=ids)
        n_moved = rows.exclude(branch_id=TRASH_BRANCH_ID).update(branch_id=TRASH_BRANCH_ID)
        for head in heads:
            if other_versions(head, branches[head.pk], queryset.db).exists():
                rows.filter(pk=head.pk).update(is_latest=False)
                promote_newest(head, branches[head.pk], queryset.db)
    if n_moved:
        logger.warning(f"moved {n_moved} {get_registry_name(registry)} records to trash")
