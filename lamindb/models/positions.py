"""Rows by position of their value among many asked ones; no value comes back from the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F
from django.db.models.sql.where import WhereNode

from .curated_values import is_text
from .curation import equal
from .exact import fetch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Field, QuerySet

SQLITE = "(SELECT key AS position, value FROM json_each(%s))"
"""Texts as rows. SQLite goes through the left side of a cross join first.

See https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join.
"""

POSTGRES = (
    "(SELECT number - 1 AS position, value "
    "FROM unnest(%s::text[]) WITH ORDINALITY AS texts(value, number))"
)


class Filter(WhereNode):
    """Conditions for which SQLite must use no index: values are looked up first, with theirs.

    Without statistics, it may take the index of a column where most rows have the same value; it
    splits no expression with a unary plus, see
    https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_.
    """

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The conditions as one expression."""
        sql, parameters = self.as_sql(compiler, connection)
        return f"+({sql})", parameters


def positions(
    rows: QuerySet, column: Field, values: Sequence[Any], selected: tuple[str, ...] = ("pk",)
) -> list[tuple[Any, ...]]:
    """Position of its value, and further columns, of each row that has one of some values.

    Parameters
    ----------
    rows
        Rows to look at.
    column
        Column with the values.
    values
        Distinct values. In sorted order they are found fastest, as neighbours in the index are
        then read one after the other.
    selected
        Names of columns of keys.

    Returns
    -------
    list
        One tuple per row: position and selected columns. Read in one query with one parameter for
        all values.

    Examples
    --------
    >>> positions(ln.ULabel.objects.all(), ln.ULabel._meta.get_field("name"), ["DMSO", "IFNG"])
    [(0, 1), (1, 2)]
    """
    if not (is_text(column) and (column.db_index or column.unique)):
        number = {value: position for position, value in enumerate(values)}
        found = equal(rows, column, list(values)).order_by()
        columns = found.values_list(column.attname, *selected)
        return [(number[value], *rest) for value, *rest in columns]
    names = {"_term": F(column.attname), **{f"_{name}": F(name) for name in selected}}
    query = rows.order_by().annotate(**names).values_list(*names).query
    query.where = Filter([query.where])
    try:
        inner, parameters = query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # Django knows without a query
        return []
    connection = connections[rows.db]
    is_sqlite = connection.vendor == "sqlite"
    columns = ", ".join(f'found."_{name}"' for name in selected)
    sql = (
        f"SELECT asked.position, {columns} FROM {SQLITE if is_sqlite else POSTGRES} AS asked "
        f'CROSS JOIN ({inner}) AS found WHERE found."_term" = asked.value'
    )
    asked = json.dumps(values) if is_sqlite else list(values)
    return fetch(connection, sql, [asked, *parameters])
