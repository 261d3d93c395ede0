"""The registry `Migration`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BigAutoField

from lamindb.base.fields import CharField, DateTimeField

from .sqlrecord import BaseSQLRecord

if TYPE_CHECKING:
    from datetime import datetime


class Migration(BaseSQLRecord):
    """Migrations that were applied to the database, read-only; Django writes this table.

    Examples
    --------
    >>> ln.models.Migration.filter(app="lamindb").to_dataframe()
    """

    id: int = BigAutoField(primary_key=True)
    app: str = CharField(max_length=255, default=None)
    name: str = CharField(max_length=255, default=None)
    applied: datetime = DateTimeField()

    class Meta(BaseSQLRecord.Meta):
        db_table = "django_migrations"
        managed = False
