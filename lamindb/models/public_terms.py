"""What a public ontology is asked for terms that the registry does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from .sqlrecord import Registry, SQLRecord

Keep = Literal["first", "last", False]


class PublicTerms(Protocol):
    """Terms of one public source, for one field of a registry."""

    def known(self, values: list[Any]) -> set[Any]:
        """Those of the values that are terms of the source."""

    def standardized(
        self, values: list[Any], *, return_field: str, case_sensitive: bool, keep: Keep
    ) -> dict[Any, Any]:
        """By value, the field of the term it means; only for values that mean a term."""

    def new_records(self, values: list[Any]) -> dict[Any, list[SQLRecord]]:
        """By value, unsaved records of the terms it means."""


def public_terms(registry: Registry, field: str, organism: Any, source: Any) -> PublicTerms | None:
    """Terms to fall back on, None if the registry knows no public source."""
    find = getattr(registry, "_public_terms", None)
    return None if find is None else find(field, organism, source)


def organism_of_terms(registry: Registry, field: str, values: list[Any], organism: Any) -> Any:
    """Organism whose terms are meant: the passed one, or the one that the registry finds out.

    Raises
    ------
    ValueError
        The terms mean nothing without an organism, and none is known.
    """
    find = getattr(registry, "_organism_of_terms", None)
    return organism if find is None else find(field, values, organism)
