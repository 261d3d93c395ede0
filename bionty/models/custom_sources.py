"""`add_source`: sources beside the packaged ones, with tables of users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionty.base import PublicOntology
from bionty.sources.packaged import packaged_sources
from bionty.sources.tables import table_from_dataframe
from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.text import did_you_mean
from lamindb.models import Artifact

from .organisms import find_or_create_organism
from .source import Source
from .tables import key_of, table_of

if TYPE_CHECKING:
    import pandas as pd

COPIED = ("organism", "name", "version", "description", "url", "source_website")
HIDDEN_KIND = "__lamindb_run__"
ALL = "all"
UNVERSIONED = "1.0"


def add_source(
    registry: Any,
    source: Any,
    *,
    df: pd.DataFrame | None = None,
    version: str | None = None,
    organism: Any = None,
) -> Source:
    """Register a source for a registry; see `HasSource.add_source`."""
    if registry._needs_organism and organism is not None:
        organism = find_or_create_organism(organism).name
    label = getattr(organism, "name", organism)
    values = described(registry, source, version, label, has_table=df is not None)
    check_organism_of(registry, values)
    record = Source(entity=get_registry_name(registry), **values)
    if df is not None or record.dataframe_artifact_id is None:
        attach_table(registry, record, df, source)
    return record.save()


def described(
    registry: Any, source: Any, version: str | None, organism: str | None, *, has_table: bool
) -> dict[str, Any]:
    """Values of the row that the arguments describe.

    Raises
    ------
    TypeError
        It is neither a source, nor a public ontology, nor a name.
    ValueError
        No source has the name, or several do.
    """
    pairs = (("version", version), ("organism", organism))
    passed = {name: value for name, value in pairs if value is not None}
    if isinstance(source, Source):
        return of_version({name: getattr(source, name) for name in COPIED}, passed)
    if isinstance(source, PublicOntology):
        found = {"organism": source.organism, "name": source.source, "version": source.version}
        return of_version(packaged_facts(source.source), found | passed)
    if not isinstance(source, str):
        raise TypeError(
            f"source has to be a `bt.Source`, a public ontology or a name, not {source!r}"
        )
    entity = get_registry_name(registry)
    existing = list(Source.filter(entity=entity, name=source, **passed).order_by("id"))
    if len(existing) > 1:
        raise ValueError(
            "multiple existing sources found in the database for "
            f"{ {'entity': entity, 'name': source, **passed} }, please specify `version`."
        )
    if existing:
        return {name: getattr(existing[0], name) for name in COPIED}
    return new_name(entity, source, passed, has_table=has_table)


def new_name(entity: str, name: str, passed: dict[str, str], *, has_table: bool) -> dict[str, Any]:
    """Values of a row for a name that no row of the registry has.

    Raises
    ------
    ValueError
        Nothing is known about the name, and there is no table either.
    """
    facts = packaged_facts(name)
    if has_table:
        default = {"organism": ALL, "version": UNVERSIONED}
        return of_version({**default, **facts, "name": name}, passed)
    if facts:
        return of_version(facts, passed)
    known = dict.fromkeys(one.name for one in packaged_sources())
    raise ValueError(
        f"no source '{name}' of {entity} is known: pass its table as `df`."
        f"{did_you_mean(name, known)}"
    )


def of_version(values: dict[str, Any], passed: dict[str, Any]) -> dict[str, Any]:
    """Values with those that were passed; the url follows the version."""
    found = values | passed
    version, url = values.get("version"), found.get("url")
    if url and version:
        found["url"] = url.replace(version, found["version"])
    return found


def packaged_facts(name: str) -> dict[str, Any]:
    """What the packaged sources say about a name, whatever their entity; empty if nothing."""
    for one in packaged_sources():
        if one.name == name:
            return {field: getattr(one, field) for field in COPIED}
    return {}


def check_organism_of(registry: Any, values: dict[str, Any]) -> None:
    """Refuse a source without organism where records need one; else create the organism.

    Raises
    ------
    ValueError
    """
    if not registry._needs_organism:
        return
    if values["organism"] == ALL:
        raise ValueError("organism must be provided for organism-specific entities.")
    values["organism"] = find_or_create_organism(values["organism"]).name


def attach_table(registry: Any, record: Source, df: Any, source: Any) -> None:
    """Save a table as hidden artifact, and set it as that of a source.

    Raises
    ------
    ValueError
        The table has neither ids nor names.
    """
    frame = published_table(record, source) if df is None else checked_table(registry, record, df)
    key = f"df_{record.organism}__{record.name}__{record.version}__{registry.__name__}.parquet"
    with logger.mute():
        record.dataframe_artifact = Artifact.from_dataframe(
            frame,
            key=key,
            kind=HIDDEN_KIND,
            run=False,  # type: ignore[arg-type]  # also inside of a run
            skip_hash_lookup=True,
        ).save()
    organism = "" if record.organism == ALL else f" for organism '{record.organism}'"
    logger.success(f"Added source '{record.name}' of version '{record.version}'{organism}.")


def published_table(record: Source, source: Any) -> pd.DataFrame:
    """Table of a public source, as data frame."""
    if isinstance(source, PublicOntology):
        return source.to_dataframe()
    origin = source if isinstance(source, Source) else record
    frame: pd.DataFrame = table_of(origin).to_dataframe()
    return frame


def checked_table(registry: Any, record: Source, df: pd.DataFrame) -> pd.DataFrame:
    """Table of a user, without rows that repeat an id.

    Raises
    ------
    ValueError
        It has neither ids nor names.
    """
    table = table_from_dataframe(df, key_of(record))
    fields = [*registry._identifiers, registry._name_field]
    identity = next(field for field in fields if field in table.columns)
    if not any(table.records.values(identity)):
        raise ValueError(f"the table has no {identity}")
    return df if len(table) == len(df) else table.to_dataframe()
