"""Which schema rules over the values of an artifact or record, and whether they comply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.errors import ValidationError

from .external import check_values, external_schema

if TYPE_CHECKING:
    from lamindb.models.feature import Feature
    from lamindb.models.schema import Schema


@dataclass(frozen=True)
class Rules:
    """What values have to comply with.

    Attributes
    ----------
    host
        What is annotated.
    schema
        Schema whose features are meant, None if anything goes.
    is_given
        Whether the user passed it for this call: then only its members are allowed, and none is
        required.
    """

    host: Any
    schema: Schema | None = None
    is_given: bool = False

    def check(self, values: dict[Feature, Any]) -> None:
        """Refuse features outside of the schema, and sets that lack what it requires.

        Parameters
        ----------
        values
            All values that the host is going to have, by feature.
        """
        if self.schema is None:
            return
        if self.is_given:
            self.check_members(values)
            return
        index = self.schema.index if type(self.host).__name__ == "Record" else None
        if index is not None and index not in values:
            values = {**values, index: self.host.name}
        check_values(self.schema, values)

    def check_members(self, values: dict[Feature, Any]) -> None:
        """Refuse features that are no members of the schema."""
        if self.schema is None or (not self.is_given and self.schema.flexible):
            return
        members = {member.pk for member in self.schema.members}
        if foreign := [feature.name for feature in values if feature.pk not in members]:
            raise ValidationError(f"These feature keys are not in the provided schema: {foreign}")


def rules_for(host: Any, schema: Schema | None) -> Rules:
    """Schema that rules over the values of a host: its own one, else the given one.

    Raises
    ------
    ValidationError
        A schema is given for a record whose type has one.
    """
    if type(host).__name__ == "Record":
        own = schema_of_type(host)
        if own is not None and schema is not None:
            raise ValidationError(
                f"schema= cannot be passed for a record of type '{host.type.name}': that type has "
                "a schema"
            )
    else:
        own = external_schema(host)
    return Rules(host, own) if own is not None else Rules(host, schema, is_given=True)


def schema_of_type(record: Any) -> Schema | None:
    """Schema of the records of the same type."""
    kind = record.type if record.type_id is not None else None
    return kind.schema if kind is not None and kind.schema_id is not None else None
