"""Fields that users name, as a string or as an attribute of a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import FieldError

from lamindb.base.registries import get_registry_name
from lamindb.base.text import did_you_mean

if TYPE_CHECKING:
    from django.db.models import Field

    from lamindb.base.types import StrField

    from .sqlrecord import Registry


def named_column(registry: Registry, field: StrField) -> Field:
    """Column of a registry that a name or a `FieldAttr` means.

    Parameters
    ----------
    registry
        Registry that has the column.
    field
        Such as `"name"`, `"run_id"` or `ln.ULabel.name`.

    Raises
    ------
    FieldError
        The registry has no such column; lists the columns and the closest name.

    Examples
    --------
    >>> named_column(ln.ULabel, ln.ULabel.name).column
    'name'
    """
    name = field if isinstance(field, str) else getattr(field, "field", field)
    columns = registry._meta.concrete_fields
    for column in columns:
        if name in (column.name, column.attname) or name is column:
            return column
    if not isinstance(name, str):
        raise FieldError(f"{field!r} is no field of {get_registry_name(registry)}")
    available = sorted(c.name for c in columns if not c.name.startswith("_"))
    raise FieldError(
        f"Unknown field '{name}'. Fields of {get_registry_name(registry)}: "
        f"{', '.join(available)}.{did_you_mean(name, available)}"
    )
