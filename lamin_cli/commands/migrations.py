"""`lamin migrate`."""

from __future__ import annotations

import click

from lamin_cli.groups import CommandGroup
from lamindb import setup


@click.group(cls=CommandGroup)
def migrate() -> None:
    """Create and apply migrations of the database schema."""


@migrate.command()
def create() -> None:
    """Write migration files for modules whose registries changed."""
    setup.migrate.create()


@migrate.command()
@click.option("--package-name", help="Migrate only this module; needs --number.")
@click.option("--number", help="Number of its last migration to apply.")
def deploy(package_name: str | None, number: str | None) -> None:
    """Apply pending migrations to the current database."""
    setup.migrate.deploy(package_name=package_name, number=number)


@migrate.command()
@click.option("--package-name", required=True, help="Module whose migrations to squash.")
@click.option("--end-number", required=True, help="Number of the last migration to squash.")
@click.option("--start-number", help="Number of the first migration to squash.")
def squash(package_name: str, end_number: str, start_number: str | None) -> None:
    """Merge migration files of a module into one."""
    setup.migrate.squash(package_name, end_number, start_number)
