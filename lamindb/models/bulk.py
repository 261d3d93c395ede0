"""`ln.save`: many records in one transaction, with a number of statements per batch."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connections, router, transaction
from django.utils import timezone

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name

from .columns import DatabaseTimestamp
from .construction import check_lengths
from .exact import fetch
from .initialization import become
from .registry_fields import has_field
from .saving import save_record
from .sqlrecord import BaseSQLRecord
from .versioned import IsVersioned, lock

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

    Everything but artifacts is written in one transaction: all or nothing. Artifacts follow one
    by one, each together with its content.

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
    artifacts = [r for r in records if type(r).__name__ == "Artifact"]
    groups: dict[type, list[Any]] = {}
    for record in records:
        if type(record).__name__ != "Artifact":
            groups.setdefault(type(record), []).append(record)
            check_lengths(record)
    if groups:
        alias = using or router.db_for_write(next(iter(groups)))
        with transaction.atomic(using=alias):
            for registry, group in groups.items():
                save_group(registry, group, alias, batch_size, ignore_conflicts)
    save_artifacts(artifacts, using)


def save_group(
    registry: Any, records: list[Any], using: str, batch_size: int, ignore_conflicts: bool
) -> None:
    """Save the records of one registry: new ones are inserted, others updated."""
    new = [record for record in records if record._state.adding]
    saved = [record for record in records if not record._state.adding]
    for number, batch in enumerate(batches(new, batch_size)):
        if len(new) > batch_size:
            name = get_registry_name(registry)
            logger.info(f"saving {name} records {number * batch_size + 1} to {len(new)}")
        if ignore_conflicts:
            registry.objects.using(using).bulk_create(batch, ignore_conflicts=True)
        elif issubclass(registry, IsVersioned):
            for record in batch:
                save_record(record, using=using)
        else:
            insert_batch(registry, batch, using)
    for batch in batches(saved, batch_size):
        update_rows(registry, batch, using)


def batches(records: list[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most `size` records."""
    iterator = iter(records)
    while batch := list(islice(iterator, size)):
        yield batch


def save_artifacts(artifacts: list[Any], using: str | None) -> None:
    """Save artifacts one after the other; the first failure ends it."""
    for n_stored, artifact in enumerate(artifacts):
        try:
            artifact.save(**({"using": using} if using else {}))
        except Exception as error:
            stored = "\n".join(f"  {done!r}" for done in artifacts[:n_stored]) or "  none"
            raise RuntimeError(
                f"Saving {artifact.key or artifact.uid} failed: {error}\n"
                f"These artifacts are stored:\n{stored}"
            ) from error


# -- inserting


def insert_batch(registry: Any, records: list[Any], using: str) -> None:
    """Insert new records, except those whose names exist by now; these become the rows."""
    repeated: list[tuple[Any, Any]] = []
    if records[0]._free_name_field is not None:
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

    Inside the write transaction, so that two processes cannot insert the same name.
    """
    field = records[0]._free_name_field
    lock(using, registry._meta.db_table)
    scope = [name for name in ("type_id", "branch_id") if name in records[0].__dict__]

    def identity(record: Any) -> tuple[Any, ...]:
        return (getattr(record, field), *(record.__dict__[name] for name in scope))

    existing = rows_by_name(registry, field, {identity(r)[0] for r in records}, scope, using)
    found = registry.objects.using(using).in_bulk(
        [pk for key, pk in existing.items() if key in {identity(r) for r in records}]
    )
    first: dict[tuple[Any, ...], Any] = {
        key: found[pk] for key, pk in existing.items() if pk in found
    }
    fresh: list[Any] = []
    repeated: list[tuple[Any, Any]] = []
    for record in records:
        same = first.setdefault(identity(record), record)
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
    if connections[using].vendor != "sqlite":
        registry.objects.using(using).bulk_create(records)
        return
    connection = connections[using]
    plan = columns_to_write(registry)
    now = timezone.now()
    for name in timestamps(registry):
        for record in records:
            if record.__dict__[name] is None:
                record.__dict__[name] = now
    rows = [prepare(record, plan, connection) for record in records]
    names = ", ".join(f'"{column}"' for column, _, _ in plan)
    marks = ", ".join(["%s"] * len(plan))
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{registry._meta.db_table}" ({names}) VALUES ({marks})', rows
        )
        cursor.execute("SELECT last_insert_rowid()")
        last = cursor.fetchone()[0]
    # the transaction holds the only write lock, so the new keys are consecutive
    for pk, record in enumerate(records, start=last - len(records) + 1):
        record.pk = pk
        record._state.adding = False
        record._state.db = using


@cache
def timestamps(registry: Any) -> tuple[str, ...]:
    """Columns that hold the time of the insert."""
    fields = registry._meta.concrete_fields
    return tuple(f.attname for f in fields if isinstance(f, DatabaseTimestamp))


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


def prepare(record: Any, plan: Iterable[tuple[str, str, Any]], connection: Any) -> list[Any]:
    """Values of a row as the database driver takes them."""
    values = record.__dict__
    return [
        values[attname] if convert is None else convert(values[attname], connection)
        for _, attname, convert in plan
    ]


# -- updating


def update_rows(registry: Any, records: list[Any], using: str) -> None:
    """Update all columns of saved records except the primary key and the time of creation."""
    connection = connections[using]
    plan = [column for column in columns_to_write(registry) if column[1] != "created_at"]
    if has_field(registry, "updated_at"):
        now = timezone.now()
        for record in records:
            record.updated_at = now
    assignments = ", ".join(f'"{column}" = %s' for column, _, _ in plan)
    rows = [[*prepare(record, plan, connection), record.pk] for record in records]
    with connection.cursor() as cursor:
        cursor.executemany(
            f'UPDATE "{registry._meta.db_table}" SET {assignments} '
            f'WHERE "{registry._meta.pk.column}" = %s',
            rows,
        )
