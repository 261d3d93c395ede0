"""Find terms by their exact value, in another casing, and by their synonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    Keep = Literal["first", "last", False]

__all__ = ["Positions", "TermFinder", "synonym_positions"]


class Positions:
    """Where values are: a hash index over a column.

    Parameters
    ----------
    values : list
        The column; empty values are at no position.
    rows : list of int, optional
        The row of each value, ascending; by default its place in the list.

    Examples
    --------
    >>> index = Positions(["a", "b", "a"])
    >>> index.first["a"], index.all("a"), index.all("c")
    (0, [0, 2], [])
    """

    def __init__(self, values: list[Any], rows: list[int] | None = None) -> None:
        numbers = range(len(values)) if rows is None else rows
        self.first: dict[Any, int] = dict.fromkeys(values, 0)  # keeps the order
        self.first.update(zip(reversed(values), reversed(numbers), strict=True))  # first one wins
        self._several: dict[Any, list[int]] = {}
        if len(self.first) < len(values):
            first, several = self.first, self._several
            for value, number in zip(values, numbers, strict=True):
                if first[value] != number:
                    several.setdefault(value, [first[value]]).append(number)
        self.first.pop(None, None)
        self._several.pop(None, None)

    def all(self, value: Any) -> list[int]:
        """All positions of a value, ascending."""
        if value in self._several:
            return self._several[value]
        first = self.first.get(value)
        return [] if first is None else [first]


def lowered(values: list[Any]) -> list[Any]:
    """Values in lower case."""
    return [None if value is None else value.lower() for value in values]


def synonym_positions(synonyms: pa.ChunkedArray, *, lower: bool) -> Positions:
    """Index the elements of a column in which `|` separates them.

    Examples
    --------
    >>> synonym_positions(pa.chunked_array([["a|B", None]]), lower=True).first  # doctest: +SKIP
    {'a': 0, 'b': 0}
    """
    import pyarrow.compute as pc

    lists = pc.split_pattern(synonyms.combine_chunks(), "|")
    values = [value.strip() for value in lists.flatten().to_pylist()]
    rows = pc.list_parent_indices(lists).to_pylist()
    if not all(values):
        kept = [number for number, value in enumerate(values) if value]
        values, rows = [values[n] for n in kept], [rows[n] for n in kept]
    return Positions(lowered(values) if lower else values, rows)


class TermFinder:
    """Finds the terms that values mean: exact, then in another casing, then by synonym.

    Parameters
    ----------
    values : list
        The column that is compared with.
    exact : Positions
        Its index.
    synonyms : pyarrow.ChunkedArray, optional
        Column with synonyms.
    case_sensitive : bool
        Whether upper and lower case differ.

    Examples
    --------
    >>> finder = TermFinder(["T cell"], Positions(["T cell"]), None, case_sensitive=False)
    >>> finder.find("t CELL")
    [0]
    """

    def __init__(
        self,
        values: list[Any],
        exact: Positions,
        synonyms: pa.ChunkedArray | None,
        *,
        case_sensitive: bool,
    ) -> None:
        self._lower = not case_sensitive
        self._exact = exact
        self._folded = Positions(lowered(values)) if self._lower else None
        self._synonyms = (
            None if synonyms is None else synonym_positions(synonyms, lower=self._lower)
        )

    def find(self, value: str) -> list[int]:
        """Rows of the terms: one, or all that have the value as a synonym; ascending."""
        if value in self._exact.first:
            return [self._exact.first[value]]
        key = value.lower() if self._lower else value
        if self._folded is not None and key in self._folded.first:
            return [self._folded.first[key]]
        return [] if self._synonyms is None else self._synonyms.all(key)

    def replacements(
        self, values: Iterable[Any], returned: list[Any], keep: Keep
    ) -> dict[Any, Any]:
        """By value, what the term has in another column; only values that mean a term.

        Parameters
        ----------
        values : iterable
            What is looked up; what is no text means nothing.
        returned : list
            Column to take the result from.
        keep : "first", "last" or False
            Which term counts if several have the value as a synonym; False: a list of all.

        Returns
        -------
        dict

        Examples
        --------
        >>> finder.replacements(["T-cell"], names, "first")  # doctest: +SKIP
        {'T-cell': 'T cell'}
        """
        found: dict[Any, Any] = {}
        for value in values:
            if not isinstance(value, str) or value in found:
                continue
            rows = self.find(value)
            results = list(dict.fromkeys(returned[row] for row in rows))
            results = [result for result in results if result is not None]
            if not results:
                continue
            if keep is False:
                found[value] = results if len(results) > 1 else results[0]
            else:
                found[value] = results[0 if keep == "first" else -1]
        return found
