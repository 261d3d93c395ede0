"""Registries whose names are unique, whatever their case: branches and spaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from lamindb.base.registries import get_registry_name
from lamindb.errors import FieldValidationError

from .saving import save_record

if TYPE_CHECKING:
    from .sqlrecord import BaseSQLRecord


def save_named_uniquely(record: BaseSQLRecord, **kwargs: Any) -> None:
    """Save a record, and say which name is taken if it is.

    Raises
    ------
    FieldValidationError
        The name is empty.
    IntegrityError
        Another record has this name; it is the class of Django.
    """
    registry = get_registry_name(record)
    if not record.name:
        raise FieldValidationError(f"{registry} needs a name, e.g. {registry}(name='my-name')")
    try:
        save_record(record, **kwargs)
    except IntegrityError as error:
        if "name_lower" not in str(error):
            raise
        raise IntegrityError(
            f"A {registry.lower()} named '{record.name}' exists already (names are compared "
            f"without upper and lower case): get it with ln.{registry}.filter("
            f"name__iexact='{record.name}').one(), or choose another name"
        ) from error
