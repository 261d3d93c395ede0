"""What a data package offers, and how it is found without importing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from .keys import SourceKey

__all__ = ["PackageTable", "package_folder", "package_release"]


@dataclass(frozen=True)
class PackageTable:
    """The table of one version of a source in an installed package.

    Parameters
    ----------
    key : SourceKey
        What it is the table of; `provider` is the name of the package.
    release : str
        Version of the package.
    make : callable, optional
        Makes the table.
    parquet : pathlib.Path, optional
        File of the table, if the package has it in our layout.
    only : str, optional
        What the table has, if the source publishes more than that.
    is_slow : bool
        Whether it takes long to make.

    Examples
    --------
    >>> PackageTable(SourceKey("CellType", "all", "cl", "1"), "1.0").only is None
    True
    """

    key: SourceKey
    release: str
    make: Callable[[], pa.Table] = field(default=lambda: None, compare=False)
    parquet: Path | None = None
    only: str | None = None
    is_slow: bool = False


def package_folder(module: str) -> Path | None:
    """Folder of an installed package, without importing it.

    Examples
    --------
    >>> package_folder("no_such_package") is None
    True
    """
    spec = find_spec(module)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def package_release(distribution: str) -> str:
    """Version of an installed distribution.

    Examples
    --------
    >>> package_release("no-such-package")
    'unknown'
    """
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
