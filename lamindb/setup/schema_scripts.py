"""Packaged schemas: `<module>/migrations/schema/` holds SQL scripts, and first rows as JSON.

They are made from the migrations, and give the same database much faster. `rows.json` has the form
`{table: {"constants": {column: value}, "columns": [column, …], "rows": [[value, …], …]}}`; the
column `created_by_id` is filled in with the current user.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from lamindb.setup import user_rows
from lamindb.setup.module_packages import CORE, package_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.setup.database import Cursor
    from lamindb.setup.instance import InstanceSettings
    from lamindb.setup.user import UserSettings

SCRIPTS = {"sqlite": "sqlite.sql", "postgresql": "postgres.sql"}
ALL_SPACE = ("a" * 12, "all", "Every team & user with access to the instance has access.")
TRASH = ("t" * 12, "trash", "The trash.")
ARCHIVE = ("a" * 12, "archive", "The archive.")
MAIN = ("m" * 12, "main", "The main & default branch of the instance.")
FOREIGN_APPS = frozenset({"contenttypes", "auth", "admin", "sessions", "sites", "pgtrigger"})


def script_of(module: str, dialect: str) -> Path | None:
    """Packaged schema of a module, None if it has none and needs its migrations."""
    if os.environ.get("LAMINDB_INIT_FROM_SCRATCH", "").lower() == "true":
        return None
    path = package_folder(module) / "migrations" / "schema" / SCRIPTS[dialect]
    return path if path.is_file() else None


def without_script(modules: list[str], dialect: str) -> list[str]:
    """Those of several modules that have to be migrated by Django."""
    return [module for module in modules if script_of(module, dialect) is None]


def recorded_modules(cursor: Cursor) -> list[str]:
    """Apps with recorded migrations, in the order in which they were mounted, with `lamindb`."""
    if not cursor.has_table("django_migrations"):
        return []
    cursor.execute("SELECT app FROM django_migrations GROUP BY app ORDER BY MIN(id)")
    return [app for (app,) in cursor.fetchall() if app not in FOREIGN_APPS]


def is_complete(cursor: Cursor) -> bool:
    """Whether an instance was initialized to the end in this database."""
    if CORE not in recorded_modules(cursor) or not cursor.has_table("lamindb_storage"):
        return False
    uids = [ALL_SPACE[0], TRASH[0], ARCHIVE[0], MAIN[0]]
    cursor.execute(
        "SELECT (SELECT COUNT(*) FROM lamindb_space WHERE uid = %s),"
        " (SELECT COUNT(*) FROM lamindb_branch WHERE uid IN (%s, %s, %s)),"
        " (SELECT COUNT(*) FROM lamindb_storage WHERE instance_uid IS NOT NULL)",
        uids,
    )
    n_spaces, n_branches, n_storages = cursor.fetchone()
    return bool(n_spaces == 1 and n_branches == 3 and n_storages >= 1)


def create_tables(cursor: Cursor, modules: list[str]) -> None:
    """Run the packaged schemas of modules that have one and aren't in the database yet."""
    present = recorded_modules(cursor)
    for module in modules:
        script = script_of(module, cursor.dialect)
        if script is not None and module not in present:
            cursor.script(script.read_text(encoding="utf-8"))


def insert_first_rows(cursor: Cursor, instance: InstanceSettings, user: UserSettings) -> None:
    """Insert the rows that every instance has; those that exist already stay as they are."""
    _insert_missing(cursor, "lamindb_space", _named(ALL_SPACE))
    user_id = user_rows.ensure_user(cursor, user)
    creation = {"created_by_id": user_id, "_aux": None}
    _insert_missing(cursor, "lamindb_branch", {"id": -1, **_named(TRASH), **creation})
    _insert_missing(cursor, "lamindb_branch", {"id": 0, **_named(ARCHIVE), **creation})
    # main gets its id, 1, from the sequence, so that the next branch gets 2
    _insert_missing(cursor, "lamindb_branch", {**_named(MAIN), **creation})
    storage = instance.storage
    location = {"root": storage.root_as_str, "type": storage.type, "region": storage.region}
    identity = {"uid": storage.uid, "instance_uid": instance.uid}
    _insert_missing(cursor, "lamindb_storage", {**identity, **location, **creation})


def _named(values: tuple[str, str, str]) -> dict[str, object]:
    return dict(zip(("uid", "name", "description"), values, strict=True))


def insert_module_rows(cursor: Cursor, modules: list[str], user: UserSettings) -> None:
    """Insert the first rows of modules into their empty tables."""
    user_id: int | None = None
    for module in modules:
        path = package_folder(module) / "migrations" / "schema" / "rows.json"
        tables = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        for table, content in tables.items():
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            if cursor.fetchone()[0]:
                continue
            if user_id is None:
                user_id = user_rows.ensure_user(cursor, user)
            _insert_table(cursor, table, content, user_id)


def _insert_table(cursor: Cursor, table: str, content: dict[str, Any], user_id: int) -> None:
    constants = {**content.get("constants", {}), "created_by_id": user_id}
    columns = [*content["columns"], *constants]
    names, marks = ", ".join(f'"{c}"' for c in columns), ", ".join(["%s"] * len(columns))
    for row in content["rows"]:
        values = [*row, *constants.values()]
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)


def _insert_missing(cursor: Cursor, table: str, row: dict[str, object]) -> None:
    cursor.execute(f"SELECT 1 FROM {table} WHERE uid = %s", [row["uid"]])
    if cursor.fetchone() is None:
        names, marks = ", ".join(f'"{c}"' for c in row), ", ".join(["%s"] * len(row))
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
