"""Texts about terms and records that do not fit a categorical dtype; shared with the curators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects

from lamindb.base.registries import get_registry_name
from lamindb.base.text import listed
from lamindb.models.registry_fields import has_field, name_field

from .resolve import parsed_alternatives, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

N_LISTED = 20
"""How many values a text lists."""


def not_validated(values: Sequence[Any], key: str, slot: str | None = None) -> str:
    """Which terms of a feature have no record."""
    plural = "" if len(values) == 1 else "s"
    where = "" if slot is None else f" in slot '{slot}'"
    return (
        f"{len(values)} term{plural} not validated in feature '{key}'{where}: "
        f"{listed(values, N_LISTED)}"
    )


def ambiguous(reason: str, key: str) -> str:
    """Why it is not clear which record a term means, and what to do."""
    return f"{reason}. For feature '{key}', pass the intended record object instead of a string."


def not_saved(record: Any) -> str:
    """That a record has no row yet."""
    return f"{record!r} is not saved: save it first"


def unexpected(records: Sequence[Any], dtype_str: str, key: str) -> list[str]:
    """For each record, that it belongs to another registry or type than the dtype."""
    if not records:
        return []
    wanted = expected(dtype_str)
    registries: set[Any] = {type(record) for record in records}
    for registry in registries:
        if has_field(registry, "type"):
            prefetch_related_objects([r for r in records if type(r) is registry], "type")
    return [
        f"Expected a record of type '{wanted}' for feature '{key}', but received "
        f"'{label_of(record)}' of type '{type_of(record)}'."
        for record in records
    ]


def label_of(record: Any) -> str:
    """Name of a record, else its uid."""
    registry: Any = type(record)
    return getattr(record, name_field(registry) or "uid", None) or record.uid


def type_of(record: Any) -> str:
    """Name of the type of a record, else of its registry."""
    kind = getattr(record, "type", None)
    return get_registry_name(type(record)) if kind is None else kind.name


def expected(dtype_str: str) -> str:
    """Registries or types that a dtype allows."""
    names = []
    for alternative in parsed_alternatives(dtype_str):
        type_record = vocabulary(alternative).type_record
        names.append(alternative.registry if type_record is None else type_record.name)
    return "|".join(names)
