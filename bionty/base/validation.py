"""Compare values with a column of a table."""

from __future__ import annotations

from numbers import Number
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.text import listed
from lamindb.models.curated_values import is_missing
from lamindb.models.curation_messages import counted, percentage, quiet, say_validated
from lamindb.models.inspect_result import InspectResult

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import pandas as pd

    from bionty.sources.tables import OntologyTable

__all__ = ["as_list", "inspect_values", "validate_values"]


def as_list(values: Iterable[Any]) -> list[Any]:
    """Values as a list; a string is one value.

    Examples
    --------
    >>> as_list("T cell"), as_list(("a", "b"))
    (['T cell'], ['a', 'b'])
    """
    if isinstance(values, str):
        return [values]
    convert = getattr(values, "tolist", None) or getattr(values, "to_list", None)
    return list(convert() if convert else values)


def validate_values(
    table: OntologyTable, values: Iterable[Any], field: str, *, mute: bool = False
) -> np.ndarray:
    """Check which values are in a column: exact, case-sensitive matches.

    Parameters
    ----------
    table : OntologyTable
        Table.
    values : iterable
        What is checked.
    field : str
        Column.
    mute : bool
        Don't log.

    Returns
    -------
    numpy.ndarray
        One boolean per value; empty values are never in the column.

    Raises
    ------
    KeyError
        If there is no such column.
    TypeError
        If numbers are compared with text.

    Examples
    --------
    >>> validate_values(table, ["T cell", "T-cell"], "name")  # doctest: +SKIP
    array([ True, False])
    """
    import numpy as np

    identifiers = as_list(values)
    known = _known(table, identifiers, field)
    with quiet(mute):
        say_validated(_distinct(identifiers), known, field)
    is_known = [not is_missing(value) and value in known for value in identifiers]
    return np.array(is_known, dtype=bool)


def inspect_values(
    table: OntologyTable,
    values: Iterable[Any],
    field: str,
    *,
    standardize: bool = True,
    mute: bool = False,
    return_df: bool = False,
) -> InspectResult | pd.DataFrame:
    """Check which values are in a column, and what the others might be.

    Parameters
    ----------
    table : OntologyTable
        Table.
    values : iterable
        What is checked.
    field : str
        Column.
    standardize : bool
        Whether to find terms by synonym and casing.
    mute : bool
        Don't log.
    return_df : bool
        Return the data frame only.

    Returns
    -------
    InspectResult or pandas.DataFrame
        The frame has the values as index and the column `__validated__`.

    Raises
    ------
    KeyError
        If there is no such column.
    TypeError
        If numbers are compared with text.

    Examples
    --------
    >>> inspect_values(table, ["T-cell"], "name").synonyms_mapper  # doctest: +SKIP
    {'T-cell': 'T cell'}
    """
    import pandas as pd

    identifiers = as_list(values)
    known = _known(table, identifiers, field)
    distinct = _distinct(identifiers)
    rest = [value for value in distinct if value not in known]
    is_known = [not is_missing(value) and value in known for value in identifiers]
    frame = pd.DataFrame({"__validated__": is_known}, index=pd.Index(identifiers, dtype=object))
    if return_df:
        return frame
    mapper = table.standardize_map(rest, field) if standardize and rest else {}
    n_known = len(distinct) - len(rest)
    result = InspectResult(
        frame,
        [value for value in distinct if value in known],
        rest,
        percentage(n_known, len(distinct)),
        len(identifiers) - len(distinct),
        len(distinct),
    )
    result._synonyms_mapper = mapper
    with quiet(mute):
        say_validated(distinct, known, field)
        if mapper:
            terms = counted(len(mapper), "term")
            logger.print(f"   detected {terms} with inconsistent casing/synonyms: {listed(mapper)}")
            logger.important(" standardize terms via .standardize()")
    return result


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(value for value in values if not is_missing(value)))


def _known(table: OntologyTable, values: list[Any], field: str) -> set[Any]:
    """Values that are in the column."""
    first = table.published.positions(field).first
    known = {value for value in values if not is_missing(value) and value in first}
    if not known:
        _check_types(table, values, field)
    return known


def _check_types(table: OntologyTable, values: list[Any], field: str) -> None:
    """Refuse to compare numbers with text."""
    is_text = field in table.published.text_columns
    given = next((value for value in values if not is_missing(value)), None)
    if given is None or isinstance(given, Number) != is_text:
        return
    numeric, text = "numeric", "str/categorical"
    raise TypeError(
        f"Type mismatch: identifiers are '{numeric if is_text else text}' but "
        f"field_values are '{text if is_text else numeric}'."
    )
