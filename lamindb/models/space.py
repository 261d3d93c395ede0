"""The registry `Space`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, SmallAutoField, UniqueConstraint
from django.db.models.functions import Lower

from lamindb.base.fields import CharField, ForeignKey, TextField
from lamindb.base.uids import base62_12

from .columns import DatabaseTimestamp
from .sqlrecord import BaseSQLRecord

if TYPE_CHECKING:
    from .user import User


class Space(BaseSQLRecord):
    """Access domains: every record of an `SQLRecord` registry lives in one space.

    Examples
    --------
    >>> ln.Space.get(name="all")
    """

    id: int = SmallAutoField(primary_key=True)
    name: str = CharField(max_length=100, db_index=True)
    uid: str = CharField(max_length=12, unique=True, default=base62_12, editable=False)
    description: str | None = TextField(null=True)
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User | None = ForeignKey("User", CASCADE, null=True, related_name="+")

    class Meta(BaseSQLRecord.Meta):
        constraints = [UniqueConstraint(Lower("name"), name="unique_space_name_lower")]
