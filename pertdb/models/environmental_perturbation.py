"""The registry `EnvironmentalPerturbation`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import ManyToManyField

from bionty.models import BioRecord
from lamindb.base.fields import CharField, DurationField, FloatField
from lamindb.models import TracksRun, TracksUpdates

if TYPE_CHECKING:
    from datetime import timedelta


class EnvironmentalPerturbation(BioRecord, TracksRun, TracksUpdates):
    """Conditions such as heat or hypoxia.

    Examples
    --------
    >>> pt.EnvironmentalPerturbation(name="heat", value=42, unit="°C").save()
    """

    name: str = CharField(max_length=255, default=None, db_index=True)
    ontology_id: str | None = CharField(max_length=32, null=True, default=None, db_index=True)
    value: float | None = FloatField(null=True, default=None)
    unit: str | None = CharField(max_length=32, null=True, default=None)
    duration: timedelta | None = DurationField(null=True, default=None)

    # relations
    targets = ManyToManyField("PerturbationTarget", related_name="environmental_perturbations")
    artifacts = ManyToManyField(
        "lamindb.Artifact",
        through="ArtifactEnvironmentalPerturbation",
        related_name="environmental_perturbations",
    )

    class Meta(BioRecord.Meta):
        abstract = False
        db_table = "wetlab_environmentalperturbation"
