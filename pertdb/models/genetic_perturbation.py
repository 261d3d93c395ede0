"""The registry `GeneticPerturbation`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from bionty.models import BioRecord
from lamindb.base.fields import CharField, FloatField, TextField
from lamindb.models import TracksRun, TracksUpdates

from ..types import GeneticPerturbationSystem


class GeneticPerturbation(BioRecord, TracksRun, TracksUpdates):
    """Genetic perturbations, such as the knock-out of a gene by a guide RNA.

    Examples
    --------
    >>> guide = pt.GeneticPerturbation(name="sgBCL2", type="CRISPR-Cas9", sequence="ACGT").save()
    """

    _identifiers = ()

    name: str = CharField(max_length=255, default=None, db_index=True)
    type: GeneticPerturbationSystem | None = CharField(max_length=32, null=True, db_index=True)
    sequence: str | None = TextField(null=True, db_index=True)
    on_target_score: float | None = FloatField(null=True, default=None, db_index=True)
    off_target_score: float | None = FloatField(null=True, default=None, db_index=True)

    # relations
    targets = ManyToManyField("PerturbationTarget", related_name="genetic_perturbations")
    artifacts = ManyToManyField(
        "lamindb.Artifact",
        through="ArtifactGeneticPerturbation",
        related_name="genetic_perturbations",
    )

    class Meta(BioRecord.Meta):
        abstract = False
        db_table = "wetlab_geneticperturbation"
