"""Facts about the tables of a database, read from its catalogue."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any


def read_sqlite(path: Path) -> dict[str, Any]:
    """Facts per table of an SQLite database."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return {name: _sqlite_table(connection, name, sql) for name, sql in rows.fetchall()}
    finally:
        connection.close()


def migrations_in_sqlite(path: Path) -> list[tuple[str, str]]:
    """Recorded migrations in the order of their ids."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return rows.fetchall()
    finally:
        connection.close()


def _sqlite_table(connection: sqlite3.Connection, table: str, sql: str) -> dict[str, Any]:
    unique, indexes = _sqlite_indexes(connection, table, sql)
    return {
        "columns": _sqlite_columns(connection, table, sql),
        "foreign_keys": _sqlite_foreign_keys(connection, table, sql),
        "unique": sorted(unique),
        "indexes": indexes,
        "checks": dict.fromkeys(re.findall(r'CONSTRAINT "(\w+)" CHECK', sql), ""),
    }


def _sqlite_columns(connection: sqlite3.Connection, table: str, sql: str) -> dict[str, Any]:
    columns = {}
    for _, name, type_, not_null, default, key, hidden in connection.execute(
        f"PRAGMA table_xinfo({table})"
    ):
        assert not hidden
        json = re.escape(f'CHECK ((JSON_VALID("{name}") OR "{name}" IS NULL))')
        columns[name] = {
            "type": type_.lower(),  # SQLite answers in upper case for the types it knows
            "null": not not_null,
            "default": default,
            "primary_key": bool(key),
            "identity": bool(
                re.search(rf'"{name}" integer NOT NULL PRIMARY KEY AUTOINCREMENT', sql)
            ),
            "json": bool(re.search(json, sql)),
        }
    return columns


def _sqlite_foreign_keys(connection: sqlite3.Connection, table: str, sql: str) -> dict[str, Any]:
    keys = {}
    for _, _, target, column, to, on_update, on_delete, _ in connection.execute(
        f"PRAGMA foreign_key_list({table})"
    ):
        assert (on_update, on_delete) == ("NO ACTION", "NO ACTION")
        deferred = (
            rf'"{column}" [^,]*REFERENCES "{target}" \("{to}"\) DEFERRABLE INITIALLY DEFERRED'
        )
        assert re.search(deferred, sql), f"{table}.{column}"
        keys[column] = (f"{target}.{to}", None)
    return keys


def _sqlite_indexes(
    connection: sqlite3.Connection, table: str, table_sql: str
) -> tuple[list[tuple[str, str, str, str]], dict[str, str]]:
    """Unique indexes and others."""
    unique, indexes = [], {}
    listed = connection.execute(f"PRAGMA index_list({table})").fetchall()
    for _, name, is_unique, origin, _ in listed:
        if origin == "pk":
            continue
        parts = connection.execute(f"PRAGMA index_xinfo({name})").fetchall()
        assert all(not desc and coll == "BINARY" for _, _, _, desc, coll, key in parts if key)
        columns = [column for _, _, column, _, _, key in parts if key]
        row = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()
        text = (row[0] or "").replace('"', "")
        where = text.partition(" WHERE ")[2]
        listing = "lower(name)" if "(LOWER(name))" in text else ", ".join(map(str, columns))
        if origin == "u":
            unique.append((_inline_name(table_sql, columns), listing, where, "constraint"))
        elif is_unique:
            unique.append((name, listing, where, "index"))
        else:
            indexes[name] = listing
    return unique, indexes


def _inline_name(table_sql: str, columns: list[str]) -> str:
    """Name of a constraint inside CREATE TABLE, "" if it has none."""
    quoted = ", ".join(f'"{column}"' for column in columns)
    match = re.search(rf'CONSTRAINT "(\w+)" UNIQUE \({re.escape(quoted)}\)', table_sql)
    return match[1] if match else ""


def read_postgres(url: str) -> dict[str, Any]:
    """Facts per table of a Postgres database."""
    tables: dict[str, Any] = {}
    for table, name, type_, not_null, default, identity in _rows(url, POSTGRES_COLUMNS):
        facts = tables.setdefault(
            table, {"columns": {}, "foreign_keys": {}, "unique": [], "indexes": {}, "checks": {}}
        )
        facts["columns"][name] = {
            "type": type_,
            "null": not not_null,
            "default": default,
            "primary_key": False,
            "identity": identity == "d",
            "json": False,
        }
    for table, name, kind, definition in _rows(url, POSTGRES_CONSTRAINTS):
        _add_constraint(tables[table], name, kind, definition)
    for table, name, is_unique, definition in _rows(url, POSTGRES_INDEXES):
        _add_index(tables[table], name, is_unique, definition)
    for facts in tables.values():
        facts["unique"].sort()
    return tables


def _add_constraint(facts: dict[str, Any], name: str, kind: str, definition: str) -> None:
    columns = definition.partition("(")[2].partition(")")[0]
    if kind == "p":
        facts["columns"][columns]["primary_key"] = True
    elif kind == "u":
        facts["unique"].append((name, columns, "", "constraint"))
    elif kind == "c":
        facts["checks"][name] = definition
    else:
        pattern = r"REFERENCES (\w+)\((\w+)\) DEFERRABLE INITIALLY DEFERRED$"
        target = re.search(pattern, definition)
        assert target, definition
        facts["foreign_keys"][columns] = (f"{target[1]}.{target[2]}", name)


def _add_index(facts: dict[str, Any], name: str, is_unique: bool, definition: str) -> None:
    listing = definition.partition(" USING btree (")[2]
    listing, _, where = listing.partition(" WHERE ")
    listing = listing.removesuffix(")").replace("lower((name)::text)", "lower(name)")
    if is_unique:
        facts["unique"].append((name, listing, where.strip("()"), "index"))
    else:
        facts["indexes"][name] = listing


def functions_in_postgres(url: str) -> dict[str, tuple[str, str, str]]:
    """Arguments, result and language per function."""
    return {name: tuple(facts) for name, *facts in _rows(url, POSTGRES_FUNCTIONS)}


def triggers_in_postgres(url: str) -> dict[str, tuple[str, str, str]]:
    """Table, condition and function per trigger, the condition as the contract writes it."""
    triggers = {}
    for name, table, definition in _rows(url, POSTGRES_TRIGGERS):
        match = re.fullmatch(
            r"CREATE TRIGGER \w+ (BEFORE [A-Z ]+) ON public\.\w+ (FOR EACH ROW WHEN) "
            r"\(\((.+)\)\) EXECUTE FUNCTION (\w+\(\))",
            definition,
        )
        assert match, definition
        condition = re.sub(r"\((\w+\.\w+)\)::text", r"\1", match[3])
        triggers[name] = (table, f"{match[1]} {match[2]} {condition}".lower(), match[4])
    return triggers


def migrations_in_postgres(url: str) -> list[tuple[str, str]]:
    """Recorded migrations in the order of their ids."""
    return _rows(url, "SELECT app, name FROM django_migrations ORDER BY id")


def _rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    import psycopg

    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()


POSTGRES_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid), a.attidentity
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
ORDER BY c.relname, a.attnum
"""

POSTGRES_CONSTRAINTS = """
SELECT c.relname, con.conname, con.contype, pg_get_constraintdef(con.oid)
FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND con.contype IN ('p', 'u', 'c', 'f')
"""

POSTGRES_INDEXES = """
SELECT t.relname, i.relname, x.indisunique, pg_get_indexdef(x.indexrelid)
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_constraint con WHERE con.conindid = x.indexrelid
        AND con.contype IN ('p', 'u'))
"""

POSTGRES_FUNCTIONS = """
SELECT p.proname, pg_get_function_arguments(p.oid), format_type(p.prorettype, NULL), l.lanname
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'public'::regnamespace
"""

POSTGRES_TRIGGERS = """
SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal
"""
