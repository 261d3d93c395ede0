"""Counts the SQL statements that a block of code sends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class QueryCounter:
    """Context manager: `with count_queries() as queries: ...; assert queries.count == 1`.

    Statements that only open or close a transaction are not counted.
    """

    def __init__(self, using: str = "default") -> None:
        self.using = using
        self.statements: list[str] = []
        self._wrapper: AbstractContextManager[None] | None = None

    @property
    def count(self) -> int:
        """Number of statements so far."""
        return len(self.statements)

    def __enter__(self) -> QueryCounter:
        from django.db import connections

        import lamindb.models  # noqa: F401  (configures Django)

        self.statements.clear()
        self._wrapper = connections[self.using].execute_wrapper(self._record)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *exc_info: Any) -> None:
        assert self._wrapper is not None
        self._wrapper.__exit__(*exc_info)

    def _record(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if not sql.lstrip().upper().startswith(TRANSACTION_CONTROL):
            self.statements.append(sql)
        return execute(sql, params, many, context)
