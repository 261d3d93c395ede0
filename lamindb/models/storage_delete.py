"""Deleting storage locations: the row and the marker file, never anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lamindb.base.log import logger
from lamindb.errors import StorageNotEmpty
from lamindb.setup.session import settings
from lamindb.setup.session_settings import settings as session_settings
from lamindb.setup.storage_marker import objects_in, remove_marker

from .deletion import database_of, delete_row

if TYPE_CHECKING:
    from .deletion import Deleted
    from .storage import Storage

N_SHOWN = 10
"""Remaining objects that an error lists."""


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
    OSError
        The store can't be reached, or refuses.
    """
    if storage._state.adding:
        logger.warning("record is not yet saved, delete has no effect")
        return None
    if permanent is False:
        raise ValueError("Storage has no trash: pass permanent=True to delete for good")
    if storage.artifacts.exists():
        raise AssertionError("Cannot delete storage with artifacts in current instance.")
    if storage.root in session_settings.roots_in_use():
        raise AssertionError("Cannot delete the current storage location, switch to another.")
    if storage.instance_uid != settings.instance.uid:
        return delete_row(storage)
    root = storage.root
    check_empty(root)
    with transaction.atomic(using=database_of(storage)):
        deleted = delete_row(storage)
        remove_marker(root)
    return deleted


def check_empty(root: str) -> None:
    """Refuse to give up a location that still holds objects."""
    left = objects_in(root)
    if left:
        shown = "\n".join(left[:N_SHOWN]) + ("\n…" if len(left) > N_SHOWN else "")
        raise StorageNotEmpty(
            f"Cannot delete storage location {root}: {len(left)} objects are left in it, delete "
            f"them first:\n{shown}"
        )
