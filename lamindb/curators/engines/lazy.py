"""Tables that read one column at a time, and keep what was changed beside the source."""

from __future__ import annotations

from abc import abstractmethod
from copy import copy
from typing import TYPE_CHECKING, Any

from .abc import Column, Table
from .pandas import PandasColumn
from .pandas_edits import constant_series, filled_series, replaced_series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from lamindb.base.dtypes import Dtype


class LazyTable(Table):
    """What such tables share; the source itself is never changed."""

    def __init__(self) -> None:
        self._changed: dict[str, PandasColumn] = {}
        self._changed_index: PandasColumn | None = None

    @property
    def changed(self) -> Mapping[str, PandasColumn]:
        """Columns that differ from the source."""
        return self._changed

    @property
    def changed_index(self) -> PandasColumn | None:
        """The index, if it differs from that of the source."""
        return self._changed_index

    @property
    def labels(self) -> list[Any]:
        """Labels of the columns in order, added ones last."""
        source = self._source_labels()
        known = set(source)
        return source + [label for label in self._changed if label not in known]

    @property
    def index(self) -> PandasColumn | None:
        """The index."""
        return self._changed_index or self._read_index()

    def column(self, label: Any) -> PandasColumn:
        """Column by label, read now."""
        return self._changed.get(label) or self._read(label)

    def with_columns(self, columns: Mapping[str, Column], index: Column | None = None) -> LazyTable:
        """A new table with these columns exchanged or added, over the same source."""
        new = copy(self)
        new._changed = {**self._changed}
        for label, column in columns.items():
            new._change(label, _series(column))
        if index is not None:
            new._change(None, _series(index))
        return new

    def replace_terms(self, label: Any, mapping: Mapping[str, str]) -> None:
        """Replace values of a column (`None`: of the index), also within lists."""
        column = self.index if label is None else self.column(label)
        if column is not None:
            self._change(label, replaced_series(column.series, mapping))

    def add_filled(self, label: str, dtype: Dtype, value: Any) -> None:
        """Add a column in which all values are the same; `None` means missing."""
        self._change(label, constant_series(self.n_rows, dtype, value))

    def fill_missing(self, label: str, value: Any) -> None:
        """Replace missing values of a column; a missing category is added."""
        self._change(label, filled_series(self.column(label).series, value))

    def _change(self, label: str | None, series: pd.Series) -> None:
        """Keep other values for a column, or for the index."""
        if label is not None:
            self._changed[label] = PandasColumn(series, label)
        else:
            index = self.index
            name = None if index is None else index.name
            self._changed_index = PandasColumn(series, name)

    @abstractmethod
    def _source_labels(self) -> list[Any]:
        """Labels of the columns of the source."""

    @abstractmethod
    def _read(self, label: Any) -> PandasColumn:
        """One column of the source."""

    @abstractmethod
    def _read_index(self) -> PandasColumn | None:
        """The index of the source."""


def _series(column: Column) -> pd.Series:
    """Values of a column of this engine."""
    assert isinstance(column, PandasColumn), type(column)
    return column.series


class LazyPandasTable(LazyTable):
    """Columns that are read when they are asked for, e.g. those of an AnnData in a file.

    Parameters
    ----------
    columns
        By label, a function without arguments that returns values: a series, an index, a
        categorical or an array.
    n_rows
        Number of rows.
    index
        The same for the index.

    Examples
    --------
    >>> table = LazyPandasTable({"a": lambda: [1, 2]}, n_rows=2)
    >>> table.column("a").kind
    'int'
    """

    engine = "lazy"

    def __init__(
        self,
        columns: Mapping[str, Callable[[], Any]],
        n_rows: int,
        index: Callable[[], Any] | None = None,
    ) -> None:
        super().__init__()
        self._columns = columns
        self._n_rows = n_rows
        self._index = index

    @property
    def frame(self) -> pd.DataFrame:
        """A data frame of all columns, which are read now."""
        import pandas as pd

        arrays = {label: self.column(label).series.array for label in self.labels}
        index = self.index
        as_index = None if index is None else pd.Index(index.series.array, name=index.name)
        return pd.DataFrame(arrays, index=as_index)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self._n_rows

    def _source_labels(self) -> list[Any]:
        return list(self._columns)

    def _read(self, label: Any) -> PandasColumn:
        import pandas as pd

        return PandasColumn(pd.Series(self._columns[label](), copy=False), label)

    def _read_index(self) -> PandasColumn | None:
        import pandas as pd

        return None if self._index is None else PandasColumn.of_index(pd.Index(self._index()))
