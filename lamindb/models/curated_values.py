"""Values that are compared with a registry: what users pass, and which column they are about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Number
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db.models import CharField, DecimalField, Field, FloatField, IntegerField, TextField
from django.db.models.query_utils import DeferredAttribute

from lamindb.base.registries import concrete_model, get_registry_name

from .field_names import named_column
from .registry_fields import name_field

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
    named = name_field(registry) if field is None else field
    if named is None:
        raise AttributeError(f"{label} has no name field: pass the `field` to compare with")
    if isinstance(named, DeferredAttribute) and named.field.model is not concrete_model(registry):
        raise ValueError(f"{named!r} is no field of {label}: pass one of its own fields")
    try:
        column = named_column(registry, named)
    except FieldError as error:
        raise AttributeError(str(error)) from None
    if column.is_relation:
        raise AttributeError(f"'{named}' of {label} is a relation: pass a field that holds values")
    return column


def is_text(field: Field) -> bool:
    """Whether a column holds strings."""
    return isinstance(field, (CharField, TextField))


def is_numeric(field: Field) -> bool:
    """Whether a column holds numbers."""
    return isinstance(field, (IntegerField, FloatField, DecimalField))


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
        if not self.distinct:
            return
        number, text = "numeric", "str/categorical"
        if is_text(field) and all(isinstance(value, Number) for value in self.distinct):
            kind, expected = number, text
        elif is_numeric(field) and all(isinstance(value, str) for value in self.distinct):
            kind, expected = text, number
        else:
            return
        raise TypeError(
            f"Type mismatch: identifiers are '{kind}' but field_values are '{expected}'."
        )


def comparable(values: Iterable[Any], field: Field) -> list[Any]:
    """Those values that the column can have, as the database driver takes them."""
    if is_text(field):
        values = list(values)
        are_plain = set(map(type, values)) == {str}
        texts = values if are_plain else [str(v) for v in values if isinstance(v, str)]
        # one look at all of them is much faster than one at each
        return texts if is_storable("".join(texts)) else list(filter(is_storable, texts))
    if isinstance(field, IntegerField):
        return [int(v) for v in values if is_integer(v)]
    return list(values)


def is_integer(value: Any) -> bool:
    """Whether a value is a whole number; pandas turns integers beside missing values to floats."""
    return isinstance(value, Integral) or (isinstance(value, float) and value.is_integer())


def is_storable(text: str) -> bool:
    """Whether a database can hold the text; no text in it equals one that it cannot hold."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
