"""Checks dictionaries: their keys are features, as if they were the columns of a one-row table."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from lamindb.base.dates import parse_datetime
from lamindb.base.dtypes import CatDtype, ListDtype, SimpleDtype, parse
from lamindb.base.types import UNSET
from lamindb.errors import InvalidArgument
from lamindb.models.annotate.values import UTC_DTYPE, items_of, unwrapped

from .component import ComponentCurator
from .engines.pandas import PandasTable
from .expectations import TEXT
from .slots import is_artifact, say_loading

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from lamindb.base.dtypes import Dtype
    from lamindb.models import Feature, Schema

    from .engines.abc import Column, Table

TIMES = ("date", "datetime", UTC_DTYPE)
"""Dtypes whose values a dictionary may hold as texts."""

COLLECTIONS = (list, tuple, set, frozenset)


class DictTable(PandasTable):
    """A dictionary as a table with one row; what is changed in it is changed in the dictionary.

    Parameters
    ----------
    data
        The dictionary.
    """

    def __init__(self, data: MutableMapping[Any, Any]) -> None:
        super().__init__(one_row(data))
        self.data = data

    def with_columns(self, columns: Mapping[str, Column], index: Column | None = None) -> DictTable:
        """A new table, of a new dictionary with these values."""
        frame = super().with_columns(columns, index).frame
        return DictTable({**self.data, **{label: cell(frame, label) for label in columns}})

    def replace_terms(self, label: Any, mapping: Mapping[str, str]) -> None:
        """Replace a value, or elements of a list, in place."""
        super().replace_terms(label, mapping)
        self.data[label] = cell(self.frame, label)

    def add_filled(self, label: str, dtype: Dtype, value: Any) -> None:
        """Add a key in place."""
        super().add_filled(label, dtype, value)
        self.data[label] = value

    def fill_missing(self, label: str, value: Any) -> None:
        """Replace a missing value in place."""
        super().fill_missing(label, value)
        self.data[label] = cell(self.frame, label)


def one_row(data: MutableMapping[Any, Any]) -> pd.DataFrame:
    """Data frame with one row and the keys as columns."""
    import pandas as pd

    columns = []
    for value in map(unwrapped, data.values()):
        series = pd.Series([None], dtype=object)
        series.iat[0] = items_of(value) if isinstance(value, COLLECTIONS) else value
        is_plain = isinstance(value, (str, Model, *COLLECTIONS, dict))
        columns.append(series if is_plain else series.infer_objects())
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(1))
    frame.columns = pd.Index(list(data), dtype=object)
    return frame


def cell(frame: pd.DataFrame, label: Any) -> Any:
    """Python value of the only row."""
    return unwrapped(frame[label].iloc[0])


class DictCurator(ComponentCurator):
    """Checks a dictionary against a schema of its keys.

    Parameters
    ----------
    dataset
        Dictionary, or an artifact that holds one.
    schema
        Schema of the keys.
    slot
        Where the dictionary is in a composite dataset, for messages.
    require_saved_schema
        Whether the schema has to be saved.
    using
        Alias of the database.
    members
        Take the place of those of the schema.

    Raises
    ------
    InvalidArgument
        This is no dictionary.

    Examples
    --------
    >>> DictCurator({"temperature": 21.6}, schema).validate()
    """

    def __init__(
        self,
        dataset: Any,
        schema: Schema,
        slot: str | None = None,
        require_saved_schema: bool = False,
        using: str | None = None,
        *,
        members: list[Feature] | None = None,
    ) -> None:
        is_loaded = is_artifact(dataset)
        if is_loaded:
            say_loading()
        data = dataset.load(is_run_input=False) if is_loaded else dataset
        if not isinstance(data, MutableMapping):
            where = "dataset" if slot is None else f"slot '{slot}'"
            raise InvalidArgument(f"{where} must be a dictionary, not {type(data).__name__}")
        super().__init__(
            data,
            schema,
            slot,
            require_saved_schema,
            using,
            members,
            UNSET,
            key="keys",
            can_mutate=not is_loaded,
        )

    def _wrap(self, data: Any) -> Table:
        return DictTable(data)

    def _data_of(self, table: Table) -> Any:
        assert isinstance(table, DictTable)
        return table.data

    @property
    def dataset(self) -> Any:
        """The curated dictionary; a new one if validation converted values."""
        return self._source

    def _dtypes(self, table: Table) -> dict[str, Dtype]:
        assert isinstance(table, DictTable)
        if not self._expected().are_features:
            return {}
        found = {
            feature.name: dtype_in_dict(feature, table.data[feature.name])
            for feature in self._applicable
            if feature.name in table.data
        }
        return {name: dtype for name, dtype in found.items() if dtype is not None}

    def _rename(self, mapping: dict[str, str]) -> None:
        data = self.dataset
        for old, new in mapping.items():
            data[new] = data.pop(old)


def dtype_in_dict(feature: Feature, value: Any) -> Dtype | None:
    """Dtype of a value in a dictionary, None if it is the one of the feature.

    There are no categories, several labels are a list, and times may be texts.
    """
    dtype = parse(feature._dtype_str or "object")
    value = unwrapped(value)
    if isinstance(dtype, CatDtype) and dtype.alternatives:
        if isinstance(value, COLLECTIONS):
            return ListDtype(dtype)
        return SimpleDtype("object") if isinstance(value, Model) else TEXT
    is_text = isinstance(dtype, SimpleDtype) and dtype.name in TIMES and isinstance(value, str)
    return TEXT if is_text and is_time(value) else None


def is_time(text: str) -> bool:
    """Whether a text is a date or time in ISO format."""
    try:
        parse_datetime(text)
    except ValueError:
        return False
    return True
