"""Data in the shape that CELLxGENE asks for.

https://github.com/chanzuckerberg/single-cell-curation/tree/main/schema
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    import pandas as pd
    from anndata import AnnData

__all__ = ["dict_cellxgene_uns", "small_dataset3_cellxgene"]


def small_dataset3_cellxgene(
    otype: Literal["DataFrame", "AnnData"] = "AnnData",
    *,
    with_obs_defaults: bool = False,
    with_var_typo: bool = False,
    with_obs_typo: bool = False,
    with_uns_organism: bool = False,
    with_uns_spatial: bool = False,
) -> tuple[pd.DataFrame, dict[str, Any]] | AnnData:
    """Return 3 cells × 3 genes with the annotations of the CELLxGENE schema.

    Parameters
    ----------
    otype : {"DataFrame", "AnnData"}
        What to return.
    with_obs_defaults : bool
        Add the annotations that are the same for all cells.
    with_var_typo : bool
        Misspell the first gene.
    with_obs_typo : bool
        Misspell the first two tissues.
    with_uns_organism : bool
        Put the organism into `uns` rather than `obs`; a data frame never has it.
    with_uns_spatial : bool
        Add a spatial library to `uns`.

    Returns
    -------
    anndata.AnnData, or a tuple of pandas.DataFrame and dict
        The data frame has matrix and annotations of cells, the dictionary is `uns`.

    Raises
    ------
    ValueError
        If `otype` is something else.

    Example
    -------
    >>> small_dataset3_cellxgene().shape
    (3, 3)
    """
    import anndata
    import numpy as np
    import pandas as pd

    if otype not in ("DataFrame", "AnnData"):
        raise ValueError(f"otype is {otype!r} but has to be 'DataFrame' or 'AnnData'")
    cells = ["barcode1", "barcode2", "barcode3"]
    genes = ["ENSG00000000457", "ENSG00000000419", "ENSG00000139618"]
    if with_var_typo:
        genes[0] = "invalid_ensembl_id"
    obs = _obs(cells, with_typo=with_obs_typo, with_defaults=with_obs_defaults)
    x = pd.DataFrame(
        np.array([[2, 3, 4], [3, 4, 2], [3, 5, 3]], dtype=np.float32), index=cells, columns=genes
    )
    uns = _uns(with_organism=with_uns_organism, with_spatial=with_uns_spatial)
    if otype == "DataFrame":
        return x.join(obs), uns
    if not with_uns_organism:
        obs["organism_ontology_term_id"] = "NCBITaxon:9606"
    adata = anndata.AnnData(x, obs=obs, uns=uns)
    adata.raw = adata.copy()  # before var gets its column: raw has none
    adata.var["feature_is_filtered"] = False
    adata.obsm["X_pca"] = np.array([[-1.2, 0.8], [0.5, -0.3], [0.7, -0.5]])
    return adata


def _obs(cells: list[str], *, with_typo: bool, with_defaults: bool) -> pd.DataFrame:
    import pandas as pd

    lung = "UBERON:0002048XXX" if with_typo else "UBERON:0002048"
    obs = pd.DataFrame(
        {
            "disease_ontology_term_id": ["MONDO:0004975", "MONDO:0004980", "MONDO:0004980"],
            "development_stage_ontology_term_id": "unknown",
            "sex_ontology_term_id": ["PATO:0000383", "PATO:0000384", "unknown"],
            "tissue_ontology_term_id": [lung, lung, "UBERON:0000948"],
            "cell_type": ["T cell", "B cell", "B cell"],
            "self_reported_ethnicity": "South Asian",
            "donor_id": pd.Categorical(["-1", "1", "2"]),
            "is_primary_data": False,
            "suspension_type": "cell",
            "tissue_type": "tissue",
        },
        index=cells,
    )
    if with_defaults:
        obs["cell_type_ontology_term_id"] = ["CL:0000084", "CL:0000236", "CL:0000236"]
        obs["self_reported_ethnicity_ontology_term_id"] = "na"
        obs["assay_ontology_term_id"] = "EFO:1001982"
        obs["assay"] = "single-cell RNA sequencing"
    return obs


def _uns(*, with_organism: bool, with_spatial: bool) -> dict[str, Any]:
    import numpy as np

    uns: dict[str, Any] = {"title": "CELLxGENE example"}
    if with_organism:
        uns["organism_ontology_term_id"] = "NCBITaxon:9606"
        uns["organism"] = "Homo sapiens"
    if with_spatial:
        uns["spatial"] = {
            "is_single": True,
            "library_123": {
                "images": {"hires": np.zeros((2000, 2000, 3), dtype=np.uint8)},
                "scalefactors": {"spot_diameter_fullres": 165.0, "tissue_hires_scalef": 0.5},
            },
        }
    return uns


def dict_cellxgene_uns() -> dict[str, Any]:
    """Return an example of `uns` with two spatial libraries.

    Returns
    -------
    dict

    Example
    -------
    >>> dict_cellxgene_uns()["organism_ontology_term_id"]
    'NCBITaxon:9606'
    """
    return {
        "organism_ontology_term_id": "NCBITaxon:9606",
        "spatial": {
            "is_single": True,
            "library_1": {
                "images": {"fullres": "path/to/fullres.jpg", "hires": "path/to/hires.jpg"},
                "scalefactors": {"spot_diameter_fullres": 89.43, "tissue_hires_scalef": 0.177},
            },
            "library_2": {
                "images": {"fullres": "path/to/fullres_2.jpg", "hires": "path/to/hires_2.jpg"},
                "scalefactors": {"spot_diameter_fullres": 120.34, "tissue_hires_scalef": 0.355},
            },
        },
    }
