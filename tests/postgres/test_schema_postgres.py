"""Postgres databases have exactly the tables that LaminDB 2.12 makes and expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lamindb.setup.postgres import django_config
from tests.models import schema_contract, schema_reader
from tests.postgres.existing_dump import restore
from tests.support.postgres import PostgresServer
from tools import build_schema

CORE: tuple[str, ...] = ()
BIONTY = ("bionty",)
PERTDB = ("bionty", "pertdb")


def migrate(url: str, modules: tuple[str, ...]) -> None:
    """Run all migrations."""
    with build_schema.database(django_config(url)) as connection:
        with build_schema.mounted(("lamindb", *modules)):
            build_schema.migrate(connection)


def run_scripts(url: str, modules: tuple[str, ...]) -> None:
    """Run each packaged script with one call in one transaction, as `lamin init` does."""
    with psycopg.connect(url) as connection:
        for module in ("lamindb", *modules):
            path = build_schema.ROOT / module / "migrations/schema/postgres.sql"
            connection.execute(path.read_text())


def read_everything(url: str) -> dict[str, Any]:
    return {
        "tables": schema_reader.read_postgres(url),
        "functions": schema_reader.functions_in_postgres(url),
        "triggers": schema_reader.triggers_in_postgres(url),
        "migrations": schema_reader.migrations_in_postgres(url),
    }


Maker = Callable[[str, tuple[str, ...]], None]


@pytest.fixture(
    scope="module",
    params=[
        (migrate, CORE),
        (migrate, BIONTY),
        (migrate, PERTDB),
        (run_scripts, CORE),
        (run_scripts, BIONTY),
        (run_scripts, PERTDB),
    ],
    ids=[
        "migrated core",
        "migrated bionty",
        "migrated pertdb",
        "scripted core",
        "scripted bionty",
        "scripted pertdb",
    ],
)
def made(
    request: pytest.FixtureRequest, postgres_server: PostgresServer
) -> Iterator[tuple[dict[str, Any], set[str]]]:
    """Facts about a new database, and its modules."""
    make, modules = request.param
    name = postgres_server.create_database()
    make(postgres_server.url(name), modules)
    yield read_everything(postgres_server.url(name)), modules
    postgres_server.drop_database(name)


def test_tables_are_those_of_the_contract(made: tuple[dict[str, Any], set[str]]):
    found, modules = made
    expected = schema_contract.expected_tables("postgres", modules)
    assert schema_contract.differences(found["tables"], expected) == []


def test_functions_and_triggers_are_those_of_the_contract(made: tuple[dict[str, Any], set[str]]):
    found, _ = made
    assert found["functions"] == schema_contract.expected_functions()
    assert found["triggers"] == schema_contract.expected_triggers()


def test_the_migrations_of_the_known_product_are_recorded(made: tuple[dict[str, Any], set[str]]):
    found, modules = made
    assert set(found["migrations"]) == schema_contract.recorded_migrations("postgres", modules)
    assert len(found["migrations"]) == len(set(found["migrations"]))


def test_scripts_are_up_to_date(postgres_url: str):
    built = build_schema.build(django_config(postgres_url))
    stale = [path.name for path, text in built.items() if path.read_text() != text]
    assert len(built) == 3
    assert stale == [], "run: python -m tools.build_schema"


def test_the_command_line_checks_without_writing(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(build_schema, "HEADER", "-- another header of {module}\n")
    path = build_schema.ROOT / "bionty/migrations/schema/postgres.sql"
    before = path.read_text()
    assert build_schema.main(["--check", "--postgres", postgres_url]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{module}/migrations/schema/{engine}.sql: run python -m tools.build_schema"
        for engine in ("sqlite", "postgres")
        for module in ("lamindb", "bionty", "pertdb")
    ]
    assert path.read_text() == before


def test_the_command_line_finds_nothing_to_do(postgres_url: str):
    assert build_schema.main(["--check", "--postgres", postgres_url]) == 0


def test_a_database_of_the_known_product_has_the_same_schema(postgres_url: str, test_data: Path):
    restore(test_data / "existing-2.12/postgres/existing.sql.gz", postgres_url)
    before = read_everything(postgres_url)
    expected = schema_contract.expected_tables("postgres", PERTDB)
    assert schema_contract.differences(before["tables"], expected) == []
    assert before["functions"] == schema_contract.expected_functions()
    assert before["triggers"] == schema_contract.expected_triggers()

    migrate(postgres_url, PERTDB)
    assert read_everything(postgres_url) == before


def test_an_interrupted_script_leaves_nothing(postgres_url: str):
    script = (build_schema.ROOT / "lamindb/migrations/schema/postgres.sql").read_text()
    with pytest.raises(psycopg.errors.DivisionByZero):
        with psycopg.connect(postgres_url) as connection:
            connection.execute(f"{script} SELECT 1 / 0;")
    assert schema_reader.read_postgres(postgres_url) == {}
    assert schema_reader.functions_in_postgres(postgres_url) == {}
