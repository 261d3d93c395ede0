"""Recursive conditions: what is above or below a record, by type or by parents, in one query.

Both databases know `WITH RECURSIVE`: https://www.sqlite.org/lang_with.html,
https://www.postgresql.org/docs/current/queries-with.html. A unary plus keeps SQLite from the index
of a column where most rows have the same value, see
https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Func, IntegerField
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from django.db.models import ManyToManyField

    from .sqlrecord import Registry


class TypeLevel(Func):
    """Number of types above a row: orders members breadth-first.

    Examples
    --------
    >>> ln.Record.filter().order_by(TypeLevel("type_id", table="lamindb_record"))
    """

    template = (
        "(WITH RECURSIVE above(id) AS (SELECT %(expressions)s UNION "
        'SELECT above_row.type_id FROM "%(table)s" above_row JOIN above ON above_row.id = above.id)'
        " SELECT COUNT(*) FROM above)"
    )
    output_field = IntegerField()


def placeholders(values: list[int]) -> str:
    """As many placeholders as there are values."""
    return ", ".join(["%s"] * len(values))


def ids_of_types(registry: Registry, type_id: int, branches: list[int]) -> RawSQL:
    """Keys of a type and of all types above it, up to one that is on none of the branches."""
    table, visible = registry._meta.db_table, placeholders(branches)
    # a row that was found is not found again (UNION), so that cycles end
    sql = f"""WITH RECURSIVE above(id, type_id) AS (
        SELECT id, type_id FROM "{table}" WHERE id = %s AND +branch_id IN ({visible})
        UNION
        SELECT t.id, t.type_id FROM above JOIN "{table}" t ON t.id = above.type_id
        WHERE +t.branch_id IN ({visible})
    ) SELECT id FROM above"""
    return RawSQL(sql, [type_id, *branches, *branches])


def ids_of_members(
    registry: Registry, type_id: int, branches: list[int], depth: int | None
) -> RawSQL:
    """Keys of what has this type, of what has one of these as type, and so on."""
    table, visible = registry._meta.db_table, placeholders(branches)
    limit: list[Any] = [] if depth is None else [depth]
    # a row has one type, so that every cycle below the start leads through the start
    sql = f"""WITH RECURSIVE below(id, level) AS (
        SELECT id, 1 FROM "{table}" WHERE type_id = %s AND +branch_id IN ({visible}) AND id <> %s
        UNION ALL
        SELECT t.id, below.level + 1 FROM below JOIN "{table}" t ON t.type_id = below.id
        WHERE +t.branch_id IN ({visible}) AND t.id <> %s {"AND below.level < %s" if limit else ""}
    ) SELECT id FROM below"""
    values = [type_id, *branches, type_id, *branches, type_id, *limit]
    return RawSQL(sql, values)


def ids_of_relatives(
    relation: ManyToManyField, start_id: int, branches: list[int] | None, *, reverse: bool
) -> RawSQL:
    """Keys of all records that are reached by following a relation from a registry to itself.

    The way ends at records that are on none of the branches; without branches, nowhere.
    """
    table, links = relation.model._meta.db_table, relation.m2m_db_table()
    source, target = relation.m2m_column_name(), relation.m2m_reverse_name()
    if reverse:
        source, target = target, source
    visible = "" if branches is None else f"+t.branch_id IN ({placeholders(branches)}) AND "
    found = f"""JOIN "{table}" t ON t.id = link."{target}" WHERE {visible}t.id <> %s"""
    # a row that was found is not found again (UNION), so that cycles end
    sql = f"""WITH RECURSIVE relatives(id) AS (
        SELECT t.id FROM "{links}" link {found} AND link."{source}" = %s
        UNION
        SELECT t.id FROM relatives JOIN "{links}" link ON link."{source}" = relatives.id {found}
    ) SELECT id FROM relatives"""
    values = [*(branches or ()), start_id, start_id, *(branches or ()), start_id]
    return RawSQL(sql, values)
