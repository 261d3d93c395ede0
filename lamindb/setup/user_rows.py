"""The row of a user, read and written through any DB-API cursor that takes `%s` parameters."""

from __future__ import annotations

from datetime import datetime, timezone

from lamindb.errors import IntegrityError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.setup.user import UserSettings

REFUSALS = ("readonly", "read-only", "permission denied", "row-level security")


def find_user(cursor: Any, user: UserSettings) -> int | None:
    """Primary key of a user, None if the row is missing or differs."""
    cursor.execute("SELECT id, handle, name FROM lamindb_user WHERE uid = %s", [user.uid])
    row = cursor.fetchone()
    if row is None or row[1] != user.handle or user.name not in (None, row[2]):
        return None
    primary_key: int = row[0]
    return primary_key


def ensure_user(cursor: Any, user: UserSettings) -> int:
    """Create or update the row of a user.

    Parameters
    ----------
    cursor
        DB-API cursor with `%s` parameters, inside a transaction.
    user : UserSettings
        The user.

    Returns
    -------
    int
        Primary key.
    """
    found = find_user(cursor, user)
    if found is not None:
        return found
    cursor.execute(
        "INSERT INTO lamindb_user (uid, handle, name) VALUES (%s, %s, %s)"
        " ON CONFLICT (uid) DO UPDATE SET handle = excluded.handle,"
        " name = COALESCE(excluded.name, lamindb_user.name), updated_at = %s",
        [user.uid, user.handle, user.name, _now()],
    )
    cursor.execute("SELECT id FROM lamindb_user WHERE uid = %s", [user.uid])
    primary_key: int = cursor.fetchone()[0]
    return primary_key


def _now() -> str:
    """Time in the form that is stored: UTC without offset."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")


def is_refused(error: Exception) -> bool:
    """Whether a database error says that writing isn't allowed."""
    return any(text in str(error).lower() for text in REFUSALS)


def handle_is_taken(user: UserSettings) -> IntegrityError:
    """Error for a handle that belongs to somebody else in this database."""
    return IntegrityError(
        f"Another user of this database has the handle {user.handle!r}: log in with another"
        " handle, lamin login HANDLE --local"
    )
