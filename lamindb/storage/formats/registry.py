"""Which format reads and writes which suffix: a table of names, resolved on first use."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.storage.abc import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from pathlib import PurePath

    from upath import UPath

__all__ = [
    "ENTRY_POINT_GROUP",
    "find_format",
    "register_format",
    "suffix_of",
    "supported_suffixes",
    "third_party_formats",
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
    """Add a format for this process; it takes precedence over an earlier one for its suffixes.

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
    if not (isinstance(format_class, type) and issubclass(format_class, Format)):
        raise TypeError(f"{format_class!r} has to be a subclass of lamindb.storage.abc.Format")
    suffixes = getattr(format_class, "suffixes", ())
    if not suffixes or not all(suffix.startswith(".") for suffix in suffixes):
        raise ValueError(
            f"{format_class.__name__}.suffixes is {suffixes!r}: list at least one suffix, each"
            " starting with a dot"
        )
    for suffix in suffixes:
        _make_canonical(suffix)
        _registered[suffix] = format_class


def suffix_of(path: str | PurePath | UPath) -> tuple[CanonicalSuffix, str]:
    """Return the canonical and the raw suffix of a path, also of formats in installed packages.

    Parameters
    ----------
    path : str or path
        A path or key.

    Returns
    -------
    tuple
        The canonical suffix, `""` if unknown, and the raw one.

    Example
    -------
    >>> suffix_of("counts.h5ad")
    ('.h5ad', '.h5ad')
    """
    canonical, raw = CanonicalSuffix.extract_from_path(path)
    if raw and not canonical and _entry_points():
        canonical, raw = CanonicalSuffix.extract_from_path(path)
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
    if suffix in _registered:
        return _instance(_registered[suffix])
    if suffix in _BUILT_IN:
        module, _, name = _BUILT_IN[suffix].partition(":")
        return _instance(getattr(import_module(f"{_FAMILIES}.{module}"), name))
    entry_point = _entry_points().get(suffix) if suffix else None
    if entry_point is None:
        return None
    register_format(entry_point.load())
    return _instance(_registered[suffix])


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


def third_party_formats() -> list[Format]:
    """Return the formats that other packages added.

    Returns
    -------
    list of Format

    Example
    -------
    >>> third_party_formats()
    []
    """
    formats = [find_format(suffix) for suffix in {**_entry_points(), **_registered}]
    return [one for one in dict.fromkeys(formats) if one is not None]


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
