"""Tables of pandas, with columns of NumPy's, pandas' own and Arrow's types."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import CatDtype, ListDtype, SimpleDtype

from .abc import N_ROWS, Column, Misfits, Table
from .arrow_lists import item_kinds_of_arrow, items_of_arrow
from .cells import distinct, fits, flattened, item_kinds_of, key_of, kind_of, kinds_of, terms_of
from .pandas_coercion import coerced_series
from .pandas_edits import constant_series, filled_series, replaced_series
from .pandas_types import kind_of_dtype, missing_mask

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np
    import pandas as pd

    from lamindb.base.dtypes import Dtype

    from .abc import Kind

OBJECT_KINDS: frozenset[Kind] = frozenset(("str", "path", "date", "list", "dict", "record"))
"""What a column of Python objects may be; numbers, booleans and times need a type."""

CELLWISE = ("str", "path", "url", "date", "dict")
"""Simple dtypes for which a column of Python objects is judged by its values alone."""


class PandasColumn(Column):
    """A series, or an index as a series.

    Parameters
    ----------
    series
        The values.
    name
        Label, None for an index without a name.
    type_name
        What error texts call the type, if not by its dtype.
    """

    def __init__(self, series: pd.Series, name: Any, type_name: str | None = None) -> None:
        self.series = series
        self.name = name
        self.type_name = type_name or str(series.dtype)
        self.is_object = self.type_name == "object"
        self._declared = kind_of_dtype(series.dtype)

    @classmethod
    def of_index(cls, index: pd.Index) -> PandasColumn:
        """The values of an index; of several levels as tuples."""
        import pandas as pd

        if isinstance(index, pd.MultiIndex):
            return cls(pd.Series(list(index), dtype=object), None, "MultiIndex")
        return cls(pd.Series(index, copy=False), index.name)

    @cached_property
    def kind(self) -> Kind:
        """What the non-missing values are."""
        if self._declared is not None:
            return "empty" if self.n_missing == len(self.series) else self._declared
        if len(self.kinds) == 1 and self.kinds <= OBJECT_KINDS:
            return next(iter(self.kinds))
        return "mixed" if self.kinds else "empty"

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """Kinds of the single values; of a category, of its categories."""
        if self._declared == "category":
            return PandasColumn(self._categories().to_series(), None).kinds
        if self._declared is not None:
            return frozenset(() if self.kind == "empty" else (self._declared,))
        if self._is_only_text:
            return frozenset(("str",))
        return kinds_of(self._present())

    def item_kinds(self, depth: int = 1) -> frozenset[Kind]:
        """Kinds of the elements of lists."""
        if self._declared == "list":
            return item_kinds_of_arrow(self.series, depth)
        return item_kinds_of(self._present(), depth)

    @cached_property
    def n_missing(self) -> int:
        """Number of missing values."""
        return 0 if self._is_only_text else int(self._missing().sum())

    def terms(self) -> list[Any]:
        """Distinct values in order of first appearance, without missing ones and empty strings."""
        if self._declared == "category":
            values = self._used_categories()
        elif self._declared == "list":
            values = distinct(items_of_arrow(self.series))
        elif self.kind == "list" and self.item_kinds().isdisjoint(("list", "other")):
            values = distinct(chain.from_iterable(self._present()))
        elif self.kind in ("list", "mixed"):
            values = distinct(flattened(self._present()))
        elif self.kind in ("dict", "record"):
            values = distinct(self._present())
        else:
            values = self.series.dropna().unique().tolist()
        return terms_of(values)

    def distinct_terms(self) -> list[Any]:
        """Distinct values in any order: used categories as they are ordered."""
        import numpy as np
        import pandas as pd

        if not isinstance(self.series.dtype, pd.CategoricalDtype):
            return self.terms()
        categories = self.series.cat.categories
        is_used = np.zeros(len(categories) + 1, dtype=bool)
        is_used[self.series.cat.codes.to_numpy()] = True  # the last one stands for missing values
        return terms_of(categories[is_used[:-1]].tolist())

    def rows_of(self, values: Collection[Any], limit: int = N_ROWS) -> tuple[int, ...]:
        """Positions of the first rows that hold one of the values."""
        if self.kind in ("list", "mixed", "dict", "record"):
            return self._rows_of_objects(values, limit)
        return _positions(self.series.isin(list(values)).to_numpy(dtype=bool), limit)

    def missing_rows(self, limit: int = N_ROWS) -> tuple[int, ...]:
        """Positions of the first missing values."""
        return _positions(self._missing(), limit)

    def misfits(self, dtype: Dtype) -> Misfits:
        """Values that do not fit a dtype: all of them if the type of the column is wrong."""
        wants_values = isinstance(dtype, ListDtype) or (
            isinstance(dtype, SimpleDtype) and dtype.name in CELLWISE
        )
        by_value = self._declared in (None, "list", "str") and not isinstance(dtype, CatDtype)
        if by_value:
            found = self._misfits_by_value(dtype)
            if found.n or wants_values:
                return found
        present = ~self._missing()
        rows = _positions(present, N_ROWS)
        return Misfits(int(present.sum()), rows, tuple(self.series.iloc[list(rows)].tolist()))

    def coerced(self, dtype: Dtype) -> PandasColumn:
        """The same values in the type of a dtype, converted without loss."""
        return PandasColumn(coerced_series(self.series, dtype), self.name)

    @cached_property
    def _is_only_text(self) -> bool:
        """Whether these are Python strings only; one pass in C, no value may be missing."""
        from pandas.api.types import infer_dtype

        if self._declared is not None:
            return False
        return bool(infer_dtype(self.series.to_numpy(), skipna=False) == "string")

    def _missing(self) -> np.ndarray:
        return missing_mask(self.series)

    def _present(self) -> Any:
        """Values that are not missing."""
        if self.n_missing == 0:
            return self.series.array if self._declared else self.series.to_numpy()
        present = self.series[~self._missing()]
        return present.array if self._declared else present.to_numpy()

    def _categories(self) -> pd.Index:
        """All categories."""
        import pandas as pd

        if isinstance(self.series.dtype, pd.CategoricalDtype):
            return self.series.cat.categories
        return pd.Index(self._used_categories())

    def _used_categories(self) -> list[Any]:
        """Categories that occur, in order of first appearance."""
        import pandas as pd

        if not isinstance(self.series.dtype, pd.CategoricalDtype):
            return list(self.series.dropna().unique().tolist())
        codes = pd.unique(self.series.cat.codes.to_numpy())
        return list(self.series.cat.categories.take(codes[codes >= 0]).tolist())

    def _rows_of_objects(self, values: Collection[Any], limit: int) -> tuple[int, ...]:
        wanted, rows = set(map(key_of, values)), list[int]()
        for row, cell in enumerate(self.series.array):
            items = flattened([cell]) if kind_of(cell) == "list" else (cell,)
            if any(key_of(item) in wanted for item in items):
                rows.append(row)
            if len(rows) == limit:
                break
        return tuple(rows)

    def _misfits_by_value(self, dtype: Dtype) -> Misfits:
        rows, values, n = [], [], 0
        known: dict[str, bool] = {}  # texts of dictionaries are read once each
        missing = self._missing()
        for row, value in enumerate(self.series.array):
            if missing[row]:
                continue
            if isinstance(value, str):
                if value not in known:
                    known[value] = fits(value, dtype)
                fit = known[value]
            else:
                fit = fits(value, dtype)
            if not fit:
                n += 1
                if n <= N_ROWS:
                    rows.append(row)
                    values.append(value)
        return Misfits(n, tuple(rows), tuple(values))


def _positions(mask: np.ndarray, limit: int) -> tuple[int, ...]:
    """Positions of the first true values."""
    import numpy as np

    return tuple(np.flatnonzero(mask)[:limit].tolist())


class PandasTable(Table):
    """A data frame of pandas.

    Parameters
    ----------
    frame
        The data frame; only `replace_terms`, `add_filled` and `fill_missing` change it.

    Examples
    --------
    >>> PandasTable(pd.DataFrame({"a": [1.5]})).column("a").kind
    'float'
    """

    engine = "pandas"

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    @property
    def frame(self) -> pd.DataFrame:
        """The data frame."""
        return self._frame

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self._frame)

    @property
    def labels(self) -> list[Any]:
        """Labels of the columns in order."""
        return list(self._frame.columns)

    @property
    def index(self) -> PandasColumn:
        """The index."""
        return PandasColumn.of_index(self._frame.index)

    def column(self, label: Any) -> PandasColumn:
        """Column by label."""
        return PandasColumn(self._frame.iloc[:, self._position(label)], label)

    def with_columns(
        self, columns: Mapping[str, Column], index: Column | None = None
    ) -> PandasTable:
        """A new table with these columns exchanged or added; shares the others with this one."""
        frame = self._frame.copy(deep=False)
        for label, column in columns.items():
            _set_column(frame, label, _series(column))
        if index is not None:
            frame.index = _as_index(_series(index), frame.index.name)
        return PandasTable(frame)

    def replace_terms(self, label: Any, mapping: Mapping[str, str]) -> None:
        """Replace values of a column (`None`: of the index) in place, also within lists."""
        frame = self._frame
        if label is None:
            frame.index = _as_index(replaced_series(self.index.series, mapping), frame.index.name)
        else:
            _set_column(frame, label, replaced_series(self.column(label).series, mapping))

    def add_filled(self, label: str, dtype: Dtype, value: Any) -> None:
        """Add a column in place in which all values are the same; `None` means missing."""
        _set_column(self._frame, label, constant_series(self.n_rows, dtype, value))

    def fill_missing(self, label: str, value: Any) -> None:
        """Replace missing values of a column in place; a missing category is added."""
        _set_column(self._frame, label, filled_series(self.column(label).series, value))

    def _position(self, label: Any) -> int:
        """Position of a column."""
        position = self._frame.columns.get_loc(label)
        if not isinstance(position, int):
            raise KeyError(f"several columns are called {label!r}")
        return position


def _series(column: Column) -> pd.Series:
    """Values of a column of this engine."""
    assert isinstance(column, PandasColumn), type(column)
    return column.series


def _set_column(frame: pd.DataFrame, label: str, series: pd.Series) -> None:
    """Exchange or append a column by position, without a look at the index."""
    if label in frame.columns:
        frame.isetitem(frame.columns.get_loc(label), series.array)
    else:
        frame.insert(len(frame.columns), label, series.array)


def _as_index(series: pd.Series, name: Any) -> pd.Index:
    import pandas as pd

    return pd.Index(series.array, name=name)
