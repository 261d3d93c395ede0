"""Dtypes of features: strings for Python types, registries, fields and types, and back."""

from __future__ import annotations

import typing
from types import UnionType
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute

from lamindb.base.dtypes import (
    CatAlternative,
    CatDtype,
    ListDtype,
    SimpleDtype,
    dtype_of_pandas,
    parse,
    python_type_of,
    quote_filter_value,
    simple_dtype_of,
)
from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.types import SIMPLE_DTYPES
from lamindb.errors import InvalidArgument, ModuleWasntConfigured, ValidationError
from lamindb.setup.registry_lookup import import_models
from lamindb.setup.session import settings

from .current import TRASH_BRANCH_ID
from .cycles import chain_of_types
from .registry_fields import find_field, name_field

if TYPE_CHECKING:
    from lamindb.base.dtypes import Dtype

PLAIN_STRINGS = ("num", "path", "url", "datetime64[ns, UTC]", "object")
"""Dtypes without a Python object that means them."""

TYPED = ("Record", "ULabel")
"""Registries whose types restrict values."""


def is_registry(value: Any) -> bool:
    """Whether a value is a registry, not a record."""
    return isinstance(value, type) and issubclass(value, Model)


# -- writing


def serialize_dtype(dtype: Any, cat_filters: dict[str, Any] | None = None) -> str:
    """Dtype string for whatever can be passed as `dtype` of a feature.

    Parameters
    ----------
    dtype
        Python type, numpy or pandas dtype, dtype string, registry, registry field, saved type of
        `Record` or `ULabel`, `list[…]` of these, or a list of registries and fields.
    cat_filters
        Further conditions for the records of a categorical dtype.

    Raises
    ------
    ValueError
        Not a dtype.
    ValidationError
        A registry that cannot be a dtype, or filters that do not fit.
    InvalidArgument
        A record that is not saved or no type.

    Examples
    --------
    >>> serialize_dtype(list[bt.CellType.ontology_id])
    'list[cat[bionty.CellType.ontology_id]]'
    """
    text = without_filters(dtype)
    return text if cat_filters is None else add_filters(text, cat_filters)


def without_filters(dtype: Any) -> str:
    """Dtype string of a dtype object."""
    if isinstance(dtype, str):
        return checked_string(dtype)
    simple = simple_dtype_of(dtype)
    if simple is not None:
        return simple
    if typing.get_origin(dtype) is list:
        return f"list[{without_filters(typing.get_args(dtype)[0])}]"
    if isinstance(dtype, UnionType):  # of registries, which are classes
        dtype = list(typing.get_args(dtype))
    if isinstance(dtype, list) and dtype:
        return str(CatDtype(tuple(alternative_of_union(item) for item in dtype)))
    alternative = alternative_of(dtype)
    if alternative is not None:
        return str(CatDtype((alternative,)))
    if hasattr(dtype, "kind") and hasattr(dtype, "name"):
        return dtype_of_pandas(dtype)
    raise ValueError(
        "dtype has to be a registry, a ulabel subtype, a registry field, or a list of registries "
        f"or fields, not {dtype!r}"
    )


def checked_string(dtype: str) -> str:
    """A dtype string whose registries exist."""
    parsed = parse(dtype)
    if dtype not in PLAIN_STRINGS:
        logger.warning(
            f"rather than passing a string '{dtype}' to dtype, consider passing a Python object"
        )
    for alternative in alternatives(parsed):
        check_alternative(alternative)
    return dtype


def check_alternative(alternative: CatAlternative) -> None:
    """Refuse fields and filters that the registry does not have, and types that do not exist.

    Raises
    ------
    ValidationError
        No such registry, field, filter or type.
    """
    registry = find_registry(alternative.registry)
    names = [filter_name for filter_name, _, _ in alternative.parsed_filters().values()]
    for name in names if alternative.field is None else [alternative.field, *names]:
        if find_field(registry, name) is None:
            raise ValidationError(f"{get_registry_name(registry)} has no field '{name}'")
    if alternative.type_uid is not None:
        find_type(registry, alternative.type_uid)


def alternative_of(value: Any) -> CatAlternative | None:
    """Alternative for a registry, a field or a type; None for anything else."""
    if is_registry(value):
        return CatAlternative(usable_name(value))
    if isinstance(value, DeferredAttribute):
        field = value.field.name
        registry = value.field.model
        return CatAlternative(usable_name(registry), None if field == "name" else field)
    if isinstance(value, Model):
        check_is_type(value)
        return CatAlternative(usable_name(type(value)), type_uid=value.uid)
    return None


def alternative_of_union(item: Any) -> CatAlternative:
    """Alternative within a union, where types are not allowed."""
    if isinstance(item, Model):
        raise InvalidArgument(
            "Cannot create a union dtype that includes a `Record` or `ULabel` subtype, pass the "
            f"registry instead of {item!r}"
        )
    alternative = alternative_of(item)
    if alternative is None:
        raise ValueError(
            f"dtype has to be a list of registries or fields, this is neither: {item!r}"
        )
    return alternative


def check_is_type(record: Any) -> None:
    """Refuse records whose uid says nothing about values."""
    if record._state.adding:
        raise InvalidArgument(f"Cannot serialize unsaved objects. Save {record!r} via `.save()`.")
    name = type(record).__name__
    if name not in TYPED or not record.is_type:
        label = getattr(record, "name", None) or record.pk
        raise InvalidArgument(
            f"Cannot serialize non-type {name} '{label}'. Only types (is_type=True) are allowed "
            "in dtypes."
        )


def usable_name(registry: Any) -> str:
    """Name of a registry, if its records can be values of a feature."""
    name = get_registry_name(registry)
    artifact = apps.get_model("lamindb", "Artifact")
    linked = {f.related_model for f in artifact._meta.get_fields() if f.many_to_many}
    core = {artifact, apps.get_model("lamindb", "Transform")}
    if registry not in (linked | core) or registry.__name__ == "JsonValue":
        raise ValidationError(
            f"'{name}' is an invalid dtype, has to be registry, e.g. ULabel or bionty.CellType"
        )
    return name


def find_registry(name: str) -> Any:
    """Registry of a dtype string.

    Raises
    ------
    ModuleWasntConfigured
        The instance does not have the module.
    ValidationError
        No such registry, or its records cannot be values.
    """
    registry = registry_by_name(name)
    if registry is None:
        raise ValidationError(
            f"'{name}' is an invalid dtype, has to be registry, e.g. ULabel or bionty.CellType"
        )
    usable_name(registry)
    return registry


def registry_by_name(name: str) -> Any:
    """Registry of a name such as `ULabel` or `bionty.CellType`, None if there is none."""
    module, _, class_name = name.rpartition(".")
    if module and module not in settings.instance.modules:
        raise ModuleWasntConfigured(
            f"'{name}' needs the module {module}, which instance {settings.instance.slug} doesn't "
            f"have: run lamin settings modules set {module}"
        )
    if module:
        import_models(module)
    try:
        return apps.get_model(module or "lamindb", class_name)
    except LookupError:
        return None


# -- filters


def add_filters(dtype: str, cat_filters: dict[str, Any]) -> str:
    """Dtype string with further conditions in its brackets."""
    parsed = parse(dtype)
    found = alternatives(parsed)
    if not isinstance(parsed, CatDtype) or not found:
        raise ValidationError(f"cat_filters need a categorical dtype, not '{dtype}'")
    if len(found) > 1:
        raise ValidationError(f"cat_filters are incompatible with union dtypes: '{dtype}'")
    alternative = found[0]
    if alternative.filters:
        raise ValidationError(f"cat_filters are incompatible with nested dtypes: '{dtype}'")
    registry = find_registry(alternative.registry)
    type_uid = alternative.type_uid
    pairs: list[str] = []
    for name, value in cat_filters.items():
        key, text = filter_pair(registry, name, value)
        if key == "type__uid" and registry.__name__ in TYPED:
            if type_uid not in (None, text):
                raise ValidationError(
                    f"Conflicting typed dtype and cat_filters type selector: '{type_uid}' and "
                    f"'{text}'"
                )
            type_uid = text
        else:
            pairs.append(f"{key}={quote_filter_value(text)}")
    filters = ", ".join(pairs)
    return str(
        CatDtype((CatAlternative(alternative.registry, alternative.field, type_uid, filters),))
    )


def filter_pair(registry: Any, name: str, value: Any) -> tuple[str, str]:
    """Key and value of a condition as they stand in a dtype string."""
    relation, _, attribute = name.partition("__")
    if find_field(registry, relation) is None:
        raise ValidationError(
            f"{get_registry_name(registry)} has no field '{relation}' in filter {name}"
        )
    if value is None or value == "":
        raise ValidationError(f"Empty value in filter {name}")
    if not isinstance(value, Model):
        return name, str(value)
    if value._state.adding:
        raise InvalidArgument(f"Cannot serialize unsaved objects. Save {value!r} via `.save()`.")
    if name == "type":
        check_is_type(value)
    attribute = attribute or "uid"
    if not hasattr(value, attribute):
        raise ValidationError(
            f"SQLRecord {type(value).__name__} has no attribute '{attribute}' in filter {name}"
        )
    return f"{relation}__{attribute}", str(getattr(value, attribute))


# -- reading


def alternatives(dtype: Dtype) -> tuple[CatAlternative, ...]:
    """Alternatives of a categorical dtype, within lists too."""
    while isinstance(dtype, ListDtype):
        dtype = dtype.item
    return dtype.alternatives if isinstance(dtype, CatDtype) else ()


def parse_dtype(dtype_str: str, check_exists: bool = False) -> list[dict[str, Any]]:
    """What a dtype string says about the records that values may come from.

    Parameters
    ----------
    dtype_str
        Dtype string.
    check_exists
        Look up the types that it names.

    Returns
    -------
    One dictionary per alternative, with keys `registry`, `registry_str`, `filter_str`,
    `field_str`, `field` and, where it applies, `type_uid` and `list`; empty for simple dtypes.

    Raises
    ------
    ValueError
        Not a dtype string.

    Examples
    --------
    >>> parse_dtype("cat[bionty.CellType.ontology_id]")[0]["field_str"]
    'ontology_id'
    """
    parsed = parse(dtype_str)
    result = []
    for alternative in alternatives(parsed):
        registry = find_registry(alternative.registry)
        field = alternative.field or name_field(registry) or "uid"
        component: dict[str, Any] = {
            "registry": registry,
            "registry_str": alternative.registry,
            "filter_str": alternative.filters,
            "field_str": field,
            "field": getattr(registry, field),
        }
        if alternative.type_uid is not None:
            component["type_uid"] = alternative.type_uid
            if check_exists:
                find_type(registry, alternative.type_uid)
        if isinstance(parsed, ListDtype):
            component["list"] = True
        result.append(component)
    return result


def find_type(registry: Any, uid: str) -> Any:
    """Type that a dtype string names.

    Raises
    ------
    DoesNotExist
        No record has this uid.
    InvalidArgument
        The record is no type.
    """
    record = registry.objects.filter(uid=uid).first()
    if record is None:
        raise registry.DoesNotExist(
            f"a dtype refers to the type of {get_registry_name(registry)} with uid '{uid}', which "
            "does not exist"
        )
    if not record.is_type:
        raise InvalidArgument(
            f"The resolved {registry.__name__} '{record.name}' (uid='{uid}') is not a type: "
            "is_type is False."
        )
    if record.branch_id == TRASH_BRANCH_ID:
        logger.warning(f"retrieving {registry.__name__} type '{record.name}' from trash")
    return record


def resolve_relation_filters(
    parsed_filters: dict[str, tuple[str, str | None, str]], registry: Any
) -> dict[str, Any]:
    """Filters of a categorical dtype with the records that they mean.

    Parameters
    ----------
    parsed_filters
        What `parse_filter_string` returns.
    registry
        Registry of the dtype.

    Returns
    -------
    Records by relation, and plain values by field.

    Raises
    ------
    DoesNotExist
        The related registry has no such record.

    Examples
    --------
    >>> filters = parse_filter_string("source__uid=3kDh8DSM, name=T cell")
    >>> resolve_relation_filters(filters, bt.CellType)
    {'source': Source(uid='3kDh8DSM', …), 'name': 'T cell'}
    """
    resolved: dict[str, Any] = {}
    for key, (name, attribute, value) in parsed_filters.items():
        field = find_field(registry, name)
        if attribute is None or field is None or not field.is_relation:
            resolved[key] = value
        else:
            resolved[name] = field.related_model.objects.get(**{attribute: value})
    return resolved


def dtype_object(dtype_str: str) -> Any:
    """Python object that a dtype string means; see `Feature.dtype_as_object`."""
    return object_of(parse(dtype_str))


def object_of(dtype: Dtype) -> Any:
    """Python type, type record, registry field, list of fields, or a list of one of them."""
    if isinstance(dtype, SimpleDtype):
        return python_type_of(dtype.name)
    if isinstance(dtype, ListDtype):
        item: Any = object_of(dtype.item)
        return list[item]
    found = []
    for alternative in dtype.alternatives:
        registry = find_registry(alternative.registry)
        if alternative.type_uid is not None:
            found.append(find_type(registry, alternative.type_uid))
        else:
            found.append(getattr(registry, alternative.field or name_field(registry) or "uid"))
    return found[0] if len(found) == 1 else found or None


def dtype_with_names(dtype_str: str) -> str:
    """Dtype string of 1.x: the names of types, outermost first, in place of uids."""
    for alternative in alternatives(parse(dtype_str)):
        if alternative.type_uid is None:
            continue
        registry = find_registry(alternative.registry)
        record = find_type(registry, alternative.type_uid)
        chain = chain_of_types(registry, record.pk, record._state.db)
        nested = "[".join(name for _, name, _ in reversed(chain)) + "]" * (len(chain) - 1)
        dtype_str = dtype_str.replace(alternative.type_uid, nested, 1)
    return dtype_str


def describe_choices() -> str:
    """Dtypes for an error text."""
    return f"{{{', '.join(map(repr, SIMPLE_DTYPES))}}}"
