"""URLs of Postgres databases: checking, masking, and what Django and psycopg make of them."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from lamindb.errors import InvalidArgument
from lamindb.setup.slugs import POSTGRES_SCHEMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from urllib.parse import SplitResult

ENGINE = "lamindb.setup.backends.postgresql"
LOCAL_HOSTS = ("", "localhost", "127.0.0.1", "0.0.0.0", "::1")
CONNECTION_MAX_AGE = 299
"""Seconds a connection is used: one less than common idle timeouts of servers and proxies."""
CONNECT_TIMEOUT = 20
"""Seconds to wait for the server, unless PGCONNECT_TIMEOUT says otherwise."""


def normalized_url(url: str) -> str:
    """Check the URL of a Postgres database and spell its scheme `postgresql`.

    Parameters
    ----------
    url : str
        `postgresql://user:password@host:port/database`; the schemes `postgres` and
        `postgresql+psycopg2` mean the same.

    Returns
    -------
    str

    Raises
    ------
    InvalidArgument
        If it has another scheme, no database name or an invalid port; it is a `ValueError`.

    Example
    -------
    >>> normalized_url("postgres://anna@localhost/research")
    'postgresql://anna@localhost/research'

    References
    ----------
    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
    """
    expected = "pass db='postgresql://user:password@host:port/database'"
    scheme = url.partition("://")[0] if "://" in url else ""
    if scheme not in POSTGRES_SCHEMES:
        raise InvalidArgument(f"Invalid scheme: {scheme or url.partition(':')[0]!r}, {expected}")
    parts = urlsplit(url)
    try:
        parts.port  # noqa: B018 (raises for an invalid port)
    except ValueError as error:
        raise InvalidArgument(f"Invalid port in {masked_url(url)}: {error}; {expected}") from error
    if not parts.path.strip("/"):
        raise InvalidArgument(f"Database name missing in {masked_url(url)}: {expected}")
    return f"postgresql{url[len(scheme) :]}"


def masked_url(url: str) -> str:
    """Hide the password and the host of a database URL.

    Example
    -------
    >>> masked_url("postgresql://anna:secret@db.example.com:5432/research")
    'postgresql://anna:***@***:5432/research'
    """
    parts = urlsplit(url)
    if not parts.netloc:
        return url
    user, _, _ = parts.netloc.rpartition("@")
    name, has_password, _ = user.partition(":")
    login = f"{name}{':***' if has_password else ''}@" if user else ""
    address = parts.netloc.rpartition("@")[2].rpartition("]")[2]
    port = f":{address.rpartition(':')[2]}" if ":" in address else ""
    # parameters of the query string may hold a password too
    return urlunsplit((parts.scheme, f"{login}***{port}", parts.path, "", ""))


def is_local(url: str) -> bool:
    """Whether the server runs on this machine."""
    return (urlsplit(url).hostname or "") in LOCAL_HOSTS


def is_read_only(url: str) -> bool:
    """Whether the URL logs in a user that may only read, by the usual names of such users."""
    user = unquote(urlsplit(url).username or "").lower()
    return not {"public", "read", "readonly", "reader"}.isdisjoint(
        user.replace("-", "_").replace(".", "_").split("_")
    )


def connection_options(url: str) -> dict[str, Any]:
    """Options of libpq: those in the query string, a timeout, and TLS for other machines."""
    options: dict[str, Any] = {
        "connect_timeout": int(os.environ.get("PGCONNECT_TIMEOUT") or CONNECT_TIMEOUT)
    }
    needs_tls = os.environ.get("LAMIN_DB_SSL_REQUIRE", "").lower() != "false"
    if needs_tls and not is_local(url):
        options["sslmode"] = "require"
    options.update(parse_qsl(urlsplit(url).query))
    return options


def django_config(url: str) -> dict[str, Any]:
    """Database settings of Django for a URL.

    Example
    -------
    >>> django_config("postgresql://anna@localhost/research")["NAME"]
    'research'

    References
    ----------
    https://docs.djangoproject.com/en/5.2/ref/settings/#databases
    """
    parts = urlsplit(url)
    return {
        "ENGINE": ENGINE,
        "NAME": database_name(url),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": CONNECTION_MAX_AGE,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": connection_options(url),
    }


def database_name(url: str) -> str:
    """Name of the database in a URL."""
    return unquote(urlsplit(url).path.strip("/"))


def connection_url(url: str) -> str:
    """URL for psycopg, with the options of `connection_options` in the query string."""
    parts: SplitResult = urlsplit(url)
    query = "&".join(f"{key}={quote(str(v))}" for key, v in connection_options(url).items())
    return urlunsplit(parts._replace(query=query))
