"""`ln.save`: many records in one transaction, with a number of statements per batch."""

from __future__ import annotations

import operator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connections, router, transaction
from django.utils import timezone

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.types import UNSET

from .columns import DatabaseTimestamp
from .construction import check_lengths
from .cycles import check_type_of_saved
from .exact import fetch
from .initialization import become
from .registry_fields import has_field, name_field
from .renames import renamed_labels, say_renamed_labels
from .saving import label_with_project, save_record, unsaved_on_failure, version_lock_name
from .sqlrecord import BaseSQLRecord
from .versioned import HEAD_COLUMN, IsVersioned, lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BATCH_SIZE = 10_000
N_VALUES_PER_QUERY = 10_000


def save(
    records: Iterable[BaseSQLRecord],
    ignore_conflicts: bool | None = False,
    batch_size: int = BATCH_SIZE,
    using: str | None = None,
) -> None:
    """Save many records at once.

    Everything but artifacts is written in one transaction: all or nothing. Artifacts follow in
    their order, each together with its content; the first one that fails ends it.

    Parameters
    ----------
    records
        Records of any registries, new and saved ones.
    ignore_conflicts
        Skip rows that violate a uniqueness rule; primary keys are not filled in then.
    batch_size
        Number of rows per statement.
    using
        Alias of the database.

    Raises
    ------
    ValueError
        A single record was passed.
    TypeError
        Something that is no record was passed.
    IntegrityError
        A row violates a rule; nothing was written.
    RuntimeError
        Storing an artifact failed; the message lists those that are stored.

    Examples
    --------
    >>> ln.save([ln.ULabel(name=name) for name in names])
    """
    if isinstance(records, BaseSQLRecord):
        raise ValueError("Please use record.save() if saving a single record.")
    items = list(records)
    for item in items:
        if not isinstance(item, BaseSQLRecord):
            raise TypeError(f"ln.save() takes records, not {type(item).__name__}: {item!r}")
    save_records(items, ignore_conflicts=bool(ignore_conflicts), batch_size=batch_size, using=using)


def save_records(
    records: list[Any],
    *,
    ignore_conflicts: bool = False,
    batch_size: int = BATCH_SIZE,
    using: str | None = None,
) -> None:
    """Save records that are known to be records; see `save`."""
    records = list({id(record): record for record in records}.values())
    artifacts = [r for r in records if type(r).__name__ == "Artifact"]
    groups: dict[type, list[Any]] = {}
    for record in records:
        if type(record).__name__ != "Artifact":
            groups.setdefault(type(record), []).append(record)
            check_lengths(record)
    if groups:
        save_groups(groups, using, batch_size, ignore_conflicts)
    if artifacts:
        artifacts[0]._save_many(artifacts, using)


def save_groups(
    groups: dict[type, list[Any]], using: str | None, batch_size: int, ignore_conflicts: bool
) -> None:
    """Save the records of several registries in one transaction; if it fails, none is saved."""
    records = [record for group in groups.values() for record in group]
    alias = using or router.db_for_write(next(iter(groups)))
    with unsaved_on_failure(*records), transaction.atomic(using=alias):
        lock_groups(groups, alias)
        for registry, group in groups.items():
            save_group(registry, group, alias, batch_size, ignore_conflicts)


def lock_groups(groups: dict[type, list[Any]], using: str) -> None:
    """Take all locks in the same order in every process, so that no two wait for each other."""
    names: set[tuple[str, ...]] = set()
    for registry, records in groups.items():
        table = registry._meta.db_table  # type: ignore[attr-defined]
        new = [record for record in records if record._state.adding]
        if issubclass(registry, IsVersioned):
            names.update((table, version_lock_name(record)) for record in new)
        elif registry._insert_many or any(record._free_name_field for record in new):  # type: ignore[attr-defined]
            names.add((table,))
    for name in sorted(names):
        lock(using, *name)


def save_group(
    registry: Any, records: list[Any], using: str, batch_size: int, ignore_conflicts: bool
) -> None:
    """Save the records of one registry: new ones are inserted, others updated."""
    new = [record for record in records if record._state.adding]
    saved = [record for record in records if not record._state.adding]
    if registry.save is not BaseSQLRecord.save:  # it does more than write a row
        for record in saved if registry._new_rows_are_plain else records:
            record.save(using=using)
        saved, new = [], new if registry._new_rows_are_plain else []
    for record in saved:
        check_type_of_saved(record, using)
    for number, batch in enumerate(batches(new, batch_size)):
        if len(new) > batch_size:
            first = number * batch_size + 1
            logger.info(
                f"saving {get_registry_name(registry)} records {first} to "
                f"{first + len(batch) - 1} of {len(new)}"
            )
        insert_new(registry, batch, using, ignore_conflicts)
    for batch in batches(saved, batch_size):
        update_batch(registry, batch, using)


def batches(records: list[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most `size` records."""
    iterator = iter(records)
    while batch := list(islice(iterator, size)):
        yield batch


# -- inserting


def insert_new(registry: Any, records: list[Any], using: str, ignore_conflicts: bool) -> None:
    """Insert new records in the way of their registry."""
    if ignore_conflicts:
        registry.objects.using(using).bulk_create(records, ignore_conflicts=True)
    elif registry._insert_many is not None:
        registry._insert_many(records, using)
    elif issubclass(registry, IsVersioned):
        for record in records:
            save_record(record, using=using)
    else:
        insert_batch(registry, records, using)
        label_with_project(*records)


def insert_batch(registry: Any, records: list[Any], using: str) -> None:
    """Insert new records, except those whose names exist by now; these become the rows."""
    repeated: list[tuple[Any, Any]] = []
    if any(record._free_name_field for record in records):
        records, repeated = separate_known_names(registry, records, using)
    if records:
        try:
            with transaction.atomic(using=using):
                insert_rows(registry, records, using)
        except IntegrityError:
            for record in records:  # one of them exists under another identifier
                save_record(record, using=using)
    for record, first in repeated:
        become(record, first)


def separate_known_names(
    registry: Any, records: list[Any], using: str
) -> tuple[list[Any], list[tuple[Any, Any]]]:
    """Records to insert, and pairs of a record and the one that has its name.

    Inside the write transaction and behind the lock of the table, so that two processes cannot
    insert the same name.
    """
    field = name_field(registry)
    assert field is not None, registry
    scope = [f"{name}_id" for name in ("type", "branch") if has_field(registry, name)]
    identity = operator.itemgetter(field, *scope) if scope else lambda values: (values[field],)
    keys = [identity(r.__dict__) if r._free_name_field else None for r in records]
    existing = rows_by_name(registry, field, {key[0] for key in keys if key}, scope, using)
    known = {key: existing[key] for key in keys if key in existing}
    rows = registry.objects.using(using).in_bulk(list(known.values()))
    first: dict[tuple[Any, ...], Any] = {key: rows[pk] for key, pk in known.items()}
    fresh: list[Any] = []
    repeated: list[tuple[Any, Any]] = []
    for key, record in zip(keys, records, strict=True):
        same = first.setdefault(key, record) if key else record
        if same is record:
            fresh.append(record)
        else:
            repeated.append((record, same))
    return fresh, repeated


def rows_by_name(
    registry: Any, field: str, names: set[str], scope: list[str], using: str
) -> dict[tuple[Any, ...], int]:
    """Primary key of the oldest row per name, type and branch."""
    selected = ", ".join(f'"{column}"' for column in ("id", field, *scope))
    rows: dict[tuple[Any, ...], int] = {}
    for batch in batches(sorted(names), N_VALUES_PER_QUERY):
        marks = ", ".join(["%s"] * len(batch))
        sql = (
            f'SELECT {selected} FROM "{registry._meta.db_table}" '
            f'WHERE "{field}" IN ({marks}) ORDER BY "id" DESC'
        )
        for pk, *key in fetch(connections[using], sql, list(batch)):
            rows[tuple(key)] = pk
    return rows


def insert_rows(registry: Any, records: list[Any], using: str) -> None:
    """Insert rows with one prepared statement, and fill in primary keys and times."""
    fill_times(registry, records)
    connection = connections[using]
    if connection.vendor != "sqlite":
        registry.objects.using(using).bulk_create(records)
        return
    plan = columns_to_write(registry)
    for record in records:
        if record._state.fields_cache:
            record._prepare_related_fields_for_save(operation_name="bulk_create")
    rows = prepare(records, plan, connection)
    names = ", ".join(f'"{column}"' for column, _, _ in plan)
    marks = ", ".join(["%s"] * len(plan))
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{registry._meta.db_table}" ({names}) VALUES ({marks})', rows
        )
        cursor.execute("SELECT last_insert_rowid()")
        last = cursor.fetchone()[0]
    # the transaction holds the only write lock, so the new keys are consecutive
    primary_key = registry._meta.pk.attname
    for pk, record in enumerate(records, start=last - len(records) + 1):
        record.__dict__[primary_key] = pk
        record._state.adding = False
        record._state.db = using


def fill_times(registry: Any, records: list[Any]) -> None:
    """Time of the insert, where none is set."""
    now = timezone.now()
    for field in registry._meta.concrete_fields:
        if isinstance(field, DatabaseTimestamp):
            name = field.attname
            for record in records:
                if record.__dict__[name] is None:
                    record.__dict__[name] = now


@cache
def columns_to_write(registry: Any) -> tuple[tuple[str, str, Callable[..., Any] | None], ...]:
    """Column, attribute and, where the driver does not take the value as it is, its conversion."""
    plain = {"CharField", "TextField", "BooleanField", "ForeignKey", "OneToOneField"}
    return tuple(
        (
            field.column,
            field.attname,
            None
            if field.get_internal_type() in plain or "Integer" in field.get_internal_type()
            else field.get_db_prep_save,
        )
        for field in registry._meta.concrete_fields
        if not field.primary_key
    )


def prepare(
    records: list[Any], plan: Iterable[tuple[str, str, Any]], connection: Any
) -> Iterator[tuple[Any, ...]]:
    """Values of the rows as the database driver takes them."""
    columns = []
    for _, attname, convert in plan:
        values = [record.__dict__[attname] for record in records]
        if convert is not None:
            values = convert_values(values, convert, connection)
        columns.append(values)
    return zip(*columns, strict=True)


def convert_values(values: list[Any], convert: Callable[..., Any], connection: Any) -> list[Any]:
    """Converted values; an object that repeats, such as the time of the insert, just once."""
    last: Any = UNSET
    converted = None
    result = []
    for value in values:
        if value is not last:
            last, converted = value, convert(value, connection)
        result.append(converted)
    return result


# -- updating


def update_batch(registry: Any, records: list[Any], using: str) -> None:
    """Update saved records; those of which only some columns were read, one by one."""
    attributes = {field.attname for field in registry._meta.concrete_fields}
    complete = [record for record in records if attributes <= record.__dict__.keys()]
    if complete:
        renamed = renamed_labels(registry, complete, using)
        update_rows(registry, complete, using)
        say_renamed_labels(registry, renamed, using)
    for record in records:
        if not attributes <= record.__dict__.keys():
            save_record(record, using=using)


def update_rows(registry: Any, records: list[Any], using: str) -> None:
    """Update all columns of saved records except keys, heads and the time of creation."""
    connection = connections[using]
    kept = {"created_at"} | ({HEAD_COLUMN} if issubclass(registry, IsVersioned) else set())
    plan = [column for column in columns_to_write(registry) if column[1] not in kept]
    if has_field(registry, "updated_at"):
        now = timezone.now()
        for record in records:
            record.updated_at = now
    assignments = ", ".join(f'"{column}" = %s' for column, _, _ in plan)
    prepared = zip(prepare(records, plan, connection), records, strict=True)
    rows = [(*row, record.pk) for row, record in prepared]
    with connection.cursor() as cursor:
        cursor.executemany(
            f'UPDATE "{registry._meta.db_table}" SET {assignments} '
            f'WHERE "{registry._meta.pk.column}" = %s',
            rows,
        )
