"""Checks data frames: columns, index, and the dictionary of attributes that goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.types import UNSET
from lamindb.errors import InvalidArgument
from lamindb.storage.formats.otypes import is_from_package

from .component import ComponentCurator
from .dicts import DictCurator
from .engines.abc import Table
from .slots import SlotsCurator, nested, split_slot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.models import Feature, Schema

    from .cat_manager import DataFrameCatManager

COLUMNS = "columns"
"""Slot under which the features of columns are linked to an artifact."""


class DataFrameCurator(SlotsCurator):
    """Checks a data frame against a schema.

    Parameters
    ----------
    dataset
        Data frame of pandas or polars, table of pyarrow, or artifact.
    schema
        Schema of the columns; its slots `attrs…` describe the attributes of the data frame, and
        `__external__` the features of the dataset as a whole.
    slot
        Where the data frame is in a composite dataset, for messages.
    features
        Values of features that annotate the dataset as a whole.
    require_saved_schema
        Whether the schema has to be saved.
    using
        Alias of the database.
    members, index
        Take the place of those of the schema.

    Raises
    ------
    InvalidArgument
        This is no data frame or no schema, or the schema is one of other datasets.
    ValueError
        The schema is not saved, or it has slots that data frames do not have.

    Examples
    --------
    >>> curator = ln.curators.DataFrameCurator(df, schema)
    >>> curator.validate()
    >>> artifact = curator.save_artifact(key="study/cells.parquet")
    """

    _otype = "DataFrame"
    _what = "DataFrame-like"

    def __init__(
        self,
        dataset: Any,
        schema: Schema,
        *,
        slot: str | None = None,
        features: dict[str, Any] | None = None,
        require_saved_schema: bool = True,
        using: str | None = None,
        members: list[Feature] | None = None,
        index: Any = UNSET,
    ) -> None:
        super().__init__(
            dataset, schema, features=features, require_saved_schema=require_saved_schema
        )
        self._columns = ComponentCurator(
            self._dataset,
            schema,
            slot,
            require_saved_schema,
            using,
            members,
            index,
            can_mutate=self._artifact is None,
        )
        if is_from_package(self._dataset, "polars"):
            check_polars(schema, index)

    @property
    def dataset(self) -> Any:
        """The curated data frame; a new one if validation converted values."""
        return self._columns.dataset

    @property
    def cat(self) -> DataFrameCatManager:
        """Categorical columns: which terms are not valid, and how to mend that."""
        return self._columns.cat

    def standardize(self) -> None:
        """Add missing columns and fill missing values, as the defaults of features say.

        Raises
        ------
        ValidationError
            A column is missing whose feature has no default and is not nullable.

        Examples
        --------
        >>> curator.standardize()
        """
        for part in self._parts():
            part.standardize()

    def _check_schema(self, slots: dict[str, Schema]) -> None:
        if slots and self._schema.otype not in (None, self._otype):
            raise InvalidArgument(f"Schema otype must be '{self._otype}'.")

    def _accepts(self, dataset: Any) -> bool:
        return isinstance(dataset, Table) or super()._accepts(dataset)

    def _component(self, slot: str, schema: Schema) -> ComponentCurator:
        if split_slot(slot)[0] != "attrs":
            raise ValueError(
                f"Slot '{slot}' is not supported for DataFrameCurator. Must be 'attrs'."
            )
        attrs = getattr(self._dataset, "attrs", None)
        if attrs is None:
            raise InvalidArgument(
                f"Schema slot '{slot}' needs attributes, which only data frames of pandas have"
            )
        return DictCurator(nested(attrs, slot), schema, slot)

    def _parts(self) -> Iterable[ComponentCurator]:
        return (self._columns, *self._slots.values())

    def _feature_sets(self) -> Iterable[tuple[str, ComponentCurator]]:
        return ((COLUMNS, self._columns), *self._slots.items())


def check_polars(schema: Schema, index: Any) -> None:
    """Refuse what frames of polars cannot be checked for.

    Raises
    ------
    InvalidArgument
    """
    if index not in (UNSET, None) or (index is UNSET and schema.index is not None):
        raise InvalidArgument(
            "Polars frames do not have an index. Pass a pandas data frame, or a schema that has "
            "the index as a column."
        )
    if schema.flexible and schema.itype is not None:
        raise InvalidArgument(
            "Polars frames cannot be curated with a flexible schema. Pass a schema that lists its "
            "features."
        )
