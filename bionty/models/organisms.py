"""Organisms that are named instead of passed: found in the registry, or made from a source."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps

from bionty._organism import OrganismNotSet
from bionty.sources.species import Species
from lamindb.base.log import logger
from lamindb.errors import OntologyNotAvailable

from .source import Source
from .source_choice import check_kind, species_named
from .tables import default_table, say_used
from .terms import Terms

if TYPE_CHECKING:
    from .organism import Organism

TAXONOMY = "ncbitaxon"


@cache
def registry_of_organisms() -> type[Organism]:
    """The registry, which is defined on top of this module."""
    registry: type[Organism] = apps.all_models["bionty"]["organism"]
    return registry


def find_or_create_organism(organism: Any) -> Organism:
    """A saved organism.

    A string is looked up by name and by scientific name: in the registry, in the default source
    of organisms, in the NCBI Taxonomy, and among the species that are built in.

    Parameters
    ----------
    organism
        A record, a name or a scientific name.

    Raises
    ------
    OrganismNotSet
        There is no organism of this name; it is a `ValueError`.
    TypeError
        It is neither a string nor an organism.
    """
    if isinstance(organism, registry_of_organisms()):
        return organism.save() if organism._state.adding else organism
    check_kind(organism)
    found = find_organism(organism)
    return new_organism(organism).save() if found is None else found


def find_organism(name: str) -> Organism | None:
    """The saved organism of a name, else of a scientific name, else of the species' taxon id."""
    rows = registry_of_organisms().filter().order_by("id")
    found = rows.filter(name=name).first() or rows.filter(scientific_name=name).first()
    species = species_named(name)
    if found is None and species is not None and not species.is_breed:
        found = rows.filter(ontology_id=taxon(species)).first()
    return found


def taxon(species: Species) -> str:
    """Ontology id of a species."""
    return f"NCBITaxon:{species.taxon_id}"


def check_organism(organism: Any) -> None:
    """Refuse the name of an organism that does not exist; nothing is saved.

    Raises
    ------
    OrganismNotSet
        Neither the registry nor a source has the name.
    """
    if isinstance(organism, str) and find_organism(organism) is None:
        new_organism(organism)


def new_organism(name: str) -> Organism:
    """Unsaved organism as a source describes it.

    Raises
    ------
    OrganismNotSet
        No source and no built-in species has the name.
    """
    registry = registry_of_organisms()
    reasons = []
    sources = list(Source.filter(entity="bionty.Organism").order_by("id"))
    for source, field in candidates(sources):
        try:
            source, table = default_table(source)
        except OntologyNotAvailable as error:
            reasons.append(error)
            continue
        terms = Terms(registry, source, table)
        found = terms.rows(field, [name]) or terms.rows("scientific_name", [name])
        if found:
            say_used(registry, source)
            return terms.new_records(found[name][:1])[0]
    species = species_named(name)
    if species is not None:
        return built_in(species)
    text = (
        f"Organism {name} can't be created from the source, check your spelling or create it "
        "manually."
    )
    raise OrganismNotSet(text) from (reasons[0] if reasons else None)


def candidates(sources: list[Source]) -> list[tuple[Source, str]]:
    """Sources to ask, each with the field that a name is compared with first."""
    used = [source for source in sources if source.currently_used] or sources
    general = [source for source in used if source.organism == "vertebrates"] or [
        source for source in used if source.name != TAXONOMY
    ]
    taxonomy = [source for source in used if source.name == TAXONOMY]
    return [(source, "name") for source in general[:1]] + [
        (source, "scientific_name") for source in taxonomy[:1]
    ]


def built_in(species: Species) -> Organism:
    """Unsaved record of a species that is built in, because no table could be read."""
    logger.warning(
        f"no table of organisms is available: creating Organism '{species.name}' "
        f"({taxon(species)}) without a source"
    )
    return registry_of_organisms()(
        name=species.name,
        ontology_id=taxon(species),
        scientific_name=species.scientific_name,
    )
