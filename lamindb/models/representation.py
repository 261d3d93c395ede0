"""`repr` of records: `Class(field=value, …)`."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from lamindb.base.dates import format_datetime
from lamindb.base.fields import LaminField

from .registry_fields import FLAGS, foreign_keys, own_simple_fields, present

if TYPE_CHECKING:
    from .sqlrecord import BaseSQLRecord, Registry

NOT_SHOWN = {"source_code", "extra_data"}


@cache
def shown_fields(registry: Registry) -> tuple[tuple[str, bool], ...]:
    """Attributes in the order of `repr`, and whether the related record itself is shown."""
    own = [f.name for f in own_simple_fields(registry) if f.name not in NOT_SHOWN]
    simple = [(name, False) for name in present(registry, "uid", *FLAGS)]
    simple += [(name, False) for name in own]
    is_ours = [isinstance(f, LaminField) for f in foreign_keys(registry)]
    keyed = list(zip(foreign_keys(registry), is_ours, strict=True))
    related = [(f.name, True) for f, ours in keyed if not ours]
    keys = [(f.attname, False) for f, ours in keyed if ours]
    last = [(name, False) for name in present(registry, "created_at", "is_locked")]
    return (*simple, *related, *keys, *last)


def format_value(value: Any) -> str:
    """Value as `repr` shows it: strings quoted, times in UTC to the second."""
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return f"'{value}'"
    return str(value)


def value_of(record: BaseSQLRecord, name: str) -> Any:
    """Value of a column; none if it was not read from the database.

    That of an unsaved record may take a look at a file, which may be gone.
    """
    if record._state.adding and name not in record.__dict__:
        with suppress(OSError, ValueError):
            return getattr(record, name)
    return record.__dict__.get(name)


def record_repr(record: BaseSQLRecord) -> str:
    """`Class(uid='…', …)`; reads no other table unless a plain Django relation is set."""
    shown = []
    for name, follow in shown_fields(type(record)):
        value = getattr(record, name) if follow else value_of(record, name)
        if name == "n_members" and isinstance(value, int) and value < 0:
            continue
        shown.append(f"{name}={format_value(value)}")
    return f"{type(record).__name__}({', '.join(shown)})"
