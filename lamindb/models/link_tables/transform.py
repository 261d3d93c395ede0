"""Transforms, their predecessors and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import ForeignKey, JSONField
from lamindb.models.columns import DatabaseTimestamp
from lamindb.models.current import current_user_id
from lamindb.models.links import IsLink
from lamindb.models.sqlrecord import BaseSQLRecord
from lamindb.models.tracked import TracksRun

from .constraints import once_per_feature

if TYPE_CHECKING:
    from lamindb.models.feature import Feature
    from lamindb.models.project import Project, Reference
    from lamindb.models.record import Record
    from lamindb.models.transform import Transform
    from lamindb.models.ulabel import ULabel
    from lamindb.models.user import User


class TransformTransform(BaseSQLRecord, IsLink, TracksRun):
    """Transforms that feed a transform."""

    id: int = BigAutoField(primary_key=True)
    successor: Transform = ForeignKey("Transform", CASCADE, related_name="links_predecessor")
    predecessor: Transform = ForeignKey("Transform", CASCADE, related_name="links_successor")
    config: dict[str, Any] | None = JSONField(null=True)

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("successor", "predecessor"),)


class TransformULabel(BaseSQLRecord, IsLink, TracksRun):
    """Labels of a transform."""

    id: int = BigAutoField(primary_key=True)
    transform: Transform = ForeignKey("Transform", CASCADE, related_name="links_ulabel")
    ulabel: ULabel = ForeignKey("ULabel", PROTECT, related_name="links_transform")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("transform", "ulabel"),)


class TransformRecord(BaseSQLRecord, IsLink, TracksRun):
    """Records that annotate a transform, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    transform: Transform = ForeignKey("Transform", CASCADE, related_name="links_record")
    record: Record = ForeignKey("Record", PROTECT, related_name="links_transform")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_transformrecord"
    )
    created_at = DatabaseTimestamp()
    created_by: User = ForeignKey("User", PROTECT, default=current_user_id, related_name="+")

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("transformrecord", "transform", "record", "feature")


class TransformProject(BaseSQLRecord, IsLink, TracksRun):
    """Projects of a transform."""

    id: int = BigAutoField(primary_key=True)
    transform: Transform = ForeignKey("Transform", CASCADE, related_name="links_project")
    project: Project = ForeignKey("Project", PROTECT, related_name="links_transform")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("transform", "project"),)


class TransformReference(BaseSQLRecord, IsLink, TracksRun):
    """References of a transform."""

    id: int = BigAutoField(primary_key=True)
    transform: Transform = ForeignKey("Transform", CASCADE, related_name="links_reference")
    reference: Reference = ForeignKey("Reference", PROTECT, related_name="links_transform")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("transform", "reference"),)
