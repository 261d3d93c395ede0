"""From what users pass to what is written: keys → features, values → records and stored values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model

from lamindb.base.dtypes import ListDtype, parse
from lamindb.base.registries import get_registry_name
from lamindb.base.validation import Report
from lamindb.errors import ValidationError
from lamindb.models.current import current_run
from lamindb.models.feature_dtypes import alternatives, find_registry
from lamindb.models.feature_inference import infer_dtype
from lamindb.models.registry_fields import name_field

from .feature_names import features_by_name
from .links import link_tables, registry_of
from .resolve import not_allowed, resolve_values
from .term_texts import ambiguous, not_saved, not_validated, unexpected
from .values import (
    COLLECTIONS,
    NotStorable,
    WrongValue,
    failure_of,
    is_missing,
    is_query_set,
    items_of,
    stored_value,
    unwrapped,
)
from .writing import Plan

if TYPE_CHECKING:
    from lamindb.models.feature import Feature


@dataclass
class Problems:
    """What is wrong with the passed values.

    Attributes
    ----------
    pairs
        `'feature' (dtype)='value'` of each wrong one.
    blocks
        Explanation of each.
    """

    pairs: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    report: Report = field(default_factory=Report)


def resolve_keys(values: Any, schema: Any = None) -> dict[Any, Any]:
    """Features and values for a dictionary with names or features as keys.

    Parameters
    ----------
    values
        Dictionary.
    schema
        Schema whose members are meant first when names are ambiguous.

    Raises
    ------
    TypeError
        No dictionary, or a key that is neither string nor feature.
    ValidationError
        Unknown or ambiguous names, unsaved features, one feature with two values.
    """
    if not isinstance(values, dict):
        raise TypeError(f"Pass a dictionary of features and values, not {values!r}")
    registry: Any = apps.get_model("lamindb", "Feature")
    for key in values:
        if not isinstance(key, (str, registry)):
            raise TypeError(
                f"Feature-value dictionary keys must be `str` or `Feature`, got {key!r}"
            )
        if isinstance(key, registry) and key._state.adding:
            raise ValidationError(f"Please save feature '{key.name}' before annotation.")
    names = [key for key in values if isinstance(key, str)]
    known = {member.name: member for member in schema.members} if schema is not None else {}
    if missing := [name for name in names if name not in known]:
        known |= features_by_name(missing)
    if unknown := {name: values[name] for name in names if name not in known}:
        raise unknown_keys(unknown)
    resolved: dict[Any, Any] = {}
    for key, value in values.items():
        feature = known[key] if isinstance(key, str) else key
        if feature in resolved and not same(resolved[feature], value):
            raise ValidationError(
                f"Conflicting values for feature {feature.name}: {resolved[feature]!r} and "
                f"{value!r}"
            )
        resolved[feature] = value
    return resolved


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, also if they are arrays."""
    equal = one == other
    return bool(equal.all()) if hasattr(equal, "all") else bool(equal)


def unknown_keys(values: dict[str, Any]) -> ValidationError:
    """Error that shows how to create the features."""
    lines, run = [], current_run()
    suffix = ""
    if run is not None:
        transform = run.transform
        label = f"{transform.kind}[{transform.key}]"
        lines.append(f"  feature_type = ln.Feature(name='{label}', is_type=True).save()")
        suffix = ", type=feature_type"
    lines += [
        f"  ln.Feature(name={name!r}, dtype='{infer_dtype(unwrapped(value))}'{suffix}).save()"
        for name, value in values.items()
    ]
    text = "\n".join(lines)
    return ValidationError(
        f"These keys could not be validated: {list(values)}\n"
        f"Here is how to create a feature:\n\n{text}"
    )


def prepare(host: Any, values: dict[Any, Any], verb: str, *, coerce: bool = False) -> Plan:
    """What is to be written, after everything was checked.

    Parameters
    ----------
    host
        Saved artifact, run or record.
    values
        Values by feature; missing ones are left out.
    verb
        What the user wants, for the error: `add`, `set` or `update`.
    coerce
        Whether values are converted without loss, whatever their features say.

    Raises
    ------
    ValidationError
        Values that do not fit: all of them are named.
    """
    plan, problems = Plan(), Problems()
    for feature, raw in values.items():
        value = unwrapped(raw)
        if is_missing(value):
            continue
        if alternatives(parse(feature._dtype_str or "object")):
            records = records_of(host, feature, value, problems)
            plan.labels += [(feature, record) for record in records]
        else:
            plan.values += stored_of(
                feature, value, problems, coerce=coerce or bool(feature.coerce)
            )
    if problems.blocks:
        raise refused(host, problems, verb)
    return plan


def refused(host: Any, problems: Problems, verb: str) -> ValidationError:
    """Error for values that do not fit."""
    name = type(host).__name__
    described = f"{name} (uid={host.uid})"
    if name == "Record" and host.name:
        kind = f", type='{host.type.name}'" if host.type_id else ""
        described = f"Record '{host.name}' (uid={host.uid}{kind})"
    blocks = "\n".join(problems.blocks)
    text = f"Failed to {verb} features on {described}: {', '.join(problems.pairs)}. {blocks}"
    error = ValidationError(text)
    error.report = problems.report
    return error


def stored_of(
    feature: Feature, value: Any, problems: Problems, *, coerce: bool
) -> list[tuple[Any, Any]]:
    """Stored form of a non-categorical value."""
    dtype = parse(feature._dtype_str or "object")
    several = isinstance(value, (set, frozenset)) and not isinstance(dtype, ListDtype)
    stored = []
    for one in items_of(value) if several else [value]:
        try:
            stored.append((feature, stored_value(dtype, unwrapped(one), coerce=coerce)))
        except WrongValue as error:
            reason = str(error) if isinstance(error, NotStorable) else None
            failure = failure_of(feature.name, dtype, one, may_coerce=not coerce, reason=reason)
            note(problems, feature, one, str(Report([failure])), failure)
    return stored


def note(problems: Problems, feature: Feature, value: Any, text: str, *failures: Any) -> None:
    """Remember what is wrong with a value."""
    problems.pairs.append(f"'{feature.name}' ({feature._dtype_str})={value!r}")
    problems.blocks.append(text)
    problems.report += Report(failures)


def records_of(host: Any, feature: Feature, value: Any, problems: Problems) -> list[Any]:
    """Records that a value of a categorical feature means, in order."""
    dtype = parse(feature._dtype_str or "")
    if isinstance(dtype, ListDtype) and not (isinstance(value, COLLECTIONS) or is_query_set(value)):
        failure = failure_of(feature.name, dtype, value, may_coerce=False)
        note(problems, feature, value, str(Report([failure])), failure)
        return []
    items = [unwrapped(item) for item in items_of(value)]
    for item in items:
        if isinstance(item, (*COLLECTIONS, dict)):
            failure = failure_of(feature.name, dtype, item, may_coerce=False)
            note(problems, feature, item, str(Report([failure])), failure)
    items = [item for item in items if not isinstance(item, (*COLLECTIONS, dict))]
    records = [item for item in items if isinstance(item, Model)]
    texts = [item for item in items if not isinstance(item, Model) and item != ""]
    note_unfit(host, feature, records, problems)
    resolution = resolve_values(str(feature._dtype_str), texts, host._state.db)
    for text, reason in resolution.ambiguous.items():
        note(problems, feature, text, ambiguous(reason, feature.name))
    if resolution.missing:
        note(problems, feature, value, how_to_create(feature, resolution.missing))
    found = resolution.found
    return [
        item if isinstance(item, Model) else found[item] for item in items if is_found(item, found)
    ]


def is_found(item: Any, found: dict[Any, Any]) -> bool:
    """Whether there is a record for an item."""
    return isinstance(item, Model) or item in found


def note_unfit(host: Any, feature: Feature, records: list[Any], problems: Problems) -> None:
    """Remember which records cannot be values of a feature, and why."""
    saved = [record for record in records if not record._state.adding]
    dtype_str = str(feature._dtype_str)
    refused = not_allowed(dtype_str, saved, host._state.db)
    texts = unexpected(refused, dtype_str, feature.name)
    unfit = {id(record): text for record, text in zip(refused, texts, strict=True)}
    tables = link_tables(registry_of(host))
    for record in records:
        table = tables.get(type(record))
        if record._state.adding:
            note(problems, feature, record, not_saved(record))
        elif id(record) in unfit:
            note(problems, feature, record, unfit[id(record)])
        elif table is None or table.feature is None:
            text = (
                f"{type(host).__name__} cannot have values of {get_registry_name(type(record))} "
                f"for feature '{feature.name}'"
            )
            note(problems, feature, record, text)


def how_to_create(feature: Feature, missing: list[Any]) -> str:
    """Which terms have no record, and how to create them."""
    alternative = alternatives(parse(str(feature._dtype_str)))[0]
    registry = find_registry(alternative.registry)
    column = alternative.field or name_field(registry) or "uid"
    prefix = "ln." if alternative.registry == "Record" else ""
    create = "" if "." in alternative.registry else ", create=True"
    call = f"{prefix}{registry.__name__}.from_values({missing}, field='{column}'{create}).save()"
    return (
        f"{not_validated(missing, feature.name)}\n"
        "    → fix typos, remove non-existent values, or create objects via:\n\n"
        f"  objects = {call}"
    )
