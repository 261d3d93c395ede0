"""Search in a table: whole columns at once, whatever their size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lamindb.errors import InvalidArgument

if TYPE_CHECKING:
    import pyarrow as pa

    from bionty.sources.tables import IndexedRows

__all__ = ["search_rows"]

_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_BEFORE = r"(?:^|[ |.,;:])"
_AFTER = r"(?:$|[ |.,;:])"

_WHOLE = 200
_SCORES = (
    (200, r"(?:^|\|){}(?:$|\|)"),  # an element is the query
    (10, _BEFORE + "{}" + _AFTER),  # it stands alone
    (8, r"(?:^|\|){}[^\s|]*(?:$|\|)"),  # an element starts with it and has no blank behind it
    (2, r"(?:^|[\s|]){}"),  # a word starts with it
    (2, "{}" + _AFTER),  # a word ends with it
)


def search_rows(
    rows: IndexedRows,
    string: str,
    fields: list[str],
    *,
    limit: int | None = None,
    case_sensitive: bool = False,
) -> list[int]:
    """Find the rows that contain a text, best matches first.

    Parameters
    ----------
    rows : IndexedRows
        Where to search.
    string : str
        What to search; taken literally.
    fields : list of str
        Columns to search.
    limit : int, optional
        At most so many rows.
    case_sensitive : bool
        Whether upper and lower case differ.

    Returns
    -------
    list of int
        Positions; all if the text is empty. Equally good ones in table order.

    Raises
    ------
    InvalidArgument
        If the limit is negative; it is a `ValueError`.

    Examples
    --------
    >>> search_rows(table.published, "T cell", ["name"], limit=1)  # doctest: +SKIP
    [60]
    """
    import numpy as np

    if limit is not None and limit < 0:
        raise InvalidArgument(f"limit has to be at least 0, not {limit}")
    if not string:
        return list(range(len(rows)))[:limit]
    scores = np.zeros(len(rows), dtype=np.int64)
    for field in fields:
        scores += _scores(rows.text(field), string, case_sensitive=case_sensitive)
    found = np.flatnonzero(scores)
    order = np.argsort(-scores[found], kind="stable")
    positions: list[int] = found[order][:limit].tolist()
    return positions


def _scores(column: pa.ChunkedArray, string: str, *, case_sensitive: bool) -> object:
    """Score of each row of a column: 0 where it doesn't contain the text."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    ignore_case = not case_sensitive
    contained = pc.match_substring(column, string, ignore_case=ignore_case)
    contained = pc.fill_null(contained, False).to_numpy()
    hits = np.flatnonzero(contained)
    scores = np.zeros(len(column), dtype=np.int64)
    if not len(hits):
        return scores
    texts = column.take(pa.array(hits)).combine_chunks()
    literal = _SPECIAL.sub(r"\\\g<0>", string)
    found = np.ones(len(hits), dtype=np.int64)
    for score, pattern in ((_WHOLE, "^{}$"), *_SCORES):
        regex = pattern.replace("{}", literal)
        matches = pc.match_substring_regex(texts, regex, ignore_case=ignore_case)
        found += score * matches.to_numpy(zero_copy_only=False)
    scores[hits] = found
    return scores
