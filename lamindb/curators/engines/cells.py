"""What single Python values are, whether they fit a dtype, and how they are converted to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from numbers import Complex, Integral, Real
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import CatDtype, ListDtype, is_dict_value

if TYPE_CHECKING:
    from lamindb.base.dtypes import Dtype

    from .abc import Kind

KINDS_BY_DTYPE: dict[str, frozenset[Kind]] = {
    "int": frozenset(("int",)),
    "float": frozenset(("float",)),
    "num": frozenset(("int", "float", "number", "bool")),
    "bool": frozenset(("bool",)),
    "str": frozenset(("str",)),
    "path": frozenset(("str", "path")),
    "url": frozenset(("str", "path")),
    "date": frozenset(("date",)),
    "datetime": frozenset(("datetime",)),
    "datetime64[ns, UTC]": frozenset(("datetime_tz",)),
    "dict": frozenset(("dict",)),
}
"""By simple dtype, the kinds of values that fit it; `object` takes any."""

CAT_KINDS: frozenset[Kind] = frozenset(("str", "record"))
"""Kinds of values that may be terms of a registry."""

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?inf")


# -- kinds ---------------------------------------------------------------------------------------


def kind_of(value: Any) -> Kind:
    """Kind of one Python value.

    Examples
    --------
    >>> kind_of("a"), kind_of(True), kind_of([1]), kind_of(None)
    ('str', 'bool', 'list', 'empty')
    """
    own: Any = type(value)
    kind = _kind_of_type(own)
    if kind == "list" and getattr(value, "ndim", 1) == 0:  # an array of one value
        return kind_of(value.item())
    return "datetime_tz" if kind == "datetime" and _zone(value) is not None else kind


def kinds_of(values: Collection[Any]) -> frozenset[Kind]:
    """Kinds among Python values, from their types; from the values only for time zones."""
    types: set[Any] = set(map(type, values))
    kinds = {_kind_of_type(one) for one in types}
    if "datetime" in kinds:
        kinds = kinds - {"datetime"} | {kind_of(value) for value in values}
    return frozenset(kinds)


def item_kinds_of(values: Iterable[Any], depth: int) -> frozenset[Kind]:
    """Kinds among the elements of lists, at a depth of nesting."""
    try:
        for _ in range(depth - 1):
            values = chain.from_iterable(values)
        return kinds_of(list(chain.from_iterable(values)))
    except TypeError:  # what should be a list within a list is none
        return frozenset(("other",))


@lru_cache(maxsize=1000)
def _kind_of_type(kind: type) -> Kind:
    """Kind of the values of a type; time zones are left open."""
    name = kind.__name__
    if kind is type(None) or name in ("NAType", "NaTType"):
        return "empty"
    if issubclass(kind, str):
        return "str"
    if issubclass(kind, bool) or name in ("bool_", "bool"):  # NumPy's are called either
        return "bool"
    for candidate, bases in _KINDS_BY_BASE.items():
        if issubclass(kind, bases):
            return candidate
    if name == "datetime64":
        return "datetime"
    if hasattr(kind, "_meta"):
        return "record"
    if hasattr(kind, "as_posix"):
        return "path"
    is_list = hasattr(kind, "__iter__") and not issubclass(kind, (bytes, bytearray, Iterator))
    return "list" if is_list else "other"


_KINDS_BY_BASE: dict[Kind, tuple[type, ...]] = {
    "int": (Integral,),
    "float": (Real,),
    "number": (Complex, Decimal),
    "datetime": (datetime,),
    "date": (date,),
    "dict": (Mapping,),
    "path": (PurePath,),
}
"""In the order of the questions: a datetime is a date, an integer is a real number."""


def _zone(value: Any) -> Any:
    return getattr(value, "tzinfo", None)


# -- fit -----------------------------------------------------------------------------------------


def fits(value: Any, dtype: Dtype) -> bool:
    """Whether a value that is not missing fits a dtype.

    Examples
    --------
    >>> fits([1, 2.5], parse("list[num]")), fits("{'a': 1}", parse("dict"))
    (True, True)
    """
    kind = kind_of(value)
    if isinstance(dtype, ListDtype):
        return kind == "list" and all(fits(item, dtype.item) for item in value)
    if isinstance(dtype, CatDtype):
        return kind in CAT_KINDS
    if dtype.name == "dict" and kind == "str":
        return is_dict_value(value)
    return dtype.name == "object" or kind in KINDS_BY_DTYPE[dtype.name]


def distinct(values: Iterable[Any]) -> list[Any]:
    """Different values in order of first appearance; they need not be hashable."""
    values = list(values)
    try:
        return list(dict.fromkeys(values))
    except TypeError:
        found: dict[Hashable, Any] = {}
        for value in values:
            found.setdefault(key_of(value), value)
        return list(found.values())


def key_of(value: Any) -> Hashable:
    """What tells a value apart from others: itself and its type, else its text."""
    if isinstance(value, str):
        return str(value)
    try:
        hash(value)
    except TypeError:
        return repr(value), type(value)
    return value, type(value)


def is_term(value: Any) -> bool:
    """Whether a value names something: it is neither missing nor an empty string."""
    kind = kind_of(value)
    if kind in ("float", "number"):
        return bool(value == value)  # NaN is not equal to itself
    return kind != "empty" and (kind != "str" or value != "")


def terms_of(values: list[Any]) -> list[Any]:
    """Those of some values that name something."""
    if set(map(type, values)) == {str}:
        return [value for value in values if value] if "" in values else values
    return [value for value in values if is_term(value)]


def flattened(values: Iterable[Any]) -> Iterator[Any]:
    """Values in which lists, also nested ones, are replaced by their elements."""
    for value in values:
        if kind_of(value) == "list":
            yield from flattened(value)
        else:
            yield value


# -- conversion ----------------------------------------------------------------------------------


def as_int(value: Any) -> int:
    """Whole number of 64 bits; raises ValueError if anything would be lost."""
    number = _whole(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError(value)
    return number


def _whole(value: Any) -> int:
    """Whole number that a number or a text is."""
    if isinstance(value, str):
        if _INTEGER.fullmatch(value):
            return int(value)
        if _NUMBER.fullmatch(value):
            value = Decimal(value)
    kind = kind_of(value)
    if kind in ("int", "bool"):
        return int(value)
    if kind in ("float", "number") and not isinstance(value, complex) and int(value) == value:
        return int(value)
    raise ValueError(value)


def as_float(value: Any) -> float:
    """Floating-point number; raises ValueError if whole numbers would be rounded."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return as_float(int(value)) if _INTEGER.fullmatch(value) else float(value)
    kind = kind_of(value)
    if kind == "float" or isinstance(value, Decimal):
        return float(value)
    if kind in ("int", "bool") and int(float(value)) == value:
        return float(value)
    raise ValueError(value)


def as_num(value: Any) -> int | float:
    """Number of any kind."""
    if kind_of(value) == "float":
        return float(value)
    try:
        return as_int(value)
    except (ValueError, OverflowError):
        return as_float(value)


_BOOLEANS = {0: False, 1: True, "True": True, "False": False}


def as_bool(value: Any) -> bool:
    """Boolean, also from 0, 1, `True` and `False` as text."""
    if kind_of(value) in ("bool", "int", "float", "str") and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise ValueError(value)


def as_str(value: Any) -> str:
    """Text, also from whole numbers."""
    kind = kind_of(value)
    if kind == "str":
        return str(value)
    if kind == "int":
        return str(int(value))
    raise ValueError(value)


def as_date(value: Any) -> date:
    """Date, also from ISO text and from times at midnight."""
    kind = kind_of(value)
    if kind == "date":
        return date(value.year, value.month, value.day)
    if kind == "str":
        value = _from_iso(value)
    elif kind == "datetime" and not isinstance(value, datetime):
        value = value.astype("datetime64[us]").item()
    if kind_of(value) != "datetime" or value.time() != time() or getattr(value, "nanosecond", 0):
        raise ValueError(value)
    return date(value.year, value.month, value.day)


def _from_iso(text: str) -> datetime:
    # Python 3.10 does not know the Z of ISO 8601
    return datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] in ("Z", "z") else text)


CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "int": as_int,
    "float": as_float,
    "num": as_num,
    "bool": as_bool,
    "str": as_str,
    "date": as_date,
}
"""By simple dtype, what converts one value without loss or raises ValueError."""
