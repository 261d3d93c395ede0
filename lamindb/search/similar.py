"""Names that begin like a new one, to ask whether an existing record was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections

from lamindb.models.curated_values import is_storable
from lamindb.models.current import visible_branch_ids
from lamindb.models.exact import fetch
from lamindb.models.registry_fields import has_field, name_field

from .needle import Needle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamindb.models import Registry

LAST_CHARACTER = "\U0010ffff"
SHORT = 5
KEPT_PERCENT = 80
PER_SPELLING = 50
"""Names read per spelling: in alphabetical order, whole words and short names come first."""


def similar_names(
    registry: Registry,
    name: str,
    *,
    limit: int = 3,
    where: Mapping[str, int | list[int] | None] | None = None,
    using: str = "default",
) -> list[str]:
    """Names of existing records that begin like a name, the most similar first.

    Compared are the first 80 % of names longer than five characters, as typed and in the usual
    spellings with small and capital letters. An index answers this, however large the table is.

    Parameters
    ----------
    registry
        Registry to look in.
    name
        Name that a new record is to get.
    limit
        Maximum number of names.
    where
        Values of further columns, default: the visible branches.
    using
        Alias of the database.

    Returns
    -------
    Empty if the registry's records have no names.

    Examples
    --------
    >>> similar_names(ln.ULabel, "experiment 12")
    ['experiment 1', 'experiment 10']
    """
    field = name_field(registry)
    if field is None or not isinstance(name, str) or not name.strip():
        return []
    if not is_storable(name):
        return []
    if where is None:
        where = {"branch_id": visible_branch_ids()} if has_field(registry, "branch") else {}
    beginning = shortened(name.strip())
    found = names_beginning_with(registry, field, common_spellings(beginning), where, using)
    needle = Needle(beginning)
    return sorted(found, key=lambda each: (-needle.points(each), len(each), each))[:limit]


def shortened(name: str) -> str:
    """The first 80 % of a name, or all of a short one."""
    return name[: len(name) * KEPT_PERCENT // 100].rstrip() if len(name) > SHORT else name


def common_spellings(text: str) -> list[str]:
    """The text as it is, in small letters, in capitals, and with one capital in front."""
    return list(
        dict.fromkeys(
            [text, text.lower(), text.upper(), text.capitalize(), text[0].upper() + text[1:]]
        )
    )


def names_beginning_with(
    registry: Registry,
    field: str,
    beginnings: list[str],
    where: Mapping[str, int | list[int] | None],
    using: str,
) -> set[str]:
    """A limited number of names for each beginning, in one query that uses the index of names.

    SQLite compares text byte by byte; PostgreSQL does so with these operators and the index for
    LIKE. See https://www.postgresql.org/docs/current/indexes-opclass.html.
    """
    connection = connections[using]
    is_sqlite = connection.vendor == "sqlite"
    column = f'"{registry._meta.get_field(field).column}"'
    at_least, below, order = (">=", "<", "") if is_sqlite else ("~>=~", "~<~", "USING ~<~")
    conditions, values = further_conditions(where, is_sqlite)
    conditions = [f"{column} {at_least} %s", f"{column} {below} %s", *conditions]
    rows = (
        f'SELECT {column} FROM "{registry._meta.db_table}" WHERE {" AND ".join(conditions)} '
        f"ORDER BY {column} {order} LIMIT {PER_SPELLING}"
    )
    sql = " UNION ALL ".join(
        f"SELECT * FROM ({rows}) AS spelling{number}" for number in range(len(beginnings))
    )
    parameters: list[Any] = []
    for beginning in beginnings:
        parameters += [beginning, beginning + LAST_CHARACTER, *values]
    return {name for (name,) in fetch(connection, sql, parameters)}


def further_conditions(
    where: Mapping[str, int | list[int] | None], is_sqlite: bool
) -> tuple[list[str], list[int]]:
    """Conditions on other columns and their values; a plus keeps SQLite from their indexes."""
    conditions = []
    values: list[int] = []
    for name, value in where.items():
        column = f'{"+" if is_sqlite else ""}"{name}"'
        if value is None:
            conditions.append(f"{column} IS NULL")
            continue
        allowed = value if isinstance(value, list) else [value]
        conditions.append(f"{column} IN ({', '.join(['%s'] * len(allowed))})")
        values += allowed
    return conditions, values
