"""The only ways up: what a model method calls in the layers above.

Each port names a function as `package.module:function`; it is imported on first use.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PORTS: dict[str, str] = {
    "dataset_validation": "lamindb.curators.artifacts:dataset_validation",
    "link_run_input": "lamindb.tracking.inputs:link_run_input",
    "ensembl_gene_ids_schema": (
        "lamindb.examples.schemas:anndata_ensembl_gene_ids_and_valid_features_in_obs"
    ),
    "search": "lamindb.search:search",
    "similar_names": "lamindb.search:similar_names",
    "view_hierarchy": "lamindb.lineage:view_hierarchy",
    "view_lineage": "lamindb.lineage:view_lineage",
    "valid_features_schema": "lamindb.examples.schemas:valid_features",
}


@cache
def port(name: str) -> Callable[..., Any]:
    """Function behind a port.

    Examples
    --------
    >>> port("link_run_input")([artifact], is_run_input=None)
    """
    module, _, function = PORTS[name].partition(":")
    return getattr(import_module(module), function)
