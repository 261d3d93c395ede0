"""Parquet files, datasets and tables of Arrow; one column at a time is in memory."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from .lazy import LazyTable
from .pandas import PandasColumn
from .pandas_types import kind_of_arrow

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as ds


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

    def _read(self, label: Any) -> PandasColumn:
        import pyarrow as pa

        is_table = isinstance(self._source, pa.Table)
        source = self._source if is_table else self._source.to_table(columns=[label])
        array = source.column(label)
        if label in self._categories() and not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        return PandasColumn(_as_series(array), label, pandas_name(array.type))

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
