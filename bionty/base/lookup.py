"""Terms as attributes, for auto-completion."""

from __future__ import annotations

from collections import namedtuple
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamindb.base.text import attribute_name, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bionty.sources.tables import IndexedRows

    ByName = dict[str, list[int]]
    ByValue = dict[Any, Any]

__all__ = ["PublicLookup"]

RESERVED = "dict"
PREFIX = "bt_"


class PublicLookup:
    """Behaves like a named tuple with an attribute for each value of a column.

    What is found is a named tuple of the row, and a list of them if several rows have the value.
    Rows are read when they are asked for.

    Parameters
    ----------
    rows : IndexedRows
        Table.
    field : str
        Column that is looked up.
    entity : str
        Name of the tuples.

    Examples
    --------
    >>> bt.base.CellType().lookup().t_cell.ontology_id  # doctest: +SKIP
    'CL:0000084'
    """

    def __init__(self, rows: IndexedRows, field: str, entity: str) -> None:
        self._rows = rows
        self._field = field
        self._entry = namedtuple(entity, rows.columns, rename=True)  # type: ignore[misc]

    @cached_property
    def _by_name(self) -> ByName:
        """Positions by attribute."""
        by_name: ByName = {}
        positions = self._rows.positions(self._field)
        for value in positions.first:
            name = attribute_name(str(value), PREFIX)
            name = f"{name}_" if name == RESERVED else name
            by_name.setdefault(name, []).extend(positions.all(value))
        return by_name

    @property
    def _fields(self) -> tuple[str, ...]:
        """Names of the attributes."""
        return tuple(self._by_name)

    def dict(self) -> ByValue:
        """What is found, by the values as they are."""
        positions = self._rows.positions(self._field)
        entries = self._entries(list(range(len(self._rows))))
        found = {value: [entries[n] for n in positions.all(value)] for value in positions.first}
        return {value: one[0] if len(one) == 1 else one for value, one in found.items()}

    def _entries(self, positions: list[int]) -> list[Any]:
        """Rows as named tuples."""
        return [self._entry(*row.values()) for row in self._rows.rows_at(positions)]

    def _found(self, positions: list[int]) -> Any:
        entries = self._entries(sorted(positions))
        return entries[0] if len(entries) == 1 else entries

    def __getattr__(self, name: str) -> Any:
        # while an object is copied, it has no attributes yet
        by_name = {} if name.startswith("_") else self._by_name
        if name not in by_name:
            raise AttributeError(f"No term is named '{name}'.{did_you_mean(name, by_name)}")
        return self._found(by_name[name])

    def __dir__(self) -> list[str]:
        return [*self._by_name, RESERVED]

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Any]:
        return map(self._found, self._by_name.values())

    def __repr__(self) -> str:
        return f"<lookup of {len(self)} values of {self._field}>"
