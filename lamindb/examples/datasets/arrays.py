"""Annotated matrices."""

from __future__ import annotations

from importlib.resources import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from anndata import AnnData

__all__ = ["anndata_with_obs"]


def anndata_with_obs() -> AnnData:
    """Return a matrix of zeros, 40 cells × 100 human genes, with annotated cells.

    Returns
    -------
    anndata.AnnData
        `obs` has cell type, ontology id of the cell type, tissue and disease.

    Example
    -------
    >>> anndata_with_obs().shape
    (40, 100)
    """
    import anndata
    import numpy as np
    import pandas as pd

    annotations = {
        "cell_type": ["T cell", "hematopoietic stem cell", "hepatocyte", "my new cell type"],
        "cell_type_id": ["CL:0000084", "CL:0000037", "CL:0000182", ""],
        "tissue": ["kidney", "liver", "heart", "brain"],
        "disease": [
            "chronic kidney disease",
            "liver lymphoma",
            "cardiac ventricle disorder",
            "Alzheimer disease",
        ],
    }
    genes = files(__package__).joinpath("human_genes.txt").read_text(encoding="ascii").split()
    obs = pd.DataFrame(
        {name: values * 10 for name, values in annotations.items()},
        index=[f"obs{i}" for i in range(40)],
    )
    x = np.zeros((len(obs), len(genes)), dtype=np.float32)
    return anndata.AnnData(x, obs=obs, var=pd.DataFrame(index=genes))
