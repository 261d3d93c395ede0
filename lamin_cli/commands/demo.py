"""`lamin demo`."""

from __future__ import annotations

from pathlib import Path

import click

from lamin_cli.demo import tour


@click.command()
@click.option("--keep", is_flag=True, help="Keep the temporary folder.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    help="A new or empty folder to use instead of a temporary one; it is kept.",
)
def demo(directory: Path | None, keep: bool) -> None:
    """Run a tour of the product in a throw-away folder.

    Creates a database, tracks a script, saves, finds, changes and versions a dataset, and shows
    the code and the output of each step. Your own settings and databases are left alone.
    """
    tour.demo(directory, keep)
