"""Folders in the zarr format that hold AnnData, MuData or SpatialData."""

from __future__ import annotations

import json
import os
from pathlib import Path

from lamindb.base.log import logger
from lamindb.storage.abc import Format
from lamindb.storage.formats.otypes import otype_of
from lamindb.storage.optional import import_extra

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

__all__ = ["Zarr", "zarr_otype"]

_OTYPES = {"anndata": "AnnData", "mudata": "MuData"}


class Zarr(Format):
    """A zarr store; what it holds is written in its attributes."""

    suffixes = (".zarr", ".anndata.zarr")

    def load(self, path: str | PathLike[str], **kwargs: Any) -> Any:
        """Read with `anndata.read_zarr`, `mudata.read_zarr` or `spatialdata.read_zarr`."""
        otype = zarr_otype(path)
        if otype == "AnnData":
            import anndata

            return anndata.read_zarr(path, **kwargs)
        if otype is None:
            raise ValueError(
                "Unable to determine zarr store format and therefore cannot load Artifact."
                f" {os.fspath(path)!r} has none of the attributes that AnnData, MuData and"
                " SpatialData write: open it with zarr."
            )
        package = otype.lower()
        return import_extra(package, package).read_zarr(path, **kwargs)

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write with the object's own method."""
        if otype_of(obj) == "SpatialData":
            obj.write(path, **kwargs)
        else:
            obj.write_zarr(path, **kwargs)

    def accepts(self, obj: Any) -> bool:
        """Whether this is an AnnData or SpatialData object."""
        return otype_of(obj) in ("AnnData", "SpatialData")

    def n_observations(self, data: Any) -> int | None:
        """Number of rows of an AnnData; None for SpatialData, which has several tables."""
        if not isinstance(data, (str, os.PathLike)):
            return int(data.n_obs) if otype_of(data) == "AnnData" else None
        if zarr_otype(data) not in ("AnnData", "MuData"):
            return None
        folder = Path(data, "obs")
        try:
            return _n_rows(folder / _attributes(folder)["_index"])
        except (OSError, KeyError, ValueError) as error:
            logger.warning(f"could not read the number of observations from {data}: {error}")
            return None


def zarr_otype(path: str | PathLike[str]) -> str | None:
    """Return what a local zarr store holds, without importing zarr.

    Parameters
    ----------
    path : str or path-like
        A local folder.

    Returns
    -------
    str or None
        `"AnnData"`, `"MuData"`, `"SpatialData"` or None if it is something else.

    Example
    -------
    >>> zarr_otype("cells.zarr")  # doctest: +SKIP
    'AnnData'

    References
    ----------
    https://zarr-specs.readthedocs.io
    """
    try:
        attributes = _attributes(path)
    except (OSError, ValueError):
        return None
    if "spatialdata_attrs" in attributes:
        return "SpatialData"
    return _OTYPES.get(str(attributes.get("encoding-type")).lower())


def _read_json(folder: str | PathLike[str], name: str) -> dict[str, Any]:
    content = json.loads(Path(folder, name).read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{name} in {os.fspath(folder)} is no JSON object")
    return content


def _attributes(folder: str | PathLike[str]) -> dict[str, Any]:
    """Attributes of a zarr group, version 3 or 2 of the format."""
    try:
        attributes = _read_json(folder, "zarr.json").get("attributes", {})
    except FileNotFoundError:
        attributes = _read_json(folder, ".zattrs")
    return dict(attributes)


def _n_rows(folder: Path) -> int:
    """Length of the first axis of a zarr array."""
    try:
        shape = _read_json(folder, "zarr.json")["shape"]
    except FileNotFoundError:
        shape = _read_json(folder, ".zarray")["shape"]
    return int(shape[0])
