"""Which fields a registry has, in the orders that repr, data frames and messages use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Field, ForeignKey, TextField

if TYPE_CHECKING:
    from .sqlrecord import BaseSQLRecord, Registry

FLAGS = ("version_tag", "is_latest", "is_type")
"""Columns of the capabilities `IsVersioned` and `HasType`."""

BOOKKEEPING = ("id", "uid", *FLAGS, "is_locked", "created_at", "updated_at")
"""Simple columns that have a place of their own in every listing."""

INTERNAL_KINDS = "__lamindb"
"""How the kinds of artifacts start that hold reports and environments of runs."""

HIDDEN_IN_CONSTRUCTOR = (
    "id",
    "uid",
    "is_locked",
    "is_latest",
    "created_at",
    "updated_at",
    "created_by",
    "created_on",
    "run",
)


def find_field(registry: Registry, name: str) -> Field | None:
    """Field or reverse relation of this name."""
    try:
        return registry._meta.get_field(name)
    except FieldDoesNotExist:
        return None


@cache
def name_field(registry: Registry) -> str | None:
    """Field that names a record in searches, look-ups and messages, None if there is none."""
    names = {field.name for field in registry._meta.concrete_fields}
    declared = getattr(registry, "_name_field", "name")
    return declared if declared in names else None


def is_public(field: Field) -> bool:
    """Whether a field is shown; `_dtype_str` is the public face of `Feature.dtype`."""
    return not field.name.startswith("_") or field.name == "_dtype_str"


@cache
def foreign_keys(registry: Registry) -> tuple[ForeignKey, ...]:
    """Foreign keys in model order."""
    return tuple(f for f in registry._meta.concrete_fields if isinstance(f, ForeignKey))


@cache
def own_simple_fields(registry: Registry) -> tuple[Field, ...]:
    """Public columns that are neither relations nor shared by all registries, in model order."""
    return tuple(
        field
        for field in registry._meta.concrete_fields
        if not field.is_relation and is_public(field) and field.name not in BOOKKEEPING
    )


@cache
def has_field(registry: Registry, name: str) -> bool:
    """Whether the registry has a column of this name."""
    return any(field.name == name for field in registry._meta.concrete_fields)


def present(registry: Registry, *names: str) -> list[str]:
    """Those of the names that are columns of the registry."""
    return [name for name in names if has_field(registry, name)]


@cache
def text_fields(registry: Registry) -> tuple[Field, ...]:
    """Char and text columns in model order."""
    return tuple(f for f in registry._meta.concrete_fields if isinstance(f, (CharField, TextField)))


@cache
def length_limits(registry: Registry) -> tuple[tuple[str, int], ...]:
    """Columns with a maximum length, and that length in characters."""
    return tuple(
        (f.attname, f.max_length)
        for f in registry._meta.concrete_fields
        if isinstance(f, CharField) and f.max_length is not None
    )


@cache
def text_columns(registry: Registry) -> tuple[str, ...]:
    """Columns of text."""
    fields = registry._meta.concrete_fields
    return tuple(f.attname for f in fields if isinstance(f, (CharField, TextField)))


@cache
def constructor_keywords(registry: Registry) -> tuple[str, ...]:
    """Keywords that the constructor documents, for error messages."""
    declared = getattr(registry, "_constructor_keywords", None)
    if declared is not None:
        return tuple(declared)
    return tuple(
        field.name
        for field in registry._meta.concrete_fields
        if not field.name.startswith("_") and field.name not in HIDDEN_IN_CONSTRUCTOR
    )


@cache
def column_names(registry: Registry) -> frozenset[str]:
    """Names and attribute names of all columns."""
    fields = registry._meta.concrete_fields
    return frozenset({f.name for f in fields} | {f.attname for f in fields})


def public_field_names(registry: Registry) -> list[str]:
    """Names that a query may use, sorted; link tables and private fields are left out."""
    names: set[str] = set()
    for field in registry._meta.get_fields():
        names.add(field.name)
        if isinstance(field, ForeignKey):
            names.add(field.attname)
    names.update(getattr(registry, "_query_aliases", ()))
    return sorted(n for n in names if not n.startswith(("_", "links_", "values_")))


def column_values(record: BaseSQLRecord) -> list[Any]:
    """Values of all columns in model order, as the database loading path takes them."""
    return [record.__dict__.get(f.attname) for f in record._meta.concrete_fields]
