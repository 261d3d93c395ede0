"""The registry `User`."""

from __future__ import annotations

from django.db.models import AutoField, ManyToManyField

from lamindb.base.fields import CharField

from .columns import DatabaseTimestamp
from .curatable import CanCurate
from .sqlrecord import BaseSQLRecord


class User(BaseSQLRecord, CanCurate):
    """People who work with the instance.

    Examples
    --------
    >>> ln.User.get(handle="testuser1")
    """

    _name_field = "handle"

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=8, unique=True, default=None, editable=False)
    handle: str = CharField(max_length=30, unique=True, default=None)
    name: str | None = CharField(max_length=150, null=True, db_index=True)
    created_at = DatabaseTimestamp(db_index=True)
    updated_at = DatabaseTimestamp(db_index=True)

    # relations
    linked_in_records = ManyToManyField("Record", through="RecordUser", related_name="linked_users")
    artifacts = ManyToManyField("Artifact", through="ArtifactUser", related_name="users")
