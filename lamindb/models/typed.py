"""Types: records of a registry that group other records of it."""

from __future__ import annotations

from django.db import models

from lamindb.base.fields import BooleanField


class HasEmoji(models.Model):
    """An emoji in front of the name."""

    class Meta:
        abstract = True


class HasType(HasEmoji):
    """Column `is_type`; the registry itself adds the foreign key `type`."""

    is_type: bool = BooleanField(default=False, db_default=False, db_index=True)

    class Meta:
        abstract = True
