"""Two tiny made-up datasets of perturbed immune cells."""

from __future__ import annotations

from datetime import date
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    import pandas as pd
    from anndata import AnnData

    from lamindb.examples.datasets.mini_immuno_registries import (
        define_features_labels,
        define_mini_immuno_schema_flexible,
        save_mini_immuno_datasets,
    )

__all__ = [
    "define_features_labels",
    "define_mini_immuno_schema_flexible",
    "get_dataset1",
    "get_dataset2",
    "save_mini_immuno_datasets",
]


def __getattr__(name: str) -> Any:
    """Functions that need registries, so that the datasets alone do without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}_registries"), name)


def __dir__() -> list[str]:
    return __all__


def get_dataset1(
    otype: Literal["DataFrame", "AnnData"] = "DataFrame",
    gene_symbols_in_index: bool = False,
    with_typo: bool = False,
    with_cell_type_synonym: bool = False,
    with_cell_type_typo: bool = False,
    with_gene_typo: bool = False,
    with_outdated_gene: bool = False,
    with_wrong_subtype: bool = False,
    with_index_type_mismatch: bool = False,
    with_date_as_iso_string: bool = True,
) -> pd.DataFrame | AnnData:
    """Return the first dataset: 3 samples with 3 genes and 9 annotations.

    Parameters
    ----------
    otype : {"DataFrame", "AnnData"}
        What to return.
    gene_symbols_in_index : bool
        Whether genes are named by symbol rather than by Ensembl id.
    with_typo : bool
        Write the perturbation IFNG as IFNJ.
    with_cell_type_synonym : bool
        Write the cell type B cell as B-cell.
    with_cell_type_typo : bool
        Misspell the second cell type.
    with_gene_typo : bool
        Misspell the third gene.
    with_outdated_gene : bool
        Replace the third Ensembl id by one that was retired.
    with_wrong_subtype : bool
        Replace the third perturbation by a label that is none.
    with_index_type_mismatch : bool
        Replace the third sample name by the number 0.
    with_date_as_iso_string : bool
        Whether the date of the study is a string rather than a `datetime.date`.

    Returns
    -------
    pandas.DataFrame or anndata.AnnData
        Metadata of the study are in `attrs` or `uns`.

    Raises
    ------
    ValueError
        If `otype` is something else.

    Example
    -------
    >>> get_dataset1().shape, get_dataset1(otype="AnnData").shape
    ((3, 12), (3, 3))
    """
    import pandas as pd

    genes = _genes(
        "CD14" if gene_symbols_in_index else "ENSG00000170458", by_symbol=gene_symbols_in_index
    )
    if with_outdated_gene and not gene_symbols_in_index:
        genes[2] = "ENSG00000278198"
    if with_gene_typo:
        genes[2] = "GeneTypo"
    cell_type = "CD8-positive, alpha-beta T cell"
    annotations = {
        "perturbation": pd.Categorical(
            [
                "DMSO",
                "IFNJ" if with_typo else "IFNG",
                "ulabel_but_not_perturbation" if with_wrong_subtype else "DMSO",
            ]
        ),
        "sample_note": ["was ok", "looks naah", "pretty! 🤩"],
        "cell_type_by_expert": pd.Categorical(
            [
                "B-cell" if with_cell_type_synonym else "B cell",
                "CD8-pos alpha-beta T cell" if with_cell_type_typo else cell_type,
                cell_type,
            ]
        ),
        "cell_type_by_model": pd.Categorical(["B cell", "T cell", "T cell"]),
        "assay_oid": pd.Categorical(["EFO:0008913"] * 3),
        "concentration": ["0.1%", "200 nM", "0.1%"],
        "treatment_time_h": [24, 24, 6],
        "donor": ["D0001", "D0002", None],
        "donor_ethnicity": [
            ["Chinese", "Singaporean Chinese"],
            ["Chinese", "Han Chinese"],
            ["Chinese"],
        ],
    }
    df = pd.DataFrame(
        {**dict(zip(genes, ([1, 2, 3], [3, 4, 5], [5, 6, 7]), strict=True)), **annotations},
        index=["sample1", "sample2", 0 if with_index_type_mismatch else "sample3"],
    )
    df.attrs = {
        "temperature": 21.6,
        "experiment": "Experiment 1",
        "date_of_study": "2024-12-01" if with_date_as_iso_string else date(2024, 12, 1),
        "study_note": "We had a great time performing this study and the results look compelling.",
    }
    return _as_otype(df, otype, genes, not_in_obs=["donor_ethnicity"])


def get_dataset2(
    otype: Literal["DataFrame", "AnnData"] = "DataFrame",
    gene_symbols_in_index: bool = False,
    with_date_as_iso_string: bool = True,
) -> pd.DataFrame | AnnData:
    """Return the second dataset: 3 more samples with 3 genes and 5 annotations.

    Parameters
    ----------
    otype : {"DataFrame", "AnnData"}
        What to return.
    gene_symbols_in_index : bool
        Whether genes are named by symbol rather than by Ensembl id.
    with_date_as_iso_string : bool
        Whether the date of the study is a string rather than a `datetime.date`.

    Returns
    -------
    pandas.DataFrame or anndata.AnnData
        Metadata of the study are in `attrs` or `uns`.

    Raises
    ------
    ValueError
        If `otype` is something else.

    Example
    -------
    >>> get_dataset2().shape
    (3, 8)
    """
    import pandas as pd

    genes = _genes(
        "CD38" if gene_symbols_in_index else "ENSG00000004468", by_symbol=gene_symbols_in_index
    )
    annotations = {
        "perturbation": pd.Categorical(["DMSO", "IFNG", "IFNG"]),
        "cell_type_by_model": pd.Categorical(["B cell", "T cell", "T cell"]),
        "concentration": ["0.1%", "200 nM", "0.1%"],
        "treatment_time_h": [24, 24, 6],
        "donor": ["D0003", "D0003", "D0004"],
    }
    df = pd.DataFrame(
        {**dict(zip(genes, ([2, 3, 3], [3, 4, 5], [4, 2, 3]), strict=True)), **annotations},
        index=["sample4", "sample5", "sample6"],
    )
    df.attrs = {
        "temperature": 22.6,
        "experiment": "Experiment 2",
        "date_of_study": "2025-02-13" if with_date_as_iso_string else date(2025, 2, 13),
    }
    return _as_otype(df, otype, genes, not_in_obs=[])


def _genes(third: str, *, by_symbol: bool) -> list[str]:
    first_two = ["CD8A", "CD4"] if by_symbol else ["ENSG00000153563", "ENSG00000010610"]
    return [*first_two, third]


def _as_otype(
    df: pd.DataFrame, otype: str, genes: list[str], *, not_in_obs: list[str]
) -> pd.DataFrame | AnnData:
    """The data frame, or an AnnData with the genes as matrix and the rest as obs."""
    if otype == "DataFrame":
        return df
    if otype != "AnnData":
        raise ValueError(f"otype is {otype!r} but has to be 'DataFrame' or 'AnnData'")
    import anndata

    obs = df.drop(columns=[*genes, *not_in_obs])
    return anndata.AnnData(df[genes], obs=obs, uns=dict(df.attrs))
