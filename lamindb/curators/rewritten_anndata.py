"""Files of AnnData whose converted parts are exchanged in a copy; the matrix is never read."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lamindb.models.artifact_source import ConvertedFile

from .engines.lazy import LazyTable
from .slots import nested, split_slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .component import ComponentCurator
    from .stored_anndata import StoredAnnData

SUFFIXES = (".h5ad", ".zarr")
"""Of files and folders that can be written into."""


def can_rewrite(path: Any) -> bool:
    """Whether parts of a local file or folder can be exchanged."""
    return os.path.exists(path) and os.fspath(path).rstrip("/").endswith(SUFFIXES)


def rewritten(stored: StoredAnnData, parts: Mapping[str, ComponentCurator]) -> ConvertedFile:
    """A copy of a stored AnnData, still to be written, with the converted values of its parts.

    Parameters
    ----------
    stored
        The AnnData.
    parts
        Curators of its parts by slot.
    """

    def write(path: Path) -> None:
        copy = shutil.copytree if os.path.isdir(stored.path) else shutil.copyfile
        copy(stored.path, path)
        with writable(path) as root:
            for slot, part in parts.items():
                if part.is_coerced:
                    exchange(root, slot, part.source, stored)

    return ConvertedFile(write)


@contextmanager
def writable(path: Path) -> Iterator[Any]:
    """The open file or folder; collected metadata of a folder are collected again."""
    if path.suffix == ".h5ad":
        import h5py

        with h5py.File(path, "r+") as file:
            yield file
        return
    import zarr

    root = zarr.open_group(path, mode="r+", use_consolidated=False)
    yield root
    if zarr.open_group(path, mode="r").metadata.consolidated_metadata is not None:
        zarr.consolidate_metadata(root.store)


def exchange(root: Any, slot: str, data: Any, stored: StoredAnnData) -> None:
    """Write the converted values of one part over the old ones."""
    name, keys = split_slot(slot)
    place = "/".join([name, *keys])
    if name == "uns":
        before = nested(stored.uns, slot)
        changed = {key: value for key, value in data.items() if value is not before.get(key)}
    elif isinstance(data, LazyTable):
        changed = {label: values_of(column.series) for label, column in data.changed.items()}
        if data.changed_index is not None:
            changed[root[place].attrs["_index"]] = values_of(data.changed_index.series)
    else:  # of an old release, whose tables are read as a whole
        write_element(root, place, data)
        return
    for key, value in changed.items():
        write_element(root[place], key, value)


def values_of(series: Any) -> Any:
    """Values of a column as anndata stores them."""
    import pandas as pd

    is_numpy = not isinstance(series.dtype, pd.api.extensions.ExtensionDtype)
    return series.to_numpy() if is_numpy else series.array


def write_element(group: Any, key: str, value: Any) -> None:
    """Write an element over the one that is there."""
    from anndata.io import write_elem

    write_elem(group, key, value)
