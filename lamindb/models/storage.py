"""The registry `Storage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import AutoField

from lamindb.base.fields import CharField, TextField
from lamindb.base.uids import base62_12

from .sqlrecord import SQLRecord
from .tracked import TracksRun, TracksUpdates

if TYPE_CHECKING:
    from lamindb.base.types import StorageType


class Storage(SQLRecord, TracksRun, TracksUpdates):
    """Root locations of artifacts: local folders, buckets, or folders in buckets.

    Examples
    --------
    >>> storage = ln.Storage(root="./mydir").save()
    >>> storage.artifacts.to_dataframe()
    """

    _name_field = "root"

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=12, unique=True, default=base62_12, editable=False)
    root: str = CharField(max_length=255, unique=True, default=None)
    description: str | None = TextField(null=True)
    type: StorageType = CharField(max_length=30, default=None, db_index=True)
    region: str | None = CharField(max_length=64, null=True, db_index=True)
    instance_uid: str | None = CharField(max_length=12, null=True, db_index=True)
