"""The database schema that an instance must have, in the form that `schema_reader` reads.

`tables.json` was taken from instances of LaminDB 2.12 on both engines; its "about" explains it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

DEFAULTS = {
    "sqlite": {
        "now": "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')",
        "json-null": "'null'",
        "false": "0",
    },
    "postgres": {
        "now": "statement_timestamp()",
        "json-null": "'null'::jsonb",
        "'readme'": "'readme'::character varying",
        "-3": "'-3'::integer",
    },
}

POSTGRES_TYPES = {"timestamptz": "timestamp with time zone"}


@cache
def contract() -> dict[str, Any]:
    """The contract as it was written down."""
    return json.loads((FOLDER / "tables.json").read_text())


PREFIXES = {"pertdb": "wetlab"}
"""How tables of a module begin whose name is another one."""


def expected_tables(engine: str, modules: Iterable[str]) -> dict[str, Any]:
    """Facts per table that a database with these modules must show."""
    prefixes = {"django", "lamindb", *(PREFIXES.get(module, module) for module in modules)}
    return {
        name: expected_table(table, engine)
        for name, table in contract()["tables"].items()
        if name.split("_")[0] in prefixes
    }


def expected_table(table: dict[str, Any], engine: str) -> dict[str, Any]:
    """Facts about one table."""
    columns = table["columns"]
    return {
        "columns": {name: _column(column, engine) for name, column in columns.items()},
        "foreign_keys": {
            name: (column["fk"], None if engine == "sqlite" else table["pg_fk_constraints"][name])
            for name, column in columns.items()
            if "fk" in column
        },
        "unique": sorted(_unique(item, engine) for item in table["unique"]),
        "indexes": _indexes(table, engine),
        "checks": _checks(table, engine),
    }


def expected_functions() -> dict[str, tuple[str, str, str]]:
    """Arguments, result and language of the functions in a Postgres database."""
    functions = {
        item["name"]: (item["args"], item["returns"], "plpgsql")
        for item in contract()["postgres_only"]["functions"]
    }
    triggers = {
        item["function"].removesuffix("()"): ("", "trigger", "plpgsql")
        for item in contract()["postgres_only"]["triggers"]
    }
    return functions | triggers


def expected_triggers() -> dict[str, tuple[str, str, str]]:
    """Table, condition and function of the triggers in a Postgres database."""
    return {
        item["name"]: (item["table"], item["when"].lower(), item["function"])
        for item in contract()["postgres_only"]["triggers"]
    }


def recorded_migrations(engine: str, modules: Iterable[str]) -> set[tuple[str, str]]:
    """What a new database must have recorded."""
    return {
        (app, name)
        for app, name in contract()["django_migrations"][engine]
        if app in {"lamindb", *modules}
    }


def _column(column: dict[str, Any], engine: str) -> dict[str, Any]:
    declared = column.get("type") or column["sqlite" if engine == "sqlite" else "pg"]
    if engine == "postgres":
        declared = POSTGRES_TYPES.get(declared, declared).replace("varchar", "character varying")
    default = column.get("default")
    return {
        "type": declared,
        "null": column["null"],
        "default": DEFAULTS[engine].get(default, default),
        "primary_key": column.get("pk", False),
        "identity": "identity" in column,
        "json": column.get("json", False) and engine == "sqlite",
    }


def _unique(item: dict[str, Any], engine: str) -> tuple[str, str, str, str]:
    """Name, columns, condition, and whether it is a constraint or an index."""
    columns = "lower(name)" if "expr" in item else ", ".join(item["cols"])
    where = item.get("where", "")
    if engine == "postgres":
        return item.get("pg") or item["name"], columns, where, item["pg_kind"]
    inline = item.get("sqlite") == "inline"
    return item.get("name", ""), columns, where, "constraint" if inline else "index"


def _indexes(table: dict[str, Any], engine: str) -> dict[str, str]:
    """Columns per index; those for prefix search exist on Postgres only."""
    if engine == "sqlite":
        return {item["name"]: ", ".join(item["cols"]) for item in table["indexes"]}
    indexes = {item.get("pg") or item["name"]: ", ".join(item["cols"]) for item in table["indexes"]}
    for column, name in table.get("pg_like_indexes", ()):
        text = "text" if table["columns"][column].get("type") == "text" else "varchar"
        indexes[name] = f"{column} {text}_pattern_ops"
    return indexes


def _checks(table: dict[str, Any], engine: str) -> dict[str, str]:
    """Condition per check; SQLite keeps the text that Django wrote, so only the name counts."""
    checks = table.get("checks", ())
    if engine == "sqlite":
        return {item["name"]: "" for item in checks if item["sqlite"]}
    return {item["name"]: item["pg"] for item in checks}


def differences(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """One line for each fact that is not as expected."""
    lines = [f"unexpected table {table}" for table in sorted(found.keys() - expected.keys())]
    for table, kinds in expected.items():
        if table not in found:
            lines.append(f"missing table {table}")
            continue
        for kind, facts in kinds.items():
            lines += _differing(f"{table} {kind}", found[table][kind], facts)
    return lines


def _differing(where: str, found: Any, expected: Any) -> list[str]:
    if isinstance(expected, dict):
        names = sorted(found.keys() | expected.keys())
        return [
            f"{where} {name}: {found.get(name)} instead of {expected.get(name)}"
            for name in names
            if found.get(name) != expected.get(name) or (name in found) != (name in expected)
        ]
    return [] if found == expected else [f"{where}: {found} instead of {expected}"]


def column_order(tables: dict[str, Any]) -> dict[str, list[str]]:
    """Names of columns in their order, which only SQLite's tables share with the contract."""
    return {table: list(facts["columns"]) for table, facts in tables.items()}
