"""The registry `PerturbationTarget`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from bionty.models import BioRecord
from lamindb.base.fields import CharField
from lamindb.models import TracksRun, TracksUpdates


class PerturbationTarget(BioRecord, TracksRun, TracksUpdates):
    """What a perturbation acts on: genes, pathways or proteins.

    Examples
    --------
    >>> target = pt.PerturbationTarget(name="BCL2").save()
    >>> target.genes.add(gene)
    """

    _identifiers = ()

    name: str = CharField(max_length=255, default=None, db_index=True)

    # relations
    genes = ManyToManyField("bionty.Gene", related_name="perturbation_targets")
    pathways = ManyToManyField("bionty.Pathway", related_name="perturbation_targets")
    proteins = ManyToManyField("bionty.Protein", related_name="perturbation_targets")
    artifacts = ManyToManyField(
        "lamindb.Artifact",
        through="ArtifactPerturbationTarget",
        related_name="perturbation_targets",
    )

    class Meta(BioRecord.Meta):
        abstract = False
        db_table = "wetlab_perturbationtarget"
