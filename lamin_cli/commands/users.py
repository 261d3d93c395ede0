"""`lamin login`, `lamin logout`."""

from __future__ import annotations

import click

from lamindb import setup


@click.command()
@click.argument("user", required=False)
@click.option("--local", is_flag=True, help="Create the user on this machine if it is new.")
@click.option("--name", help="Full name of a new local user.")
@click.option("--key", "api_key", hidden=True, help="API key.")
def login(user: str | None, local: bool, name: str | None, api_key: str | None) -> None:
    """Switch to a user.

    USER is the handle or email of a user who logged in here before. With --local, it is the handle
    of a local identity that needs no account anywhere and is the same on every machine.

    \b
    Examples:
      lamin login ada --local --name "Ada Lovelace"
      lamin login ada
    """
    if (local or name is not None) and user is None:
        raise click.UsageError("Missing argument 'USER': the handle of the local user.")
    if name is not None and not local:
        raise click.UsageError("--name goes with --local.")
    setup.login(user, api_key=api_key, local=local, name=name)


@click.command()
def logout() -> None:
    """Switch back to the anonymous user; the profile of the present one is kept."""
    setup.logout()
