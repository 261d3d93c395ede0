"""Collections, their artifacts and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import ForeignKey
from lamindb.models.links import IsLink
from lamindb.models.sqlrecord import BaseSQLRecord
from lamindb.models.tracked import TracksRun

from .constraints import once_per_feature

if TYPE_CHECKING:
    from lamindb.models.artifact import Artifact
    from lamindb.models.collection import Collection
    from lamindb.models.feature import Feature
    from lamindb.models.project import Project, Reference
    from lamindb.models.record import Record
    from lamindb.models.ulabel import ULabel


class CollectionArtifact(BaseSQLRecord, IsLink, TracksRun):
    """Artifacts of a collection; the order of the links is the order of the artifacts."""

    id: int = BigAutoField(primary_key=True)
    collection: Collection = ForeignKey("Collection", CASCADE, related_name="links_artifact")
    artifact: Artifact = ForeignKey("Artifact", PROTECT, related_name="links_collection")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("collection", "artifact"),)


class CollectionULabel(BaseSQLRecord, IsLink, TracksRun):
    """Labels of a collection."""

    id: int = BigAutoField(primary_key=True)
    collection: Collection = ForeignKey("Collection", CASCADE, related_name="links_ulabel")
    ulabel: ULabel = ForeignKey("ULabel", PROTECT, related_name="links_collection")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_collectionulabel"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("collection", "ulabel"),)


class CollectionRecord(BaseSQLRecord, IsLink, TracksRun):
    """Records that annotate a collection, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    collection: Collection = ForeignKey("Collection", CASCADE, related_name="links_record")
    record: Record = ForeignKey("Record", PROTECT, related_name="links_collection")
    feature: Feature | None = ForeignKey(
        "Feature", PROTECT, null=True, related_name="links_collectionrecord"
    )

    class Meta(BaseSQLRecord.Meta):
        constraints = once_per_feature("collectionrecord", "collection", "record", "feature")


class CollectionProject(BaseSQLRecord, IsLink, TracksRun):
    """Projects of a collection."""

    id: int = BigAutoField(primary_key=True)
    collection: Collection = ForeignKey("Collection", CASCADE, related_name="links_project")
    project: Project = ForeignKey("Project", PROTECT, related_name="links_collection")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("collection", "project"),)


class CollectionReference(BaseSQLRecord, IsLink, TracksRun):
    """References of a collection."""

    id: int = BigAutoField(primary_key=True)
    collection: Collection = ForeignKey("Collection", CASCADE, related_name="links_reference")
    reference: Reference = ForeignKey("Reference", PROTECT, related_name="links_collection")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("collection", "reference"),)
