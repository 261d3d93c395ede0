"""From a key to a table: the cache, folders, installed packages, the network.

A table that is on this machine is read without asking the network. Packages whose tables have less
than the source publishes come last, and are named.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.base.log import logger
from lamindb.errors import CorruptedOntology, OntologyNotAvailable
from lamindb.storage.atomic import write_into_place

from . import ensembl
from .cached_files import find_raw_file
from .data_packages import (
    available_offline,
    folder_keys,
    newest_first,
    offered,
    package_folders,
    read_offered,
)
from .download import DownloadFailed, asset_url, fetch
from .folders import settings
from .packaged import STATIC_ENTITIES
from .raw import parse_raw
from .reading import read_parquet, read_table, write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from .keys import SourceKey
    from .package_tables import PackageTable
    from .tables import OntologyTable

__all__ = ["load_default_table", "load_table"]

_said: set[tuple[SourceKey, str | None]] = set()


def load_table(key: SourceKey) -> OntologyTable:
    """Load the table of one version of a source, and no other.

    Parameters
    ----------
    key : SourceKey
        What to load; `url` is where the source publishes it.

    Returns
    -------
    OntologyTable
        The same object for each call in this process, until the file changes.

    Raises
    ------
    OntologyNotAvailable
        If it is neither on this machine nor can be downloaded; it is a `ConnectionError`. Its
        `alternatives` are other versions that are on this machine.
    CorruptedOntology
        If a file is truncated or malformed; it is a `ValueError`.

    Examples
    --------
    >>> len(load_table(SourceKey("CellType", "all", "cl", "2026-03-26")))  # doctest: +SKIP
    3523
    """
    path = _local_table(key)
    if path is not None:
        return read_table(path, key)
    packages = [package for package in offered() if package.key == key]
    for package in packages:
        if package.only is None:
            return read_offered(package)
    table, tried = _from_raw_or_network(key)
    if table is not None:
        return table
    for package in packages:
        _say(package.key, f"using {package.key} from {_origin(package)}")
        return read_offered(package)
    raise _not_available(key, tried)


def load_default_table(key: SourceKey) -> OntologyTable:
    """Load the table of a default version, else the newest one that a package brings.

    Parameters
    ----------
    key : SourceKey
        A version that the user did not choose.

    Returns
    -------
    OntologyTable
        Its `key` is the version that was loaded; a warning names it if it is another one.

    Raises
    ------
    OntologyNotAvailable
        If no version can be had; it is a `ConnectionError`.
    CorruptedOntology
        If a file is truncated or malformed; it is a `ValueError`.

    Examples
    --------
    >>> table = load_default_table(SourceKey("CellType", "all", "cl", "2026-06-08"))
    ... # doctest: +SKIP
    ! cl 2026-06-08 is not available offline, using cl 2026-03-26 from cellxgene-ontology-guide
    """
    try:
        return load_table(key)
    except OntologyNotAvailable:
        other = _brought_by_package(key)
        if other is None:
            raise
    path = _local_table(other)
    packages = [package for package in offered() if package.key == other]
    if path is None:
        origin = _origin(packages[0])
    else:
        announced = path.parent in package_folders().values()
        origin = str(other.provider if announced else path.parent)
    _say(key, f"{key} is not available offline, using {other} from {origin}")
    return read_offered(packages[0]) if path is None else read_table(path, other)


def _brought_by_package(key: SourceKey) -> SourceKey | None:
    """The newest version of a source that an installed package brings."""
    announced = [
        other for name, folder in package_folders().items() for other in folder_keys(folder, name)
    ]
    known = [package.key for package in offered()]
    others = newest_first(one for one in (*announced, *known) if one.series == key.series)
    return others[0] if others else None


def _origin(package: PackageTable) -> str:
    """Name of a package, with what its table is limited to."""
    provider = package.key.provider or "a package"
    return f"{provider} (only {package.only})" if package.only else provider


def _say(key: SourceKey, message: str) -> None:
    """Warn once per process."""
    if (key, message) not in _said:
        _said.add((key, message))
        logger.warning(message)


def _local_table(key: SourceKey) -> Path | None:
    """A parquet file in the cache, in a folder of assets, or in one that a package announces."""
    folders = (settings.dynamicdir, *settings.asset_folders, *package_folders().values())
    for folder in folders:
        path = folder / key.table_file
        try:
            if path.is_file():
                return path
        except OSError:
            continue
    return None


def _from_raw_or_network(key: SourceKey) -> tuple[OntologyTable | None, list[str]]:
    """The table from a raw file or from the network; else what was tried, with reasons."""
    with _writable_cache() as folder:
        target = folder / key.table_file
        raw = find_raw_file(key)
        if raw is not None:
            return _converted(key, raw, target), []
        tried: list[str] = []
        for url, get in _places(key, folder):
            try:
                get(target)
                return read_table(target, key), tried
            except DownloadFailed as error:
                tried.append(f"{url}: {error}")
        return None, tried


@contextmanager
def _writable_cache() -> Iterator[Path]:
    """The cache folder, or a temporary one if it can't be written."""
    folder = settings.dynamicdir
    if _is_writable(folder):
        yield folder
        return
    logger.warning(f"can't write tables of ontologies to the cache folder {folder}")
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
    if not url or (
        url.rpartition("/")[2] == key.table_file and url.startswith("s3://bionty-assets/")
    ):
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


def _not_available(key: SourceKey, tried: list[str]) -> OntologyNotAvailable:
    """The error, with what was tried and what to do."""
    places = [settings.dynamicdir, *settings.asset_folders]
    lines = [
        f"The table of {key} ({key.entity}) is not available.",
        f"Looked for {key.table_file} in {', '.join(str(place) for place in places)}.",
        *(f"Tried {one}" for one in tried),
        "To provide it offline, put the file into a folder and list that folder in the "
        "environment variable BIONTY_ASSETS; pip install 'lamindb[ontologies]' brings tables of "
        "most ontologies.",
    ]
    others = [one for one in available_offline(key.entity) if one.series == key.series]
    if others:
        lines += _selecting(others[0])
    return OntologyNotAvailable("\n".join(lines), others)


def _selecting(key: SourceKey) -> list[str]:
    """How a user registers and selects a version."""
    entity = key.entity if key.entity in STATIC_ENTITIES else f"bionty.{key.entity}"
    return [
        f"Version {key.version} is on this machine (from {key.provider}). To use it:",
        f"source = bt.Source(entity={entity!r}, organism={key.organism!r}, name={key.name!r}, "
        f"version={key.version!r}).save()",
        "source.currently_used = True; source.save()",
    ]
