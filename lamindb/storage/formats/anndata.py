"""Annotated matrices in HDF5 files."""

from __future__ import annotations

import os
from pathlib import Path

from lamindb.base.log import logger
from lamindb.storage.abc import Format
from lamindb.storage.formats.compressed import decompressed
from lamindb.storage.formats.opening import opened
from lamindb.storage.formats.otypes import built_in_otype
from lamindb.storage.formats.registry import suffix_of
from lamindb.storage.layout import protocol_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    from anndata import AnnData

__all__ = ["H5ad", "n_observations_h5"]


class H5ad(Format):
    """AnnData in an HDF5 file, also compressed."""

    suffixes = (".h5ad", ".h5ad.gz", ".h5ad.tar.gz")
    otype = "AnnData"

    def load(
        self, path: str | PathLike[str], *, compression: str | None = "infer", **kwargs: Any
    ) -> AnnData:
        """Read with `anndata.read_h5ad`."""
        import anndata

        with decompressed(os.fspath(path), compression) as plain:
            return anndata.read_h5ad(plain, **kwargs)

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write with `anndata.io.write_h5ad`; only to a plain file."""
        if not path.endswith(".h5ad"):
            raise NotImplementedError(
                f"Do not know how to write a compressed AnnData to {path}, use the suffix .h5ad and"
                " `compression='gzip'`."
            )
        from anndata.io import write_h5ad

        # the method of the object lets an object that reads from its file read from this one
        write_h5ad(Path(path), obj, **kwargs)

    def accepts(self, obj: Any) -> bool:
        """Whether this is an AnnData object."""
        return built_in_otype(obj) == self.otype

    def n_observations(self, data: Any) -> int | None:
        """Number of rows, for a file from the length of its obs index."""
        if isinstance(data, (str, os.PathLike)):
            return n_observations_h5(os.fspath(data))
        return int(data.n_obs)


def n_observations_h5(path: str) -> int | None:
    """Return the length of the obs index in an HDF5 file with AnnData or MuData.

    Parameters
    ----------
    path : str
        Local path, may be compressed, or a URL.

    Returns
    -------
    int or None
        None for a compressed remote file, and, with a warning, if it can't be read.

    Example
    -------
    >>> n_observations_h5("cells.h5ad")  # doctest: +SKIP
    2638

    References
    ----------
    https://anndata.readthedocs.io/en/stable/fileformat-prose.html
    """
    import h5py

    is_local = protocol_of(path) == "local"
    if not is_local and suffix_of(path)[0].endswith(".gz"):
        return None  # that would take all of it
    try:
        with (
            decompressed(path) if is_local else opened(path) as content,
            h5py.File(content, "r") as file,
        ):
            obs = file["obs"]
            # old releases of anndata stored a record array
            index = obs[obs.attrs["_index"]] if isinstance(obs, h5py.Group) else obs
            return int(index.shape[0])
    except (OSError, KeyError, ValueError, EOFError) as error:
        logger.warning(f"could not read the number of observations from {path}: {error}")
        return None
