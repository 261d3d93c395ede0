"""Features for the columns of a data frame or the keys of a dictionary."""

from __future__ import annotations

import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute

from lamindb.base.dtypes import dtype_of_pandas, is_valid_datetime_str
from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.errors import ValidationError

from .construction import check_type, construct_new
from .record_list import SQLRecordList

if TYPE_CHECKING:
    import pandas as pd

    from .feature import Feature

LENGTH_OF_DATE = 10
SIMPLE: tuple[tuple[type, str], ...] = (
    (bool, "bool"),
    (int, "int"),
    (float, "float"),
    (datetime.datetime, "datetime"),
    (datetime.date, "date"),
    (dict, "dict"),
    (PurePath, "path"),
)
"""Types and dtypes; a subclass comes before its base."""


def features_of_dataframe(
    registry: Any, df: pd.DataFrame, field: Any = None, *, mute: bool = False
) -> SQLRecordList[Feature]:
    """One feature per column; see `Feature.from_dataframe`."""
    check_field(registry, field)
    dtypes = {}
    for name, column in df.items():
        kind, dtype = dtype_of_column(column)
        dtypes[str(name)] = dtype
        if kind == "string" and not mute and column.nunique() < column.count():
            logger.warning(
                f"You have few permissible values for feature {name}, consider dtype "
                "ln.ULabel instead of 'str'"
            )
    return features_of_dtypes(registry, dtypes, {})


def dtype_of_column(column: pd.Series) -> tuple[str, str]:
    """What the values of a column are, in pandas' words, and the dtype string."""
    import pandas as pd

    kind = pd.api.types.infer_dtype(column, skipna=True)
    if column.dtype != object:
        return kind, dtype_of_pandas(column.dtype)
    if kind not in ("mixed", "date", "datetime", "boolean", "integer", "floating"):
        return kind, "str"
    values = column.dropna()
    types = {type(value) for value in values}
    if types == {list}:
        items = pd.Series([item for value in values for item in value], dtype=object)
        item_dtype = dtype_of_column(items)[1] if len(items) else "str"
        return kind, f"list[{item_dtype}]"
    dtype = infer_dtype(values.iloc[0]) if len(types) == 1 else "?"
    return kind, "str" if "?" in dtype else dtype


def features_of_dictionary(
    registry: Any, dictionary: dict[str, Any], field: Any = None, *, type: Any = None
) -> SQLRecordList[Feature]:
    """One feature per key; see `Feature.from_dict`."""
    check_field(registry, field)
    where: dict[str, Any] = {} if type is None else {"type": type}
    check_type(registry, where)
    dtypes = {}
    for name, value in dictionary.items():
        dtype = infer_dtype(value).replace("cat ? str", "str")
        if "?" in dtype:
            raise ValueError(
                f"cannot infer the dtype of '{name}' from {value!r}: create the feature with "
                f"ln.Feature(name='{name}', dtype=…)"
            )
        dtypes[name] = dtype
    return features_of_dtypes(registry, dtypes, where)


def check_field(registry: Any, field: Any) -> None:
    """Refuse anything but a field of the registry."""
    if field is None:
        return
    if not isinstance(field, DeferredAttribute) or field.field.model is not registry:
        raise ValueError("field must be a Feature FieldAttr!")


def features_of_dtypes(
    registry: Any, dtypes: dict[str, str], where: dict[str, Any]
) -> SQLRecordList[Feature]:
    """Existing features of these names and unsaved ones for the others, in one query.

    Raises
    ------
    ValidationError
        A feature exists with another dtype.
    """
    known: dict[str, Any] = {}
    for feature in registry.filter(name__in=list(dtypes), **where).order_by("-id"):
        known[feature.name] = feature
    for name, feature in known.items():
        if feature._dtype_str != dtypes[name]:
            raise ValidationError(
                f"Feature {name} already exists with dtype {feature._dtype_str}, the data has "
                f"{dtypes[name]}"
            )
    for feature in construct_new(registry, "name", [n for n in dtypes if n not in known]):
        feature._dtype_str = dtypes[feature.name]
        feature.nullable = True
        feature._aux = {}
        feature.type = where.get("type")
        known[feature.name] = feature
    return SQLRecordList([known[name] for name in dtypes])


def infer_dtype(value: Any) -> str:
    """Dtype string of a value; with `?` where it is not clear.

    `cat ? str` is text that may be a label, `?` anything that has no dtype.
    """
    for python_type, dtype in SIMPLE:
        if isinstance(value, python_type):
            is_zoned = isinstance(value, datetime.datetime) and value.tzinfo is not None
            return "datetime64[ns, UTC]" if is_zoned else dtype
    if isinstance(value, str):
        if not is_valid_datetime_str(value):
            return "cat ? str"
        return "date" if len(value) == LENGTH_OF_DATE else "datetime"
    if isinstance(value, Model):
        return f"cat[{get_registry_name(value)}]"
    if hasattr(value, "dtype"):
        dtype = dtype_of_pandas(value.dtype)
        return f"list[{dtype}]" if getattr(value, "ndim", 0) else dtype
    if isinstance(value, (list, tuple, set)):
        inner = {"cat ? str" if isinstance(item, str) else infer_dtype(item) for item in value}
        if len(inner) == 1 and inner != {"?"}:
            return f"list[{inner.pop()}]"
    return "?"
