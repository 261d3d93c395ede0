"""Functions that read one kind of file each: names only, see `lamindb.storage.formats`."""

from __future__ import annotations

from lamindb.storage.formats import load_to_memory
from lamindb.storage.formats.anndata import H5ad
from lamindb.storage.formats.bio import Fcs, Rds
from lamindb.storage.formats.media import Html, Image, Svg
from lamindb.storage.formats.mudata import H5mu
from lamindb.storage.formats.registry import find_format, supported_suffixes
from lamindb.storage.formats.tables import Csv, Parquet, Tsv
from lamindb.storage.formats.text import Json, Text, Yaml
from lamindb.storage.formats.zarr import Zarr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "FILE_LOADERS",
    "SUPPORTED_SUFFIXES",
    "load_csv",
    "load_fcs",
    "load_h5ad",
    "load_h5mu",
    "load_html",
    "load_image",
    "load_json",
    "load_parquet",
    "load_rds",
    "load_svg",
    "load_to_memory",
    "load_tsv",
    "load_txt",
    "load_yaml",
    "load_zarr",
]

load_csv = Csv().load
load_tsv = Tsv().load
load_parquet = Parquet().load
load_h5ad = H5ad().load
load_h5mu = H5mu().load
load_zarr = Zarr().load
load_fcs = Fcs().load
load_html = Html().load
load_image = Image().load
load_svg = Svg().load
load_json = Json().load
load_yaml = Yaml().load
load_txt = Text().load
load_rds = Rds().load

FILE_LOADERS: dict[str, Callable[..., Any]] = {
    suffix: file_format.load
    for suffix in supported_suffixes()
    if (file_format := find_format(suffix)) is not None
}
"""How to read files with a suffix."""

# R objects can be stored, but only R reads them
SUPPORTED_SUFFIXES: list[str] = [suffix for suffix in FILE_LOADERS if suffix != ".rds"]
"""Suffixes of files that can be read into memory."""
