"""Filters inside of categorical dtypes: `key=value` pairs, and text with brackets and quotes."""

from __future__ import annotations

from itertools import pairwise

from lamindb.errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["parse_filter_string", "quote_filter_value", "split", "split_at_closing_bracket"]

_QUOTES = "'\""


def _significant(text: str) -> Iterator[tuple[int, str, int]]:
    """Index, character and bracket depth of all characters outside of quoted filter values."""
    depth, quote, previous = 0, "", ""
    for index, character in enumerate(text):
        if quote:
            if character == quote and text[index + 1 :].lstrip()[:1] in ("", ",", "]"):
                quote = ""
            continue
        if character in _QUOTES and previous == "=":
            quote = character
            continue
        if character == "]":
            depth -= 1
        yield index, character, depth
        if character == "[":
            depth += 1
        if not character.isspace():
            previous = character
    if quote:
        raise ValueError(f"a filter value in '{text}' starts with {quote} but doesn't end with it")


def split(text: str, separator: str) -> list[str]:
    """Split at separators outside of brackets and quotes."""
    cuts = [i for i, character, depth in _significant(text) if character == separator and not depth]
    edges = [-1, *cuts, len(text)]
    return [text[start + 1 : end] for start, end in pairwise(edges)]


def split_at_closing_bracket(text: str) -> tuple[str, str]:
    """Split after an opening bracket: what is inside, what follows the closing one."""
    for index, _, depth in _significant(text):
        if depth < 0:
            return text[:index], text[index + 1 :]
    raise ValueError(f"the bracket before '{text}' is not closed")


def parse_filter_string(filters: str) -> dict[str, tuple[str, str | None, str]]:
    """Parse the filters of a categorical dtype.

    Parameters
    ----------
    filters : str
        `key=value` pairs with commas between.

    Returns
    -------
    dict
        Key → relation or field, what follows its first `__` or None, value without quotes.

    Raises
    ------
    ValueError
        If a `=`, a key, a value or a closing quote is missing.

    Example
    -------
    >>> parse_filter_string("a__id=1, b=x")
    {'a__id': ('a', 'id', '1'), 'b': ('b', None, 'x')}
    """
    return {key: (*_split_lookup(key), value) for key, value in _filter_pairs(filters)}


def _split_lookup(key: str) -> tuple[str, str | None]:
    relation, _, field = key.partition("__")
    return relation, field or None


def _filter_pairs(filters: str) -> Iterator[tuple[str, str]]:
    for pair in split(filters, ","):
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not equals:
            raise ValueError(f"filter '{pair.strip()}' has no '=': write key=value")
        if not key:
            raise ValueError(f"filter '{pair.strip()}' has an empty key: write key=value")
        if value[:1] and value[0] in _QUOTES:
            value = value[1:-1]
        if not value:
            raise ValueError(f"filter '{key}' has an empty value: write key=value")
        yield key, value


def quote_filter_value(value: object) -> str:
    """Write a filter value so that it can stand in a dtype string.

    Parameters
    ----------
    value : object
        Written with `str`.

    Returns
    -------
    str
        In quotes if it holds a comma or another character of the grammar.

    Raises
    ------
    ValidationError
        If it needs quotes but holds both kinds.

    Example
    -------
    >>> quote_filter_value("a,b"), quote_filter_value("abc")
    ('"a,b"', 'abc')
    """
    text = str(value)
    needs_quotes = text != text.strip() or text[:1] in ("'", '"') or any(c in text for c in ",[]|")
    if not needs_quotes:
        return text
    for quote in '"', "'":
        if quote not in text:
            return f"{quote}{text}{quote}"
    raise ValidationError(
        f"filter value {text!r} needs quotes but contains both ' and \": filter by another field"
    )
