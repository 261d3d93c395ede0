"""Checks of a table's structure and of the dtypes of its columns; knows no registry."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import CatDtype, Dtype, ListDtype, SimpleDtype
from lamindb.base.validation import Failure, Report, failed_check, wrong_type

from .engines.abc import N_ROWS, CoercionError, Column, Misfits, Table
from .engines.cells import CAT_KINDS, KINDS_BY_DTYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Checked", "ColumnRule", "TableRules", "check_table", "fits_dtype"]

INTERNAL_COLUMN = re.compile("^__lamindb_.*$")
"""Columns that exports add; a schema that allows no others allows these."""

COERCIBLE = ("int", "float", "num", "bool", "str", "date", "datetime", "datetime64[ns, UTC]")

TYPE_NAMES = {"datetime": "datetime64[ns]"}
"""What error texts call a dtype, if not by its name."""

WITH_TYPE_NAME = ("int", "float", "date", "datetime", "datetime64[ns, UTC]", "object")
"""Simple dtypes whose failures are called a wrong data type."""


@dataclass(frozen=True)
class ColumnRule:
    """What is asked of one column, or of the index.

    Parameters
    ----------
    name : str
        Name of the column; for the index, name of its feature.
    dtype : Dtype
        Parsed dtype.
    required : bool
        Whether the column has to be there.
    nullable : bool
        Whether values may be missing.
    coerce : bool
        Whether values are converted if that loses nothing.
    """

    name: str
    dtype: Dtype
    required: bool = True
    nullable: bool = True
    coerce: bool = False


@dataclass(frozen=True)
class TableRules:
    """What is asked of a table.

    Parameters
    ----------
    columns : tuple of ColumnRule
        The columns in the order of the schema.
    index : ColumnRule or None
        The index.
    maximal : bool
        No other columns, except those that exports add.
    ordered : bool
        The columns come in this order; others may stand between them.
    """

    columns: tuple[ColumnRule, ...] = ()
    index: ColumnRule | None = None
    maximal: bool = False
    ordered: bool = False


@dataclass(frozen=True)
class Checked:
    """Outcome of a check.

    Attributes
    ----------
    report : Report
        All failures in the order of the checks.
    table : Table
        The table with converted columns; the passed one if nothing was converted.
    """

    report: Report
    table: Table


def check_table(table: Table, rules: TableRules, *, slot: str | None = None) -> Checked:
    """Check structure and dtypes of a table and convert columns where that is wanted.

    Parameters
    ----------
    table : Table
        The table; neither it nor its frame is changed.
    rules : TableRules
        What is asked of it. Of a categorical column only the type is checked.
    slot : str or None
        Slot of a composite dataset, for the report.

    Returns
    -------
    Checked
        Bad data never raise.

    Example
    -------
    >>> rules = TableRules((ColumnRule("i", parse("int")),))
    >>> check_table(as_table(pd.DataFrame({"i": [1.5]})), rules).report.failures[0].error
    "expected series 'i' to have type int, got float64"
    """
    labels = table.labels
    counts = Counter(labels)
    failures = [*_label_failures(counts), *_structure_failures(labels, rules)]
    present = [rule for rule in rules.columns if counts[rule.name] == 1]
    table.prepare({rule.name: rule.dtype for rule in present})
    converted: dict[str, Column] = {}
    for rule in present:
        column = table.column(rule.name)
        checked, found = _check_column(column, rule, rule.name)
        failures += found
        if checked is not column:
            converted[rule.name] = checked
    index = None
    if rules.index is not None:
        index, found = _check_index(table, rules.index)
        failures += found
    if converted or index is not None:
        table = table.with_columns(converted, index)
    return Checked(Report(replace(failure, slot=slot) for failure in failures), table)


# -- structure -----------------------------------------------------------------------------------


def _label_failures(counts: Counter[Any]) -> Iterator[Failure]:
    """Labels that occur twice or are no strings."""
    repeated = [label for label, count in counts.items() if count > 1]
    if repeated:
        error = f"dataframe contains multiple columns with label(s): {_listed(repeated)}"
        yield _structural("DUPLICATE_COLUMN_LABELS", None, error, "no_duplicate_labels", repeated)
    others = [label for label in counts if not isinstance(label, str)]
    if others:
        error = (
            f"column labels have to be strings, but these are not: {_listed(others)}; rename "
            "them, e.g. df.columns = df.columns.astype(str)"
        )
        yield _structural("COLUMN_LABEL_NOT_STRING", None, error, "labels_are_strings", others)


def _structure_failures(labels: list[Any], rules: TableRules) -> Iterator[Failure]:
    """Missing columns, extra columns, wrong order."""
    present, names = set(labels), [rule.name for rule in rules.columns]
    for rule in rules.columns:
        if rule.required and rule.name not in present:
            error = (
                f"column '{rule.name}' not in dataframe. Columns in dataframe: {_listed(labels)}"
            )
            yield _structural("COLUMN_NOT_IN_DATAFRAME", rule.name, error, "column_in_dataframe")
    known = set(names)
    if rules.maximal:
        allowed = ", ".join(map(repr, names))
        for label in dict.fromkeys(labels):
            if label not in known and not INTERNAL_COLUMN.match(str(label)):
                error = f"column '{label}' not in DataFrameSchema {{{allowed}}}"
                yield _structural("COLUMN_NOT_IN_SCHEMA", str(label), error, "column_in_schema")
    if rules.ordered:
        found = [label for label in dict.fromkeys(labels) if label in known]
        expected = [name for name in names if name in present]
        for label, name in zip(found, expected, strict=True):
            if label != name:
                error = f"column '{label}' out-of-order"
                yield _structural("COLUMN_NOT_ORDERED", label, error, "column_ordered")


def _structural(
    code: str, column: str | None, error: str, check: str, labels: list[Any] | None = None
) -> Failure:
    """Failure of the structure."""
    n_failing = len(labels) if labels else None
    values = tuple(labels or ())[:N_ROWS]
    return Failure("SCHEMA", code, column, error, check, n_failing=n_failing, values=values)


def _listed(labels: list[Any]) -> str:
    """Labels as a list; many are cut."""
    n_shown = 100
    if len(labels) <= n_shown:
        return str(labels)
    return f"{str(labels[:n_shown])[:-1]}, ... {len(labels) - n_shown} more]"


# -- columns -------------------------------------------------------------------------------------


def _check_column(
    column: Column, rule: ColumnRule, shown: str, *, is_index: bool = False
) -> tuple[Column, list[Failure]]:
    """The column, converted if wanted and possible, and what is wrong with it."""
    failures: list[Failure] = []
    is_fit = fits_dtype(column, rule.dtype)
    error: CoercionError | None = None
    if rule.coerce and not is_fit and _is_coercible(rule.dtype):
        try:
            column = column.coerced(rule.dtype)
            is_fit = True
        except CoercionError as caught:
            error = caught
    if not rule.nullable and column.n_missing:
        failures.append(_null_failure(column, rule, shown))
    if not is_fit:
        failures.append(_dtype_failure(column, rule, shown, error, is_index=is_index))
    return column, failures


def _check_index(table: Table, rule: ColumnRule) -> tuple[Column | None, list[Failure]]:
    """The index if it was converted, and what is wrong with it."""
    index = table.index
    if index is None:
        error = f"a table of {table.engine} has no index, which feature '{rule.name}' asks for"
        failure = _structural("COLUMN_NOT_IN_DATAFRAME", rule.name, error, "index_in_dataframe")
        return None, [failure]
    if isinstance(rule.dtype, CatDtype) and index.kind == "str":
        # indexes are rarely typed as category
        rule = replace(rule, dtype=SimpleDtype("str"))
    checked, failures = _check_column(index, rule, str(index.name), is_index=True)
    return checked if checked is not index else None, failures


def fits_dtype(column: Column, dtype: Dtype) -> bool:
    """Tell whether a column can hold values of a dtype as it is.

    Parameters
    ----------
    column : Column
        Column of any engine.
    dtype : Dtype
        Parsed dtype.

    Returns
    -------
    bool
        A column without values fits any dtype.

    Example
    -------
    >>> fits_dtype(as_table(pd.DataFrame({"a": [1.0]})).column("a"), parse("num"))
    True
    """
    kind = column.kind
    if kind == "empty":
        return True
    if isinstance(dtype, CatDtype):
        is_typed = kind == "category" or (kind == "str" and column.text_is_category)
        return kind == "record" or (is_typed and column.kinds <= {"str"})
    if isinstance(dtype, ListDtype):
        return kind == "list" and _fit_items(column, dtype)
    if dtype.name == "object":
        return column.is_object
    if dtype.name == "dict" and column.kinds <= {"dict", "str"}:
        return kind == "dict" or (kind != "category" and column.misfits(dtype).n == 0)
    wanted = KINDS_BY_DTYPE[dtype.name]
    if kind in ("category", "mixed") and dtype.name in ("str", "path", "url"):
        return column.kinds <= wanted
    return kind in wanted


def _fit_items(column: Column, dtype: ListDtype) -> bool:
    """Whether the elements of lists fit."""
    depth, item = 1, dtype.item
    while isinstance(item, ListDtype):
        depth, item = depth + 1, item.item
    if isinstance(item, CatDtype):
        return column.item_kinds(depth) <= CAT_KINDS
    return item.name == "object" or column.item_kinds(depth) <= KINDS_BY_DTYPE[item.name]


def _is_coercible(dtype: Dtype) -> bool:
    return isinstance(dtype, CatDtype) or str(dtype) in COERCIBLE


def _null_failure(column: Column, rule: ColumnRule, shown: str) -> Failure:
    """Missing values where none may be."""
    rows = column.missing_rows()
    where = ", ".join(map(str, rows)) + (", ..." if column.n_missing > len(rows) else "")
    error = (
        f"non-nullable series '{shown}' contains null values: {column.n_missing} missing, "
        f"in row {where}"
    )
    return Failure(
        "SCHEMA",
        "SERIES_CONTAINS_NULLS",
        rule.name,
        error,
        "not_nullable",
        n_failing=column.n_missing,
        rows=rows,
    )


def _dtype_failure(
    column: Column,
    rule: ColumnRule,
    shown: str,
    error: CoercionError | None,
    *,
    is_index: bool,
) -> Failure:
    """Values that do not fit the dtype, with the words that fit it."""
    dtype = rule.dtype
    has_type_name = isinstance(dtype, CatDtype) or str(dtype) in WITH_TYPE_NAME or is_index
    wanted = "category" if isinstance(dtype, CatDtype) else TYPE_NAMES.get(str(dtype), str(dtype))
    if not has_type_name:
        failure = failed_check(shown, dtype, column.type_name)
    elif error is not None:
        text = f"Error while coercing '{shown}' to type {wanted}: {error}"
        check = f"coerce_dtype('{wanted}')"
        failure = Failure("DATA", "DATATYPE_COERCION", rule.name, text, check)
    else:
        failure = wrong_type(shown, wanted, _described_type(column), may_coerce=not rule.coerce)
    misfits = error.misfits if error is not None else column.misfits(dtype)
    return _with_misfits(replace(failure, column=rule.name), misfits)


def _described_type(column: Column) -> str:
    """Type of a column; of categories that are no texts, also theirs."""
    if column.kind != "category" or column.kinds <= {"str"}:
        return column.type_name
    return f"{column.type_name} of {', '.join(sorted(column.kinds))}"


def _with_misfits(failure: Failure, misfits: Misfits) -> Failure:
    return replace(failure, n_failing=misfits.n, rows=misfits.rows, values=misfits.values)
