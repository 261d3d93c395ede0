"""Which source an ontology is read from, if the user names none or a part."""

from __future__ import annotations

from dataclasses import replace

from bionty.sources.data_packages import available_offline
from bionty.sources.keys import SourceKey
from bionty.sources.packaged import packaged_sources

__all__ = ["choose_source"]


def choose_source(
    entity: str,
    organism: str | None = None,
    source: str | None = None,
    version: str | None = None,
) -> SourceKey:
    """Choose the first packaged source that fits, else one that is on this machine.

    Parameters
    ----------
    entity : str
        Such as `"CellType"`; sources of other entities are never chosen.
    organism : str, optional
        Its organism.
    source : str, optional
        Its name.
    version : str, optional
        Any version; by default the packaged one.

    Returns
    -------
    SourceKey

    Raises
    ------
    ValueError
        If no source fits.

    Examples
    --------
    >>> str(choose_source("Phenotype")), str(choose_source("Phenotype", "human"))
    ('pato 2025-05-14', 'hp 2026-09-01 (human)')
    """
    asked = {"entity": entity, "organism": organism, "source": source, "version": version}
    known = [one.key for one in packaged_sources() if one.key.entity == entity]
    fitting = [key for key in known if _fits(key, organism, source)]
    if version is None:
        if fitting:
            return fitting[0]
    else:
        exact = [key for key in fitting if key.version == version]
        local = [
            key
            for key in available_offline(entity)
            if key.version == version and _fits(key, organism, source)
        ]
        if exact or local:
            return (exact or local)[0]
        if fitting:
            return _with_version(fitting[0], version)
    named = {name: value for name, value in asked.items() if value is not None}
    raise ValueError(f"No source is available with {named}\nCheck `.display_sources()`")


def _fits(key: SourceKey, organism: str | None, source: str | None) -> bool:
    return organism in (None, key.organism) and source in (None, key.name)


def _with_version(key: SourceKey, version: str) -> SourceKey:
    url = key.url.replace(key.version, version) if key.url else None
    return replace(key, version=version, url=url)
