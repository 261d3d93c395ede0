"""Which source is meant where none is passed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps

from bionty._organism import OrganismNotSet, default
from bionty.sources.species import Species, known_species
from lamindb.base.registries import get_registry_name

from .source import Source

if TYPE_CHECKING:
    from .organism import Organism

ALL = "all"
DEFAULT_TAXA = "vertebrates"


def get_source_record(
    registry: Any, organism: str | Organism | None = None, source: Source | None = None
) -> Source:
    """Source of a registry: the one that is passed, else the one in use for the organism.

    Parameters
    ----------
    registry
        Registry that is filled from the source.
    organism
        Organism, or its name; needed for genes, proteins and cell markers, where
        `bt.settings.organism` is the default.
    source
        If passed, only checked.

    Raises
    ------
    TypeError
        `source` is no source, or `organism` is no organism.
    ValueError
        The source belongs to another registry or organism, or there is none.
    OrganismNotSet
        The registry needs an organism, but there is none; it is a `ValueError` too.

    Examples
    --------
    >>> get_source_record(bt.Phenotype, organism="human").name
    'hp'
    """
    if source is not None:
        return checked_source(registry, source, organism)
    if registry._needs_organism:
        organism = organism or default.organism
        if organism is None:
            raise OrganismNotSet(
                f"`organism` is required to get Source record for {registry.__name__}!"
            )
    entity = entity_name(registry)
    rows = list(Source.filter(entity=entity).order_by("id"))
    matching = of_organism(rows, organism)
    if not matching:
        raise ValueError(no_source(entity, organism, rows))
    return in_use(registry, matching, organism)


def entity_name(registry: Any) -> str:
    """What rows of `Source` call a registry."""
    return get_registry_name(registry)


def checked_source(registry: Any, source: Any, organism: Any = None) -> Source:
    """A source that fills this registry.

    Raises
    ------
    TypeError
        It is no source.
    ValueError
        It belongs to another registry, is not saved, or has no records of the organism.
    """
    if not isinstance(source, Source):
        raise TypeError(
            f"source has to be a `bt.Source` object, not a {type(source).__name__}: {source!r}"
        )
    entity = entity_name(registry)
    if source.entity != entity:
        raise ValueError(
            f"please pass a source record of the same entity: {entity}, not {source.entity}"
        )
    if source._state.adding:
        raise ValueError(f"save the source first: {source!r}")
    if registry._needs_organism and organism is not None and not of_organism([source], organism):
        raise ValueError(
            f"source {source.name}, {source.version} is about {source.organism}, not about "
            f"{getattr(organism, 'name', organism)}: pass one of them only"
        )
    return source


def check_kind(organism: Any) -> None:
    """Refuse what is neither an organism nor a name.

    Raises
    ------
    TypeError
    """
    registry = apps.all_models["bionty"]["organism"]
    if organism is not None and not isinstance(organism, str | registry):
        raise TypeError(f"organism must be a `bionty.Organism` record or a name, not {organism!r}")


@cache
def species_by_name() -> dict[str, Species]:
    """Well-known species by name and by scientific name, both in lower case."""
    names = {one.scientific_name.lower(): one for one in known_species()}
    return names | {one.name: one for one in known_species()}


def species_named(name: str) -> Species | None:
    """Well-known species of a name or a scientific name, None if it is none."""
    return species_by_name().get(name.lower())


def organism_labels(organism: str | Organism | None) -> list[str]:
    """How sources may call an organism: its name, or its scientific name in lower case."""
    if organism is None:
        return []
    if isinstance(organism, str):
        known = species_named(organism)
        names = [organism, organism.lower()]
        scientific = known.scientific_name if known else None
        names += [known.name] if known else []
    else:
        names, scientific = [organism.name], organism.scientific_name
    if scientific:
        names.append(scientific.lower())
    return list(dict.fromkeys(names))


def of_organism(rows: list[Source], organism: str | Organism | None) -> list[Source]:
    """Those of the rows that are about an organism; all of them if none is known."""
    if organism is None:
        return rows
    check_kind(organism)
    for label in organism_labels(organism):
        found = [row for row in rows if row.organism == label]
        if found:
            return found
    return []


def in_use(registry: Any, rows: list[Source], organism: Any) -> Source:
    """The row that is used by default."""
    if len(rows) == 1:
        return rows[0]
    used = [row for row in rows if row.currently_used]
    if len(used) == 1:
        return used[0]
    preferred = DEFAULT_TAXA if used and registry.__name__ == "Organism" else ALL
    candidates = used or rows
    if used and organism is not None:
        return candidates[0]
    return next((row for row in candidates if row.organism == preferred), candidates[0])


def no_source(entity: str, organism: Any, rows: list[Source]) -> str:
    """Text of the error if there is no source."""
    conditions: dict[str, Any] = {"entity": entity}
    if organism is not None:
        conditions["organism"] = getattr(organism, "name", organism)
    known = list(dict.fromkeys(row.organism for row in rows))
    hint = (
        f" There are sources for: {', '.join(known)}."
        if known
        else f" Add one with `{entity.rpartition('.')[2]}.add_source(...)`."
    )
    return f"No source record found for filter {conditions}.{hint}"
