"""Checks AnnData: observations, variables and unstructured metadata; never the matrix."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.errors import InvalidArgument
from lamindb.models.artifact_read import check_readable
from lamindb.models.artifact_read import location as read_location

from .component import ComponentCurator
from .dicts import DictCurator
from .engines import as_table
from .slots import SlotsCurator, check_otype, nested, say_loading, say_streaming, split_slot
from .stored_anndata import StoredAnnData, can_stream

if TYPE_CHECKING:
    from lamindb.models import Artifact, Schema

TRANSPOSED = ".T"
OBSM = "obsm"


class AnnDataCurator(SlotsCurator):
    """Checks an AnnData against a schema.

    Parameters
    ----------
    dataset
        AnnData, in memory or backed by a file, or artifact.
    schema
        Schema with the slots `obs`, `var`, `var.T` (names of variables), `obsm:key` (a data frame
        in `obsm`), `uns`, `uns:key:sub`, `__external__`.
    features
        Values of features that annotate the dataset as a whole.

    Raises
    ------
    InvalidArgument
        This is no AnnData or no schema, the schema is one of other datasets, or the dataset lacks
        a slot.
    ValueError
        The schema is not saved, or it has slots that an AnnData does not have.

    Examples
    --------
    >>> curator = ln.curators.AnnDataCurator(adata, schema)
    >>> curator.validate()
    >>> curator.slots["obs"].cat.non_validated
    {}
    """

    _otype = "AnnData"
    _what = "AnnData-like"

    def __init__(
        self, dataset: Any, schema: Schema, *, features: dict[str, Any] | None = None
    ) -> None:
        super().__init__(dataset, schema, features=features)

    def _accepts(self, dataset: Any) -> bool:
        return isinstance(dataset, StoredAnnData) or super()._accepts(dataset)

    def _loaded(self, artifact: Artifact) -> Any:
        """Tables of an artifact: streamed if it is remote, never with the matrix."""
        check_otype(artifact, self._otype)
        if artifact._memory is None and can_stream(location := read_location(artifact)):
            check_readable(artifact)
            try:
                stored = StoredAnnData(location).checked()
            except (OSError, ValueError, KeyError) as error:
                logger.warning(f"could not open the remote artifact, loading it: {error}")
            else:
                say_streaming()
                return stored
        say_loading()
        if artifact._memory is not None:
            return artifact._memory
        return StoredAnnData(artifact.cache(is_run_input=False))

    def check(self) -> bool:
        """Check the tables that the dataset has now: users exchange `obs`, and views copy it."""
        if not isinstance(self._dataset, StoredAnnData):
            for slot in ("obs", "var"):
                part = self._slots.get(slot)
                if part is not None and not part.is_coerced and not isinstance(part, VariableNames):
                    part.look_at(getattr(self._dataset, slot))
        return super().check()

    def _component(self, slot: str, schema: Schema) -> ComponentCurator:
        name, keys = split_slot(slot)
        can_mutate = self._artifact is None
        if name == "uns":
            return DictCurator(nested(self._dataset.uns, slot), schema, slot)
        if name == OBSM and len(keys) == 1:
            frame = named_frame(self._dataset.obsm, slot)
            return axis_table(frame, schema, slot, can_mutate=can_mutate)
        if keys or name not in ("obs", "var", "var.T"):
            raise ValueError(
                "AnnDataCurator currently only supports the slots 'var', 'var.T', 'obs', and "
                f"'uns', not {slot}; and data frames in obsm as 'obsm:<key>'"
            )
        return axis_component(self._dataset, name, schema, slot, can_mutate=can_mutate)

    def _curated(self) -> Any:
        """A shallow copy with the converted parts; the matrix is shared."""
        adata = copy.copy(self._dataset)
        for slot, part in self._slots.items():
            if part.is_coerced:
                replace_part(adata, slot, part.dataset)
        return adata


def axis_component(
    adata: Any, name: str, schema: Schema, slot: str, *, can_mutate: bool
) -> ComponentCurator:
    """Curator of the observations or variables of an AnnData, or of the names of the variables.

    Parameters
    ----------
    adata
        AnnData, or what has its tables.
    name
        `obs`, `var` or `var.T`.
    schema
        Schema of the slot.
    slot
        Slot of the composite dataset.
    can_mutate
        Whether terms may be standardized in the dataset.
    """
    identifies_names = name == "var" and not (schema.itype or "Feature").startswith("Feature")
    if identifies_names:
        logger.warning(
            "auto-transposed `var` for backward compat, please indicate transposition in the "
            "schema definition by calling out `.T`: "
            f"slots={{'{slot}.T': …}}"
        )
    if identifies_names or name.endswith(TRANSPOSED):
        return VariableNames(
            adata,
            schema,
            slot,
            key="var_index" if identifies_names else "columns",
            names_only=True,
            can_mutate=can_mutate,
        )
    return axis_table(getattr(adata, name), schema, slot, can_mutate=can_mutate)


def axis_table(frame: Any, schema: Schema, slot: str, *, can_mutate: bool) -> ComponentCurator:
    """Curator of a table along an axis of an AnnData, whose files know no types of texts."""
    return ComponentCurator(frame, schema, slot, text_is_category=True, can_mutate=can_mutate)


def named_frame(obsm: Any, slot: str) -> Any:
    """Data frame that a slot names in `obsm`.

    Raises
    ------
    InvalidArgument
        There is nothing of this name, or an array, whose columns have no names.
    """
    frame = nested(obsm, slot)
    try:
        as_table(frame)
    except InvalidArgument:
        key = split_slot(slot)[1][0]
        raise InvalidArgument(
            f"Schema slot '{slot}' needs columns with names, but obsm['{key}'] is an array "
            f"({type(frame).__name__}): store it as a data frame"
        ) from None
    return frame


class VariableNames(ComponentCurator):
    """Checks the names of the variables of an AnnData as if they were names of columns."""

    def _wrap(self, data: Any) -> Any:
        import pandas as pd

        return super()._wrap(pd.DataFrame(columns=data.var_names))

    def _data_of(self, table: Any) -> Any:
        return self._source

    def _rename(self, mapping: dict[str, str]) -> None:
        adata = self._source
        adata.var_names = [mapping.get(name, name) for name in adata.var_names]


def replace_part(adata: Any, slot: str, data: Any) -> None:
    """Put the converted part of a slot into an AnnData; nested dictionaries are copied."""
    name, keys = split_slot(slot)
    if name == OBSM:
        adata.obsm = {**adata.obsm, keys[0]: data}
        return
    if name != "uns":
        setattr(adata, name, data)
        return
    if not keys:
        adata.uns = data
        return
    root = level = dict(adata.uns)
    for key in keys[:-1]:
        level[key] = level = dict(level[key])
    level[keys[-1]] = data
    adata.uns = root
