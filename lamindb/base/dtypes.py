"""The grammar of dtype strings: parsing and writing, without looking up registries.

::

    dtype     := simple | "list[" dtype "]" | "cat[" [ alt ("|" alt)* ] "]"
    alt       := registry [ "." field ] [ "[" filters "]" ]
               | ("Record" | "ULabel") "[" type_uid [ "," filters ] "]" [ "." field ]
    registry  := Name | module "." Name
    filters   := key "=" value ("," key "=" value)*

A filter value may be quoted with `'` or `"`.
"""

from __future__ import annotations

import ast
import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lamindb.base.dates import parse_datetime
from lamindb.base.filters import (
    parse_filter_string,
    quote_filter_value,
    split,
    split_at_closing_bracket,
)
from lamindb.base.text import did_you_mean
from lamindb.base.types import SIMPLE_DTYPES

__all__ = [
    "SIMPLE_DTYPES",
    "CatAlternative",
    "CatDtype",
    "Dtype",
    "ListDtype",
    "SimpleDtype",
    "dtype_of_pandas",
    "is_dict_value",
    "is_iterable_of_sqlrecord",
    "is_list_of_type",
    "is_valid_datetime_str",
    "parse",
    "parse_dict_value",
    "parse_filter_string",
    "parse_registry_field",
    "python_type_of",
    "quote_filter_value",
    "simple_dtype_of",
]

TYPED_REGISTRIES = ("Record", "ULabel")

_PYTHON_TYPES: dict[str, type | None] = {
    "num": float,
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "datetime": datetime.datetime,
    "datetime64[ns, UTC]": datetime.datetime,
    "date": datetime.date,
    "dict": dict,
    "path": None,
    "url": str,
    "object": None,
}
_NAMES_BY_TYPE: dict[Any, str] = {
    int: "int",
    float: "float",
    str: "str",
    bool: "bool",
    dict: "dict",
    datetime.date: "date",
    datetime.datetime: "datetime",
}


@dataclass(frozen=True)
class SimpleDtype:
    """A dtype of the closed set `SIMPLE_DTYPES`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class CatAlternative:
    """One registry that values may come from.

    Attributes
    ----------
    registry : str
        `ULabel` or `bionty.CellType`.
    field : str or None
        Field that holds the values; None means the name field of the registry.
    type_uid : str or None
        Restricts to records of a type, for `Record` and `ULabel`.
    filters : str
        Further restrictions as written, e.g. `source__uid=abc`; empty if there are none.
    """

    registry: str
    field: str | None = None
    type_uid: str | None = None
    filters: str = ""

    def __str__(self) -> str:
        restriction = ", ".join(part for part in (self.type_uid, self.filters) if part)
        brackets = f"[{restriction}]" if restriction else ""
        suffix = f".{self.field}" if self.field else ""
        # with a type, the field follows the brackets
        tail = brackets + suffix if self.type_uid else suffix + brackets
        return self.registry + tail

    def parsed_filters(self) -> dict[str, tuple[str, str | None, str]]:
        """Return the filters as `parse_filter_string` does."""
        return parse_filter_string(self.filters) if self.filters else {}


@dataclass(frozen=True)
class CatDtype:
    """A categorical dtype; several alternatives make a union, none means any registry."""

    alternatives: tuple[CatAlternative, ...] = ()

    def __str__(self) -> str:
        return f"cat[{'|'.join(map(str, self.alternatives))}]"


@dataclass(frozen=True)
class ListDtype:
    """A list of values of one dtype."""

    item: Dtype

    def __str__(self) -> str:
        return f"list[{self.item}]"


Dtype = SimpleDtype | CatDtype | ListDtype


# -- parsing -------------------------------------------------------------------------------------


def parse(dtype_str: str) -> Dtype:
    """Parse a dtype string.

    Parameters
    ----------
    dtype_str : str
        For example `int`, `list[cat[ULabel]]`, `cat[bionty.Tissue|bionty.CellType.ontology_id]`.

    Returns
    -------
    SimpleDtype, CatDtype or ListDtype
        `str()` of it gives the string back.

    Raises
    ------
    ValueError
        If the string is not in the grammar.

    Example
    -------
    >>> parse("cat[bionty.Gene.ensembl_gene_id[source__uid=abc]]").alternatives[0].field
    'ensembl_gene_id'
    """
    if dtype_str in SIMPLE_DTYPES:
        return SimpleDtype(dtype_str)
    if dtype_str.startswith("list[") and dtype_str.endswith("]"):
        return ListDtype(parse(dtype_str[len("list[") : -1]))
    if dtype_str.startswith("cat[") and dtype_str.endswith("]"):
        return _parse_cat(dtype_str)
    if dtype_str in ("cat", "category"):
        raise ValueError(
            f"dtype is '{dtype_str}' but has to name a registry, e.g. 'cat[ULabel]':"
            " pass the registry, e.g. dtype=ln.ULabel"
        )
    choices = ", ".join(map(repr, SIMPLE_DTYPES))
    raise ValueError(
        f"dtype is '{dtype_str}' but has to be one of {{{choices}}}!"
        + did_you_mean(dtype_str, SIMPLE_DTYPES)
    )


def _parse_cat(dtype_str: str) -> CatDtype:
    inner = dtype_str[len("cat[") : -1]
    if not inner:
        return CatDtype()
    try:
        return CatDtype(tuple(_parse_alternative(part) for part in split(inner, "|")))
    except ValueError as error:
        raise ValueError(f"dtype is '{dtype_str}' but {error}") from error


def _parse_alternative(text: str) -> CatAlternative:
    head, bracket, rest = text.partition("[")
    registry, field = parse_registry_field(head)
    if not bracket:
        return CatAlternative(registry, field)
    inside, tail = split_at_closing_bracket(rest)
    if tail:
        if field is not None or not tail.startswith(".") or not tail[1:].isidentifier():
            raise ValueError(f"{tail!r} follows the brackets of '{registry}'")
        field = tail[1:]
    type_uid = None
    if registry in TYPED_REGISTRIES:
        first, *others = split(inside, ",")
        if "=" not in first:
            type_uid, inside = first.strip(), ",".join(others).strip()
            if not type_uid:
                raise ValueError(f"the brackets of '{registry}' are empty")
    if inside or type_uid is None:
        parse_filter_string(inside)
    if tail and type_uid is None:
        raise ValueError(f"the field {tail!r} of '{registry}' has to come before the filters")
    return CatAlternative(registry, field, type_uid, inside)


def parse_registry_field(text: str) -> tuple[str, str | None]:
    """Split the dotted name of a registry or of one of its fields.

    Parameters
    ----------
    text : str
        `ULabel`, `ULabel.uid`, `bionty.CellType` or `bionty.CellType.ontology_id`.

    Returns
    -------
    tuple
        The registry with its module, and the field or None.

    Raises
    ------
    ValueError
        If it is not such a name.

    Example
    -------
    >>> parse_registry_field("bionty.Gene.ensembl_gene_id")
    ('bionty.Gene', 'ensembl_gene_id')
    """
    parts = text.split(".")
    if not all(part.isidentifier() for part in parts):
        raise ValueError(f"'{text}' is not a registry like 'ULabel' or 'bionty.CellType'")
    # registries are written in upper case, modules and fields in lower case
    n_registry = 1 if parts[0][0].isupper() else 2
    registry, fields = parts[:n_registry], parts[n_registry:]
    if not registry[-1][0].isupper() or len(fields) > 1:
        raise ValueError(f"'{text}' is not a registry like 'ULabel' or 'bionty.CellType'")
    return ".".join(registry), fields[0] if fields else None


# -- dtypes of Python and pandas -----------------------------------------------------------------


def simple_dtype_of(python_type: object) -> str | None:
    """Return the dtype string of a Python type.

    Parameters
    ----------
    python_type : object
        For example `int` or `datetime.date`.

    Returns
    -------
    str or None
        None if it is no Python type with a dtype.

    Example
    -------
    >>> simple_dtype_of(int)
    'int'
    """
    try:
        return _NAMES_BY_TYPE.get(python_type)
    except TypeError:  # not hashable
        return None


def python_type_of(dtype_str: str) -> type | None:
    """Return the Python type of a simple dtype.

    Parameters
    ----------
    dtype_str : str
        One of `SIMPLE_DTYPES`.

    Returns
    -------
    type or None
        None for `path` and `object`.

    Raises
    ------
    KeyError
        If the dtype isn't simple.

    Example
    -------
    >>> python_type_of("num")
    <class 'float'>
    """
    return _PYTHON_TYPES[dtype_str]


_DTYPES_BY_KIND = {"i": "int", "u": "int", "f": "float", "b": "bool", "U": "str", "S": "str"}


def dtype_of_pandas(dtype: Any) -> str:
    """Return the dtype string of a column.

    Parameters
    ----------
    dtype : numpy.dtype or pandas.api.extensions.ExtensionDtype
        Without precision: `int32` gives `int`; object columns count as strings.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is none, say, for a period.

    Example
    -------
    >>> import numpy
    >>> dtype_of_pandas(numpy.dtype("float32"))
    'float'
    """
    name = str(dtype)
    if name == "category" or name.startswith("dictionary<"):
        return "cat[ULabel]"
    if name in ("object", "str") or name.startswith(("string", "large_string")):
        return "str"
    if name.startswith(("date32", "date64")):
        return "date"
    if dtype.kind == "M":
        zone = getattr(getattr(dtype, "pyarrow_dtype", dtype), "tz", None)
        return "datetime64[ns, UTC]" if zone else "datetime"
    if dtype.kind in _DTYPES_BY_KIND:
        return _DTYPES_BY_KIND[dtype.kind]
    raise ValueError(
        f"no dtype for columns of type '{name}': convert the column to one of"
        f" {', '.join(SIMPLE_DTYPES)} or a category"
    )


# -- values --------------------------------------------------------------------------------------


def parse_dict_value(value: Any) -> dict[Any, Any]:
    """Read a dictionary that may be written as JSON or as a Python literal.

    Parameters
    ----------
    value : Any
        A dictionary or a string.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If it is neither.

    Example
    -------
    >>> parse_dict_value('{"a": 1}')
    {'a': 1}
    """
    parsed = _read_literal(value) if isinstance(value, str) else value
    if not isinstance(parsed, dict):
        raise ValueError(f"{value!r} is not a dictionary: pass a dict or JSON like '{{\"a\": 1}}'")
    return parsed


def _read_literal(text: str) -> Any:
    """Value of a JSON text or Python literal, None if it is neither."""
    try:
        return json.loads(text)
    except ValueError:
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return None


def is_dict_value(value: Any) -> bool:
    """Tell whether `parse_dict_value` can read a value.

    Parameters
    ----------
    value : Any
        Anything.

    Returns
    -------
    bool

    Example
    -------
    >>> is_dict_value("{'a': 1}"), is_dict_value([1])
    (True, False)
    """
    try:
        parse_dict_value(value)
    except ValueError:
        return False
    return True


def is_list_of_type(value: Any, expected_type: Any) -> bool:
    """Tell whether a value, or every element of a possibly nested list, has a type.

    Parameters
    ----------
    value : Any
        A value, or an iterable of values.
    expected_type : type or tuple of types
        As for `isinstance`.

    Returns
    -------
    bool

    Example
    -------
    >>> is_list_of_type([1, [2, 3]], int), is_list_of_type([1, "a"], int)
    (True, False)
    """
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict)):
        return all(is_list_of_type(item, expected_type) for item in value)
    return isinstance(value, expected_type)


def is_valid_datetime_str(date_string: str) -> bool | str:
    """Normalise an ISO date or datetime.

    Parameters
    ----------
    date_string : str
        Any text.

    Returns
    -------
    str or bool
        ISO format with offset (UTC if it had none), or False if it is not in ISO format.

    Example
    -------
    >>> is_valid_datetime_str("2026-03-15T20:52:06Z"), is_valid_datetime_str("tomorrow")
    ('2026-03-15T20:52:06+00:00', False)
    """
    try:
        return parse_datetime(date_string).isoformat()
    except ValueError:
        return False


def is_iterable_of_sqlrecord(value: Any) -> bool:
    """Tell whether a value is a collection of records, judged by its first element.

    Parameters
    ----------
    value : Any
        Anything; a one-shot iterator is not touched.

    Returns
    -------
    bool

    Example
    -------
    >>> is_iterable_of_sqlrecord(["a"])
    False
    """
    if isinstance(value, (str, bytes, dict, Iterator)) or not isinstance(value, Iterable):
        return False
    first = next(iter(value), None)
    return hasattr(type(first), "_meta")
