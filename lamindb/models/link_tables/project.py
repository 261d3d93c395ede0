"""Projects and references: people, records and other members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import CharField, ForeignKey
from lamindb.models.links import IsLink
from lamindb.models.sqlrecord import BaseSQLRecord
from lamindb.models.tracked import TracksRun

from .constraints import once_per_feature

if TYPE_CHECKING:
    from lamindb.models.block import Block
    from lamindb.models.feature import Feature
    from lamindb.models.project import Project, Reference
    from lamindb.models.record import Record
    from lamindb.models.ulabel import ULabel
    from lamindb.models.user import User


class ProjectUser(BaseSQLRecord, IsLink):
    """People of a project, with the role they have in it."""

    id: int = BigAutoField(primary_key=True)
    project: Project = ForeignKey("Project", CASCADE, related_name="links_user")
    user: User = ForeignKey("User", PROTECT, related_name="links_project")
    role: str = CharField(max_length=32, db_index=True)

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("project", "user", "role"),)


class ProjectRecord(BaseSQLRecord, IsLink, TracksRun):
    """Projects that annotate a record, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    project: Project = ForeignKey("Project", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_projectrecord"
    )
    record: Record = ForeignKey("Record", CASCADE, related_name="links_project")

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("projectrecord", "project", "feature", "record")


class ReferenceRecord(BaseSQLRecord, IsLink, TracksRun):
    """References that annotate a record, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    reference: Reference = ForeignKey("Reference", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_referencerecord"
    )
    record: Record = ForeignKey("Record", CASCADE, related_name="links_reference")

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("referencerecord", "reference", "feature", "record")


class FeatureProject(BaseSQLRecord, IsLink, TracksRun):
    """Projects of a feature."""

    id: int = BigAutoField(primary_key=True)
    feature: Feature = ForeignKey("Feature", CASCADE, related_name="links_project")
    project: Project = ForeignKey("Project", PROTECT, related_name="links_feature")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("feature", "project"),)


class ULabelProject(BaseSQLRecord, IsLink, TracksRun):
    """Projects of a universal label."""

    id: int = BigAutoField(primary_key=True)
    ulabel: ULabel = ForeignKey("ULabel", CASCADE, related_name="links_project")
    project: Project = ForeignKey("Project", PROTECT, related_name="links_ulabel")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("ulabel", "project"),)


class BlockProject(BaseSQLRecord, IsLink, TracksRun):
    """Projects of a block."""

    id: int = BigAutoField(primary_key=True)
    block: Block = ForeignKey("Block", CASCADE, related_name="links_project")
    project: Project = ForeignKey("Project", PROTECT, related_name="links_block")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("block", "project"),)
