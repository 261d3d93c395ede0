"""The registry `Transform`."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from django.db import models
from django.db.models import CASCADE, PROTECT, AutoField, ManyToManyField

from lamindb.base.fields import CharField, ForeignKey, TextField
from lamindb.base.types import TransformKind

from . import query_aliases, transform_create
from .annotate.label_manager import HasLabels
from .columns import DatabaseTimestamp
from .current import current_run, current_user_id
from .ports import port
from .sqlrecord import SQLRecord
from .tracked import TracksRun
from .versioned import IsVersioned

if TYPE_CHECKING:
    from typing import Any

    from .artifact import Artifact
    from .run import Run
    from .user import User


class Transform(SQLRecord, IsVersioned, HasLabels, TracksRun):
    """Versioned code: scripts, notebooks, pipelines and functions. A run executes one.

    Examples
    --------
    >>> transform = ln.Transform(key="pipelines/align.nf", kind="pipeline").save()
    >>> transform.runs.to_dataframe()
    """

    _len_stem_uid = 12
    _len_full_uid = 16
    _name_field = "key"

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=_len_full_uid, unique=True, default=None, editable=False)
    key: str = CharField(max_length=1024, default=None, db_index=True)
    description: str | None = TextField(null=True, db_index=True)
    kind: TransformKind = CharField(max_length=20, default="pipeline", db_index=True)
    source_code: str | None = TextField(null=True)
    hash: str | None = CharField(max_length=22, null=True, db_index=True)
    reference: str | None = CharField(max_length=255, null=True, db_index=True)
    reference_type: str | None = CharField(max_length=25, null=True, db_index=True)
    # plain Django keys: repr shows the related artifact
    environment: Artifact | None = models.ForeignKey(
        "Artifact", CASCADE, null=True, blank=True, related_name="_environment_of_transforms"
    )
    plan: Artifact | None = models.ForeignKey(
        "Artifact", CASCADE, null=True, blank=True, related_name="_plan_for_transforms"
    )
    run: Run | None = ForeignKey(
        "Run", PROTECT, null=True, default=current_run, related_name="output_transforms"
    )
    updated_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey(
        "User", PROTECT, default=current_user_id, related_name="created_transforms"
    )

    # relations
    ulabels = ManyToManyField("ULabel", through="TransformULabel", related_name="transforms")
    linked_in_records = ManyToManyField(
        "Record", through="RecordTransform", related_name="linked_transforms"
    )
    predecessors = ManyToManyField(
        "self",
        through="TransformTransform",
        through_fields=("successor", "predecessor"),
        symmetrical=False,
        related_name="successors",
    )

    class Meta(SQLRecord.Meta):
        unique_together = (("key", "hash"),)

    _allowed_values = {"kind": get_args(TransformKind)}
    _constructor_keywords = transform_create.KEYWORDS
    _query_aliases = {
        "version": query_aliases.version,
        "name": query_aliases.path_or_name,
        "type": query_aliases.deprecated("type", "kind"),
    }

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        transform_create.construct_transform(self, args, kwargs)

    def _family_conditions(self) -> dict[str, Any] | None:
        return {"key": self.key}

    @property
    def latest_run(self) -> Run | None:
        """Run that started last."""
        return None if self.pk is None else self.runs.order_by("-started_at", "-id").first()

    @property
    def type(self) -> TransformKind:
        """Alias of `kind`."""
        return self.kind

    @type.setter
    def type(self, value: TransformKind) -> None:
        self.kind = value

    def view_lineage(
        self,
        with_successors: bool = False,
        distance: int | None = 5,
        *,
        return_graph: bool = False,
    ) -> Any:
        """Draw the transforms that were declared as predecessors, theirs and so on.

        Parameters
        ----------
        with_successors
            Draw successors as well.
        distance
            Number of levels; 1 means direct predecessors only, None all.
        return_graph
            Return the graph instead of showing it.

        Returns
        -------
        A `graphviz.Digraph` if `return_graph`, else None.

        Raises
        ------
        InvalidArgument
            The distance is not a positive whole number.
        ValueError
            The transform is not saved.

        Examples
        --------
        >>> transform.view_lineage(with_successors=True)
        """
        return port("view_hierarchy")(
            self,
            parents=True,
            children=with_successors,
            distance=distance,
            return_graph=return_graph,
            relation="predecessors",
        )
