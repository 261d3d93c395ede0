"""Validation in the constructor of artifacts: which one applies, and what `save` then writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django.apps import apps

from lamindb.base.log import logger
from lamindb.errors import InvalidArgument, ValidationError
from lamindb.storage.formats import infer_otype, otype_of
from lamindb.storage.memory import is_in_memory

from .annotate.external import EXTERNAL_SLOT, NO_VALUES, NOT_PROVIDED, ExternalFeatures
from .ports import port

if TYPE_CHECKING:
    from lamindb.base.validation import Report

    from .artifact import Artifact
    from .artifact_request import Request
    from .schema import Schema


BUILT_IN = {
    "valid_features": "valid_features_schema",
    "ensembl_gene_ids_and_valid_features_in_obs": "ensembl_gene_ids_schema",
}
"""By well-known name of a schema, the port that gets or creates it."""


CONSTRUCTORS = {
    "DataFrame": "from_dataframe",
    "AnnData": "from_anndata",
    "MuData": "from_mudata",
    "SpatialData": "from_spatialdata",
}
"""By type of a dataset, the constructor of artifacts for it."""


class Validation(Protocol):
    """Check of what was passed to a constructor against a schema."""

    def curated(self, data: Any) -> Any:
        """Data as they are to be stored: with coerced values, or the very same object."""

    def annotate(self, artifact: Artifact) -> None:
        """Validate, and set what `save` writes: the schema, links and values.

        Raises
        ------
        ValidationError
            With all that is wrong.
        """


def validation_of(request: Request) -> Validation | None:
    """Validation that a request asks for, None without a schema.

    Raises
    ------
    InvalidArgument
        This is no schema, or the schema describes something else.
    """
    if request.validation is not None or request.schema is None:
        return request.validation
    if request.dataset_otype is None:
        schema = checked_schema(request.schema)
        return ExternalValidation(schema, external_part(schema, request.path), request.features)
    schema = checked_schema(built_in(request.schema))
    if (part := only_external(schema)) is not None:
        return ExternalValidation(schema, part, request.features)
    validation: Validation = port("dataset_validation")(
        request.dataset_otype, schema, request.features
    )
    return validation


def checked_schema(schema: Any, *, require_saved: bool = True) -> Any:
    """Refuse what is no schema, or not saved."""
    if not isinstance(schema, apps.get_model("lamindb", "Schema")):
        raise InvalidArgument("schema argument must be a Schema record.")
    if require_saved and schema._state.adding:
        raise ValueError("Schema must be saved before curation. Please save it using '.save()'.")
    return schema


def built_in(schema: Any) -> Any:
    """Schema that a well-known name means; anything else as it is."""
    name = BUILT_IN.get(schema) if isinstance(schema, str) else None
    return schema if name is None else port(name)()


def external_part(schema: Schema, data: Any) -> Schema:
    """Schema of external features, the only ones that `Artifact()` can check.

    Raises
    ------
    InvalidArgument
        The schema describes what is in a dataset.
    """
    if (part := only_external(schema)) is not None:
        return part
    if schema.slots or schema.otype is not None or not (schema.itype or "").startswith("Feature"):
        raise InvalidArgument(
            "Schema defines dataset content and cannot be validated by Artifact(). Use "
            "Artifact.from_dataframe(), Artifact.from_anndata(), Artifact.from_mudata(), "
            "Artifact.from_spatialdata(), or Artifact.from_tiledbsoma()."
        )
    otype = otype_of(data) if is_in_memory(data) else infer_otype(str(data))
    if otype == "DataFrame":
        raise InvalidArgument(
            "Schema defines columns of a table and cannot be validated by Artifact(). Use "
            "Artifact.from_dataframe()."
        )
    return schema


def only_external(schema: Schema) -> Schema | None:
    """Schema of external features, if that is all there is."""
    slots = schema.slots
    is_all = schema.itype is None and set(slots) == {EXTERNAL_SLOT}
    return slots[EXTERNAL_SLOT] if is_all else None


class ExternalValidation:
    """Check of the values that annotate an artifact as a whole.

    Parameters
    ----------
    schema
        Schema that the artifact gets.
    part
        The part of it that describes external features.
    features
        Values by feature or by name of a feature.
    """

    def __init__(self, schema: Schema, part: Schema, features: Any) -> None:
        self.schema = schema
        text = NO_VALUES if part is schema else NOT_PROVIDED
        self._features = ExternalFeatures(part, features, not_provided=text)

    def curated(self, data: Any) -> Any:
        """Data as they are: nothing in them is checked."""
        return data

    def annotate(self, artifact: Artifact) -> None:
        """Check the values, and set what `save` writes.

        Raises
        ------
        ValidationError
            Values that are missing or do not fit.
        """
        raise_if_any(self._features.check(artifact))
        artifact._annotation = self._features.plan(artifact)
        artifact.schema = self.schema


def raise_if_any(report: Report) -> None:
    """Raise an error with all failures of a report, if it has any.

    Raises
    ------
    ValidationError
        Its `report` is the report.
    """
    if len(report):
        error = ValidationError(str(report))
        error.report = report
        raise error


def can_validate_again(artifact: Artifact) -> bool:
    """Whether an existing artifact still tells categories from strings; says so if it does not."""
    is_new = artifact._state.adding
    if is_new or artifact.otype != "DataFrame" or artifact.suffix == ".parquet":
        return True
    logger.warning(
        f"not re-validating existing artifact as it was stored as {artifact.suffix}, which does "
        "not maintain categorical dtype information"
    )
    return False


def check_suffix(artifact: Artifact) -> None:
    """Refuse to save an artifact whose suffix is not the one that its schema fixes.

    Raises
    ------
    ValidationError
    """
    schema = artifact._state.fields_cache.get("schema")  # a stored one was checked before
    if schema is not None and schema.suffix not in (None, artifact.suffix):
        raise ValidationError(
            f"Artifact not validated. Artifact suffix '{artifact.suffix}' does not match schema "
            f"suffix '{schema.suffix}'."
        )
