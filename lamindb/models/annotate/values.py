"""Values of features as users pass them: what fits a dtype, and the form in which it is stored."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from lamindb.base.dtypes import CatDtype, ListDtype, SimpleDtype, is_dict_value, parse_dict_value
from lamindb.base.validation import failed_check, wrong_type
from lamindb.models.curated_values import is_storable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamindb.base.dtypes import Dtype
    from lamindb.base.validation import Failure

UTC_DTYPE = "datetime64[ns, UTC]"
COLLECTIONS = (list, tuple, set, frozenset)


class WrongValue(Exception):
    """A value does not fit a dtype; the text says which one would."""


class NotStorable(WrongValue):
    """A value fits its dtype, but a database cannot hold it; the text says what of it."""


def unwrapped(value: Any) -> Any:
    """Python value of a NumPy scalar or array, or of a pandas object."""
    if type(value).__name__ == "NaTType":  # a datetime, as far as isinstance knows
        return None
    if isinstance(value, (Model, str, bytes, date, *COLLECTIONS, dict)):
        return value
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    if type(value).__name__ == "datetime64" and isinstance(value.tolist(), int):  # nanoseconds
        value = value.astype("datetime64[us]")
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "item"):
        return value.item()
    return value


def is_missing(value: Any) -> bool:
    """Whether a value means that there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    is_empty = isinstance(value, (*COLLECTIONS, dict)) and not value
    return is_empty or type(value).__name__ == "NAType"


def items_of(value: Any) -> list[Any]:
    """Elements of a collection, in order where it has one; a single value is its own element."""
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return list(value) if isinstance(value, COLLECTIONS) or is_query_set(value) else [value]


def is_query_set(value: Any) -> bool:
    """Whether a value is a set of records."""
    return hasattr(value, "values_list") and hasattr(value, "model")


def stored_value(dtype: Dtype, value: Any, *, coerce: bool) -> Any:
    """Value of a non-categorical feature as JSON stores it.

    Parameters
    ----------
    dtype
        Dtype of the feature, no categorical one.
    value
        What the user passed, unwrapped and not missing.
    coerce
        Whether lossless conversion is wanted.

    Raises
    ------
    WrongValue
        The value does not fit.

    Examples
    --------
    >>> stored_value(parse("date"), "2025-10-31", coerce=False)
    '2025-10-31'
    """
    if isinstance(dtype, ListDtype):
        if not isinstance(value, COLLECTIONS):
            raise WrongValue("list")
        items = [unwrapped(item) for item in items_of(value)]
        return [stored_value(dtype.item, item, coerce=coerce) for item in items]
    if isinstance(dtype, CatDtype):  # inside of a list without registry
        return as_json(str(value))
    return as_json(CONVERTERS[dtype.name](value, coerce))


def as_json(value: Any) -> Any:
    """A value in which everything is what JSON knows: numbers of NumPy become Python's.

    Raises
    ------
    NotStorable
        Infinite numbers, text that no database holds, other objects.
    """
    value = unwrapped(value)
    if isinstance(value, dict):
        return {as_json(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, str) and not is_storable(value):
        raise NotStorable(f"{value!r}, which contains a character that databases cannot store")
    if isinstance(value, float) and not math.isfinite(value):
        raise NotStorable(f"{value}, which JSON cannot store")
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise NotStorable(f"{value!r} of type {type(value).__name__}, which JSON cannot store")


def as_int(value: Any, coerce: bool) -> int:
    """Whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if coerce:
        number = number_of(value)
        if number is not None and float(number).is_integer():
            return int(number)
    raise WrongValue("int")


def as_float(value: Any, coerce: bool) -> float:
    """Floating-point number."""
    if isinstance(value, float):
        return value
    if coerce and (number := number_of(value)) is not None:
        return float(number)
    raise WrongValue("float")


def as_num(value: Any, coerce: bool) -> int | float:
    """Number of any kind."""
    if isinstance(value, (int, float)):
        return value
    number = number_of(value) if coerce else None
    if number is None:
        raise WrongValue("num")
    return number


def number_of(value: Any) -> int | float | None:
    """Number that a number or text says, None if it says none."""
    if isinstance(value, (int, float)):
        return value
    try:
        return int(value) if isinstance(value, str) else None
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return None


def as_bool(value: Any, coerce: bool) -> bool:
    """Boolean."""
    if isinstance(value, bool):
        return value
    known = {0: False, 1: True, "True": True, "False": False}
    if coerce and isinstance(value, (int, str)) and value in known:
        return known[value]
    raise WrongValue("bool")


def as_text(value: Any, coerce: bool) -> str:
    """String."""
    if isinstance(value, str):
        return value
    raise WrongValue("str")


def as_url(value: Any, coerce: bool) -> str:
    """String that is a web address."""
    if isinstance(value, str):
        return value
    raise WrongValue("url")


def as_path(value: Any, coerce: bool) -> str:
    """Path with forward slashes, without one at the end."""
    if isinstance(value, PurePath) or hasattr(value, "as_posix"):
        return str(value.as_posix()).rstrip("/") or "/"
    if isinstance(value, str):
        return value.rstrip("/") or value
    raise WrongValue("path")


def as_date(value: Any, coerce: bool) -> str:
    """ISO date."""
    if isinstance(value, datetime):
        if coerce:
            return value.date().isoformat()
        raise WrongValue("date")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
        if coerce and (moment := moment_of(value)) is not None:
            return moment.date().isoformat()
    raise WrongValue("date")


def moment_of(text: str) -> datetime | None:
    """Time that an ISO text says, None if it says none."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None


def as_datetime(value: Any, coerce: bool) -> str:
    """ISO time without zone."""
    moment = moment_of(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is not None:
        raise WrongValue("datetime")
    return moment.isoformat()


def as_utc(value: Any, coerce: bool) -> str:
    """ISO time in UTC."""
    moment = moment_of(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or (moment.tzinfo is None and not coerce):
        raise WrongValue(UTC_DTYPE)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc).isoformat()


def as_dict(value: Any, coerce: bool) -> dict[Any, Any]:
    """Dictionary, which may be written as JSON."""
    if not is_dict_value(value):
        raise WrongValue("dict")
    return parse_dict_value(value)


def as_is(value: Any, coerce: bool) -> Any:
    """Anything."""
    return value


CONVERTERS: dict[str, Callable[[Any, bool], Any]] = {
    "int": as_int,
    "float": as_float,
    "num": as_num,
    "bool": as_bool,
    "str": as_text,
    "path": as_path,
    "url": as_url,
    "date": as_date,
    "datetime": as_datetime,
    UTC_DTYPE: as_utc,
    "dict": as_dict,
    "object": as_is,
}
"""By simple dtype, what makes the stored value of a passed one."""

AS_COLUMN = ("int", "float", "date", "datetime", UTC_DTYPE)
"""Dtypes whose failures are called a wrong data type, as for columns."""


def failure_of(
    name: str, dtype: Dtype, value: Any, *, may_coerce: bool, reason: str | None = None
) -> Failure:
    """What is wrong with a value that does not fit its dtype, or cannot be stored for a reason."""
    kind = type(value).__name__
    if reason is not None:
        failure = failed_check(name, dtype, reason)
    elif isinstance(dtype, SimpleDtype) and dtype.name in AS_COLUMN:
        failure = wrong_type(name, str(dtype), kind, may_coerce=may_coerce)
    else:
        failure = failed_check(name, dtype, kind)
    return replace(failure, values=(value,))


def read_value(dtype: Dtype, value: Any) -> Any:
    """Python value of a stored one.

    Examples
    --------
    >>> read_value(parse("date"), "2025-10-31")
    datetime.date(2025, 10, 31)
    """
    if isinstance(dtype, ListDtype):
        items = value if isinstance(value, list) else [value]
        return [read_value(dtype.item, item) for item in items]
    if not isinstance(dtype, SimpleDtype) or not isinstance(value, (str, int)):
        return value
    if dtype.name == "float" and not isinstance(value, (bool, str)):
        return float(value)
    if isinstance(value, str) and dtype.name == "date":
        return date.fromisoformat(value[:10])
    if isinstance(value, str) and dtype.name in ("datetime", UTC_DTYPE):
        return moment_of(value) or value
    return value
