"""Files of a source that are on this machine: as it publishes them, and what is cached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.base.log import logger
from lamindb.errors import OntologyNotAvailable
from lamindb.storage.atomic import remove

from .download import DownloadFailed, fetch
from .folders import settings

if TYPE_CHECKING:
    from pathlib import Path

    from .keys import SourceKey

__all__ = ["clear_cached_files", "fetch_raw_file", "find_raw_file"]


def find_raw_file(key: SourceKey) -> Path | None:
    """Find the file as the source publishes it, if it is on this machine.

    Parameters
    ----------
    key : SourceKey
        What it is the file of.

    Returns
    -------
    pathlib.Path or None

    Examples
    --------
    >>> find_raw_file(SourceKey("CellType", "all", "cl", "no-such-version")) is None
    True
    """
    for folder in (settings.dynamicdir, *settings.asset_folders):
        path = folder / key.raw_file
        try:
            if path.is_file():
                return path
        except OSError:  # a folder that can't be read has nothing for us
            continue
    return None


def fetch_raw_file(key: SourceKey) -> Path:
    """Return the file as the source publishes it; download it if it isn't on this machine.

    Parameters
    ----------
    key : SourceKey
        What it is the file of; `url` is where it is published.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    OntologyNotAvailable
        If the source publishes no such file, or it can't be downloaded.

    Examples
    --------
    >>> fetch_raw_file(bt.base.CellType()._table.key).name  # doctest: +SKIP
    'ontology_all__cl__2026-06-08__CellType'
    """
    found = find_raw_file(key)
    if found is not None:
        return found
    path = settings.dynamicdir / key.raw_file
    reason = f"the source has no url of an ontology file, put it into {path}"
    if key.url and not key.url.endswith(".parquet"):
        try:
            fetch(key.url, path)
            return path
        except DownloadFailed as error:
            reason = f"{key.url}: {error}"
    raise OntologyNotAvailable(
        f"The ontology file of {key} ({key.entity}) is not available: {reason}"
    )


def clear_cached_files(key: SourceKey) -> None:
    """Delete what is cached of a version of a source.

    Parameters
    ----------
    key : SourceKey
        Of the version.

    Raises
    ------
    OSError
        If a file can't be deleted.

    Examples
    --------
    >>> clear_cached_files(key)  # doctest: +SKIP
    ✓ deleted cached parquet file: df_all__cl__2026-06-08__CellType.parquet
    """
    folder = settings.dynamicdir
    for path in (folder / key.table_file, *sorted(folder.glob(f"packages/*/{key.table_file}"))):
        if remove(path):
            logger.success(f"deleted cached parquet file: {path.name}")
    if remove(folder / key.raw_file):
        logger.success(f"deleted cached ontology file: {key.raw_file}")
