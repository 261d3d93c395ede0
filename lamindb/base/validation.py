"""What is wrong with a dataset: one report with all failures, as text, JSON and data frame."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    import pandas as pd

__all__ = ["COERCE_HINT", "TERMS", "Failure", "Report", "failed_check", "wrong_type"]

TERMS = "TERMS"
"""Group of failures about terms that are not in a registry."""

COERCE_HINT = (
    "   ▶ Hint: Consider setting `feature.coerce = True` to attempt coercing values during "
    "validation to the required dtype."
)


@dataclass(frozen=True)
class Failure:
    """One thing that is wrong with one column, index, slot or value.

    Attributes
    ----------
    group : str
        `SCHEMA` (structure and dtypes), `DATA` (values) or `TERMS` (terms of registries).
    code : str
        For example `WRONG_DATATYPE`.
    column : str or None
        Column, key, or None for the whole table.
    error : str
        What is wrong.
    check : str or None
        Which check failed.
    slot : str or None
        Slot of a composite dataset.
    n_failing : int or None
        Number of values that failed.
    rows : tuple of int
        Positions of the first failing rows.
    values : tuple
        First failing values.
    suggestions : dict
        Nearest valid terms by failing value.
    fix : str or None
        The call that mends it.
    may_coerce : bool
        Whether coercion could help.
    """

    group: str
    code: str
    column: str | None
    error: str
    check: str | None = None
    slot: str | None = None
    n_failing: int | None = None
    rows: tuple[int, ...] = ()
    values: tuple[Any, ...] = ()
    suggestions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fix: str | None = None
    may_coerce: bool = False


class Report:
    """All failures of a dataset in the order of the checks.

    Parameters
    ----------
    failures : iterable of Failure
        What is wrong.

    Example
    -------
    >>> report = Report([Failure("SCHEMA", "COLUMN_NOT_IN_DATAFRAME", "x", "column 'x' missing")])
    >>> len(report), report.failures[0].column
    (1, 'x')
    """

    def __init__(self, failures: Iterable[Failure] = ()) -> None:
        self.failures = tuple(failures)

    def __len__(self) -> int:
        return len(self.failures)

    def __add__(self, other: Report) -> Report:
        return Report((*self.failures, *other.failures))

    def __str__(self) -> str:
        structural = [one for one in self.failures if one.group != TERMS]
        texts = [_as_json_text(structural)] if structural else []
        texts += [one.error for one in self.failures if one.group == TERMS]
        text = "\n".join(texts)
        if any(one.code == "WRONG_DATATYPE" and one.may_coerce for one in structural):
            text += "\n" + COERCE_HINT
        return text

    def to_json(self) -> str:
        """Write all failures with all that is known about them as a JSON list.

        Returns
        -------
        str

        Example
        -------
        >>> Report().to_json()
        '[]'
        """
        return json.dumps([asdict(one) for one in self.failures], default=str, ensure_ascii=False)

    def to_dataframe(self) -> pd.DataFrame:
        """Return a data frame with one row per failure.

        Returns
        -------
        pandas.DataFrame

        Example
        -------
        >>> report.to_dataframe()[["column", "error", "fix"]]  # doctest: +SKIP
        """
        import pandas

        names = list(Failure.__dataclass_fields__)
        return pandas.DataFrame([asdict(one) for one in self.failures], columns=names)


def wrong_type(name: str, expected: str, got: str, *, may_coerce: bool) -> Failure:
    """Say that a column, or a value, has another type.

    Parameters
    ----------
    name : str
        Column or key.
    expected, got : str
        What was wanted and what is there.
    may_coerce : bool
        Whether to point out coercion.

    Returns
    -------
    Failure

    Example
    -------
    >>> wrong_type("i", "int", "float64", may_coerce=True).error
    "expected series 'i' to have type int, got float64"
    """
    error = f"expected series '{name}' to have type {expected}, got {got}"
    check = f"dtype('{expected}')"
    return Failure("SCHEMA", "WRONG_DATATYPE", name, error, check, may_coerce=may_coerce)


def failed_check(name: str, dtype: object, got: str) -> Failure:
    """Say that values are not of a dtype.

    Parameters
    ----------
    name : str
        Column or key.
    dtype : object
        The dtype, or its string.
    got : str
        What is there.

    Returns
    -------
    Failure

    Example
    -------
    >>> failed_check("x", "bool", "object").check
    "Column 'x' failed dtype check for 'bool': got object"
    """
    check = f"Column '{name}' failed dtype check for '{dtype}': got {got}"
    error = (
        f"Column '{name}' failed series or dataframe validator 0: <Check check_function: {check}>"
    )
    return Failure("DATA", "DATAFRAME_CHECK", name, error, check)


def _as_json_text(failures: list[Failure]) -> str:
    """Text of failures of structure and dtypes, by group and code."""
    tree: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for one in failures:
        entry = {"schema": None, "column": one.column, "check": one.check, "error": one.error}
        tree.setdefault(one.group, {}).setdefault(one.code, []).append(entry)
    return json.dumps(tree, indent=4, ensure_ascii=False)
