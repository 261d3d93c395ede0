"""The registry `JsonValue`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.db.models import CASCADE

from lamindb.base.fields import CharField, ForeignKey, JSONField
from lamindb.base.hashing import hash_json_value

from .exact import select
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

    @classmethod
    def get_or_create(cls, feature: Feature, value: Any) -> tuple[JsonValue, bool]:
        """Value of a feature: the existing row with an equal value, or a new one.

        Parameters
        ----------
        feature
            Saved feature.
        value
            Whatever JSON can express.

        Returns
        -------
        The saved value, and whether a row was created.

        Raises
        ------
        ValueError
            The feature is not saved.
        TypeError
            JSON cannot express the value.

        Examples
        --------
        >>> value, created = ln.models.JsonValue.get_or_create(feature, 21.6)
        """
        if feature._state.adding:
            raise ValueError(f"Save the feature first: {feature!r}")
        json.dumps(value)
        hash = hash_json_value(value)
        found = select(cls, ("id",), {"hash": hash, "feature_id": feature.pk})
        if found:
            return cls.objects.get(pk=found[0][0]), False
        record = cls(feature=feature, value=value, hash=hash)
        try:
            with transaction.atomic():
                models.Model.save(record)
        except IntegrityError:  # another process was faster
            return cls.objects.get(hash=hash, feature=feature), False
        return record, True
