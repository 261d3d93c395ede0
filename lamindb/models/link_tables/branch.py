"""Branches, their people and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import CharField, ForeignKey
from lamindb.models.links import IsLink
from lamindb.models.sqlrecord import BaseSQLRecord

if TYPE_CHECKING:
    from lamindb.models.branch import Branch
    from lamindb.models.project import Project
    from lamindb.models.ulabel import ULabel
    from lamindb.models.user import User


class BranchUser(BaseSQLRecord, IsLink):
    """People of a branch, with the role they have in it."""

    id: int = BigAutoField(primary_key=True)
    branch: Branch = ForeignKey("Branch", CASCADE, related_name="links_user")
    user: User = ForeignKey("User", PROTECT, related_name="links_branch")
    role: str = CharField(max_length=32, db_index=True)

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("branch", "user", "role"),)


class BranchULabel(BaseSQLRecord, IsLink):
    """Labels of a branch."""

    id: int = BigAutoField(primary_key=True)
    branch: Branch = ForeignKey("Branch", CASCADE, related_name="links_ulabel")
    ulabel: ULabel = ForeignKey("ULabel", PROTECT, related_name="links_branch")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("branch", "ulabel"),)


class BranchProject(BaseSQLRecord, IsLink):
    """Projects of a branch."""

    id: int = BigAutoField(primary_key=True)
    branch: Branch = ForeignKey("Branch", CASCADE, related_name="links_project")
    project: Project = ForeignKey("Project", PROTECT, related_name="links_branch")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("branch", "project"),)
