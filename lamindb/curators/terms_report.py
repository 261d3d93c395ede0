"""What users read about terms that are not validated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.registries import get_registry_name
from lamindb.base.text import listed
from lamindb.base.validation import TERMS, Failure
from lamindb.models.annotate.resolve import FEATURE
from lamindb.models.annotate.term_texts import N_LISTED, not_validated
from lamindb.models.curated_values import is_text
from lamindb.models.curation_messages import counted

from .suggestions import nearest_terms

if TYPE_CHECKING:
    from lamindb.models.annotate.resolve import Vocabulary

    from .calls import Calls
    from .resolved_terms import ResolvedTerms

NOT_VALIDATED = "TERM_NOT_VALIDATED"
AMBIGUOUS = "AMBIGUOUS_TERM"
UNFIT = "UNEXPECTED_RECORD"
ARROW = "    → "


def failure_of(found: ResolvedTerms, calls: Calls, *, rows: tuple[int, ...] = ()) -> Failure:
    """Failure for everything that is not valid about the terms of one vector.

    Parameters
    ----------
    found
        What the terms mean; at least one is not valid.
    calls
        How users reach the vector.
    rows
        First rows with a failing term.
    """
    unknown = [term for term in found.missing if term not in found.synonyms]
    first = unknown[:N_LISTED]
    return Failure(
        group=TERMS,
        code=NOT_VALIDATED if found.missing else AMBIGUOUS if found.ambiguous else UNFIT,
        column=calls.key,
        error=text_of(found, calls),
        check="terms are in the registry",
        slot=calls.slot,
        n_failing=len(found.failing),
        rows=rows,
        values=tuple(found.failing[:N_LISTED]),
        suggestions={term: (name,) for term, name in found.synonyms.items()}
        | nearest_terms([term for term in first if isinstance(term, str)], found.vocabularies),
        fix=call_of(found, calls),
    )


def call_of(found: ResolvedTerms, calls: Calls) -> str | None:
    """Call that mends what comes first, None if there is none."""
    if found.synonyms:
        return calls.standardize
    return calls.add_new if found.missing and found.no_organism is None else None


def text_of(found: ResolvedTerms, calls: Calls) -> str:
    """All that is wrong, and what to do."""
    lines = []
    if found.missing:
        lines.append(not_validated(found.missing, calls.key, calls.slot))
        unknown = [term for term in found.missing if term not in found.synonyms]
        if found.synonyms:
            lines += synonym_lines(found.synonyms, calls)
        if found.synonyms and unknown:
            lines.append("    for remaining terms:")
        if unknown:
            lines += remaining_lines(found, unknown, calls)
    return "\n".join([*lines, *found.problems])


def synonym_lines(synonyms: dict[str, str], calls: Calls) -> list[str]:
    """Which terms are synonyms of others, and how to replace them."""
    return [
        f"    {counted(len(synonyms), 'synonym')} found: {as_pairs(synonyms)}",
        f"{ARROW}curate synonyms via: {calls.standardize}",
    ]


def as_pairs(synonyms: dict[str, str]) -> str:
    """The first replacements."""
    pairs = [f'"{term}" → "{name}"' for term, name in list(synonyms.items())[:N_LISTED]]
    return ", ".join([*pairs, *(["..."] if len(synonyms) > N_LISTED else [])])


def remaining_lines(found: ResolvedTerms, unknown: list[Any], calls: Calls) -> list[str]:
    """What to do with terms that mean nothing."""
    if found.no_organism is not None:
        return [f"{ARROW}{found.no_organism}"]
    if problem := mismatch(unknown, found.vocabularies):
        return [f"{ARROW}{problem}"]
    name = getattr(found.organism, "name", found.organism)
    organism = "" if name is None else f"fix organism '{name}', "
    fix = f"fix typos, remove non-existent values, or save terms via: {calls.add_new}"
    return [f"{ARROW}{organism}{fix}", *map(subtype_line, filter(is_subtype, found.vocabularies))]


def mismatch(terms: list[Any], vocabularies: list[Vocabulary]) -> str | None:
    """Why terms cannot be in any of the columns, None if they can."""
    if not all(is_text(one.column) for one in vocabularies):
        return None
    others = [term for term in terms if not isinstance(term, str)]
    if not others:
        return None
    one = vocabularies[0]
    return (
        f"{get_registry_name(one.registry)}.{one.column.name} holds text, but "
        f"{listed(others, N_LISTED)} {'is' if len(others) == 1 else 'are'} of type "
        f"{type(others[0]).__name__}: convert the values to strings"
    )


def is_subtype(vocabulary: Vocabulary) -> bool:
    """Whether a dtype names a type of labels."""
    return vocabulary.type_record is not None and vocabulary.alternative.registry != FEATURE


def subtype_line(vocabulary: Vocabulary) -> str:
    """Which labels a typed dtype allows."""
    rows = vocabulary.rows.order_by("pk").values_list(vocabulary.column.attname, flat=True)
    names = listed(rows[: N_LISTED + 1], N_LISTED)
    name = vocabulary.type_record.name
    return f"{ARROW}a valid label for subtype '{name}' has to be one of [{names}]"
