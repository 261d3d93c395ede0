"""`artifact.features.add`: which features a dataset measures, without their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction

from lamindb.errors import ValidationError

if TYPE_CHECKING:
    from lamindb.models.artifact import Artifact
    from lamindb.models.feature import Feature

TABULAR = "DataFrame"


def declare(artifact: Artifact, features: Any, slot: str | None, using: str) -> None:
    """Link a schema of these features, and of those that are in the slot already.

    Parameters
    ----------
    artifact
        Saved artifact.
    features
        Saved feature, or several.
    slot
        Default: `columns` for data frames, else `external`.
    using
        Alias of the database.

    Raises
    ------
    TypeError
        Not features.
    ValueError
        A feature that is not saved.
    ValidationError
        The members of the slot are no features.

    Examples
    --------
    >>> declare(artifact, [gc_content], None, "default")
    """
    wanted = checked(features)
    if not wanted:
        return
    name = slot or ("columns" if artifact.otype == TABULAR else "external")
    links: Any = apps.get_model("lamindb", "ArtifactSchema")
    registry: Any = apps.get_model("lamindb", "Schema")
    with transaction.atomic(using=using):
        rows = links.objects.using(using).filter(artifact_id=artifact.pk, slot=name)
        link = rows.select_related("schema").first()
        members = [] if link is None else present_members(link.schema, name)
        known = {member.pk for member in members}
        missing = [feature for feature in wanted if feature.pk not in known]
        if not missing:
            return
        index = None if link is None else link.schema.index
        listed = [member for member in members if index is None or member.pk != index.pk]
        schema = registry([*listed, *missing], index=index)
        if schema._state.adding:
            schema.save(using=using)
        if link is None:
            links(artifact=artifact, slot=name, schema=schema).save(using=using)
        else:
            rows.update(schema=schema)


def checked(features: Any) -> list[Feature]:
    """Saved features in their order, each once."""
    registry: Any = apps.get_model("lamindb", "Feature")
    found = [features] if isinstance(features, registry) else features
    if isinstance(found, (str, dict)) or not hasattr(found, "__iter__"):
        raise TypeError(f"Pass a feature or a list of features, not {features!r}")
    found = list(found)
    for feature in found:
        if not isinstance(feature, registry):
            raise TypeError(f"Pass features, not {feature!r}")
        if feature._state.adding:
            raise ValueError(
                "Can only create schema from validated features: save feature "
                f"'{feature.name}' first"
            )
    return list({feature.pk: feature for feature in found}.values())


def present_members(schema: Any, slot: str) -> list[Any]:
    """Features that are in the slot already."""
    if (schema.itype or "Feature").partition("[")[0] != "Feature":
        raise ValidationError(
            f"slot '{slot}' holds members of {schema.itype}, no features: pass another slot"
        )
    return list(schema.members)
