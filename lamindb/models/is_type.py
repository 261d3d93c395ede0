"""The column that tells types from other records.

It has a file of its own because columns of a table come in the order in which they are defined:
this one before those of `SQLRecord`, while `HasType` needs what is built on `SQLRecord`.
"""

from __future__ import annotations

from django.db import models

from lamindb.base.fields import BooleanField


class TypeColumn(models.Model):
    """Column `is_type`."""

    is_type: bool = BooleanField(default=False, db_default=False, db_index=True)

    class Meta:
        abstract = True
