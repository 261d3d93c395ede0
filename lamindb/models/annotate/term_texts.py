"""Texts about terms and records that do not fit a categorical dtype; shared with the curators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.registries import get_registry_name
from lamindb.base.text import listed
from lamindb.models.registry_fields import name_field

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


def unexpected(record: Any, dtype_str: str, key: str) -> str:
    """That a record belongs to another registry or type than the dtype."""
    received: Any = type(record)
    label = getattr(record, name_field(received) or "uid", None) or record.uid
    kind = getattr(record, "type", None)
    kind_name = kind.name if kind is not None else get_registry_name(received)
    return (
        f"Expected a record of type '{expected(dtype_str)}' for feature '{key}', but received "
        f"'{label}' of type '{kind_name}'."
    )


def expected(dtype_str: str) -> str:
    """Registries or types that a dtype allows."""
    names = []
    for alternative in parsed_alternatives(dtype_str):
        type_record = vocabulary(alternative).type_record
        names.append(alternative.registry if type_record is None else type_record.name)
    return "|".join(names)
