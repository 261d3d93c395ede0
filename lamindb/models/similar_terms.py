"""Terms of a registry that mean a value without being equal to it: other casing, synonyms.

A few values are looked up with the index on the column and one pass over the synonyms; for many,
reading the two columns is faster. Upper and lower case are Python's, not those of the database.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import Field, Q, QuerySet

from .exact import fetch
from .membership import OneOf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .query_set import BasicQuerySet

FEW = 30
"""Up to so many values are looked up one by one."""

SYNONYM_SEPARATOR = "|"


@dataclass
class SimilarTerms:
    """By value, what the query returned for terms that mean it.

    Parameters
    ----------
    casings
        Value that differs from a term in upper and lower case only: the first such term.
    synonyms
        Value that is a synonym: all terms that have it, in the order of the table.
    """

    casings: dict[str, Any] = field(default_factory=dict)
    synonyms: dict[str, list[Any]] = field(default_factory=dict)


def find_similar(
    queryset: BasicQuerySet,
    column: Field,
    values: list[str],
    *,
    result: str,
    synonyms: Field | None,
    case_sensitive: bool = False,
) -> SimilarTerms:
    """Look up values that no term of the registry equals.

    Parameters
    ----------
    queryset
        Records among which to look.
    column
        Column with the terms.
    values
        Text; none of it equal to a term.
    result
        Name of the column whose value is returned for a record.
    synonyms
        Column with the synonyms, None to look for other casings only.
    case_sensitive
        Take only synonyms that are equal.
    """
    found = SimilarTerms()
    if not values or (case_sensitive and synonyms is None):
        return found
    wanted: dict[str, list[str]] = {}
    for value in values:
        wanted.setdefault(fold(value, case_sensitive), []).append(value)
    folded_values = set(wanted)
    rows = candidates(queryset, column, values, result, synonyms, case_sensitive)
    for term, returned, joined in rows:
        if term and not case_sensitive:
            for value in wanted.get(fold(term), ()):
                found.casings.setdefault(value, returned)
        if joined:
            own = fold(joined, case_sensitive).split(SYNONYM_SEPARATOR)
            for synonym in folded_values.intersection(own):
                for value in wanted[synonym]:
                    found.synonyms.setdefault(value, []).append(returned)
    return found


def fold(text: str, case_sensitive: bool = False) -> str:
    """Text of the same length in which upper and lower case are the same, unless they count."""
    if case_sensitive:
        return text
    return text.replace("İ", "I").lower()  # the only letter that lower() turns into two


def candidates(
    queryset: BasicQuerySet,
    column: Field,
    values: list[str],
    result: str,
    synonyms: Field | None,
    case_sensitive: bool,
) -> Iterable[tuple[Any, Any, str | None]]:
    """Term, returned column and synonyms of all records that may be meant, oldest first."""
    if len(values) <= FEW and (column.db_index or column.unique):
        condition = Q()
        if not case_sensitive and (terms := other_casings(queryset.db, column, values)):
            condition |= Q(**{f"{column.attname}__{OneOf.lookup_name}": set(terms)})
        if synonyms is not None and (
            rows := joined_synonyms(queryset.db, synonyms, values, case_sensitive)
        ):
            condition |= Q(**{f"{synonyms.attname}__{OneOf.lookup_name}": set(rows)})
        if not condition:
            return []
        queryset = QuerySet.filter(queryset, condition)
    ordered = queryset.order_by("pk")
    if synonyms is None:
        return ((term, value, None) for term, value in ordered.values_list(column.attname, result))
    return ordered.values_list(column.attname, result, synonyms.attname)


# -- other casing

NEXT_PREFIX = (
    "prefix || substr(CASE is_upper WHEN 1 THEN upper_case ELSE lower_case END,"
    " length(prefix) + 1, 1)"
)

WALK = """
WITH RECURSIVE letter_case(is_upper) AS (VALUES (0), (1)),
walk(lower_case, upper_case, prefix) AS (
    {values}
    UNION
    SELECT lower_case, upper_case, {next_prefix} FROM walk, letter_case
    WHERE length(prefix) < length(lower_case) AND EXISTS (
        SELECT 1 FROM "{table}"
        WHERE "{column}" {at_least} ({next_prefix})
        AND "{column}" {below} ({next_prefix} || {last}))
)
SELECT DISTINCT prefix FROM walk WHERE length(prefix) = length(lower_case)
"""
"""Extends each value letter by letter in both cases, as long as some term begins like that.

The index answers each step, so the cost depends on the values, not on the size of the table.
"""

WALK_DIALECTS = {
    "sqlite": {
        "values": "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), ''"
        " FROM json_each(%s)",
        "at_least": ">=",
        "below": "<",
        "last": "char(1114111)",
    },
    # the operators of the index that Django adds for prefixes, which ignores the collation
    "postgresql": {
        "values": "SELECT v ->> 0, v ->> 1, '' FROM json_array_elements(%s::json) AS v",
        "at_least": "~>=~",
        "below": "~<~",
        "last": "chr(1114111)",
    },
}


def other_casings(using: str, column: Field, values: list[str]) -> list[str]:
    """Terms in the table that differ from a value at most in upper and lower case."""
    connection = connections[using]
    sql = WALK.format(
        table=column.model._meta.db_table,
        column=column.column,
        next_prefix=NEXT_PREFIX,
        **WALK_DIALECTS[connection.vendor],
    )
    cases = [(fold(value), upper_case(fold(value))) for value in values]
    return [term for (term,) in fetch(connection, sql, [json.dumps(cases)])]


def upper_case(text: str) -> str:
    """Text in upper case, character by character; `ß`, which would become two, stays."""
    return "".join(up if len(up := c.upper()) == 1 else c for c in text)


# -- synonyms

JOINED_SYNONYMS = {
    "sqlite": """SELECT group_concat("{column}", %s) FROM "{table}" WHERE "{column}" > ''""",
    "postgresql": """SELECT string_agg("{column}", %s) FROM "{table}" WHERE "{column}" > ''""",
}
"""All synonyms as one text: much faster to read and to search than row by row."""

ROW_SEPARATOR = "|\x1e|"


def joined_synonyms(
    using: str, synonyms: Field, values: list[str], case_sensitive: bool
) -> list[str]:
    """Contents of the column `synonyms` of the rows that have one of the values as a synonym."""
    connection = connections[using]
    sql = JOINED_SYNONYMS[connection.vendor].format(
        column=synonyms.column, table=synonyms.model._meta.db_table
    )
    text = f"|{fetch(connection, sql, [ROW_SEPARATOR])[0][0] or ''}|"
    folded = fold(text, case_sensitive)
    rows: list[str] = []
    for value in values:
        element = f"|{fold(value, case_sensitive)}|"
        position = -1 if SYNONYM_SEPARATOR in value else folded.find(element)
        while position >= 0:
            rows.append(row_around(text, position + 1))
            position = folded.find(element, position + 1)
    return rows


def row_around(text: str, position: int) -> str:
    """The row of the joined synonyms that has this position."""
    before = text.rfind(ROW_SEPARATOR, 0, position)
    start = 1 if before < 0 else before + len(ROW_SEPARATOR)
    end = text.find(ROW_SEPARATOR, position)
    return text[start : len(text) - 1 if end < 0 else end]
