"""`import_source`: all terms of a source, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

from django.db import connections, router, transaction
from django.utils import timezone

from lamindb.base.log import logger
from lamindb.base.text import listed
from lamindb.errors import IntegrityError
from lamindb.models.bulk import columns_to_write
from lamindb.models.columns import DatabaseTimestamp
from lamindb.models.current import TRASH_BRANCH_ID
from lamindb.models.exact import fetch
from lamindb.models.initialization import defaults
from lamindb.models.versioned import lock

from .ancestors import restore
from .completeness import mark_complete
from .inserting import unique_fields
from .links import has_parents, insert_links, linked_pairs
from .organisms import find_or_create_organism
from .source_choice import get_source_record
from .tables import default_table, table_of
from .term_columns import TermColumns, term_columns
from .terms import Terms, shared_values
from .updating import update_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Source

BATCH_SIZE = 10_000


def import_source(
    registry: Any,
    source: Source | None = None,
    *,
    update_records: bool = False,
    organism: Any = None,
    ignore_conflicts: bool = True,
) -> None:
    """Create records of all terms; see `HasSource.import_source`."""
    if isinstance(source, str):
        raise TypeError("import_source() expects a `bt.Source` object, not a str.")
    if update_records and source is None:
        raise ValueError("update_records=True needs the source to update to: pass `source`")
    chosen = get_source_record(registry, organism, source)
    if source is None:
        chosen, table = default_table(chosen)
    else:
        table = table_of(chosen)
    using = router.db_for_write(registry)
    with transaction.atomic(using=using):
        owner = find_or_create_organism(chosen.organism) if registry._needs_organism else None
        columns = term_columns(Terms(registry, chosen, table, owner))
        lock(using, registry._meta.db_table)
        if update_records:
            update_terms(registry, chosen, columns, using)
        else:
            add_terms(registry, chosen, columns, using, ignore_conflicts)
            mark_complete(chosen, using)


def add_terms(
    registry: Any, source: Source, columns: TermColumns, using: str, ignore_conflicts: bool
) -> None:
    """Create the terms that the registry lacks, restore those in the trash, and link them."""
    name = registry.__name__
    logger.info(f"importing {name} records from {source.name}, {source.version}")
    rows = registered_rows(registry, using)
    present = rows.ids
    trashed = [present[uid] for uid in rows.trashed if uid in columns.positions]
    restore(registry, trashed, using)
    missing = columns.only([uid not in present for uid in columns.values["uid"]])
    missing = without_conflicts(registry, missing, rows, ignore_conflicts)
    if len(missing):
        logger.info(f"adding {len(missing)} new records")
        insert_terms(registry, missing, using)
        present = registered_rows(registry, using).ids
    if trashed:
        logger.info(f"restored {len(trashed)} records from trash")
    n_links = add_links(registry, columns, present, using)
    if not (len(missing) or trashed or n_links):
        logger.info("nothing to add: all terms are in the registry")
    logger.success("import is completed!")


@dataclass(frozen=True)
class RegisteredRows:
    """What identifies the rows of a registry.

    Parameters
    ----------
    ids
        Key by uid.
    trashed
        Uids of rows in the trash.
    taken
        By unique field other than the uid, the uid of the row that has a value.
    """

    ids: dict[str, int]
    trashed: list[str]
    taken: dict[str, dict[Any, str]]


def registered_rows(registry: Any, using: str) -> RegisteredRows:
    """All rows of a registry, on all branches, in one query."""
    fields = [field for field in unique_fields(registry) if field != "uid"]
    selected = ", ".join(f'"{column}"' for column in ("id", "uid", "branch_id", *fields))
    rows = fetch(connections[using], f'SELECT {selected} FROM "{registry._meta.db_table}"', [])
    return RegisteredRows(
        {row[1]: row[0] for row in rows},
        [row[1] for row in rows if row[2] == TRASH_BRANCH_ID],
        {
            field: {row[3 + number]: row[1] for row in rows if row[3 + number] is not None}
            for number, field in enumerate(fields)
        },
    )


def without_conflicts(
    registry: Any, columns: TermColumns, rows: RegisteredRows, ignore: bool
) -> TermColumns:
    """Leave out terms with an identifier that a record with another uid has.

    Raises
    ------
    IntegrityError
        There are such terms, and conflicts are not ignored.
    """
    for field, taken in rows.taken.items():
        values = columns.values.get(field)
        if values is None:
            continue
        keep = [value is None or value not in taken for value in values]
        conflicting = [value for value, kept in zip(values, keep, strict=True) if not kept]
        if conflicting:
            text = (
                f"{len(conflicting)} {registry.__name__} records with another uid have the "
                f"{field} of a term: {listed(conflicting)}"
            )
            if not ignore:
                raise IntegrityError(text)
            logger.warning(f"left out terms: {text}")
            columns = columns.only(keep)
    return columns


def insert_terms(registry: Any, columns: TermColumns, using: str) -> None:
    """Insert rows in batches; a uid that somebody else inserted meanwhile is left alone."""
    connection = connections[using]
    plan = columns_to_write(registry)
    shared = {**defaults(registry)[0], **shared_values(registry)}
    shared["source_id"] = columns.terms.source.pk
    if registry._needs_organism and columns.terms.organism is not None:
        shared["organism_id"] = columns.terms.organism.pk
    now = timezone.now()
    for field in registry._meta.concrete_fields:
        if isinstance(field, DatabaseTimestamp):
            shared[field.attname] = now
    names = ", ".join(f'"{column}"' for column, _, _ in plan)
    marks = ", ".join(["%s"] * len(plan))
    sql = (
        f'INSERT INTO "{registry._meta.db_table}" ({names}) VALUES ({marks}) '
        "ON CONFLICT (uid) DO NOTHING"
    )
    prepared: list[Any] = []
    for _, attname, convert in plan:
        if attname in columns.values:
            prepared.append(columns.values[attname])
        else:
            value = shared[attname]
            prepared.append(repeat(value if convert is None else convert(value, connection)))
    rows = zip(*prepared, strict=False)
    with connection.cursor() as cursor:
        for size in batch_sizes(registry, len(columns)):
            cursor.executemany(sql, [next(rows) for _ in range(size)])


def batch_sizes(registry: Any, n: int) -> Iterator[int]:
    """Number of rows per statement; several statements are announced one by one."""
    sizes = [min(BATCH_SIZE, n - start) for start in range(0, n, BATCH_SIZE)]
    name = registry.__name__
    if len(sizes) > 1:
        logger.important(f"starting creation of {n} {name} records in batches of {BATCH_SIZE}")
    for number, size in enumerate(sizes, start=1):
        if len(sizes) > 1:
            logger.info(f"processing batch {number}/{len(sizes)} for {name}: {size} records")
        yield size


def add_links(registry: Any, columns: TermColumns, ids: dict[str, int], using: str) -> int:
    """Link terms to their parents, and return how many links are new."""
    if columns.parents is None or not has_parents(registry):
        return 0
    pairs = pairs_of(columns, ids)
    known = linked_pairs(registry, using)
    new = [pair for pair in pairs if pair not in known]
    if new:
        logger.info(f"adding {len(new)} parents/children links")
        insert_links(registry, new, using)
    return len(new)


def pairs_of(columns: TermColumns, ids: dict[str, int]) -> list[tuple[int, int]]:
    """Keys of all terms and of their parents."""
    key_of = {one: ids[uid] for one, uid in columns.uid_of_id.items() if uid in ids}
    pairs = (
        (key_of[one], key_of[parent])
        for one, parents in zip(columns.values["ontology_id"], columns.parents or (), strict=False)
        if one in key_of
        for parent in parents or ()
        if parent in key_of and parent != one
    )
    return list(dict.fromkeys(pairs))
