"""Old import path of paths."""

from __future__ import annotations

from lamindb.base.hashing import HASH_LENGTH
from lamindb.storage.path_members import (
    cache,
    download_to,
    modified,
    to_url,
    upload_from,
    view_tree,
)
from lamindb.storage.paths import UPath, create_path

__all__ = [
    "HASH_LENGTH",
    "UPath",
    "cache",
    "create_path",
    "download_to",
    "modified",
    "to_url",
    "upload_from",
    "view_tree",
]
