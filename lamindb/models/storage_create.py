"""Constructing, saving and deleting storage locations: the row and the marker file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb.base.log import logger
from lamindb.errors import FieldValidationError, InvalidArgument, StorageNotEmpty
from lamindb.setup.rollback import Rollback
from lamindb.setup.session import settings
from lamindb.setup.storage_root import (
    FOLDER,
    StorageMarker,
    marker_file,
    marker_text,
    normalized_root,
    protocol_of,
    read_marker,
    rename_legacy_marker,
    why_unusable,
)

from .construction import (
    check_keywords,
    check_lengths,
    check_uid_length,
    fill_branch_and_space,
    update_fields,
)
from .deletion import database_of, delete_row
from .exact import select
from .initialization import become, initialize
from .saving import save_record

if TYPE_CHECKING:
    from .deletion import Deleted
    from .storage import Storage

KEYWORDS = ("root", "description", "space", "host")
N_SHOWN = 10
"""Remaining objects that an error lists."""


def construct_storage(storage: Storage, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of `Storage`; writes nothing.

    Raises
    ------
    ValueError
        More than one positional argument, `host` for a location in the cloud, or a root that
        cannot be a storage location.
    FieldValidationError
        Unknown keywords, no root, text that is too long.
    """
    registry = type(storage)
    if len(args) > 1:
        raise ValueError("Only one non-keyword arg allowed: root")
    if args:
        kwargs = {"root": args[0], **kwargs}
    check_keywords(registry, (), kwargs)
    check_uid_length(registry, kwargs)
    if not kwargs.get("root"):
        raise FieldValidationError("['root'] are required.")
    root = normalized_root(kwargs["root"])
    host = kwargs.pop("host", None)
    if host is not None:
        if protocol_of(root) != "local":
            raise ValueError(f"host is for local storage locations only, not for {root}")
        kwargs["region"] = host
    found = select(registry, ("id",), {"root": root})
    if found:
        become(storage, registry.objects.get(pk=found[0][0]))
        update_fields(storage, {"description": kwargs.get("description")})
        return
    kwargs["branch_id"] = 1  # on any branch, artifacts of all branches may be in it
    kwargs.pop("branch", None)
    fill_branch_and_space(registry, kwargs)
    initialize(storage, {**kwargs, "root": root, "type": protocol_of(root)})
    check_lengths(storage)


# -- saving


def save_storage(storage: Storage, **kwargs: Any) -> None:
    """Write the row; a new local location is marked, or referenced if others manage it.

    Raises
    ------
    NotImplementedError
        A new location in the cloud.
    InvalidArgument
        The marker file says that this is another registered location that was moved or copied.
    """
    if not storage._state.adding:
        save_record(storage, **kwargs)
        return
    if storage.type != "local":
        raise NotImplementedError(
            f"Cannot register {storage.root}: this version manages local storage locations only"
        )
    check_lengths(storage)
    with Rollback() as changes:
        created = take_marker(storage, changes)
        save_record(storage, **kwargs)
    say_who_manages(storage, created=created)


def take_marker(storage: Storage, changes: Rollback) -> bool:
    """Take uid and managing instance from the marker file, which is written if there is none.

    Returns
    -------
    True if the file was written.
    """
    root = storage.root
    created = False
    rename_legacy_marker(root)
    marker = read_marker(root)
    if marker is None:
        created = write_marker(storage, changes)
        marker = read_marker(root)
    if marker is None:
        storage.instance_uid = None
        return False
    check_not_moved(storage, marker)
    storage.uid = marker.uid
    storage.instance_uid = marker.instance_uid
    return created


def write_marker(storage: Storage, changes: Rollback) -> bool:
    """Write the marker file; False if that is impossible or another process was faster."""
    problem = why_unusable(storage.root)
    if problem is None:
        instance = settings.instance
        text = marker_text(storage.uid, instance.slug, instance._id)
        try:
            return changes.create_text(marker_file(storage.root), text)
        except OSError as error:
            problem = str(error)
    logger.important(
        "due to lack of write access, LaminDB won't manage this storage location: "
        f"{storage.root} ({problem})"
    )
    return False


def check_not_moved(storage: Storage, marker: StorageMarker) -> None:
    """Refuse a folder whose marker belongs to a row with another root."""
    found = select(type(storage), ("root",), {"uid": marker.uid})
    if found and found[0][0] != storage.root:
        raise InvalidArgument(
            f"{marker_file(storage.root)} says that this is the storage location {marker.uid}, "
            f"which is registered with root {found[0][0]}. If you moved it, set the root of "
            f"ln.Storage.get('{marker.uid}') and save; if you copied it, remove that file."
        )


def say_who_manages(storage: Storage, *, created: bool) -> None:
    """Log what became of a new location."""
    if storage.instance_uid == settings.instance.uid:
        verb = "created" if created else "registered"
        logger.important(f"{verb} managed storage location at {storage.root}")
        return
    message = f"referenced read-only storage location at {storage.root}"
    if storage.instance_uid is None:
        logger.important(message)
        return
    logger.warning(f"storage location {storage.root} is already marked with uid {storage.uid}")
    logger.important(f"{message}, is managed by instance with uid {storage.instance_uid}")


# -- deleting


def delete_storage(storage: Storage, permanent: bool | None) -> Deleted | None:
    """Delete the row and, if this instance manages the location, its marker file.

    Raises
    ------
    ValueError
        `permanent=False`: storage locations cannot be trashed.
    AssertionError
        Artifacts are in it, or it is the current or the default location.
    StorageNotEmpty
        Files remain in its `.lamindb` folder.
    """
    if storage._state.adding:
        logger.warning("record is not yet saved, delete has no effect")
        return None
    if permanent is False:
        raise ValueError("Storage has no trash: pass permanent=True to delete for good")
    if storage.artifacts.exists():
        raise AssertionError("Cannot delete storage with artifacts in current instance.")
    if storage.root in {settings.storage.root_as_str, settings.instance.storage.root_as_str}:
        raise AssertionError("Cannot delete the current storage location, switch to another.")
    if storage.type != "local" or storage.instance_uid != settings.instance.uid:
        return delete_row(storage)
    check_empty(storage.root)
    root = storage.root
    with transaction.atomic(using=database_of(storage)):
        deleted = delete_row(storage)
        remove_marker(root)
    return deleted


def check_empty(root: str) -> None:
    """Refuse to give up a location that still holds objects."""
    folder = Path(root) / FOLDER
    marker = marker_file(root)
    left = sorted(str(path) for path in folder.rglob("*") if path.is_file() and path != marker)
    if left:
        shown = "\n".join(left[:N_SHOWN]) + ("\n…" if len(left) > N_SHOWN else "")
        raise StorageNotEmpty(
            f"Cannot delete storage location {root}: {len(left)} objects are left in it, delete "
            f"them first:\n{shown}"
        )


def remove_marker(root: str) -> None:
    """Remove the marker file, and its folder if that is empty."""
    marker = marker_file(root)
    marker.unlink(missing_ok=True)
    for folder in sorted((p for p in marker.parent.rglob("*") if p.is_dir()), reverse=True):
        folder.rmdir()
    if marker.parent.exists():
        marker.parent.rmdir()
