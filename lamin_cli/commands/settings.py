"""`lamin info`, `lamin settings` and the old `lamin cache`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import click

from lamin_cli.groups import CommandGroup
from lamindb.base.log import logger
from lamindb.errors import CurrentInstanceNotConfigured
from lamindb.setup import cache_dir, dev_dir
from lamindb.setup.modules import mount_modules
from lamindb.setup.session import not_connected_message
from lamindb.setup.session import settings as setup_settings

NONE = ("none", "null")
"""Words that unset a setting."""


def print_value(read: Callable[[], object]) -> None:
    """Print a value alone on stdout, so that scripts can use it; messages go to stderr."""
    with redirect_stdout(sys.stderr):
        value = read()
    click.echo(str(value))


def print_info() -> None:
    """Print all settings, and why there is no instance although one was selected."""
    with redirect_stdout(sys.stderr):
        text = repr(setup_settings)
    click.echo(text)
    reason = None if setup_settings.is_configured else not_connected_message()
    if reason is not None:
        click.echo(f"\n{reason}", err=True)


@click.command()
def info() -> None:
    """Show the current database, settings and user."""
    print_info()


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
def settings(ctx: click.Context) -> None:
    """Show and change settings."""
    if ctx.invoked_subcommand is None:
        click.echo("Configure: see `lamin settings --help`")
        print_info()


# -- branch and space ----------------------------------------------------------------------------


def selected(read: Callable[[], str]) -> str:
    """Value of a setting that belongs to an instance."""
    if not setup_settings.is_configured:
        raise CurrentInstanceNotConfigured(not_connected_message())
    return read()


def branch_name() -> str:
    """Name of the current branch."""
    return selected(lambda: setup_settings.branch_name)


def space_name() -> str:
    """Name of the current space."""
    return selected(lambda: setup_settings.space_name)


@settings.group(cls=CommandGroup)
def branch() -> None:
    """The branch of new records."""


@branch.command("get")
def get_branch() -> None:
    """Show the name of the current branch."""
    print_value(branch_name)


@settings.group(cls=CommandGroup)
def space() -> None:
    """The space of new records."""


@space.command("get")
def get_space() -> None:
    """Show the name of the current space."""
    print_value(space_name)


# -- development folder --------------------------------------------------------------------------


def set_dev_dir_text(value: str) -> None:
    """Set the development folder; `none` ends it."""
    setup_settings.dev_dir = None if value.lower() in NONE else Path(value)


@settings.group("dev-dir", cls=CommandGroup)
def dev_dir_group() -> None:
    """The development folder: the project folder that is connected to the database."""


@dev_dir_group.command("get")
def get_dev_dir() -> None:
    """Show the development folder that contains the working directory."""
    print_value(lambda: setup_settings.dev_dir)


@dev_dir_group.command("find")
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
def find_dev_dirs(path: Path) -> None:
    """List the development folders below PATH: folder, database, branch."""
    for found in dev_dir.find_dev_dirs(path.resolve()):
        click.echo("\t".join(map(str, found)))


@dev_dir_group.command("set", hidden=True)
@click.argument("value")
def set_dev_dir(value: str) -> None:
    """Make a folder a development folder; `none` ends the present one."""
    set_dev_dir_text(value)


@dev_dir_group.command("unset", hidden=True)
def unset_dev_dir() -> None:
    """End the development folder that contains the working directory."""
    setup_settings.dev_dir = None


# -- cache ---------------------------------------------------------------------------------------


@settings.group("cache-dir", cls=CommandGroup)
def cache_dir_group() -> None:
    """The folder for copies of cloud files, which can be made again."""


@cache_dir_group.command("get")
def get_cache_dir() -> None:
    """Show the cache folder."""
    print_value(lambda: f"The cache directory is {cache_dir.cache_path()}")


@cache_dir_group.command("set")
@click.argument("path")
def set_cache_dir(path: str) -> None:
    """Use the absolute PATH; `null` goes back to the default. Cached files move along."""
    cache_dir.set_cache_dir(None if path.lower() in NONE else path)


@cache_dir_group.command("reset")
def reset_cache_dir() -> None:
    """Go back to the default cache folder. Cached files move along."""
    cache_dir.set_cache_dir(None)


@cache_dir_group.command("clear")
def clear_cache_dir() -> None:
    """Remove everything in the cache folder."""
    cache_dir.clear_cache_dir()


@click.group(cls=CommandGroup, hidden=True)
def cache() -> None:
    """Deprecated: use `lamin settings cache-dir`."""
    with redirect_stdout(sys.stderr):
        logger.warning("'lamin cache' is deprecated. Use 'lamin settings cache-dir' instead.")


for command in (get_cache_dir, set_cache_dir, clear_cache_dir):
    cache.add_command(command)


# -- modules -------------------------------------------------------------------------------------


@settings.group(cls=CommandGroup)
def modules() -> None:
    """Modules of the database, and those that are used while none is connected."""


@modules.command("get")
def get_modules() -> None:
    """Show the modules in use."""
    print_value(lambda: ",".join(sorted(setup_settings.modules)) or None)


@modules.command("set")
@click.argument("value")
def set_modules(value: str) -> None:
    """Use these modules without a database, separated by commas; `none`: the default."""
    setup_settings.modules = None if value.lower() in NONE else value
    if setup_settings.is_configured:
        logger.warning(
            f"the modules of the connected database {setup_settings.instance.slug} keep winning"
        )


@modules.command("add")
@click.argument("names")
def add_modules(names: str) -> None:
    """Mount further modules, separated by commas, in the current database."""
    mount_modules(names)


@modules.command("unset")
def unset_modules() -> None:
    """Go back to the default modules without a database."""
    setup_settings.modules = None


# -- old forms -----------------------------------------------------------------------------------

READERS: dict[str, Callable[[], object]] = {
    "auto-connect": lambda: setup_settings.auto_connect,
    "private-django-api": lambda: setup_settings.private_django_api,
    "space": space_name,
    "branch": branch_name,
    "dev-dir": lambda: setup_settings.dev_dir,
}


@settings.command("get", hidden=True)
@click.argument("setting", type=click.Choice(list(READERS)))
def get_setting(setting: str) -> None:
    """Show a setting (old form)."""
    print_value(READERS[setting])


@settings.command("set", hidden=True)
@click.argument("setting", type=click.Choice(["auto-connect", "private-django-api", "dev-dir"]))
@click.argument("value")
def set_setting(setting: str, value: str) -> None:
    """Change a setting (old form)."""
    if setting == "dev-dir":
        set_dev_dir_text(value)
    else:
        setattr(setup_settings, setting.replace("-", "_"), value.lower() in ("true", "1", "yes"))
