"""Saving new records: their ancestors come along, and what exists already is found again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from lamindb.base.log import logger
from lamindb.base.text import listed
from lamindb.models.bulk import insert_rows, update_rows
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
        met = meet_existing(registry, records, using)
        if met.fresh:
            insert_rows(registry, met.fresh, using)
        if met.hidden:
            restore_rows(registry, met.hidden, using)
        for record, first in met.repeated:
            become(record, first)
        for record, ids in zip(records, parent_ids, strict=True):
            record._parent_ids = ids
        changed = {id(record) for record in (*met.fresh, *(record for record, _ in met.hidden))}
        new = [record for record in records if id(record) in changed or record._parent_ids]
        save_ancestors(registry, new, using, is_single=is_single)
    return len(met.fresh)


@dataclass
class Met:
    """What records met in the database.

    Parameters
    ----------
    fresh
        Records to insert.
    repeated
        Records and earlier ones with the same identifier.
    hidden
        Records and the rows that they are, which are in the trash or in the archive.
    """

    fresh: list[Any] = field(default_factory=list)
    repeated: list[tuple[Any, Any]] = field(default_factory=list)
    hidden: list[tuple[Any, Any]] = field(default_factory=list)


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
    names = unique_fields(registry)
    for name in names:
        values = {value for record in records if (value := getattr(record, name)) is not None}
        if values:
            condition |= Q(**{f"{name}__one_of": values})
    rows = registry.objects.using(using).filter(condition).order_by("-id")
    return {(name, getattr(row, name)): row for row in rows for name in names}


def meet_existing(registry: Any, records: list[Any], using: str) -> Met:
    """Make records that exist the rows, but for hidden ones; and find out about the others."""
    fields = unique_fields(registry)
    rows = existing_rows(registry, records, using)
    met = Met()
    first: dict[tuple[str, Any], Any] = {}
    for record in records:
        keys = [(name, value) for name in fields if (value := getattr(record, name)) is not None]
        row = next((rows[key] for key in keys if key in rows), None)
        same = next((first[key] for key in keys if key in first), None)
        first |= {key: record for key in keys if key not in first}
        if same is not None:
            met.repeated.append((record, same))
        elif row is None:
            met.fresh.append(record)
        elif row.branch_id in HIDDEN_BRANCHES:
            met.hidden.append((record, row))
        else:
            shared = next(name for name in fields if is_same(record, row, name))
            name = registry.__name__
            logger.warning(f"returning {name} record with same ['{shared}']: {row!r}")
            become(record, row)
    return met


def restore_rows(registry: Any, pairs: list[tuple[Any, Any]], using: str) -> None:
    """Take rows out of the trash or the archive, with the values of the records."""
    for record, row in pairs:
        row.branch_id = MAIN_BRANCH_ID
        for attribute in column_names(registry) - KEPT:
            value = record.__dict__.get(attribute)
            if value is not None:
                setattr(row, attribute, value)
        become(record, row)
    update_rows(registry, [record for record, _ in pairs], using)
    plural = "" if len(pairs) == 1 else "s"
    labels = listed(getattr(row, row._name_field) or row.uid for _, row in pairs)
    logger.important(f"restored {registry.__name__} record{plural} from trash: {labels}")


def is_same(record: Any, row: Any, field: str) -> bool:
    """Whether two records share a value."""
    value = getattr(record, field)
    return value is not None and value == getattr(row, field)
