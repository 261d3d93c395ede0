"""Artifacts and their biological labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CASCADE, PROTECT, BigAutoField

from lamindb.base.fields import ForeignKey
from lamindb.models import BaseSQLRecord, IsLink, TracksRun

if TYPE_CHECKING:
    from bionty.models.cell_line import CellLine
    from bionty.models.cell_marker import CellMarker
    from bionty.models.cell_type import CellType
    from bionty.models.developmental_stage import DevelopmentalStage
    from bionty.models.disease import Disease
    from bionty.models.ethnicity import Ethnicity
    from bionty.models.experimental_factor import ExperimentalFactor
    from bionty.models.gene import Gene
    from bionty.models.organism import Organism
    from bionty.models.pathway import Pathway
    from bionty.models.phenotype import Phenotype
    from bionty.models.protein import Protein
    from bionty.models.tissue import Tissue
    from lamindb.models import Artifact, Feature


class ArtifactOrganism(BaseSQLRecord, IsLink, TracksRun):
    """Organisms of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_organism")
    organism: Organism = ForeignKey("Organism", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactorganism"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "organism", "feature"),)


class ArtifactGene(BaseSQLRecord, IsLink, TracksRun):
    """Genes of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_gene")
    gene: Gene = ForeignKey("Gene", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactgene"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "gene", "feature"),)


class ArtifactProtein(BaseSQLRecord, IsLink, TracksRun):
    """Proteins of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_protein")
    protein: Protein = ForeignKey("Protein", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactprotein"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "protein", "feature"),)


class ArtifactCellMarker(BaseSQLRecord, IsLink, TracksRun):
    """Cell markers of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_cell_marker")
    cellmarker: CellMarker = ForeignKey("CellMarker", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactcellmarker"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "cellmarker", "feature"),)


class ArtifactTissue(BaseSQLRecord, IsLink, TracksRun):
    """Tissues of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_tissue")
    tissue: Tissue = ForeignKey("Tissue", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifacttissue"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "tissue", "feature"),)


class ArtifactCellType(BaseSQLRecord, IsLink, TracksRun):
    """Cell types of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_cell_type")
    celltype: CellType = ForeignKey("CellType", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactcelltype"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "celltype", "feature"),)


class ArtifactDisease(BaseSQLRecord, IsLink, TracksRun):
    """Diseases of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_disease")
    disease: Disease = ForeignKey("Disease", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactdisease"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "disease", "feature"),)


class ArtifactCellLine(BaseSQLRecord, IsLink, TracksRun):
    """Cell lines of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_cell_line")
    cellline: CellLine = ForeignKey("CellLine", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactcellline"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "cellline", "feature"),)


class ArtifactPhenotype(BaseSQLRecord, IsLink, TracksRun):
    """Phenotypes of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_phenotype")
    phenotype: Phenotype = ForeignKey("Phenotype", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactphenotype"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "phenotype", "feature"),)


class ArtifactPathway(BaseSQLRecord, IsLink, TracksRun):
    """Pathways of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_pathway")
    pathway: Pathway = ForeignKey("Pathway", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactpathway"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "pathway", "feature"),)


class ArtifactExperimentalFactor(BaseSQLRecord, IsLink, TracksRun):
    """Experimental factors of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey(
        "lamindb.Artifact", CASCADE, related_name="links_experimental_factor"
    )
    experimentalfactor: ExperimentalFactor = ForeignKey(
        "ExperimentalFactor", PROTECT, related_name="links_artifact"
    )
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactexperimentalfactor"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "experimentalfactor", "feature"),)


class ArtifactDevelopmentalStage(BaseSQLRecord, IsLink, TracksRun):
    """Developmental stages of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey(
        "lamindb.Artifact", CASCADE, related_name="links_developmental_stage"
    )
    developmentalstage: DevelopmentalStage = ForeignKey(
        "DevelopmentalStage", PROTECT, related_name="links_artifact"
    )
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactdevelopmentalstage"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "developmentalstage", "feature"),)


class ArtifactEthnicity(BaseSQLRecord, IsLink, TracksRun):
    """Ethnicities of an artifact, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    artifact: Artifact = ForeignKey("lamindb.Artifact", CASCADE, related_name="links_ethnicity")
    ethnicity: Ethnicity = ForeignKey("Ethnicity", PROTECT, related_name="links_artifact")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_artifactethnicity"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("artifact", "ethnicity", "feature"),)
