"""Old public path of what lives in `lamindb.storage`: names only."""

from __future__ import annotations

from lamindb.storage.layout import AUTO_KEY_PREFIX
from lamindb.storage.layout import auto_key as auto_storage_key_from_artifact_uid
from lamindb.storage.layout import is_inside as check_path_is_child_of_root
from lamindb.storage.paths import LocalPathClasses, delete_storage

__all__ = [
    "AUTO_KEY_PREFIX",
    "LocalPathClasses",
    "auto_storage_key_from_artifact_uid",
    "check_path_is_child_of_root",
    "delete_storage",
]
