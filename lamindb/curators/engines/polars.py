"""Data frames and lazy frames of polars; a lazy frame is asked by streaming queries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import CatDtype, ListDtype

from .abc import N_ROWS, CoercionError, Column, Misfits, Table
from .cells import distinct, fits, kinds_of, terms_of
from .polars_coercion import conversion_of
from .polars_edits import constant_expr, filled_expr, replaced_expr
from .polars_types import is_object, item_of, kind_of_polars

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import polars as pl

    from lamindb.base.dtypes import Dtype

    from .abc import Kind

ROW = "__lamindb_row__"
"""Column with row numbers in queries."""


@dataclass(frozen=True)
class Facts:
    """What one query found out about a column."""

    n_rows: int
    n_missing: int
    terms: list[Any] | None = None


class PolarsColumn(Column):
    """A column, or an expression that takes the place of one.

    Parameters
    ----------
    frame
        Lazy frame with the column.
    name
        Label.
    values
        Expression of the values.
    facts
        What is known already.
    """

    text_is_category = True

    def __init__(
        self, frame: pl.LazyFrame, name: str, values: pl.Expr, facts: Facts | None = None
    ) -> None:
        self._query = frame.select(values.alias(name))
        self._frame = frame
        self.values = values
        self.name = name
        self.dtype = self._query.collect_schema()[name]
        self.facts = facts
        self.type_name = str(self.dtype)
        self.is_object = is_object(self.dtype)
        self._declared = kind_of_polars(self.dtype)

    @cached_property
    def kind(self) -> Kind:
        """What the non-missing values are."""
        if self._declared is None:
            return "mixed" if self.kinds else "empty"
        return "empty" if self.n_missing == self._n_rows else self._declared

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """Kinds of the single values."""
        if self._declared == "category":
            return frozenset(("str",))
        if self._declared is None:
            return kinds_of(self._objects()) - {"empty"}
        return frozenset(() if self.kind == "empty" else (self._declared,))

    def item_kinds(self, depth: int = 1) -> frozenset[Kind]:
        """Kinds of the elements of lists."""
        dtype, query = self.dtype, self._query
        for _ in range(depth):
            if kind_of_polars(dtype) != "list":
                return frozenset(("other",))
            query = _exploded(query, self.name, dtype)
            dtype = item_of(dtype)
        found = query.select(n=_len(), missing=_col(self.name).null_count())
        n, missing = _collected(found).row(0)
        kind = kind_of_polars(dtype) or "other"
        kinds: set[Kind] = {"str" if kind == "category" else kind} if n > missing else set()
        return frozenset(kinds | {"empty"} if missing else kinds)

    @cached_property
    def n_missing(self) -> int:
        """Number of missing values."""
        if self.facts is not None:
            return self.facts.n_missing
        return int(_collected(self._query.select(self.missing.sum())).item() or 0)

    def terms(self) -> list[Any]:
        """Distinct values in order of first appearance, without missing ones and empty strings."""
        if self.facts is not None and self.facts.terms is not None:
            return list(self.facts.terms)
        if self._declared is None:
            return terms_of(distinct(self._objects()))
        return self.as_terms(_collected(self.distinct_query()))

    def distinct_query(self) -> pl.LazyFrame:
        """Query for the distinct elements."""
        query, dtype = self._query, self.dtype
        while kind_of_polars(dtype) == "list":
            query, dtype = _exploded(query, self.name, dtype), item_of(dtype)
        return query.unique(maintain_order=True)

    def as_terms(self, found: pl.DataFrame) -> list[Any]:
        """Terms among the distinct elements that a query found."""
        return terms_of(found.to_series().to_list())

    def rows_of(self, values: Collection[Any], limit: int = N_ROWS) -> tuple[int, ...]:
        """Positions of the first rows that hold one of the values."""
        import polars as pl

        if self._declared in (None, "dict"):
            cells = enumerate(_collected(self._query).to_series().to_list())
            wanted = list(values)
            return tuple([row for row, cell in cells if cell in wanted][:limit])
        query, dtype = self._query.with_row_index(ROW), self.dtype
        while kind_of_polars(dtype) == "list":
            query, dtype = _exploded(query, self.name, dtype), item_of(dtype)
        if kind_of_polars(dtype) == "category":
            query, dtype = query.with_columns(_col(self.name).cast(pl.String)), pl.String()
        wanted = [value for value in values if kinds_of([value]) == {kind_of_polars(dtype)}]
        isin = _col(self.name).is_in(pl.Series(wanted, dtype=dtype).implode())
        rows = query.filter(isin).select(_col(ROW).unique().sort().head(limit))
        return tuple(_collected(rows).to_series().to_list())

    def missing_rows(self, limit: int = N_ROWS) -> tuple[int, ...]:
        """Positions of the first missing values."""
        rows = self._query.with_row_index(ROW).filter(self.missing).select(ROW).head(limit)
        return tuple(_collected(rows).to_series().to_list())

    def misfits(self, dtype: Dtype) -> Misfits:
        """Values that do not fit a dtype: all of them if the type of the column is wrong."""
        if self._declared == "str" and str(dtype) == "dict":
            wrong = [text for text in self.distinct_texts() if not fits(text, dtype)]
            return self.sample(_col(self.name).is_in(wrong))
        return self.sample(~self.missing)

    def distinct_texts(self) -> list[str]:
        """All distinct texts, also an empty one."""
        found = _collected(self._query.unique(maintain_order=True)).to_series()
        return [text for text in found.to_list() if text is not None]

    def sample(self, failing: pl.Expr) -> Misfits:
        """How many values satisfy a condition, and the first of them."""
        query = self._query.with_row_index(ROW).filter(failing)
        n, first = _collected_all([query.select(_len()), query.head(N_ROWS)])
        return Misfits(n.item(), tuple(first[ROW].to_list()), tuple(first[self.name].to_list()))

    def coerced(self, dtype: Dtype) -> PolarsColumn:
        """The same values in the type of a dtype, converted without loss."""
        texts = self.distinct_texts() if self._declared == "str" else []
        conversion = conversion_of(_col(self.name), self._declared, dtype, texts)
        misfits = self.sample(conversion.failing & ~self.missing)
        if misfits.n:
            raise CoercionError(dtype, misfits)
        frame = self._frame.with_columns(self.values.alias(self.name))
        return PolarsColumn(frame, self.name, conversion.values, self._kept_facts(dtype))

    def _kept_facts(self, dtype: Dtype) -> Facts | None:
        """Facts that stay true after a conversion."""
        is_same = isinstance(dtype, CatDtype) and self._declared == "str"
        return self.facts if is_same else None

    @property
    def is_python(self) -> bool:
        """Whether the values are Python objects, which queries cannot look into."""
        return self._declared is None

    @cached_property
    def _n_rows(self) -> int:
        if self.facts is not None:
            return self.facts.n_rows
        return int(_collected(self._query.select(_len())).item())

    @property
    def missing(self) -> pl.Expr:
        """Where values are missing."""
        column = _col(self.name)
        if self._declared == "float":
            return column.is_null() | column.is_nan().fill_null(False)
        return column.is_null()

    def _objects(self) -> list[Any]:
        """Python objects of a column that holds any."""
        return _collected(self._query).to_series().to_list()


class PolarsTable(Table):
    """A data frame or lazy frame of polars.

    Parameters
    ----------
    frame
        The frame. `replace_terms`, `add_filled` and `fill_missing` change a data frame in place;
        of a lazy frame, the changed one is in `frame`.

    Examples
    --------
    >>> PolarsTable(pl.scan_parquet("cells.parquet")).column("cell_type").terms()
    ['B cell', 'T cell']
    """

    engine = "polars"

    def __init__(self, frame: pl.DataFrame | pl.LazyFrame) -> None:
        self._frame = frame
        self._facts: dict[str, Facts] = {}

    @property
    def frame(self) -> pl.DataFrame | pl.LazyFrame:
        """The frame; a lazy one stays lazy."""
        return self._frame

    @cached_property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(_collected(self._frame.lazy().select(_len())).item())

    @property
    def labels(self) -> list[Any]:
        """Labels of the columns in order."""
        return list(self._frame.collect_schema().names())

    @property
    def index(self) -> None:
        """None: polars has no index."""
        return None

    def column(self, label: Any) -> PolarsColumn:
        """Column by label."""
        return PolarsColumn(self._frame.lazy(), label, _col(label), self._facts.get(label))

    def prepare(self, dtypes: Mapping[str, Dtype]) -> None:
        """Ask for missing values and terms of a lazy frame in one query."""
        import polars as pl

        if not isinstance(self._frame, pl.LazyFrame) or not dtypes:
            return
        columns = {label: self.column(label) for label in dtypes}
        asked = [label for label, dtype in dtypes.items() if is_categorical(dtype)]
        asked = [label for label in asked if not columns[label].is_python]
        counts, *found = _collected_all(
            [
                self._frame.select(
                    _len().alias(ROW), *(one.missing.sum() for one in columns.values())
                ),
                *(columns[label].distinct_query() for label in asked),
            ]
        )
        terms = dict(zip(asked, found, strict=True))
        for label, column in columns.items():
            n_missing = int(counts[label].item() or 0)
            known = column.as_terms(terms[label]) if label in terms else None
            self._facts[label] = Facts(counts[ROW].item(), n_missing, known)

    def with_columns(
        self, columns: Mapping[str, Column], index: Column | None = None
    ) -> PolarsTable:
        """A new table with these columns exchanged or added."""
        new = [_checked(column) for column in columns.values()]
        table = PolarsTable(self._frame.with_columns(one.values.alias(one.name) for one in new))
        table._facts = {k: facts for k, facts in self._facts.items() if k not in columns}
        table._facts |= {one.name: one.facts for one in new if one.facts is not None}
        return table

    def replace_terms(self, label: Any, mapping: Mapping[str, str]) -> None:
        """Replace values of a column in place, also within lists."""
        self._change(label, replaced_expr(_col(label), self.column(label).dtype, mapping))

    def add_filled(self, label: str, dtype: Dtype, value: Any) -> None:
        """Add a column in place in which all values are the same; `None` means missing."""
        self._change(label, constant_expr(dtype, value))

    def fill_missing(self, label: str, value: Any) -> None:
        """Replace missing values of a column in place; a missing category is added."""
        self._change(label, filled_expr(_col(label), self.column(label).dtype, value))

    def _change(self, label: str, values: pl.Expr) -> None:
        """Exchange or add a column, of a data frame in place."""
        import polars as pl

        self._facts.pop(label, None)
        changed = self._frame.with_columns(values.alias(label))
        if not isinstance(self._frame, pl.DataFrame) or not isinstance(changed, pl.DataFrame):
            self._frame = changed
        elif label in self._frame.columns:
            self._frame.replace_column(self._frame.columns.index(label), changed[label])
        else:
            self._frame.insert_column(len(self._frame.columns), changed[label])


def is_categorical(dtype: Dtype) -> bool:
    """Whether values, or elements of lists, are terms of a registry."""
    while isinstance(dtype, ListDtype):
        dtype = dtype.item
    return isinstance(dtype, CatDtype)


def _checked(column: Column) -> PolarsColumn:
    """A column of this engine."""
    assert isinstance(column, PolarsColumn), type(column)
    return column


def _col(name: str) -> pl.Expr:
    import polars as pl

    return pl.col(name)


def _len() -> pl.Expr:
    import polars as pl

    return pl.len()


def _exploded(query: pl.LazyFrame, name: str, dtype: Any) -> pl.LazyFrame:
    """One row per element; missing and empty lists leave none."""
    import polars as pl

    column = _col(name)
    if isinstance(dtype, pl.Array):
        query = query.with_columns(column.arr.to_list())
    return query.filter(column.list.len() > 0).explode(name)


def _collected(query: pl.LazyFrame) -> pl.DataFrame:
    return query.collect(engine="streaming")


def _collected_all(queries: list[pl.LazyFrame]) -> list[pl.DataFrame]:
    """Results of several queries that run as one."""
    import polars as pl

    return list(pl.collect_all(queries, engine="streaming"))
