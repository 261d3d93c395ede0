"""Schemas and their members, components and projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import CharField, ForeignKey
from lamindb.models.links import IsLink
from lamindb.models.sqlrecord import BaseSQLRecord
from lamindb.models.tracked import TracksRun

if TYPE_CHECKING:
    from lamindb.models.feature import Feature
    from lamindb.models.project import Project
    from lamindb.models.schema import Schema


class SchemaFeature(BaseSQLRecord, IsLink):
    """Features of a schema; the order of the links is the order of the features."""

    id: int = BigAutoField(primary_key=True)
    schema: Schema = ForeignKey("Schema", CASCADE, related_name="links_feature")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_schema")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("schema", "feature"),)


class SchemaComponent(BaseSQLRecord, IsLink, TracksRun):
    """Component schemas of a composite schema, one per slot."""

    id: int = BigAutoField(primary_key=True)
    composite: Schema = ForeignKey("Schema", CASCADE, related_name="links_component")
    component: Schema = ForeignKey("Schema", PROTECT, related_name="links_composite")
    slot: str | None = CharField(max_length=255, null=True)

    class Meta(BaseSQLRecord.Meta):
        unique_together = (
            ("composite", "slot", "component"),
            ("composite", "slot"),
        )


class SchemaProject(BaseSQLRecord, IsLink, TracksRun):
    """Projects of a schema."""

    id: int = BigAutoField(primary_key=True)
    schema: Schema = ForeignKey("Schema", CASCADE, related_name="links_project")
    project: Project = ForeignKey("Project", PROTECT, related_name="links_schema")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("schema", "project"),)
