"""All commands of `lamin` in one table, so that the help needs no command's module."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One command: where it lives (`module:attribute`) and its line in `lamin --help`."""

    target: str
    help: str
    is_hidden: bool = False


SECTIONS: dict[str, dict[str, Entry]] = {
    "Get started": {
        "demo": Entry(
            "lamin_cli.commands.demo:demo",
            "Run a tour of the product in a throw-away folder.",
        ),
    },
    "Configure your environment": {
        "connect": Entry(
            "lamin_cli.commands.instances:connect",
            "Set the default database, or that of this folder.",
        ),
        "info": Entry(
            "lamin_cli.commands.settings:info",
            "Show the current database, settings and user.",
        ),
        "init": Entry(
            "lamin_cli.commands.instances:init",
            "Create a database with a storage location.",
        ),
        "disconnect": Entry(
            "lamin_cli.commands.instances:disconnect",
            "Unset the default database, or that of this folder.",
        ),
    },
    "Save, load, create & delete": {
        "delete": Entry(
            "lamin_cli.commands.instances:delete",
            "Delete a database and its managed storage.",
        ),
    },
    "Administer": {
        "settings": Entry(
            "lamin_cli.commands.settings:settings",
            "Show and change settings.",
        ),
        "migrate": Entry(
            "lamin_cli.commands.migrations:migrate",
            "Create and apply migrations of the database schema.",
        ),
        "cache": Entry(
            "lamin_cli.commands.settings:cache",
            "Deprecated: use `lamin settings cache-dir`.",
            is_hidden=True,
        ),
    },
    "Authenticate": {
        "login": Entry(
            "lamin_cli.commands.users:login",
            "Switch to a user.",
        ),
        "logout": Entry(
            "lamin_cli.commands.users:logout",
            "Switch back to the anonymous user.",
        ),
    },
}

COMMANDS: dict[str, Entry] = {
    name: entry for section in SECTIONS.values() for name, entry in section.items()
}
