"""Numbers of missing values that Arrow knows without a look at the values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds


@dataclass(frozen=True)
class Counts:
    """What is known of the values of a column.

    Attributes
    ----------
    n_missing
        Number of missing values; None if NaN may be among the others.
    has_values
        Whether one is certainly not missing.
    """

    n_missing: int | None
    has_values: bool


def counts_of_array(array: pa.ChunkedArray) -> Counts | None:
    """Counts of a column in memory; of floats none, as NaN may be among them."""
    import pyarrow as pa

    if pa.types.is_floating(array.type):
        return None
    return Counts(array.null_count, array.null_count < len(array))


def counts_of_files(dataset: ds.Dataset) -> dict[str, Counts]:
    """Counts by column from the statistics in the footers of Parquet files.

    Left out are columns without statistics, with parts, or of partitions.
    """
    import pyarrow as pa

    plain = {
        field.name: bool(pa.types.is_floating(field.type))
        for field in dataset.schema
        if not pa.types.is_nested(field.type)
    }
    groups = [
        fragment.metadata.row_group(number)
        for fragment in dataset.get_fragments()
        for number in range(fragment.metadata.num_row_groups)
    ]
    chunks: dict[str, list[Any]] = {}
    for group in groups:
        for number in range(group.num_columns):
            chunk = group.column(number)
            chunks.setdefault(chunk.path_in_schema, []).append(chunk)
    complete = {
        name: found
        for name, found in chunks.items()
        if name in plain and len(found) == len(groups) and all(map(has_null_count, found))
    }
    return {name: counted(found, is_float=plain[name]) for name, found in complete.items()}


def has_null_count(chunk: Any) -> bool:
    """Whether the statistics of a column in a group of rows tell how many values are missing."""
    return chunk.is_stats_set and chunk.statistics.has_null_count


def counted(chunks: list[Any], *, is_float: bool) -> Counts:
    """Counts of a column with statistics in each group of rows; NaN is in no minimum."""
    statistics = [chunk.statistics for chunk in chunks]
    if is_float:
        return Counts(None, any(one.has_min_max for one in statistics))
    n_missing = sum(one.null_count for one in statistics)
    n_values = sum(chunk.num_values for chunk in chunks)
    return Counts(n_missing, n_missing < n_values)
