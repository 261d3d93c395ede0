"""SQLite databases have exactly the tables that LaminDB 2.12 makes and expects."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models import schema_contract, schema_reader
from tools import build_schema

CORE: tuple[str, ...] = ()
BIONTY = ("bionty",)
PERTDB = ("bionty", "pertdb")


def migrate(path: Path, modules: tuple[str, ...]) -> None:
    """Run all migrations on a file, which may be missing."""
    config = build_schema.sqlite_config(path)
    with build_schema.database(config) as connection:
        with build_schema.mounted(("lamindb", *modules)):
            build_schema.migrate(connection)


def run_scripts(path: Path, modules: tuple[str, ...]) -> None:
    """Run the packaged scripts in one transaction, as `lamin init` does."""
    scripts = [
        (build_schema.ROOT / module / "migrations/schema/sqlite.sql").read_text()
        for module in ("lamindb", *modules)
    ]
    connection = sqlite3.connect(path)
    connection.executescript("\n".join(["BEGIN;", *scripts, "COMMIT;"]))
    connection.close()


def definitions(path: Path) -> set[tuple[str, str, str]]:
    """Type, name and SQL of everything in the file."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    connection.close()
    return set(rows)


Maker = Callable[[Path, tuple[str, ...]], None]


@pytest.mark.parametrize("make", [migrate, run_scripts])
@pytest.mark.parametrize("modules", [CORE, BIONTY, PERTDB], ids=["core", "bionty", "pertdb"])
def test_tables_are_those_of_the_contract(tmp_path: Path, make: Maker, modules: tuple[str, ...]):
    make(tmp_path / "new.db", modules)
    found = schema_reader.read_sqlite(tmp_path / "new.db")
    expected = schema_contract.expected_tables("sqlite", modules)
    assert schema_contract.differences(found, expected) == []
    assert schema_contract.column_order(found) == schema_contract.column_order(expected)


@pytest.mark.parametrize("make", [migrate, run_scripts])
@pytest.mark.parametrize("modules", [CORE, BIONTY, PERTDB], ids=["core", "bionty", "pertdb"])
def test_the_migrations_of_the_known_product_are_recorded(
    tmp_path: Path, make: Maker, modules: tuple[str, ...]
):
    make(tmp_path / "new.db", modules)
    found = schema_reader.migrations_in_sqlite(tmp_path / "new.db")
    assert set(found) == schema_contract.recorded_migrations("sqlite", modules)
    assert len(found) == len(set(found))
    assert [name for app, name in found if app == "lamindb"][-1] == "0193_squashed"


def test_scripts_and_migrations_give_the_same_file(tmp_path: Path):
    migrate(tmp_path / "migrated.db", PERTDB)
    run_scripts(tmp_path / "scripted.db", PERTDB)
    assert definitions(tmp_path / "migrated.db") == definitions(tmp_path / "scripted.db")


def test_scripts_are_up_to_date(tmp_path: Path):
    built = build_schema.build(build_schema.sqlite_config(tmp_path / "new.db"))
    stale = [path.name for path, text in built.items() if path.read_text() != text]
    assert len(built) == 3
    assert stale == [], "run: python -m tools.build_schema"


def test_migrations_are_up_to_date():
    assert build_schema.missing_migrations() == []


def test_a_model_without_migration_is_noticed(monkeypatch: pytest.MonkeyPatch):
    from lamindb.models import ULabel

    monkeypatch.setattr(ULabel._meta.get_field("name"), "max_length", 151)
    assert build_schema.missing_migrations() == [
        "lamindb: no migration for: Alter field name on ulabel"
    ]


def test_a_migrated_database_stays_as_it_is(tmp_path: Path):
    run_scripts(tmp_path / "new.db", PERTDB)
    before = (tmp_path / "new.db").read_bytes()
    migrate(tmp_path / "new.db", PERTDB)
    assert (tmp_path / "new.db").read_bytes() == before


def test_bionty_can_be_added_to_a_core_database(tmp_path: Path):
    run_scripts(tmp_path / "core.db", CORE)
    migrate(tmp_path / "core.db", BIONTY)
    found = schema_reader.read_sqlite(tmp_path / "core.db")
    expected = schema_contract.expected_tables("sqlite", BIONTY)
    assert schema_contract.differences(found, expected) == []


@pytest.fixture
def existing(test_data: Path, tmp_path: Path) -> Path:
    """Copy of a database of LaminDB 2.12 with the modules bionty and pertdb."""
    original = test_data / "existing-2.12/sqlite/store/.lamindb/lamin.db"
    return shutil.copyfile(original, tmp_path / "existing.db")


def test_a_database_of_the_known_product_has_the_same_tables(existing: Path):
    found = schema_reader.read_sqlite(existing)
    expected = schema_contract.expected_tables("sqlite", PERTDB)
    assert schema_contract.differences(found, expected) == []
    assert schema_contract.column_order(found) == schema_contract.column_order(expected)


def test_a_database_of_the_known_product_has_the_same_definitions(existing: Path, tmp_path: Path):
    def indexes(path: Path) -> dict[str, str]:
        return {name: sql for type_, name, sql in definitions(path) if type_ == "index" and sql}

    run_scripts(tmp_path / "new.db", PERTDB)
    assert indexes(tmp_path / "new.db") == indexes(existing)


def test_a_database_of_the_known_product_needs_no_migration(existing: Path):
    before = existing.read_bytes()
    migrate(existing, PERTDB)
    assert existing.read_bytes() == before


def test_a_rolled_back_script_leaves_nothing(tmp_path: Path):
    script = (build_schema.ROOT / "lamindb/migrations/schema/sqlite.sql").read_text()
    connection = sqlite3.connect(tmp_path / "new.db")
    connection.executescript(f"BEGIN; {script} ROLLBACK;")
    assert connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()
