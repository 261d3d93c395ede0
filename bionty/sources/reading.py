"""Read tables from files: each once per process, until it changes."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.errors import CorruptedOntology

from .columns import normalized
from .entities import id_column, name_column
from .tables import OntologyTable

if TYPE_CHECKING:
    import pyarrow as pa

    from .keys import SourceKey

__all__ = ["read_parquet", "read_table", "write_parquet"]

_tables: dict[tuple[Path, SourceKey, bool], tuple[tuple[int, int], OntologyTable]] = {}
_lock = threading.Lock()


def read_table(path: Path, key: SourceKey, *, is_restricted: bool = True) -> OntologyTable:
    """Read the table of a source from a parquet file, unless this process has it already.

    Parameters
    ----------
    path : pathlib.Path
        Of the file.
    key : SourceKey
        What it is the table of.
    is_restricted : bool
        Whether records are the source's own terms only.

    Returns
    -------
    OntologyTable
        The same object until the file changes.

    Raises
    ------
    CorruptedOntology
        If the file is no complete parquet file, or another table; it is a `ValueError`.
    OSError
        If it can't be read.

    Examples
    --------
    >>> len(read_table(path, SourceKey("CellType", "all", "cl", "2026-03-26")))  # doctest: +SKIP
    3523
    """
    status = path.stat()
    stamp = (status.st_mtime_ns, status.st_size)
    with _lock:
        known = _tables.get((path, key, is_restricted))
        if known is not None and known[0] == stamp:
            return known[1]
        arrow = normalized(read_parquet(path), key.entity)
        expected = {id_column(key.entity), "stable_id", name_column(key.entity)}
        if not expected.intersection(arrow.column_names):
            raise CorruptedOntology(
                f"Corrupted ontology file: {path} is no table of {key.entity}: it has neither ids "
                f"nor names, but {', '.join(arrow.column_names)}."
            )
        table = OntologyTable(arrow, key, path, is_restricted=is_restricted)
        _tables[path, key, is_restricted] = (stamp, table)
        return table


def read_parquet(path: Path) -> pa.Table:
    """Read a parquet file.

    Raises
    ------
    CorruptedOntology
        If it is no complete parquet file; it is a `ValueError`.
    OSError
        If it can't be read.

    Examples
    --------
    >>> read_parquet(path).num_rows  # doctest: +SKIP
    3523
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # not a Python file: Arrow's threads may let go of it when the interpreter is gone already
        with pq.ParquetFile(str(path)) as file:
            return file.read()
    except (pa.ArrowInvalid, OSError) as error:
        # damaged pages are an OSError without a number
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise CorruptedOntology(
            f"Corrupted ontology file: {path} is no complete parquet file ({error}). "
            "Delete it, so that it is made or downloaded again."
        ) from error


def write_parquet(arrow: pa.Table, path: Path) -> None:
    """Write a table compactly.

    Examples
    --------
    >>> write_parquet(table, Path("table.parquet"))  # doctest: +SKIP
    """
    import pyarrow.parquet as pq

    pq.write_table(arrow, path, compression="zstd")
