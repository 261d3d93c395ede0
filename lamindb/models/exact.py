"""Rows with exactly these column values, without the cost of building an ORM query.

Constructors and saves ask such questions for every record; composing an ORM query takes about ten
times as long as answering it. Whole records still come from the ORM.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connections

from .curated_values import is_storable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Model

DIFFERENT = "!="
"""Prefix of a column name: rows with another value."""


def select(
    registry: type[Model],
    columns: tuple[str, ...],
    where: Mapping[str, Any],
    *,
    using: str = "default",
    order_by: str = "id",
    limit: int = 1,
) -> list[tuple[Any, ...]]:
    """Columns of the rows that have these values.

    Parameters
    ----------
    registry
        Registry to look in.
    columns
        Names of the columns to return.
    where
        Value per column, the most selective one first: None, a string or integer, or a list of
        integers of which one is meant; a column name that starts with `!=` means any other value.
    using
        Alias of the database.
    order_by
        Names of columns, separated by commas, `-` in front reverses.
    limit
        Maximum number of rows.

    Examples
    --------
    >>> select(ln.ULabel, ("id",), {"name": "control", "branch_id": [1]})
    [(3,)]
    """
    shape: list[tuple[str, int | None]] = []
    values: list[Any] = []
    for name, value in where.items():
        if value is None:
            shape.append((name, None))
        elif isinstance(value, list):
            shape.append((name, len(value)))
            values.extend(value)
        elif isinstance(value, str) and not is_storable(value):
            return []
        else:
            shape.append((name, 0))
            values.append(value)
    connection = connections[using]
    table, vendor = registry._meta.db_table, connection.vendor
    sql = statement(table, columns, tuple(shape), order_by, limit, vendor)
    return fetch(connection, sql, values)


def fetch(connection: Any, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """Rows of a query; on SQLite without Django's cursor, unless somebody logs queries."""
    if connection.vendor == "sqlite" and not connection.execute_wrappers:
        connection.ensure_connection()
        if not connection.queries_logged:
            return connection.connection.execute(sql.replace("%s", "?"), values).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


@cache
def statement(
    table: str,
    columns: tuple[str, ...],
    shape: tuple[tuple[str, int | None], ...],
    order_by: str,
    limit: int,
    vendor: str,
) -> str:
    """SQL text; identifiers come from the models, values are bound.

    Without statistics, SQLite takes any index that fits, also that of a column where most rows
    have the same value; a unary plus keeps it from that.
    See https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_.
    """
    plus = "+" if vendor == "sqlite" else ""
    conditions = []
    for number, (name, kind) in enumerate(shape):
        column = f'{plus if number else ""}"{name.removeprefix(DIFFERENT)}"'
        if kind is None:
            conditions.append(f"{column} IS {'NOT ' if name.startswith(DIFFERENT) else ''}NULL")
        elif kind == 0:
            conditions.append(f"{column} {'<>' if name.startswith(DIFFERENT) else '='} %s")
        else:
            conditions.append(f"{column} IN ({', '.join(['%s'] * kind)})")
    ordering = ", ".join(
        f'{plus}"{name.lstrip("-")}"{" DESC" if name.startswith("-") else ""}'
        for name in order_by.split(",")
    )
    selected = ", ".join(f'"{name}"' for name in columns)
    return (
        f'SELECT {selected} FROM "{table}" WHERE {" AND ".join(conditions)} '
        f"ORDER BY {ordering} LIMIT {limit}"
    )
