"""The table behind a source: a data frame that users gave, or a file of the public ontology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionty.sources.keys import SourceKey
from bionty.sources.load import load_default_table, load_table
from bionty.sources.tables import table_from_dataframe
from lamindb.base.log import logger
from lamindb.setup.session import after_switch

from .source import IDENTITY, Source

if TYPE_CHECKING:
    from bionty.sources.tables import OntologyTable

_said: set[str] = set()
_given: dict[tuple[str, str], OntologyTable] = {}
after_switch.append(_said.clear)
after_switch.append(_given.clear)


def key_of(source: Source) -> SourceKey:
    """What identifies the table of a source."""
    return SourceKey(source.entity, source.organism, source.name, source.version, source.url)


def table_of(source: Source) -> OntologyTable:
    """Table of a source; each is read once per process.

    Raises
    ------
    OntologyNotAvailable
        It is on no disk and cannot be downloaded.
    """
    if source.dataframe_artifact_id is None:
        return load_table(key_of(source))
    artifact: Any = source.dataframe_artifact
    identity = artifact.uid, artifact.hash
    if identity not in _given:
        frame = artifact.load(is_run_input=False)
        _given[identity] = table_from_dataframe(frame, key_of(source))
    return _given[identity]


def default_table(source: Source, *, creates: bool = True) -> tuple[Source, OntologyTable]:
    """Table of a source that the user did not choose, and the source that it is from.

    If the version is not to be had offline, it is the newest one that an installed package brings;
    that is said. If records are to be created, its source is saved.

    Raises
    ------
    OntologyNotAvailable
        There is no table of any version.
    """
    if source.dataframe_artifact_id is not None:
        return source, table_of(source)
    table = load_default_table(key_of(source))
    if table.key == key_of(source):
        return source, table
    return other_version(source, table.key.version, creates=creates), table


def other_version(source: Source, version: str, *, creates: bool) -> Source:
    """Source of another version."""
    identity = {name: getattr(source, name) for name in IDENTITY} | {"version": version}
    found = Source.filter(**identity).first()
    if found is None:
        found = Source(
            **identity,
            url=source.url.replace(source.version, version) if source.url else None,
            description=source.description,
            source_website=source.source_website,
        )
        if creates:
            found.save()
    return found


def say_used(registry: Any, source: Source) -> None:
    """Say once which version of a source terms come from."""
    if source.uid not in _said:
        _said.add(source.uid)
        organism = "" if source.organism == "all" else f" ({source.organism})"
        logger.info(f"using {source.name}, {source.version}{organism} for {registry.__name__}")
