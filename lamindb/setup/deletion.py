"""`delete`: remove an instance, refused while its storage holds artifacts."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from lamindb.base.log import logger
from lamindb.base.prompts import confirm
from lamindb.errors import (
    InstanceNotFoundError,
    SettingsEnvFileOutdated,
    StorageNotEmpty,
)
from lamindb.setup import cache_dir, database, dev_dir, files, storage_marker
from lamindb.setup.connection import get_owner_name_from_identifier, not_known
from lamindb.setup.instance import InstanceSettings, find_instance, placeholder, read_instance
from lamindb.setup.session import settings
from lamindb.setup.storage_marker import DATABASE_NAME, FOLDER, LOCKS, UNKNOWN_INSTANCE, is_local

LISTED = 10
"""Objects that an error message lists."""


def delete(slug: str, force: bool = False, require_empty: bool = True) -> int | None:
    """Delete an instance: its SQLite file, its storage marker and its settings.

    Files outside of `.lamindb/` are never touched, and neither are Postgres databases.

    Parameters
    ----------
    slug : str
        `owner/name`, `name` or URL.
    force : bool
        Whether to skip the question.
    require_empty : bool
        Whether to refuse if the storage still holds artifacts.

    Returns
    -------
    int or None
        -1 if the question was answered with no.

    Raises
    ------
    InstanceNotFoundError
        If the instance isn't known on this machine.
    StorageNotEmpty
        If the storage holds artifacts; nothing has been changed.
    OSError
        If the storage can't be reached; pass `require_empty=False` to remove the settings alone.

    Example
    -------
    >>> delete("anonymous/lamindb-tutorial", force=True)
    → deleted instance anonymous/lamindb-tutorial
    """
    owner, name = get_owner_name_from_identifier(slug)
    instance = find_instance(owner, name)
    if instance is None:
        raise InstanceNotFoundError(not_known(f"{owner}/{name}"))
    if instance.dialect == "postgresql":
        logger.warning(
            f"delete() does not yet affect your Postgres database at {instance.masked_db}"
        )
    if not force and not confirm(
        f"Are you sure you want to delete instance {instance.slug}?",
        otherwise="Pass force=True, or lamin delete --force.",
    ):
        return -1
    _check_is_empty(instance, require_empty)
    if settings.instance.slug == instance.slug:
        settings.switch_to(placeholder())
    try:
        _remove_storage(instance)
    except OSError as error:
        if require_empty:
            raise
        logger.warning(f"cannot clean up the storage location: {error}")
    _remove_settings(instance)
    logger.important(f"deleted instance {instance.slug}")
    return None


def _check_is_empty(instance: InstanceSettings, require_empty: bool) -> None:
    try:
        found = storage_marker.objects_in(instance.storage.root_as_str)
    except OSError:
        if require_empty:
            raise
        return
    if not found:
        return
    listed = ", ".join(found[:LISTED])
    more = f", and {len(found) - LISTED} more" if len(found) > LISTED else ""
    text = (
        f"Storage location {instance.storage.root_as_str} contains {len(found)} objects"
        f" ({listed}{more}): delete them prior to deleting the storage location"
    )
    if require_empty:
        raise StorageNotEmpty(text)
    logger.warning(text)


def _remove_storage(instance: InstanceSettings) -> None:
    """Remove our own files below the root, then the folders that are empty."""
    root = instance.storage.root_as_str
    marker = storage_marker.read_marker(root)
    if marker is not None and marker.instance_uid not in (instance.uid, UNKNOWN_INSTANCE):
        return  # another instance has taken the folder over
    folder = Path(root) / FOLDER
    if is_local(root):
        if instance.dialect == "sqlite":
            database.remove_sqlite_file(folder / DATABASE_NAME)
            for leftover in folder.glob(f".{DATABASE_NAME}.*"):
                leftover.unlink()
        shutil.rmtree(folder / LOCKS, ignore_errors=True)
    storage_marker.remove_marker(root)
    if is_local(root):
        with contextlib.suppress(OSError):
            Path(root).rmdir()


def _remove_settings(instance: InstanceSettings) -> None:
    """Remove the settings file, and what selects the instance."""
    instance.file.unlink(missing_ok=True)
    for kind in ("branch", "space"):
        name = f"current-{kind}--{instance.owner}--{instance.name}.txt"
        (files.settings_dir() / name).unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError, SettingsEnvFileOutdated):
        if read_instance(files.current_instance_file()).slug == instance.slug:
            files.current_instance_file().unlink()
    for marker in dev_dir.markers_above():
        if dev_dir.read_slug(marker) == instance.slug:
            dev_dir.remove_marker(marker)
    if instance.storage.type_is_cloud:
        key = instance.storage.root_as_str.partition("://")[2].partition("?")[0]
        shutil.rmtree(cache_dir.cache_path() / key, ignore_errors=True)
