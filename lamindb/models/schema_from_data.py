"""Schemas from values and from data frames: their members are the registered terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models.query_utils import DeferredAttribute

from lamindb.base.dtypes import dtype_of_pandas
from lamindb.base.log import logger
from lamindb.errors import ValidationError

from .curated_values import CuratedValues, curated_field, flattened
from .curation import equal, restricted
from .curation_messages import quiet, say_validated

if TYPE_CHECKING:
    import pandas as pd
    from django.db.models import Field

    from .schema import Schema

NO_MEMBERS = "no validated features, skip creating schema"


def schema_of_values(
    registry: type[Schema],
    values: Any,
    field: Any,
    *,
    dtype: Any = None,
    name: str | None = None,
    mute: bool = False,
    organism: Any = None,
    source: Any = None,
    raise_validation_error: bool = True,
) -> Schema | None:
    """Schema whose members are values; see `Schema.from_values`."""
    column = checked_column(field)
    curated = CuratedValues.of(values, column)
    if not curated.distinct:
        raise ValueError("Provide a list of at least one value")
    records = records_by_value(column, curated.distinct, organism, source, mute=mute)
    unknown = [value for value in curated.distinct if value not in records]
    if unknown and raise_validation_error:
        raise ValidationError(
            f"These values could not be validated: {unknown}\n"
            f"If there are no typos, add them to their registry: {column.model.__name__}"
        )
    if not records:
        logger.warning(NO_MEMBERS)
        return None
    return registry(list(records.values()), name=name, dtype=dtype)


def schema_of_dataframe(
    registry: type[Schema],
    df: pd.DataFrame,
    field: Any,
    *,
    name: str | None = None,
    mute: bool = False,
    organism: Any = None,
    source: Any = None,
) -> Schema | None:
    """Schema whose members are the columns of a data frame; see `Schema.from_dataframe`."""
    column = checked_column(field)
    labels = CuratedValues(flattened(df.columns), is_single=False).distinct
    records = records_by_value(column, labels, organism, source, mute=mute)
    if not records:
        logger.warning(NO_MEMBERS)
        return None
    members = list(records.values())
    if column.model is apps.get_model("lamindb", "Feature"):
        return registry(members, name=name, otype="DataFrame")
    return registry(members, name=name, dtype=common_dtype(df, records))


def checked_column(field: Any) -> Field:
    """Column that values are compared with.

    Raises
    ------
    TypeError
        Not a field of a registry.
    """
    if not isinstance(field, DeferredAttribute):
        raise TypeError(
            f"field has to be a registry field such as ln.Feature.name, it is {field!r}"
        )
    return curated_field(field.field.model, field)


def records_by_value(
    column: Field, values: list[Any], organism: Any, source: Any, *, mute: bool
) -> dict[Any, Any]:
    """Record for each registered value, in the order of the values, in one query.

    The oldest record is taken if several have the value, so that each value is one member.
    """
    universe = restricted(column.model.filter(), organism, source, strict_source=False)
    rows = equal(universe, column, values).order_by("-pk")
    found = {getattr(record, column.attname): record for record in rows}
    with quiet(mute):
        say_validated(values, set(found), column.name)
    return {value: found[value] for value in values if value in found}


def common_dtype(df: pd.DataFrame, records: dict[Any, Any]) -> str:
    """Dtype that all columns have.

    Raises
    ------
    ValueError
        There are several.
    """
    dtypes = {dtype for label, dtype in df.dtypes.items() if label in records}
    if len(dtypes) > 1:
        raise ValueError(
            f"data types are heterogeneous: {sorted(map(str, dtypes))}; convert the columns to "
            "one type, or make a schema of features"
        )
    return dtype_of_pandas(dtypes.pop())
