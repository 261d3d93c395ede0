"""JSON text in one form, so that equal values have equal texts."""

from __future__ import annotations

import json

__all__ = ["canonical_json"]


def canonical_json(text: str | float | None) -> str | None:
    """Write JSON text with sorted keys, and whole numbers without a decimal point.

    Parameters
    ----------
    text : str, float or None
        JSON text, or what SQLite makes of a JSON string or number.

    Returns
    -------
    str or None
        None for None.

    Example
    -------
    >>> canonical_json('{"b": 1.0, "a": [2]}')
    '{"a": [2], "b": 1}'
    """
    if text is None:
        return None
    value: object = text
    if isinstance(text, str):
        try:
            value = json.loads(text, parse_float=_whole_if_possible)
        except ValueError:  # a string without its quotes
            value = text
    return json.dumps(value, sort_keys=True)


def _whole_if_possible(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number
