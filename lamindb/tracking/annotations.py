"""Does a value match a type annotation? For parameters of runs, where a mismatch is a warning."""

from __future__ import annotations

import types
from collections import abc
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from lamindb.base import dtypes
from lamindb.base.dtypes import CatAlternative, CatDtype, Dtype, ListDtype
from lamindb.base.registries import get_registry_name
from lamindb.models.sqlrecord import BaseSQLRecord

__all__ = ["mismatch"]

EXACT = (bool, int, float, str)
"""Types whose subclasses mean something else: bool is no int."""
COLLECTIONS = (list, set, frozenset, tuple, abc.Iterable, abc.Sequence, abc.Collection)
MAPPINGS = (dict, abc.Mapping)


def mismatch(value: Any, annotation: Any) -> str | None:
    """Tell why a value does not match a type annotation.

    Parameters
    ----------
    value : object
        Any value.
    annotation : type, typing construct or str
        A string is read as dtype (`"cat[bionty.Organism]"`). What is not understood matches.

    Returns
    -------
    str or None
        The reason, None if the value matches.

    Example
    -------
    >>> mismatch(1, float)
    'int is not float'
    >>> mismatch([1, "a"], list[int | str]) is None
    True
    """
    if isinstance(annotation, str):
        return mismatch_of_dtype_string(value, annotation)
    if annotation is None:
        return None if value is None else "None is expected"
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return mismatch(value, arguments[0])
    if origin in (Union, types.UnionType):
        reasons = [mismatch(value, argument) for argument in arguments]
        return None if None in reasons else " and ".join(filter(None, reasons))
    if origin is Literal:
        allowed = any(value == a and type(value) is type(a) for a in arguments)
        return None if allowed else f"not one of {', '.join(map(repr, arguments))}"
    kind = origin or annotation
    if not isinstance(kind, type) or kind is Any:
        return None
    return mismatch_of_class(value, kind) or mismatch_of_members(value, kind, arguments)


def mismatch_of_class(value: Any, kind: type) -> str | None:
    """Compare the class of a value; text is no collection here."""
    if kind in EXACT:
        matches = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    elif kind in COLLECTIONS[4:]:
        matches = isinstance(value, kind) and not isinstance(value, (str, bytes))
    else:
        matches = isinstance(value, kind)
    return None if matches else f"{type(value).__name__} is not {kind.__name__}"


def mismatch_of_members(value: Any, kind: type, arguments: tuple[Any, ...]) -> str | None:
    """Compare the members of collections and mappings; iterators are not consumed."""
    if not arguments or not isinstance(value, abc.Collection):
        return None
    if kind in MAPPINGS and len(arguments) == 2:
        pairs = [(key, arguments[0]) for key in value]
        pairs += [(item, arguments[1]) for item in value.values()]  # type: ignore[attr-defined]
    elif kind is tuple and Ellipsis not in arguments:
        if len(value) != len(arguments):
            return f"{len(value)} instead of {len(arguments)} members"
        pairs = list(zip(value, arguments, strict=True))
    elif kind in COLLECTIONS:
        pairs = [(item, arguments[0]) for item in value]
    else:
        return None
    reasons = (mismatch(item, expected) for item, expected in pairs)
    return next((f"member: {reason}" for reason in reasons if reason is not None), None)


def mismatch_of_dtype_string(value: Any, annotation: str) -> str | None:
    """Compare with a dtype string; a string that is no dtype matches everything."""
    try:
        dtype = dtypes.parse(annotation)
    except ValueError:
        return None
    return mismatch_of_dtype(value, dtype)


def mismatch_of_dtype(value: Any, dtype: Dtype) -> str | None:
    """Compare with a parsed dtype."""
    if isinstance(dtype, ListDtype):
        if not isinstance(value, abc.Collection) or isinstance(value, (str, bytes, abc.Mapping)):
            return f"{type(value).__name__} is not a list"
        reasons = (mismatch_of_dtype(item, dtype.item) for item in value)
        return next((f"member: {reason}" for reason in reasons if reason is not None), None)
    if isinstance(dtype, CatDtype):
        if not dtype.alternatives or any(is_member(value, a) for a in dtype.alternatives):
            return None
        kind = type(value)
        label = get_registry_name(kind) if isinstance(value, BaseSQLRecord) else kind.__name__
        return f"{label} is not {' or '.join(map(str, dtype.alternatives))}"
    if dtype.name == "num":
        return mismatch(value, int | float)
    expected = dtypes.python_type_of(dtype.name)
    return None if expected is None else mismatch_of_class(value, expected)


def is_member(value: Any, alternative: CatAlternative) -> bool:
    """Whether a record belongs to the registry, and to the type within it, of a categorical."""
    if not isinstance(value, BaseSQLRecord) or get_registry_name(value) != alternative.registry:
        return False
    if alternative.type_uid is None:
        return True
    type_record = value.type
    return type_record is not None and type_record.uid == alternative.type_uid
