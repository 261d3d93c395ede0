"""`init`: create an instance, all of it or nothing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path

from lamindb.base import ids, uids
from lamindb.base.log import logger
from lamindb.base.urls import protocol_of
from lamindb.errors import InstanceNotCreated, InvalidArgument, StorageAlreadyManaged
from lamindb.setup import (
    database,
    dev_dir,
    files,
    migrations,
    orm,
    postgres,
    schema_scripts,
    slugs,
    storage_root,
)
from lamindb.setup.filesystems import bucket_region
from lamindb.setup.instance import InstanceSettings, checked_id, find_instance
from lamindb.setup.module_packages import CORE, check_installed, parse_modules
from lamindb.setup.modules import add_modules
from lamindb.setup.rollback import Rollback
from lamindb.setup.session import settings
from lamindb.setup.storage_marker import (
    create_marker,
    find_marker,
    is_cut_off,
    is_local,
    marker_text,
    rename_legacy_marker,
)
from lamindb.setup.storage_root import StorageSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lamindb.base.types import AnyPathStr
    from lamindb.setup.database import Cursor

STORAGE_UID_LENGTH = 12


def init(
    *,
    storage: AnyPathStr = "./storage",
    name: str | None = None,
    db: str | None = None,
    modules: str | Iterable[str] | None = None,
    **kwargs: object,
) -> None:
    """Create an instance and connect it; the working folder becomes its development folder.

    Nothing that this call created remains if it fails. Calling it again with the same arguments
    connects the instance.

    Parameters
    ----------
    storage : str or path
        Storage root: a folder that is created if it doesn't exist; with a Postgres database also
        a bucket or a folder in it, `s3://bucket/folder?endpoint_url=http://localhost:9000`.
    name : str, optional
        Name of the instance; default: derived from database or storage.
    db : str, optional
        URL of a Postgres database, `postgresql://user:password@host:port/database`; default: a
        SQLite file inside of the storage root.
    modules : str or iterable of str, optional
        Modules to mount, e.g. `"bionty,pertdb"` or `["bionty"]`.
    **kwargs
        `schema` is an old name of `modules`; anything else is refused.

    Raises
    ------
    ValueError
        If the name, the protocol of the storage or the scheme of the database is invalid.
    ImportError
        If a module isn't installed.
    InstanceNotCreated
        If there is no write access, the database can't be used, or an instance of this name is
        somewhere else.
    StorageAlreadyManaged
        If the storage root belongs to another instance.
    CannotSwitchDefaultInstance
        If a run is being tracked in another instance.
    SystemExit
        If `storage` is None.

    Example
    -------
    >>> init(storage="./lamindb-tutorial", modules="bionty")
    → initialized lamindb: anonymous/lamindb-tutorial
    """
    requested = _validated(storage, name, db, _alias(modules, kwargs))
    known = find_instance(requested.owner, requested.name)
    if known is not None:
        _check_same_place(known, requested)
    instance = known or requested
    _check_storage_root(instance)
    settings.check_switch(instance)
    if _is_complete(instance):
        names = requested.modules_in_order
        _connect_existing(instance, names, is_known=known is not None)
        return
    _check_unfinished(instance)
    if known is not None:
        logger.warning(
            f"instance exists with id {known._id_hex}, but database is not loadable:"
            " re-initializing"
        )
        instance._modules = requested._modules
    with Rollback() as changes:
        _create(instance, changes)
    settings.switch_to(instance)
    logger.important(f"initialized lamindb: {instance.slug}")


# -- validation ----------------------------------------------------------------------------------


def _alias(
    modules: str | Iterable[str] | None, kwargs: dict[str, object]
) -> str | Iterable[str] | None:
    schema = kwargs.pop("schema", None)
    for name in kwargs:
        raise TypeError(f"init() got an unexpected keyword argument {name!r}")
    return modules if schema is None else schema  # type: ignore[return-value]


def _validated(
    storage: AnyPathStr, name: str | None, db: str | None, modules: str | Iterable[str] | None
) -> InstanceSettings:
    """The instance that is asked for; nothing is touched."""
    if storage is None:
        raise SystemExit("✗ `storage` argument can't be `None`")
    if str(storage) == "create-s3":
        raise InvalidArgument(
            "storage='create-s3' needs a hub, which this build doesn't have: pass a local path"
        )
    root = storage_root.normalized_root(storage)
    if protocol_of(root) not in storage_root.PROTOCOLS:
        raise storage_root.unsupported(protocol_of(root))
    db = None if db is None else postgres.normalized_url(db)
    chosen = name if name is not None else slugs.default_name(storage, root, db)
    slugs.check_name(chosen)
    names = parse_modules(modules)
    check_installed(names)
    if db is None and not is_local(root):
        raise InstanceNotCreated(
            f"Cannot create a SQLite database in cloud storage yet: {root}. Pass a Postgres"
            " database, db='postgresql://user:password@host:port/database', or a local path as"
            " storage"
        )
    if name is None and db is not None:
        logger.warning("using the sql database name for the instance name")
    owner = settings.user.handle
    preset = os.environ.get("LAMINDB_INSTANCE_ID_INIT")
    return InstanceSettings(
        checked_id(preset) if preset else ids.instance_id(f"{owner}/{chosen}"),
        owner,
        chosen,
        StorageSettings(root),
        db=db,
        modules=",".join(names) or None,
    )


def _check_same_place(known: InstanceSettings, requested: InstanceSettings) -> None:
    """Refuse a second instance of the same name."""
    same_root = known.storage.root_as_str == requested.storage.root_as_str
    if same_root and known._db == requested._db:
        return
    place = known.storage.root_as_str
    if known._db != requested._db:
        place += f" with database {known.masked_db}"
    raise InstanceNotCreated(
        f"Instance {known.slug} exists already, in {place}. To create another one, choose a name:"
        f" lamin init --name NAME; to use the existing one: lamin connect {known.slug}"
    )


def _check_storage_root(instance: InstanceSettings) -> None:
    """Refuse a storage root that belongs to another instance or can't be written to."""
    root = instance.storage.root_as_str
    problem = storage_root.why_unusable(root)
    if problem is not None:
        raise InstanceNotCreated(f"Cannot create the storage location {root}: {problem}")
    with _failing_as(f"Cannot use the storage location {root}"):
        marker, _ = find_marker(root)
    if marker is None or marker.instance_uid == instance.uid:
        return
    owner = marker.slug or f"with uid {marker.instance_uid}"
    raise StorageAlreadyManaged(
        f"Storage location {root} is already marked with uid {marker.uid}, meaning that it is"
        f" managed by another LaminDB instance ({owner}). Choose another folder, or connect to"
        f" that instance: lamin connect {root}"
    )


def _is_complete(instance: InstanceSettings) -> bool:
    """Whether the database is there, with everything that `init` puts into it."""
    try:
        with _failing_as(f"Cannot open the database of {instance.slug}"):
            with database.reading(instance) as cursor:
                return schema_scripts.is_complete(cursor)
    except InstanceNotCreated as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return False
        raise


@contextmanager
def _failing_as(text: str) -> Iterator[None]:
    """Turn errors of the file system and of databases into `InstanceNotCreated`."""
    try:
        yield
    except Exception as error:
        if isinstance(error, OSError) or database.is_database_error(error):
            raise InstanceNotCreated(f"{text}: {error}") from error
        raise


def _check_unfinished(instance: InstanceSettings) -> None:
    """Refuse to replace a database file that isn't one of ours."""
    path = instance.sqlite_file
    if instance.dialect == "sqlite" and path.exists() and not database.is_unfinished(path):
        raise InstanceNotCreated(
            f"{path} exists, but isn't the database of an instance: move it elsewhere, or choose"
            " another storage location"
        )


# -- creation ------------------------------------------------------------------------------------


def _create(instance: InstanceSettings, changes: Rollback) -> None:
    """Write storage marker, settings files and database; the database comes into being last."""
    with _failing_as(f"Cannot create {instance.slug}"):
        mark_storage(instance, changes)
        if instance.dialect == "sqlite":
            _create_sqlite(instance, changes)
        else:
            _create_postgres(instance, changes)


def mark_storage(instance: InstanceSettings, changes: Rollback) -> None:
    """Claim the storage root for an instance, unless it is claimed already."""
    storage = instance.storage
    root = storage.root_as_str
    marker, _ = find_marker(root)
    if marker is not None and marker.is_legacy:
        rename_legacy_marker(root)
    if is_cut_off(marker, instance.uid):
        text = marker_text(new_storage_uid(), instance.slug, instance._id)
        create_marker(root, text, changes)
    _check_storage_root(instance)  # somebody else may have been faster
    if storage.region is None:
        storage._region = bucket_region(root)


def new_storage_uid() -> str:
    """Uid of a new storage location."""
    return os.environ.get("LAMINDB_STORAGE_LNID_INIT") or uids.base62(STORAGE_UID_LENGTH)


def _fill(cursor: Cursor, instance: InstanceSettings) -> None:
    schema_scripts.insert_first_rows(cursor, instance, settings.user)
    schema_scripts.insert_module_rows(cursor, instance.modules_in_order, settings.user)


def _create_sqlite(instance: InstanceSettings, changes: Rollback) -> None:
    """Build the file under another name and move it into its place."""
    modules = [CORE, *instance.modules_in_order]
    to_migrate = schema_scripts.without_script(modules, "sqlite")
    final = instance.sqlite_file
    temporary = final.with_name(f".{final.name}.{os.getpid()}")
    if not final.exists():
        database.remove_sqlite_file(final)  # the log of a lost file must not be replayed
    changes.on_failure(database.remove_sqlite_file, temporary)
    with database.new_sqlite_file(temporary) as cursor:
        schema_scripts.create_tables(cursor, modules)
        if not to_migrate:
            _fill(cursor, instance)
    if to_migrate:
        migrations.migrate_database(orm.sqlite_config(temporary), modules)
        with database.sqlite_transaction(temporary) as cursor:
            _fill(cursor, instance)
    write_settings(instance, changes)
    database.publish_sqlite_file(temporary, final)


def _create_postgres(instance: InstanceSettings, changes: Rollback) -> None:
    """Do everything in one transaction, which is committed last."""
    modules = [CORE, *instance.modules_in_order]
    to_migrate = schema_scripts.without_script(modules, "postgresql")
    if to_migrate:
        config = postgres.django_config(instance.db)
        with migrations.one_transaction(config, modules) as (cursor, migrate):
            schema_scripts.create_tables(cursor, modules)
            migrate()
            _fill(cursor, instance)
            write_settings(instance, changes)
        return
    with database.postgres_transaction(instance.db) as cursor:
        cursor.wait_for_others()
        schema_scripts.create_tables(cursor, modules)
        _fill(cursor, instance)
        write_settings(instance, changes)


def write_settings(instance: InstanceSettings, changes: Rollback) -> None:
    """Write the instance file, and make the working folder the development folder."""
    changes.write_text(instance.file, instance.as_text(), private=instance.is_private)
    folder = Path.cwd()
    if dev_dir.is_home(folder):
        path, text = files.current_instance_file(), instance.as_text()
        changes.write_text(path, text, private=instance.is_private)
        return
    marker = dev_dir.marker_path(folder)
    if dev_dir.read_slug(marker) == instance.slug:
        return
    for kind in ("branch", "space"):
        changes.keep(dev_dir.selection_path(folder, kind))
    dev_dir.remove_selections(folder)
    changes.write_text(marker, f"{instance.slug}\n")


# -- existing databases --------------------------------------------------------------------------


def _connect_existing(instance: InstanceSettings, modules: list[str], *, is_known: bool) -> None:
    """Connect to a complete database, after adding what is missing around it."""
    with Rollback() as changes, _failing_as(f"Cannot connect {instance.slug}"):
        recorded = _adopt_storage(instance, changes)
        if not is_known:
            instance._modules = ",".join(recorded) or None
        added = add_modules(instance, modules)
        if dev_dir.find_dev_dir(instance.slug) is None:
            write_settings(instance, changes)
        else:
            changes.write_text(instance.file, instance.as_text(), private=instance.is_private)
    settings.switch_to(instance)
    logger.important(f"connected lamindb: {instance.slug}")
    if added:
        logger.important(f"added modules: {', '.join(added)}")


def _adopt_storage(instance: InstanceSettings, changes: Rollback) -> list[str]:
    """Make marker file and storage row agree; return the modules that the database has."""
    with database.reading(instance) as cursor:
        cursor.execute(
            "SELECT uid, root FROM lamindb_storage WHERE instance_uid = %s", [instance.uid]
        )
        uid_of_root = {root: uid for uid, root in cursor.fetchall()}
        recorded = [m for m in schema_scripts.recorded_modules(cursor) if m != CORE]
    if not uid_of_root:
        raise InstanceNotCreated(
            f"The database {instance.masked_db} belongs to another instance than {instance.slug}."
            " Choose another database, or connect to that instance by the URL or storage root"
        )
    root = instance.storage.root_as_str
    if instance.storage.uid is None:
        instance.storage._uid = uid_of_root.get(root)
        text = marker_text(instance.storage.uid or new_storage_uid(), instance.slug, instance._id)
        create_marker(root, text, changes)
    if root not in uid_of_root:
        with database.transaction(instance) as cursor:
            schema_scripts.insert_first_rows(cursor, instance, settings.user)
    return recorded
