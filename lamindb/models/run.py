"""The registry `Run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db.models import CASCADE, PROTECT, BigAutoField, ManyToManyField

from lamindb.base.fields import (
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKey,
    JSONField,
    SmallIntegerField,
    TextField,
)
from lamindb.base.types import RUN_CODE_TO_STATUS, RUN_STATUS_TO_CODE, RunStatus
from lamindb.base.uids import base62_16

from . import query_aliases, run_create
from .annotate.feature_manager import FeatureManager
from .annotate.label_manager import HasLabels
from .columns import DatabaseTimestamp
from .current import current_user_id
from .lineage import HasLineage
from .sqlrecord import SQLRecord
from .tracked import TracksUpdates

if TYPE_CHECKING:
    from datetime import datetime

    from .artifact import Artifact
    from .query_set import BasicQuerySet
    from .transform import Transform
    from .user import User

SCHEDULED = RUN_STATUS_TO_CODE["scheduled"]


class Run(SQLRecord, HasLabels, HasLineage, TracksUpdates):
    """Executions of a transform: when, by whom, with which parameters, inputs and outputs.

    Examples
    --------
    >>> transform = ln.Transform(key="align.nf").save()
    >>> run = ln.Run(transform, params={"threads": 4}).save()
    """

    _name_field = "started_at"

    id: int = BigAutoField(primary_key=True)
    # wider than its 16 characters, since uids were 20 characters long once
    uid: str = CharField(max_length=20, unique=True, default=base62_16, editable=False)
    name: str | None = CharField(max_length=150, null=True, db_index=True)
    description: str | None = TextField(null=True)
    transform: Transform = ForeignKey("Transform", CASCADE, related_name="runs")
    entrypoint: str | None = CharField(max_length=255, null=True, db_index=True)
    started_at = DatabaseTimestamp(db_index=True)
    finished_at: datetime | None = DateTimeField(null=True, db_index=True)
    report: Artifact | None = ForeignKey("Artifact", PROTECT, null=True, related_name="_report_of")
    environment: Artifact | None = ForeignKey(
        "Artifact", PROTECT, null=True, related_name="_environment_of"
    )
    plan: Artifact | None = ForeignKey(
        "Artifact", PROTECT, null=True, related_name="_plan_for_runs"
    )
    params: dict[str, Any] | None = JSONField(null=True)
    extra_data: dict[str, Any] | None = JSONField(null=True)
    reference: str | None = CharField(max_length=255, null=True, db_index=True)
    reference_type: str | None = CharField(max_length=25, null=True, db_index=True)
    cli_args: str | None = CharField(max_length=1024, null=True)
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey(
        "User", CASCADE, default=current_user_id, related_name="created_runs"
    )
    initiated_by_run: Run | None = ForeignKey(
        "self", CASCADE, null=True, related_name="initiated_runs"
    )
    _is_consecutive: bool | None = BooleanField(null=True)
    _status_code: int = SmallIntegerField(default=SCHEDULED, db_default=SCHEDULED, db_index=True)

    # relations
    json_values = ManyToManyField("JsonValue", through="RunJsonValue", related_name="runs")
    ulabels = ManyToManyField("ULabel", through="RunULabel", related_name="runs")
    linked_in_records = ManyToManyField("Record", through="RecordRun", related_name="linked_runs")
    artifacts = ManyToManyField("Artifact", through="ArtifactRun", related_name="runs")
    linked_artifacts = ManyToManyField(
        "Artifact", through="RunArtifact", related_name="linked_by_runs"
    )

    _constructor_keywords = run_create.KEYWORDS
    _queryable_by_feature = True
    _properties_of_saved = ("inputs", "outputs")
    _query_aliases = {
        "features": query_aliases.features("Run"),
        "status": query_aliases.status(RUN_STATUS_TO_CODE),
        "inputs": query_aliases.renamed("input_artifacts"),
        "outputs": query_aliases.renamed("output_artifacts"),
        "project": query_aliases.renamed("projects"),
    }

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        run_create.construct_run(self, args, kwargs)

    @property
    def features(self) -> FeatureManager:
        """Values of features.

        Examples
        --------
        >>> run.features.add_values({"temperature": 21.6})
        """
        return FeatureManager(self)

    @property
    def status(self) -> RunStatus:
        """How far the run is: scheduled, restarted, started, completed, errored, aborted."""
        return cast("RunStatus", RUN_CODE_TO_STATUS[self._status_code])

    @property
    def inputs(self) -> BasicQuerySet:
        """Artifacts that the run read."""
        return self.input_artifacts.all()

    @property
    def outputs(self) -> BasicQuerySet:
        """Artifacts that the run created or created again."""
        return self.query_output_artifacts()

    def query_output_artifacts(self, include_recreated: bool = True) -> BasicQuerySet:
        """Artifacts that the run created.

        Parameters
        ----------
        include_recreated
            Also those whose content existed already.

        Examples
        --------
        >>> run.query_output_artifacts().to_dataframe()
        """
        created = self.output_artifacts.all()
        if not include_recreated:
            return created
        return (created | self.recreated_artifacts.all()).distinct()

    def query_output_collections(self, include_recreated: bool = True) -> BasicQuerySet:
        """Collections that the run created.

        Parameters
        ----------
        include_recreated
            Also those whose content existed already.

        Examples
        --------
        >>> run.query_output_collections().to_dataframe()
        """
        created = self.output_collections.all()
        if not include_recreated:
            return created
        return (created | self.recreated_collections.all()).distinct()
