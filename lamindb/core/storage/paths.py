"""Old public path of what `lamindb.storage` and artifacts offer: thin functions."""

from __future__ import annotations

from lamindb.setup.storage_root import StorageSettings
from lamindb.storage.atomic import copy_into_place
from lamindb.storage.layout import AUTO_KEY_PREFIX, auto_key, is_inside, join
from lamindb.storage.paths import LocalPathClasses, create_path, delete_storage
from lamindb.storage.stores import is_cloud, url_of
from lamindb.storage.transfer import upload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from upath import UPath

    from lamindb.base.types import AnyPathStr
    from lamindb.models import Artifact

__all__ = [
    "AUTO_KEY_PREFIX",
    "LocalPathClasses",
    "attempt_accessing_path",
    "auto_storage_key_from_artifact",
    "auto_storage_key_from_artifact_uid",
    "check_path_is_child_of_root",
    "delete_storage",
    "delete_storage_using",
    "filepath_from_artifact",
    "store_file_or_folder",
]


def auto_storage_key_from_artifact(artifact: Artifact) -> str:
    """Return the key below the storage root that an artifact with a virtual key is stored under."""
    return auto_key(artifact.uid, artifact.suffix, bool(artifact._overwrite_versions))


def auto_storage_key_from_artifact_uid(uid: str, suffix: str, overwrite_versions: bool) -> str:
    """Return the key below the storage root of an artifact with this uid and suffix."""
    return auto_key(uid, suffix, overwrite_versions)


def check_path_is_child_of_root(path: AnyPathStr, root: AnyPathStr) -> bool:
    """Whether a path lies inside of a root: same store, and below it."""
    return is_inside(url_of(path), url_of(root))


def attempt_accessing_path(
    artifact: Artifact, storage_key: str, using: str | None = None, access_token: str | None = None
) -> tuple[UPath, StorageSettings]:
    """Return the path of a key in the storage location of an artifact, and the location.

    `using` and `access_token` are accepted for compatibility; the artifact knows its database.
    """
    storage = artifact.storage
    settings = StorageSettings(storage.root, region=storage.region, uid=storage.uid)
    return create_path(join(storage.root, storage_key)), settings


def filepath_from_artifact(
    artifact: Artifact, using: str | None = None
) -> tuple[UPath, StorageSettings | None]:
    """Return the path of an artifact, and its storage location; None before it is saved."""
    if artifact._state.adding:
        return artifact.path, None
    return artifact.path, attempt_accessing_path(artifact, "")[1]


def store_file_or_folder(
    local_path: AnyPathStr, storage_path: UPath, print_progress: bool = True, **kwargs: Any
) -> None:
    """Copy a local file or folder to a path of any storage, where it appears complete."""
    if is_cloud(storage_path):
        upload(url_of(local_path), url_of(storage_path), print_progress=print_progress, **kwargs)
    else:
        copy_into_place(url_of(local_path), url_of(storage_path))


def delete_storage_using(
    artifact: Artifact,
    storage_key: str,
    raise_file_not_found_error: bool = True,
    using: str | None = None,
) -> None:
    """Delete what lies under a key in the storage location of an artifact."""
    path = attempt_accessing_path(artifact, storage_key, using)[0]
    delete_storage(path, raise_file_not_found_error=raise_file_not_found_error)
