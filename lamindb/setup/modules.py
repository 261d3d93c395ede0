"""Modules and the instance: which packages may be imported, and mounting further ones."""

from __future__ import annotations

from lamindb.base.log import logger
from lamindb.errors import ModuleWasntConfigured
from lamindb.setup import database, migrations, orm, schema_scripts
from lamindb.setup.module_packages import check_installed, environment_modules, parse_modules
from lamindb.setup.session import auto_connect, require_instance, settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.setup.instance import InstanceSettings


def _check_instance_setup(from_module: str | None = None) -> bool:
    """Import guard of module packages: connect, and refuse a module that isn't mounted.

    Parameters
    ----------
    from_module : str, optional
        Name of the package that is being imported.

    Returns
    -------
    bool
        Whether an instance is connected.

    Raises
    ------
    ModuleWasntConfigured
        If the connected instance, or without one the environment, doesn't have the module.

    Example
    -------
    >>> _check_instance_setup(from_module="bionty")
    True
    """
    auto_connect()
    if from_module is not None:
        check_mounted(from_module)
        orm.declare(from_module)
    return settings.is_configured


def check_mounted(module: str) -> None:
    """Refuse a module that the connected instance, or without one the environment, doesn't have.

    Raises
    ------
    ModuleWasntConfigured
        The message names the command that adds it.
    """
    name = module.removeprefix("lnschema_")
    if name in migrations.being_migrated:
        return
    if settings.is_configured:
        slug = settings.instance.slug
        configured = settings.instance.modules_in_order
        advice = f"add it to instance {slug}: lamin settings modules add {name}"
    else:
        configured = environment_modules()
        advice = f"initialize an instance with it: lamin init --modules {name}"
    if name in configured:
        return
    raise ModuleWasntConfigured(
        f"'{name}' wasn't configured in this environment -- run: lamin settings modules set"
        f" {','.join([*configured, name])}\nor {advice}"
    )


def add_modules(instance: InstanceSettings, modules: Iterable[str]) -> list[str]:
    """Create the tables of modules that an instance lacks; its settings file isn't written.

    Parameters
    ----------
    instance : InstanceSettings
        The instance.
    modules : iterable of str
        Modules it should have.

    Returns
    -------
    list of str
        Those that it lacked.

    Raises
    ------
    ImportError
        If a module isn't installed.
    """
    lacking = [name for name in modules if name not in instance.modules]
    if not lacking:
        return []
    check_installed(lacking)
    present = instance.modules_in_order
    to_migrate = schema_scripts.without_script(lacking, instance.dialect)
    with database.transaction(instance) as cursor:
        schema_scripts.create_tables(cursor, lacking)
        schema_scripts.insert_module_rows(
            cursor, [name for name in lacking if name not in to_migrate], settings.user
        )
    if to_migrate:
        migrations.migrate_database(orm.database_config(instance), ["lamindb", *present, *lacking])
    instance._modules = ",".join([*present, *lacking])
    return lacking


def mount_modules(modules: str | Iterable[str]) -> None:
    """Create the tables of further modules in the connected instance.

    Parameters
    ----------
    modules : str or iterable of str
        Names of modules; those that the instance has are left alone.

    Raises
    ------
    CurrentInstanceNotConfigured
        If no instance is connected.
    ImportError
        If a module isn't installed.

    Example
    -------
    >>> mount_modules("bionty")
    → added modules: bionty
    """
    require_instance()
    instance = settings.instance
    added = add_modules(instance, parse_modules(modules))
    if not added:
        has = ",".join(instance.modules_in_order)
        logger.important(f"{instance.slug} has these modules: {has}")
        return
    instance.write()
    settings.switch_to(instance)
    logger.important(f"added modules: {', '.join(added)}")
