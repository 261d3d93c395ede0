"""Instances that were made elsewhere, recognised by their storage root or their database."""

from __future__ import annotations

import sqlite3

from lamindb.base import ids
from lamindb.base.log import logger
from lamindb.errors import InstanceNotFoundError
from lamindb.setup import database
from lamindb.setup.instance import InstanceSettings, find_instance, sqlite_file
from lamindb.setup.module_packages import CORE
from lamindb.setup.schema_scripts import recorded_modules
from lamindb.setup.slugs import last_segment
from lamindb.setup.storage_marker import (
    StorageMarker,
    is_local,
    read_marker,
    rename_legacy_marker,
)
from lamindb.setup.storage_root import StorageSettings, normalized_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lamindb.base.types import AnyPathStr
    from lamindb.setup.database import Cursor


class StorageRow:
    """First storage location that an instance manages, as its database has it."""

    def __init__(self, row: tuple[str, str, str | None, str, str]) -> None:
        self.uid, self.root, self.region, self.instance_uid, self.creator = row


def instance_at_location(location: AnyPathStr) -> InstanceSettings:
    """Find the instance whose SQLite file is below a storage root.

    Parameters
    ----------
    location : str or path
        The storage root.

    Returns
    -------
    InstanceSettings

    Raises
    ------
    InstanceNotFoundError
        If there is no SQLite file, or if it isn't the database of an instance.
    """
    root = normalized_root(location)
    if not is_local(root):
        raise InstanceNotFoundError(
            f"Cannot open a database in cloud storage yet: {root}. If the instance has a"
            " Postgres database, connect to its URL; else copy the folder to this machine and"
            " connect to its path"
        )
    path = sqlite_file(root)
    if not path.is_file():
        raise InstanceNotFoundError(
            f"There is no instance in {root}: {path} does not exist. To create one there, run:"
            f" lamin init --storage {root}"
        )
    rename_legacy_marker(root)
    marker = read_marker(root)
    try:
        with database.reading_file(path) as cursor:
            row = _first_storage(cursor, str(path))
            modules = _modules(cursor)
    except sqlite3.DatabaseError as error:
        raise InstanceNotFoundError(f"{path} is damaged: {error}") from error
    instance = _instance(row, marker, StorageSettings(root, region=row.region), None, modules)
    if row.root != root:
        logger.warning(
            f"the database of {instance.slug} gives {row.root} as its storage, not {root}: if the"
            " folder was moved, update the root of its storage record"
        )
    return instance


def instance_in_postgres(url: str) -> InstanceSettings:
    """Find the instance in a Postgres database.

    Parameters
    ----------
    url : str
        URL of the database.

    Returns
    -------
    InstanceSettings

    Raises
    ------
    InstanceNotFoundError
        If the database holds no instance.
    ConnectionError
        If the server can't be reached.
    """
    with database.postgres_transaction(url) as cursor:
        row = _first_storage(cursor, "the database")
        modules = _modules(cursor)
    marker = _marker_if_readable(row.root)
    storage = StorageSettings(
        row.root, region=row.region, uid=row.uid, instance_uid=row.instance_uid
    )
    if marker is not None and marker.instance_uid != row.instance_uid:
        marker = None  # another instance has taken the folder over
    return _instance(row, marker, storage, url, modules)


def _marker_if_readable(root: str) -> StorageMarker | None:
    """Marker file; None also if the store can't be reached, as the database is what counts."""
    try:
        return read_marker(root)
    except OSError as error:
        logger.warning(f"cannot read who manages the storage location {root}: {error}")
        return None


def _first_storage(cursor: Cursor, place: str) -> StorageRow:
    found = None
    if cursor.has_table("lamindb_storage") and cursor.has_table("lamindb_user"):
        cursor.execute(
            "SELECT s.uid, s.root, s.region, s.instance_uid, u.handle FROM lamindb_storage s"
            " JOIN lamindb_user u ON u.id = s.created_by_id"
            " WHERE s.instance_uid IS NOT NULL ORDER BY s.id LIMIT 1"
        )
        found = cursor.fetchone()
    if found is None:
        raise InstanceNotFoundError(f"There is no complete instance in {place}")
    return StorageRow(found)


def _modules(cursor: Cursor) -> list[str]:
    return [module for module in recorded_modules(cursor) if module != CORE]


def _instance(
    row: StorageRow,
    marker: StorageMarker | None,
    storage: StorageSettings,
    url: str | None,
    modules: list[str],
) -> InstanceSettings:
    """Identity from the marker file, else the most plausible one for the uid in the database."""
    if marker is not None and marker.slug and marker.instance_id:
        owner, _, name = marker.slug.partition("/")
        identity, uid = marker.instance_id, None
    else:
        names = [last_segment(url)] if url else []
        names.append(last_segment(storage.root_as_str))
        owner, name = row.creator, names[0]
        for candidate in names:
            if ids.instance_uid(ids.instance_id(f"{owner}/{candidate}")) == row.instance_uid:
                name = candidate
        identity = ids.instance_id(f"{owner}/{name}").hex
        uid = row.instance_uid
    known = find_instance(owner, name)
    return InstanceSettings(
        identity,
        owner,
        name,
        storage,
        db=url,
        modules=",".join(modules) or None,
        git_repo=known._git_repo if known else None,
        keep_artifacts_local=known.keep_artifacts_local if known else False,
        uid=uid,
    )
