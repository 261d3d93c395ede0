"""Placeholder engine: every use says which command connects an instance."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db.backends.dummy import base as dummy

from lamindb.errors import CurrentInstanceNotConfigured
from lamindb.setup.session import not_connected_message


def no_instance(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise the error that names the commands to type, and why the instance is unusable."""
    raise CurrentInstanceNotConfigured(not_connected_message())


class DatabaseOperations(dummy.DatabaseOperations):
    """Compiling any SQL fails: querysets never get as far as an empty result."""

    quote_name = no_instance
    compiler = no_instance


class DatabaseWrapper(dummy.DatabaseWrapper):
    """Connection that can be closed and rolled back, but never used."""

    vendor = "nodb"
    display_name = "no database"
    ops_class = DatabaseOperations
    ensure_connection = no_instance
    _cursor = no_instance
    _commit = no_instance
    _set_autocommit = no_instance
    _savepoint_commit = no_instance
