"""The constructor of features: dtypes, identity by name; and what renaming one changes."""

from __future__ import annotations

import warnings
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from django.db import connections, router

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.types import UNSET
from lamindb.errors import FieldValidationError, InvalidArgument, ValidationError

from .construction import (
    check_keywords,
    check_lengths,
    check_required,
    check_type,
    check_uid_length,
    fill_branch_and_space,
    find_by_name,
    say_same_name,
    searched_field,
    update_fields,
)
from .feature_dtypes import describe_choices, serialize_dtype
from .initialization import become, initialize
from .saving import save_record

if TYPE_CHECKING:
    from .feature import Feature

KEYWORDS = (
    "name",
    "dtype",
    "type",
    "is_type",
    "unit",
    "description",
    "synonyms",
    "nullable",
    "default_value",
    "coerce",
    "array_rank",
    "array_size",
    "array_shape",
    "cat_filters",
    "values_through",
    "branch",
    "space",
)
N_SHOWN = 20
"""Artifacts that a warning lists."""


def construct_feature(feature: Feature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of `Feature`; writes nothing.

    Raises
    ------
    FieldValidationError
        Positional or unknown arguments, no name, text that is too long.
    ValidationError
        No dtype, one that cannot be, or another one than the existing feature of this name has.
    ValueError
        Not a dtype, or `type` is no type.
    InvalidArgument
        The dtype holds a record that is not saved or no type.
    """
    registry = type(feature)
    if "coerce_dtype" in kwargs:
        warnings.warn("use coerce= instead of coerce_dtype=", DeprecationWarning, stacklevel=4)
        coerce = kwargs.pop("coerce_dtype")
        kwargs.setdefault("coerce", coerce)
    check_keywords(registry, args, kwargs)
    check_name(registry, kwargs)
    check_uid_length(registry, kwargs)
    check_type(registry, kwargs)
    if kwargs.pop("values_through", None) is not None:
        raise InvalidArgument("values_through is not supported by this version: leave it out")
    dtype = dtype_of_keywords(kwargs)
    is_type = bool(kwargs.get("is_type"))
    if dtype is None and not is_type:
        raise ValidationError(
            f"Please pass dtype, one of {describe_choices()} or a composed categorical dtype"
        )
    existing = find_by_name(registry, kwargs)
    if existing is not None:
        take_existing(feature, existing, dtype, kwargs)
        return
    fill_branch_and_space(registry, kwargs)
    values = {name: value for name, value in kwargs.items() if value is not UNSET}
    values = {"nullable": None if is_type else True, **without_none(values), "_dtype_str": dtype}
    initialize(feature, {"_aux": {}, **values})
    feature._free_name_field = searched_field(registry, kwargs)
    check_lengths(feature)


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    """Values except for those that mean the default."""
    return {name: value for name, value in values.items() if value is not None}


def check_name(registry: Any, kwargs: dict[str, Any]) -> None:
    """Refuse a call without a name."""
    check_required(registry, kwargs)
    if kwargs["name"] == "":
        raise FieldValidationError("['name'] are required.")


def dtype_of_keywords(kwargs: dict[str, Any]) -> str | None:
    """Dtype string of `dtype` and `cat_filters`, which are taken out of the keywords."""
    dtype = kwargs.pop("dtype", None)
    stored = kwargs.pop("_dtype_str", None)
    cat_filters = kwargs.pop("cat_filters", None)
    if dtype is None:
        if cat_filters is not None:
            raise ValidationError("cat_filters need a categorical dtype, pass dtype too")
        return stored
    return serialize_dtype(dtype, cat_filters)


def take_existing(
    feature: Feature, existing: Any, dtype: str | None, kwargs: dict[str, Any]
) -> None:
    """Become the existing feature of the same name and take over what was passed."""
    if dtype is not None and existing._dtype_str != dtype:
        raise ValidationError(
            f"Feature {existing.name} already exists with dtype {existing._dtype_str}, you passed "
            f"{dtype}"
        )
    say_same_name(existing)
    become(feature, existing)
    update_fields(feature, kwargs)


# -- saving


def save_feature(feature: Feature, **kwargs: Any) -> None:
    """Write the row; see `Feature.save`."""
    before = feature._original
    if feature._state.adding or before is None:
        save_record(feature, **kwargs)
    else:
        using = kwargs.get("using") or router.db_for_write(type(feature), instance=feature)
        if feature._dtype_str != before[1]:
            check_unused(feature, before[1], using)
        renamed = feature.name != before[0]
        if renamed:
            warn_about_artifacts(feature, before[0])
            if connections[using].vendor == "sqlite":
                remember_name(feature, before[0])
        save_record(feature, **kwargs)
        if renamed and connections[using].vendor != "sqlite":
            feature.refresh_from_db(using=using, fields=["synonyms", "_aux"])
    feature._original = (feature.name, feature._dtype_str)


def check_unused(feature: Feature, old: str | None, using: str) -> None:
    """Refuse to change the dtype of a feature that schemas or values refer to."""
    used_by = [
        get_registry_name(relation.related_model)
        for relation in feature._meta.related_objects
        if relation.name != "features"
        and relation.related_model.__name__ != "FeatureBlock"
        and not relation.many_to_many
        and relation.related_model.objects.using(using)
        .filter(**{relation.field.name: feature})
        .exists()
    ]
    if used_by:
        raise ValidationError(
            f"Cannot change the dtype of feature '{feature.name}' from {old} to "
            f"{feature._dtype_str}: it is used by {', '.join(used_by)}; create a new feature"
        )


def remember_name(feature: Feature, old: str) -> None:
    """Keep the former name as synonym and in the history, as a trigger of Postgres does."""
    synonyms = feature.synonyms.split("|") if feature.synonyms else []
    if old not in synonyms:
        feature.synonyms = "|".join([*synonyms, old])
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    aux = feature._aux or {}
    feature._aux = {**aux, "renamed": {**(aux.get("renamed") or {}), now: old}}


def warn_about_artifacts(feature: Feature, old: str) -> None:
    """Say whose stored columns no longer have the name of the feature."""
    uids = list(
        feature._meta.apps.get_model("lamindb", "Artifact")
        .objects.filter(schemas__features=feature)
        .distinct()
        .order_by("id")
        .values_list("uid", flat=True)[:N_SHOWN]
    )
    if uids:
        verb = "artifact no longer matches" if len(uids) == 1 else "artifacts no longer match"
        logger.warning(
            f"by renaming feature from '{old}' to '{feature.name}' {len(uids)} {verb} the feature "
            f"name in storage: {uids}\n  → consider re-curating"
        )
