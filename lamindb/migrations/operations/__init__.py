"""Migration operations beyond Django's own."""

from __future__ import annotations

from .create_models import CreateModels
from .postgres import IGNORE_CHECK, PostgresSQL, rename_history, type_rules
from .recording import RecordOnSQLite

__all__ = [
    "IGNORE_CHECK",
    "CreateModels",
    "PostgresSQL",
    "RecordOnSQLite",
    "rename_history",
    "type_rules",
]
