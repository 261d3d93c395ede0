"""Values that are compared with a registry: what users pass, and which column they are about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from numbers import Number
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, DecimalField, Field, FloatField, IntegerField, TextField
from django.db.models.query_utils import DeferredAttribute

from lamindb.base.registries import get_registry_name
from lamindb.base.text import did_you_mean

from .registry_fields import name_field, own_simple_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .sqlrecord import Registry

NESTED = {"list", "tuple", "set", "frozenset", "ndarray"}
"""Types whose members are meant when they occur among the values."""

CONVERTERS = ("tolist", "to_pylist", "to_list")
"""What numpy and pandas, Arrow, polars call the method that returns Python values."""


def curated_field(registry: Registry, field: Any = None) -> Field:
    """Column that values are compared with.

    Parameters
    ----------
    registry
        Registry that the values belong to.
    field
        Name or `Registry.field`; None means the name field.

    Raises
    ------
    AttributeError
        There is no such column.
    ValueError
        The field belongs to another registry.
    """
    label = get_registry_name(registry)
    if isinstance(field, DeferredAttribute):
        if field.field.model is not registry._meta.concrete_model:
            raise ValueError(f"{field!r} is no field of {label}, pass e.g. field='{field.field.name}'")
        return field.field
    name = name_field(registry) if field is None else field
    if name is None:
        raise AttributeError(f"{label} has no name field: pass the `field` to compare with")
    try:
        found = registry._meta.get_field(str(name))
    except FieldDoesNotExist:
        hint = did_you_mean(str(name), [f.name for f in own_simple_fields(registry)])
        raise AttributeError(f"{label} has no field '{name}'.{hint}") from None
    if found.is_relation:
        raise AttributeError(f"'{name}' of {label} is a relation: pass a field that holds values")
    return found


def is_text(field: Field) -> bool:
    """Whether a column holds strings."""
    return isinstance(field, (CharField, TextField))


def is_missing(value: Any) -> bool:
    """Whether a value stands for nothing: empty string, None, NaN, NaT, pandas' NA."""
    if isinstance(value, str):
        return not value
    return value is None or type(value).__name__ in {"NAType", "NaTType"} or is_nan(value)


def is_nan(value: Any) -> bool:
    """Whether a value is not a number."""
    return isinstance(value, float) and math.isnan(value)


def flattened(values: Any) -> list[Any]:
    """All values, members of nested lists among them, as Python objects.

    Raises
    ------
    TypeError
        This is neither a value nor a collection.
    """
    if isinstance(values, (str, Number)):
        return [values]
    for method in CONVERTERS:
        if hasattr(values, method):
            values = getattr(values, method)()
            break
    try:
        items = list(values)
    except TypeError:
        raise TypeError(f"pass a list of values, not {values!r}") from None
    if not any(type(item).__name__ in NESTED for item in items):
        return items
    nested = [item if type(item).__name__ in NESTED else (item,) for item in items]
    return [value for members in nested for value in members]


@dataclass(frozen=True)
class CuratedValues:
    """Values as passed by the user.

    Parameters
    ----------
    items
        All of them, in order.
    is_single
        Whether one value was passed instead of a collection.
    """

    items: list[Any]
    is_single: bool

    @classmethod
    def of(cls, values: Any, field: Field) -> CuratedValues:
        """Values to compare with a column.

        Raises
        ------
        TypeError
            The values are numbers and the column holds text, or the other way round; or they are
            neither.
        """
        curated = cls(flattened(values), isinstance(values, (str, Number)))
        curated.check_kind(field)
        return curated

    @cached_property
    def distinct(self) -> list[Any]:
        """Each value once, in order of appearance; missing ones left out."""
        try:
            return [value for value in dict.fromkeys(self.items) if not is_missing(value)]
        except TypeError as error:
            raise TypeError(f"values have to be strings or numbers: {error}") from None

    @property
    def n_ignored(self) -> int:
        """Number of values that are missing or repeated."""
        return len(self.items) - len(self.distinct)

    def check_kind(self, field: Field) -> None:
        """Refuse numbers for a column of text and strings for a column of numbers."""
        number, text = "numeric", "str/categorical"
        if is_text(field):
            wrong, kind, expected = Number, number, text
        elif isinstance(field, (IntegerField, FloatField, DecimalField)):
            wrong, kind, expected = str, text, number
        else:
            return
        if self.distinct and all(isinstance(value, wrong) for value in self.distinct):
            raise TypeError(
                f"Type mismatch: identifiers are '{kind}' but field_values are '{expected}'."
            )


def comparable(values: Iterable[Any], field: Field) -> list[Any]:
    """Those values that the column can have, as the database driver takes them."""
    if is_text(field):
        return [str(v) for v in values if isinstance(v, str) and is_storable(v)]
    if isinstance(field, IntegerField):
        return [int(v) for v in values if isinstance(v, Number) and float(v).is_integer()]  # type: ignore[arg-type]
    return list(values)


def is_storable(text: str) -> bool:
    """Whether a database can hold the text; no text in it equals one that it cannot hold."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
