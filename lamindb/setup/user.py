"""The current user: who is recorded as creator of new rows."""

from __future__ import annotations

from lamindb.base.log import logger
from lamindb.errors import NoWriteAccess, SettingsEnvFileOutdated
from lamindb.setup import files, orm, user_rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any
    from uuid import UUID

ANONYMOUS = "anonymous"
ANONYMOUS_UID = "00000000"
PREFIX = "lamin_user_"
REQUIRED = ("email", "password", "access_token", "uid", "uuid", "handle", "name")


class UserSettings:
    """A user: a handle and a uid that is the same on every machine.

    Parameters
    ----------
    handle : str
        Short unique name.
    email, api_key, password, access_token : str, optional
        For a hub; kept so that settings files survive a round trip.
    uid : str
        8 characters.
    name : str, optional
        Full name.

    Example
    -------
    >>> UserSettings()
    Current user:
     - handle: anonymous
     - uid: 00000000
    """

    def __init__(
        self,
        handle: str = ANONYMOUS,
        email: str | None = None,
        api_key: str | None = None,
        password: str | None = None,
        access_token: str | None = None,
        uid: str = ANONYMOUS_UID,
        _uuid: UUID | str | None = None,
        name: str | None = None,
    ) -> None:
        self.handle = handle
        self.email = email
        self.api_key = api_key
        self.password = password
        self.access_token = access_token
        self.uid = uid
        self._uuid_hex = _uuid if _uuid is None or isinstance(_uuid, str) else _uuid.hex
        self.name = name

    @property
    def _uuid(self) -> UUID | None:
        """Id at a hub."""
        from uuid import UUID

        return UUID(self._uuid_hex) if self._uuid_hex else None

    @property
    def id(self) -> int:
        """Primary key in the connected database; the row is created if it doesn't exist.

        Raises
        ------
        CurrentInstanceNotConfigured
            If no instance is connected.
        NoWriteAccess
            If there is no such row and the database can't be written to.
        IntegrityError
            If another user of the database has this handle.
        """
        return user_id(self)

    def as_text(self) -> str:
        """Content of the settings file."""
        values = {
            "email": self.email,
            "password": self.password,
            "access_token": self.access_token,
            "uid": self.uid,
            "uuid": self._uuid_hex,
            "handle": self.handle,
            "name": self.name,
            "api_key": self.api_key,
        }
        return files.env_text({PREFIX + key: value for key, value in values.items()})

    def make_current(self) -> None:
        """Store the profile and make it the active one."""
        if self.handle != ANONYMOUS:
            for label in filter(None, (self.handle, self.email)):
                files.write_text(files.user_file(label), self.as_text(), private=True)
        files.write_text(files.current_user_file(), self.as_text(), private=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UserSettings) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Current user:\n - handle: {self.handle}\n - uid: {self.uid}"


def read_user(path: Path) -> UserSettings:
    """Read a user file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SettingsEnvFileOutdated
        If the file is damaged, or was written by an outdated version.
    """
    values = files.read_env(path, required=[PREFIX + key for key in REQUIRED])
    handle, uid = values[f"{PREFIX}handle"], values[f"{PREFIX}uid"]
    if handle is None or uid is None:
        raise SettingsEnvFileOutdated(
            f"The settings file {path} is damaged: it has no handle or no uid. Delete it and log"
            " in again: lamin login"
        )
    return UserSettings(
        handle=handle,
        email=values[f"{PREFIX}email"],
        api_key=values.get(f"{PREFIX}api_key"),
        password=values[f"{PREFIX}password"],
        access_token=values[f"{PREFIX}access_token"],
        uid=uid,
        _uuid=values[f"{PREFIX}uuid"],
        name=values[f"{PREFIX}name"],
    )


def current_user() -> UserSettings:
    """Read the active user; the first time, it becomes the anonymous one."""
    try:
        return read_user(files.current_user_file())
    except FileNotFoundError:
        pass
    user = UserSettings()
    logger.warning("using anonymous user (to identify, call: lamin login)")
    try:
        user.make_current()
    except NoWriteAccess as error:
        logger.warning(error)
    return user


def current_handle() -> str:
    """Handle of the active user, without writing or printing anything."""
    try:
        return read_user(files.current_user_file()).handle
    except (FileNotFoundError, SettingsEnvFileOutdated):
        return ANONYMOUS


# -- rows ----------------------------------------------------------------------------------------

_ids: dict[tuple[str, ...], int] = {}
_latest: tuple[Any, UserSettings, int] | None = None
"""The settings of the database, the user and the key that were asked for last."""


def user_id(user: UserSettings) -> int:
    """Primary key of a user in the connected database, looked up once per database."""
    global _latest
    if not orm.is_configured():
        orm.configure()
    from django.db import connection, connections

    database = connections["default"].settings_dict
    if _latest is not None and _latest[0] is database and _latest[1] is user:
        return _latest[2]
    place = (str(database["HOST"]), str(database["PORT"]), str(database["NAME"]))
    key = (*place, user.uid, user.handle, str(user.name))
    if key in _ids:
        _latest = (database, user, _ids[key])
        return _ids[key]
    with connection.cursor() as cursor:
        found = user_rows.find_user(cursor, user)
    if found is None:
        found = _register(user)
        if connection.in_atomic_block:
            # the row is gone if the transaction fails
            connection.on_commit(lambda: _ids.__setitem__(key, found))
            return found
    _ids[key] = found
    return found


def forget_ids() -> None:
    """Look up primary keys again, because another database may have taken the place."""
    global _latest
    _latest = None
    _ids.clear()


def _register(user: UserSettings) -> int:
    from django.db import DatabaseError, connection, transaction
    from django.db import IntegrityError as DatabaseIntegrityError

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            return user_rows.ensure_user(cursor, user)
    except DatabaseIntegrityError as error:
        raise user_rows.handle_is_taken(user) from error
    except DatabaseError as error:
        if user_rows.is_refused(error):
            raise NoWriteAccess(
                f"User {user.handle!r} isn't registered in the database, and it can't be written"
                f" to: {error}"
            ) from error
        raise
