"""What holds for this process: the user, the instance, and what is chosen within the instance.

Which instance is the default: `LAMIN_CURRENT_INSTANCE`, else the nearest marker file from the
working folder upwards, else the global default; resolved from settings files only, without Django.
`settings` is the one object of `SetupSettings`.
"""

from __future__ import annotations

import os
from pathlib import Path

from lamindb.base.log import colors, logger
from lamindb.errors import CurrentInstanceNotConfigured, SettingsEnvFileOutdated
from lamindb.setup import cache_dir, dev_dir, files, orm, schema_version
from lamindb.setup.cache_dir import SetupPaths
from lamindb.setup.instance import (
    InstanceSettings,
    find_instance,
    is_sqlite_file,
    placeholder,
    read_instance,
)
from lamindb.setup.module_packages import environment_modules, set_environment_modules
from lamindb.setup.selection import ALL, MAIN, Selection
from lamindb.setup.slugs import split_identifier
from lamindb.setup.user import UserSettings, current_handle, current_user, forget_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from upath import UPath

    from lamindb.base.types import AnyPathStr
    from lamindb.setup.storage_root import StorageSettings

before_switch: list[Callable[[], None]] = []
"""Called before another instance becomes the default; may raise `CannotSwitchDefaultInstance`."""
after_switch: list[Callable[[], None]] = []
"""Called when another instance became the default: caches about the old one are to be dropped."""


class SetupSettings:
    """User, instance and everything chosen on this machine, as `ln.setup.settings`.

    Example
    -------
    >>> settings.instance.slug
    'anonymous/lamindb-tutorial'
    """

    def __init__(self) -> None:
        self._user: UserSettings | None = None
        self._instance: InstanceSettings | None = None
        self._is_connected = False
        self._reason: str | None = None
        self._branch = Selection("Branch", MAIN)
        self._space = Selection("Space", ALL)

    # -- user and instance -----------------------------------------------------------------------

    @property
    def user(self) -> UserSettings:
        """The active user."""
        if self._user is None:
            self._user = current_user()
        return self._user

    @property
    def instance(self) -> InstanceSettings:
        """The current instance; a placeholder `none/none` while there is none."""
        if self._instance is None:
            self._instance, self._reason = _resolve()
        return self._instance

    @property
    def storage(self) -> StorageSettings:
        """Default storage location of the instance; None for the placeholder."""
        return self.instance.storage

    @property
    def is_configured(self) -> bool:
        """Whether there is a current instance."""
        return self.instance._storage is not None

    @property
    def _instance_exists(self) -> bool:
        """Old name of `is_configured`."""
        return self.is_configured

    @property
    def is_connected(self) -> bool:
        """Whether this process works with the current instance."""
        return self._is_connected and self.is_configured

    # -- branch and space ------------------------------------------------------------------------

    @property
    def branch(self) -> Any:
        """The current branch.

        Set it to a record, a name or a uid; it is remembered in the development folder, else in
        the settings folder.
        """
        return self._branch.record(self.instance)

    @branch.setter
    def branch(self, value: Any) -> None:
        self._branch.set(self._required(), value)

    @property
    def space(self) -> Any:
        """The current space; set and remembered like the branch."""
        return self._space.record(self._required())

    @space.setter
    def space(self, value: Any) -> None:
        self._space.set(self._required(), value)

    @property
    def branch_id(self) -> int:
        """Primary key of the current branch; no query for main."""
        return self._branch.id(self.instance)

    @property
    def space_id(self) -> int:
        """Primary key of the current space; no query for the default one."""
        return self._space.id(self.instance)

    @property
    def branch_name(self) -> str:
        """Name of the current branch, without a query."""
        return self._branch.stored(self.instance)[1]

    @property
    def space_name(self) -> str:
        """Name of the current space, without a query."""
        return self._space.stored(self.instance)[1]

    def _required(self) -> InstanceSettings:
        require_instance()
        return self.instance

    # -- folders and modules ---------------------------------------------------------------------

    @property
    def dev_dir(self) -> Path | None:
        """Nearest development folder of the current instance; None if there is none.

        Set it to a path to make that folder one; to None to end it for the containing one.
        """
        return dev_dir.find_dev_dir(self.instance.slug) if self.is_configured else None

    @dev_dir.setter
    def dev_dir(self, value: AnyPathStr | None) -> None:
        slug = self._required().slug
        if value is None:
            folder = self.dev_dir
            if folder is not None:
                dev_dir.remove_marker(dev_dir.marker_path(folder))
        else:
            dev_dir.write_marker(Path(value).expanduser().resolve(), slug)
        self.forget_selections()

    @property
    def modules(self) -> set[str]:
        """Modules of the instance; without one, those of the environment."""
        return set(self._modules_in_order())

    @modules.setter
    def modules(self, value: str | Iterable[str] | None) -> None:
        set_environment_modules(value)

    def _modules_in_order(self) -> list[str]:
        return self.instance.modules_in_order if self.is_configured else environment_modules()

    @property
    def settings_dir(self) -> Path:
        """Folder of the settings files."""
        return files.settings_dir()

    @property
    def cache_dir(self) -> UPath:
        """Folder for local copies; it is created if it is missing."""
        return cache_dir.cache_dir()

    @property
    def paths(self) -> type[SetupPaths]:
        """Local paths of cloud files."""
        return SetupPaths

    # -- without effect --------------------------------------------------------------------------

    @property
    def auto_connect(self) -> bool:
        """Always True."""
        return True

    @auto_connect.setter
    def auto_connect(self, value: bool) -> None:
        logger.warning("setting auto_connect has no effect: `import lamindb` always connects")

    @property
    def private_django_api(self) -> bool:
        """Always False."""
        return False

    @private_django_api.setter
    def private_django_api(self, value: bool) -> None:
        logger.warning("setting private_django_api has no effect")

    # -- changes of state ------------------------------------------------------------------------

    def check_switch(self, instance: InstanceSettings) -> None:
        """Refuse to leave the connected instance for another one while that isn't possible.

        Raises
        ------
        CannotSwitchDefaultInstance
            If a run is being tracked, or inside of a transaction.
        """
        orm.check_no_transaction()
        if self.is_connected and instance.slug != self.instance.slug:
            for check in before_switch:
                check()

    def switch_to(self, instance: InstanceSettings, *, reason: str | None = None) -> None:
        """Make an instance the default of this process.

        Parameters
        ----------
        instance : InstanceSettings
            The instance, or the placeholder.
        reason : str, optional
            Why nothing is connected, for the error that every query raises.
        """
        previous = (self._instance, self._reason, self._is_connected)
        # modules that are imported now ask whether the instance has them
        self._instance, self._reason, self._is_connected = instance, reason, True
        is_real = instance._storage is not None
        try:
            orm.point_default(orm.database_config(instance) if is_real else None)
        except BaseException:
            self._instance, self._reason, self._is_connected = previous
            raise
        orm.set_mounted(instance.modules if is_real else None)
        forget_ids()
        self.forget_selections()
        for callback in after_switch:
            callback()

    def set_user(self, user: UserSettings | None) -> None:
        """Act as another user from now on; None: read the settings file again."""
        self._user = user
        forget_ids()

    def forget_selections(self) -> None:
        """Read the current branch and space from their files again."""
        self._branch.forget()
        self._space.forget()

    def __repr__(self) -> str:
        return "\n".join(_describe(self))


settings = SetupSettings()
orm.on_connection(schema_version.check)


def require_instance() -> None:
    """Refuse to go on while no instance is connected.

    Raises
    ------
    CurrentInstanceNotConfigured
        The message names the commands that connect one, and why the selected one can't be used.
    """
    if not settings._is_connected:
        auto_connect()
    if settings.instance._storage is None:
        raise CurrentInstanceNotConfigured(not_connected_message())


def not_connected_message() -> str | None:
    """Message of `CurrentInstanceNotConfigured`, None for the default one."""
    if settings._reason is None:
        return None
    return f"{settings._reason}\n{CurrentInstanceNotConfigured.default_message}"


def auto_connect() -> None:
    """Connect the default instance of this process, if there is one and none is connected.

    Prints one line per process. Never raises because of a missing database or a damaged settings
    file, never writes settings files, and never uses the network.
    """
    if settings._is_connected:
        return
    if os.environ.get("LAMINDB_MULTI_INSTANCE", "").lower() == "true":
        logger.warning("no default instance is connected, because LAMINDB_MULTI_INSTANCE is set")
        settings.switch_to(placeholder())
        return
    instance = settings.instance
    reason = settings._reason
    if problem := why_missing(instance):
        reason = f"SQLite file {instance.sqlite_file} of {instance.slug} {problem}"
    if reason is not None:
        logger.warning(reason)
        instance = placeholder()
    settings.switch_to(instance, reason=reason)
    if instance._storage is None:
        return
    logger.important(f"connected lamindb: {instance.slug}")
    if instance.is_read_only_connection:
        logger.warning(f'connected in read-only mode, please use ln.DB("{instance.slug}") instead')


def why_missing(instance: InstanceSettings) -> str | None:
    """Why the database of an instance can't be opened, as far as files tell."""
    if instance._storage is None or instance.dialect != "sqlite":
        return None
    try:
        if is_sqlite_file(instance.sqlite_file):
            return None
    except (FileNotFoundError, NotADirectoryError):
        return "does not exist"
    except OSError as error:
        return f"can't be read: {error.strerror}"
    return "is damaged: it isn't a database"


def _resolve() -> tuple[InstanceSettings, str | None]:
    """Current instance, and why it can't be used."""
    try:
        return resolve_default() or placeholder(), None
    except SettingsEnvFileOutdated as error:
        return placeholder(), str(error)


def resolve_default() -> InstanceSettings | None:
    """Find the instance that environment, marker files and the global default select.

    Returns
    -------
    InstanceSettings or None

    Raises
    ------
    SettingsEnvFileOutdated
        If the settings file of the selected instance is damaged.
    """
    chosen = os.environ.get("LAMIN_CURRENT_INSTANCE")
    if chosen and (instance := _named(chosen)) is not None:
        return instance
    instance = _from_markers() or _global_default()
    if chosen:
        used = instance.slug if instance else "no instance"
        logger.warning(f"LAMIN_CURRENT_INSTANCE={chosen} is not known here, using {used}")
    return instance


def _named(identifier: str) -> InstanceSettings | None:
    try:
        return find_instance(*split_identifier(identifier, current_handle()))
    except ValueError:
        return None


def _from_markers() -> InstanceSettings | None:
    for marker in dev_dir.markers_above():
        slug = dev_dir.read_slug(marker)
        instance = find_instance(*slug.split("/")) if slug else None
        if instance is not None:
            return instance
        problem = f"names {slug}, which is not known here" if slug else "is damaged"
        logger.warning(
            f"ignoring {marker}: it {problem}; run: lamin connect"
            f" {slug or 'owner/name'} --here, or: lamin disconnect --here"
        )
    return None


def _global_default() -> InstanceSettings | None:
    try:
        copy = read_instance(files.current_instance_file())
    except FileNotFoundError:
        return None
    # the file of the instance may have been updated since it was copied
    return find_instance(copy.owner, copy.name) or copy


def _describe(settings: SetupSettings) -> Iterable[str]:
    """Lines of `lamin info`; no query, and nothing is created."""
    instance = settings.instance

    def line(label: str, value: object) -> str:
        return f" - {colors.italic(label)}: {value}"

    title = colors.green
    if settings.is_configured:
        yield f"{title('Instance')}: {instance.slug}"
        yield line("branch", settings.branch_name)
        yield line("space", settings.space_name)
        yield line("dev-dir", settings.dev_dir)
        yield f"{title('Details')}:"
        region = f" ({instance.storage.region})" if instance.storage.region else ""
        label = "storage"
        if instance.keep_artifacts_local:
            label = "cloud storage" if instance.storage.type_is_cloud else "local storage"
        yield line(label, f"{instance.storage.root_as_str}{region}")
        yield line("db", instance.masked_db)
        yield line("modules", ",".join(instance.modules_in_order) or '""')
        yield line("git_repo", instance.git_repo)
    else:
        yield f"{title('Instance')}: None"
    yield f"{title('Settings')}:"
    yield line("modules", ",".join(settings._modules_in_order()) or '""')
    yield line("cache", cache_dir.cache_path())
    yield line("user settings", settings.settings_dir)
    yield line("system settings", cache_dir.system_settings_dir())
    yield f"{title('User')}: {settings.user.handle}"
