"""Postgres for long-lived sessions.

Django looks after the age and health of connections between web requests. There are none here, so
the check takes place when a connection is used again after a pause.
See https://docs.djangoproject.com/en/5.2/ref/databases/#persistent-connections.
"""

from __future__ import annotations

import time
from typing import Any

from django.db.backends.postgresql import base as postgresql

IDLE_SECONDS = 10.0
"""Pause after which a connection is checked."""


class DatabaseWrapper(postgresql.DatabaseWrapper):
    """Django's Postgres connection that survives restarts of the server and idle timeouts."""

    _last_used = 0.0

    def _cursor(self, name: str | None = None) -> Any:
        now = time.monotonic()
        if now - self._last_used > IDLE_SECONDS and not self.in_atomic_block:
            self.close_if_unusable_or_obsolete()
        self._last_used = now
        return super()._cursor(name)
