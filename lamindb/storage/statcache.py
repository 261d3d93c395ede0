"""Hashes of files that did not change, so that they are never read again.

The cache is a SQLite file. An entry counts only while device, inode, size and both time stamps of
the file are the same, and only if the file was old enough when it was hashed for a later change to
show in its time stamps. Large files have a row each, the files of a folder one row together. A
damaged cache file is discarded, and without one everything works, just slower.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import zlib
from contextlib import suppress
from pathlib import Path

from lamindb.base.hashing import FileHash
from lamindb.base.log import logger
from lamindb.storage.abc import Signature, signed
from lamindb.storage.mounts import devices_of_this_kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike
    from typing import Any

    _Row = tuple[Any, ...]

__all__ = ["StatCache"]

_VERSION = 2
_MAX_BYTES = 512 * 1024 * 1024
_BATCH = 500
# what SQLite says if the file is good but can't be used now; anything else means damage
_UNUSABLE = ("locked", "busy", "unable to open", "readonly", "is full", "disk I/O error")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    device INTEGER, inode INTEGER, size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER,
    hash TEXT, hash_type TEXT, checksum INTEGER,
    PRIMARY KEY (device, inode)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS folders (
    device INTEGER, inode INTEGER, checksum INTEGER, content BLOB,
    PRIMARY KEY (device, inode)
);
"""


class StatCache:
    """Remembers the hash of a file by what the file system says about it.

    Safe for threads and processes; a forked process opens the file anew.

    Parameters
    ----------
    file : str or path-like
        The cache file, created on first use.

    Example
    -------
    >>> cache = StatCache("/home/me/.cache/lamindb/hashes.sqlite3")  # doctest: +SKIP
    >>> cache.get_many([signature])  # doctest: +SKIP
    {}
    """

    def __init__(self, file: str | PathLike[str]) -> None:
        self._file = Path(file)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process_id = 0

    def get_many(self, signatures: Iterable[Signature]) -> dict[Signature, FileHash]:
        """Return the known hashes.

        Parameters
        ----------
        signatures : iterable of Signature
            Of the files as they are now.

        Returns
        -------
        dict
            Only those that are known.

        Example
        -------
        >>> cache.get_many([Signature.of(os.stat("data.csv"))])  # doctest: +SKIP
        """
        wanted = {(signed(one.device), signed(one.inode)): one for one in signatures}
        found: dict[Signature, FileHash] = {}
        for row in self._select(list(wanted)):
            signature = wanted[row[0], row[1]]
            is_same = row[2:5] == (signature.size, signature.mtime_ns, signature.ctime_ns)
            if is_same and row[7] == _checksum(row[:7]):
                found[signature] = FileHash(row[5], row[6], signature.size)
        return found

    def put_many(self, hashes: Iterable[tuple[Signature, FileHash]], read_at_ns: int) -> None:
        """Remember the hashes of files that are old enough.

        Parameters
        ----------
        hashes : iterable of tuple
            The signature of each file, the same before and after reading it, and its hash.
        read_at_ns : int
            When reading began, in nanoseconds since 1970.

        Example
        -------
        >>> cache.put_many([(signature, hash_file("data.csv"))], started)  # doctest: +SKIP
        """
        rows = []
        devices = devices_of_this_kernel()
        for signature, file_hash in hashes:
            if signature.is_settled(read_at_ns, devices=devices):
                values = (
                    signed(signature.device),
                    signed(signature.inode),
                    *signature[2:],
                    file_hash.hash,
                    file_hash.hash_type,
                )
                rows.append((*values, _checksum(values)))
        if rows:
            self._insert("files", rows)

    def get_folder(self, device: int, inode: int) -> bytes | None:
        """Return what is known about the files of a folder.

        Parameters
        ----------
        device, inode : int
            Which folder.

        Returns
        -------
        bytes or None
            What `put_folder` was given.

        Example
        -------
        >>> cache.get_folder(66305, 1835009)  # doctest: +SKIP
        """
        identity = [signed(device), signed(inode)]
        sql = "SELECT checksum, content FROM folders WHERE device = ? AND inode = ?"
        for checksum, content in self._execute(sql, identity):
            if isinstance(content, bytes) and checksum == zlib.crc32(content):
                return content
        return None

    def put_folder(self, device: int, inode: int, content: bytes) -> None:
        """Remember something about the files of a folder, in place of what was known.

        Parameters
        ----------
        device, inode : int
            Which folder.
        content : bytes
            See `lamindb.storage.folder_hashes`.

        Example
        -------
        >>> cache.put_folder(66305, 1835009, record.to_bytes())  # doctest: +SKIP
        """
        row = (signed(device), signed(inode), zlib.crc32(content), content)
        self._insert("folders", [row])

    def forget_folder(self, device: int, inode: int) -> None:
        """Remove what is known about a folder that is gone.

        Parameters
        ----------
        device, inode : int
            Which folder it was.

        Example
        -------
        >>> cache.forget_folder(66305, 1835009)  # doctest: +SKIP
        """
        identity = [signed(device), signed(inode)]
        self._execute("DELETE FROM folders WHERE device = ? AND inode = ?", identity)

    def close(self) -> None:
        """Close the file; using the cache again opens it."""
        with self._lock:
            self._disconnect()

    def _select(self, identities: list[tuple[int, int]]) -> Iterator[_Row]:
        """Rows of the files with these devices and inodes."""
        by_device: dict[int, list[int]] = {}
        for device, inode in identities:
            by_device.setdefault(device, []).append(inode)
        for device, inodes in by_device.items():
            for start in range(0, len(inodes), _BATCH):
                batch = inodes[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                sql = f"SELECT * FROM files WHERE device = ? AND inode IN ({marks})"
                yield from self._execute(sql, [device, *batch])

    def _execute(self, sql: str, parameters: list[int]) -> list[_Row]:
        with self._lock:
            try:
                with self._connect() as connection:
                    return connection.execute(sql, parameters).fetchall()
            except (sqlite3.Error, OSError) as error:
                self._recover(error)
                return []

    def _insert(self, table: str, rows: list[_Row]) -> None:
        marks = ",".join("?" * len(rows[0]))
        with self._lock:
            try:
                with self._connect() as connection:
                    connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)
            except (sqlite3.Error, OSError) as error:
                self._recover(error)

    def _connect(self) -> sqlite3.Connection:
        """The connection of this process."""
        if self._connection is None or self._process_id != os.getpid():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._file.exists() and self._file.stat().st_size > _MAX_BYTES:
                self._delete()
            # a busy cache is not worth waiting for
            connection = sqlite3.connect(self._file, timeout=0.2, check_same_thread=False)
            if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_SCHEMA)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._connection, self._process_id = connection, os.getpid()
        return self._connection

    def _recover(self, error: Exception) -> None:
        """Go on without the cache; discard the file if it is damaged."""
        self._disconnect()
        is_unusable = any(reason in str(error) for reason in _UNUSABLE)
        is_damaged = isinstance(error, sqlite3.DatabaseError) and not is_unusable
        if is_damaged:
            logger.debug(f"discarded the damaged cache file {self._file}: {error}")
            self._delete()
        else:
            logger.debug(f"could not use the cache file {self._file}: {error}")

    def _disconnect(self) -> None:
        # a connection that was opened before a fork belongs to the parent process
        if self._connection is not None and self._process_id == os.getpid():
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _delete(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                Path(f"{self._file}{suffix}").unlink()


def _checksum(values: _Row) -> int:
    """Tells a row that a damaged disk or a bug altered."""
    return zlib.crc32(repr(values).encode())
