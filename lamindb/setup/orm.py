"""Django for the whole process: configured once, without an instance too.

`configure` sets Django up, with a placeholder database while nothing is connected. Modules
(`lamindb` itself, `bionty`, a user's own package) are mounted one by one, whenever they are first
imported. Connecting an instance re-points the `default` database with `point_default`; no Python
module is ever reloaded, so registry classes stay the same objects for the whole process.

Until somebody imports Django, everything here is only noted.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from contextlib import contextmanager
from threading import RLock

from lamindb.base.log import logger
from lamindb.errors import CannotSwitchDefaultInstance
from lamindb.setup import module_packages, postgres
from lamindb.setup.deferred_imports import defer_imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from lamindb.setup.instance import InstanceSettings

PLACEHOLDER: dict[str, Any] = {"ENGINE": "lamindb.setup.backends.nodb", "NAME": "none"}
SQLITE_ENGINE = "lamindb.setup.backends.sqlite"

_lock = RLock()
_databases: dict[str, dict[str, Any]] = {"default": dict(PLACEHOLDER)}
_mounted: dict[str, Any] = {}
_declared: set[str] = set()
_taking_part: set[str] | None = None
_on_connection: list[Callable[[Any], None]] = []


def is_configured() -> bool:
    """Whether Django is configured, without importing it."""
    conf = sys.modules.get("django.conf")
    return conf is not None and conf.settings.configured


def configure() -> None:
    """Configure Django once for this process; later calls do nothing."""
    with _lock:
        defer_imports()
        from django.conf import settings

        if settings.configured:
            return
        # cells of notebooks and asynchronous functions run in a loop, where Django does not query
        os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        settings.configure(
            DATABASES={alias: dict(config) for alias, config in _databases.items()},
            INSTALLED_APPS=[],
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            USE_TZ=True,
            TIME_ZONE="UTC",
            USE_I18N=False,
            LOGGING_CONFIG=None,
        )
        from django.apps import apps
        from django.db.backends.signals import connection_created

        # not django.setup(): it imports the URL resolver, which nothing here needs
        apps.populate(settings.INSTALLED_APPS)
        connection_created.connect(_opened, dispatch_uid="lamindb")


def on_connection(callback: Callable[[Any], None]) -> None:
    """Call a function with each database connection that is opened from now on."""
    _on_connection.append(callback)


def _opened(connection: Any, **_: Any) -> None:
    for callback in _on_connection:
        callback(connection)


# -- apps ----------------------------------------------------------------------------------------


def declare(name: str) -> None:
    """Announce that a module package is being imported: it is mounted as soon as Django is used."""
    with _lock:
        _declared.add(name)
        if "lamindb" in _mounted and name in sys.modules:
            mount(name)


def mount(name: str) -> None:
    """Register an imported package as Django app, if it isn't one yet.

    Parameters
    ----------
    name : str
        Import name of the package, also its Django app label.
    """
    configure()
    from django.apps import AppConfig, apps

    with _lock:
        config = _mounted.get(name)
        if config is None:
            config = AppConfig(name, sys.modules[name])
            config.apps = apps
            config.models = apps.all_models[config.label]
            _mounted[name] = config
            apps.app_configs[config.label] = config
            apps.clear_cache()
        config.models_module = sys.modules.get(f"{name}.models")


@contextmanager
def mounting(name: str) -> Iterator[None]:
    """Register the models that are defined inside the block as Django app `name`.

    Parameters
    ----------
    name : str
        Import name of the package, also its Django app label.

    Examples
    --------
    >>> with mounting("bionty"):
    ...     from bionty.models.gene import Gene
    """
    with _lock:
        mount(name)
        from django.apps import apps

        ready = apps.models_ready, apps.ready
        # while not ready, registering a model does not expire the caches of all others
        apps.models_ready = apps.ready = False
        try:
            yield
        except BaseException:
            apps.app_configs.pop(_mounted.pop(name).label, None)
            raise
        finally:
            apps.models_ready, apps.ready = ready
            apps.clear_cache()
        mount(name)
        for declared in (_declared & set(sys.modules)) - set(_mounted):
            mount(declared)
        if name == "lamindb":
            load_modules()


def load_modules() -> None:
    """Import the modules of the current instance, so that their relations exist.

    A module that isn't installed is left out; using one of its registries says how to get it. One
    that can't be imported doesn't keep anybody from using the others.
    """
    for module in sorted(_taking_part or ()):
        name = module_packages.import_name(module)
        if name is None or name in _mounted:
            continue
        try:
            importlib.import_module(name)
            if importlib.util.find_spec(f"{name}.models") is not None:
                importlib.import_module(f"{name}.models")
            mount(name)
        except Exception as error:
            logger.warning(f"cannot import module '{module}': {type(error).__name__}: {error}")


def taking_part() -> set[str] | None:
    """What `set_mounted` was called with."""
    return _taking_part


def set_mounted(modules: set[str] | None) -> None:
    """Make exactly these modules take part in relations, deletions and migrations.

    A module that was imported for another instance stays importable, but its relations are not
    followed, because the current database has no tables for it.

    Parameters
    ----------
    modules : set of str or None
        Names of packages, `lamindb` is always one of them; None: all that are imported.
    """
    global _taking_part
    with _lock:
        _taking_part = None if modules is None else {"lamindb", *modules}
        if not is_configured():
            return
        from django.apps import apps

        if "lamindb" in _mounted:
            load_modules()
        wanted = {
            config.label: config
            for name, config in _mounted.items()
            if _taking_part is None
            or name.removeprefix(module_packages.LEGACY_PREFIX) in _taking_part
        }
        if list(wanted) != list(apps.app_configs):
            apps.app_configs.clear()
            apps.app_configs.update(wanted)
            apps.clear_cache()


# -- databases -----------------------------------------------------------------------------------


def database_config(instance: InstanceSettings) -> dict[str, Any]:
    """Django's database settings for an instance."""
    if override := os.environ.get("LAMINDB_DJANGO_DATABASE_URL"):
        logger.warning("using the database of LAMINDB_DJANGO_DATABASE_URL, not the instance's")
        return postgres.django_config(postgres.normalized_url(override))
    if instance.dialect == "sqlite":
        return sqlite_config(instance.sqlite_file)
    if os.environ.get("LAMINDB_INSTANCE_DB"):
        logger.important("loading db URL from env variable LAMINDB_INSTANCE_DB")
    return postgres.django_config(postgres.normalized_url(instance.db))


def sqlite_config(path: Path) -> dict[str, Any]:
    """Django's database settings for a SQLite file."""
    return {"ENGINE": SQLITE_ENGINE, "NAME": str(path)}


def point_default(config: dict[str, Any] | None, alias: str = "default") -> None:
    """Point a database alias at another database, or at the placeholder.

    Parameters
    ----------
    config : dict or None
        Django database settings (`ENGINE`, `NAME`, …), None for the placeholder.
    alias : str
        Name of the connection.

    Raises
    ------
    CannotSwitchDefaultInstance
        If this thread is inside a transaction on that connection.
    """
    with _lock:
        if alias == "default":
            check_no_transaction()
        if is_configured() and alias in _databases:
            _forget_connections(alias)
        _databases[alias] = dict(config or PLACEHOLDER)
        if is_configured():
            from django.db import connections

            every = connections.configure_settings({k: dict(v) for k, v in _databases.items()})
            connections.settings[alias] = every[alias]


def add_database(alias: str, instance: InstanceSettings) -> None:
    """Open another instance beside the default one: `Registry.objects.using(alias)`.

    Parameters
    ----------
    alias : str
        Name of the connection, usually the slug of the instance.
    instance : InstanceSettings
        The other instance.
    """
    point_default(database_config(instance), alias)


def remove_database(alias: str) -> None:
    """Close and forget a database alias."""
    with _lock:
        if _databases.pop(alias, None) is not None and is_configured():
            from django.db import connections

            _forget_connections(alias)
            connections.settings.pop(alias, None)


def has_database(alias: str) -> bool:
    """Whether there is a database of this alias."""
    return alias in _databases


def check_no_transaction() -> None:
    """Refuse to go on while this thread is inside a transaction of the default database.

    Raises
    ------
    CannotSwitchDefaultInstance
    """
    if not is_configured():
        return
    from django.db import connections

    opened = [c for c in connections.all(initialized_only=True) if c.alias == "default"]
    if any(connection.in_atomic_block for connection in opened):
        raise CannotSwitchDefaultInstance(
            "Cannot switch the instance inside of a transaction: leave the atomic block first"
        )


def _forget_connections(alias: str) -> None:
    """Make every thread open a new connection the next time it uses a database alias."""
    from asgiref.local import Local
    from django.db import connections

    mine = {c.alias: c for c in connections.all(initialized_only=True)}
    if alias in mine:
        mine.pop(alias).close()
    fresh = Local(connections.thread_critical)
    for other, connection in mine.items():
        setattr(fresh, other, connection)
    connections._connections = fresh
