"""`import_source(update_records=True)`: existing records follow to another version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections
from django.utils import timezone

from lamindb.base.log import logger
from lamindb.base.text import listed
from lamindb.models.registry_fields import has_field

from .links import delete_links, has_parents, insert_links, linked_pairs
from .terms import is_obsolete

if TYPE_CHECKING:
    from .source import Source
    from .term_columns import TermColumns

NEVER_UPDATED = {"uid", "abbr"}


def update_terms(registry: Any, source: Source, columns: TermColumns, using: str) -> None:
    """Move the records of a source to the version that the columns are from.

    Annotated records keep their name: what changed its name stays as it is, with its source; so
    does what the version calls obsolete.
    """
    existing = records_of_versions(registry, source, columns, using)
    rows = rows_to_update(registry, existing, columns)
    renamed = renamed_and_annotated(registry, rows, columns, using)
    updated = [pk for pk in rows if pk not in renamed]
    if updated:
        logger.info(f"updating {len(updated)} records...")
        write(registry, source, {pk: rows[pk] for pk in updated}, columns, using)
        move_links(registry, {pk: rows[pk] for pk in updated}, columns, using)
    if renamed:
        one = len(renamed) == 1
        logger.warning(
            f"{len(renamed)} record{' was' if one else 's were'} renamed in {source.name}, "
            f"{source.version}, but {'annotates' if one else 'annotate'} artifacts: "
            f"{'it keeps its' if one else 'they keep their'} name and source: "
            f"{listed(renamed.values(), 20)}"
        )
    say_obsolete(source, existing, columns)
    source.currently_used = True
    source.save(using=using)
    logger.success(f"{len(updated)} records updated!")


def records_of_versions(
    registry: Any, source: Source, columns: TermColumns, using: str
) -> dict[int, str]:
    """By key of a record of any version of the source, its id."""
    id_field = columns.terms.id_field or registry._name_field
    versions = type(source).objects.using(using).filter(entity=source.entity, name=source.name)
    if registry._needs_organism:
        versions = versions.filter(organism=source.organism)
    rows = registry.objects.using(using).filter(source__in=versions)
    return dict(rows.order_by("id").values_list("id", id_field))


def rows_to_update(registry: Any, existing: dict[int, str], columns: TermColumns) -> dict[int, int]:
    """By key of a record, the position of its term."""
    ids = columns.values[columns.terms.id_field or registry._name_field]
    positions = {value: number for number, value in enumerate(ids)}
    return {pk: positions[value] for pk, value in existing.items() if value in positions}


def say_obsolete(source: Source, existing: dict[int, str], columns: TermColumns) -> None:
    """Name the records whose term is obsolete in a public source: they stay as they are."""
    terms = columns.terms
    if source.dataframe_artifact_id is not None or terms.id_field is None:
        return
    values = terms.table.records.values
    pairs = zip(values(terms.columns[terms.id_field]), values(terms.table.name_field), strict=True)
    obsolete = {one for one, name in pairs if is_obsolete(name)}
    stale = [one for one in existing.values() if one in obsolete]
    if stale:
        logger.warning(
            f"obsolete in {source.name}, {source.version}, left as they are: {listed(stale, 20)}"
        )


def renamed_and_annotated(
    registry: Any, rows: dict[int, int], columns: TermColumns, using: str
) -> dict[int, str]:
    """Records whose name changed although artifacts are annotated with them, with their ids."""
    field = registry._name_field
    names = columns.values.get(field)
    if names is None or not rows:
        return {}
    id_field = columns.terms.id_field or field
    records = registry.objects.using(using).filter(pk__in=link_keys(registry, using))
    found = records.order_by("id").values_list("id", field, id_field)
    return {pk: one for pk, name, one in found if pk in rows and names[rows[pk]] != name}


def link_keys(registry: Any, using: str) -> Any:
    """Keys of all records that artifacts are annotated with, as a query."""
    relation = registry._meta.get_field("artifacts")
    through = relation.remote_field.through
    return through.objects.using(using).values(relation.m2m_column_name())


def write(
    registry: Any, source: Source, rows: dict[int, int], columns: TermColumns, using: str
) -> None:
    """Write all columns of the terms, and the source."""
    fields = [name for name in columns.values if name not in NEVER_UPDATED]
    names = [registry._meta.get_field(name).column for name in fields]
    connection = connections[using]
    stamps = []
    if has_field(registry, "updated_at"):
        column = registry._meta.get_field("updated_at")
        stamps = [column.get_db_prep_save(timezone.now(), connection)]
        names = [*names, column.column]
    assignments = ", ".join(f'"{name}" = %s' for name in [*names, "source_id"])
    values = [
        (*(columns.values[name][position] for name in fields), *stamps, source.pk, pk)
        for pk, position in rows.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f'UPDATE "{registry._meta.db_table}" SET {assignments} WHERE "id" = %s', values
        )


def move_links(registry: Any, rows: dict[int, int], columns: TermColumns, using: str) -> None:
    """Make the parents of updated records those of the new version; own parents stay."""
    if columns.parents is None or not has_parents(registry):
        return
    ids = registry.objects.using(using).exclude(ontology_id=None).order_by("-id")
    key_of = dict(ids.values_list("ontology_id", "id"))
    pairs = {
        (pk, key_of[parent])
        for pk, position in rows.items()
        for parent in columns.parents[position] or ()
        if parent in key_of and key_of[parent] != pk
    }
    of_source = registry.objects.using(using).filter(source__name=columns.terms.source.name)
    terms = set(of_source.values_list("id", flat=True))
    linked = linked_pairs(registry, using)
    stale = [p for p in linked - pairs if p[0] in rows and p[1] in terms]
    delete_links(registry, sorted(stale), using)
    insert_links(registry, sorted(pairs), using)
