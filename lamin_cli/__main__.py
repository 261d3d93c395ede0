"""The `lamin` command; `python -m lamin_cli` is the same."""

from __future__ import annotations

import click

from lamin_cli.groups import MainGroup


def show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """Print the version and exit."""
    if not wanted or ctx.resilient_parsing:
        return
    from lamindb import __version__

    click.echo(f"lamindb-core, version {__version__}")
    ctx.exit()


@click.group(cls=MainGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Show the version and exit.",
)
def lamin() -> None:
    """Traceable, validated, queryable datasets for biology.

    `lamin COMMAND --help` explains a command. Set LAMIN_DEBUG=1 to see the traceback of an error.
    """


def main() -> None:
    """Run the command line: parse `sys.argv`, print, exit."""
    lamin(prog_name="lamin")


if __name__ == "__main__":
    main()
