"""Artifacts and their perturbations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, PROTECT, BigAutoField, Index

from lamindb.base.fields import ForeignKey
from lamindb.models import BaseSQLRecord, IsLink, TracksRun

if TYPE_CHECKING:
    from lamindb.models import Artifact, Feature
    from pertdb.models.biologic import Biologic
    from pertdb.models.combination_perturbation import CombinationPerturbation
    from pertdb.models.compound import Compound
    from pertdb.models.compound_perturbation import CompoundPerturbation
    from pertdb.models.environmental_perturbation import EnvironmentalPerturbation
    from pertdb.models.genetic_perturbation import GeneticPerturbation
    from pertdb.models.perturbation_target import PerturbationTarget


class ArtifactCompound(BaseSQLRecord, IsLink, TracksRun):
    """Compounds of an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_compound")
    compound: Compound = ForeignKey("Compound", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature",
        PROTECT,
        null=True,
        default=None,
        related_name="links_artifactcompound",
    )

    class Meta(BaseSQLRecord.Meta):
        db_table = "wetlab_artifactcompound"


class ArtifactPerturbationTarget(BaseSQLRecord, IsLink, TracksRun):
    """Perturbation targets of an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey(
        "lamindb.Artifact", CASCADE, related_name="links_perturbation_target"
    )
    perturbationtarget: PerturbationTarget = ForeignKey(
        "PerturbationTarget", PROTECT, related_name="links_artifact"
    )
    feature: Feature | None = ForeignKey(
        "lamindb.Feature",
        PROTECT,
        null=True,
        default=None,
        related_name="links_artifactperturbationtarget",
    )

    class Meta(BaseSQLRecord.Meta):
        db_table = "wetlab_artifactperturbationtarget"
        indexes = (
            Index(fields=["artifact", "perturbationtarget"], name="wetlab_arti_artifac_2674c5_idx"),
        )


class ArtifactGeneticPerturbation(BaseSQLRecord, IsLink, TracksRun):
    """Genetic perturbations of an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey(
        "lamindb.Artifact", CASCADE, related_name="links_genetic_perturbation"
    )
    geneticperturbation: GeneticPerturbation = ForeignKey(
        "GeneticPerturbation", PROTECT, related_name="links_artifact"
    )
    feature: Feature | None = ForeignKey(
        "lamindb.Feature",
        PROTECT,
        null=True,
        default=None,
        related_name="links_artifactgeneticperturbation",
    )

    class Meta(BaseSQLRecord.Meta):
        db_table = "wetlab_artifactgeneticperturbation"
        indexes = (
            Index(
                fields=["artifact", "geneticperturbation"], name="wetlab_arti_artifac_8731fa_idx"
            ),
        )


class ArtifactBiologic(BaseSQLRecord, IsLink, TracksRun):
    """Biologics of an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_biologic")
    biologic: Biologic = ForeignKey("Biologic", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature",
        PROTECT,
        null=True,
        default=None,
        related_name="links_artifactbiologic",
    )

    class Meta(BaseSQLRecord.Meta):
        db_table = "wetlab_artifactbiologic"


class ArtifactCompoundPerturbation(BaseSQLRecord, IsLink, TracksRun):
    """Compound perturbations of an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey(
        "lamindb.Artifact", CASCADE, related_name="links_compound_perturbation"
    )
    compoundperturbation: CompoundPerturbation = ForeignKey(
        "CompoundPerturbation", PROTECT, related_name="links_artifact"
    )
    feature: Feature | None = ForeignKey(
        "lamindb.Feature",
        PROTECT,
        null=True,
        default=None,
        related_name="links_artifactcompoundperturbation",
    )

    class Meta(BaseSQLRecord.Meta):
        db_table = "wetlab_artifactcompoundperturbation"


class ArtifactEnvironmentalPerturbation(BaseSQLRecord, IsLink, TracksRun):
    """Environmental perturbations of an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey(
        "lamindb.Artifact", CASCADE, related_name="links_environmental_perturbation"
    )
    environmentalperturbation: EnvironmentalPerturbation = ForeignKey(
        "EnvironmentalPerturbation", PROTECT, related_name="links_artifact"
    )
    feature: Feature | None = ForeignKey(
        "lamindb.Feature",
        PROTECT,
        null=True,
        default=None,
        related_name="links_artifactenvironmentalperturbation",
    )

    class Meta(BaseSQLRecord.Meta):
        db_table = "wetlab_artifactenvironmentalperturbation"


class ArtifactCombinationPerturbation(BaseSQLRecord, IsLink, TracksRun):
    """Combinations of perturbations of an artifact, plain or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey(
        "lamindb.Artifact", CASCADE, related_name="links_combination_perturbation"
    )
    combinationperturbation: CombinationPerturbation = ForeignKey(
        "CombinationPerturbation", PROTECT, related_name="links_artifact"
    )
    feature: Feature | None = ForeignKey(
        "lamindb.Feature",
        PROTECT,
        null=True,
        default=None,
        related_name="links_artifactcombinationperturbation",
    )

    class Meta(BaseSQLRecord.Meta):
        db_table = "wetlab_artifactcombinationperturbation"
