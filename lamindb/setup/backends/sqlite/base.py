"""SQLite opened for concurrent processes.

Write transactions start with `BEGIN IMMEDIATE`, so that two writers queue up (for at most
`timeout` seconds) instead of failing when a reader wants to become a writer.
See https://www.sqlite.org/lang_transaction.html and https://www.sqlite.org/wal.html.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base as sqlite3

from lamindb.base.json_text import canonical_json
from lamindb.errors import CurrentInstanceNotConfigured

BUSY_TIMEOUT = 60
"""Seconds a writer waits for its turn."""


class DatabaseWrapper(sqlite3.DatabaseWrapper):
    """Django's SQLite connection with a busy timeout and immediate write transactions."""

    def get_connection_params(self) -> dict[str, Any]:
        """Connection arguments; a missing file is an error, never a new empty database."""
        params = super().get_connection_params()
        self.transaction_mode = "IMMEDIATE"
        params.setdefault("timeout", BUSY_TIMEOUT)
        name = str(params["database"])
        if not name.startswith(("file:", ":memory:")):
            params["database"] = f"{Path(name).absolute().as_uri()}?mode=rw"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file; a database in WAL mode needs one sync per checkpoint only."""
        try:
            connection = super().get_new_connection(conn_params)
        except sqlite3.Database.OperationalError as error:
            path = Path(str(self.settings_dict["NAME"]))
            if path.exists():
                raise
            raise CurrentInstanceNotConfigured(
                f"SQLite file {path} does not exist\n{CurrentInstanceNotConfigured.default_message}"
            ) from error
        connection.create_function("CANONICAL_JSON", 1, canonical_json, deterministic=True)
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            connection.execute("PRAGMA synchronous = NORMAL")
        return connection
