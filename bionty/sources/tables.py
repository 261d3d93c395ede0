"""The table of one version of a source, with the indexes that look-ups need."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.text import did_you_mean, listed

from .columns import aggregated_genes, normalized, restricted
from .entities import id_column, name_column
from .terms import Positions, TermFinder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from .keys import SourceKey
    from .terms import Keep

__all__ = ["IndexedRows", "OntologyTable", "table_from_dataframe", "to_dataframe"]


class IndexedRows:
    """Rows with a hash index per column, which is made when it is first needed.

    Parameters
    ----------
    arrow : pyarrow.Table
        In the common layout of `bionty.sources.columns`.

    Examples
    --------
    >>> rows = IndexedRows(pa.table({"name": ["T cell"]}))  # doctest: +SKIP
    >>> rows.positions("name").first  # doctest: +SKIP
    {'T cell': 0}
    """

    def __init__(self, arrow: pa.Table) -> None:
        self.arrow = arrow
        self._values: dict[str, list[Any]] = {}
        self._positions: dict[str, Positions] = {}
        self._finders: dict[tuple[str, str, bool], TermFinder] = {}

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self.arrow.column_names)

    def values(self, field: str) -> list[Any]:
        """Values of a column; don't change the list.

        Raises
        ------
        KeyError
            If there is no such column.
        """
        if field not in self._values:
            if field not in self.columns:
                raise KeyError(
                    f"No {field} column exists!{did_you_mean(field, self.columns)} "
                    f"Columns are: {', '.join(self.columns)}"
                )
            self._values[field] = self.arrow[field].to_pylist()
        return self._values[field]

    def positions(self, field: str) -> Positions:
        """Index of a column; a list counts as its text.

        Raises
        ------
        KeyError
            If there is no such column.
        """
        if field not in self._positions:
            values = self.values(field)
            if field in self.list_columns:
                values = self.text(field).to_pylist()
            self._positions[field] = Positions(values)
        return self._positions[field]

    @property
    def list_columns(self) -> list[str]:
        """Names of the columns that hold lists."""
        import pyarrow as pa

        return [field.name for field in self.arrow.schema if pa.types.is_list(field.type)]

    @property
    def text_columns(self) -> list[str]:
        """Names of the columns that hold text, or lists of it."""
        import pyarrow as pa

        texts = {field.name for field in self.arrow.schema if pa.types.is_string(field.type)}
        return [name for name in self.columns if name in texts or name in self.list_columns]

    def text(self, field: str) -> pa.ChunkedArray:
        """A column as text: lists as Python writes them, numbers in digits.

        Raises
        ------
        KeyError
            If there is no such column.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        if field not in self.columns:
            self.values(field)  # says which columns there are
        column = self.arrow[field]
        if field not in self.list_columns:
            return column if pa.types.is_string(column.type) else column.cast(pa.string())
        joined = pc.binary_join(column.combine_chunks(), "', '")
        texts = pc.binary_join_element_wise("['", joined, "']", "")
        is_empty = pc.equal(pc.list_value_length(column.combine_chunks()), 0)
        return pa.chunked_array([pc.if_else(is_empty, "[]", texts)])

    def finder(
        self, field: str, *, synonyms_field: str = "synonyms", case_sensitive: bool = False
    ) -> TermFinder:
        """What finds terms by synonym and casing; synonyms count if there is such a column."""
        key = (field, synonyms_field, case_sensitive)
        if key not in self._finders:
            has_synonyms = synonyms_field in self.columns
            self._finders[key] = TermFinder(
                self.values(field),
                self.positions(field),
                self.arrow[synonyms_field] if has_synonyms else None,
                case_sensitive=case_sensitive,
            )
        return self._finders[key]

    def rows_at(self, positions: list[int]) -> list[dict[str, Any]]:
        """Some rows as dictionaries."""
        import pyarrow as pa

        rows: list[dict[str, Any]] = self.arrow.take(pa.array(positions, pa.int64())).to_pylist()
        return rows


class OntologyTable:
    """The table of one version of a source; don't change what it returns.

    Its methods are about records: of ontologies, the source's own terms; genes with one row each.

    Parameters
    ----------
    arrow : pyarrow.Table
        All rows, in the common layout of `bionty.sources.columns`.
    key : SourceKey
        What it is the table of.
    path : pathlib.Path, optional
        File it was read from.
    is_restricted : bool
        Whether terms of other sources are left out, if there are own ones.

    Examples
    --------
    >>> table = load_table(SourceKey("CellType", "all", "cl", "2026-03-26"))  # doctest: +SKIP
    >>> table.rows_where("name", ["T cell"])["T cell"][0]["ontology_id"]  # doctest: +SKIP
    'CL:0000084'
    """

    def __init__(
        self,
        arrow: pa.Table,
        key: SourceKey,
        path: Path | None = None,
        *,
        is_restricted: bool = True,
    ) -> None:
        self.loaded = arrow
        self.key = key
        self.path = path
        self._is_restricted = is_restricted

    @cached_property
    def published(self) -> IndexedRows:
        """The source's own terms in the layout in which it publishes them."""
        own = restricted(self.loaded, self.key.name) if self._is_restricted else self.loaded
        return IndexedRows(own)

    @cached_property
    def records(self) -> IndexedRows:
        """One row per record: as published, except for genes with several NCBI ids."""
        if self.key.entity != "Gene":
            return self.published
        return IndexedRows(aggregated_genes(self.published.arrow))

    @property
    def n_terms(self) -> int:
        """Number of rows, with those of other sources."""
        return int(self.loaded.num_rows)

    @property
    def id_field(self) -> str | None:
        """Column with the identifier, None if there is none."""
        column = id_column(self.key.entity)
        return column if column in self.columns else None

    @property
    def name_field(self) -> str:
        """Column with the name."""
        return name_column(self.key.entity)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self.records.columns

    def __len__(self) -> int:
        return len(self.records)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows as dictionaries, in table order.

        Yields
        ------
        dict
        """
        for batch in self.records.arrow.to_batches(max_chunksize=10_000):
            yield from batch.to_pylist()

    def rows_where(self, field: str, values: Iterable[Any]) -> dict[Any, list[dict[str, Any]]]:
        """Rows by value: exact, case-sensitive matches.

        Parameters
        ----------
        field : str
            Column to compare with.
        values : iterable
            What to look for.

        Returns
        -------
        dict
            Rows in table order; values without a row are left out.

        Raises
        ------
        KeyError
            If there is no such column.

        Examples
        --------
        >>> table.rows_where("ontology_id", ["CL:0000084"])  # doctest: +SKIP
        {'CL:0000084': [{'ontology_id': 'CL:0000084', 'name': 'T cell', ...}]}
        """
        index = self.records.positions(field)
        found = {value: index.all(value) for value in dict.fromkeys(values)}
        found = {value: rows for value, rows in found.items() if rows}
        rows = iter(self.records.rows_at([row for rows in found.values() for row in rows]))
        return {value: [next(rows) for _ in numbers] for value, numbers in found.items()}

    def standardize_map(
        self,
        values: Iterable[Any],
        field: str | None = None,
        case_sensitive: bool = False,
        keep: Keep = "first",
        *,
        return_field: str | None = None,
        synonyms_field: str = "synonyms",
    ) -> dict[Any, Any]:
        """By value, the term it means: equal, else in another casing, else by synonym.

        Parameters
        ----------
        values : iterable
            What to look for.
        field : str, optional
            Column to compare with; the name by default.
        case_sensitive : bool
            Whether upper and lower case differ.
        keep : "first", "last" or False
            Which term counts if several have a value as synonym; False: a list of all.
        return_field : str, optional
            Column of the result; by default the one that is compared with.
        synonyms_field : str
            Column with synonyms.

        Returns
        -------
        dict
            Values that mean no term are left out; those that are terms stand for themselves.

        Raises
        ------
        KeyError
            If there is no such column.

        Examples
        --------
        >>> table.standardize_map(["T-cell", "T cell", "x"])  # doctest: +SKIP
        {'T-cell': 'T cell', 'T cell': 'T cell'}
        """
        field = field or self.name_field
        finder = self.records.finder(
            field, synonyms_field=synonyms_field, case_sensitive=case_sensitive
        )
        return finder.replacements(values, self.records.values(return_field or field), keep)

    def parents_of(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """Direct parents by id.

        Parameters
        ----------
        ids : iterable of str
            Identifiers.

        Returns
        -------
        dict
            Ids that are not in the table are left out.

        Examples
        --------
        >>> table.parents_of(["CL:0000911"])  # doctest: +SKIP
        {'CL:0000911': ['CL:0002419']}
        """
        if self.id_field is None or "parents" not in self.columns:
            return {}
        first, parents = self.records.positions(self.id_field).first, self.records.values("parents")
        return {one: parents[first[one]] for one in dict.fromkeys(ids) if one in first}

    def ancestors(self, ids: Iterable[str]) -> list[str]:
        """Ids of all terms above some terms, in table order.

        Parameters
        ----------
        ids : iterable of str
            Where to start; they are part of the result only if they are above another one.

        Returns
        -------
        list of str
            Ancestors that the table lacks are left out with a warning.

        Examples
        --------
        >>> table.ancestors(["CL:0000084"])[:2]  # doctest: +SKIP
        ['CL:0000000', 'CL:0000219']
        """
        found: set[str] = set()
        missing: dict[str, None] = {}
        frontier = list(ids)
        while frontier:
            parents = self.parents_of(frontier)
            missing.update(dict.fromkeys(one for one in frontier if one not in parents))
            above = {parent for one in parents.values() for parent in one}
            frontier = sorted(above - found)
            found |= above
        for one in missing if self.id_field and "parents" in self.columns else ():
            logger.warning(f"ontology ID {one} not found in DataFrame")
        first = self.records.positions(self.id_field).first if self.id_field else {}
        return sorted((one for one in found if one in first), key=first.__getitem__)

    def to_arrow(self) -> pa.Table:
        """All records as an arrow table.

        Returns
        -------
        pyarrow.Table
        """
        return self.records.arrow

    def to_dataframe(self) -> pd.DataFrame:
        """All records as a data frame of your own; the ontology id is the index.

        Returns
        -------
        pandas.DataFrame

        Examples
        --------
        >>> table.to_dataframe().loc["CL:0000084", "name"]  # doctest: +SKIP
        'T cell'
        """
        return to_dataframe(self.records.arrow, "ontology_id")


def to_dataframe(arrow: pa.Table, index: str | None = None) -> pd.DataFrame:
    """Make a data frame with lists as lists; a column becomes the index if it is there."""
    import pandas as pd

    frame = arrow.to_pandas(strings_to_categorical=False)
    if "parents" in frame.columns:
        frame["parents"] = pd.Series(arrow["parents"].to_pylist(), index=frame.index, dtype=object)
    return frame.set_index(index) if index in frame.columns else frame


def table_from_dataframe(df: pd.DataFrame, key: SourceKey) -> OntologyTable:
    """Make a table of a data frame that a user provides.

    Parameters
    ----------
    df : pandas.DataFrame
        Needs the id or the name, as column or index. It is not changed.
    key : SourceKey
        What it is the table of.

    Returns
    -------
    OntologyTable
        Of rows with the same id, the first one; a warning names such ids.

    Raises
    ------
    ValueError
        If there is neither id nor name, or a column can't be read.

    Examples
    --------
    >>> key = SourceKey("CellType", "all", "inhouse", "1")
    >>> len(table_from_dataframe(pd.DataFrame({"name": ["a"]}), key))  # doctest: +SKIP
    1
    """
    import pyarrow as pa

    index_name = id_column(key.entity) or name_column(key.entity)
    named = df.index.name is not None or (index_name not in df.columns and _is_text_index(df))
    try:
        arrow = pa.Table.from_pandas(df, preserve_index=named)
        arrow = normalized(arrow, key.entity)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise ValueError(f"the dataframe of source {key} can't be read: {error}") from error
    identifiers = [
        column
        for column in (id_column(key.entity), "stable_id", name_column(key.entity))
        if column is not None and column in arrow.column_names
    ]
    if not identifiers:
        raise ValueError(
            f"the dataframe of source {key} needs the column "
            f"{id_column(key.entity)!r} or {name_column(key.entity)!r}; "
            f"it has {listed(arrow.column_names)}"
        )
    if key.entity not in ("Gene", "Organism"):
        arrow = _first_of_each(arrow, identifiers[0])
    return OntologyTable(arrow, key, is_restricted=False)


def _is_text_index(df: pd.DataFrame) -> bool:
    return bool(df.index.dtype == object or str(df.index.dtype).startswith("string"))


def _first_of_each(arrow: pa.Table, column: str) -> pa.Table:
    """Keep the first of rows with the same id; rows without id stay."""
    import pyarrow as pa

    seen: set[str] = set()
    repeated: dict[str, None] = {}
    rows: list[int] = []
    for row, value in enumerate(arrow[column].to_pylist()):
        if value is not None and value in seen:
            repeated[value] = None
            continue
        seen.add(value)
        rows.append(row)
    if not repeated:
        return arrow
    logger.warning(f"repeated {column}, the first row counts: {listed(repeated)}")
    return arrow.take(pa.array(rows, pa.int64()))
