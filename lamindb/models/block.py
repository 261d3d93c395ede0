"""Markdown notes: free `Block`s and blocks that are attached to a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import CASCADE, PROTECT, BigAutoField, Model

from lamindb.base.fields import (
    CharField,
    ForeignKey,
    IntegerField,
    JSONField,
    SmallIntegerField,
    TextField,
)
from lamindb.base.uids import base62_16

from . import block_create
from .columns import DatabaseTimestamp
from .current import current_user_id
from .notes import README
from .sqlrecord import BaseSQLRecord, SQLRecord
from .versioned import IsVersioned

if TYPE_CHECKING:
    from .artifact import Artifact
    from .branch import Branch
    from .collection import Collection
    from .feature import Feature
    from .project import Project
    from .record import Record
    from .run import Run
    from .schema import Schema
    from .space import Space
    from .transform import Transform
    from .ulabel import ULabel
    from .user import User


class BaseBlock(IsVersioned):
    """Columns of all blocks: versioned markdown `content` of a `kind`."""

    _len_stem_uid = 16
    _len_full_uid = 20

    id: int = BigAutoField(primary_key=True)
    uid: str = CharField(max_length=_len_full_uid, unique=True, default=base62_16, editable=False)
    content: str = TextField()
    hash: str | None = CharField(max_length=22, null=True, db_index=True)
    kind: str = CharField(max_length=22, default="readme", db_default="readme", db_index=True)
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey(
        "lamindb.User", PROTECT, default=current_user_id, related_name="+"
    )
    _status_code: int = SmallIntegerField(default=0, db_default=0, db_index=True)
    _aux: dict[str, Any] | None = JSONField(null=True, default=None, db_default=None)

    class Meta(BaseSQLRecord.Meta):
        abstract = True


class AttachedBlock:
    """Notes that are attached to the record in the field `_owner`."""

    _owner: ClassVar[str]
    _name_field = "uid"

    def _construct(self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        block_create.construct_attached(self, args, kwargs)

    def _family_conditions(self: Any) -> dict[str, Any] | None:
        if self.kind != README:
            return None
        conditions = {f"{self._owner}_id": getattr(self, f"{self._owner}_id"), "kind": README}
        if hasattr(self, "line_number"):
            conditions["line_number"] = self.line_number
        return conditions


class HasBranch(Model):
    """Columns `branch`, `created_on`."""

    branch: Branch = ForeignKey(
        "lamindb.Branch", PROTECT, default=1, db_default=1, related_name="+"
    )
    created_on: Branch = ForeignKey(
        "lamindb.Branch", PROTECT, default=1, db_default=1, related_name="+"
    )

    class Meta:
        abstract = True


class Block(BaseBlock, SQLRecord):
    """Notes with a key of their own: the readme of the instance or of a registry.

    Examples
    --------
    >>> ln.models.Block(key="README.md", kind="readme", content="# My instance").save()
    """

    key: str | None = CharField(max_length=1024, null=True, db_index=True)
    anchor: Block | None = ForeignKey("self", PROTECT, null=True, related_name="children")

    _name_field = "key"

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        block_create.construct_free(self, args, kwargs)

    def _family_conditions(self) -> dict[str, Any] | None:
        return {"key": self.key}


class ArtifactBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on an artifact."""

    _owner = "artifact"

    artifact: Artifact = ForeignKey("Artifact", CASCADE, related_name="ablocks")


class RecordBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on a record."""

    _owner = "record"

    record: Record = ForeignKey("Record", CASCADE, related_name="ablocks")


class TransformBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on a transform or on a line of its source code."""

    _owner = "transform"

    transform: Transform | None = ForeignKey(
        "Transform", CASCADE, null=True, related_name="ablocks"
    )
    line_number: int | None = IntegerField(null=True)


class RunBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on a run."""

    _owner = "run"

    run: Run = ForeignKey("Run", CASCADE, related_name="ablocks")


class CollectionBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on a collection."""

    _owner = "collection"

    collection: Collection | None = ForeignKey(
        "Collection", CASCADE, null=True, related_name="ablocks"
    )


class SchemaBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on a schema."""

    _owner = "schema"

    schema: Schema = ForeignKey("Schema", CASCADE, related_name="ablocks")


class FeatureBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on a feature."""

    _owner = "feature"

    feature: Feature = ForeignKey("Feature", CASCADE, related_name="ablocks")


class ProjectBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on a project."""

    _owner = "project"

    project: Project = ForeignKey("Project", CASCADE, related_name="ablocks")


class SpaceBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on a space."""

    _owner = "space"

    space: Space = ForeignKey("Space", CASCADE, related_name="ablocks")


class ULabelBlock(AttachedBlock, BaseBlock, BaseSQLRecord, HasBranch):
    """Notes on a universal label."""

    _owner = "ulabel"

    ulabel: ULabel = ForeignKey("ULabel", CASCADE, related_name="ablocks")


class BranchBlock(AttachedBlock, BaseBlock, BaseSQLRecord):
    """Notes on a branch, such as a description of the changes it proposes."""

    _owner = "branch"

    branch: Branch = ForeignKey("Branch", CASCADE, related_name="ablocks")
