"""What the distinct terms of a dataset mean: registry, then public source, then synonyms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from lamindb.models.annotate.resolve import Vocabulary, not_allowed, vocabularies
from lamindb.models.annotate.term_texts import ambiguous, not_saved, unexpected
from lamindb.models.curation import similar_terms

from .public_vocabulary import InOrganism, PublicHits, add_from_public, in_organism

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from lamindb.models import SQLRecord


@dataclass
class ResolvedTerms:
    """What distinct terms mean.

    Attributes
    ----------
    vocabularies
        What the dtype allows, one per alternative.
    ids
        Per alternative of the dtype, key of the record by term.
    several
        Per alternative, keys of the records that a term means, which differ between rows.
    objects
        Records that were passed instead of strings, and those that are known beforehand.
    missing
        Terms without a record.
    synonyms
        Those of the missing terms that mean another term, and that one.
    ambiguous
        Terms for which several records are meant, and why.
    unfit
        Records in the data that cannot be values, and why.
    no_organism
        Why terms that need an organism have none.
    organism
        Organism whose terms are meant: record or name.
    without_registry
        Whether any term is valid.
    """

    vocabularies: list[Vocabulary] = field(default_factory=list)
    ids: list[tuple[Vocabulary, dict[Any, int]]] = field(default_factory=list)
    several: list[tuple[Vocabulary, dict[Any, list[int]]]] = field(default_factory=list)
    objects: dict[Any, Any] = field(default_factory=dict)
    missing: list[Any] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)
    ambiguous: dict[Any, str] = field(default_factory=dict)
    unfit: list[tuple[Any, str]] = field(default_factory=list)
    no_organism: str | None = None
    organism: Any = None
    without_registry: bool = False

    @property
    def failing(self) -> list[Any]:
        """Everything that is not valid."""
        return [*self.missing, *self.ambiguous, *(record for record, _ in self.unfit)]

    @property
    def problems(self) -> list[str]:
        """Texts about terms that have records, but not the right ones."""
        return [*self.ambiguous.values(), *(reason for _, reason in self.unfit)]

    @property
    def has_valid(self) -> bool:
        """Whether any term is valid."""
        found = bool(self.objects) or any(ids for _, ids in [*self.ids, *self.several])
        return self.without_registry or found

    def records(self) -> dict[Any, Any]:
        """Record by valid term, a list for terms that mean several; one query per registry."""
        found = dict(self.objects)
        for vocabulary, ids in self.ids:
            by_id = vocabulary.records(ids.values())
            found |= {term: by_id[pk] for term, pk in ids.items() if pk in by_id}
        for vocabulary, lists in self.several:
            by_id = vocabulary.records({pk for pks in lists.values() for pk in pks})
            for term, pks in lists.items():
                found[term] = [by_id[pk] for pk in pks] if len(pks) > 1 else by_id[pks[0]]
        return found

    def record_ids(self, terms: Sequence[Any]) -> dict[Any, list[int]]:
        """Distinct keys of the records of terms by registry, in their order; no query."""
        keys: dict[Any, dict[int, None]] = {}
        for record in self.objects.values():
            keys.setdefault(type(record), {})[record.pk] = None
        for vocabulary, ids in self.ids:
            keys.setdefault(vocabulary.registry, {}).update(
                dict.fromkeys(ids[term] for term in terms if term in ids)
            )
        for vocabulary, lists in self.several:
            pks = dict.fromkeys(pk for same in lists.values() for pk in same)
            keys.setdefault(vocabulary.registry, {}).update(pks)
        return {registry: list(pks) for registry, pks in keys.items() if pks}


def resolve_terms(
    dtype_str: str,
    terms: Sequence[Any],
    *,
    key: str,
    in_order: Callable[[], Sequence[Any]] | None = None,
    members: Collection[SQLRecord] = (),
    organism: Any = None,
    source: Any = None,
    using: str | None = None,
) -> ResolvedTerms:
    """Find out what distinct terms mean.

    Parameters
    ----------
    dtype_str
        Categorical dtype, or the `itype` of a schema.
    terms
        Distinct terms: strings, other values of a field, records.
    key
        Name of the feature, for texts.
    in_order
        Gives the terms in the order of their appearance; only asked if some are not known.
    members
        Records that are meant if one of them has the term as its name.
    organism, source
        Organism and public source of the terms, where the dtype does not name them.
    using
        Alias of the database.

    Returns
    -------
    ResolvedTerms
        Read in a constant number of queries per alternative of the dtype.

    Raises
    ------
    ValidationError
        The dtype names a registry that does not exist.
    DoesNotExist
        The dtype names a type, organism or source that does not exist.
    """
    found = ResolvedTerms()
    found.missing = list(terms)
    if not set(map(type, terms)) <= {str}:
        take_objects(found, dtype_str, key, using)
    sources = vocabularies(dtype_str, using)
    if not sources:
        found.without_registry, found.missing = True, []
        return found
    take_members(found, sources[0], members)
    searched = [in_organism(source_, found.missing, organism) for source_ in sources]
    found.vocabularies = [one.vocabulary for one in searched]
    found.no_organism = next((one.problem for one in searched if one.problem), None)
    found.organism = next((one.organism for one in searched if one.organism), None)
    usable = [one for one in searched if one.problem is None]
    for one in usable:
        take_known(found, one.vocabulary, key)
    if in_order is not None and (found.missing or found.ambiguous):
        put_in_order(found, in_order())
    take_synonyms(found, usable, [take_public(found, one, source, key) for one in usable])
    return found


def take_objects(found: ResolvedTerms, dtype_str: str, key: str, using: str | None) -> None:
    """Records in the data are meant as they are, if the dtype allows them."""
    records = [term for term in found.missing if isinstance(term, Model)]
    found.missing = [term for term in found.missing if not isinstance(term, Model)]
    saved = [record for record in records if not record._state.adding]
    unwanted = not_allowed(dtype_str, saved, using)
    refused = dict(zip(unwanted, unexpected(unwanted, dtype_str, key), strict=True))
    for record in records:
        if record._state.adding:
            found.unfit.append((record, not_saved(record)))
        elif record in refused:
            found.unfit.append((record, refused[record]))
        else:
            found.objects[record] = record


def take_members(
    found: ResolvedTerms, vocabulary: Vocabulary, members: Collection[SQLRecord]
) -> None:
    """Members are meant before other records of the same name."""
    if not members:
        return
    by_term = {getattr(member, vocabulary.column.attname): member for member in members}
    found.objects |= {term: by_term[term] for term in found.missing if term in by_term}
    found.missing = [term for term in found.missing if term not in by_term]


def take_known(found: ResolvedTerms, vocabulary: Vocabulary, key: str) -> None:
    """Terms that have a record in the registry."""
    if not found.missing:
        return
    ids, unclear = vocabulary.ids(found.missing)
    found.ids.append((vocabulary, ids))
    found.ambiguous |= {term: ambiguous(reason, key) for term, reason in unclear.items()}
    if len(ids) == len(found.missing):  # no look at each of very many terms
        found.missing = []
    found.missing = [term for term in found.missing if term not in ids and term not in unclear]


def put_in_order(found: ResolvedTerms, terms: Sequence[Any]) -> None:
    """Put what has no record, or several, in the order of appearance."""
    missing, unclear = set(found.missing), found.ambiguous
    found.missing = [term for term in terms if term in missing]
    found.ambiguous = {term: unclear[term] for term in terms if term in unclear}


def take_public(found: ResolvedTerms, one: InOrganism, source: Any, key: str) -> PublicHits:
    """Terms that a public source has; their records are saved and belong to the registry."""
    hits = add_from_public(one, found.missing, source, key) if found.missing else PublicHits()
    if hits.added:
        take_known(found, one.vocabulary, key)
    return hits


def take_synonyms(found: ResolvedTerms, searched: list[InOrganism], hits: list[PublicHits]) -> None:
    """Missing terms that mean another term, in the registry or else in the public source."""
    meant: dict[Any, Any] = {}
    for one in searched:
        rest = [term for term in found.missing if term not in meant]
        if not rest:
            break
        vocabulary = one.vocabulary
        column = vocabulary.column
        terms = similar_terms(vocabulary.rows, column, rest, column.attname)
        meant |= {term: names[0] for term, names in terms.synonyms.items()} | terms.casings
    for hit in hits:
        meant = hit.synonyms | meant
    found.synonyms = {term: meant[term] for term in found.missing if term in meant}
