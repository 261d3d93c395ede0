"""Migrations of the connected instance: `ln.setup.migrate` and `ln.setup.django`."""

from __future__ import annotations

from contextlib import contextmanager

from lamindb.base.log import logger
from lamindb.setup import orm
from lamindb.setup.database import Cursor
from lamindb.setup.module_packages import CORE, import_name, is_installed
from lamindb.setup.registry_lookup import import_models
from lamindb.setup.schema_version import forget_checked, newest, shipped_migrations
from lamindb.setup.session import require_instance, settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

ALIAS = "lamindb-setup"
"""Connection to a database that isn't the default (yet)."""
being_migrated: set[str] = set()
"""Modules that may be imported although no connected instance has them."""


# -- migrating databases that aren't connected ---------------------------------------------------


@contextmanager
def _connection(config: dict[str, Any], apps: list[str]) -> Iterator[Any]:
    """Django connection to a database, with exactly these apps mounted."""
    previous = orm.taking_part()
    being_migrated.update(apps)
    try:
        orm.point_default(config, ALIAS)
        for app in apps:
            import_models(import_name(app) or app)
        orm.set_mounted(set(apps))
        from django.db import connections

        yield connections[ALIAS]
    finally:
        being_migrated.difference_update(apps)
        orm.remove_database(ALIAS)
        orm.set_mounted(previous)


def migrate_database(config: dict[str, Any], apps: list[str]) -> None:
    """Apply all pending migrations of some apps to a database."""
    with _connection(config, apps):
        _call("migrate", database=ALIAS, verbosity=0)


@contextmanager
def one_transaction(
    config: dict[str, Any], apps: list[str]
) -> Iterator[tuple[Cursor, Callable[[], None]]]:
    """Write to a Postgres database and migrate it, everything in one transaction.

    Yields
    ------
    tuple
        Cursor, and a function that applies all pending migrations.
    """
    with _connection(config, apps) as connection:
        from django.db import transaction

        with transaction.atomic(using=ALIAS), connection.cursor() as django_cursor:
            cursor = Cursor(django_cursor, "postgresql")
            cursor.wait_for_others()

            def migrate() -> None:
                # tables with unchecked rows can't be altered
                django_cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                _call("migrate", database=ALIAS, verbosity=0)

            yield cursor, migrate


def _call(command: str, *args: str, **options: Any) -> None:
    from django.core.management import call_command

    call_command(command, *args, skip_checks=True, **options)


# -- migrating the connected instance ------------------------------------------------------------


def django(command: str, package_name: str | None = None, **kwargs: Any) -> None:
    """Run a management command of Django on the connected instance.

    Parameters
    ----------
    command : str
        Name of the command, e.g. `"showmigrations"`.
    package_name : str, optional
        First argument of the command: an app.
    **kwargs
        Options of the command.

    Raises
    ------
    CurrentInstanceNotConfigured
        If no instance is connected.

    Example
    -------
    >>> django("sqlmigrate", "lamindb", migration_name="0193")

    References
    ----------
    https://docs.djangoproject.com/en/5.2/ref/django-admin/
    """
    require_instance()
    for app in installed_apps():
        import_models(import_name(app) or app)
    from django.core.management import call_command

    first = [] if package_name is None else [package_name]
    call_command(command, *first, *_positional(command, kwargs), **kwargs)


def _positional(command: str, options: dict[str, Any]) -> list[str]:
    """Take those options out that the command expects by position."""
    from django.core.management import get_commands, load_command_class

    app = get_commands().get(command)
    if app is None:
        return []
    parser = load_command_class(app, command).create_parser("", command)
    by_position = [a.dest for a in parser._actions if not a.option_strings]
    return [str(options.pop(name)) for name in by_position if name in options]


def installed_apps() -> list[str]:
    """`lamindb` and the modules of the connected instance that can be imported."""
    return [CORE, *(m for m in settings.instance.modules_in_order if is_installed(m))]


class migrate:
    """Create and apply migrations of the connected instance, as `ln.setup.migrate`.

    Example
    -------
    >>> migrate.deploy()
    """

    @classmethod
    def create(cls) -> None:
        """Write new migration files for module packages whose models changed."""
        django("makemigrations", skip_checks=True)

    @classmethod
    def deploy(cls, package_name: str | None = None, number: int | None = None) -> None:
        """Apply pending migrations, printing the progress.

        Parameters
        ----------
        package_name : str, optional
            Migrate only this app …
        number : int, optional
            … up to this number; both or none.

        Raises
        ------
        CurrentInstanceNotConfigured
            If no instance is connected.
        ValueError
            If only one of both is given.
        """
        require_instance()
        if (package_name is None) != (number is None):
            raise ValueError("pass both package_name and number, or none of them")
        options = {"skip_checks": True, "interactive": False}
        if package_name is None:
            django("migrate", **options)
        else:
            django("migrate", package_name, migration_name=f"{number:0>4}", **options)
        forget_checked()

    @classmethod
    def check(cls) -> bool:
        """Whether models and migration files agree; otherwise the changes are logged.

        Returns
        -------
        bool
        """
        require_instance()
        changes = _model_changes()
        for app, migrations in changes.items():
            for operation in (o for migration in migrations for o in migration.operations):
                logger.error(f"{app}: {operation.describe()}: not in a migration file")
        if changes:
            logger.error("write the missing migrations with: lamin migrate create")
        return not changes

    @classmethod
    def squash(
        cls, package_name: str, migration_nr: str, start_migration_nr: str | None = None
    ) -> None:
        """Squash migrations of an app into one.

        Parameters
        ----------
        package_name : str
            The app.
        migration_nr : str
            Number or name of the last migration.
        start_migration_nr : str, optional
            Number or name of the first one.
        """
        options = {"start_migration_name": start_migration_nr} if start_migration_nr else {}
        django(
            "squashmigrations",
            package_name,
            migration_name=migration_nr,
            interactive=False,
            skip_checks=True,
            **options,
        )

    @classmethod
    def show(cls) -> None:
        """Print all migrations with marks for those that are applied."""
        django("showmigrations", skip_checks=True)

    @classmethod
    def defined_migrations(cls, latest: bool = False) -> dict[str, list[str]] | dict[str, str]:
        """Migrations in the installed packages.

        Parameters
        ----------
        latest : bool
            Whether to return only the newest one per app.

        Returns
        -------
        dict
            From app to list of names, or to one name.
        """
        require_instance()
        defined = {app: shipped_migrations(app) for app in installed_apps()}
        return _latest(defined) if latest else defined

    @classmethod
    def deployed_migrations(cls, latest: bool = False) -> dict[str, list[str]] | dict[str, str]:
        """Migrations that are recorded in the database.

        Parameters
        ----------
        latest : bool
            Whether to return only the newest one per app.

        Returns
        -------
        dict
            From app to list of names, or to one name.
        """
        require_instance()
        orm.configure()
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
            deployed: dict[str, list[str]] = {}
            for app, name in cursor.fetchall():
                deployed.setdefault(app, []).append(name)
        return _latest(deployed) if latest else deployed


def _model_changes() -> dict[str, list[Any]]:
    """Changes of models that no migration file has, by app."""
    for app in installed_apps():
        import_models(import_name(app) or app)
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None, ignore_no_migrations=True)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    found: dict[str, list[Any]] = detector.changes(graph=loader.graph)
    return found


def _latest(by_app: dict[str, list[str]]) -> dict[str, str]:
    return {app: newest(names) for app, names in by_app.items() if names}
