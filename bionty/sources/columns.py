"""Columns of tables: one layout whatever pandas, polars or an earlier release wrote.

Text is text with nulls, also where it was all empty, categorical, or ids written as numbers; the id
is a column; parents are lists.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .entities import id_column, name_column

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["aggregated_genes", "normalized", "restricted"]

_INDEX = re.compile(r"__index_level_\d+__")
_LISTED_IDS = re.compile(r"[^\[\]'\",\s]+")
_NUMBERS = frozenset({"length", "species_id", "division_id"})


def normalized(table: pa.Table, entity: str) -> pa.Table:
    """Bring a table into the common layout.

    Parameters
    ----------
    table : pyarrow.Table
        As it was read.
    entity : str
        What the rows are.

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> normalized(pa.table({"name": ["a"], "parents": [None]}), "CellType")  # doctest: +SKIP
    """
    table = _with_index_as_column(table, entity)
    for position, name in enumerate(table.column_names):
        column = table.column(position)
        converted = _parents(column) if name == "parents" else _text(column, name)
        if converted is not column:
            table = table.set_column(position, name, converted)
    if entity == "Organism" and "synonyms" not in table.column_names:
        import pyarrow as pa

        table = table.append_column("synonyms", pa.nulls(len(table), pa.string()))
    return table.replace_schema_metadata(None)


def _with_index_as_column(table: pa.Table, entity: str) -> pa.Table:
    """Give an unnamed index the name of the id; drop it if the id is there."""
    wanted = id_column(entity) or name_column(entity)
    for name in [name for name in table.column_names if _INDEX.fullmatch(name)]:
        if wanted in table.column_names:
            table = table.drop_columns([name])
        else:
            names = [wanted if one == name else one for one in table.column_names]
            table = table.rename_columns(names)
    if wanted in table.column_names:  # pandas writes the index last
        rest = [name for name in table.column_names if name != wanted]
        first = ["stable_id"] if "stable_id" in rest else []
        rest = [name for name in rest if name not in first]
        table = table.select([*first, wanted, *rest])
    return table


def _text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Text with nulls; lists and numbers that are no ids stay what they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_null(kind) or column.null_count == len(column):
        return column.cast(pa.string()) if pa.types.is_null(kind) else _all_null(column)
    if pa.types.is_floating(kind) and name not in _NUMBERS:
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
        if column.null_count == len(column):
            return _all_null(column)
        if pc.all(pc.equal(pc.floor(column), column)).as_py():
            column = column.cast(pa.int64())
            kind = column.type
    if pa.types.is_integer(kind) and name not in _NUMBERS:
        return column.cast(pa.string())
    if not _is_text(kind):
        return column
    column = column.cast(pa.string())
    is_empty = pc.equal(column, "")
    if not pc.any(is_empty).as_py():
        return column
    return pc.if_else(is_empty, pa.scalar(None, pa.string()), column)


def _all_null(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    if column.type == pa.string():
        return column
    return pa.chunked_array([pa.nulls(len(column), pa.string())])


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _parents(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists of ids: null, a list, one id, or the text of a list."""
    import pyarrow as pa

    kind = pa.list_(pa.string())
    if column.type == kind and column.null_count == 0:
        return column
    if pa.types.is_null(column.type) or column.null_count == len(column):
        return pa.chunked_array([pa.array([[]] * len(column), kind)])
    if _is_text(column.type) or pa.types.is_dictionary(column.type):
        lists = [_listed_ids(value) for value in column.to_pylist()]
    else:
        lists = [[one for one in value or () if one] for value in column.to_pylist()]
    return pa.chunked_array([pa.array(lists, kind)])


def _listed_ids(text: str | None) -> list[str]:
    if not text:
        return []
    return _LISTED_IDS.findall(text) if text.startswith("[") else [text]


def restricted(table: pa.Table, source: str) -> pa.Table:
    """Keep the source's own terms: ids that begin with its name, if any do.

    Examples
    --------
    >>> restricted(pa.table({"ontology_id": ["CL:1", "GO:1"]}), "cl").num_rows  # doctest: +SKIP
    1
    """
    if "ontology_id" not in table.column_names:
        return table
    import pyarrow.compute as pc

    is_own = pc.fill_null(pc.starts_with(table["ontology_id"], f"{source.upper()}:"), False)
    n_own = pc.sum(is_own).as_py() or 0
    return table.filter(is_own) if 0 < n_own < len(table) else table


def aggregated_genes(table: pa.Table) -> pa.Table:
    """One row per gene: distinct NCBI ids joined by `|`, the first value of other columns.

    Parameters
    ----------
    table : pyarrow.Table
        In the common layout, one row per gene and NCBI id.

    Returns
    -------
    pyarrow.Table
        With the column `ncbi_gene_ids`, in the order of first appearance.

    Examples
    --------
    >>> aggregated_genes(genes).column_names  # doctest: +SKIP
    ['ensembl_gene_id', 'symbol', 'ncbi_gene_ids', 'biotype', 'description', 'synonyms']
    """
    import numpy as np
    import pyarrow as pa

    names = ["ncbi_gene_ids" if n == "ncbi_gene_id" else n for n in table.column_names]
    codes = _gene_codes(table)
    _, first_rows, counts = np.unique(codes, return_index=True, return_counts=True)
    if len(first_rows) == len(table):
        return table.rename_columns(names)
    genes = table.take(pa.array(first_rows)).rename_columns(names)
    if "ncbi_gene_ids" not in names:
        return genes
    by_gene: dict[int, dict[str, None]] = {}
    repeated = np.flatnonzero(counts[codes] > 1)
    ncbi_ids = table["ncbi_gene_id"].take(pa.array(repeated)).to_pylist()
    for code, ncbi_id in zip(codes[repeated].tolist(), ncbi_ids, strict=True):
        if ncbi_id is not None:
            by_gene.setdefault(code, {})[ncbi_id] = None
    joined = genes["ncbi_gene_ids"].to_pylist()
    for code, ids in by_gene.items():
        joined[code] = "|".join(ids)
    position = names.index("ncbi_gene_ids")
    return genes.set_column(position, "ncbi_gene_ids", pa.array(joined, pa.string()))


def _gene_codes(table: pa.Table) -> Any:
    """Number the genes by first appearance: by Ensembl id, else stable id, else symbol."""
    import numpy as np
    import pyarrow.compute as pc

    fields = [n for n in ("ensembl_gene_id", "stable_id", "symbol") if n in table.column_names]
    ids = pc.coalesce(*(table[name] for name in fields)).combine_chunks()
    codes = ids.dictionary_encode().indices
    n_genes = (pc.max(codes).as_py() or 0) + 1
    numbers = pc.fill_null(codes, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    nameless = np.flatnonzero(numbers < 0)
    numbers[nameless] = n_genes + np.arange(len(nameless))
    return numbers
