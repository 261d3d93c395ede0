"""What the two datasets of perturbed immune cells refer to: features, labels, terms, a schema."""

from __future__ import annotations

import datetime
from typing import Any

from lamindb.examples.datasets.mini_immuno import get_dataset1, get_dataset2
from lamindb.examples.schemas import anndata_ensembl_gene_ids_and_valid_features_in_obs
from lamindb.models import Artifact, Feature, Schema, ULabel
from lamindb.models.feature_dtypes import find_registry

__all__ = [
    "define_features_labels",
    "define_mini_immuno_schema_flexible",
    "save_mini_immuno_datasets",
]

Terms = dict[str, tuple[str, str | None]]
"""Names and synonyms by id in the ontology."""

CELL_TYPES: Terms = {
    "CL:0000236": ("B cell", "B lymphocyte|B-cell|B-lymphocyte"),
    "CL:0000084": ("T cell", "T lymphocyte|T-cell|T-lymphocyte"),
    "CL:0000625": (
        "CD8-positive, alpha-beta T cell",
        "CD8-positive, alpha-beta T lymphocyte|CD8-positive, alpha-beta T-cell",
    ),
}
ASSAYS: Terms = {"EFO:0008913": ("single-cell RNA sequencing", "scRNA-seq|single-cell RNA-seq")}
ETHNICITIES: Terms = {
    "HANCESTRO:0021": ("Chinese", None),
    "HANCESTRO:0025": ("Singaporean Chinese", None),
    "HANCESTRO:0027": ("Han Chinese", "Chinese Han"),
}
GENES = {
    "ENSG00000153563": "CD8A",
    "ENSG00000010610": "CD4",
    "ENSG00000170458": "CD14",
    "ENSG00000004468": "CD38",
}


def define_features_labels() -> None:
    """Register the features, labels and terms of both datasets; what exists stays as it is.

    Raises
    ------
    ModuleWasntConfigured
        If the instance doesn't have the module bionty.

    Example
    -------
    >>> define_features_labels()
    >>> ln.Feature.get(name="treatment_time_h").dtype_as_str
    'num'
    """
    cell_type, factor, ethnicity = (
        find_registry(f"bionty.{name}") for name in ("CellType", "ExperimentalFactor", "Ethnicity")
    )
    for registry, terms in ((cell_type, CELL_TYPES), (factor, ASSAYS), (ethnicity, ETHNICITIES)):
        save_terms(registry, terms)
    save_genes()
    perturbation = ULabel(name="Perturbation", is_type=True).save()
    for name in ("DMSO", "IFNG"):
        ULabel(name=name, type=perturbation).save()
    for name in ("Experiment 1", "Experiment 2"):
        ULabel(name=name).save()
    dtypes: dict[str, Any] = {
        "perturbation": perturbation,
        "cell_type_by_expert": cell_type,
        "cell_type_by_model": cell_type,
        "assay_oid": factor.ontology_id,
        "sample_note": str,
        "concentration": str,
        "donor": str,
        "donor_ethnicity": list[ethnicity],  # type: ignore[valid-type]
        "temperature": float,
        "experiment": ULabel,
        "study_note": str,
    }
    for name, dtype in dtypes.items():
        Feature(name=name, dtype=dtype).save()
    Feature(name="treatment_time_h", dtype="num", coerce=True).save()
    Feature(name="date_of_study", dtype=datetime.date, coerce=True).save()


def save_terms(registry: Any, terms: Terms) -> None:
    """Register terms of an ontology, unless their ids are known."""
    known = set(registry.filter(ontology_id__in=list(terms)).values_list("ontology_id", flat=True))
    for ontology_id, (name, synonyms) in terms.items():
        if ontology_id not in known:
            registry(name=name, ontology_id=ontology_id, synonyms=synonyms).save()


def save_genes() -> None:
    """Register the human genes of both datasets, unless their ids are known."""
    gene, organism = find_registry("bionty.Gene"), find_registry("bionty.Organism")
    known = set(
        gene.filter(ensembl_gene_id__in=list(GENES)).values_list("ensembl_gene_id", flat=True)
    )
    if known == set(GENES):
        return
    human = organism.filter(name="human").first()
    if human is None:
        human = organism(
            name="human", ontology_id="NCBITaxon:9606", scientific_name="homo_sapiens"
        ).save()
    for ensembl_gene_id, symbol in GENES.items():
        if ensembl_gene_id not in known:
            gene(symbol=symbol, ensembl_gene_id=ensembl_gene_id, organism=human).save()


def define_mini_immuno_schema_flexible() -> Schema:
    """Return a schema that both datasets satisfy, and that allows for further features.

    Call `define_features_labels()` before.

    Returns
    -------
    Schema
        A saved schema.

    Raises
    ------
    DoesNotExist
        If a feature isn't registered.

    Example
    -------
    >>> schema = define_mini_immuno_schema_flexible()
    >>> schema.flexible, schema.n_members
    (True, 8)
    """
    required = ("perturbation", "cell_type_by_model", "concentration", "treatment_time_h")
    optional = ("cell_type_by_expert", "assay_oid", "donor", "donor_ethnicity")
    features: list[Any] = [Feature.get(name=name) for name in required]
    features += [Feature.get(name=name).with_config(optional=True) for name in optional]
    return Schema(features, name="Mini immuno schema", flexible=True).save()


def save_mini_immuno_datasets() -> None:
    """Save both datasets as validated AnnData objects that are annotated with their metadata.

    Raises
    ------
    ModuleWasntConfigured
        If the instance doesn't have the module bionty.

    Example
    -------
    >>> save_mini_immuno_datasets()
    >>> ln.Artifact.filter(temperature=21.6).one().key
    'examples/dataset1.h5ad'
    """
    define_features_labels()
    schema = anndata_ensembl_gene_ids_and_valid_features_in_obs()
    datasets = {
        "dataset1": get_dataset1(otype="AnnData"),
        "dataset2": get_dataset2(otype="AnnData"),
    }
    for name, adata in datasets.items():
        artifact = Artifact.from_anndata(adata, key=f"examples/{name}.h5ad", schema=schema).save()
        artifact.features.add_values(dict(adata.uns))
