"""The constructor of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.base.log import logger
from lamindb.base.types import UNSET
from lamindb.errors import InvalidArgument, ValidationError

from .construction import construct_named
from .schema_members import INDEX, members_in_order, optional_uids, read_setting

if TYPE_CHECKING:
    from .record import Record

KEYWORDS = (
    "name",
    "type",
    "is_type",
    "features",
    "description",
    "schema",
    "reference",
    "reference_type",
    "branch",
    "space",
)


def construct_record(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of `Record`; writes nothing.

    Raises
    ------
    FieldValidationError
        Positional or unknown arguments, text that is too long.
    ValueError
        `type` is no type.
    ValidationError
        The type has a schema with required features.
    InvalidArgument
        Feature values, which this version does not store, or a schema that is not saved.
    """
    if kwargs.pop("features", None) is not None:
        raise InvalidArgument("features= is not supported by this version: leave it out")
    schema = kwargs.get("schema")
    if schema is not None:
        check_schema(schema)
        if not kwargs.get("is_type"):
            logger.important("passing schema, treating as type")
            kwargs["is_type"] = True
    construct_named(record, args, kwargs)
    type_record = kwargs.get("type")
    if type_record is not None and type_record is not UNSET:
        check_fits(record, type_record)


def check_schema(schema: Any) -> None:
    """Refuse anything but a saved schema."""
    if not isinstance(schema, apps.get_model("lamindb", "Schema")):
        raise InvalidArgument(f"schema has to be a Schema, not {schema!r}")
    if schema._state.adding:
        raise InvalidArgument(f"schema {schema!r} must be saved before use")


def check_fits(record: Record, type_record: Record) -> None:
    """Refuse a record without the features that the schema of its type requires.

    Raises
    ------
    ValidationError
    """
    if type_record.schema_id is None:
        return
    label = f"'{record.name}'" if record.name else f"uid={record.uid}"
    if record.is_type:
        raise ValidationError(
            f"Cannot set type to '{type_record.name}' on Record {label}: a type with a schema "
            "cannot be the type of another type"
        )
    if not record._state.adding:
        return
    missing = required_features(type_record.schema)
    if missing:
        raise ValidationError(
            f"Cannot set type to '{type_record.name}' on Record {label}: missing required "
            f"features {', '.join(map(repr, missing))}"
        )


def required_features(schema: Any) -> list[str]:
    """Names of the features that every record needs; the index is stored as its name."""
    optional = set(optional_uids(schema))
    index = read_setting(schema, INDEX)
    if not schema.minimal_set:
        return []
    members = members_in_order(schema).values_list("uid", "name")
    return [name for uid, name in members if uid not in optional and uid != index]
