"""What `dir()` lists for registries and records: names whose values can be read.

Tab completion and clients in other languages read every attribute that is listed.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .sqlrecord import BaseSQLRecord, Registry

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
        hidden |= relations_of_saved(registry)
    return sorted(set(object.__dir__(record)) - hidden)


@cache
def deprecated_properties(registry: Registry) -> frozenset[str]:
    """Properties that warn when they are read."""
    return frozenset(
        name
        for ancestor in registry.__mro__
        for name, value in vars(ancestor).items()
        if isinstance(value, property) and hasattr(value.fget, "__deprecated__")
    )


@cache
def relations_of_saved(registry: Registry) -> frozenset[str]:
    """Relations that are stored in other tables."""
    meta = registry._meta
    names = [field.name for field in meta.many_to_many]
    return frozenset([*names, *(f.get_accessor_name() or "" for f in meta.related_objects)])


def empty_relations(record: Any) -> set[str]:
    """Required relations to one record that are not set yet."""
    return {
        field.name
        for field in record._meta.concrete_fields
        if field.is_relation and not field.null and record.__dict__.get(field.attname) is None
    }
