"""Runs and what they are annotated with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import ForeignKey
from lamindb.models.columns import DatabaseTimestamp
from lamindb.models.current import current_user_id
from lamindb.models.links import IsLink
from lamindb.models.sqlrecord import BaseSQLRecord

from .constraints import once_per_feature

if TYPE_CHECKING:
    from lamindb.models.artifact import Artifact
    from lamindb.models.feature import Feature
    from lamindb.models.jsonvalue import JsonValue
    from lamindb.models.project import Project
    from lamindb.models.record import Record
    from lamindb.models.run import Run
    from lamindb.models.ulabel import ULabel
    from lamindb.models.user import User


class RunJsonValue(BaseSQLRecord, IsLink):
    """Values of non-categorical features of a run."""

    id: int = BigAutoField(primary_key=True)
    run: Run = ForeignKey("Run", CASCADE, related_name="links_jsonvalue")
    jsonvalue: JsonValue = ForeignKey("JsonValue", PROTECT, related_name="links_run")
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey("User", PROTECT, default=current_user_id, related_name="+")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("run", "jsonvalue"),)


class RunArtifact(BaseSQLRecord, IsLink):
    """Artifacts that annotate a run, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    run: Run = ForeignKey("Run", CASCADE, related_name="values_artifact")
    artifact: Artifact = ForeignKey("Artifact", PROTECT, related_name="links_in_run")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_runartifact"
    )

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("runartifact", "run", "artifact", "feature")


class RunULabel(BaseSQLRecord, IsLink):
    """Labels of a run."""

    id: int = BigAutoField(primary_key=True)
    run: Run = ForeignKey("Run", CASCADE, related_name="links_ulabel")
    ulabel: ULabel = ForeignKey("ULabel", PROTECT, related_name="links_run")
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey("User", PROTECT, default=current_user_id, related_name="+")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("run", "ulabel"),)


class RunRecord(BaseSQLRecord, IsLink):
    """Records that annotate a run, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    run: Run = ForeignKey("Run", CASCADE, related_name="links_record")
    record: Record = ForeignKey("Record", PROTECT, related_name="links_run")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_runrecord"
    )
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey("User", PROTECT, default=current_user_id, related_name="+")

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("runrecord", "run", "record", "feature")


class RunProject(BaseSQLRecord, IsLink):
    """Projects of a run."""

    id: int = BigAutoField(primary_key=True)
    run: Run = ForeignKey("Run", CASCADE, related_name="links_project")
    project: Project = ForeignKey("Project", PROTECT, related_name="links_run")
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey(
        "User", PROTECT, default=current_user_id, related_name="+", editable=False
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("run", "project"),)
