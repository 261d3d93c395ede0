"""`lookup()`: the records of a set as attributes, for auto-completion."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.text import attribute_name, did_you_mean, listed

from .field_names import named_column
from .registry_fields import name_field, text_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Field

    from lamindb.base.types import StrField

    from .query_set import BasicQuerySet
    from .sqlrecord import Registry

    Keep = Literal["first", "last", False]
    ByValue = dict[Any, Any]
    ByName = dict[str, Any]

RESERVED = "dict"
SHOWN = 10


def lookup(
    queryset: BasicQuerySet,
    field: StrField | None = None,
    return_field: StrField | None = None,
    keep: Keep = "first",
) -> Lookup:
    """Records of a set as attributes; see `Registry.lookup`.

    Raises
    ------
    FieldError
        Unknown field.
    ValueError
        `keep` is something else, or the registry has no text field.
    """
    if keep not in ("first", "last", False):
        raise ValueError(f"keep has to be 'first', 'last' or False, not {keep!r}")
    registry = queryset.model
    column = default_column(registry) if field is None else named_column(registry, field)
    if not queryset.ordered and not queryset.query.is_sliced:
        queryset = queryset.order_by("pk")
    if return_field is None:
        records = StoredRecords(queryset)
        return Lookup(records.values(column), records, keep)
    returned = named_column(registry, return_field)
    rows = list(queryset.values_list(column.attname, returned.attname))
    return Lookup([value for value, _ in rows], [value for _, value in rows], keep)


def default_column(registry: Registry) -> Field:
    """The name field, else the first text field whose name does not say that it is an id."""
    name = name_field(registry)
    for column in text_fields(registry):
        if column.name == name or (name is None and "id" not in column.name):
            return column
    raise ValueError(f"{get_registry_name(registry)} has no text field to look up: pass a field")


class StoredRecords:
    """Records of a set, read by one query; each becomes an object when it is asked for.

    Parameters
    ----------
    queryset
        Records to read.
    """

    def __init__(self, queryset: BasicQuerySet) -> None:
        self._registry = queryset.model
        self._db = queryset.db
        self._names = [column.attname for column in self._registry._meta.concrete_fields]
        query = queryset.values_list(*self._names).query
        self._compiler = query.get_compiler(self._db)
        self._rows = list(chain.from_iterable(self._compiler.execute_sql()))
        self._records: dict[int, Any] = {}

    def values(self, column: Field) -> list[Any]:
        """Values of one column, as the database stores them."""
        position = self._names.index(column.attname)
        return [row[position] for row in self._rows]

    def __getitem__(self, number: int) -> Any:
        if number not in self._records:
            compiler = self._compiler
            converters = compiler.get_converters([column for column, *_ in compiler.select])
            (values,) = compiler.apply_converters([self._rows[number]], converters)
            self._records[number] = self._registry.from_db(self._db, self._names, values)
        return self._records[number]


class Lookup:
    """Behaves like a named tuple, with an attribute for each value that is looked up.

    Named tuples of thousands of fields take long to make, and so do the records in them: here, a
    record is made when it is looked at.

    Parameters
    ----------
    values
        What is looked up; empty ones are left out.
    results
        What is found for the value at the same position.
    keep
        Which result counts if several values are equal, or equal as attributes; False: a list of
        all.

    Examples
    --------
    >>> labels = Lookup(["T cell", "B cell"], [1, 2])
    >>> labels.t_cell, labels.dict()["B cell"], labels._fields
    (1, 2, ('t_cell', 'b_cell'))
    """

    def __init__(self, values: Sequence[Any], results: Any, keep: Keep = "first") -> None:
        self._results = results
        self._keep = keep
        self._by_value: dict[Any, list[int]] = {}
        for number, value in enumerate(values):
            if value is not None and value != "":
                self._by_value.setdefault(value, []).append(number)
        self._by_name: dict[str, list[int]] = {}
        for value, numbers in self._by_value.items():
            name = attribute_name(str(value))
            name = f"{name}_" if name == RESERVED else name
            self._by_name.setdefault(name, []).extend(numbers)
        self._warned: set[str] = set()

    @property
    def _fields(self) -> tuple[str, ...]:
        """Names of the attributes."""
        return tuple(self._by_name)

    def dict(self) -> ByValue:
        """What is found for each value, by the value as it is."""
        several = [value for value, numbers in self._by_value.items() if len(numbers) > 1]
        if several:
            self._warn("", f"several records for {listed(several)}")
        return {value: self._chosen(numbers) for value, numbers in self._by_value.items()}

    def _asdict(self) -> ByName:
        """What is found for each attribute."""
        return dict(zip(self._by_name, self, strict=True))

    def _chosen(self, numbers: list[int]) -> Any:
        if len(numbers) == 1 or self._keep == "first":
            return self._results[numbers[0]]
        if self._keep == "last":
            return self._results[max(numbers)]
        return [self._results[number] for number in sorted(numbers)]

    def _warn(self, name: str, what: str) -> None:
        """Say once that there is a choice."""
        if self._keep is not False and name not in self._warned:
            self._warned.add(name)
            logger.warning(f"{what}, returning the {self._keep}: pass keep=False to get all")

    def __getattr__(self, name: str) -> Any:
        # while an object is copied, it has no attributes yet
        by_name = {} if name.startswith("_") else self._by_name
        numbers = by_name.get(name)
        if numbers is None:
            raise AttributeError(f"No record is named '{name}'.{did_you_mean(name, by_name)}")
        if len(numbers) > 1:
            self._warn(name, f"{len(numbers)} records are named '{name}'")
        return self._chosen(numbers)

    def __dir__(self) -> list[str]:
        return [*self._by_name, RESERVED]

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Any]:
        return map(self._chosen, self._by_name.values())

    def __getitem__(self, position: int | slice) -> Any:
        return tuple(self)[position]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Lookup, tuple)) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        names = self._fields[:SHOWN]
        shown = ", ".join(f"{name}={self._chosen(self._by_name[name])!r}" for name in names)
        return f"Lookup({shown}{', ...' if len(self) > SHOWN else ''})"
