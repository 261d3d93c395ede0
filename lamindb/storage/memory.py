"""Objects in memory on their way to a file."""

from __future__ import annotations

import os

from lamindb.base.log import logger
from lamindb.storage.cache import temporary_path
from lamindb.storage.formats.dispatch import infer_suffix, otype_of, write_to_disk
from lamindb.storage.formats.otypes import built_in_otype, is_from_package
from lamindb.storage.formats.registry import accepting_plugin, suffix_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

__all__ = ["is_in_memory", "otype_of", "serialize"]


def is_in_memory(data: Any) -> bool:
    """Whether this is an object that can be stored, rather than a path.

    Parameters
    ----------
    data : Any
        What a user passed.

    Returns
    -------
    bool

    Example
    -------
    >>> import pandas as pd
    >>> is_in_memory(pd.DataFrame()), is_in_memory("table.parquet")
    (True, False)
    """
    # a remote path of universal_pathlib is not path-like
    if data is None or isinstance(data, (str, os.PathLike)) or is_from_package(data, "upath"):
        return False
    return built_in_otype(data) is not None or accepting_plugin(data) is not None


def serialize(
    data: Any,
    *,
    key: str | None = None,
    format: str | dict[str, Any] | None = None,
    uid: str | None = None,
    **kwargs: Any,
) -> Path:
    """Write an object to a new temporary file, or folder, below the cache directory.

    Parameters
    ----------
    data : Any
        An object in memory.
    key : str, optional
        Key of the artifact; its suffix decides on the format.
    format : str or dict, optional
        Suffix that decides on the format, with or without its dot; wins over the key. See
        `infer_suffix`.
    uid : str, optional
        Of the artifact; the name of the file starts with it.
    **kwargs
        Options for the library that writes.

    Returns
    -------
    Path
        To be deleted, or moved, by the caller.

    Raises
    ------
    InvalidArgument
        If the object can't be stored with the format.
    NotImplementedError
        If no format stores such an object.
    Exception
        What the library that writes raises; then there is no file.

    Example
    -------
    >>> serialize(df, key="table.csv").suffix  # doctest: +SKIP
    '.csv'
    """
    wanted = format or (suffix_of(key)[1] if key else "")
    path = temporary_path(infer_suffix(data, wanted or None), uid=uid)
    logger.info("writing the in-memory object into cache")
    write_to_disk(data, path, **kwargs)
    return path
