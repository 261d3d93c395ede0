"""Write the packaged schemas, which create the tables of an instance without migrating.

The scripts hold what Django's `migrate` executes on an empty database, and the names of the
migrations that it records:

    python -m tools.build_schema            # write the scripts
    python -m tools.build_schema --check    # fail if they or the migrations are out of date

A Postgres server is started for it unless `--postgres URL` names an empty database.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from lamindb.setup import migrations, orm
from lamindb.setup.postgres import django_config

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("lamindb", "bionty", "pertdb")
FILES = {"sqlite": "sqlite.sql", "postgresql": "postgres.sql"}
ALIAS = "build_schema"
HEADER = "-- Written by tools/build_schema.py from the migrations of {module}: change those.\n"
NOW = {
    "sqlite": "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')",
    "postgresql": "STATEMENT_TIMESTAMP()",
}
IGNORED = re.compile(r"BEGIN|SELECT|PRAGMA|INSERT INTO \"django_migrations\"")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the result is the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--postgres", metavar="URL", help="an empty database")
    options = parser.parse_args(arguments)
    problems = missing_migrations()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = options.postgres or stack.enter_context(_temporary_postgres())
        files = {**build(sqlite_config(Path(folder) / "new.db")), **build(django_config(url))}
    for path, text in files.items():
        if not options.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            problems.append(f"{path.relative_to(ROOT)}: run python -m tools.build_schema")
    print(*problems, sep="\n", end="\n" * bool(problems))
    return bool(problems)


def missing_migrations() -> list[str]:
    """Differences between the models and the last state of the migrations."""
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    with mounted(MODULES) as apps:
        loader = MigrationLoader(None)
        models = ProjectState.from_apps(apps)
        changes = MigrationAutodetector(loader.project_state(), models).changes(loader.graph)
    return [
        f"{app}: no migration for: {operation.describe()}"
        for app, pending in changes.items()
        for migration in pending
        for operation in migration.operations
    ]


def build(config: dict[str, Any]) -> dict[Path, str]:
    """Migrate an empty database module by module, and note what is executed.

    Parameters
    ----------
    config : dict
        Django database settings.

    Returns
    -------
    dict
        Text of each script by its path.
    """
    scripts = {}
    with database(config) as connection:
        for number, module in enumerate(MODULES, start=1):
            known = recorded(connection)
            with mounted(MODULES[:number]), executed(connection) as statements:
                migrate(connection)
            added = [row for row in recorded(connection) if row not in known]
            path = ROOT / module / "migrations" / "schema" / FILES[connection.vendor]
            scripts[path] = script(module, statements, added, NOW[connection.vendor])
    return scripts


def script(module: str, statements: list[str], names: list[tuple[str, str]], now: str) -> str:
    """Join statements and the names of migrations into a script."""
    rows = ",\n".join(f"('{app}', '{name}', {now})" for app, name in names)
    insert = f'INSERT INTO "django_migrations" ("app", "name", "applied") VALUES\n{rows};\n'
    ended = [statement.rstrip("; \n") + ";\n" for statement in statements]
    return "".join([HEADER.format(module=module), *ended, insert])


def migrate(connection: Any) -> None:
    """Apply all migrations of the mounted modules."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def recorded(connection: Any) -> list[tuple[str, str]]:
    """Names of applied migrations in the order in which they were recorded."""
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connection)
    if not recorder.has_table():
        return []
    return list(recorder.migration_qs.order_by("id").values_list("app", "name"))


@contextmanager
def executed(connection: Any) -> Iterator[list[str]]:
    """Collect the statements that define tables."""
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not IGNORED.match(sql):
            assert not params, sql
            statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements


@contextmanager
def mounted(modules: tuple[str, ...]) -> Iterator[Any]:
    """Let exactly these modules take part in migrations."""
    from django.apps import apps

    import bionty.models  # noqa: F401
    import lamindb.models  # noqa: F401

    before = set(apps.app_configs)
    migrations.being_migrated.update(modules)
    try:
        for module in modules:
            importlib.import_module(f"{module}.models")
    finally:
        migrations.being_migrated.difference_update(modules)
    orm.set_mounted(set(modules))
    try:
        yield apps
    finally:
        orm.set_mounted(before)


@contextmanager
def database(config: dict[str, Any]) -> Iterator[Any]:
    """Open a database beside the default one."""
    orm.configure()
    from django.db import connections

    orm.point_default(config, ALIAS)
    try:
        yield connections[ALIAS]
    finally:
        orm.remove_database(ALIAS)


def sqlite_config(path: Path) -> dict[str, Any]:
    """Django database settings of a file, which may be missing."""
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


@contextmanager
def _temporary_postgres() -> Iterator[str]:
    """URL of an empty database on a server of our own."""
    from tests.support.postgres import running_server

    with running_server() as server:
        yield server.url(server.create_database())


if __name__ == "__main__":
    sys.exit(main())
