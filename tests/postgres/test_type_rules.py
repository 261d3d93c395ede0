"""Postgres itself keeps types sound and remembers the former names of features."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.postgres.test_schema_postgres import CORE, run_scripts
from tests.support.postgres import PostgresServer

# columns that must be given and have no default in the database
REQUIRED: dict[str, dict[str, Any]] = {
    "feature": {"_dtype_str": "int", "array_rank": 0, "array_size": 0},
    "project": {},
    "record": {},
    "reference": {},
    "schema": {"minimal_set": True, "ordered_set": False, "maximal_set": False},
    "ulabel": {},
}
MAX_DEPTH = 100

every_registry = pytest.mark.parametrize("registry", REQUIRED)


@pytest.fixture(scope="module")
def database(postgres_server: PostgresServer) -> Iterator[str]:
    """URL of a database with a user, the main branch and two spaces."""
    name = postgres_server.create_database()
    run_scripts(postgres_server.url(name), CORE)
    with psycopg.connect(postgres_server.url(name)) as connection:
        connection.execute("INSERT INTO lamindb_user (uid, handle) VALUES ('u', 'user')")
        connection.execute(
            "INSERT INTO lamindb_space (name, uid)"
            " VALUES ('all', 'aaaaaaaaaaaa'), ('lab', 'labspace1234')"
        )
        connection.execute(
            "INSERT INTO lamindb_branch (name, uid, created_by_id) VALUES ('main', 'm', 1)"
        )
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


class Rows:
    """Inserts and changes rows of one registry."""

    def __init__(self, connection: psycopg.Connection, registry: str):
        self.connection = connection
        self.registry = registry
        self._count = 0

    def add(self, **values: Any) -> int:
        self._count += 1
        row = {
            "uid": f"uid{self._count}",
            "name": f"name {self._count}",
            "created_by_id": 1,
            **REQUIRED[self.registry],
            **values,
        }
        columns, marks = ", ".join(row), ", ".join(["%s"] * len(row))
        found = self.connection.execute(
            f"INSERT INTO lamindb_{self.registry} ({columns}) VALUES ({marks}) RETURNING id",
            list(row.values()),
        ).fetchone()
        assert found is not None
        return found[0]

    def change(self, id: int, **values: Any) -> None:
        assignments = ", ".join(f"{column} = %s" for column in values)
        self.connection.execute(
            f"UPDATE lamindb_{self.registry} SET {assignments} WHERE id = %s",
            [*values.values(), id],
        )

    def get(self, id: int, columns: str) -> tuple[Any, ...]:
        found = self.connection.execute(
            f"SELECT {columns} FROM lamindb_{self.registry} WHERE id = %s", [id]
        ).fetchone()
        assert found is not None
        return found

    def chain(self, length: int) -> list[int]:
        """Types, each of which has the one before as its type."""
        ids = [self.add(is_type=True)]
        while len(ids) < length:
            ids.append(self.add(is_type=True, type_id=ids[-1]))
        return ids


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """A transaction that is rolled back."""
    with psycopg.connect(database) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def rows(connection: psycopg.Connection, registry: str) -> Rows:
    return Rows(connection, registry)


@every_registry
def test_a_type_must_be_a_type(rows: Rows, registry: str):
    a_type, no_type = rows.add(is_type=True), rows.add()
    assert rows.get(rows.add(type_id=a_type), "type_id") == (a_type,)
    with pytest.raises(psycopg.errors.CheckViolation, match=f"{registry}_type_is_valid_fk"):
        rows.add(type_id=no_type)


@every_registry
def test_a_row_can_be_turned_into_another_type(rows: Rows):
    first, second = rows.add(is_type=True), rows.add(is_type=True)
    row = rows.add(type_id=first)
    rows.change(row, type_id=second)
    assert rows.get(row, "type_id") == (second,)
    rows.change(row, type_id=None)
    assert rows.get(row, "type_id") == (None,)


@every_registry
def test_a_row_is_not_its_own_type(rows: Rows, registry: str):
    row = rows.add(is_type=True)
    message = f"Cannot set type: {registry} cannot be its own type"
    with pytest.raises(psycopg.errors.RaiseException, match=message):
        rows.change(row, type_id=row)


@every_registry
@pytest.mark.parametrize("length", [2, 3, MAX_DEPTH])
def test_types_make_no_cycle(rows: Rows, length: int):
    chain = rows.chain(length)
    with pytest.raises(psycopg.errors.RaiseException, match="type: would create a cycle"):
        rows.change(chain[0], type_id=chain[-1])


def space_message(registry: str) -> str:
    policy = "locked" if registry == "record" else "single-space"
    return f"Cannot set type: {registry} space must match {policy} type space"


@every_registry
def test_a_single_space_type_takes_rows_of_its_space(rows: Rows, registry: str):
    a_type = rows.add(is_type=True, space_id=2, _aux=Jsonb({"ss": 1}))
    rows.add(type_id=a_type, space_id=2)
    with pytest.raises(psycopg.errors.RaiseException, match=space_message(registry)):
        rows.add(type_id=a_type, space_id=1)


@every_registry
def test_a_type_with_the_uid_of_a_space_takes_rows_of_that_space(rows: Rows, registry: str):
    a_type = rows.add(is_type=True, space_id=1, _aux=Jsonb({"ss": "labspace1234"}))
    rows.add(type_id=a_type, space_id=2)
    with pytest.raises(psycopg.errors.RaiseException, match=space_message(registry)):
        rows.add(type_id=a_type, space_id=1)


@every_registry
@pytest.mark.parametrize("aux", [None, Jsonb(None), Jsonb({}), Jsonb({"ei": "🧪"})])
def test_other_types_take_rows_of_all_spaces(rows: Rows, aux: Any):
    a_type = rows.add(is_type=True, space_id=2, _aux=aux)
    assert rows.get(rows.add(type_id=a_type, space_id=1), "space_id") == (1,)


@every_registry
def test_a_session_can_ignore_a_trigger(rows: Rows, registry: str, connection: psycopg.Connection):
    row = rows.add(is_type=True)
    found = connection.execute(
        "SELECT tgname FROM pg_trigger WHERE tgname LIKE %s", [f"pgtrigger_prevent_{registry}%"]
    ).fetchone()
    assert found is not None
    ignored = f"{{lamindb_other:some_trigger,lamindb_{registry}:{found[0]}}}"
    connection.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [ignored])
    rows.change(row, type_id=row)
    assert rows.get(row, "type_id") == (row,)

    connection.execute("SELECT set_config('pgtrigger.ignore', '', true)")
    with pytest.raises(psycopg.errors.RaiseException):
        rows.change(row, type_id=row)


@pytest.mark.parametrize("registry", ["record"])
def test_a_record_type_with_a_schema_has_records_but_no_types(
    rows: Rows, connection: psycopg.Connection
):
    schema = Rows(connection, "schema").add()
    frame = rows.add(is_type=True, schema_id=schema)
    rows.add(type_id=frame)
    with pytest.raises(psycopg.errors.CheckViolation, match="record_type_is_valid_fk"):
        rows.add(type_id=frame, is_type=True)


@pytest.mark.parametrize("registry", ["feature"])
@pytest.mark.parametrize(
    ("synonyms", "name", "expected"),
    [
        (None, "old", "old"),
        ("", "old", "old"),
        ("other", "old", "other|old"),
        ("older", "old", "older"),
        ("a|old|b", "old", "a|old|b"),
    ],
)
def test_a_renamed_feature_keeps_its_former_name_as_synonym(
    rows: Rows, synonyms: str | None, name: str, expected: str
):
    row = rows.add(name=name, synonyms=synonyms)
    rows.change(row, name="new")
    assert rows.get(row, "name, synonyms") == ("new", expected)


@pytest.mark.parametrize("registry", ["feature"])
@pytest.mark.parametrize(
    ("aux", "kept", "renamed"),
    [
        (None, {}, {}),
        (Jsonb(None), {}, {}),
        (Jsonb({}), {}, {}),
        (Jsonb({"ei": "🧪"}), {"ei": "🧪"}, {}),
        (
            Jsonb({"renamed": {"2020-01-01T00:00:00Z": "oldest"}}),
            {},
            {"2020-01-01T00:00:00Z": "oldest"},
        ),
    ],
)
def test_a_renamed_feature_keeps_a_history(
    rows: Rows, aux: Any, kept: dict[str, Any], renamed: dict[str, str]
):
    row = rows.add(name="old", _aux=aux)
    rows.change(row, name="new")
    (found,) = rows.get(row, "_aux")
    history = found.pop("renamed")
    assert found == kept
    (time,) = history.keys() - renamed.keys()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time)
    assert history == {**renamed, time: "old"}


@pytest.mark.parametrize("registry", ["feature"])
def test_other_changes_of_a_feature_leave_no_history(rows: Rows):
    row = rows.add(name="same")
    rows.change(row, name="same", description="changed")
    assert rows.get(row, "synonyms, _aux") == (None, None)


@pytest.mark.parametrize("registry", ["feature"])
def test_the_history_has_utc_times(rows: Rows, connection: psycopg.Connection):
    connection.execute("SET LOCAL timezone = 'Asia/Tokyo'")
    row = rows.add(name="old")
    rows.change(row, name="new")
    (aux,) = rows.get(row, "_aux")
    now = connection.execute("SELECT now() AT TIME ZONE 'UTC'").fetchone()
    assert now is not None
    assert list(aux["renamed"]) == [now[0].strftime("%Y-%m-%dT%H:%M:%SZ")]
