"""What the checks ask of a table and its columns; one implementation per data-frame library."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lamindb.base.dtypes import CatDtype

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lamindb.base.dtypes import Dtype

Kind = Literal[
    "int",
    "float",
    "number",
    "bool",
    "str",
    "path",
    "date",
    "datetime",
    "datetime_tz",
    "category",
    "list",
    "dict",
    "record",
    "mixed",
    "other",
    "empty",
]
"""What the non-missing values of a column are.

`number` is a complex or decimal number, `record` a row of a registry, `empty` means that there are
no values, and `other` is what no dtype means, say, a period. A column is `int`, `float`, `number`,
`bool`, `datetime`, `datetime_tz` or `category` only if its type says so: Python objects of these
kinds, and objects of several kinds, are `mixed`.
"""

N_ROWS = 10
"""How many failing rows and values a report shows per failure."""


@dataclass(frozen=True)
class Misfits:
    """Values that do not fit a dtype.

    Attributes
    ----------
    n
        How many there are.
    rows, values
        Positions and values of the first ones.
    """

    n: int
    rows: tuple[int, ...] = ()
    values: tuple[Any, ...] = ()

    def __str__(self) -> str:
        shown = [f"{v!r} (row {row})" for v, row in zip(self.values, self.rows, strict=True)]
        rest = f", ... ({self.n} values)" if self.n > len(shown) else ""
        return ", ".join(shown) + rest


class CoercionError(ValueError):
    """A column cannot be converted losslessly; the text names the first values that fail.

    Parameters
    ----------
    dtype
        The dtype that was wanted.
    misfits
        What cannot be converted.
    positions
        All positions of it, where they are known.
    """

    def __init__(self, dtype: Dtype, misfits: Misfits, positions: Sequence[int] = ()) -> None:
        name = "category" if isinstance(dtype, CatDtype) else dtype
        super().__init__(f"Could not losslessly coerce into {name}: {misfits}")
        self.misfits = misfits
        self.positions = positions


class Column(ABC):
    """One column, or the index, of a table.

    Attributes
    ----------
    name
        Label as in the data; for an index its name, which may be None.
    type_name
        What error texts call the type, e.g. `float64`, `object`, `category`.
    is_object
        Whether it can hold any Python object.
    text_is_category
        Whether columns of texts count as categorical, as their type is no statement.
    """

    name: Any
    type_name: str
    is_object: bool = False
    text_is_category: bool = False

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """What the non-missing values are."""

    @property
    @abstractmethod
    def kinds(self) -> frozenset[Kind]:
        """Kinds of the single values, also of Python objects; of a category, of its categories."""

    @abstractmethod
    def item_kinds(self, depth: int = 1) -> frozenset[Kind]:
        """Kinds of the elements of lists, which may be nested; a missing element is `empty`."""

    @property
    @abstractmethod
    def n_missing(self) -> int:
        """Number of missing values: None, NaN, NaT, NA."""

    @abstractmethod
    def terms(self) -> list[Any]:
        """Distinct values in order of first appearance.

        Missing values and empty strings are left out; lists are flattened.
        """

    def distinct_terms(self) -> list[Any]:
        """The same as `terms` in any order, which takes less time for categories."""
        return self.terms()

    @abstractmethod
    def rows_of(self, values: Collection[Any], limit: int = N_ROWS) -> tuple[int, ...]:
        """Positions of the first rows that hold one of the values, also within a list."""

    @abstractmethod
    def missing_rows(self, limit: int = N_ROWS) -> tuple[int, ...]:
        """Positions of the first missing values."""

    @abstractmethod
    def misfits(self, dtype: Dtype) -> Misfits:
        """Values that do not fit a dtype: all of them if the type of the column is wrong."""

    @abstractmethod
    def coerced(self, dtype: Dtype) -> Column:
        """The same values in the type of a dtype, converted without loss.

        Raises
        ------
        CoercionError
            Some values cannot be converted.
        """


class Table(ABC):
    """A data frame, or a file that holds one.

    Attributes
    ----------
    engine
        Name of the library.
    """

    engine: str

    @property
    @abstractmethod
    def frame(self) -> Any:
        """The data frame itself, in its library's type."""

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """Number of rows."""

    @property
    @abstractmethod
    def labels(self) -> list[Any]:
        """Labels of the columns in order; with duplicates and non-strings, if there are any."""

    @property
    @abstractmethod
    def index(self) -> Column | None:
        """The index, None where the library has none."""

    @abstractmethod
    def column(self, label: Any) -> Column:
        """Column by label, which has to be unique."""

    def prepare(self, dtypes: Mapping[str, Dtype]) -> None:  # noqa: B027
        """Announce which columns will be asked for, so that one query can answer all."""

    @abstractmethod
    def with_columns(self, columns: Mapping[str, Column], index: Column | None = None) -> Table:
        """A new table with these columns exchanged or added; this one and its frame stay as is."""

    @abstractmethod
    def replace_terms(self, label: Any, mapping: Mapping[str, str]) -> None:
        """Replace values of a column (`None`: of the index) in place, also within lists.

        A categorical column stays categorical, also if two of its categories become one.
        """

    @abstractmethod
    def add_filled(self, label: str, dtype: Dtype, value: Any) -> None:
        """Add a column in place in which all values are the same; `None` means missing."""

    @abstractmethod
    def fill_missing(self, label: str, value: Any) -> None:
        """Replace missing values of a column in place; a missing category is added."""
