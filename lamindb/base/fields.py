"""Django fields for registries: not required in forms by default, and recognisable as ours."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from lamindb.base.dates import parse_datetime
from lamindb.base.registries import get_registry_name

__all__ = [
    "BigIntegerField",
    "BinaryField",
    "BooleanField",
    "CharField",
    "DateField",
    "DateTimeField",
    "DecimalField",
    "DurationField",
    "EmailField",
    "FloatField",
    "ForeignKey",
    "GenericIPAddressField",
    "IntegerField",
    "JSONField",
    "LaminField",
    "OneToOneField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SlugField",
    "SmallIntegerField",
    "TextField",
    "TimeField",
    "URLField",
    "UUIDField",
]


class FieldAttr(DeferredAttribute):
    """A field as attribute of its registry, e.g. `bionty.CellType.ontology_id`.

    Example
    -------
    >>> ln.ULabel.name
    FieldAttr(ULabel.name)
    """

    def __repr__(self) -> str:
        return f"FieldAttr({get_registry_name(self.field.model)}.{self.field.name})"

    def __or__(self, other: Any) -> list[Any]:
        """A union, as dtype of a feature: `bt.Tissue.ontology_id | bt.CellType.ontology_id`."""
        return [self, *other] if isinstance(other, list) else [self, other]

    def __ror__(self, other: Any) -> list[Any]:
        """A union that a registry or another union begins."""
        return [*other, self] if isinstance(other, list) else [other, self]


class LaminField:
    """Marks a field as declared with a lamindb class; `repr(record)` treats those differently.

    Example
    -------
    >>> isinstance(CharField(), LaminField)
    True
    """

    descriptor_class = FieldAttr

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Describe the field for a migration as Django's own class.

        Returns
        -------
        tuple
            Name, import path, positional and keyword arguments.

        References
        ----------
        https://docs.djangoproject.com/en/5.2/howto/custom-model-fields/#field-deconstruction
        """
        name, path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        if type(self).__module__ == __name__:
            path = f"django.db.models.{type(self).__name__}"
        return name, path, args, kwargs


class CharField(LaminField, models.CharField):
    """Text of at most `max_length` (default 255) characters."""

    def __init__(self, max_length: int = 255, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)


class TextField(LaminField, models.TextField):
    """Text of any length."""


class ForeignKey(LaminField, models.ForeignKey):
    """Many-to-one relation."""

    descriptor_class = models.ForeignKey.descriptor_class


class BooleanField(LaminField, models.BooleanField):
    """True or False."""


class DateField(LaminField, models.DateField):
    """Date."""


class DateTimeField(LaminField, models.DateTimeField):
    """Date and time; without a zone, in text too, it counts as UTC."""

    def get_prep_value(self, value: Any) -> Any:
        """Hand an aware time to the database driver.

        Parameters
        ----------
        value : datetime, date, str or None
            What a query or a record holds.

        Returns
        -------
        datetime or None

        Raises
        ------
        ValueError
            If a text is no ISO date or time.
        """
        if isinstance(value, str):
            value = parse_datetime(value)
        if isinstance(value, datetime) and value.tzinfo is None:
            value = value.replace(tzinfo=timezone.utc)
        return super().get_prep_value(value)


class BigIntegerField(LaminField, models.BigIntegerField):
    """Integer of 64 bits."""


class IntegerField(LaminField, models.IntegerField):
    """Integer of 32 bits."""


class OneToOneField(LaminField, models.OneToOneField):
    """One-to-one relation."""

    descriptor_class = models.OneToOneField.descriptor_class


class FloatField(LaminField, models.FloatField):
    """Floating-point number."""


class DecimalField(LaminField, models.DecimalField):
    """Decimal number of fixed precision."""


class JSONField(LaminField, models.JSONField):
    """JSON value."""


class DurationField(LaminField, models.DurationField):
    """Period of time."""


class URLField(LaminField, models.URLField):
    """URL."""


class EmailField(LaminField, models.EmailField):
    """Email address."""


class TimeField(LaminField, models.TimeField):
    """Time of day."""


class SlugField(LaminField, models.SlugField):
    """Short label of letters, digits, underscores and hyphens."""


class UUIDField(LaminField, models.UUIDField):
    """UUID."""


class PositiveIntegerField(LaminField, models.PositiveIntegerField):
    """Integer of 32 bits, not negative."""


class PositiveSmallIntegerField(LaminField, models.PositiveSmallIntegerField):
    """Integer of 16 bits, not negative."""


class SmallIntegerField(LaminField, models.SmallIntegerField):
    """Integer of 16 bits."""


class BinaryField(LaminField, models.BinaryField):
    """Bytes."""


class GenericIPAddressField(LaminField, models.GenericIPAddressField):
    """IPv4 or IPv6 address."""
