"""Artifacts and what they are annotated with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import BooleanField, CharField, ForeignKey
from lamindb.models.links import IsLink
from lamindb.models.sqlrecord import BaseSQLRecord
from lamindb.models.tracked import TracksRun

from .constraints import once_per_feature

if TYPE_CHECKING:
    from lamindb.models.artifact import Artifact
    from lamindb.models.feature import Feature
    from lamindb.models.jsonvalue import JsonValue
    from lamindb.models.project import Project, Reference
    from lamindb.models.record import Record
    from lamindb.models.run import Run
    from lamindb.models.schema import Schema
    from lamindb.models.ulabel import ULabel
    from lamindb.models.user import User


class ArtifactSchema(BaseSQLRecord, IsLink, TracksRun):
    """Schemas of an artifact, one per slot: inferred feature sets and validated components."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="_links_schema")
    schema: Schema = ForeignKey("Schema", PROTECT, related_name="_links_artifact")
    slot: str | None = CharField(max_length=255, null=True)
    feature_ref_is_semantic: bool | None = BooleanField(null=True)

    class Meta(BaseSQLRecord.Meta):
        unique_together = (
            ("artifact", "slot", "schema"),
            ("artifact", "slot"),
        )


class ArtifactULabel(BaseSQLRecord, IsLink, TracksRun):
    """Labels of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="links_ulabel")
    ulabel: ULabel = ForeignKey("ULabel", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_artifactulabel"
    )

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("artifactulabel", "artifact", "ulabel", "feature")


class ArtifactJsonValue(BaseSQLRecord, IsLink, TracksRun):
    """Values of non-categorical features of an artifact."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="links_jsonvalue")
    jsonvalue: JsonValue = ForeignKey("JsonValue", PROTECT, related_name="links_artifact")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "jsonvalue"),)


class ArtifactUser(BaseSQLRecord, IsLink, TracksRun):
    """Users that annotate an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="links_user")
    user: User = ForeignKey("User", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_artifactuser"
    )

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("artifactuser", "artifact", "user", "feature")


class ArtifactRun(BaseSQLRecord, IsLink, TracksRun):
    """Runs that annotate an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="links_run")
    run: Run = ForeignKey("Run", CASCADE, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_artifactrun"
    )

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("artifactrun", "artifact", "run", "feature")


class ArtifactArtifact(BaseSQLRecord, IsLink, TracksRun):
    """Artifacts that annotate an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="links_artifact")
    value: Artifact = ForeignKey("Artifact", CASCADE, related_name="links_value")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_artifactartifact"
    )

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("artifactartifact", "artifact", "value", "feature")


class ArtifactRecord(BaseSQLRecord, IsLink, TracksRun):
    """Records that annotate an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="links_record")
    record: Record = ForeignKey("Record", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_artifactrecord"
    )

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("artifactrecord", "artifact", "record", "feature")


class ArtifactProject(BaseSQLRecord, IsLink, TracksRun):
    """Projects of an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="links_project")
    project: Project = ForeignKey("Project", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_artifactproject"
    )

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("artifactproject", "artifact", "project", "feature")


class ArtifactReference(BaseSQLRecord, IsLink, TracksRun):
    """References of an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="links_reference")
    reference: Reference = ForeignKey("Reference", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_artifactreference"
    )

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("artifactreference", "artifact", "reference", "feature")
