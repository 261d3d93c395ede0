"""Parquet files, datasets and tables of Arrow; one column at a time is in memory."""

from __future__ import annotations

import json
import os
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from .arrow_counts import counts_of_array, counts_of_files
from .lazy import LazyTable
from .pandas import PandasColumn
from .pandas_types import kind_of_arrow

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as ds

    from .abc import Kind
    from .arrow_counts import Counts

N_AT_ONCE = 2**30
"""Rows per batch: each batch of categories has its own dictionary."""


class ArrowTable(LazyTable):
    """A Parquet file or a folder of them, or a dataset or table of Arrow.

    If pandas wrote it, its notes say which columns are the index and which are categories.

    Parameters
    ----------
    source
        Path, `pyarrow.dataset.Dataset`, `pyarrow.Table` or `pyarrow.RecordBatch`.

    Examples
    --------
    >>> ArrowTable("cells.parquet").column("cell_type").terms()
    ['B cell', 'T cell']
    """

    engine = "arrow"

    def __init__(self, source: Any) -> None:
        super().__init__()
        self._source = _opened(source)
        self._schema: pa.Schema = self._source.schema
        notes = self._schema.pandas_metadata
        self._notes: dict[str, Any] = notes or {}
        self._index_columns: list[Any] | None = notes["index_columns"] if notes else None

    @property
    def frame(self) -> pa.Table:
        """A table of Arrow with all columns, which are read now unless it was passed."""
        import pyarrow as pa

        table = self._source if isinstance(self._source, pa.Table) else self._source.to_table()
        changed = {label: column.series for label, column in self._changed.items()}
        names = self._names_of_index()
        if self._changed_index is not None and len(names) == 1:
            changed[names[0]] = self._changed_index.series
        return _with_series(table, changed)

    @property
    def n_rows(self) -> int:
        """Number of rows; of a file from its footer."""
        import pyarrow as pa

        if isinstance(self._source, pa.Table):
            return int(self._source.num_rows)
        return int(self._source.count_rows())

    def _source_labels(self) -> list[Any]:
        index = set(self._names_of_index())
        return [name for name in self._schema.names if name not in index]

    def _names_of_index(self) -> list[str]:
        """Names of the columns that hold the index."""
        return [name for name in self._index_columns or () if isinstance(name, str)]

    def _read(self, label: Any) -> ArrowColumn:
        import pyarrow as pa

        dtype = self._schema.field(label).type
        if label in self._categories and not pa.types.is_dictionary(dtype):
            dtype = pa.dictionary(pa.int32(), dtype)
        return ArrowColumn(label, dtype, partial(self._array, label), self._counts(label))

    def _array(self, label: str) -> pa.ChunkedArray:
        """Values of a column, read now."""
        import pyarrow as pa

        source = self._source
        if not isinstance(source, pa.Table):
            source = source.to_table(columns=[label], batch_size=N_AT_ONCE)
        array = source.column(label)
        is_encoded = pa.types.is_dictionary(array.type) or label not in self._categories
        return array if is_encoded else array.dictionary_encode()

    def _counts(self, label: str) -> Counts | None:
        """What is known of the values of a column without reading it."""
        import pyarrow as pa

        if isinstance(self._source, pa.Table):
            return counts_of_array(self._source.column(label))
        return self._counts_of_files.get(label)

    @cached_property
    def _counts_of_files(self) -> dict[str, Counts]:
        """The same for all columns of files."""
        import pyarrow.dataset as ds

        is_parquet = isinstance(getattr(self._source, "format", None), ds.ParquetFileFormat)
        return counts_of_files(self._source) if is_parquet else {}

    @cached_property
    def _categories(self) -> set[str]:
        """Columns that were categories of pandas; some writers store only their values."""
        notes = self._notes.get("columns", ())
        return {note["field_name"] for note in notes if note["pandas_type"] == "categorical"}

    def _read_index(self) -> PandasColumn | None:
        import pandas as pd

        if self._index_columns is None:
            return None
        names = self._names_of_index()
        if not names:
            return PandasColumn.of_index(pd.RangeIndex(self.n_rows))
        if len(names) > 1:
            levels = [self._read(name).series for name in names]
            return PandasColumn.of_index(pd.MultiIndex.from_arrays(levels))
        column = self._read(names[0])
        column.name = self._name_of_index(names[0])
        return column

    def _name_of_index(self, name: str) -> str | None:
        """Name that the index had in pandas."""
        notes = (note for note in self._notes["columns"] if note["field_name"] == name)
        return next((note["name"] for note in notes), None)


class ArrowColumn(PandasColumn):
    """A column whose values are read when its type and the number of them do not suffice.

    Parameters
    ----------
    name
        Label.
    dtype
        Its type.
    read
        Returns the values.
    counts
        What is known of them.
    """

    def __init__(
        self,
        name: Any,
        dtype: pa.DataType,
        read: Callable[[], pa.ChunkedArray],
        counts: Counts | None = None,
    ) -> None:
        self.name = name
        self.type_name = pandas_name(dtype)
        self.is_object = self.type_name == "object"
        self._declared = kind_of_arrow(dtype)
        self._dtype = dtype
        self._read = read
        self._counts = counts

    @cached_property
    def series(self) -> pd.Series:
        """The values."""
        return _as_series(self._read())

    @cached_property
    def kind(self) -> Kind:
        """What the non-missing values are."""
        has_values = self._counts is not None and self._counts.has_values
        return kind_of_arrow(self._dtype) if has_values else super().kind

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """Kinds of the single values; of a category, of its categories."""
        if self.kind == "category" and kind_of_arrow(self._dtype.value_type) == "str":
            return frozenset(("str",))
        return super().kinds

    @cached_property
    def n_missing(self) -> int:
        """Number of missing values."""
        known = None if self._counts is None else self._counts.n_missing
        return super().n_missing if known is None else known


def _opened(source: Any) -> pa.Table | ds.Dataset:
    """Table or dataset; the content of files is not read."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    if isinstance(source, pa.RecordBatch):
        return pa.Table.from_batches([source])
    if not isinstance(source, (str, os.PathLike)):
        return source
    parts = ds.HivePartitioning.discover(infer_dictionary=True)
    return ds.dataset(os.fspath(source), format="parquet", partitioning=parts)


def _as_series(array: pa.ChunkedArray) -> pd.Series:
    """A series that shares the memory; categories as pandas has them."""
    import pandas as pd
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        return array.to_pandas()
    return pd.Series(pd.arrays.ArrowExtensionArray(array), copy=False)


def pandas_name(dtype: pa.DataType) -> str:
    """What pandas calls the type that it makes of an Arrow type.

    Examples
    --------
    >>> pandas_name(pyarrow.string()), pandas_name(pyarrow.float32())
    ('object', 'float32')
    """
    kind = kind_of_arrow(dtype)
    if kind == "category":
        return "category"
    if kind == "datetime_tz":
        return f"datetime64[{dtype.unit}, {dtype.tz}]"
    if kind in ("int", "float", "bool", "datetime"):
        import numpy as np

        return str(np.dtype(dtype.to_pandas_dtype()))
    return "object"


def _with_series(table: pa.Table, changed: dict[str, pd.Series]) -> pa.Table:
    """A table with columns exchanged or added, and with the notes that pandas needs to read it."""
    import pandas as pd
    import pyarrow as pa

    if not changed:
        return table
    new = pa.Table.from_pandas(pd.DataFrame({k: s.array for k, s in changed.items()}))
    for name in changed:
        if name in table.column_names:
            position = table.column_names.index(name)
            table = table.set_column(position, new.schema.field(name), new.column(name))
        else:
            table = table.append_column(new.schema.field(name), new.column(name))
    notes = table.schema.pandas_metadata
    if notes is None:
        return table
    fresh = {note["field_name"]: note for note in new.schema.pandas_metadata["columns"]}
    old = {note["field_name"]: note for note in notes["columns"]}
    for name, series in changed.items():
        if isinstance(series.dtype, pd.ArrowDtype):
            continue  # the values changed, the type did not
        name_in_pandas = old.get(name, {}).get("name", name)
        old[name] = {**fresh[name], "name": name_in_pandas}
    notes["columns"] = list(old.values())
    metadata = {**(table.schema.metadata or {}), b"pandas": json.dumps(notes).encode()}
    return table.replace_schema_metadata(metadata)
