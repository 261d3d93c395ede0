"""What searches keep per connection to SQLite: the rank function and text indexes.

Reading all rows costs a search about 0.3 ms per thousand. Who searches the same table again, while
nothing has changed in the database, is likely to go on: then its text is kept in memory. Any
change, by whichever process, makes the next search read the rows again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from lamindb.models.registry_fields import text_fields

from .needle import Needle
from .text_index import TextIndex, build_index, can_find

if TYPE_CHECKING:
    from lamindb.models import Registry

RANK_FUNCTION = "lamindb_search_rank"
MIN_ROWS = 10_000
"""Smaller tables are read so fast that an index does not pay."""


class OpenDatabase:
    """An open SQLite file with the text indexes of its tables.

    Parameters
    ----------
    connection
        Connection of the module `sqlite3`.
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._version: tuple[int, int] | None = None
        self._indexes: dict[Registry, TextIndex | None] = {}
        connection.create_function(RANK_FUNCTION, -1, rank, deterministic=True)

    def find(self, registry: Registry, text: str) -> list[int] | None:
        """Primary keys of all rows that contain a text in any text column, of any branch.

        Returns
        -------
        None if there is no index that knows, or if it finds too many.
        """
        # a transaction may be rolled back, which leaves no trace in the version
        if self.connection.in_transaction or not can_find(text):
            return None
        version = self._current_version()
        if version != self._version:
            self._indexes.clear()
            self._version = version
        if registry not in self._indexes:
            self._indexes[registry] = None
            return None
        index = self._indexes[registry]
        if index is None:
            index = self._indexes[registry] = self._build(registry)
        return None if index is None else index.find(text)

    def _current_version(self) -> tuple[int, int]:
        """Changes with every commit: one part through others, one through this connection.

        See https://www.sqlite.org/pragma.html#pragma_data_version.
        """
        (others,) = self.connection.execute("PRAGMA data_version").fetchone()
        return others, self.connection.total_changes

    def _build(self, registry: Registry) -> TextIndex | None:
        table, pk = registry._meta.db_table, registry._meta.pk.column
        (last,) = self.connection.execute(f'SELECT max("{pk}") FROM "{table}"').fetchone()
        if (last or 0) < MIN_ROWS:
            return None
        return build_index(self.connection, table, pk, [f.column for f in text_fields(registry)])


_open: WeakKeyDictionary[Any, OpenDatabase] = WeakKeyDictionary()


def open_database(connection: Any) -> OpenDatabase:
    """State of a Django connection; a new one whenever it was opened again."""
    connection.ensure_connection()
    database = _open.get(connection)
    if database is None or database.connection is not connection.connection:
        database = _open[connection] = OpenDatabase(connection.connection)
    return database


def rank(text: str, case_sensitive: int, *values: str | None) -> int:
    """Points of a row, as SQLite calls it."""
    return Needle(text, bool(case_sensitive)).points(*values)
