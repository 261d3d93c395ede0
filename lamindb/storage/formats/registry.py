"""Which format reads and writes which suffix: a table of names, resolved on first use."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from lamindb.base.log import logger
from lamindb.base.suffixes import CanonicalSuffix
from lamindb.storage.abc import Format
from lamindb.storage.layout import without_query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from pathlib import PurePath
    from typing import Any

    from upath import UPath

__all__ = [
    "ENTRY_POINT_GROUP",
    "accepting_plugin",
    "find_format",
    "find_plugin",
    "register_format",
    "suffix_of",
    "supported_suffixes",
]

ENTRY_POINT_GROUP = "lamindb.formats"

_FAMILIES = "lamindb.storage.formats"
_BUILT_IN = {
    ".csv": "tables:Csv",
    ".csv.gz": "tables:Csv",
    ".csv.tar.gz": "tables:Csv",
    ".tsv": "tables:Tsv",
    ".tsv.gz": "tables:Tsv",
    ".tsv.tar.gz": "tables:Tsv",
    ".h5ad": "anndata:H5ad",
    ".h5ad.gz": "anndata:H5ad",
    ".h5ad.tar.gz": "anndata:H5ad",
    ".parquet": "tables:Parquet",
    ".fcs": "bio:Fcs",
    ".zarr": "zarr:Zarr",
    ".anndata.zarr": "zarr:Zarr",
    ".html": "media:Html",
    ".json": "text:Json",
    ".vitessce.json": "text:Json",
    ".yaml": "text:Yaml",
    ".yml": "text:Yaml",
    ".h5mu": "mudata:H5mu",
    ".gif": "media:Image",
    ".jpg": "media:Image",
    ".jpeg": "media:Image",
    ".png": "media:Image",
    ".svg": "media:Svg",
    ".rds": "bio:Rds",
    ".txt": "text:Text",
    ".fasta": "text:Text",
}
_registered: dict[str, type[Format]] = {}


def register_format(format_class: type[Format]) -> None:
    """Add a format for this process; it takes precedence over any other one for its suffixes.

    Packages use an entry point instead, see `lamindb.storage.abc.Format`.

    Parameters
    ----------
    format_class : type
        A subclass of `Format`.

    Raises
    ------
    TypeError
        If it is no subclass of `Format`.
    ValueError
        If it has no suffixes, or one that doesn't start with a dot.

    Example
    -------
    >>> register_format(MyFormat)  # doctest: +SKIP
    """
    _check(format_class)
    for suffix in format_class.suffixes:
        _make_canonical(suffix)
        _registered[suffix] = format_class


def _check(format_class: type[Format]) -> None:
    if not (isinstance(format_class, type) and issubclass(format_class, Format)):
        raise TypeError(f"{format_class!r} has to be a subclass of lamindb.storage.abc.Format")
    suffixes = getattr(format_class, "suffixes", ())
    if not suffixes or not all(suffix.startswith(".") for suffix in suffixes):
        raise ValueError(
            f"{format_class.__name__}.suffixes is {suffixes!r}: list at least one suffix, each"
            " starting with a dot"
        )


def suffix_of(path: str | PurePath | UPath) -> tuple[CanonicalSuffix, str]:
    """Return the canonical and the raw suffix of a path, also of formats in installed packages.

    Parameters
    ----------
    path : str or path
        A path, a key, or a URL, also with options.

    Returns
    -------
    tuple
        The canonical suffix, `""` if unknown, and the raw one.

    Example
    -------
    >>> suffix_of("counts.h5ad")
    ('.h5ad', '.h5ad')
    >>> suffix_of("s3://bucket/counts.csv?endpoint_url=http://localhost:9000")
    ('.csv', '.csv')
    """
    name = without_query(path) if isinstance(path, str) else path
    canonical, raw = CanonicalSuffix.extract_from_path(name)
    if raw and not canonical and _entry_points():
        canonical, raw = CanonicalSuffix.extract_from_path(name)
    return canonical, raw


def find_format(suffix: str) -> Format | None:
    """Return the format of a canonical suffix.

    Parameters
    ----------
    suffix : str
        With its dot.

    Returns
    -------
    Format or None
        None if no format reads such files.

    Example
    -------
    >>> find_format(".json").suffixes
    ('.json', '.vitessce.json')
    """
    if suffix in _BUILT_IN and suffix not in _registered:
        module, _, name = _BUILT_IN[suffix].partition(":")
        return _instance(getattr(import_module(f"{_FAMILIES}.{module}"), name))
    return find_plugin(suffix)


def find_plugin(suffix: str) -> Format | None:
    """Return the format that another package, or the user, added for a canonical suffix.

    Parameters
    ----------
    suffix : str
        With its dot.

    Returns
    -------
    Format or None
        None if there is none, or if it is broken, which a warning says once.

    Example
    -------
    >>> find_plugin(".parquet") is None
    True
    """
    if suffix in _registered:
        return _instance(_registered[suffix])
    entry_point = _entry_points().get(suffix) if suffix and suffix not in _BUILT_IN else None
    return None if entry_point is None else _load(entry_point)


def accepting_plugin(obj: Any) -> Format | None:
    """Return the first format of another package, or of the user, that writes such an object.

    Parameters
    ----------
    obj : Any
        An object in memory.

    Returns
    -------
    Format or None

    Example
    -------
    >>> accepting_plugin("text") is None
    True
    """
    for suffix in {**_registered, **_entry_points()}:
        plugin = find_plugin(suffix)
        if plugin is not None and _accepts(plugin, obj):
            return plugin
    return None


def supported_suffixes() -> list[str]:
    """Return all suffixes that a format exists for.

    Returns
    -------
    list of str

    Example
    -------
    >>> ".parquet" in supported_suffixes()
    True
    """
    return list({**_BUILT_IN, **_entry_points(), **_registered})


def _accepts(plugin: Format, obj: Any) -> bool:
    try:
        return plugin.accepts(obj)
    except Exception as error:  # of foreign code, which must not break what it has no part in
        _warn_once(f"format {type(plugin).__qualname__} of {type(plugin).__module__}", repr(error))
        return False


@cache
def _load(entry_point: EntryPoint) -> Format | None:
    """Format of an installed package, None with a warning if it can't be used."""
    suffix = f".{entry_point.name}"
    try:
        format_class = entry_point.load()
        _check(format_class)
        if suffix not in format_class.suffixes:
            raise ValueError(f"{format_class.__name__}.suffixes lacks {suffix!r}")
        return _instance(format_class)
    except Exception as error:  # of foreign code, which must not break what it has no part in
        package = entry_point.dist.name if entry_point.dist else entry_point.module
        _warn_once(f"format {suffix!r} of package {package!r}", repr(error))
        return None


@cache
def _warn_once(what: str, problem: str) -> None:
    logger.warning(f"ignoring {what}: {problem}. Update or uninstall the package.")


@cache
def _instance(format_class: type[Format]) -> Format:
    return format_class()


@cache
def _entry_points() -> dict[str, EntryPoint]:
    """Formats of installed packages by suffix, made known as canonical suffixes."""
    from importlib.metadata import entry_points

    found = {f".{point.name}": point for point in entry_points(group=ENTRY_POINT_GROUP)}
    for suffix in found:
        _make_canonical(suffix)
    return found


def _make_canonical(suffix: str) -> None:
    is_simple = suffix.count(".") == 1
    formats = CanonicalSuffix.simple_formats if is_simple else CanonicalSuffix.composite_formats
    if CanonicalSuffix.from_path(f"name{suffix}") != suffix:
        formats.add(suffix)
