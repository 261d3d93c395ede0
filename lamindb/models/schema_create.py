"""The constructor of schemas: members, slots, identity by hash and by name."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute

from lamindb.base.dtypes import parse_registry_field, simple_dtype_of
from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.suffixes import CanonicalSuffix
from lamindb.base.types import SIMPLE_DTYPES, UNSET
from lamindb.base.uids import base62_16
from lamindb.errors import FieldValidationError, InvalidArgument

from .construction import (
    check_keywords,
    check_lengths,
    check_type,
    check_uid_length,
    fill_branch_and_space,
    find_by_name,
    say_same_name,
)
from .current import TRASH_BRANCH_ID
from .exact import select
from .feature_dtypes import is_registry, registry_by_name
from .initialization import become, initialize
from .registry_fields import find_field
from .schema_hash import FIXED_UIDS, hash_of_schema
from .schema_members import (
    Pending,
    accessor_of,
    check_members,
    extra_settings,
    index_uid,
    label_of,
    optional_uids,
    type_uid_of,
)

if TYPE_CHECKING:
    from .schema import Schema

KEYWORDS = (
    "features",
    "slots",
    "name",
    "description",
    "itype",
    "type",
    "is_type",
    "index",
    "flexible",
    "otype",
    "suffix",
    "dtype",
    "minimal_set",
    "maximal_set",
    "ordered_set",
    "coerce",
    "n_members",
    "lookup",
    "branch",
    "space",
)
OLD_KEYWORDS = {"coerce_dtype": "coerce", "n": "n_members", "components": "slots"}
EXTERNAL = "__external__"
"""Slot of the features that annotate a dataset as a whole."""


def construct_schema(schema: Schema, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of `Schema`; writes nothing.

    Raises
    ------
    ValueError, TypeError, InvalidArgument, FieldValidationError
        Arguments that cannot work, see `Schema`.
    """
    registry = type(schema)
    kwargs = parse(registry, args, kwargs)
    lookup = kwargs.pop("lookup", True)
    pending = pending_members(kwargs)
    columns = columns_of(kwargs, pending)
    extra = extra_settings(pending.index_uid, pending.optional_uids)
    initialize(schema, {**columns, "_aux": extra})
    if not schema.is_type:
        schema.hash = hash_of_pending(schema, pending)
    existing = same_hash(registry, schema.hash) if lookup and schema.hash else None
    if existing is not None:
        take_existing(schema, existing, kwargs)
        return
    existing = find_by_name(registry, kwargs) if kwargs.get("name") else None
    if existing is not None:
        say_same_name(existing)
        prepare_update(schema, existing, columns, extra, pending)
        return
    branch = {k: v for k, v in kwargs.items() if k.startswith(("branch", "space", "type"))}
    fill_branch_and_space(registry, branch)
    uid = kwargs.get("uid") or FIXED_UIDS.get(schema.hash or "") or base62_16()
    initialize(schema, {**columns, **branch, "uid": uid, "hash": schema.hash, "_aux": extra})
    check_lengths(schema)
    schema._pending = pending


def parse(registry: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keywords under their present names, checked."""
    if len(args) > 1:
        raise ValueError("Only one non-keyword arg allowed: features")
    if args:
        kwargs = {"features": args[0], **kwargs}
    for old, new in OLD_KEYWORDS.items():
        if old in kwargs:
            warnings.warn(f"use {new}= instead of {old}=", DeprecationWarning, stacklevel=5)
            value = kwargs.pop(old)
            kwargs.setdefault(new, value)
    check_keywords(registry, (), kwargs)
    check_uid_length(registry, kwargs)
    check_type(registry, kwargs)
    check_content(kwargs)
    suffix = kwargs.get("suffix")
    if suffix is not None and CanonicalSuffix.from_path(f"x{suffix}") != suffix:
        known = ", ".join(sorted(CanonicalSuffix.simple_formats))
        raise FieldValidationError(
            f"Invalid suffix '{suffix}'. Please pass a canonical suffix: {known}"
        )
    return {name: value for name, value in kwargs.items() if value is not UNSET}


def check_content(kwargs: dict[str, Any]) -> None:
    """Refuse a schema that says nothing about datasets, and a type that does.

    Raises
    ------
    InvalidArgument
    """
    content = [n for n in ("features", "slots", "itype", "index") if kwargs.get(n) is not None]
    if content == ["slots"] and not kwargs["slots"]:
        content = []
    if kwargs.get("is_type"):
        members = [name for name in content if name != "itype"]
        if members:
            raise InvalidArgument(f"a schema type takes no {members[0]}: leave out is_type=True")
    elif not content:
        raise InvalidArgument("Please pass features or slots or itype or set is_type=True")


# -- members and slots


def pending_members(kwargs: dict[str, Any]) -> Pending:
    """Members, index and slots that were passed; they are taken out of the keywords."""
    features, index = kwargs.pop("features", None), kwargs.pop("index", None)
    slots = checked_slots(kwargs.pop("slots", None), kwargs)
    records: list[Any] = []
    optional: list[str] = []
    if features is not None:
        records, optional = split_config(features)
    feature = apps.get_model("lamindb", "Feature")
    if index is not None:
        if not isinstance(index, feature):
            raise TypeError(f"index must be a Feature, got {index!r}")
        records = [index, *(record for record in records if record != index)]
    check_records(records)
    return Pending(records, optional, index.uid if index is not None else None, slots)


def split_config(features: Any) -> tuple[list[Any], list[str]]:
    """Members, and the uids of those that are optional."""
    if isinstance(features, Model):
        raise ValueError("Please pass a ListLike of features, not a single feature")
    if isinstance(features, (str, dict)) or not isinstance(features, Iterable):
        raise TypeError("features has to store feature records! use .from_values() otherwise")
    records, optional = [], []
    for item in features:
        record, config = item if is_configured(item) else (item, {})
        if not isinstance(record, Model):
            raise TypeError("features has to store feature records! use .from_values() otherwise")
        unknown = config.keys() - {"optional"}
        if unknown:
            raise InvalidArgument(
                f"{sorted(unknown)} of feature '{label_of(record)}' is no configuration: pass "
                "feature.with_config(optional=True)"
            )
        records.append(record)
        if config.get("optional"):
            optional.append(record.uid)
    if not records:
        raise ValueError("Provide a list of features, the list is empty")
    return records, optional


def is_configured(item: Any) -> bool:
    """Whether an item is what `feature.with_config(…)` returns."""
    return isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], dict)


def check_records(records: list[Any]) -> None:
    """Refuse members that are not saved, of several registries, or given twice."""
    if len({type(record) for record in records}) > 1:
        raise TypeError("schema can only contain a single type")
    if any(record._state.adding for record in records):
        raise ValueError(
            "Can only create schema from validated features: save them first, "
            "features that are not saved: "
            + ", ".join(label_of(r) for r in records if r._state.adding)
        )
    twice = [uid for uid, n in Counter(record.uid for record in records).items() if n > 1]
    if twice:
        raise InvalidArgument(f"features are given twice: {', '.join(twice)}")
    if records:
        accessor_of(type(records[0]))


def checked_slots(slots: Any, kwargs: dict[str, Any]) -> dict[str, Schema]:
    """Component schemas by slot."""
    if not slots:
        return {}
    schema = apps.get_model("lamindb", "Schema")
    for slot, component in slots.items():
        if not isinstance(component, schema):
            raise TypeError(f"slots has to map slots to schemas, '{slot}' is {component!r}")
        if component._state.adding:
            raise InvalidArgument(f"schema for {slot} {component!r} must be saved before use")
        if component.is_type:
            raise InvalidArgument(
                f"schema for {slot} is the type '{component.name}': pass one of it"
            )
    if kwargs.get("otype") is None and set(slots) != {EXTERNAL}:
        raise InvalidArgument("Please pass otype != None for composite schemas")
    return dict(slots)


# -- columns


def columns_of(kwargs: dict[str, Any], pending: Pending) -> dict[str, Any]:
    """Values of the columns that describe the schema."""
    is_type = bool(kwargs.get("is_type"))
    itype = serialize_itype(kwargs.get("itype"))
    if pending.records:
        registry = get_registry_name(pending.records[0])
        itype = itype or registry
        if registry_of_itype(itype) != registry:
            raise InvalidArgument(f"features are of {registry}, which does not match itype {itype}")
        check_members(pending.records, itype)
    n_members = checked_number(kwargs.get("n_members"), len(pending.records))
    flexible = kwargs.get("flexible")
    if flexible is None and not is_type:
        flexible = not pending.records
    return {
        "name": kwargs.get("name"),
        "description": kwargs.get("description"),
        "is_type": is_type,
        "itype": itype,
        "otype": kwargs.get("otype"),
        "suffix": kwargs.get("suffix"),
        "_dtype_str": None if is_type else dtype_of_members(kwargs.get("dtype"), itype),
        "flexible": flexible,
        "coerce": kwargs.get("coerce") or None,
        "n_members": n_members,
        "minimal_set": kwargs.get("minimal_set") is not False,
        "maximal_set": bool(kwargs.get("maximal_set")),
        "ordered_set": bool(kwargs.get("ordered_set")),
    }


def checked_number(n_members: Any, n_records: int) -> int | None:
    """Number of members; -1 means that it is not fixed.

    Raises
    ------
    InvalidArgument
        Not a number of members, or another one than was passed.
    """
    if n_members is None or n_members == -1:
        return n_records or None
    if not isinstance(n_members, int) or n_members < 0:
        raise InvalidArgument(f"n_members has to be a whole number, not {n_members!r}")
    if n_records and n_members != n_records:
        raise InvalidArgument("pass n_members only without features")
    return n_members


def serialize_itype(itype: Any) -> str | None:
    """Identifier type as it is stored.

    Raises
    ------
    InvalidArgument
        Not a registry, a registry field, or the name of one.
    ModuleWasntConfigured
        The instance does not have the module.
    """
    if itype is None:
        return None
    if isinstance(itype, str):
        return checked_itype(itype)
    if is_registry(itype):
        return get_registry_name(itype)
    if isinstance(itype, DeferredAttribute):
        name = get_registry_name(itype.field.model)
        return name if itype.field.name == "name" else f"{name}.{itype.field.name}"
    if isinstance(itype, apps.get_model("lamindb", "Feature")):
        if itype._state.adding or not itype.is_type:
            raise InvalidArgument(f"itype has to be a saved feature type, not {itype!r}")
        return f"Feature[{itype.uid}]"
    raise InvalidArgument(f"itype has to be a registry or a registry field, not {itype!r}")


def checked_itype(itype: str) -> str | None:
    """Identifier type that was passed as string."""
    if itype == "Composite":
        logger.warning("itype='Composite' is deprecated: leave itype out for composite schemas")
        return None
    name, bracket, _ = itype.partition("[")
    try:
        registry_name, field = parse_registry_field(name)
    except ValueError as error:
        raise InvalidArgument(f"itype {error}") from error
    registry = registry_by_name(registry_name)
    if registry is None or (bracket and registry_name != "Feature"):
        raise InvalidArgument(f"itype '{itype}' is no registry such as Feature or bionty.Gene")
    if field is not None and find_field(registry, field) is None:
        raise InvalidArgument(f"itype '{itype}': {registry_name} has no field '{field}'")
    uid = type_uid_of(itype)
    if bracket and not registry.objects.filter(uid=uid, is_type=True).exists():
        raise InvalidArgument(f"itype '{itype}': there is no feature type with uid '{uid}'")
    return registry_name if field == "name" else itype


def registry_of_itype(itype: str) -> str:
    """Name of the registry of an identifier type."""
    return parse_registry_field(itype.partition("[")[0])[0]


def dtype_of_members(dtype: Any, itype: str | None) -> str | None:
    """Dtype of all members; by default none for features, numbers for everything else."""
    if dtype is None:
        return None if itype is not None and itype.startswith("Feature") else "num"
    text = dtype if isinstance(dtype, str) else simple_dtype_of(dtype)
    if text not in SIMPLE_DTYPES:
        raise InvalidArgument(
            f"dtype of a schema has to be one of {', '.join(SIMPLE_DTYPES)}, not {dtype!r}"
        )
    return text


# -- identity


def hash_of_pending(schema: Schema, pending: Pending) -> str:
    """Hash of a schema with the members that were passed."""
    return hash_of_schema(
        schema,
        member_uids=[record.uid for record in pending.records],
        optional_uids=optional_uids(schema),
        index_uid=index_uid(schema),
        slots={slot: component.hash for slot, component in pending.slots.items()},
    )


def same_hash(registry: Any, hash: str) -> Schema | None:
    """Oldest untrashed schema of this hash."""
    found = select(registry, ("id",), {"hash": hash, "!=branch_id": TRASH_BRANCH_ID})
    return registry.objects.get(pk=found[0][0]) if found else None


def take_existing(schema: Schema, existing: Schema, kwargs: dict[str, Any]) -> None:
    """Become the existing schema; a name or description is taken over if it had none."""
    become(schema, existing)
    logger.important(f"returning schema with same hash: {schema!r}")
    for name in ("name", "description"):
        value, old = kwargs.get(name), getattr(schema, name)
        if value is None or value == old:
            continue
        if old is None:
            logger.warning(f"updated {name} from {old} to {value}")
            setattr(schema, name, value)
        else:
            logger.warning(
                f"{name} '{old}' of the existing schema differs from '{value}', keeping the "
                "original; assign and save to change it"
            )


def prepare_update(
    schema: Schema,
    existing: Schema,
    columns: dict[str, Any],
    extra: dict[str, Any] | None,
    pending: Pending,
) -> None:
    """Become the existing schema of this name; what differs is written on save."""
    become(schema, existing)
    pending.former_itype = existing.itype
    for name, value in columns.items():
        if value is not None or name not in ("description", "otype", "suffix"):
            setattr(schema, name, value)
    others = {key: value for key, value in (schema._aux or {}).items() if key != "af"}
    schema._aux = {**others, **(extra or {})} or None
    schema._pending = pending
