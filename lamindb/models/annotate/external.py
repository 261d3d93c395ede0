"""Values that annotate an artifact as a whole, where a schema says which ones there have to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.validation import TERMS, Failure, Report
from lamindb.errors import ValidationError
from lamindb.models.schema_create import EXTERNAL
from lamindb.models.schema_members import optional_uids

from .dataset import DatasetPlan
from .preparing import prepare, resolve_keys
from .values import is_missing, unwrapped
from .writing import Plan

if TYPE_CHECKING:
    from lamindb.models.artifact import Artifact
    from lamindb.models.feature import Feature
    from lamindb.models.schema import Schema

    from .current_values import CurrentValues

EXTERNAL_SLOT = EXTERNAL
"""Slot of a schema with the features that annotate a dataset as a whole."""

NOT_PROVIDED = "External features slot is defined in schema but no external features were provided."
NO_VALUES = (
    "Schema defines features but no feature values were provided. Pass them: "
    'ln.Artifact(path, schema=schema, features={"feature_name": value})'
)


class ExternalFeatures:
    """Values of external features that were passed, and the schema that they have to fulfil.

    Parameters
    ----------
    schema
        Schema of external features, None if anything goes.
    features
        Values by feature or by name of a feature; None if none were passed.
    not_provided
        Text for a schema without values.

    Attributes
    ----------
    was_passed
        Whether there are new values to write.
    """

    def __init__(
        self, schema: Schema | None, features: Any, *, not_provided: str = NOT_PROVIDED
    ) -> None:
        self.schema = schema
        self.features = features
        self.not_provided = not_provided
        self.was_passed = features is not None
        self._plan = Plan()

    def check(self, artifact: Artifact) -> Report:
        """Check the values, or the present ones of a saved artifact if none were passed."""
        values = self.features
        if values is None:
            if self.schema is None:
                return Report()
            values = existing_values(artifact)
            if values is None:
                return Report([failure_of_slot(self.not_provided)])
        try:
            by_feature = resolve_keys(values, self.schema)
            if self.schema is not None:
                check_values(self.schema, by_feature)
            self._plan = prepare(artifact, by_feature, "set", coerce=coerces(self.schema))
        except ValidationError as error:
            return Report([failure_of_slot(str(error))])
        return Report()

    def plan(self, artifact: Artifact) -> DatasetPlan:
        """What is to be written; nothing if no new values were passed."""
        if not self.was_passed:
            return DatasetPlan()
        replaces = not artifact._state.adding
        return DatasetPlan(self._plan.values, self._plan.labels, replaces_external=replaces)


def failure_of_slot(text: str) -> Failure:
    """Everything that is wrong with external features, as one failure."""
    return Failure(TERMS, "EXTERNAL_FEATURES", None, text, slot=EXTERNAL_SLOT)


def existing_values(artifact: Artifact) -> dict[Any, Any] | None:
    """External values that a saved artifact has, None if there are none."""
    if artifact._state.adding:
        return None
    values = artifact.features.get_values(external_only=True)
    if values:
        logger.important(
            "no new external features provided, using existing external features of artifact for "
            "validation"
        )
    return values or None


def external_schema(host: Any) -> Schema | None:
    """Schema that rules over all external values of an artifact.

    That is the one in the external slot; or all of the schema, if there is no dataset to which it
    could apply.
    """
    schema: Schema | None = getattr(host, "schema", None)
    if schema is None or type(host).__name__ != "Artifact":
        return None
    slots = schema.slots
    if EXTERNAL_SLOT in slots:
        return slots[EXTERNAL_SLOT]
    return None if slots or schema.otype is not None or host.otype is not None else schema


def coerces(schema: Schema | None) -> bool:
    """Whether a schema converts values."""
    return schema is not None and bool(schema.coerce)


def updated(current: CurrentValues, values: dict[Feature, Any]) -> dict[Feature, Any]:
    """All external values of a host after some of them are replaced, or removed if missing."""
    given = {feature.pk for feature in values}
    kept = [current.features[id_] for id_ in current.external_ids() if id_ not in given]
    new = {f: value for f, value in values.items() if not is_missing(unwrapped(value))}
    return {**dict.fromkeys(kept, True), **new}


def check_values(schema: Schema, values: dict[Feature, Any]) -> None:
    """Refuse values that lack what a schema requires, or that it does not know.

    Parameters
    ----------
    schema
        Schema of features.
    values
        Values by feature.

    Raises
    ------
    ValidationError
    """
    members = list(schema.members)
    known = {member.pk for member in members}
    foreign = [feature.name for feature in values if feature.pk not in known]
    if foreign and not schema.flexible:
        raise ValidationError(f"These feature keys are not in the provided schema: {foreign}")
    optional = set(optional_uids(schema))
    names = [feature.name for feature in values]
    failures = []
    for member in members:
        if member not in values:
            if schema.minimal_set and member.uid not in optional:
                failures.append(not_there(member.name, names))
        elif member.nullable is False and is_missing(unwrapped(values[member])):
            failures.append(is_null(member.name))
    if failures:
        report = Report(failures)
        error = ValidationError(str(report))
        error.report = report
        raise error


def not_there(name: str, names: list[str]) -> Failure:
    """Failure of a required feature without value."""
    error = f"column '{name}' not in dataframe. Columns in dataframe: {names}"
    return Failure(
        "SCHEMA",
        "COLUMN_NOT_IN_DATAFRAME",
        name,
        error,
        "column_in_dataframe",
        slot=EXTERNAL_SLOT,
    )


def is_null(name: str) -> Failure:
    """Failure of a missing value that may not be missing."""
    error = f"non-nullable series '{name}' contains null values"
    return Failure(
        "SCHEMA", "SERIES_CONTAINS_NULLS", name, error, "not_nullable", slot=EXTERNAL_SLOT
    )
