"""The text of a table in memory, where a string is found faster than by reading the rows."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BYTES = 64 * 2**20

MAX_MATCHES = 5_000
"""A query that names more rows than that takes longer than one that reads all of them."""

BETWEEN_COLUMNS = "\x1f"
BETWEEN_ROWS = b"\x1e"


class TextIndex:
    """Text of all rows, one after the other, in lower case.

    Parameters
    ----------
    rows
        Pairs of primary key and text in lower case, encoded as UTF-8.

    Examples
    --------
    >>> TextIndex([(1, b"control"), (2, b"treated")]).find("eat")
    [2]
    """

    def __init__(self, rows: Sequence[tuple[int, bytes]]) -> None:
        self._ids = array("q", [pk for pk, _ in rows])
        self._starts = array("q")
        start = 0
        for _, text in rows:
            self._starts.append(start)
            start += len(text) + len(BETWEEN_ROWS)
        self._text = BETWEEN_ROWS.join([text for _, text in rows])

    def find(self, text: str) -> list[int] | None:
        """Primary keys of the rows that contain an ASCII text, whatever its case.

        Returns
        -------
        None if there are more than `MAX_MATCHES`.
        """
        wanted = text.lower().encode()
        found: list[int] = []
        position = self._text.find(wanted)
        while position >= 0:
            if len(found) == MAX_MATCHES:
                return None
            row = bisect_right(self._starts, position)
            found.append(self._ids[row - 1])
            if row == len(self._starts):
                break
            position = self._text.find(wanted, self._starts[row])
        return found


def can_find(text: str) -> bool:
    """Whether an index finds the same rows as the database does, and no match crosses a border."""
    return text.isascii() and text.isprintable()


def build_index(
    connection: Any, table: str, pk: str, columns: Sequence[str], max_bytes: int = MAX_BYTES
) -> TextIndex | None:
    """Index of the text columns of a table of SQLite.

    Parameters
    ----------
    connection
        Connection of the module `sqlite3`.
    table, pk, columns
        Names of the table, its primary key and its text columns.
    max_bytes
        Stop reading when the text takes more memory than that.

    Returns
    -------
    None if there is too much text.
    """
    joined = f" || '{BETWEEN_COLUMNS}' || ".join(f"coalesce(\"{name}\", '')" for name in columns)
    rows = []
    size = 0
    for row in connection.execute(f'SELECT "{pk}", CAST(lower({joined}) AS BLOB) FROM "{table}"'):
        size += len(row[1])
        if size > max_bytes:
            return None
        rows.append(row)
    return TextIndex(rows)
