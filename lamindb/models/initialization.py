"""Attributes of a record object, set directly: several times faster than Django's `__init__`.

Django's constructor looks at every field and sends two signals per object. Registries have plain
columns, so that their values can be written into the object's dictionary; whatever is assigned
afterwards still goes through Django's descriptors.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.db.models.base import ModelState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@cache
def defaults(
    registry: Any,
) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """Constant defaults by attribute, and attributes whose default is computed each time."""
    constant: dict[str, Any] = {}
    computed: list[tuple[str, Callable[[], Any]]] = []
    for field in registry._meta.concrete_fields:
        if field.has_default() and callable(field.default):
            computed.append((field.attname, field.default))
        else:
            constant[field.attname] = field.get_default()
    return constant, tuple(computed)


@cache
def attribute_names(registry: Any) -> dict[str, str]:
    """Attribute that stores a field's value, by name and by attribute name."""
    fields = registry._meta.concrete_fields
    return {f.name: f.attname for f in fields} | {f.attname: f.attname for f in fields}


def initialize(record: Model, values: dict[str, Any]) -> None:
    """Make a record an unsaved one with these values and defaults for the rest.

    Parameters
    ----------
    record
        Object whose class is a registry.
    values
        By field name; related records or, under `<name>_id`, their keys.

    Raises
    ------
    TypeError
        A name is neither a field nor a settable property.
    ValueError
        A value is no record of the related registry.
    """
    registry: Any = type(record)
    constant, computed = defaults(registry)
    attributes = record.__dict__
    attributes.clear()
    attributes["_state"] = ModelState()
    attributes.update(constant)
    for attname, compute in computed:
        if attname not in values:
            value = compute()
            attributes[attname] = value.pk if isinstance(value, Model) else value
    names = attribute_names(registry)
    for name, value in values.items():
        if names.get(name) == name:
            attributes[name] = value
        elif name in names or isinstance(getattr(registry, name, None), property):
            setattr(record, name, value)
        else:
            raise TypeError(f"{registry.__name__} got an unexpected keyword argument '{name}'")


def from_row(registry: Any, db: str | None, names: Iterable[str], values: Iterable[Any]) -> Any:
    """Record for a row that was read; columns that were not read are deferred."""
    record = registry.__new__(registry)
    state = ModelState()
    state.adding = False
    state.db = db
    record.__dict__["_state"] = state
    record.__dict__.update(zip(names, values, strict=True))
    return record


def become(record: Model, existing: Model) -> None:
    """Make a record under construction the existing row."""
    attributes = record.__dict__
    attributes.clear()
    attributes.update(existing.__dict__)
    attributes["_state"] = state = ModelState()
    state.adding = False
    state.db = existing._state.db
    state.fields_cache.update(existing._state.fields_cache)
