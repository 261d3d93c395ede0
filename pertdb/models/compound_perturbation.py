"""The registry `CompoundPerturbation`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, ManyToManyField

from bionty.models import BioRecord
from lamindb.base.fields import CharField, DurationField, FloatField, ForeignKey
from lamindb.models import TracksRun, TracksUpdates

if TYPE_CHECKING:
    from datetime import timedelta

    from .compound import Compound


class CompoundPerturbation(BioRecord, TracksRun, TracksUpdates):
    """A compound at a concentration, for some time.

    Examples
    --------
    >>> pt.CompoundPerturbation(
    ...     name="aspirin 1 µM 24 h",
    ...     compound=compound,
    ...     concentration=1,
    ...     concentration_unit="µM",
    ...     duration=timedelta(hours=24),
    ... ).save()
    """

    _identifiers = ()

    name: str = CharField(max_length=255, default=None, db_index=True)
    concentration: float | None = FloatField(null=True, default=None)
    concentration_unit: str | None = CharField(max_length=32, null=True, default=None)
    duration: timedelta | None = DurationField(null=True, default=None)
    compound: Compound | None = ForeignKey("Compound", PROTECT, null=True, default=None)

    # relations
    artifacts = ManyToManyField(
        "lamindb.Artifact",
        through="ArtifactCompoundPerturbation",
        related_name="compound_perturbations",
    )

    class Meta(BioRecord.Meta):
        abstract = False
        db_table = "wetlab_compoundperturbation"
