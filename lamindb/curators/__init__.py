"""Validation of datasets against schemas, and the report of everything that is wrong.

>>> curator = ln.curators.DataFrameCurator(df, schema)
>>> curator.validate()
>>> artifact = curator.save_artifact(key="study/cells.parquet")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import core
    from .anndata import AnnDataCurator
    from .dataframe import DataFrameCurator

__all__ = ["AnnDataCurator", "DataFrameCurator", "core"]

_NAMES = {
    "AnnDataCurator": ".anndata:AnnDataCurator",
    "DataFrameCurator": ".dataframe:DataFrameCurator",
    "core": ".core",
}
"""Where each public name lives: `.module:name`, or a module."""


def __getattr__(name: str) -> Any:
    place = _NAMES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module_name, _, attribute = place.partition(":")
    module = import_module(module_name, __name__)
    value = getattr(module, attribute) if attribute else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
