"""`lamin init`, `connect`, `disconnect`, `delete`."""

from __future__ import annotations

import click

from lamin_cli import instances
from lamindb.setup import connection, creation


@click.command()
@click.option(
    "--storage", default="./storage", show_default=True, help="Folder for data and database."
)
@click.option("--name", help="Name of the instance. Default: derived from storage or database.")
@click.option("--db", help="URL of a Postgres database. Default: SQLite in the storage folder.")
@click.option("--modules", help="Modules to mount, separated by commas.")
def init(storage: str, name: str | None, db: str | None, modules: str | None) -> None:
    """Create a database with a storage location, and connect this folder to it.

    \b
    Examples:
      lamin init --storage ./mydata
      lamin init --storage ./mydata --modules bionty
      lamin init --storage ./mydata --db postgresql://user:password@localhost:5432/mydb
    """
    creation.init(storage=storage, name=name, db=db, modules=modules)


@click.command()
@click.argument("instance")
@click.option("--here", is_flag=True, help="Connect this folder, leave the default alone.")
@click.option("--use-proxy-db", is_flag=True, help="Needs a hub; without effect.")
def connect(instance: str, here: bool, use_proxy_db: bool) -> None:
    """Make INSTANCE the default database, or with --here that of this folder.

    \b
    INSTANCE is one of:
      owner/name                             an instance known on this machine
      name                                   the same, of the current user
      https://host/owner/name                its page
      /path/to/storage                       the storage folder of a SQLite instance
      postgresql://user:password@host/db     its database
    """
    instances.connect(instance, here=here, use_proxy_db=use_proxy_db)


@click.command()
@click.option("--here", is_flag=True, help="Disconnect this folder, leave the default alone.")
def disconnect(here: bool) -> None:
    """Unset the default database, or with --here that of this folder.

    Data and database stay; `lamin connect` connects them again.
    """
    connection.disconnect(here=here)


@click.command()
@click.argument("entity")
@click.argument("name", required=False)
@click.option("--slug", hidden=True, help="The instance, in place of NAME.")
@click.option("--force", is_flag=True, help="Do not ask.")
@click.pass_context
def delete(
    ctx: click.Context, entity: str, name: str | None, slug: str | None, force: bool
) -> None:
    """Delete an instance: its database, its empty storage folder and its settings.

    Refused while its storage still holds data. Your own files in the folder are left alone.

    \b
    Examples:
      lamin delete owner/name
      lamin delete instance owner/name
    """
    if name is not None and slug is not None:
        raise click.UsageError("Pass the instance as NAME or as --slug, not both.")
    if instances.delete(entity, name or slug, force=force) == -1:
        ctx.exit(1)
