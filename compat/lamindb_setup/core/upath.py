"""Old import path of paths."""

from __future__ import annotations

from lamindb.base.hashing import HASH_LENGTH
from lamindb.storage.path_members import (
    cache,
    download_to,
    modified,
    synchronize_to,
    to_url,
    upload_from,
    view_tree,
)
from lamindb.storage.paths import (
    LocalPathClasses,
    S3QueryPath,
    UPath,
    create_path,
    from_auth,
    infer_filesystem,
)
from lamindb.storage.stores import region_of as get_storage_region

__all__ = [
    "HASH_LENGTH",
    "LocalPathClasses",
    "S3QueryPath",
    "UPath",
    "cache",
    "create_path",
    "download_to",
    "from_auth",
    "get_storage_region",
    "infer_filesystem",
    "modified",
    "synchronize_to",
    "to_url",
    "upload_from",
    "view_tree",
]
