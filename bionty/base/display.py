"""Show the sources that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bionty.sources.packaged import packaged_sources
from lamindb.base.log import logger

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["display_currently_used_sources", "display_sources"]


def display_sources() -> pd.DataFrame:
    """List the packaged sources.

    Returns
    -------
    pandas.DataFrame
        Indexed by entity, with the columns `name, organism, version, url, description,
        source_website`.

    Examples
    --------
    >>> bt.base.display_sources().loc["CellType", "name"]
    'cl'
    """
    columns = ["name", "organism", "version", "url", "description", "source_website"]
    return _frame(columns, only_used=False)


def display_currently_used_sources(mute: bool = False) -> pd.DataFrame:
    """List the packaged sources that are the default for their entity and organism.

    Parameters
    ----------
    mute : bool
        Don't hint at the table of all sources.

    Returns
    -------
    pandas.DataFrame
        Indexed by entity, with the columns `organism, name, version`.

    Examples
    --------
    >>> bt.base.display_currently_used_sources().loc["CellType", "name"]
    'cl'
    """
    if not mute:
        logger.hint("all sources: bt.base.display_sources()")
    return _frame(["organism", "name", "version"], only_used=True)


def _frame(columns: list[str], *, only_used: bool) -> pd.DataFrame:
    import pandas as pd

    sources = [one for one in packaged_sources() if one.currently_used or not only_used]
    rows = [[getattr(one, column) for column in columns] for one in sources]
    index = pd.Index([one.key.entity for one in sources], name="entity")
    return pd.DataFrame(rows, index=index, columns=columns)
