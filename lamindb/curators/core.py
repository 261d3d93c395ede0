"""Old public path of the curators: names only."""

from __future__ import annotations

from lamindb.errors import InvalidArgument, ValidationError
from lamindb.models.annotate.external import EXTERNAL_SLOT

from .abc import Curator
from .anndata import AnnDataCurator
from .cat_manager import DataFrameCatManager
from .categoricals import CatVector
from .component import ComponentCurator
from .dataframe import DataFrameCurator
from .dicts import DictCurator
from .lookup import CatLookup
from .slots import SlotsCurator

__all__ = [
    "EXTERNAL_SLOT",
    "AnnDataCurator",
    "CatLookup",
    "CatVector",
    "ComponentCurator",
    "Curator",
    "DataFrameCatManager",
    "DataFrameCurator",
    "DictCurator",
    "InvalidArgument",
    "SlotsCurator",
    "ValidationError",
]
