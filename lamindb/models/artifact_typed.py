"""Constructing artifacts of data sets: data frames, AnnData, MuData, SpatialData, SOMA."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from lamindb.storage.formats import count_observations, infer_otype, otype_of, soma_uri
from lamindb.storage.formats.registry import suffix_of
from lamindb.storage.layout import protocol_of, without_query
from lamindb.storage.memory import is_in_memory

from .artifact_source import suffix_of_data

if TYPE_CHECKING:
    from .artifact import Artifact
    from .artifact_source import Source

OBJECTS = {
    "AnnData": "an AnnData object",
    "MuData": "a MuData object",
    "SpatialData": "a SpatialData object",
}
Options = dict[str, dict[str, Any] | None]
"""Options of the writer by suffix."""


def from_dataframe(
    registry: type[Artifact], data: Any, options: Options, **kwargs: Any
) -> Artifact:
    """Artifact of type DataFrame; see `Artifact.from_dataframe`."""
    if is_in_memory(data) and otype_of(data) not in ("DataFrame", None):
        raise ValueError(
            "data has to be a DataFrame object or a path to DataFrame-like, not "
            f"{type(data).__name__}: use .from_{type(data).__name__.lower()}()"
        )
    return create(registry, data, "DataFrame", options, kwargs)


def from_object(
    registry: type[Artifact],
    data: Any,
    otype: str,
    options: Options | None = None,
    **kwargs: Any,
) -> Artifact:
    """Artifact of a data set in one of the scverse types.

    Raises
    ------
    ValueError
        Neither such an object nor a path of one.
    """
    if not is_of_type(data, otype):
        raise ValueError(f"data has to be {OBJECTS[otype]} or a path to {otype}-like")
    return create(registry, data, otype, options or {}, kwargs)


def is_of_type(data: Any, otype: str) -> bool:
    """Whether this is such an object, or as far as the path tells, the path of one."""
    if not is_path(data):
        return otype_of(data) == otype
    text = str(data)
    suffix = suffix_of(without_query(text))[0]
    if otype == "AnnData" and suffix.startswith(".h5ad"):  # may be compressed
        return True
    is_local = protocol_of(text) == "local"
    if suffix == ".zarr" and not (is_local and os.path.exists(os.path.expanduser(text))):
        return True  # cannot be looked into; a missing one is missed later
    return infer_otype(os.path.expanduser(text) if is_local else without_query(text)) == otype


def is_path(data: Any) -> bool:
    """Whether this is a path, rather than an object."""
    return isinstance(data, (str, os.PathLike)) or hasattr(data, "storage_options")


def from_tiledbsoma(registry: type[Artifact], exp: Any, **kwargs: Any) -> Artifact:
    """Artifact of a SOMA store; see `Artifact.from_tiledbsoma`."""
    if otype_of(exp) == "tiledbsoma":
        exp = soma_uri(exp)
    if not is_path(exp) or suffix_of(without_query(str(exp)))[0] != ".tiledbsoma":
        raise ValueError(
            "exp has to be a tiledbsoma Experiment or a path that ends with .tiledbsoma, not "
            f"{exp!r}"
        )
    return create(registry, exp, "tiledbsoma", {}, kwargs)


def create(
    registry: type[Artifact], data: Any, otype: str, options: Options, kwargs: dict[str, Any]
) -> Artifact:
    """Construct the artifact, and count observations if it is a new one."""
    kwargs = {"kind": "dataset", "otype": otype, "dataset_otype": otype, **kwargs}
    if options and not is_path(data) and is_in_memory(data):
        suffix = suffix_of_data(data, kwargs.get("key"), kwargs.get("format"))
        kwargs.setdefault("to_disk_kwargs", options.get(suffix))
    artifact = registry(data, **kwargs)
    source = artifact._source
    if artifact._state.adding and source is not None:
        artifact.n_observations = n_observations_of(source)
    return artifact


def n_observations_of(source: Source) -> int | None:
    """Number of observations of an object, or of a file or folder."""
    if source.data is not None:
        n_observations = count_observations(source.data)
        if n_observations is not None:
            return n_observations
    # a lazy frame does not know its length, the file that was written does
    return count_observations(source.path)
