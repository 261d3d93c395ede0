"""What `dir()` lists for registries and records: names whose values can be read.

Tab completion and clients in other languages read every attribute that is listed.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models.fields.related_descriptors import (
    ManyToManyDescriptor,
    ReverseManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)

if TYPE_CHECKING:
    from .sqlrecord import BaseSQLRecord, Registry

STORED_ELSEWHERE = (ManyToManyDescriptor, ReverseManyToOneDescriptor, ReverseOneToOneDescriptor)
"""Attributes of a class that stand for relations stored in other tables."""

ONLY_ON_REGISTRY = {"objects", "DoesNotExist", "MultipleObjectsReturned", "NotUpdated"}


def of_registry(registry: Registry) -> list[str]:
    """Attributes of a registry, methods of its metaclass such as `filter` among them."""
    methods = {name for name in vars(type(registry)) if not name.startswith("_")}
    return sorted(methods | set(type.__dir__(registry)) - deprecated_properties(registry))


def of_record(record: BaseSQLRecord) -> list[str]:
    """Attributes of a record; those that need a saved record only if it is saved."""
    registry = type(record)
    hidden = ONLY_ON_REGISTRY | deprecated_properties(registry) | empty_relations(record)
    if record._state.adding:
        hidden |= relations_of_saved(registry) | set(registry._properties_of_saved)
    return sorted(set(object.__dir__(record)) - hidden)


@cache
def deprecated_properties(registry: Registry) -> frozenset[str]:
    """Properties that warn when they are read: their docstrings start with 'Deprecated'."""
    return frozenset(
        name
        for ancestor in registry.__mro__
        for name, value in vars(ancestor).items()
        if isinstance(value, property) and (value.__doc__ or "").startswith("Deprecated")
    )


def relations_of_saved(registry: Registry) -> set[str]:
    """Relations that are stored in other tables; importing a module may add some."""
    return {
        name
        for ancestor in registry.__mro__
        for name, value in vars(ancestor).items()
        if isinstance(value, STORED_ELSEWHERE)
    }


def empty_relations(record: Any) -> set[str]:
    """Required relations to one record that are not set yet."""
    return {
        field.name
        for field in record._meta.concrete_fields
        if field.is_relation and not field.null and record.__dict__.get(field.attname) is None
    }
