"""The registry `JsonValue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CASCADE

from lamindb.base.fields import CharField, ForeignKey, JSONField

from .sqlrecord import SQLRecord
from .tracked import TracksRun

if TYPE_CHECKING:
    from .feature import Feature


class JsonValue(SQLRecord, TracksRun):
    """Values of non-categorical features; artifacts and runs share equal ones.

    Examples
    --------
    >>> artifact.features.add_values({"temperature": 21.6})
    >>> ln.models.JsonValue.get(feature__name="temperature", value=21.6)
    """

    _name_field = "value"

    feature: Feature | None = ForeignKey("Feature", CASCADE, null=True, related_name="values")
    value: Any = JSONField()
    hash: str | None = CharField(max_length=22, null=True, db_index=True)

    class Meta(SQLRecord.Meta):
        unique_together = (("feature", "hash"),)
