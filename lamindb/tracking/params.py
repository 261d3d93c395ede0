"""Parameters of runs as JSON."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Iterable
from datetime import date
from os import PathLike
from typing import Any

from django.db.models import QuerySet

from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.errors import InvalidArgument
from lamindb.models.sqlrecord import BaseSQLRecord

from .annotations import mismatch
from .redact import PLACEHOLDER, is_sensitive_key, redact_params

__all__ = ["prepare_params"]


_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class NotSerializable(Exception):
    """A value has no JSON form; never leaves this module."""


def prepare_params(
    params: dict[str, Any] | None, expected_types: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """Turn parameters into what is stored in `run.params`.

    Parameters
    ----------
    params : dict, optional
        Names and values.
    expected_types : dict, optional
        Annotations of some of them; a value that does not match is dropped with a warning.

    Returns
    -------
    dict or None
        Secrets are redacted; None if nothing remains.

    Raises
    ------
    InvalidArgument
        `params` is no dictionary.

    Example
    -------
    >>> prepare_params({"lr": 0.01, "token": "abc", "seed": None})
    {'lr': 0.01, 'token': '***REDACTED***'}
    """
    if params is None:
        return None
    if not isinstance(params, dict):
        raise InvalidArgument(
            f"params has to be a dictionary of names and values, not {reprlib.repr(params)}"
        )
    expected_types = expected_types or {}
    stored: dict[str, Any] = {}
    for name, value in params.items():
        if value is None or not is_expected(name, value, expected_types.get(name, Any)):
            continue
        try:
            json_value = serialize_param(name, value)
        except (NotSerializable, RecursionError):
            logger.warning(
                f"skipping param {name} with value {shown(name, value)} and dtype "
                f"{type(value).__name__} not JSON serializable"
            )
            continue
        if json_value != []:
            stored[str(name)] = json_value
    return stored or None


def is_expected(name: str, value: Any, annotation: Any) -> bool:
    """Whether a value matches its annotation; a mismatch is a warning."""
    reason = mismatch(value, annotation)
    if reason is not None:
        logger.warning(
            f"skipping param {name}: value {shown(name, value)} does not match annotation "
            f"{annotation!r} ({reason})"
        )
    return reason is None


def shown(name: str, value: Any) -> str:
    """Short representation of a parameter for messages, without secrets."""
    try:
        return " ".join(reprlib.repr(redact_params({name: value})[name]).split())
    except (RecursionError, ValueError):  # a list in itself, an integer of 5,000 digits
        return f"<{type(value).__name__}>"


def serialize_param(name: str, value: Any) -> Any:
    """JSON form of a parameter, without secrets.

    Raises
    ------
    NotSerializable
    """
    if isinstance(name, str) and is_sensitive_key(name):
        return PLACEHOLDER
    json_value = to_json(value)
    check_storable(name)
    check_storable(json_value)
    return redact_params({name: json_value})[name]


def to_json(value: Any) -> Any:
    """JSON form of a value.

    Raises
    ------
    NotSerializable
    """
    for plain in (bool, int, float, str):
        if isinstance(value, plain):
            return None if value != value else plain_value(value, plain)
    if isinstance(value, BaseSQLRecord):
        return f"{get_registry_name(value)}[{getattr(value, 'uid', value.pk)}]"
    if isinstance(value, dict):
        return {key_to_json(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, QuerySet)):
        return [to_json(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return in_stable_order(to_json(item) for item in value)
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PathLike) or hasattr(value, "as_posix"):
        return path_to_json(value)
    return array_to_json(value)


def plain_value(value: Any, kind: type) -> Any:
    """Value as the plain type, where it is of a subclass: NumPy's float, a text enumeration."""
    return str.__str__(value) if kind is str else kind(value)


def key_to_json(key: Any) -> str:
    """Key of a dictionary as JSON writes it."""
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(key)
    raise NotSerializable


def in_stable_order(values: Iterable[Any]) -> list[Any]:
    """Members of a set, sorted so that equal sets are stored equally."""
    members = list(values)
    try:
        return sorted(members)
    except TypeError:
        return sorted(members, key=json.dumps)


def path_to_json(path: Any) -> str:
    """Path with forward slashes, or URL."""
    if hasattr(path, "as_posix"):
        return str(path.as_posix())
    text = path.__fspath__()
    if not isinstance(text, str):
        raise NotSerializable
    return text


def array_to_json(value: Any) -> Any:
    """NumPy arrays and scalars; recognised by their class, so that NumPy is not imported.

    Raises
    ------
    NotSerializable
        It is anything else.
    """
    if type(value).__module__.partition(".")[0] != "numpy" or not hasattr(value, "dtype"):
        raise NotSerializable
    if value.dtype.kind == "m":
        raise NotSerializable
    if value.dtype.kind == "M":
        # finer units would come out as integers
        value = value.astype("datetime64[us]")
    return to_json(value.tolist())


def check_storable(value: Any) -> None:
    """Refuse what `json.dumps` or the JSON type of Postgres does not take.

    Raises
    ------
    NotSerializable

    References
    ----------
    https://www.postgresql.org/docs/current/datatype-json.html
    """
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError) as error:  # infinity, lone surrogates, huge integers
        raise NotSerializable from error
    if _ESCAPED_NUL.search(text):
        raise NotSerializable
