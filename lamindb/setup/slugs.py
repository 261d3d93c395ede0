"""Identifiers of instances: `owner/name`, and the other forms in which people give them."""

from __future__ import annotations

from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lamindb.base.types import AnyPathStr

NO_SLUG = "none/none"
ID_OF_NO_INSTANCE = "0" * 32
POSTGRES_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg2", "postgresql+psycopg")
MAX_FILE_NAME_BYTES = 200
"""Leaves room for prefixes and suffixes in the 255 bytes that file systems allow."""

IDENTIFIER_FORMS = (
    "The instance identifier needs to be 'owner/name', the instance name (owner is current user)"
    " or the URL: https://lamin.ai/owner/name."
)


def split_identifier(identifier: str, owner: str) -> tuple[str, str]:
    """Split an instance identifier into owner and name.

    Parameters
    ----------
    identifier : str
        `name`, `owner/name` or `https://host/owner/name`; one trailing slash is ignored.
    owner : str
        Owner if the identifier doesn't name one: the current user.

    Returns
    -------
    tuple of str
        Owner and name.

    Raises
    ------
    ValueError
        If it has another form.

    Example
    -------
    >>> split_identifier("https://lamin.ai/laminlabs/lamindata", owner="anonymous")
    ('laminlabs', 'lamindata')
    """
    scheme, _, rest = identifier.rpartition("://")
    parts = rest.removesuffix("/").split("/")
    if scheme in ("http", "https"):
        parts = parts[1:] if len(parts) == 3 else []
    elif scheme:
        parts = []
    elif "/" not in rest:
        parts = [owner, *parts]
    if len(parts) != 2 or not all(is_slug_part(part) for part in parts):
        raise ValueError(f"{IDENTIFIER_FORMS} Got {identifier!r}.")
    return parts[0], parts[1]


def is_slug_part(text: str) -> bool:
    """Whether a text can be an owner or a name: not blank, one line, no slash."""
    return bool(text.strip()) and text.isprintable() and "/" not in text


def check_name(name: str) -> None:
    """Refuse instance names that don't fit into a slug or a file name.

    Raises
    ------
    ValueError
        If the name has a slash, is blank, has control characters or is too long.
    """
    if "/" in name:
        raise ValueError(f"Invalid instance name: '/' delimiter not allowed. Got {name!r}.")
    if not is_slug_part(name):
        raise ValueError(f"Invalid instance name: {name!r} is blank or has control characters.")
    if len(name.encode()) > MAX_FILE_NAME_BYTES:
        raise ValueError(
            f"Invalid instance name: {name[:20]!r}… is longer than {MAX_FILE_NAME_BYTES} bytes."
        )


def default_name(storage: AnyPathStr, root: str, db: str | None) -> str:
    """Derive the name of a new instance that wasn't given one.

    Parameters
    ----------
    storage : str or path
        The storage location as the user wrote it.
    root : str
        The resolved storage root.
    db : str or None
        URL of a database server.

    Returns
    -------
    str
        Name of the database; for the default `./storage` name of the working folder; else the
        last part of the root. Lower case, apart from database names.

    Example
    -------
    >>> default_name("s3://bucket/key?endpoint_url=http://host", "s3://bucket/key", None)
    'key'
    """
    if db is not None:
        return last_segment(db)
    if str(storage) in ("./storage", "storage"):
        return Path.cwd().name.lower()
    return last_segment(root).lower()


def last_segment(url: str) -> str:
    """Last part of a path or URL, without query string."""
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


def is_postgres_url(text: str) -> bool:
    """Whether a text is the URL of a Postgres database."""
    return text.partition("://")[0] in POSTGRES_SCHEMES and "://" in text


def is_location(instance: AnyPathStr) -> bool:
    """Whether an instance is named by its storage root rather than by an identifier."""
    if not isinstance(instance, str):
        return True
    scheme = instance.partition("://")[0] if "://" in instance else ""
    if scheme:
        return scheme not in ("http", "https")
    return instance.startswith(("/", ".", "~")) or (len(instance) > 2 and instance[1:3] == ":\\")
