"""Folders in the zarr format that hold AnnData, MuData or SpatialData."""

from __future__ import annotations

import json
import os

from lamindb.base.log import logger
from lamindb.storage.abc import Format
from lamindb.storage.formats.opening import opened
from lamindb.storage.formats.otypes import built_in_otype
from lamindb.storage.layout import join
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
        if otype is None:
            raise ValueError(
                "Unable to determine zarr store format and therefore cannot load Artifact."
                f" {os.fspath(path)!r} has none of the attributes that AnnData, MuData and"
                " SpatialData write: open it with zarr."
            )
        import_extra("zarr", "zarr")  # anndata does without in its older releases
        package = otype.lower()
        return import_extra(package, package).read_zarr(path, **kwargs)

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write with the object's own method."""
        import_extra("zarr", "zarr")
        if built_in_otype(obj) != "SpatialData":
            obj.write_zarr(path, **kwargs)
            return
        store = obj.path
        try:
            obj.write(path, **kwargs)
        finally:
            obj.path = store  # the object must not refer to a temporary path

    def accepts(self, obj: Any) -> bool:
        """Whether this is an AnnData, MuData or SpatialData object."""
        return built_in_otype(obj) in ("AnnData", "MuData", "SpatialData")

    def n_observations(self, data: Any) -> int | None:
        """Number of rows of AnnData or MuData; None for SpatialData, which has several tables."""
        if not isinstance(data, (str, os.PathLike)):
            return None if built_in_otype(data) == "SpatialData" else int(data.n_obs)
        if zarr_otype(data) not in ("AnnData", "MuData"):
            return None
        obs = join(os.fspath(data), "obs")
        try:
            # old releases of anndata stored a record array
            index = _attributes(obs).get("_index")
            return _n_rows(join(obs, index) if index else obs)
        except (OSError, KeyError, ValueError) as error:
            logger.warning(f"could not read the number of observations from {data}: {error}")
            return None


def zarr_otype(path: str | PathLike[str]) -> str | None:
    """Return what a zarr store holds, without importing zarr.

    Parameters
    ----------
    path : str or path-like
        A local folder or a URL.

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
        attributes = _attributes(os.fspath(path))
    except (OSError, ValueError):
        return None
    if "spatialdata_attrs" in attributes:
        return "SpatialData"
    return _OTYPES.get(str(attributes.get("encoding-type")).lower())


def _read_json(folder: str, name: str) -> dict[str, Any]:
    with opened(join(folder, name)) as file:
        content = json.loads(file.read())
    if not isinstance(content, dict):
        raise ValueError(f"{name} in {folder} is no JSON object")
    return content


def _attributes(folder: str) -> dict[str, Any]:
    """Attributes of a zarr group, version 3 or 2 of the format."""
    try:
        attributes = _read_json(folder, "zarr.json").get("attributes", {})
    except FileNotFoundError:
        attributes = _read_json(folder, ".zattrs")
    return dict(attributes)


def _n_rows(folder: str) -> int:
    """Length of the first axis of a zarr array."""
    try:
        shape = _read_json(folder, "zarr.json")["shape"]
    except FileNotFoundError:
        shape = _read_json(folder, ".zarray")["shape"]
    return int(shape[0])
