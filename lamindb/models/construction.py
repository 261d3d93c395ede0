"""What constructors do before a row exists: check keywords, fill defaults, find existing rows."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import NOT_PROVIDED

from lamindb.base.log import logger
from lamindb.base.prompts import can_ask
from lamindb.base.registries import get_registry_name
from lamindb.base.text import did_you_mean
from lamindb.base.types import UNSET
from lamindb.errors import FieldValidationError, ValidationError
from lamindb.setup.session_settings import creation

from .curated_values import is_storable
from .current import (
    ALL_SPACE_ID,
    MAIN_BRANCH_ID,
    current_branch_id,
    current_space_id,
    visible_branch_ids,
)
from .exact import select
from .initialization import become, initialize
from .ports import port
from .registry_fields import (
    column_names,
    constructor_keywords,
    foreign_keys,
    has_field,
    length_limits,
    name_field,
    text_columns,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .sqlrecord import BaseSQLRecord, Registry

_names_are_new: ContextVar[bool] = ContextVar("lamindb_names_are_new", default=False)

BRANCH_AND_SPACE = {"branch", "branch_id", "space", "space_id"}
NEVER_OVERWRITTEN = {"uid", "hash", "otype", "dtype", "_dtype_str"}
"""Fields of an existing row that a constructor call does not change."""


def check_keywords(registry: Registry, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse positional arguments and unknown keywords.

    Raises
    ------
    FieldValidationError
        Names the valid keywords and the closest one.
    """
    valid = constructor_keywords(registry)
    if args:
        raise FieldValidationError(
            f"{registry.__name__} takes keyword arguments only, e.g. "
            f"{registry.__name__}({valid[0]}={args[0]!r})"
        )
    known = column_names(registry)
    unknown = [name for name in kwargs if name not in known and name not in valid]
    if unknown:
        hint = did_you_mean(unknown[0], valid)
        raise FieldValidationError(
            f"Only {', '.join(valid)} can be passed to {registry.__name__}, "
            f"you passed: {', '.join(unknown)}.{hint}"
        )


def check_required(registry: Registry, kwargs: dict[str, Any]) -> None:
    """Refuse a call without the fields that have no default and cannot be null."""
    missing = [
        name
        for name in required_fields(registry)
        if kwargs.get(name) is None and kwargs.get(f"{name}_id") is None
    ]
    if missing:
        raise FieldValidationError(f"{missing} are required.")


@cache
def required_fields(registry: Registry) -> tuple[str, ...]:
    """Columns that are NOT NULL and get no value by themselves."""
    return tuple(
        f.name
        for f in registry._meta.concrete_fields
        if not f.null
        and not f.primary_key
        and not (f.name == "uid" and hasattr(registry, "_len_stem_uid"))
        and (f.default is NOT_PROVIDED or f.default is None)
        and f.db_default is NOT_PROVIDED
    )


def check_literals(registry: Registry, kwargs: dict[str, Any]) -> None:
    """Refuse a value that a column with a fixed set of values does not have."""
    for name, allowed in registry._allowed_values.items():
        value = kwargs.get(name)
        if value is not None and value not in allowed:
            hint = did_you_mean(str(value), allowed)
            raise FieldValidationError(
                f"{name}={value!r} is not valid for {registry.__name__}, "
                f"choose one of: {', '.join(map(repr, allowed))}.{hint}"
            )


def check_lengths(record: BaseSQLRecord) -> None:
    """Refuse text that is longer than its column, or that no database holds."""
    values = record.__dict__
    for name in text_columns(type(record)):
        value = values.get(name)
        if isinstance(value, str) and not is_storable(value):
            raise FieldValidationError(
                f"{name} of {type(record).__name__} contains a character that databases cannot "
                f"store: {value[:40]!r}"
            )
    for name, limit in length_limits(type(record)):
        value = values.get(name)
        if isinstance(value, str) and len(value) > limit:
            raise FieldValidationError(
                f"{name} of {type(record).__name__} has {len(value)} characters, "
                f"at most {limit} are allowed: '{value[:40]}…'"
            )


def check_uid_length(registry: Registry, kwargs: dict[str, Any]) -> None:
    """Refuse a uid that does not fill its column exactly."""
    uid = kwargs.get("uid")
    if uid is None or not has_field(registry, "uid"):
        return
    length = getattr(registry, "_len_full_uid", registry._meta.get_field("uid").max_length)
    if len(uid) != length:
        raise ValidationError(
            f"uid of {registry.__name__} needs exactly {length} characters, got {len(uid)}: '{uid}'"
        )


def check_type(registry: Any, kwargs: dict[str, Any]) -> None:
    """Refuse a `type` that is not a saved type of the same registry."""
    type_record = kwargs.get("type")
    if type_record is None or type_record is UNSET or not has_field(registry, "type"):
        return
    if not isinstance(type_record, registry):
        raise ValueError(
            f"type has to be a {registry.__name__} with is_type=True, not {type_record!r}"
        )
    if type_record._state.adding or not type_record.is_type:
        raise ValueError(
            f"'{type_record.name}' cannot be used as type: it needs is_type=True and to be saved"
        )


def exclusive(kwargs: dict[str, Any], name: str, label: str) -> None:
    """Refuse an object and its id at the same time."""
    if kwargs.get(name) is not None and kwargs.get(f"{name}_id") is not None:
        raise ValueError(f"Do not pass both {label} and its id at the same time.")


def fill_branch_and_space(registry: Registry, kwargs: dict[str, Any]) -> None:
    """Current branch and space, unless they were passed; `created_on` follows the branch."""
    if not has_field(registry, "space"):
        return
    if not BRANCH_AND_SPACE.isdisjoint(kwargs):
        for name, label in (("branch", "Branch"), ("space", "Space")):
            exclusive(kwargs, name, label)
            if kwargs.get(name, UNSET) is None:
                del kwargs[name]
            if kwargs.get(f"{name}_id", UNSET) is None:
                del kwargs[f"{name}_id"]
    if has_field(registry, "branch"):
        fill_branch(registry, kwargs)
    if "space" not in kwargs and "space_id" not in kwargs:
        space_id = single_space_id(kwargs) or current_space_id()
        if space_id != ALL_SPACE_ID:
            kwargs["space_id"] = space_id


def fill_branch(registry: Registry, kwargs: dict[str, Any]) -> None:
    """Branch and branch of creation."""
    if "branch" in kwargs:
        branch_id = kwargs["branch"].pk if isinstance(kwargs["branch"], models.Model) else None
    elif "branch_id" in kwargs:
        branch_id = kwargs["branch_id"]
        if branch_id not in (-1, 0, 1):
            registry._meta.get_field("branch").related_model.objects.get(id=branch_id)
    else:
        branch_id = current_branch_id()
        if branch_id == MAIN_BRANCH_ID:
            return
        kwargs["branch_id"] = branch_id
    if branch_id is not None:
        kwargs.setdefault("created_on_id", branch_id)


def single_space_id(kwargs: dict[str, Any]) -> int | None:
    """Space that the type of the record prescribes (`_aux["ss"]` of the type)."""
    type_record = kwargs.get("type")
    if type_record is None:
        return None
    policy = (getattr(type_record, "_aux", None) or {}).get("ss")
    if policy is None:
        return None
    if policy == 1:
        return type_record.space_id
    space = type_record._meta.get_field("space").related_model
    return space.objects.values_list("id", flat=True).get(uid=policy)


def searched_field(registry: Registry, kwargs: dict[str, Any]) -> str | None:
    """Field whose value makes a record the same as an existing one, None if names don't count."""
    field = name_field(registry)
    if field is None or not getattr(registry, "_idempotent_by_name", False):
        return None
    name = kwargs.get(field)
    return field if isinstance(name, str) and name and creation.search_names else None


@contextmanager
def names_are_new() -> Iterator[None]:
    """Spare constructors in a `with` block the look-up, because it was made for all of them."""
    token = _names_are_new.set(True)
    try:
        yield
    finally:
        _names_are_new.reset(token)


def names_were_looked_up() -> bool:
    """Whether the look-up was made already, see `names_are_new`."""
    return _names_are_new.get()


def find_by_name(registry: Registry, kwargs: dict[str, Any]) -> BaseSQLRecord | None:
    """Existing record with the same name, among the visible branches and within the type.

    One indexed query. Types count only if the registry has them: `type` omitted searches all,
    `type=None` the records without type.
    """
    field = searched_field(registry, kwargs)
    if field is None or _names_are_new.get():
        return None
    where = {field: kwargs[field], **same_type(registry, kwargs)}
    if has_field(registry, "branch"):
        where["branch_id"] = visible_branch_ids()
    found = select(registry, ("id",), where)
    if not found:
        return None
    record = registry.objects.get(pk=found[0][0])
    if "type_id" not in where and getattr(record, "type_id", None) is not None:
        logger.hint("pass `type` to search for names within one type only")
    return record


def same_type(registry: Registry, kwargs: dict[str, Any]) -> dict[str, int | None]:
    """Restriction to one type, or to records without type; none if `type` was not passed."""
    if not has_field(registry, "type"):
        return {}
    if "type_id" in kwargs:
        return {"type_id": kwargs["type_id"]}
    type_record = kwargs.get("type", UNSET)
    return {} if type_record is UNSET else {"type_id": getattr(type_record, "pk", None)}


def mention_similar_names(registry: Registry, field: str, kwargs: dict[str, Any]) -> None:
    """Show existing names that resemble a new one."""
    where: dict[str, Any] = dict(same_type(registry, kwargs))
    if has_field(registry, "branch"):
        where["branch_id"] = visible_branch_ids()
    similar = port("similar_names")(registry, kwargs[field], where=where)
    if similar:
        name = get_registry_name(registry)
        names = ", ".join(map(repr, similar))
        logger.warning(
            f"you are creating {name} '{kwargs[field]}', but there are similar names: {names}; "
            f"did you want to load one of them with {registry.__name__}.get({field}=…)?"
        )


def say_same_name(existing: BaseSQLRecord) -> None:
    """Log that an existing record is returned."""
    registry = type(existing)
    field = name_field(registry) or "name"
    logger.important(
        f"returning {get_registry_name(registry)} with same {field}: '{getattr(existing, field)}'"
    )


def update_fields(record: BaseSQLRecord, kwargs: dict[str, Any]) -> None:
    """Set passed values that differ from those of the existing row, and say so."""
    for name, value in kwargs.items():
        if value is None or value is UNSET or name in NEVER_OVERWRITTEN:
            continue
        old = getattr(record, name, None)
        if old != value:
            logger.warning(f"updated {name} from {old} to {value}")
            setattr(record, name, value)


def construct_named(record: BaseSQLRecord, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of registries whose records are known by name.

    Raises
    ------
    FieldValidationError
        Positional arguments, unknown keywords, missing or too long values.
    ValueError
        `type` is no type, or an object is passed together with its id.
    """
    registry = type(record)
    check_keywords(registry, args, kwargs)
    check_required(registry, kwargs)
    check_literals(registry, kwargs)
    check_uid_length(registry, kwargs)
    check_type(registry, kwargs)
    existing = find_by_name(registry, kwargs)
    if existing is not None:
        say_same_name(existing)
        become(record, existing)
        known = column_names(registry)
        update_fields(record, {k: v for k, v in kwargs.items() if k in known})
        return
    field = searched_field(registry, kwargs)
    if field is not None and can_ask():
        mention_similar_names(registry, field, kwargs)
    fill_branch_and_space(registry, kwargs)
    initialize(record, {k: v for k, v in kwargs.items() if v is not UNSET})
    record._free_name_field = field
    check_lengths(record)


def construct_new(
    registry: Registry, field: str, values: list[Any], given: Mapping[str, Any] | None = None
) -> list[Any]:
    """Unsaved records that differ in one field, for values that no record has.

    Checks that concern all of them are made once, and there is no look-up per record.

    Parameters
    ----------
    registry
        Registry of the records.
    field
        Name of the field.
    values
        Its values.
    given
        What the constructor is passed besides, for all records alike.

    Raises
    ------
    FieldValidationError
        Another field is required, a keyword is unknown, or a value is too long or not allowed.
    """
    if not values:
        return []
    first = {**(given or {}), field: values[0]}
    check_keywords(registry, (), first)
    check_required(registry, first)
    check_literals(registry, first)
    check_type(registry, first)
    shared: dict[str, Any] = {
        key.attname: key.get_default()
        for key in foreign_keys(registry)
        if callable(key.default) and key.name not in first
    }
    shared |= given or {}
    fill_branch_and_space(registry, shared)
    free_name_field = searched_field(registry, first)
    records = []
    for value in values:
        check_literals(registry, {field: value})
        check_uid_length(registry, {field: value})
        record: BaseSQLRecord = registry.__new__(registry)
        initialize(record, {**shared, field: value})
        record._free_name_field = free_name_field
        check_lengths(record)
        records.append(record)
    return records
