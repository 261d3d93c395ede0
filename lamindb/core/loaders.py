"""Functions that read one kind of file each, from `lamindb.storage.formats`.

`load_to_memory` goes by the suffix. Where a parameter is an `AnyPathStr`, a remote file or folder
is fetched to the cache first.
"""

from __future__ import annotations

from lamindb.storage import formats
from lamindb.storage.cache import fetch
from lamindb.storage.formats.anndata import H5ad
from lamindb.storage.formats.bio import Fcs, Rds
from lamindb.storage.formats.media import Html, Image, Svg
from lamindb.storage.formats.mudata import H5mu
from lamindb.storage.formats.registry import find_plugin, supported_suffixes
from lamindb.storage.formats.tables import Csv, Parquet, Tsv
from lamindb.storage.formats.text import Json, Text, Yaml
from lamindb.storage.formats.zarr import Zarr
from lamindb.storage.stores import is_cloud

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from anndata import AnnData
    from mudata import MuData
    from pandas import DataFrame

    from lamindb.base.types import AnyPathStr

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


def _local(path: AnyPathStr) -> Path | str:
    return fetch(path) if is_cloud(path) else path


def load_to_memory(filepath: AnyPathStr, **kwargs: Any) -> Any:
    """Read a file or folder into memory with the format of its suffix.

    Parameters
    ----------
    filepath : str or path
        Local path or URL.
    **kwargs
        Options for the library that reads.

    Returns
    -------
    Any
        See `lamindb.storage.formats.load_to_memory`.

    Raises
    ------
    NotImplementedError
        If no format reads files with this suffix.

    Example
    -------
    >>> load_to_memory("s3://bucket/table.parquet")  # doctest: +SKIP
    """
    return formats.load_to_memory(_local(filepath), **kwargs)


def load_csv(path: Path | str, **kwargs: Any) -> DataFrame:
    """Read comma-separated text with `pandas.read_csv(path, **kwargs)`."""
    return Csv().load(path, **kwargs)


def load_tsv(path: Path | str, **kwargs: Any) -> DataFrame:
    """Read tab-separated text with `pandas.read_csv(path, **kwargs)`."""
    return Tsv().load(path, **kwargs)


def load_parquet(path: Path | str, **kwargs: Any) -> DataFrame:
    """Read a parquet file with `pandas.read_parquet(path, **kwargs)`."""
    return Parquet().load(path, **kwargs)


def load_h5ad(filepath: AnyPathStr, **kwargs: Any) -> AnnData:
    """Read an `.h5ad` file, also compressed, with `anndata.read_h5ad(filepath, **kwargs)`."""
    return H5ad().load(_local(filepath), **kwargs)


def load_h5mu(filepath: Path | str, **kwargs: Any) -> MuData:
    """Read an `.h5mu` file with `mudata.read_h5mu(filepath, **kwargs)`."""
    return H5mu().load(filepath, **kwargs)


def load_zarr(storepath: AnyPathStr, **kwargs: Any) -> Any:
    """Read AnnData, MuData or SpatialData from a zarr store, as its attributes say."""
    return Zarr().load(_local(storepath), **kwargs)


def load_fcs(*args: Any, **kwargs: Any) -> AnnData:
    """Read a flow cytometry file with `readfcs.read(*args, **kwargs)`."""
    return Fcs().load(*args, **kwargs)


def load_json(path: Path | str) -> dict[str, Any] | list[Any]:
    """Read a JSON document."""
    content: dict[str, Any] | list[Any] = Json().load(path)
    return content


def load_yaml(path: Path | str) -> dict[str, Any] | list[Any]:
    """Read a YAML document; tags that create Python objects are refused."""
    content: dict[str, Any] | list[Any] = Yaml().load(path)
    return content


def load_txt(path: Path | str) -> str:
    """Read UTF-8 text."""
    return Text().load(path)


def load_html(path: Path | str) -> Path | str | None:
    """Display a web page in IPython, else return its path."""
    return Html().load(path)


def load_image(path: Path | str) -> Path | str | None:
    """Display a picture in IPython, else return its path."""
    return Image().load(path)


def load_svg(path: Path | str) -> Path | str | None:
    """Display a vector graphic in IPython, else return its path."""
    return Svg().load(path)


def load_rds(path: Path | str) -> Path | str:
    """Return the path of an R object and say which package reads it."""
    return Rds().load(path)


_LOADERS: dict[Callable[..., Any], tuple[str, ...]] = {
    load_csv: Csv.suffixes,
    load_tsv: Tsv.suffixes,
    load_h5ad: H5ad.suffixes,
    load_parquet: Parquet.suffixes,
    load_fcs: Fcs.suffixes,
    load_zarr: Zarr.suffixes,
    load_html: Html.suffixes,
    load_json: Json.suffixes,
    load_yaml: Yaml.suffixes,
    load_h5mu: H5mu.suffixes,
    load_image: Image.suffixes,
    load_svg: Svg.suffixes,
    load_rds: Rds.suffixes,
    load_txt: Text.suffixes,
}

FILE_LOADERS: dict[str, Callable[..., Any]] = {
    **{suffix: loader for loader, suffixes in _LOADERS.items() for suffix in suffixes},
    **{
        suffix: plugin.load
        for suffix in supported_suffixes()
        if (plugin := find_plugin(suffix)) is not None
    },
}
"""How to read files with a suffix, also those of third-party formats."""

# R objects can be stored, but only R reads them
SUPPORTED_SUFFIXES: list[str] = [suffix for suffix in FILE_LOADERS if suffix != ".rds"]
"""Suffixes of files that can be read into memory."""
