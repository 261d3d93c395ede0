"""Compares the migrations recorded in a database with those of the installed packages.

Checked when the default database is first used: one query, no imports of migration files.
"""

from __future__ import annotations

import re
from functools import cache

from lamindb.base.log import logger
from lamindb.errors import LaminError
from lamindb.setup.module_packages import CORE, is_installed, package_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

RECORDED = "SELECT app, name FROM django_migrations ORDER BY id"
HINT = "the database is behind the installed version: lamin migrate deploy"

_checked: set[str] = set()


@cache
def shipped_migrations(app: str) -> list[str]:
    """Names of the migration files of an installed package, without importing it."""
    folder = package_folder(app) / "migrations"
    return sorted(path.stem for path in folder.glob("[0-9]*.py"))


def newest(names: list[str]) -> str:
    """Newest of several migrations: the one with the highest number."""
    return max(names, key=number_of)


def number_of(name: str) -> int:
    """Number at the beginning of a migration's name."""
    match = re.match(r"\d+", name)
    return int(match.group()) if match else -1


def forget_checked() -> None:
    """Check again when a connection is opened next."""
    _checked.clear()


def check(connection: Any) -> None:
    """Say whether a database that was just opened is behind or ahead; once per database.

    Parameters
    ----------
    connection
        Django connection; only the default one is checked.

    Raises
    ------
    LaminError
        If the database is so old that no installed migration can bring it up to date.
    """
    place = f"{connection.settings_dict.get('HOST')}/{connection.settings_dict['NAME']}"
    if connection.alias != "default" or place in _checked:
        return
    recorded = _recorded(connection)
    is_behind = False
    for app, names in recorded.items():
        if app == CORE or is_installed(app):
            is_behind |= _compare(app, newest(names))
    if is_behind:
        connection.execute_wrappers.append(_with_hint)
    _checked.add(place)


def _recorded(connection: Any) -> dict[str, list[str]]:
    """Recorded migrations by app; none if there is no such table."""
    by_app: dict[str, list[str]] = {}
    try:
        # the driver's cursor: this is not one of the caller's queries
        cursor = connection.connection.cursor()
        cursor.execute(RECORDED)
        rows = cursor.fetchall()
    except connection.Database.Error:
        return by_app
    for app, name in rows:
        by_app.setdefault(app, []).append(name)
    return by_app


def _compare(app: str, deployed: str) -> bool:
    """Whether the database is behind for an app; logs it."""
    shipped = shipped_migrations(app)
    if not shipped:
        return False
    latest = newest(shipped)
    gap = number_of(latest) - number_of(deployed)
    if gap < 0:
        logger.warning(
            f"the database is ahead of your installed package ({app} {deployed} > {latest}): update"
            f" {app}, e.g. pip install -U {app}"
        )
    elif gap > 0 and number_of(deployed) < min(map(number_of, shipped)):
        raise LaminError(
            f"The database is far behind the installed version ({app} {deployed} < {latest}), and"
            f" this version can only upgrade from {newest(shipped[:1])} on: upgrade it with the"
            " version that created it first"
        )
    elif gap > 0:
        logger.warning(
            f"database is behind the installed version ({deployed} < {latest}):"
            " lamin migrate deploy"
        )
    return gap > 0


def _with_hint(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Tell people who miss a column or table where it is."""
    from django.db import DatabaseError

    try:
        return execute(sql, params, many, context)
    except DatabaseError as error:
        raise type(error)(f"{error}\n{HINT}") from error
