"""Small datasets made on the spot or shipped with the package; nothing is downloaded.

Example
-------
>>> ln.examples.datasets.mini_immuno.get_dataset1().shape
(3, 12)
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.examples.datasets import mini_immuno
    from lamindb.examples.datasets.arrays import anndata_with_obs
    from lamindb.examples.datasets.cellxgene import dict_cellxgene_uns, small_dataset3_cellxgene
    from lamindb.examples.datasets.files import (
        dir_scrnaseq_cellranger,
        file_bam,
        file_fastq,
        file_mini_csv,
    )
    from lamindb.examples.datasets.iris import (
        df_iris,
        df_iris_in_meter,
        df_iris_in_meter_study1,
        df_iris_in_meter_study2,
        dir_iris_images,
    )
    from lamindb.examples.datasets.mini_immuno import get_dataset1 as small_dataset1
    from lamindb.examples.datasets.mini_immuno import get_dataset2 as small_dataset2
    from lamindb.examples.datasets.titles import fake_bio_notebook_titles

__all__ = [
    "anndata_with_obs",
    "df_iris",
    "df_iris_in_meter",
    "df_iris_in_meter_study1",
    "df_iris_in_meter_study2",
    "dict_cellxgene_uns",
    "dir_iris_images",
    "dir_scrnaseq_cellranger",
    "fake_bio_notebook_titles",
    "file_bam",
    "file_fastq",
    "file_mini_csv",
    "mini_immuno",
    "small_dataset1",
    "small_dataset2",
    "small_dataset3_cellxgene",
]

# name: module, and the name there if it has another one
_PLACES = {
    "anndata_with_obs": "arrays",
    "df_iris": "iris",
    "df_iris_in_meter": "iris",
    "df_iris_in_meter_study1": "iris",
    "df_iris_in_meter_study2": "iris",
    "dict_cellxgene_uns": "cellxgene",
    "dir_iris_images": "iris",
    "dir_scrnaseq_cellranger": "files",
    "fake_bio_notebook_titles": "titles",
    "file_bam": "files",
    "file_fastq": "files",
    "file_mini_csv": "files",
    "small_dataset1": "mini_immuno:get_dataset1",
    "small_dataset2": "mini_immuno:get_dataset2",
    "small_dataset3_cellxgene": "cellxgene",
}


def __getattr__(name: str) -> Any:
    if name == "mini_immuno":
        return import_module(f"{__name__}.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, other_name = _PLACES[name].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), other_name or name)


def __dir__() -> list[str]:
    return __all__
