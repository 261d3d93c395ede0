"""Who created a record, when, and in which run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import PROTECT

from lamindb.base.fields import ForeignKey

from .columns import DatabaseTimestamp
from .current import current_run, current_user_id

if TYPE_CHECKING:
    from .run import Run
    from .user import User


class TracksRun(models.Model):
    """Columns `created_at`, `created_by`, `run`."""

    created_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey(
        "lamindb.User", PROTECT, default=current_user_id, editable=False, related_name="+"
    )
    run: Run | None = ForeignKey(
        "lamindb.Run", PROTECT, null=True, default=current_run, related_name="+"
    )

    class Meta:
        abstract = True


class TracksUpdates(models.Model):
    """Column `updated_at`."""

    updated_at = DatabaseTimestamp(db_index=True)

    class Meta:
        abstract = True
