"""Records and their biological values."""

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
    from lamindb.models import Feature, Record


class RecordOrganism(BaseSQLRecord, IsLink, TracksRun):
    """Organisms of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_organism")
    value: Organism = ForeignKey("Organism", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordorganism"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordGene(BaseSQLRecord, IsLink, TracksRun):
    """Genes of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_gene")
    value: Gene = ForeignKey("Gene", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordgene"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordProtein(BaseSQLRecord, IsLink, TracksRun):
    """Proteins of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_protein")
    value: Protein = ForeignKey("Protein", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordprotein"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordCellMarker(BaseSQLRecord, IsLink, TracksRun):
    """Cell markers of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_cell_marker")
    value: CellMarker = ForeignKey("CellMarker", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordcellmarker"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordTissue(BaseSQLRecord, IsLink, TracksRun):
    """Tissues of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_tissue")
    value: Tissue = ForeignKey("Tissue", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordtissue"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordCellType(BaseSQLRecord, IsLink, TracksRun):
    """Cell types of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_cell_type")
    value: CellType = ForeignKey("CellType", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordcelltype"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordDisease(BaseSQLRecord, IsLink, TracksRun):
    """Diseases of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_disease")
    value: Disease = ForeignKey("Disease", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recorddisease"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordCellLine(BaseSQLRecord, IsLink, TracksRun):
    """Cell lines of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_cell_line")
    value: CellLine = ForeignKey("CellLine", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordcellline"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordPhenotype(BaseSQLRecord, IsLink, TracksRun):
    """Phenotypes of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_phenotype")
    value: Phenotype = ForeignKey("Phenotype", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordphenotype"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordPathway(BaseSQLRecord, IsLink, TracksRun):
    """Pathways of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_pathway")
    value: Pathway = ForeignKey("Pathway", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordpathway"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordExperimentalFactor(BaseSQLRecord, IsLink, TracksRun):
    """Experimental factors of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey(
        "lamindb.Record", CASCADE, related_name="values_experimental_factor"
    )
    value: ExperimentalFactor = ForeignKey(
        "ExperimentalFactor", PROTECT, related_name="links_record"
    )
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordexperimentalfactor"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordDevelopmentalStage(BaseSQLRecord, IsLink, TracksRun):
    """Developmental stages of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey(
        "lamindb.Record", CASCADE, related_name="values_developmental_stage"
    )
    value: DevelopmentalStage = ForeignKey(
        "DevelopmentalStage", PROTECT, related_name="links_record"
    )
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recorddevelopmentalstage"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)


class RecordEthnicity(BaseSQLRecord, IsLink, TracksRun):
    """Ethnicities of a record, plain (`feature` is None) or as values of a feature."""

    id: int = BigAutoField(primary_key=True)
    record: Record = ForeignKey("lamindb.Record", CASCADE, related_name="values_ethnicity")
    value: Ethnicity = ForeignKey("Ethnicity", PROTECT, related_name="links_record")
    feature: Feature | None = ForeignKey(
        "lamindb.Feature", PROTECT, null=True, related_name="links_recordethnicity"
    )

    class Meta(BaseSQLRecord.Meta):
        unique_together = (("record", "value", "feature"),)
