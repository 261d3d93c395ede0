"""What the checks ask of a table and its columns; one implementation per data-frame library."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lamindb.base.dtypes import Dtype

Kind = Literal[
    "int",
    "float",
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
    "empty",
]
"""What the non-missing values of a column are; `category` only for columns that are typed so."""

N_ROWS = 10
"""How many failing rows and values a report shows per failure."""


class CoercionError(ValueError):
    """A column cannot be converted losslessly; the text names the first values that fail."""


class Column(ABC):
    """One column, or the index, of a table.

    Attributes
    ----------
    name
        Label as in the data; for an index its name, which may be None.
    type_name
        What error texts call the type, e.g. `float64`, `object`, `category`.
    """

    name: Any
    type_name: str

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """What the non-missing values are."""

    @property
    @abstractmethod
    def n_missing(self) -> int:
        """Number of missing values: None, NaN, NaT, NA."""

    @abstractmethod
    def terms(self) -> list[Any]:
        """Distinct values in order of first appearance.

        Missing values and empty strings are left out; lists are flattened.
        """

    @abstractmethod
    def rows_of(self, values: Collection[Any], limit: int = N_ROWS) -> tuple[int, ...]:
        """Positions of the first rows that hold one of the values, also within a list."""

    @abstractmethod
    def missing_rows(self, limit: int = N_ROWS) -> tuple[int, ...]:
        """Positions of the first missing values."""

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
