"""Old public path of what lives in `lamindb.storage`: names only."""

from __future__ import annotations

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.core.storage import objects, paths
from lamindb.core.storage.paths import LocalPathClasses, delete_storage
from lamindb.storage.formats import infer_suffix, write_to_disk
from lamindb.storage.paths import UPath, infer_filesystem
from lamindb.storage.valid_suffixes import VALID_SUFFIXES

__all__ = [
    "VALID_SUFFIXES",
    "CanonicalSuffix",
    "LocalPathClasses",
    "UPath",
    "delete_storage",
    "infer_filesystem",
    "infer_suffix",
    "objects",
    "paths",
    "write_to_disk",
]
