"""Small pieces of text for messages and attribute names."""

from __future__ import annotations

import keyword
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["attribute_name", "closest", "did_you_mean", "listed"]


def closest(name: str, candidates: Iterable[str], n: int = 3) -> list[str]:
    """Find the candidates that look most like a name, whatever their case.

    Parameters
    ----------
    name : str
        What was typed.
    candidates : iterable of str
        What exists.
    n : int
        Return at most so many.

    Returns
    -------
    list of str
        The closest first.

    Example
    -------
    >>> closest("nam", ["name", "uid"])
    ['name']
    """
    import difflib  # start-up time

    by_lower_case: dict[str, list[str]] = {}
    for candidate in candidates:
        by_lower_case.setdefault(candidate.lower(), []).append(candidate)
    matches = difflib.get_close_matches(name.lower(), by_lower_case, n=n)
    return [candidate for match in matches for candidate in by_lower_case[match]][:n]


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Suggest similar names, as the end of an error text.

    Parameters
    ----------
    name : str
        What was typed.
    candidates : iterable of str
        What exists.

    Returns
    -------
    str
        Empty if nothing is similar.

    Example
    -------
    >>> did_you_mean("nam", ["name", "uid"])
    " Did you mean 'name'?"
    """
    matches = closest(name, candidates)
    return f" Did you mean {listed(matches)}?" if matches else ""


def listed(values: Iterable[object], n: int = 10) -> str:
    """List values in quotes, at most so many.

    Parameters
    ----------
    values : iterable
        Written with `str`.
    n : int
        How many to show.

    Returns
    -------
    str

    Example
    -------
    >>> listed(["a", "b", "c"], n=2)
    "'a', 'b', ..."
    """
    quoted = [f"'{value}'" for value in values]
    return ", ".join([*quoted[:n], "..."] if len(quoted) > n else quoted)


def attribute_name(value: str, prefix: str = "ln_") -> str:
    """Turn a value into an attribute name for auto-completion.

    Parameters
    ----------
    value : str
        Say, the name of a cell type.
    prefix : str
        Goes in front unless the name starts with a letter.

    Returns
    -------
    str
        Lower case; runs of characters other than letters, digits and underscores become one
        underscore; `_` goes behind Python keywords.

    Example
    -------
    >>> attribute_name("T cell"), attribute_name("3D"), attribute_name("class")
    ('t_cell', 'ln_3d', 'class_')
    """
    name = re.sub(r"[^0-9a-zA-Z_]+", "_", value).lower()
    if not name[:1].isalpha():
        name = f"{prefix}{name}"
    return f"{name}_" if keyword.iskeyword(name) else name
