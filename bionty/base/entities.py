"""Public ontologies by what their terms are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import genes
from .public_ontology import PublicOntology

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .genes import MappingResult

__all__ = [
    "BFXPipeline",
    "BioSample",
    "CellLine",
    "CellMarker",
    "CellType",
    "DevelopmentalStage",
    "Disease",
    "Drug",
    "Ethnicity",
    "ExperimentalFactor",
    "Gene",
    "Organism",
    "Pathway",
    "Phenotype",
    "Protein",
    "Tissue",
]


class Entity(PublicOntology):
    """A public ontology of the entity that the class is named after.

    Parameters
    ----------
    organism : str, optional
        Organism of the source.
    source : str, optional
        Name of the source; by default the first one of the entity (and organism).
    version : str, optional
        Any version; by default the packaged one.
    **kwargs
        Accepted for compatibility.

    Raises
    ------
    ValueError
        If no source fits.
    OntologyNotAvailable
        If the table is neither on this machine nor can be downloaded; it is a `ConnectionError`.

    Examples
    --------
    >>> bt.base.Phenotype(organism="human").source  # doctest: +SKIP
    'hp'
    """

    def __init__(
        self,
        organism: str | None = None,
        source: str | None = None,
        version: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(source, version, organism, **kwargs)


class Organism(PublicOntology):
    """Organisms; the data frame has their names as index.

    Parameters
    ----------
    taxa : str, optional
        `"vertebrates"` (default), `"bacteria"`, `"fungi"`, `"metazoa"`, `"plants"`, or `"all"`.
    source : str, optional
        `"ensembl"`, or `"ncbitaxon"` for all taxa.
    version : str, optional
        Any version; by default the packaged one.
    **kwargs
        Accepted for compatibility; `organism` means the taxa.

    Examples
    --------
    >>> bt.base.Organism().to_dataframe().loc["human", "scientific_name"]  # doctest: +SKIP
    'Homo sapiens'
    """

    def __init__(
        self,
        taxa: str | None = None,
        source: str | None = None,
        version: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(source, version, taxa or kwargs.pop("organism", None), **kwargs)


class Gene(Entity):
    """Genes.

    Examples
    --------
    >>> bt.base.Gene(organism="mouse").search("Tcf7").iloc[0]["symbol"]  # doctest: +SKIP
    'Tcf7'
    """

    def register_source_in_lamindb(self) -> Any:
        """Save the source in the connected database; needs the module bionty.

        Returns
        -------
        Source

        Examples
        --------
        >>> bt.base.Gene(organism="rabbit", version="release-112").register_source_in_lamindb()
        ... # doctest: +SKIP
        """
        return genes.register_source(self)

    def map_legacy_ids(self, values: Iterable[str]) -> MappingResult:
        """Map Ensembl gene ids of earlier releases to those of this one.

        Parameters
        ----------
        values : iterable of str
            Earlier ids.

        Returns
        -------
        MappingResult
            `mapped`: present id by earlier id; `ambiguous`: lists of present ids; `unmapped`: ids
            that nothing is known about.

        Raises
        ------
        NotImplementedError
            If there is no table of earlier ids for this organism and version.

        Examples
        --------
        >>> bt.base.Gene().map_legacy_ids(["ENSG00000280710"]).mapped  # doctest: +SKIP
        {'ENSG00000280710': 'ENSG00000125304'}
        """
        return genes.map_legacy_ids(self._table.key, values)


class Protein(Entity):
    """Proteins.

    Examples
    --------
    >>> bt.base.Protein().to_dataframe()  # doctest: +SKIP
    """


class CellMarker(Entity):
    """Markers of cell types.

    Examples
    --------
    >>> bt.base.CellMarker().to_dataframe()  # doctest: +SKIP
    """


class CellType(Entity):
    """Cell types.

    Examples
    --------
    >>> bt.base.CellType().to_dataframe()  # doctest: +SKIP
    """


class CellLine(Entity):
    """Cell lines.

    Examples
    --------
    >>> bt.base.CellLine().to_dataframe()  # doctest: +SKIP
    """


class Tissue(Entity):
    """Tissues.

    Examples
    --------
    >>> bt.base.Tissue().to_dataframe()  # doctest: +SKIP
    """


class Disease(Entity):
    """Diseases.

    Examples
    --------
    >>> bt.base.Disease().to_dataframe()  # doctest: +SKIP
    """


class Phenotype(Entity):
    """Phenotypes.

    Examples
    --------
    >>> bt.base.Phenotype().to_dataframe()  # doctest: +SKIP
    """


class Pathway(Entity):
    """Pathways.

    Examples
    --------
    >>> bt.base.Pathway().to_dataframe()  # doctest: +SKIP
    """


class ExperimentalFactor(Entity):
    """Experimental factors, such as assays.

    Examples
    --------
    >>> bt.base.ExperimentalFactor().to_dataframe()  # doctest: +SKIP
    """


class DevelopmentalStage(Entity):
    """Developmental stages.

    Examples
    --------
    >>> bt.base.DevelopmentalStage().to_dataframe()  # doctest: +SKIP
    """


class Ethnicity(Entity):
    """Ethnicities.

    Examples
    --------
    >>> bt.base.Ethnicity().to_dataframe()  # doctest: +SKIP
    """


class Drug(Entity):
    """Drugs and chemical compounds.

    Examples
    --------
    >>> bt.base.Drug().to_dataframe()  # doctest: +SKIP
    """


class BFXPipeline(Entity):
    """Bioinformatics pipelines.

    Examples
    --------
    >>> bt.base.BFXPipeline().to_dataframe()  # doctest: +SKIP
    """


class BioSample(Entity):
    """Attributes of biological samples.

    Examples
    --------
    >>> bt.base.BioSample().to_dataframe()  # doctest: +SKIP
    """
