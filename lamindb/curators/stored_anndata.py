"""The tables of an AnnData in a file or store; the matrix is never read."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamindb.storage.formats.compressed import decompressed
from lamindb.storage.formats.opening import opened
from lamindb.storage.layout import protocol_of

if TYPE_CHECKING:
    import pandas as pd


class StoredAnnData:
    """Observations, variables and unstructured metadata of a stored AnnData, read on first use.

    Parameters
    ----------
    path
        HDF5 file, or folder or URL of a Zarr store.

    Examples
    --------
    >>> StoredAnnData("cells.h5ad").obs
    """

    def __init__(self, path: Any) -> None:
        self.path = os.fspath(path) if isinstance(path, os.PathLike) else str(path)

    @cached_property
    def obs(self) -> pd.DataFrame:
        """Annotations of observations."""
        return self._read("obs")

    @cached_property
    def var(self) -> pd.DataFrame:
        """Annotations of variables."""
        return self._read("var")

    @cached_property
    def uns(self) -> dict[str, Any]:
        """Unstructured metadata."""
        return self._read("uns")

    @property
    def var_names(self) -> pd.Index:
        """Names of the variables."""
        return self.var.index

    def _read(self, name: str) -> Any:
        """Read one element; one that is missing is empty."""
        from anndata.io import read_elem

        if self.path.rstrip("/").endswith(".zarr"):
            import zarr

            root = zarr.open_group(self.path, mode="r")
            return read_elem(root[name]) if name in root else {}
        import h5py

        is_local = protocol_of(self.path) == "local"
        with (
            decompressed(self.path) if is_local else opened(self.path) as content,
            h5py.File(content, "r") as file,
        ):
            return read_elem(file[name]) if name in file else {}
