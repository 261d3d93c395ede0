"""What registries of ontologies add: the organism of terms, and terms of public sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.text import listed
from lamindb.models.annotate.term_texts import N_LISTED
from lamindb.models.bulk import save_records
from lamindb.models.curation_messages import counted
from lamindb.models.public_terms import organism_of_terms, public_terms
from lamindb.models.registry_fields import has_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.models.annotate.resolve import Vocabulary

ORGANISM = "organism"
SOURCE = "source"


@dataclass(frozen=True)
class InOrganism:
    """Records of one alternative of a dtype that belong to the organism that is meant.

    Attributes
    ----------
    vocabulary
        The records.
    organism
        Record or name; None if all organisms count.
    problem
        Why the organism that is needed is not known.
    """

    vocabulary: Vocabulary
    organism: Any = None
    problem: str | None = None


@dataclass
class PublicHits:
    """What a public source knows about terms.

    Attributes
    ----------
    added
        Terms for which records were saved.
    synonyms
        By term, the term of the source that it means.
    """

    added: list[str] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)


def in_organism(vocabulary: Vocabulary, terms: Sequence[Any], organism: Any) -> InOrganism:
    """Restrict records to one organism, where the registry knows organisms.

    The organism is that of the dtype, else the passed one, else what the registry finds out.
    """
    registry = vocabulary.registry
    if not has_field(registry, ORGANISM):
        return InOrganism(vocabulary)
    named = named_in_dtype(vocabulary, ORGANISM)
    if named is not None:  # the dtype has restricted the records already
        return InOrganism(vocabulary, named)
    try:
        found = organism_of_terms(
            registry, vocabulary.column.name, vocabulary.comparable(terms), organism
        )
    except ValueError as error:
        return InOrganism(vocabulary, problem=str(error))
    if found is None or vocabulary.column.unique:  # identifiers mean the same in all organisms
        return InOrganism(vocabulary, found)
    condition = {"organism__name": found} if isinstance(found, str) else {ORGANISM: found}
    return InOrganism(vocabulary.narrowed(**condition), found)


def named_in_dtype(vocabulary: Vocabulary, relation: str) -> Any:
    """Related record that the filters of a dtype name, None if they do not.

    Raises
    ------
    DoesNotExist
        There is no such record.
    """
    for name, lookup, value in vocabulary.alternative.parsed_filters().values():
        if name == relation and has_field(vocabulary.registry, relation):
            related: Any = vocabulary.registry._meta.get_field(relation).related_model
            rows = related.objects.using(vocabulary.rows.db)
            return rows.get(**{lookup or "pk": value})
    return None


def add_from_public(one: InOrganism, terms: list[Any], source: Any, key: str) -> PublicHits:
    """Save records for terms that the registry lacks and its public source has.

    A source that cannot be reached, or is not configured, is like one without these terms.
    """
    vocabulary, hits = one.vocabulary, PublicHits()
    registry, column = vocabulary.registry, vocabulary.column
    wanted = vocabulary.comparable(terms)
    if not wanted:
        return hits
    source = named_in_dtype(vocabulary, SOURCE) or source
    try:
        public = public_terms(registry, column.name, one.organism, source)
        found = {} if public is None else public.new_records(wanted)
    except (OSError, ValueError) as error:  # not reachable, not configured
        logger.debug(f"no public source of {get_registry_name(registry)}: {error}")
        return hits
    records = []
    for term, meant in found.items():
        equal = [record for record in meant if getattr(record, column.attname) == term]
        if equal:
            hits.added.append(term)
            records += equal
        elif meant:
            hits.synonyms[term] = getattr(meant[0], column.attname)
    if records:
        save_records(records, using=vocabulary.rows.db)
        logger.success(
            f"added {counted(len(hits.added), 'record')} from_public with "
            f'{get_registry_name(registry)} for "{key}": {listed(hits.added, N_LISTED)}'
        )
    return hits
