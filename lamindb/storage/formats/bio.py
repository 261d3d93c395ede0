"""Formats of single measuring devices and of R."""

from __future__ import annotations

from lamindb.base.log import logger
from lamindb.storage.abc import Format
from lamindb.storage.optional import import_extra

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any, TypeVar

    from anndata import AnnData

    PathT = TypeVar("PathT", bound=str | PathLike[str])

__all__ = ["Fcs", "Rds"]


class Fcs(Format):
    """Flow cytometry standard files."""

    suffixes = (".fcs",)

    def load(self, path: str | PathLike[str], **kwargs: Any) -> AnnData:
        """Read with `readfcs.read`."""
        readfcs = import_extra("readfcs", "fcs")
        return readfcs.read(path, **kwargs)


class Rds(Format):
    """R objects, which only R can read."""

    suffixes = (".rds",)

    def load(self, path: PathT, **kwargs: Any) -> PathT:
        """Return the path and say which package reads it."""
        logger.warning("Please use `laminr` to load `.rds` files")
        return path
