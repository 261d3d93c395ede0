"""Lists in columns of Arrow: their elements, without a Python object for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .pandas_types import kind_of_arrow

if TYPE_CHECKING:
    import pandas as pd

    from .abc import Kind


def item_kinds_of_arrow(series: pd.Series, depth: int) -> frozenset[Kind]:
    """Kinds of the elements at a depth of nesting; a missing element is `empty`."""
    items = _chunked(series)
    for _ in range(depth):
        if kind_of_arrow(items.type) != "list":
            return frozenset(("other",)) if len(items) else frozenset()
        items = _flattened(items)
    kind = _kind_of_items(items.type)
    kinds: set[Kind] = {kind} if len(items) > items.null_count else set()
    return frozenset(kinds | {"empty"} if items.null_count else kinds)


def items_of_arrow(series: pd.Series) -> list[Any]:
    """Distinct elements of lists, also of nested ones, in order of first appearance."""
    import pyarrow.compute as pc

    items = _chunked(series)
    while kind_of_arrow(items.type) == "list":
        items = _flattened(items)
    if kind_of_arrow(items.type) == "dict":
        return list(items.to_pylist())
    return list(pc.unique(items).to_pylist())


def _kind_of_items(dtype: Any) -> Kind:
    """Kind of elements; of categories, of their values."""
    kind = kind_of_arrow(dtype)
    return kind_of_arrow(dtype.value_type) if kind == "category" else kind


def _chunked(series: pd.Series) -> Any:
    """The array of Arrow behind a series."""
    import pyarrow as pa

    array = series.array.__arrow_array__()
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _flattened(lists: Any) -> Any:
    import pyarrow.compute as pc

    return pc.list_flatten(lists)
