"""Terms of one source as rows of a registry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bionty.uids import uid_of
from lamindb.models.construction import check_lengths, fill_branch_and_space
from lamindb.models.initialization import initialize
from lamindb.models.registry_fields import foreign_keys, own_simple_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bionty.sources.tables import OntologyTable

    from .organism import Organism
    from .source import Source

OTHER_COLUMNS = {"description": ("definition",), "ncbi_gene_ids": ("ncbi_gene_id",)}
"""Columns of tables that are called otherwise than the field."""

OBSOLETE = "obsolete"


def is_obsolete(name: str | None) -> bool:
    """Whether the name of a term says that it is not used any more."""
    return bool(name) and str(name)[: len(OBSOLETE)].lower() == OBSOLETE


def shared_values(registry: Any) -> dict[str, Any]:
    """Values that all records made in one call have: user, run, branch and space."""
    shared: dict[str, Any] = {
        key.attname: key.get_default() for key in foreign_keys(registry) if callable(key.default)
    }
    shared = {name: getattr(value, "pk", value) for name, value in shared.items()}
    fill_branch_and_space(registry, shared)
    return shared


@dataclass(frozen=True)
class Terms:
    """The terms of one source, and how they become records of a registry.

    Parameters
    ----------
    registry
        Registry of the records.
    source
        Source of the terms.
    table
        Table of the source.
    organism
        Organism of the records, where the registry has one.
    """

    registry: Any
    source: Source
    table: OntologyTable
    organism: Organism | None = None

    @cached_property
    def columns(self) -> dict[str, str]:
        """Column of the table by field of the registry."""
        columns = self.table.columns
        found = {}
        for field in own_simple_fields(self.registry):
            names = (field.name, *OTHER_COLUMNS.get(field.name, ()))
            name = next((name for name in names if name in columns), None)
            if name is not None:
                found[field.name] = name
        return found

    @property
    def id_field(self) -> str | None:
        """Field that identifies a term: the first of the registry's that the table has."""
        return next((f for f in self.registry._identifiers if f in self.columns), None)

    def rows(self, field: str, values: Iterable[Any]) -> dict[Any, list[dict[str, Any]]]:
        """Rows by value of a field: equal ones only."""
        column = self.columns.get(field)
        return {} if column is None else self.table.rows_where(column, values)

    def known(self, field: str, values: Iterable[Any]) -> set[Any]:
        """Those of the values that are terms."""
        column = self.columns.get(field)
        if column is None:
            return set()
        first = self.table.records.positions(column).first
        return {value for value in values if value in first}

    def standardized(
        self,
        field: str,
        values: Iterable[Any],
        *,
        return_field: str,
        case_sensitive: bool,
        keep: Any,
    ) -> dict[Any, Any]:
        """By value, another field of the term that it means."""
        column, target = self.columns.get(field), self.columns.get(return_field)
        if column is None or target is None:
            return {}
        if field == self.registry._name_field:
            return self.table.standardize_map(
                values, column, case_sensitive=case_sensitive, keep=keep, return_field=target
            )
        if column == target:
            return {}
        rows = self.table.rows_where(column, values)
        return {value: found[0][target] for value, found in rows.items()}

    def values_of(self, row: dict[str, Any]) -> dict[str, Any]:
        """Values of the fields of a record, for a row of the table."""
        values = {field: row[column] for field, column in self.columns.items()}
        if self.registry._needs_organism:
            values["organism"] = self.organism
        values["uid"] = uid_of(self.registry, values)
        return values

    def new_records(self, rows: list[dict[str, Any]]) -> list[Any]:
        """Unsaved records, each of them checked.

        Raises
        ------
        FieldValidationError
            A value is too long.
        """
        shared = shared_values(self.registry)
        records = []
        for row in rows:
            record = self.registry.__new__(self.registry)
            initialize(record, {**shared, **self.values_of(row), "source": self.source})
            check_lengths(record)
            records.append(record)
        return records
