"""Multi-modal annotated matrices."""

from __future__ import annotations

import os

from lamindb.storage.abc import Format
from lamindb.storage.formats.anndata import n_observations_h5
from lamindb.storage.formats.otypes import built_in_otype
from lamindb.storage.optional import import_extra

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

__all__ = ["H5mu"]


class H5mu(Format):
    """MuData in an HDF5 file."""

    suffixes = (".h5mu",)
    otype = "MuData"

    def load(self, path: str | PathLike[str], **kwargs: Any) -> Any:
        """Read with `mudata.read_h5mu`."""
        return import_extra("mudata", "mudata").read_h5mu(path, **kwargs)

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write with `mudata.write_h5mu`."""
        # the method of the object lets an object that reads from its file read from this one
        import_extra("mudata", "mudata").write_h5mu(path, obj, **kwargs)

    def accepts(self, obj: Any) -> bool:
        """Whether this is a MuData object."""
        return built_in_otype(obj) == self.otype

    def n_observations(self, data: Any) -> int | None:
        """Number of rows over all modalities."""
        if isinstance(data, (str, os.PathLike)):
            return n_observations_h5(os.fspath(data))
        return int(data.n_obs)
