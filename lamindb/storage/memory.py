"""Which objects can be stored, and what type they have."""

from __future__ import annotations

import os

from lamindb.storage.formats.dispatch import otype_of
from lamindb.storage.formats.otypes import built_in_otype, is_from_package
from lamindb.storage.formats.registry import accepting_plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["is_in_memory", "otype_of"]


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
