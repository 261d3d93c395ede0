"""Columns that several registries share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.expressions import DatabaseDefault
from django.db.models.functions import Now

from lamindb.base.fields import DateTimeField

if TYPE_CHECKING:
    from collections.abc import Callable


class DatabaseTimestamp(DateTimeField):
    """Time that the database fills in on insert; None on an unsaved record."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", Now())
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Describe the field for a migration as Django's own class."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    def _get_default(self) -> Callable[[], None]:
        return lambda: None

    def get_default(self) -> None:
        """Nothing yet, where Django would show an expression object."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Leave the value to the database unless one was set."""
        value = super().pre_save(model_instance, add)
        if value is None and add:
            return DatabaseDefault(self._db_default_expression, output_field=self)
        return value
