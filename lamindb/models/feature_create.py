"""The constructor of features: dtypes, identity by name; and what renaming one changes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from django.db import connections, router, transaction

from lamindb.base.prompts import can_ask
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
    mention_similar_names,
    say_same_name,
    searched_field,
    update_fields,
)
from .feature_dtypes import describe_choices, serialize_dtype
from .initialization import become, initialize
from .renames import keep_as_synonym, remember_name, warn_about_renamed_feature
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
NO_USES = ("FeatureBlock", "FeatureProject")
"""Tables that refer to features without depending on their dtype."""


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
    field = searched_field(registry, kwargs)
    if field is not None and can_ask():
        mention_similar_names(registry, field, kwargs)
    fill_branch_and_space(registry, kwargs)
    values = {name: value for name, value in kwargs.items() if value is not UNSET}
    values = {"nullable": None if is_type else True, **without_none(values), "_dtype_str": dtype}
    initialize(feature, {"_aux": {}, **values})
    feature._free_name_field = field
    check_lengths(feature)


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    """Values except for those that mean the default."""
    return {name: value for name, value in values.items() if value is not None}


def check_name(registry: Any, kwargs: dict[str, Any]) -> None:
    """Refuse a call without a name, or with something else as name."""
    check_required(registry, kwargs)
    name = kwargs["name"]
    if name == "":
        raise FieldValidationError("['name'] are required.")
    if not isinstance(name, str):
        raise FieldValidationError(f"name of a feature has to be a string, not {name!r}")


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
        if feature.name == before[0]:
            save_record(feature, **kwargs)
        else:
            save_renamed(feature, before[0], **{**kwargs, "using": using})
    feature._original = (feature.name, feature._dtype_str)


def save_renamed(feature: Feature, old: str, *, using: str, **kwargs: Any) -> None:
    """Write a feature under its new name; the old one stays as synonym and in the history."""
    is_sqlite = connections[using].vendor == "sqlite"
    with transaction.atomic(using=using):
        if is_sqlite:
            remember_name(feature, old)
        save_record(feature, using=using, **kwargs)
        if not is_sqlite:  # a trigger did it, except for a name that is a part of a synonym
            feature.refresh_from_db(using=using, fields=["synonyms", "_aux"])
            if keep_as_synonym(feature, old):
                save_record(feature, using=using, update_fields=["synonyms"])
    warn_about_renamed_feature(feature, old, using)


def check_unused(feature: Feature, old: str | None, using: str) -> None:
    """Refuse to change the dtype of a feature that schemas or values refer to."""
    used_by = [
        get_registry_name(relation.related_model)
        for relation in feature._meta.related_objects
        if relation.name != "features"
        and relation.related_model.__name__ not in NO_USES
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
