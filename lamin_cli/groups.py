"""Command groups: commands imported on use, suggestions for typos, one-line errors."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from lamin_cli.failures import describe, wants_traceback
from lamin_cli.table import COMMANDS, SECTIONS


class Aborted(click.ClickException):
    """The user ended a question with Ctrl-C or Ctrl-D, or nobody could answer it."""

    def __init__(self) -> None:
        super().__init__("Aborted.")

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=file is None)


class CommandGroup(click.Group):
    """A group that suggests similar names for an unknown command and exits 2 without one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = self.list_commands(ctx)
        name = args[0]
        if name not in names and self.get_command(ctx, name) is None and not name.startswith("-"):
            close = get_close_matches(name, names)
            hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not self.invoke_without_command and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit(2)
        return super().parse_args(ctx, args)


class MainGroup(CommandGroup):
    """The `lamin` command: knows its commands from a table, imports the one that is invoked."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for heading, commands in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [
                        (name.ljust(width), entry.help)
                        for name, entry in commands.items()
                        if not entry.is_hidden
                    ]
                )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        options = click.Command.shell_complete(self, ctx, incomplete)
        return options + [
            CompletionItem(name, help=entry.help)
            for name, entry in COMMANDS.items()
            if name.startswith(incomplete) and not entry.is_hidden
        ]

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.Abort, EOFError, KeyboardInterrupt):
            raise Aborted from None
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            if wants_traceback():
                raise
            raise click.ClickException(describe(error)) from None
