"""Read, write and infer with whatever format fits a path or an object."""

from __future__ import annotations

import os
from functools import cache

from lamindb.base.log import logger
from lamindb.errors import InvalidArgument
from lamindb.storage.atomic import write_into_place
from lamindb.storage.formats.otypes import otype_of
from lamindb.storage.formats.registry import find_format, suffix_of, third_party_formats
from lamindb.storage.formats.zarr import zarr_otype
from lamindb.storage.layout import protocol_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    from upath import UPath

__all__ = ["count_observations", "infer_otype", "infer_suffix", "load_to_memory", "write_to_disk"]

# the first one is the default
_SUFFIXES_BY_OTYPE = {
    "DataFrame": (".parquet", ".csv"),
    "AnnData": (".h5ad", ".zarr", ".anndata.zarr"),
    "MuData": (".h5mu",),
    "SpatialData": (".zarr", ".spatialdata.zarr"),
}
_OTYPE_BY_SUFFIX = {
    ".parquet": "DataFrame",
    ".csv": "DataFrame",
    ".ipc": "DataFrame",
    ".h5ad": "AnnData",
    ".anndata.zarr": "AnnData",
    ".h5mu": "MuData",
}
_OTYPE_BY_ZARR_NAME = {".mudata.zarr": "MuData", ".spatialdata.zarr": "SpatialData"}


def load_to_memory(path: str | PathLike[str], **kwargs: Any) -> Any:
    """Read a local file or folder into memory with the format of its suffix.

    Parameters
    ----------
    path : str or path-like
        A local path.
    **kwargs
        Options for the library that reads.

    Returns
    -------
    Any
        See the formats; the path itself where there is nothing to load, say, for an image.

    Raises
    ------
    NotImplementedError
        If no format reads files with this suffix.
    ImportError
        If an optional package is missing.

    Example
    -------
    >>> load_to_memory("table.parquet")  # doctest: +SKIP
    """
    suffix, raw_suffix = suffix_of(os.fspath(path))
    file_format = find_format(suffix)
    if file_format is None:
        kind = f"{raw_suffix} files" if raw_suffix else "files without suffix"
        raise NotImplementedError(f"There is no loader for {kind}. Use .cache() to get the path.")
    return file_format.load(os.fspath(path), **kwargs)


def infer_suffix(obj: Any, format: str | None = None) -> str:
    """Return the suffix of the file or folder that an object is stored in.

    Parameters
    ----------
    obj : Any
        An object in memory: a pandas or polars data frame, AnnData, MuData, SpatialData, or what a
        third-party format accepts.
    format : str, optional
        Suffix to use instead of the default one, with or without its dot.

    Returns
    -------
    str
        With its dot.

    Raises
    ------
    InvalidArgument
        If the object can't be stored with the format.
    NotImplementedError
        If no format stores such an object.

    Example
    -------
    >>> import pandas as pd
    >>> infer_suffix(pd.DataFrame()), infer_suffix(pd.DataFrame(), format="csv")
    ('.parquet', '.csv')
    """
    otype = otype_of(obj)
    choices = _SUFFIXES_BY_OTYPE.get(otype or "") or _third_party_suffixes(obj)
    if not choices:
        raise NotImplementedError(
            f"Do not know how to create an Artifact from {type(obj).__name__}, pass a path instead."
        )
    if format is None:
        return choices[0]
    suffix = "." + format.removeprefix(".")
    if suffix not in choices:
        names = ", ".join(repr(choice[1:]) for choice in choices)
        raise InvalidArgument(
            f"Error when specifying {otype or type(obj).__name__} storage format, it has to be one"
            f" of {names}, not {format!r}. Check 'format' or the suffix of 'key'."
        )
    return suffix


def write_to_disk(obj: Any, path: str | PathLike[str], **kwargs: Any) -> None:
    """Write an object to a local file or folder in the format of the suffix.

    The file appears when it is complete.

    Parameters
    ----------
    obj : Any
        An object in memory.
    path : str or path-like
        Local path with a suffix.
    **kwargs
        Options for the library that writes.

    Raises
    ------
    NotImplementedError
        If no format writes such an object to such a file.

    Example
    -------
    >>> write_to_disk(df, "table.parquet")  # doctest: +SKIP
    """
    suffix, raw_suffix = suffix_of(os.fspath(path))
    file_format = find_format(suffix)
    if file_format is None or not file_format.accepts(obj):
        raise NotImplementedError(
            f"Do not know how to write a {type(obj).__name__} to a file with suffix"
            f" {raw_suffix!r}, write it yourself and pass a path instead."
        )
    with write_into_place(path, sync=False) as temporary:
        file_format.write(obj, str(temporary), **kwargs)


def count_observations(data: Any) -> int | None:
    """Return the number of observations of a dataset without reading all of it.

    Parameters
    ----------
    data : Any
        A local path, or an object in memory.

    Returns
    -------
    int or None
        None if the format has no observations or can't tell them cheaply.

    Example
    -------
    >>> import pandas as pd
    >>> count_observations(pd.DataFrame({"a": [1, 2]}))
    2
    """
    if isinstance(data, (str, os.PathLike)):
        file_format = find_format(suffix_of(os.fspath(data))[0])
    else:
        suffixes = _SUFFIXES_BY_OTYPE.get(otype_of(data) or "") or _third_party_suffixes(data)
        file_format = find_format(suffixes[0]) if suffixes else None
    return None if file_format is None else file_format.n_observations(data)


def infer_otype(path: str | PathLike[str] | UPath) -> str | None:
    """Return the type of the object that a file or folder holds, as far as its name tells.

    A local `.zarr` folder is looked into.

    Parameters
    ----------
    path : str or path
        Local path or URL.

    Returns
    -------
    str or None
        `"DataFrame"`, `"AnnData"`, `"MuData"`, `"SpatialData"` or None.

    Example
    -------
    >>> infer_otype("cells.h5ad"), infer_otype("notes.txt")
    ('AnnData', None)
    """
    text = str(path)
    suffix = suffix_of(text)[0]
    if suffix in _OTYPE_BY_SUFFIX:
        return _OTYPE_BY_SUFFIX[suffix]
    if suffix != ".zarr":
        return None
    for name_end, otype in _OTYPE_BY_ZARR_NAME.items():
        if text.lower().rstrip("/").endswith(name_end):
            return otype
    if protocol_of(text) == "local":
        return zarr_otype(text)
    _warn_about_cloud_zarr()
    return None


@cache
def _warn_about_cloud_zarr() -> None:
    """Say once per process that remote stores are not looked into."""
    logger.warning(
        "we do not check whether cloud zarr is AnnData, MuData or SpatialData, please use the"
        " matching constructor, e.g. .from_anndata()"
    )


def _third_party_suffixes(obj: Any) -> tuple[str, ...]:
    """Suffixes of the first format of another package that accepts an object."""
    accepting = (one.suffixes for one in third_party_formats() if one.accepts(obj))
    return next(accepting, ())
