"""Saving new records: their ancestors come along, and what exists already is found again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from lamindb.base.log import logger
from lamindb.models.bulk import insert_rows
from lamindb.models.current import ARCHIVE_BRANCH_ID, MAIN_BRANCH_ID, TRASH_BRANCH_ID
from lamindb.models.initialization import become
from lamindb.models.registry_fields import column_names
from lamindb.models.saving import unsaved_on_failure
from lamindb.models.versioned import lock

from .ancestors import save_ancestors

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN_BRANCHES = (TRASH_BRANCH_ID, ARCHIVE_BRANCH_ID)
KEPT = {"id", "uid", "created_at", "updated_at", "created_by_id", "created_on_id", "run_id", "_aux"}
"""Fields that a record keeps when it comes back from the trash."""


def insert_records(
    registry: Any, records: list[Any], using: str, *, is_single: bool = False
) -> int:
    """Insert new records and the ancestors that their sources know, all or nothing.

    A record that exists becomes the row; out of the trash, it takes over the new values.

    Returns
    -------
    Number of the records that were inserted.

    Raises
    ------
    IntegrityError
        A row violates a rule, such as a unique abbreviation.
    """
    try:
        return insert_once(registry, records, using, is_single=is_single)
    except IntegrityError:  # somebody else may have written the same terms meanwhile
        return insert_once(registry, records, using, is_single=is_single)


def insert_once(registry: Any, records: list[Any], using: str, *, is_single: bool) -> int:
    """Insert in one transaction; see `insert_records`."""
    parent_ids = [record._parent_ids for record in records]
    with unsaved_on_failure(*records), transaction.atomic(using=using):
        lock(using, registry._meta.db_table)
        fresh, repeated = take_existing(registry, records, using)
        if fresh:
            insert_rows(registry, fresh, using)
        for record, first in repeated:
            become(record, first)
        for record, ids in zip(records, parent_ids, strict=True):
            record._parent_ids = ids
        save_ancestors(registry, records, using, is_single=is_single)
    return len(fresh)


def unique_fields(registry: Any) -> list[str]:
    """Columns that each identify a record, the uid last."""
    names = [
        name for name in ("scientific_name", *registry._identifiers) if is_unique(registry, name)
    ]
    return [*names, "uid"]


def is_unique(registry: Any, name: str) -> bool:
    """Whether no two rows can have the same value of a column."""
    return any(f.name == name and f.unique for f in registry._meta.concrete_fields)


def existing_rows(registry: Any, records: Iterable[Any], using: str) -> dict[tuple[str, Any], Any]:
    """Rows on any branch that have an identifier of one of the records, by field and value."""
    condition = Q()
    fields = unique_fields(registry)
    for field in fields:
        values = {value for record in records if (value := getattr(record, field)) is not None}
        if values:
            condition |= Q(**{f"{field}__one_of": values})
    rows = registry.objects.using(using).filter(condition).order_by("-id")
    return {(field, getattr(row, field)): row for row in rows for field in fields}


def take_existing(
    registry: Any, records: list[Any], using: str
) -> tuple[list[Any], list[tuple[Any, Any]]]:
    """Make records that exist the rows.

    Returns
    -------
    Records to insert, and pairs of a record and the earlier one with the same identifier.
    """
    fields = unique_fields(registry)
    rows = existing_rows(registry, records, using)
    fresh: list[Any] = []
    repeated: list[tuple[Any, Any]] = []
    first: dict[tuple[str, Any], Any] = {}
    for record in records:
        keys = [(field, value) for field in fields if (value := getattr(record, field)) is not None]
        row = next((rows[key] for key in keys if key in rows), None)
        same = next((first[key] for key in keys if key in first), None)
        if row is not None:
            take_row(record, row, using)
        elif same is not None:
            repeated.append((record, same))
        else:
            fresh.append(record)
            first |= dict.fromkeys(keys, record)
    return fresh, repeated


def take_row(record: Any, row: Any, using: str) -> None:
    """Become a row that exists; a hidden one comes back with the new values."""
    registry: Any = type(record)
    name = registry.__name__
    if row.branch_id in HIDDEN_BRANCHES:
        origin = "trash" if row.branch_id == TRASH_BRANCH_ID else "archive"
        row.branch_id = MAIN_BRANCH_ID
        for attribute in column_names(registry) - KEPT:
            value = record.__dict__.get(attribute)
            if value is not None:
                setattr(row, attribute, value)
        row.save(using=using)
        logger.important(f"restored {name} record from {origin}: {record_label(row)}")
    else:
        same = next(f for f in unique_fields(registry) if is_same(record, row, f))
        logger.warning(f"returning {name} record with same ['{same}']: {row!r}")
    become(record, row)


def is_same(record: Any, row: Any, field: str) -> bool:
    """Whether two records share a value."""
    value = getattr(record, field)
    return value is not None and value == getattr(row, field)


def record_label(record: Any) -> str:
    """Name of a record in quotes, else its uid."""
    return f"'{getattr(record, record._name_field) or record.uid}'"
