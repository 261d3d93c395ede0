"""`login` and `logout`: which user is active on this machine."""

from __future__ import annotations

import os
import re
from contextlib import suppress

from lamindb.base import uids
from lamindb.base.log import logger
from lamindb.errors import InvalidArgument
from lamindb.setup import files
from lamindb.setup.connection import register_user
from lamindb.setup.session import settings
from lamindb.setup.user import ANONYMOUS, UserSettings, read_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

HANDLE = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")
RESERVED = (ANONYMOUS, "none")
UID_LENGTH = 8
NO_HUB = (
    "✗ This build has no hub that could check an API key. To be identified, choose a handle on this"
    " machine: lamin login HANDLE --local"
)


def login(
    user: str | None = None,
    *,
    api_key: str | None = None,
    local: bool = False,
    name: str | None = None,
    **kwargs: object,
) -> UserSettings:
    """Become another user: switch to a stored profile, or create a local one.

    Parameters
    ----------
    user : str, optional
        Handle or email address of a stored profile; with `local`, any handle.
    api_key : str, optional
        API key of a hub.
    local : bool
        Whether to create the user if there is no profile. The same handle is the same user on
        every machine.
    name : str, optional
        Full name of a local user.
    **kwargs
        `key` is an old name of `api_key`; anything else is refused.

    Returns
    -------
    UserSettings

    Raises
    ------
    SystemExit
        If there is no stored profile, or if an API key would have to be checked.
    ValueError
        If user and API key are given together, or if a handle has an invalid form.
    TypeError
        If there is an unknown keyword.

    Example
    -------
    >>> login("anna", local=True, name="Anna Ek")
    → logged in anna
    """
    if "key" in kwargs:
        logger.warning("the argument `key` is deprecated, use `api_key`")
        legacy = kwargs.pop("key")
        api_key = api_key or (None if legacy is None else str(legacy))
    for keyword in kwargs:
        raise TypeError(f"login() got an unexpected keyword argument {keyword!r}")
    if user is not None and api_key is not None:
        raise InvalidArgument("Pass either a user or an API key, not both")
    if local:
        return _become(_local_user(user, name))
    if name is not None:
        raise InvalidArgument("name is for local users: pass local=True as well")
    if user is None:
        _no_hub()
    return _become(_stored_user(user))


def _no_hub() -> NoReturn:
    raise SystemExit(NO_HUB)


def _stored_user(handle_or_email: str) -> UserSettings:
    if "/" not in handle_or_email:
        with suppress(FileNotFoundError):
            return read_user(files.user_file(handle_or_email))
    raise SystemExit(
        "✗ Use your API key for your first login in a compute environment. After that, you can use"
        " your handle."
    )


def _local_user(handle: str | None, name: str | None) -> UserSettings:
    if handle is None or not HANDLE.fullmatch(handle) or handle in RESERVED:
        raise InvalidArgument(
            f"Invalid handle {handle!r}: use up to 30 lowercase letters, digits, '_' and '-', a"
            f" letter or digit first, and not {' or '.join(map(repr, RESERVED))}"
        )
    try:
        stored = read_user(files.user_file(handle))
    except FileNotFoundError:
        return UserSettings(
            handle=handle, uid=uids.uid_from_text(f"local:{handle}", UID_LENGTH), name=name
        )
    if name is not None:
        stored.name = name
    return stored


def _become(user: UserSettings) -> UserSettings:
    user.make_current()
    settings.set_user(user)
    if settings.is_configured:
        register_user(settings.instance)
    logger.important(f"logged in {user.handle}")
    return user


def logout() -> None:
    """Become the anonymous user; profile and connection stay.

    Example
    -------
    >>> logout()
    → logged out
    """
    try:
        files.current_user_file().unlink()
    except FileNotFoundError:
        logger.important("already logged out")
    else:
        logger.important("logged out")
    settings.set_user(None)
    if os.environ.get("LAMIN_API_KEY"):
        logger.warning(
            "LAMIN_API_KEY is still set in your environment and will automatically log you in"
        )


def register() -> NoReturn:
    """Register the instance at a hub.

    Raises
    ------
    NotImplementedError
        Always: there is no hub.
    """
    raise NotImplementedError("register() needs a hub, which this build doesn't have")
