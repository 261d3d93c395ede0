"""From a key to a table: the cache, folders, installed packages, the network.

A table that is on this machine is read without asking the network. Packages whose tables have less
than the source publishes come last, and are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.errors import OntologyNotAvailable

from .data_packages import (
    available_offline,
    folder_keys,
    newest_first,
    offered,
    package_folders,
    read_offered,
)
from .folders import settings
from .obtaining import obtain
from .packaged import STATIC_ENTITIES
from .reading import read_table
from .saying import said, say_once

if TYPE_CHECKING:
    from pathlib import Path

    from .keys import SourceKey
    from .package_tables import PackageTable
    from .tables import OntologyTable

__all__ = ["load_default_table", "load_table"]


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
    table, tried = obtain(key)
    if table is not None:
        return table
    for package in packages:
        say_once(package.key, f"using {package.key} from {_origin(package)}")
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
    say_once(key, f"{key} is not available offline, using {other} from {origin}")
    if path is not None:
        return read_table(path, other)
    said.add((other, f"using {other} from {origin}"))  # asked for as such, it is known by now
    return read_offered(packages[0])


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
