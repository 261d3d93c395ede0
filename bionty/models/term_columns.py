"""All terms of a source as columns: what an import compares with the registry and writes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any

from bionty.uids import ontology
from lamindb.errors import FieldValidationError
from lamindb.models.registry_fields import length_limits

from .terms import Terms, is_obsolete


@dataclass(frozen=True)
class TermColumns:
    """Terms with a uid, each once.

    Parameters
    ----------
    terms
        Source of the terms, and how its columns are called.
    values
        Column by field of the registry, `uid` among them.
    parents
        Ids of the parents of each term, None if the terms have none.
    """

    terms: Terms
    values: dict[str, list[Any]]
    parents: list[list[str]] | None

    def __len__(self) -> int:
        return len(self.values["uid"])

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where the term of a uid is."""
        return {uid: number for number, uid in enumerate(self.values["uid"])}

    @cached_property
    def uid_of_id(self) -> dict[str, str]:
        """Uid by ontology id."""
        return dict(zip(self.values["ontology_id"], self.values["uid"], strict=True))

    def only(self, keep: list[bool]) -> TermColumns:
        """The same without some of the terms."""
        if all(keep):
            return self
        parents = None if self.parents is None else list(compress(self.parents, keep))
        values = {field: list(compress(column, keep)) for field, column in self.values.items()}
        return TermColumns(self.terms, values, parents)

    def check_lengths(self) -> None:
        """Refuse values that are longer than their column.

        Raises
        ------
        FieldValidationError
            Names the field and the first such value.
        """
        for name, limit in length_limits(self.terms.registry):
            for value in self.values.get(name, ()):
                if value is not None and len(value) > limit:
                    raise FieldValidationError(
                        f"{name} of a term of {self.terms.source.name} has {len(value)} "
                        f"characters, at most {limit} are allowed: '{value[:40]}…'"
                    )


def term_columns(terms: Terms) -> TermColumns:
    """Terms of a source that an import creates.

    Left out are obsolete terms of public sources, rows without an identifier, and rows that repeat
    one: the first counts.
    """
    arrow = terms.table.to_arrow()
    values = {field: arrow[column].to_pylist() for field, column in terms.columns.items()}
    values = {"uid": uids(terms, values), **values}
    parents = arrow["parents"].to_pylist() if "parents" in arrow.column_names else None
    names = values.get(terms.registry._name_field)
    keep = first_ones(values["uid"])
    if names is not None and terms.source.dataframe_artifact_id is None:
        keep = [kept and not is_obsolete(name) for kept, name in zip(keep, names, strict=True)]
    found = TermColumns(terms, values, parents).only(keep)
    found.check_lengths()
    return found


def uids(terms: Terms, values: dict[str, list[Any]]) -> list[str | None]:
    """Uid of each row, None for rows without identifier and name."""
    registry = terms.registry
    columns = [values[field] for field in registry._identifiers if field in values]
    names = values.get(registry._name_field)
    if names is not None:
        suffix = terms.organism.name if registry._needs_organism and terms.organism else ""
        columns.append([name + suffix if name else None for name in names])
    keys = columns[0] if columns else []
    for column in columns[1:]:
        keys = [key or other for key, other in zip(keys, column, strict=True)]
    return [ontology(key) if key else None for key in keys]


def first_ones(uids: list[str | None]) -> list[bool]:
    """Which rows are the first ones with their uid."""
    seen: set[str | None] = {None}
    return [uid not in seen and not seen.add(uid) for uid in uids]  # type: ignore[func-returns-value]
