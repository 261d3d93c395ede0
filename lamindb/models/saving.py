"""`record.save()`: one transaction, every outcome either a row or an error."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError as DatabaseIntegrityError
from django.db import InternalError, ProgrammingError, models, router, transaction
from django.utils import timezone

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.errors import ValidationError

from .construction import check_lengths, say_same_name
from .current import MAIN_BRANCH_ID, TRASH_BRANCH_ID, active_context
from .cycles import check_type_of_saved
from .exact import select
from .initialization import become
from .registry_fields import INTERNAL_KINDS, column_names, has_field
from .renames import renamed_labels, say_renamed_labels
from .versioned import HEAD_COLUMN, IsVersioned, assign_version, lock, rebase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .run import Run
    from .sqlrecord import BaseSQLRecord

LABELLED_WITH_PROJECT = {
    "Artifact",
    "Collection",
    "Feature",
    "Reference",
    "Run",
    "Schema",
    "Transform",
    "ULabel",
}
UNIQUE_HASH = {"Artifact", "Collection", "Transform"}
IDENTIFIERS = (
    "root",
    "uid",
    "ontology_id",
    "scientific_name",
    "ensembl_gene_id",
    "uniprotkb_id",
)
"""Unique columns under which a record that exists already is found again."""

RAISED_BY_TRIGGER = "P0001"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html: raise_exception."""


@contextmanager
def unsaved_on_failure(*records: BaseSQLRecord) -> Iterator[None]:
    """If the block fails, also by Ctrl-C, its transaction is gone: new records are new again."""
    new = [record for record in records if record._state.adding]
    try:
        yield
    except BaseException:
        for record in new:
            record._state.adding, record.pk = True, None
        raise


def save_record(record: BaseSQLRecord, *args: Any, **kwargs: Any) -> bool:
    """Insert or update one row.

    Returns
    -------
    True if a row was inserted, False if one was updated or found to exist.
    """
    check_lengths(record)
    using = kwargs.get("using") or router.db_for_write(type(record), instance=record)
    check_type_of_saved(record, using)
    try:
        if record._state.adding and not kwargs.get("force_update"):
            inserted = insert(record, *args, **kwargs)
        else:
            update(record, *args, **kwargs)
            record._updated(using)
            return False
    except (InternalError, ProgrammingError) as error:
        if getattr(error.__cause__, "sqlstate", None) != RAISED_BY_TRIGGER:
            raise
        raise ValidationError(str(error).partition("\n")[0]) from error
    label_with_project(record)
    return inserted


def label_with_project(*records: Any) -> None:
    """Link records of one registry to the project that `ln.track(project=…)` named."""
    project = active_context().project
    if project is None or not records:
        return
    registry: Any = type(records[0])
    if registry.__name__ not in LABELLED_WITH_PROJECT:
        return
    links = registry.projects.through
    links.objects.using(records[0]._state.db).bulk_create(
        [
            links(**{f"{registry.__name__.lower()}_id": record.pk, "project": project})
            for record in records
            if not (getattr(record, "kind", None) or "").startswith(INTERNAL_KINDS)
        ],
        ignore_conflicts=True,
    )


def update(record: BaseSQLRecord, *args: Any, **kwargs: Any) -> None:
    """Update all columns, or those of `update_fields`; `updated_at` follows.

    Which version is the head is left alone: another process may have moved it since this record
    was read.
    """
    registry: Any = type(record)
    if issubclass(registry, IsVersioned) and not args and kwargs.get("update_fields") is None:
        kwargs["update_fields"] = columns_besides_head(registry) & record.__dict__.keys()
    if has_field(registry, "updated_at"):
        record.updated_at = timezone.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at"}
    using = kwargs.get("using") or router.db_for_write(registry, instance=record)
    renamed = renamed_labels(registry, [record], using)
    models.Model.save(record, *args, **kwargs)
    say_renamed_labels(registry, renamed, using)


@cache
def columns_besides_head(registry: Any) -> frozenset[str]:
    """Attributes of a versioned record that an update writes."""
    fields = registry._meta.concrete_fields
    return frozenset(f.attname for f in fields if not f.primary_key) - {HEAD_COLUMN}


def insert(record: BaseSQLRecord, *args: Any, **kwargs: Any) -> bool:
    """Insert a row, or become the row that exists already under the same identity.

    Returns
    -------
    True if a row was inserted.
    """
    using = kwargs.get("using") or router.db_for_write(type(record), instance=record)
    if type(record)._insert_many is not None:
        return bool(type(record)._insert_many([record], using, is_single=True))
    try:
        with transaction.atomic(using=using):
            if found_in_time(record, using):
                return False
            models.Model.save(record, *args, **kwargs)
            return True
    except DatabaseIntegrityError as error:
        record._state.adding = True
        if not resolve_conflict(record, error, using):
            raise
        return False


def found_in_time(record: BaseSQLRecord, using: str) -> bool:
    """Inside the write transaction, look again for what another process may have written.

    Returns
    -------
    True if the record became a row that exists by now.
    """
    registry = type(record)
    if isinstance(record, IsVersioned):
        lock(using, registry._meta.db_table, version_lock_name(record))
        rebase(record)
        assign_version(record, using)
        return False
    field = record._free_name_field
    if field is None:
        return False
    conditions: dict[str, Any] = {field: getattr(record, field)}
    if has_field(registry, "type"):
        conditions["type_id"] = record.type_id
    if has_field(registry, "branch"):
        conditions["branch_id"] = record.branch_id
    lock(using, *map(str, conditions.values()), within=registry._meta.db_table)
    found = select(registry, ("id",), conditions, using=using)
    if not found:
        return False
    existing = registry.objects.using(using).get(pk=found[0][0])
    say_same_name(existing)
    become(record, existing)
    return True


def version_lock_name(record: IsVersioned) -> str:
    """What writers of one version family have in common: the key, else the stem."""
    revised = record._revises
    return getattr(record, "key", None) or (revised or record).stem_uid


def resolve_conflict(record: BaseSQLRecord, error: Exception, using: str) -> bool:
    """After a unique violation, take the existing row where identity says it is the same.

    Returns
    -------
    False if the violation is about something else.
    """
    registry = type(record)
    text = str(error).lower()
    if "unique constraint failed" not in text and "duplicate key value" not in text:
        return False
    if registry.__name__ in UNIQUE_HASH and "hash" in text:
        return take_same_hash(record, using)
    if isinstance(record, IsVersioned):
        return False
    for field in IDENTIFIERS:
        if has_field(registry, field) and field in text and getattr(record, field):
            return take_same_identifier(record, field, using)
    return False


def take_same_hash(record: BaseSQLRecord, using: str) -> bool:
    """Become the row with the same hash and key; out of the trash it moves to main."""
    registry = type(record)
    conditions = {"hash": record.hash, "key": record.key}
    if has_field(registry, "storage"):
        conditions["storage_id"] = record.storage_id
    existing = registry.objects.using(using).filter(**conditions).first()
    if existing is None:
        return False
    trashed = existing.branch_id == TRASH_BRANCH_ID
    origin = "from trash " if trashed else ""
    name = get_registry_name(registry).lower()
    logger.warning(f"returning {name} {origin}with same hash & key: {existing!r}")
    if trashed:
        existing.restore()
    run = getattr(record, "run", None)
    become(record, existing)
    if run is not None and hasattr(registry, "recreating_runs"):
        note_recreation(record, run)
    return True


def note_recreation(record: Any, run: Run) -> None:
    """Remember that a run produced the same content while another one did; written on save."""
    if record.run_id != run.pk:
        record._recreating_run = run


def take_same_identifier(record: BaseSQLRecord, field: str, using: str) -> bool:
    """Become the row with the same identifier; a row outside of main takes over the new values."""
    registry = type(record)
    existing = registry.objects.using(using).filter(**{field: getattr(record, field)}).first()
    if existing is None:
        return False
    if getattr(existing, "branch_id", MAIN_BRANCH_ID) != MAIN_BRANCH_ID:
        kept = {"id", "uid", "hash", "_dtype_str", "otype", "created_at", "updated_at"}
        for name in column_names(registry) - kept:
            value = record.__dict__.get(name)
            if value is not None:
                setattr(existing, name, value)
        existing.save(using=using)
    logger.warning(f"returning {get_registry_name(registry)} with same {field}: {existing!r}")
    become(record, existing)
    return True
