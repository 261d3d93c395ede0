"""Databases of instances without Django: opened with `sqlite3` or psycopg for set-up work."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager

from lamindb.setup import files, postgres

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from lamindb.setup.instance import InstanceSettings

BUSY_SECONDS = 60
ADVISORY_LOCK = 0x6C616D696E  # "lamin" as a number
COMPANIONS = ("", "-wal", "-shm", "-journal")
"""What SQLite appends to the name of a database file."""


class Cursor:
    """DB-API cursor that takes `%s` parameters and whole scripts, whatever the database.

    Parameters
    ----------
    cursor
        The cursor of the driver.
    dialect : str
        `"sqlite"` or `"postgresql"`.
    """

    def __init__(self, cursor: Any, dialect: str) -> None:
        self._cursor = cursor
        self.dialect = dialect

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement."""
        if isinstance(self._cursor, sqlite3.Cursor):
            sql = sql.replace("%s", "?")
        self._cursor.execute(sql, parameters)

    def script(self, sql: str) -> None:
        """Run a script inside of the present transaction."""
        if isinstance(self._cursor, sqlite3.Cursor):
            _run_statements(self._cursor, sql)
        else:
            self._cursor.execute(sql)

    def fetchone(self) -> Any:
        """Next row, None if there is none."""
        return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        rows: list[Any] = self._cursor.fetchall()
        return rows

    def wait_for_others(self) -> None:
        """Let one process at a time create an instance in a Postgres database."""
        self._cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])

    def has_table(self, name: str) -> bool:
        """Whether the database has a table of this name."""
        if self.dialect == "sqlite":
            self.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = %s", [name])
        else:
            self.execute("SELECT 1 WHERE to_regclass(%s) IS NOT NULL", [name])
        return self.fetchone() is not None


def _run_statements(cursor: sqlite3.Cursor, sql: str) -> None:
    """Like `executescript`, which would commit first."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            cursor.execute(statement)
            statement = ""
    if statement.strip():
        cursor.execute(statement)


@contextmanager
def transaction(instance: InstanceSettings) -> Iterator[Cursor]:
    """Write to the database of an instance in one transaction.

    Yields
    ------
    Cursor
        The transaction is committed at the end of the block, rolled back after an exception.
    """
    if instance.dialect == "sqlite":
        with sqlite_transaction(instance.sqlite_file) as cursor:
            yield cursor
    else:
        with postgres_transaction(instance.db) as cursor:
            yield cursor


@contextmanager
def sqlite_transaction(path: Path) -> Iterator[Cursor]:
    """Write to an existing SQLite file in one transaction."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, BUSY_SECONDS, isolation_level=None, uri=True)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield Cursor(connection.cursor(), "sqlite")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def postgres_transaction(url: str) -> Iterator[Cursor]:
    """Write to a Postgres database in one transaction."""
    with connect_postgres(url) as connection:
        with connection.cursor() as cursor:
            # what is stored as UTC without offset must not be read as local time
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            yield Cursor(cursor, "postgresql")


def connect_postgres(url: str) -> Any:
    """Open a Postgres database.

    Raises
    ------
    ConnectionError
        If the server can't be reached or refuses the login; without the password.
    """
    import psycopg

    try:
        return psycopg.connect(postgres.connection_url(postgres.normalized_url(url)))
    except psycopg.OperationalError as error:
        raise ConnectionError(
            f"Cannot connect to the database {postgres.masked_url(url)}:"
            f" {' '.join(str(error).split())}"
        ) from error


@contextmanager
def reading(instance: InstanceSettings) -> Iterator[Cursor]:
    """Read from the database of an instance.

    Raises
    ------
    FileNotFoundError
        If the SQLite file doesn't exist.
    ConnectionError
        If the Postgres server can't be reached.
    """
    if instance.dialect == "sqlite":
        with reading_file(instance.sqlite_file) as cursor:
            yield cursor
    else:
        with postgres_transaction(instance.db) as cursor:
            yield cursor


@contextmanager
def reading_file(path: Path) -> Iterator[Cursor]:
    """Read from a SQLite file."""
    if not path.is_file():
        raise FileNotFoundError(f"SQLite file {path} does not exist")
    # not `mode=ro`, which can't remove the companions of a file in WAL mode when it is closed
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, BUSY_SECONDS, uri=True)) as connection:
        connection.execute("PRAGMA query_only = ON")
        yield Cursor(connection.cursor(), "sqlite")


def is_database_error(error: BaseException) -> bool:
    """Whether an exception comes from `sqlite3`, psycopg or Django."""
    names = {f"{c.__module__.partition('.')[0]}.{c.__name__}" for c in type(error).__mro__}
    return not names.isdisjoint({"sqlite3.Error", "psycopg.Error", "django.Error"})


@contextmanager
def new_sqlite_file(temporary: Path) -> Iterator[Cursor]:
    """Fill a new SQLite file; it is in WAL mode and on disk at the end of the block.

    See https://www.sqlite.org/wal.html.
    """
    with closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
        # nobody reads the file before it is complete, so there is nothing to protect
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        yield Cursor(connection.cursor(), "sqlite")
        connection.execute("COMMIT")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = WAL")


def remove_sqlite_file(path: Path) -> None:
    """Remove a SQLite file with its companions."""
    for suffix in COMPANIONS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def publish_sqlite_file(temporary: Path, path: Path) -> None:
    """Move a complete SQLite file into its place.

    An unfinished file there is replaced; a database that another process created meanwhile stays.
    """
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    if path.exists() and is_unfinished(path):
        remove_sqlite_file(path)
    if files.publish(temporary, path):
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def is_unfinished(path: Path) -> bool:
    """Whether a SQLite file has nothing to lose, like what an interrupted `init` leaves."""
    with reading_file(path) as cursor:
        cursor.execute("SELECT COUNT(*) FROM sqlite_master")
        if cursor.fetchone()[0] == 0:
            return True
        if not cursor.has_table("lamindb_storage"):
            return False
        cursor.execute("SELECT COUNT(*) FROM lamindb_storage")
        return bool(cursor.fetchone()[0] == 0)
