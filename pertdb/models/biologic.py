"""The registry `Biologic`."""

from __future__ import annotations

from django.db.models import ManyToManyField

from bionty.models import BioRecord
from lamindb.base.fields import CharField
from lamindb.models import TracksRun, TracksUpdates

from ..types import BiologicType


class Biologic(BioRecord, TracksRun, TracksUpdates):
    """Proteins, antibodies and other large molecules that perturb.

    Examples
    --------
    >>> cytokine = pt.Biologic(name="IL-2", type="cytokine").save()
    """

    _identifiers = ()

    name: str = CharField(max_length=255, default=None, db_index=True)
    type: BiologicType = CharField(max_length=32, default=None, db_index=True)

    # relations
    proteins = ManyToManyField("bionty.Protein", related_name="biologics")
    targets = ManyToManyField("PerturbationTarget", related_name="biologics")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactBiologic", related_name="biologics"
    )

    class Meta(BioRecord.Meta):
        abstract = False
        db_table = "wetlab_biologic"
