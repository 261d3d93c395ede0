"""Types and parents must not form cycles: checked in Python, so that all databases agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models.signals import class_prepared, m2m_changed

from lamindb.base.registries import get_registry_name
from lamindb.errors import ValidationError

from .registry_fields import has_field

if TYPE_CHECKING:
    from .sqlrecord import BaseSQLRecord

PARENTS = "_parents"
"""How the names of link tables end that say what the parents of a record are."""


def check_type_of_saved(record: BaseSQLRecord, using: str) -> None:
    """Refuse a type that is none, that is a frame's, or that is below the record itself.

    A new record is below nothing yet, and only types have something below them: most saves take
    no query.

    Raises
    ------
    ValidationError
    """
    type_id = getattr(record, "type_id", None)
    if type_id is None or not has_field(type(record), "type"):
        return
    name = get_registry_name(record).lower()
    if type_id == record.pk:
        raise ValidationError(f"Cannot set type: {name} '{record.name}' cannot be its own type")
    type_record = record._state.fields_cache.get("type")
    if type_record is not None and not type_record.is_type:
        raise ValidationError(
            f"Cannot set type of {name} '{record.name}': '{type_record.name}' is no type, it "
            "needs is_type=True"
        )
    if not record.is_type:
        return
    if type(record).__name__ == "Record" and record.type.schema_id is not None:
        raise ValidationError(
            f"Cannot set type of record '{record.name}' to '{record.type.name}': a type with a "
            "schema cannot be the type of another type"
        )
    if record._state.adding:
        return
    above = {id_ for id_, _, _ in chain_of_types(type(record), type_id, using)}
    if record.pk in above:
        raise ValidationError(
            f"Cannot set type of {name} '{record.name}' to '{record.type.name}': would create a "
            "cycle"
        )


def chain_of_types(registry: Any, id: int, using: str) -> list[tuple[int, str, int]]:
    """Id, name and level of a record and all types above it, in one query."""
    table = registry._meta.db_table
    sql = f"""
        WITH RECURSIVE above (id, name, type_id, level) AS (
            SELECT id, name, type_id, 0 FROM "{table}" WHERE id = %s
            UNION ALL
            SELECT t.id, t.name, t.type_id, above.level + 1
            FROM "{table}" t JOIN above ON t.id = above.type_id
            WHERE above.level < 100
        )
        SELECT id, name, level FROM above ORDER BY level
    """
    with connections[using].cursor() as cursor:
        cursor.execute(sql, [id])
        return list(cursor.fetchall())


def watch_parents(sender: Any, **kwargs: Any) -> None:
    """Check what is written to a link table of parents."""
    owner = sender._meta.auto_created
    if owner and sender.__name__ == f"{owner.__name__}{PARENTS}":
        m2m_changed.connect(check_parents, sender=sender)


def check_parents(
    sender: Any, instance: Any, action: str, reverse: bool, pk_set: Any, using: str, **kwargs: Any
) -> None:
    """Refuse parents that are descendants of the record, or the record itself.

    Raises
    ------
    ValidationError
    """
    if action != "pre_add" or not pk_set:
        return
    children, parents = ({instance.pk}, set(pk_set))
    if reverse:
        children, parents = parents, children
    closed = sorted(children & above_parents(sender, parents, using))
    if closed:
        registry = type(instance)
        names = registry.objects.using(using).filter(pk__in=closed).values_list("name", flat=True)
        raise ValidationError(
            f"Cannot add parents of {get_registry_name(registry).lower()} "
            f"{', '.join(map(repr, names))}: would create a cycle"
        )


def above_parents(through: Any, ids: set[int], using: str) -> set[int]:
    """Records and all their ancestors, in one query."""
    name = through._meta.auto_created._meta.model_name
    child, parent = f"from_{name}_id", f"to_{name}_id"
    marks = ", ".join(["%s"] * len(ids))
    sql = f"""
        WITH RECURSIVE above (id) AS (
            SELECT "{parent}" FROM "{through._meta.db_table}" WHERE "{child}" IN ({marks})
            UNION
            SELECT l."{parent}"
            FROM "{through._meta.db_table}" l JOIN above ON l."{child}" = above.id
        )
        SELECT id FROM above
    """
    with connections[using].cursor() as cursor:
        cursor.execute(sql, list(ids))
        return ids | {id_ for (id_,) in cursor.fetchall()}


class_prepared.connect(watch_parents)
