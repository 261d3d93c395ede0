"""Valid terms that resemble terms with typos, in bounded time however large the registry is."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from string import ascii_lowercase, ascii_uppercase, digits
from typing import TYPE_CHECKING

from lamindb.base.text import closest
from lamindb.models.curated_values import is_text
from lamindb.models.current import visible_branch_ids
from lamindb.models.registry_fields import has_field
from lamindb.search.similar import common_spellings, names_beginning_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lamindb.models.annotate.resolve import Vocabulary

N_SMALL = 500
"""Up to so many terms, all of them are compared."""

N_EDITS = 6_000
"""How many spellings that differ in one letter a large registry is asked for."""

N_COMPARED = 8
"""How many candidates per term are compared letter by letter."""

N_SHOWN = 3
"""How many are returned per term."""

Suggestions = dict[str, tuple[str, ...]]


def nearest_terms(terms: Sequence[str], vocabularies: Iterable[Vocabulary]) -> Suggestions:
    """Valid terms that resemble others, by the others; those that resemble none are left out.

    Parameters
    ----------
    terms
        A few terms that are not valid.
    vocabularies
        Where to look. In a small registry, all terms are compared; a large one is asked for terms
        that begin alike or differ in one letter, which its index answers.

    Examples
    --------
    >>> nearest_terms(["IFNJ"], vocabularies("cat[ULabel]"))
    {'IFNJ': ('IFNG',)}
    """
    if not terms:
        return {}
    candidates: dict[str, list[str]] = {term: [] for term in terms}
    for one in vocabularies:
        for term, names in names_to_compare(one, terms).items():
            candidates[term] += names
    found = {term: tuple(most_similar(term, names)) for term, names in candidates.items()}
    return {term: names for term, names in found.items() if names}


def names_to_compare(vocabulary: Vocabulary, terms: Sequence[str]) -> dict[str, list[str]]:
    """By term, the terms of a registry that may resemble it."""
    column = vocabulary.column
    if not is_text(column):
        return {}
    names = vocabulary.rows.order_by().values_list(column.attname, flat=True)
    first = [name for name in names[: N_SMALL + 1] if name]
    if len(first) <= N_SMALL:
        return dict.fromkeys(terms, first)
    return looked_up(vocabulary, terms) if column.db_index or column.unique else {}


def looked_up(vocabulary: Vocabulary, terms: Sequence[str]) -> dict[str, list[str]]:
    """By term, terms of a large registry that begin like it or differ from it in one letter."""
    registry, column = vocabulary.registry, vocabulary.column
    where = {"branch_id": visible_branch_ids()} if has_field(registry, "branch") else {}
    starts = {term: beginnings_of(term) for term in terms}
    distinct = sorted({start for each in starts.values() for start in each})
    begun = names_beginning_with(registry, column.column, distinct, where, vocabulary.rows.db)
    edited: dict[str, list[str]] = {}
    n_left = N_EDITS
    for term in terms:
        edits = list(islice(one_edit_away(term), n_left))
        n_left -= len(edits)
        edited[term] = edits
    asked = begun.union(*edited.values())
    ids, unclear = vocabulary.ids(list(asked))
    valid = ids.keys() | unclear.keys()
    ordered = sorted(begun & valid)
    return {
        term: [edit for edit in edited[term] if edit in valid]
        + [name for start in starts[term] for name in between(ordered, start)]
        for term in terms
    }


def beginnings_of(term: str) -> list[str]:
    """The first 60 % of a term in the usual spellings."""
    text = term.replace("\0", "").strip()
    return common_spellings(text[: max(len(text) * 3 // 5, 1)]) if text else []


def one_edit_away(term: str) -> Iterator[str]:
    """Spellings with two letters swapped, one left out, another one, or one more."""
    letters = alphabet_of(term)
    for i in range(len(term) - 1):
        yield term[:i] + term[i + 1] + term[i] + term[i + 2 :]
    for i in range(len(term)):
        yield term[:i] + term[i + 1 :]
    for i in range(len(term) + 1):
        for letter in letters:
            yield term[:i] + letter + term[i + 1 :]
            yield term[:i] + letter + term[i:]


def alphabet_of(term: str) -> str:
    """Small letters, capitals, digits: those of which the term has some; and what joins words."""
    kinds = (ascii_lowercase, ascii_uppercase, digits)
    return " -_" + "".join(kind for kind in kinds if not set(kind).isdisjoint(term))


def most_similar(term: str, names: Iterable[str]) -> list[str]:
    """The most similar names; only those that share the most pairs of letters are compared."""
    pairs = pairs_of(term)
    shared = [(len(pairs & pairs_of(name)) / (len(name) + 1), name) for name in set(names)]
    ranked = sorted((one for one in shared if one[0]), key=lambda one: (-one[0], one[1]))
    return closest(term, [name for _, name in ranked[:N_COMPARED]], N_SHOWN)


def between(ordered: list[str], beginning: str) -> Iterator[str]:
    """Names with a beginning, out of sorted ones."""
    for name in islice(ordered, bisect_left(ordered, beginning), None):
        if not name.startswith(beginning):
            return
        yield name


def pairs_of(text: str) -> set[str]:
    """Neighbouring letters, whatever their case."""
    folded = text.lower()
    return {folded[i : i + 2] for i in range(len(folded) - 1)}
