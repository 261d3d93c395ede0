"""Constructing and saving storage locations: the row and the marker file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.urls import protocol_of
from lamindb.errors import FieldValidationError, InvalidArgument
from lamindb.setup.filesystems import bucket_region
from lamindb.setup.rollback import Rollback
from lamindb.setup.session import settings
from lamindb.setup.storage_marker import (
    NEVER_MANAGED,
    StorageMarker,
    create_marker,
    find_marker,
    is_cut_off,
    is_local,
    marker_place,
    marker_text,
    rename_legacy_marker,
    replace_marker,
)
from lamindb.setup.storage_root import normalized_root, why_unusable

from .construction import (
    check_keywords,
    check_lengths,
    check_uid_length,
    fill_branch_and_space,
    update_fields,
)
from .exact import select
from .initialization import become, initialize
from .saving import save_record

if TYPE_CHECKING:
    from .storage import Storage

KEYWORDS = ("root", "description", "space", "host")


def construct_storage(storage: Storage, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of `Storage`; writes nothing.

    Raises
    ------
    ValueError
        More than one positional argument, `host` for a location in the cloud, or a root that
        cannot be a storage location.
    FieldValidationError
        Unknown keywords, no root, text that is too long.
    TypeError
        The root is no path.
    NotADirectoryError
        The root is a file.
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
    root = normalized_root(checked_root(kwargs["root"]))
    host = kwargs.pop("host", None)
    if host is not None:
        if not is_local(root):
            raise ValueError(f"host is for local storage locations only, not for {root}")
        kwargs["region"] = host
    found = select(registry, ("id",), {"root": root})
    if found:
        become(storage, registry.objects.get(pk=found[0][0]))
        update_fields(storage, {"description": kwargs.get("description")})
        return
    if is_local(root) and os.path.isfile(root):
        raise NotADirectoryError(f"{root} is a file: pass a folder as the root of storage")
    kwargs["branch_id"] = 1  # on any branch, artifacts of all branches may be in it
    kwargs.pop("branch", None)
    fill_branch_and_space(registry, kwargs)
    initialize(storage, {**kwargs, "root": root, "type": protocol_of(root)})
    check_lengths(storage)


def checked_root(root: Any) -> Any:
    """Refuse what is no path."""
    if not isinstance(root, (str, os.PathLike)) and not hasattr(root, "protocol"):
        raise TypeError(f"root has to be a string, Path or UPath, not {root!r}")
    return root


# -- saving


def save_storage(storage: Storage, **kwargs: Any) -> None:
    """Write the row; a new location is marked, or referenced if it is not ours to manage.

    Raises
    ------
    InvalidArgument
        The marker file says that this is another registered location that was moved or copied.
    FileNotFoundError
        The bucket does not exist.
    OSError
        The store can't be reached.
    """
    if not storage._state.adding:
        save_record(storage, **kwargs)
        return
    check_lengths(storage)
    is_reference = storage._is_reference
    with Rollback() as changes:
        created = not is_reference and take_marker(storage, changes)
        if storage.region is None:
            storage.region = bucket_region(storage.root)
        uid = storage.uid
        inserted = save_record(storage, **kwargs)
    if created and storage.uid != uid:  # another process has written the row
        replace_marker(storage.root, text_of_marker(storage))
    if inserted:
        say_who_manages(storage, created=created, is_reference=is_reference)


def take_marker(storage: Storage, changes: Rollback) -> bool:
    """Take uid and managing instance from the marker file, which is written if there is none.

    Returns
    -------
    True if the file was written.
    """
    root = storage.root
    instance_uid = settings.instance.uid
    marker, _ = find_marker(root)
    if is_cut_off(marker, instance_uid) and protocol_of(root) not in NEVER_MANAGED:
        if write_marker(storage, changes):
            storage.instance_uid = instance_uid
            return True
        marker, _ = find_marker(root)  # perhaps another process was faster
    if marker is not None and marker.is_legacy:
        rename_legacy_marker(root)
    adopt(storage, marker)
    return False


def adopt(storage: Storage, marker: StorageMarker | None) -> None:
    """Take over what a marker file says."""
    if marker is None:
        storage.instance_uid = None
        return
    check_not_moved(storage, marker)
    storage.uid = marker.uid or storage.uid
    storage.instance_uid = marker.instance_uid


def write_marker(storage: Storage, changes: Rollback) -> bool:
    """Write the marker file; False if that is impossible or another process was faster."""
    root = storage.root
    problem = why_unusable(root)
    if problem is None:
        try:
            return create_marker(root, text_of_marker(storage), changes)
        except (ConnectionError, TimeoutError):
            raise
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"Cannot create a storage location in {root}: {error}. Create the bucket first"
            ) from error
        except OSError as error:
            problem = str(error)
    logger.important(
        f"due to lack of write access, LaminDB won't manage this storage location: {root}"
    )
    logger.important_hint(problem)
    return False


def text_of_marker(storage: Storage) -> str:
    """Text of the marker file of a location that this instance manages."""
    return marker_text(storage.uid, settings.instance.slug, settings.instance._id)


def check_not_moved(storage: Storage, marker: StorageMarker) -> None:
    """Refuse a folder whose marker belongs to a row with another root."""
    if not marker.uid:
        return
    found = select(type(storage), ("root",), {"uid": marker.uid})
    if found and found[0][0] != storage.root:
        raise InvalidArgument(
            f"{marker_place(storage.root)} says that this is the storage location {marker.uid}, "
            f"which is registered with root {found[0][0]}. If you moved it, set the root of "
            f"ln.Storage.get('{marker.uid}') and save; if you copied it, remove that file."
        )


def say_who_manages(storage: Storage, *, created: bool, is_reference: bool) -> None:
    """Log what became of a new location."""
    if storage.instance_uid == settings.instance.uid:
        verb = "created" if created else "registered"
        logger.important(f"{verb} managed storage location at {storage.root}")
        return
    message = f"referenced read-only storage location at {storage.root}"
    if storage.instance_uid is None:
        logger.important(message)
        return
    if not is_reference:
        logger.warning(f"storage location {storage.root} is already marked with uid {storage.uid}")
    logger.important(f"{message}, is managed by instance with uid {storage.instance_uid}")
