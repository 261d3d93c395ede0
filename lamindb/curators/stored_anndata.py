"""The tables of an AnnData in a file or store; the matrix is never read."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from lamindb.storage.formats.compressed import decompressed
from lamindb.storage.formats.opening import opened
from lamindb.storage.layout import protocol_of

from .engines import LazyPandasTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

LEGACY_CATEGORIES = "__categories"
"""Where releases of anndata before 0.8 kept the categories of columns."""


class StoredAnnData:
    """Observations, variables and unstructured metadata of a stored AnnData, read on first use.

    Parameters
    ----------
    path
        HDF5 file, or folder or URL of a Zarr store.

    Examples
    --------
    >>> StoredAnnData("cells.h5ad").obs.column("perturbation").terms()
    ['DMSO', 'IFNG']
    """

    def __init__(self, path: Any) -> None:
        self.path = os.fspath(path) if isinstance(path, os.PathLike) else str(path)

    def checked(self) -> StoredAnnData:
        """The same, after a look into the file.

        Raises
        ------
        OSError, ValueError, KeyError
            It cannot be read, or holds no AnnData.
        """
        _ = self.obs, self.var
        return self

    @cached_property
    def obs(self) -> Any:
        """Annotations of observations; columns are read when they are asked for."""
        return self._table("obs")

    @cached_property
    def var(self) -> Any:
        """Annotations of variables; columns are read when they are asked for."""
        return self._table("var")

    @cached_property
    def obsm(self) -> dict[str, Any]:
        """By key, tables of further annotations of observations; arrays are not read."""
        with self._root() as root:
            group = root.get("obsm", {})
            are_tables = {key: is_table(group[key]) for key in sorted(group)}
        return {
            key: self._table(f"obsm/{key}") if is_one else StoredArray(f"obsm/{key}")
            for key, is_one in are_tables.items()
        }

    @cached_property
    def uns(self) -> dict[str, Any]:
        """Unstructured metadata."""
        with self._root() as root:
            return read(root, "uns") if "uns" in root else {}

    @cached_property
    def var_names(self) -> pd.Index:
        """Names of the variables."""
        import pandas as pd

        var = self.var
        return var.index if isinstance(var, pd.DataFrame) else pd.Index(var.index.series)

    def _table(self, name: str) -> Any:
        """Table of columns that are read later, or a data frame of an old file."""
        with self._root() as root:
            group = root[name]
            labels = group.attrs.get("column-order")
            if labels is None or LEGACY_CATEGORIES in group:
                return read(root, name)
            index = f"{name}/{group.attrs['_index']}"
            n_rows = group[group.attrs["_index"]].shape[0]
        columns = {str(label): partial(self._read, f"{name}/{label}") for label in labels}
        return LazyPandasTable(columns, n_rows=n_rows, index=partial(self._read, index))

    def _read(self, key: str) -> Any:
        """Values of one element."""
        with self._root() as root:
            return read(root, key)

    @contextmanager
    def _root(self) -> Iterator[Any]:
        """The open file or store."""
        if self.path.rstrip("/").endswith(".zarr"):
            import zarr

            yield zarr.open_group(self.path, mode="r")
            return
        import h5py

        is_local = protocol_of(self.path) == "local"
        with (
            decompressed(self.path) if is_local else opened(self.path) as content,
            h5py.File(content, "r") as file,
        ):
            yield file


@dataclass(frozen=True)
class StoredArray:
    """An array in a file or store, which is not read.

    Attributes
    ----------
    key
        Where it is.
    """

    key: str


def is_table(element: Any) -> bool:
    """Whether an element of a file or store is a data frame."""
    return element.attrs.get("encoding-type") == "dataframe"


def can_stream(location: str) -> bool:
    """Whether this is a remote file of which parts can be read."""
    return protocol_of(location) != "local" and location.partition("?")[0].endswith(".h5ad")


def read(root: Any, key: str) -> Any:
    """Element of a file or store, decoded."""
    from anndata.io import read_elem

    return read_elem(root[key])
