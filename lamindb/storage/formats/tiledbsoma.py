"""Stores of TileDB-SOMA: recognise them and count their observations; no loader, they are opened.

References
----------
https://github.com/single-cell-data/SOMA/blob/main/abstract_specification.md
"""

from __future__ import annotations

import os
from pathlib import Path

from lamindb.base.log import logger
from lamindb.storage.formats.otypes import is_from_package
from lamindb.storage.formats.registry import suffix_of
from lamindb.storage.layout import protocol_of, without_query
from lamindb.storage.optional import import_extra

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["count_soma_observations", "is_tiledbsoma", "soma_uri"]

_SUFFIX = ".tiledbsoma"
_NAME = "soma"
_GROUP_FILE = "__tiledb_group.tdb"  # what makes a local folder a TileDB group


def is_tiledbsoma(data: Any) -> bool:
    """Whether this is an object of tiledbsoma, or the path of a store.

    Parameters
    ----------
    data : Any
        Any object, local path or URL.

    Returns
    -------
    bool
        A path has to end with `.tiledbsoma` or be named `soma`; a local one has to be a TileDB
        group. A remote one is not looked into.

    Example
    -------
    >>> is_tiledbsoma("s3://bucket/census/soma"), is_tiledbsoma("missing.tiledbsoma")
    (True, False)
    """
    if not isinstance(data, (str, os.PathLike)) and not is_from_package(data, "upath"):
        return is_from_package(data, "tiledbsoma")
    text = without_query(str(data)).rstrip("/")
    if suffix_of(text)[0] != _SUFFIX and text.rpartition("/")[2] != _NAME:
        return False
    is_local = protocol_of(text) == "local"
    return not is_local or Path(text.removeprefix("file://"), _GROUP_FILE).is_file()


def soma_uri(store: Any) -> str:
    """Return the path or URL of an object of tiledbsoma.

    Parameters
    ----------
    store : Any
        Experiment, Measurement or Collection.

    Returns
    -------
    str
        Without `file://`.

    Example
    -------
    >>> soma_uri(tiledbsoma.open("cells.tiledbsoma"))  # doctest: +SKIP
    '/home/me/cells.tiledbsoma'
    """
    return str(store.uri).removeprefix("file://")


def count_soma_observations(data: Any) -> int | None:
    """Return the number of observations of a SOMA store.

    Parameters
    ----------
    data : Any
        A local path, or an Experiment, Measurement or Collection, also a closed one.

    Returns
    -------
    int or None
        Rows of `obs` of an Experiment, rows of the arrays of a Measurement, the sum over the
        children of a Collection. None if there are no rows to count, and, with a warning, if the
        store can't be read.

    Example
    -------
    >>> count_soma_observations("cells.tiledbsoma")  # doctest: +SKIP
    2638
    """
    is_path = isinstance(data, (str, os.PathLike))
    uri = os.fspath(data).removeprefix("file://") if is_path else soma_uri(data)
    try:
        tiledbsoma = import_extra("tiledbsoma", "tiledbsoma")
        # open again: the object may be closed, or open for writing
        with tiledbsoma.open(uri, context=None if is_path else data.context) as store:
            return _count(store)
    except Exception as error:  # tiledbsoma raises errors of its own and of the TileDB core
        logger.warning(f"could not read the number of observations from {uri}: {error}")
        return None


def _count(store: Any) -> int | None:
    """Observations of an open store."""
    kind = str(getattr(store, "soma_type", ""))
    if kind == "SOMAExperiment":
        return int(store.obs.count)
    if kind == "SOMAMeasurement":
        slots = [store[name] for name in ("X", "obsm", "obsp") if name in store]
        rows = [_n_rows(array) for slot in slots for array in slot.values()]
        return max(rows, default=None)
    if kind == "SOMACollection":
        counts = [count for child in store.values() if (count := _count(child)) is not None]
        return sum(counts) if counts else None
    return None


def _n_rows(array: Any) -> int:
    """Length of the first axis."""
    if array.tiledbsoma_has_upgraded_shape:
        return int(array.shape[0])
    # the shape that early releases gave to an array says how much it could hold
    domain = array.non_empty_domain()
    return int(domain[0][1]) + 1 if domain else 0
