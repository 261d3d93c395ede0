"""Replace synonyms and other casings of a table's terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.models.curation_messages import counted, quiet

from .validation import as_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bionty.sources.tables import OntologyTable
    from bionty.sources.terms import Keep

__all__ = ["standardize_values"]


def standardize_values(
    table: OntologyTable,
    values: Iterable[Any],
    field: str,
    *,
    return_field: str | None = None,
    return_mapper: bool = False,
    case_sensitive: bool = False,
    mute: bool = False,
    keep: Keep = "first",
    synonyms_field: str = "synonyms",
) -> dict[Any, Any] | list[Any]:
    """Replace values by the terms they mean; see `PublicOntology.standardize`.

    Raises
    ------
    AssertionError
        If there is no such column.
    ValueError
        If `keep` is something else.
    """
    if keep not in ("first", "last", False):
        raise ValueError(f"keep has to be 'first', 'last' or False, not {keep!r}")
    for column in (field, return_field):
        if column is not None and column not in table.columns:
            raise AssertionError(f"No {column} column exists!")
    given = as_list(values)
    mapper = table.standardize_map(
        given,
        field,
        case_sensitive,
        keep,
        return_field=return_field,
        synonyms_field=synonyms_field,
    )
    changed = {value: term for value, term in mapper.items() if value != term}
    n_terms = len({value for value in given if isinstance(value, str) and value})
    with quiet(mute):
        if changed:
            logger.important_hint(f"standardized {len(changed)}/{counted(n_terms, 'term')}")
    if return_mapper:
        return changed
    return [mapper.get(value, value) if isinstance(value, str) else value for value in given]
