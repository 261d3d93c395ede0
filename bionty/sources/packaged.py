"""The sources that a new database knows, in the order in which their rows are written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from lamindb.errors import ValidationError

from .folders import settings
from .keys import SourceKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["PackagedSource", "packaged_sources", "read_sources"]

STATIC_ENTITIES = frozenset({"BFXPipeline", "BioSample", "Drug"})
"""Kinds of tables without a registry: their rows name the entity without a module."""


@dataclass(frozen=True)
class PackagedSource:
    """A row of the registry of sources.

    Parameters
    ----------
    entity : str
        As rows have it: `"bionty.CellType"`, `"Drug"`.
    organism : str
        `"all"` if the source isn't about one organism.
    name : str
        Short name.
    version : str
        Latest version.
    currently_used : bool
        Whether it is the default for its entity and organism.
    description : str
        Full name.
    url : str
        Where the version is published.
    source_website : str
        Home page.
    """

    entity: str
    organism: str
    name: str
    version: str
    currently_used: bool
    description: str
    url: str
    source_website: str

    @property
    def key(self) -> SourceKey:
        """What identifies its table."""
        return SourceKey(self.entity, self.organism, self.name, self.version, self.url)


@cache
def _read(path: Path, modified_at: int) -> tuple[PackagedSource, ...]:
    return tuple(read_sources(path))


def packaged_sources() -> list[PackagedSource]:
    """List the sources that a new database knows.

    Returns
    -------
    list of PackagedSource
        In the order in which their rows are written. `bt.base.settings.public_sources` is the
        file that they are read from.

    Raises
    ------
    ValidationError
        If that file isn't in the layout of ours.

    Examples
    --------
    >>> packaged_sources()[25].key.table_file
    'df_all__cl__2026-06-08__CellType.parquet'
    """
    path = settings.public_sources
    return list(_read(path, path.stat().st_mtime_ns))


def read_sources(path: Path) -> Iterator[PackagedSource]:
    """Read sources from a YAML file; the first source of an entity and organism is the default.

    Parameters
    ----------
    path : pathlib.Path
        Of the file.

    Yields
    ------
    PackagedSource

    Raises
    ------
    ValidationError
        If the file isn't in the layout of ours.
    OSError
        If it can't be read.

    Examples
    --------
    >>> next(read_sources(Path("sources.yaml"))).name  # doctest: +SKIP
    'ensembl'
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from _sources(yaml.load(path.read_bytes(), Loader=loader))
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise ValidationError(
            f"{path} has no valid list of sources: {type(error).__name__} {error}. Entries are "
            "`entity: source: name, website, organisms: organism: latest-version, url`."
        ) from error


def _sources(content: dict[str, dict[str, Any]]) -> Iterator[PackagedSource]:
    used: set[tuple[str, str]] = set()
    for entity, sources in content.items():
        for name, source in sources.items():
            for organism, release in source["organisms"].items():
                version = str(release["latest-version"])
                yield PackagedSource(
                    entity=entity if entity in STATIC_ENTITIES else f"bionty.{entity}",
                    organism=organism,
                    name=name,
                    version=version,
                    currently_used=(entity, organism) not in used,
                    description=source["name"],
                    url=release["url"].replace("{version}", version),
                    source_website=source["website"],
                )
                used.add((entity, organism))
