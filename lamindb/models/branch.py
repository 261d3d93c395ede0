"""The registry `Branch`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import PROTECT, AutoField, ManyToManyField, UniqueConstraint
from django.db.models.functions import Lower

from lamindb.base.fields import CharField, ForeignKey, JSONField, SmallIntegerField, TextField
from lamindb.base.uids import base62_12

from .columns import DatabaseTimestamp
from .current import current_user_id
from .sqlrecord import BaseSQLRecord
from .typed import HasEmoji

if TYPE_CHECKING:
    from .space import Space
    from .user import User


class Branch(BaseSQLRecord, HasEmoji):
    """Branches: records of a branch are invisible elsewhere until it is merged.

    Every instance has three that can't be deleted: `main`, `archive` and `trash`.

    Examples
    --------
    >>> branch = ln.Branch(name="my-branch").save()
    >>> ln.ULabel.filter(branch=branch)
    """

    id: int = AutoField(primary_key=True)
    name: str = CharField(max_length=100, db_index=True)
    uid: str = CharField(max_length=12, unique=True, default=base62_12, editable=False)
    space: Space = ForeignKey("Space", PROTECT, default=1, db_default=1, related_name="+")
    description: str | None = TextField(null=True)
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey("User", PROTECT, default=current_user_id, related_name="+")
    _status_code: int = SmallIntegerField(default=0, db_default=0, db_index=True)
    _aux: dict[str, Any] | None = JSONField(null=True, default=None, db_default=None)

    # relations
    users = ManyToManyField("User", through="BranchUser", related_name="branches")
    ulabels = ManyToManyField("ULabel", through="BranchULabel", related_name="branches")
    projects = ManyToManyField("Project", through="BranchProject", related_name="branches")

    class Meta(BaseSQLRecord.Meta):
        constraints = [UniqueConstraint(Lower("name"), name="unique_branch_name_lower")]
