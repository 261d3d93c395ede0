"""Names of migrations that a database of the known product has recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


class RecordOnSQLite(Operation):
    """Record migrations that exist in SQLite databases only.

    Parameters
    ----------
    *names : str
        Names of migrations of this app.

    Examples
    --------
    >>> RecordOnSQLite("0183_squashed", "0187_squashed")
    """

    reversible = False

    def __init__(self, *names: str) -> None:
        self.names = names

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        recorder = MigrationRecorder(schema_editor.connection)
        for name in self.names:
            recorder.record_applied(app_label, name)

    def describe(self) -> str:
        return f"Record {', '.join(self.names)}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, list(self.names), {}
