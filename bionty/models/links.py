"""Links between terms and their parents, written in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections

from lamindb.models.exact import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable

Pair = tuple[int, int]
"""Keys of a child and of a parent."""


def has_parents(registry: Any) -> bool:
    """Whether the terms of a registry have parents."""
    return any(field.name == "parents" for field in registry._meta.many_to_many)


def linked_pairs(registry: Any, using: str) -> set[Pair]:
    """All links of a registry."""
    table, child, parent = link_table(registry)
    return set(fetch(connections[using], f'SELECT "{child}", "{parent}" FROM "{table}"', []))


def insert_links(registry: Any, pairs: Iterable[Pair], using: str) -> None:
    """Write links; those that exist already stay as they are."""
    table, child, parent = link_table(registry)
    sql = f'INSERT INTO "{table}" ("{child}", "{parent}") VALUES (%s, %s) ON CONFLICT DO NOTHING'
    if rows := list(dict.fromkeys(pairs)):
        with connections[using].cursor() as cursor:
            cursor.executemany(sql, rows)


def delete_links(registry: Any, pairs: list[Pair], using: str) -> None:
    """Delete links."""
    table, child, parent = link_table(registry)
    sql = f'DELETE FROM "{table}" WHERE "{child}" = %s AND "{parent}" = %s'
    if pairs:
        with connections[using].cursor() as cursor:
            cursor.executemany(sql, pairs)


def link_table(registry: Any) -> tuple[str, str, str]:
    """Name of the table, and of its columns for the child and for the parent."""
    relation = registry._meta.get_field("parents")
    return relation.m2m_db_table(), relation.m2m_column_name(), relation.m2m_reverse_name()
