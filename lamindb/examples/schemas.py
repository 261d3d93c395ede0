"""Schemas that are useful in every instance; they are created on first use.

Example
-------
>>> artifact = ln.Artifact.from_dataframe(df, key="a.parquet", schema="valid_features")
"""

from __future__ import annotations

from typing import Any

from lamindb.base.log import logger
from lamindb.models import Feature, Schema

__all__ = ["anndata_ensembl_gene_ids_and_valid_features_in_obs", "valid_features"]


def valid_features() -> Schema:
    """Return the schema for data frames whose columns may be any registered features.

    Returns
    -------
    Schema
        The existing one of this name or content, else a new one.

    Example
    -------
    >>> ln.examples.schemas.valid_features().uid
    '0000000000000000'
    """
    return get_or_create("valid_features", itype=Feature)


def anndata_ensembl_gene_ids_and_valid_features_in_obs() -> Schema:
    """Return the schema for AnnData objects with Ensembl gene ids in `var`, features in `obs`.

    Returns
    -------
    Schema
        The existing one of this name or content, else a new one.

    Raises
    ------
    ModuleWasntConfigured
        If the instance doesn't have the module bionty.

    Example
    -------
    >>> schema = ln.examples.schemas.anndata_ensembl_gene_ids_and_valid_features_in_obs()
    >>> schema.slots["var.T"].itype
    'bionty.Gene.ensembl_gene_id'
    """
    genes = get_or_create("valid_ensembl_gene_ids", itype="bionty.Gene.ensembl_gene_id")
    return get_or_create(
        "anndata_ensembl_gene_ids_and_valid_features_in_obs",
        otype="AnnData",
        slots={"obs": valid_features(), "var.T": genes},
    )


def get_or_create(name: str, **definition: Any) -> Schema:
    """Schema of this name, or of this content; one without a name gets this one."""
    existing = Schema.filter(name=name, is_type=False).first()
    if existing is not None:
        return existing
    with logger.mute():
        schema = Schema(name=name, **definition)
    return schema.save() if schema._state.adding or schema.name == name else schema
