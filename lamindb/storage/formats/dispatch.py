"""Read, write and infer with whatever format fits a path or an object."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from lamindb.base.log import logger
from lamindb.errors import InvalidArgument
from lamindb.storage.atomic import write_into_place
from lamindb.storage.formats.otypes import built_in_otype, is_from_package
from lamindb.storage.formats.registry import (
    accepting_plugin,
    find_format,
    find_plugin,
    suffix_of,
)
from lamindb.storage.formats.tiledbsoma import count_soma_observations, is_tiledbsoma
from lamindb.storage.formats.zarr import zarr_otype
from lamindb.storage.layout import protocol_of, without_query
from lamindb.storage.stores import url_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    from upath import UPath

__all__ = [
    "count_observations",
    "infer_otype",
    "infer_suffix",
    "load_to_memory",
    "otype_of",
    "write_to_disk",
]

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


def load_to_memory(filepath: str | PathLike[str], **kwargs: Any) -> Any:
    """Read a local file or folder into memory with the format of its suffix.

    Parameters
    ----------
    filepath : str or path-like
        A local path; fetch what is in the cloud first.
    **kwargs
        Options for the library that reads.

    Returns
    -------
    Any
        See the formats; a `pathlib.Path` where there is nothing to load, say, for an image.

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
    path = Path(filepath)
    suffix, raw_suffix = suffix_of(path)
    file_format = find_format(suffix)
    if file_format is None:
        kind = f"{raw_suffix} files" if raw_suffix else "files without suffix"
        raise NotImplementedError(f"There is no loader for {kind}. Use .cache() to get the path.")
    return file_format.load(path, **kwargs)


def infer_suffix(dmem: Any, format: str | dict[str, Any] | None = None) -> str:
    """Return the suffix of the file or folder that an object is stored in.

    Parameters
    ----------
    dmem : Any
        An object in memory: a pandas or polars data frame, a pyarrow table, AnnData, MuData,
        SpatialData, or what a third-party format accepts.
    format : str or dict, optional
        Suffix to use instead of the default one, with or without its dot; also as
        `{"suffix": …}`.

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
    otype = built_in_otype(dmem)
    choices = _SUFFIXES_BY_OTYPE.get(otype or "") or _plugin_suffixes(dmem)
    if not choices:
        raise NotImplementedError(
            f"Do not know how to create an Artifact from {type(dmem).__name__}, pass a path"
            " instead."
        )
    wanted = format.get("suffix") if isinstance(format, dict) else format
    if wanted is None:
        return choices[0]
    suffix = "." + wanted.removeprefix(".")
    if suffix in choices or suffix in _plugin_suffixes(dmem):
        return suffix
    names = ", ".join(repr(choice[1:]) for choice in choices)
    raise InvalidArgument(
        f"Error when specifying {otype or type(dmem).__name__} storage format, it has to be one"
        f" of {names}, not {wanted!r}. Check 'format' or the suffix of 'key'."
    )


def write_to_disk(dmem: Any, filepath: str | PathLike[str], **kwargs: Any) -> None:
    """Write an object to a local file or folder in the format of the suffix.

    The file appears when it is complete. What the library that writes raises is not changed.

    Parameters
    ----------
    dmem : Any
        An object in memory.
    filepath : str or path-like
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
    suffix, raw_suffix = suffix_of(os.fspath(filepath))
    file_format = find_format(suffix)
    if file_format is None or not file_format.accepts(dmem):
        raise NotImplementedError(
            f"Do not know how to write a {type(dmem).__name__} to a file with suffix"
            f" {raw_suffix!r}, write it yourself and pass a path instead."
        )
    with write_into_place(filepath, sync=False) as temporary:
        file_format.write(dmem, str(temporary), **kwargs)


def count_observations(data: Any) -> int | None:
    """Return the number of observations of a dataset without reading all of it.

    Parameters
    ----------
    data : Any
        An object in memory, a local path, or a URL: of a remote dataset only what is needed is
        read.

    Returns
    -------
    int or None
        None if the format has no observations or can't tell them cheaply, and, with a warning, if
        the file can't be read.

    Example
    -------
    >>> import pandas as pd
    >>> count_observations(pd.DataFrame({"a": [1, 2]}))
    2
    """
    if isinstance(data, (str, os.PathLike)) or is_from_package(data, "upath"):
        return _count_in_file(url_of(data))
    if is_tiledbsoma(data):
        return count_soma_observations(data)
    suffixes = _SUFFIXES_BY_OTYPE.get(built_in_otype(data) or "") or _plugin_suffixes(data)
    file_format = find_format(suffixes[0]) if suffixes else None
    return None if file_format is None else file_format.n_observations(data)


def _count_in_file(location: str) -> int | None:
    is_local = protocol_of(location) == "local"
    if is_tiledbsoma(location):
        return count_soma_observations(location) if is_local else None
    suffix = suffix_of(location)[0]
    file_format = find_format(suffix)
    if file_format is None or not (is_local or find_plugin(suffix) is None):
        return None  # formats of other packages get local paths only
    return file_format.n_observations(location)


def otype_of(obj: Any) -> str | None:
    """Return the `otype` of an object in memory.

    Parameters
    ----------
    obj : Any
        Any object.

    Returns
    -------
    str or None
        `"DataFrame"` (pandas, polars, a table of pyarrow), `"AnnData"`, `"MuData"`,
        `"SpatialData"`, `"tiledbsoma"`, that of a third-party format, or None.

    Example
    -------
    >>> import pandas as pd
    >>> otype_of(pd.DataFrame())
    'DataFrame'
    """
    otype = built_in_otype(obj)
    if otype is not None:
        return otype
    plugin = accepting_plugin(obj)
    return None if plugin is None else plugin.otype


def infer_otype(path: str | PathLike[str] | UPath) -> str | None:
    """Return the type of the object that a file or folder holds, as far as its name tells.

    A local `.zarr` folder is looked into.

    Parameters
    ----------
    path : str or path
        Local path or URL, also with options.

    Returns
    -------
    str or None
        `"DataFrame"`, `"AnnData"`, `"MuData"`, `"SpatialData"`, that of a third-party format, or
        None.

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
        plugin = find_plugin(suffix)
        return None if plugin is None else plugin.otype
    for name_end, otype in _OTYPE_BY_ZARR_NAME.items():
        if without_query(text).lower().rstrip("/").endswith(name_end):
            return otype
    if protocol_of(text) == "local":
        return zarr_otype(text.removeprefix("file://"))
    _warn_about_cloud_zarr()
    return None


@cache
def _warn_about_cloud_zarr() -> None:
    """Say once per process that remote stores are not looked into."""
    logger.warning(
        "we do not check whether cloud zarr is AnnData, MuData or SpatialData, please use the"
        " matching constructor, e.g. .from_anndata()"
    )


def _plugin_suffixes(obj: Any) -> tuple[str, ...]:
    """Suffixes of the format of another package that accepts an object."""
    plugin = accepting_plugin(obj)
    return () if plugin is None else plugin.suffixes
