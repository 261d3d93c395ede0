"""Get a table that is not on this machine yet: parse a raw file, or ask the network."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.errors import CorruptedOntology
from lamindb.storage.atomic import write_into_place

from . import ensembl
from .cached_files import find_raw_file
from .download import ASSET_BUCKET, DownloadFailed, asset_url, fetch
from .folders import settings
from .raw import parse_raw
from .reading import read_parquet, read_table, write_parquet
from .saying import say_once

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    import pyarrow as pa

    from .keys import SourceKey
    from .tables import OntologyTable

__all__ = ["obtain"]

_PAUSE = 60.0  # seconds

_failed: dict[Hashable, tuple[float, list[str]]] = {}
_unsaved: dict[SourceKey, OntologyTable] = {}
"""What could not be cached, as the folder can't be written."""


def obtain(key: SourceKey) -> tuple[OntologyTable | None, list[str]]:
    """Make the table from a raw file or get it from the network; the result is cached.

    Parameters
    ----------
    key : SourceKey
        What to get.

    Returns
    -------
    tuple
        The table; or None and what was tried, with reasons. What failed isn't tried again within
        a minute.

    Raises
    ------
    CorruptedOntology
        If a file is truncated or malformed; it is a `ValueError`.

    Examples
    --------
    >>> obtain(SourceKey("CellType", "all", "no-such-source", "1"))[0] is None  # doctest: +SKIP
    True
    """
    if key in _unsaved:
        return _unsaved[key], []
    attempt = (key, key.url, asset_url(""), settings.is_offline)
    failed_at, tried = _failed.get(attempt, (-_PAUSE, []))
    raw = find_raw_file(key)
    if raw is None and time.monotonic() - failed_at < _PAUSE:
        return None, tried
    with _writable_cache() as folder:
        table, tried = _obtained(key, raw, folder / key.table_file)
        if table is None:
            _failed[attempt] = (time.monotonic(), tried)
        elif folder != settings.dynamicdir:
            _unsaved[key] = table
    return table, tried


def _obtained(
    key: SourceKey, raw: Path | None, target: Path
) -> tuple[OntologyTable | None, list[str]]:
    """The table at its place in the cache; else what was tried."""
    if raw is not None:
        return _converted(key, raw, target), []
    tried: list[str] = []
    for url, get in _places(key, target.parent):
        try:
            get(target)
        except DownloadFailed as error:
            tried.append(f"{url}: {error}")
        else:
            return read_table(target, key), tried
    return None, tried


@contextmanager
def _writable_cache() -> Iterator[Path]:
    """The cache folder, or a temporary one if it can't be written."""
    folder = settings.dynamicdir
    if _is_writable(folder):
        yield folder
        return
    say_once(folder, f"can't write tables of ontologies to the cache folder {folder}")
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


def _is_writable(folder: Path) -> bool:
    """Whether a folder can be written, or created."""
    existing = next((one for one in (folder, *folder.parents) if os.path.lexists(one)), folder)
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _places(key: SourceKey, folder: Path) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Where a table can be downloaded, and what does it."""
    store = asset_url(key.table_file)
    yield store, lambda target: _fetch_parquet(store, target)
    url = key.url
    if not url or (url.rpartition("/")[2] == key.table_file and url.startswith(ASSET_BUCKET)):
        return
    if url.endswith(".parquet"):
        yield url, lambda target: _fetch_parquet(url, target)
        return

    def fetch_and_parse(target: Path) -> None:
        raw = folder / key.raw_file
        fetch(url, raw)
        try:
            _converted(key, raw, target)
        except CorruptedOntology:
            raw.unlink()  # the next try downloads it again
            raise

    yield url, fetch_and_parse


def _fetch_parquet(url: str, target: Path) -> None:
    """Download a parquet file; it gets its name once it is known to be readable."""
    with write_into_place(target, sync=False) as temporary:
        fetch(url, temporary, target.name)
        read_parquet(temporary)


def _converted(key: SourceKey, raw: Path, target: Path) -> OntologyTable:
    """Parse a raw file and keep the result."""
    arrow = _parsed(key, raw)
    with write_into_place(target, sync=False) as temporary:
        write_parquet(arrow, temporary)
    return read_table(target, key)


def _parsed(key: SourceKey, raw: Path) -> pa.Table:
    if key.entity == "Organism" and key.name == "ensembl":
        return ensembl.read_species(raw)
    return parse_raw(raw, key)
