"""Objects in memory on their way to a file."""

from __future__ import annotations

import os

from lamindb.storage.cache import temporary_path
from lamindb.storage.formats.dispatch import infer_suffix, write_to_disk
from lamindb.storage.formats.otypes import otype_of
from lamindb.storage.formats.registry import suffix_of, third_party_formats

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
    if data is None or isinstance(data, (str, os.PathLike)):
        return False
    return otype_of(data) is not None or any(one.accepts(data) for one in third_party_formats())


def serialize(
    data: Any,
    *,
    key: str | None = None,
    format: str | None = None,
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
    format : str, optional
        Suffix that decides on the format, with or without its dot; wins over the key.
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

    Example
    -------
    >>> serialize(df, key="table.csv").suffix  # doctest: +SKIP
    '.csv'
    """
    wanted = format or (suffix_of(key)[1] if key else "")
    path = temporary_path(infer_suffix(data, wanted or None), uid=uid)
    write_to_disk(data, path, **kwargs)
    return path
