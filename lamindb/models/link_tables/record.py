"""Records and the values of their features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import ForeignKey, JSONField
from lamindb.models.links import IsLink
from lamindb.models.sqlrecord import BaseSQLRecord

if TYPE_CHECKING:
    from lamindb.models.artifact import Artifact
    from lamindb.models.collection import Collection
    from lamindb.models.feature import Feature
    from lamindb.models.project import Project, Reference
    from lamindb.models.record import Record
    from lamindb.models.run import Run
    from lamindb.models.transform import Transform
    from lamindb.models.ulabel import ULabel
    from lamindb.models.user import User


class RecordJson(BaseSQLRecord, IsLink):
    """Values of non-categorical features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_json")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recordjson")
    value: Any = JSONField(default=None, db_default=None)

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature"),)


class RecordRecord(BaseSQLRecord, IsLink):
    """Records that are values of features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_record")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recordrecord")
    value: Record = ForeignKey("Record", PROTECT, related_name="links_record")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature", "value"),)


class RecordULabel(BaseSQLRecord, IsLink):
    """Labels that are values of features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_ulabel")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recordulabel")
    value: ULabel = ForeignKey("ULabel", PROTECT, related_name="links_record")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature", "value"),)


class RecordUser(BaseSQLRecord, IsLink):
    """Users that are values of features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_user")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recorduser")
    value: User = ForeignKey("User", PROTECT, related_name="links_record")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature", "value"),)


class RecordRun(BaseSQLRecord, IsLink):
    """Runs that are values of features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_run")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recordrun")
    value: Run = ForeignKey("Run", PROTECT, related_name="links_in_record")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature", "value"),)


class RecordArtifact(BaseSQLRecord, IsLink):
    """Artifacts that are values of features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_artifact")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recordartifact")
    value: Artifact = ForeignKey("Artifact", PROTECT, related_name="links_in_record")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature", "value"),)


class RecordCollection(BaseSQLRecord, IsLink):
    """Collections that are values of features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_collection")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recordcollection")
    value: Collection = ForeignKey("Collection", PROTECT, related_name="links_in_record")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature", "value"),)


class RecordTransform(BaseSQLRecord, IsLink):
    """Transforms that are values of features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_transform")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recordtransform")
    value: Transform = ForeignKey("Transform", PROTECT, related_name="links_in_record")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature", "value"),)


class RecordReference(BaseSQLRecord, IsLink):
    """References that are values of features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_reference")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recordreference")
    value: Reference = ForeignKey("Reference", PROTECT, related_name="links_in_record")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature", "value"),)


class RecordProject(BaseSQLRecord, IsLink):
    """Projects that are values of features of a record."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("Record", CASCADE, related_name="values_project")
    feature: Feature = ForeignKey("Feature", PROTECT, related_name="links_recordproject")
    value: Project = ForeignKey("Project", PROTECT, related_name="links_in_record")

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "feature", "value"),)
