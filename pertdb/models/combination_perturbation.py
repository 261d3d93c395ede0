"""The registry `CombinationPerturbation`."""

from __future__ import annotations

from typing import Any

from django.db.models import ManyToManyField

from bionty.models import BioRecord
from lamindb.base.fields import CharField
from lamindb.models import SQLRecordList, TracksRun, TracksUpdates

KINDS = ("genetic_perturbations", "compound_perturbations", "environmental_perturbations")


class CombinationPerturbation(BioRecord, TracksRun, TracksUpdates):
    """Several perturbations at once.

    Examples
    --------
    >>> combination = pt.CombinationPerturbation(name="sgBCL2 in hypoxia").save()
    >>> combination.genetic_perturbations.add(guide)
    >>> combination.environmental_perturbations.add(hypoxia)
    """

    _identifiers = ()
    _properties_of_saved = ("members",)

    name: str = CharField(max_length=255, default=None, db_index=True)

    # relations
    genetic_perturbations = ManyToManyField(
        "GeneticPerturbation", related_name="combination_perturbations"
    )
    compound_perturbations = ManyToManyField(
        "CompoundPerturbation", related_name="combination_perturbations"
    )
    environmental_perturbations = ManyToManyField(
        "EnvironmentalPerturbation", related_name="combination_perturbations"
    )
    artifacts = ManyToManyField(
        "lamindb.Artifact",
        through="ArtifactCombinationPerturbation",
        related_name="combination_perturbations",
    )

    class Meta(BioRecord.Meta):
        abstract = False
        db_table = "wetlab_combinationperturbation"

    @property
    def members(self) -> SQLRecordList[Any]:
        """All perturbations that are combined: genetic, then compounds, then environmental."""
        return SQLRecordList(record for kind in KINDS for record in getattr(self, kind).all())
