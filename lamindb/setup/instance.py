"""One instance: a database and the storage location that belongs to it."""

from __future__ import annotations

import os
from pathlib import Path

from lamindb.base import ids
from lamindb.errors import InvalidArgument, SettingsEnvFileOutdated
from lamindb.setup import files, postgres
from lamindb.setup.slugs import ID_OF_NO_INSTANCE, NO_SLUG
from lamindb.setup.storage_choice import local_storage_of
from lamindb.setup.storage_marker import DATABASE_NAME, FOLDER
from lamindb.setup.storage_root import StorageSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

SQLITE_HEADER = b"SQLite format 3\0"
"""First bytes of every SQLite file, see https://www.sqlite.org/fileformat.html."""
PREFIX = "lamindb_instance_"
REQUIRED = (
    "owner",
    "name",
    "storage_root",
    "storage_region",
    "db",
    "schema_str",
    "id",
    "git_repo",
    "keep_artifacts_local",
)
HEX_DIGITS = frozenset("0123456789abcdef")


def sqlite_file(root: str) -> Path:
    """SQLite file below a local storage root."""
    return Path(root) / FOLDER / DATABASE_NAME


def is_sqlite_file(path: Path) -> bool:
    """Whether a file is a SQLite database, rather than empty or something else."""
    with path.open("rb") as file:
        return file.read(len(SQLITE_HEADER)) == SQLITE_HEADER


class InstanceSettings:
    """An instance: one database, and the storage location that belongs to it.

    Parameters
    ----------
    id : uuid.UUID or str
        The id, as UUID or as its 32 hexadecimal digits.
    owner, name : str
        Parts of the slug.
    storage : StorageSettings, optional
        The default storage location; None only for the placeholder `none/none`.
    keep_artifacts_local : bool
        Whether new artifacts go to a local storage location of a cloud instance.
    db : str, optional
        URL of a Postgres database; None for SQLite inside of the storage location.
    modules : str, optional
        Names of mounted modules, separated by commas.
    git_repo : str, optional
        URL of the repository that source code is synchronized with.
    is_on_hub, api_url, schema_id, fine_grained_access, db_permissions
        Of a hub; kept so that settings files survive a round trip.
    uid : str, optional
        Uid of an instance whose id isn't known.

    Example
    -------
    >>> instance = InstanceSettings(instance_id("anonymous/test"), "anonymous", "test")
    >>> instance.slug
    'anonymous/test'
    """

    def __init__(  # noqa: PLR0913 (released signature)
        self,
        id: UUID | str,
        owner: str,
        name: str,
        storage: StorageSettings | None = None,
        keep_artifacts_local: bool = False,
        db: str | None = None,
        modules: str | None = None,
        git_repo: str | None = None,
        is_on_hub: bool | None = None,
        api_url: str | None = None,
        schema_id: UUID | str | None = None,
        fine_grained_access: bool = False,
        db_permissions: str | None = None,
        _locker_user: object = None,
        _is_clone: bool = False,
        uid: str | None = None,
    ) -> None:
        self._id_hex = id if isinstance(id, str) else id.hex
        self._owner = owner
        self._name = name
        self._storage = storage
        self._keep_artifacts_local = keep_artifacts_local
        self._db = db
        self._modules = modules
        self._git_repo = git_repo
        self._api_url = api_url
        self._schema_id_hex = getattr(schema_id, "hex", schema_id)
        self._fine_grained_access = fine_grained_access
        self._db_permissions = db_permissions
        self._is_clone = _is_clone
        self._uid = uid

    # -- identity --------------------------------------------------------------------------------

    @property
    def owner(self) -> str:
        """Handle of the user who created the instance."""
        return self._owner

    @property
    def name(self) -> str:
        """Name, unique among the instances of its owner."""
        return self._name

    @property
    def slug(self) -> str:
        """`owner/name`."""
        return f"{self._owner}/{self._name}"

    @property
    def _id(self) -> UUID:
        """Universal id."""
        from uuid import UUID

        return UUID(self._id_hex)

    @property
    def uid(self) -> str:
        """Short universal id, 12 characters."""
        if self._uid is None:
            self._uid = ids.instance_uid(self._id)
        return self._uid

    # -- places ----------------------------------------------------------------------------------

    @property
    def storage(self) -> StorageSettings:
        """Default storage location; None for the placeholder."""
        return self._storage  # type: ignore[return-value]

    @property
    def local_storage(self) -> StorageSettings:
        """Local storage location of an instance that keeps artifacts local."""
        return local_storage_of(self)

    @property
    def keep_artifacts_local(self) -> bool:
        """Whether new artifacts go to a local storage location of a cloud instance."""
        return self._keep_artifacts_local

    @keep_artifacts_local.setter
    def keep_artifacts_local(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise InvalidArgument(f"keep_artifacts_local must be True or False, got {value!r}")
        self._keep_artifacts_local = value
        self.write()

    @property
    def dialect(self) -> str:
        """Kind of database: `"sqlite"` or `"postgresql"`."""
        return "sqlite" if self._db is None else "postgresql"

    vendor = dialect

    @property
    def db(self) -> str:
        """URL of the database; `LAMINDB_INSTANCE_DB` overrides that of a Postgres database."""
        if self._db is not None:
            return os.environ.get("LAMINDB_INSTANCE_DB") or self._db
        return f"sqlite:///{':memory:' if self._storage is None else self.sqlite_file}"

    @property
    def sqlite_file(self) -> Path:
        """SQLite file of the instance."""
        return sqlite_file(self.storage.root_as_str)

    @property
    def is_remote(self) -> bool:
        """Whether storage or database is on another machine."""
        if self._storage is None:
            return False
        has_remote_db = self._db is not None and not postgres.is_local(self.db)
        return self._storage.type_is_cloud or has_remote_db

    @property
    def is_read_only_connection(self) -> bool:
        """Whether the database is opened as a user that may only read."""
        return self._db is not None and postgres.is_read_only(self.db)

    # -- configuration ---------------------------------------------------------------------------

    @property
    def modules(self) -> set[str]:
        """Mounted modules, without `lamindb` itself."""
        return set(self.modules_in_order)

    @property
    def modules_in_order(self) -> list[str]:
        """Mounted modules in the order in which they were declared."""
        return [name for name in (self._modules or "").split(",") if name]

    @property
    def git_repo(self) -> str | None:
        """URL of the repository that source code is synchronized with."""
        return self._git_repo or os.environ.get("LAMINDB_SYNC_GIT_REPO")

    @property
    def available_spaces(self) -> None:
        """Spaces per role; known to a hub only."""
        return None

    @property
    def api_url(self) -> str | None:
        """URL of a REST API; there is none without a hub."""
        return self._api_url

    @property
    def ui_url(self) -> None:
        """URL of a page about the instance; there is none without a hub."""
        return None

    @property
    def is_on_hub(self) -> bool:
        """There is no hub."""
        return False

    @property
    def is_managed_by_hub(self) -> bool:
        """There is no hub."""
        return False

    # -- settings file ---------------------------------------------------------------------------

    @property
    def file(self) -> Path:
        """Settings file of the instance."""
        return files.instance_file(self._owner, self._name)

    @property
    def is_private(self) -> bool:
        """Whether the settings file may hold a password."""
        return self._db is not None

    def as_text(self) -> str:
        """Content of the settings file."""
        values: dict[str, object] = {
            "owner": self._owner,
            "name": self._name,
            "storage_root": self.storage.root_as_str,
            "storage_region": self.storage.region,
            "db": self._db,
            "schema_str": self._modules or None,
            "id": self._id_hex,
            "git_repo": self._git_repo,
            "keep_artifacts_local": self._keep_artifacts_local,
            "api_url": self._api_url,
            "schema_id": self._schema_id_hex,
            "fine_grained_access": self._fine_grained_access,
            "db_permissions": self._db_permissions,
            "is_clone": self._is_clone,
        }
        if self._uid is not None and self._uid != ids.instance_uid(self._id):
            values["uid"] = self._uid
        return files.env_text({PREFIX + key: value for key, value in values.items()})

    def write(self) -> None:
        """Write the settings file."""
        files.write_text(self.file, self.as_text(), private=self.is_private)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InstanceSettings) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Slug, storage, database and modules, one per line; passwords are masked."""
        storage = self.storage.root_as_str if self._storage else None
        lines = {"storage": storage, "db": self.masked_db, "modules": self._modules or '""'}
        details = "".join(f"\n - {key}: {value}" for key, value in lines.items())
        return f"Instance: {self.slug}{details}"

    @property
    def masked_db(self) -> str:
        """URL of the database without password and host."""
        return self.db if self._db is None else postgres.masked_url(self.db)


def placeholder() -> InstanceSettings:
    """What stands for the instance while nothing is connected."""
    owner, name = NO_SLUG.split("/")
    return InstanceSettings(ID_OF_NO_INSTANCE, owner, name)


def read_instance(path: Path) -> InstanceSettings:
    """Read a settings file of an instance.

    Parameters
    ----------
    path : pathlib.Path
        An instance file, or the global default.

    Returns
    -------
    InstanceSettings

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SettingsEnvFileOutdated
        If the file is damaged, or was written by an outdated version.
    """
    values = files.read_env(path, required=[PREFIX + key for key in REQUIRED])

    def get(key: str) -> Any:
        return values.get(PREFIX + key)

    try:
        return InstanceSettings(
            checked_id(get("id")),
            _not_empty(get("owner")),
            _not_empty(get("name")),
            StorageSettings(_not_empty(get("storage_root")), region=get("storage_region")),
            keep_artifacts_local=_is_true(get("keep_artifacts_local")),
            db=_checked_url(get("db")),
            modules=get("schema_str"),
            git_repo=get("git_repo"),
            api_url=get("api_url"),
            schema_id=get("schema_id"),
            fine_grained_access=_is_true(get("fine_grained_access")),
            db_permissions=get("db_permissions"),
            _is_clone=_is_true(get("is_clone")),
            uid=get("uid"),
        )
    except ValueError as error:
        raise SettingsEnvFileOutdated(
            f"The settings file {path} is damaged: {error}. Delete it and connect to the instance"
            " by its location: lamin connect <storage root or database URL>"
        ) from error


def find_instance(owner: str, name: str) -> InstanceSettings | None:
    """Read the settings of an instance that is known on this machine, None if it isn't.

    Raises
    ------
    SettingsEnvFileOutdated
        If the settings file is damaged.
    """
    try:
        instance = read_instance(files.instance_file(owner, name))
    except FileNotFoundError:
        return None
    # "a/b--c" and "a--b/c" share a file name
    return instance if instance.slug == f"{owner}/{name}" else None


def _is_true(value: str | None) -> bool:
    return value is not None and value.strip().lower() in ("true", "1", "yes")


def _not_empty(value: str | None) -> str:
    if value is None:
        raise ValueError("owner, name or storage root is missing")
    return value


def checked_id(value: str | None) -> str:
    """Hexadecimal digits of an instance id; `ValueError` if it is something else."""
    digits = (value or "").replace("-", "").lower()
    if len(digits) != 32 or not HEX_DIGITS.issuperset(digits):
        raise ValueError(f"the instance id {value!r} is not a UUID")
    return digits


def _checked_url(url: str | None) -> str | None:
    # early releases wrote the URL of SQLite files too
    return None if url is None or url.startswith("sqlite") else postgres.normalized_url(url)
