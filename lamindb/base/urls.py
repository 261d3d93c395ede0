"""URLs of object stores as pure text: protocol, location and the options behind the `?`."""

from __future__ import annotations

__all__ = ["protocol_of", "split_query", "with_query"]

_ALIASES = {"": "local", "file": "local", "gcs": "gs", "s3a": "s3"}
_WITHOUT_OPTIONS = ("local", "http", "https")
"""Protocols for which a question mark belongs to the name."""


def protocol_of(path: str) -> str:
    """Return the protocol of a path or URL.

    Parameters
    ----------
    path : str
        A path or URL.

    Returns
    -------
    str
        Lower case; `"local"` for a path without protocol or with `file://`.

    Example
    -------
    >>> protocol_of("s3://bucket/key"), protocol_of("/home/me/key")
    ('s3', 'local')
    """
    before, separator, _ = path.partition("://")
    protocol = before.lower() if separator else ""
    return _ALIASES.get(protocol, protocol)


def split_query(path: str) -> tuple[str, dict[str, str]]:
    """Split the options that follow `?` from a URL of an object store.

    Parameters
    ----------
    path : str
        A path or URL. A question mark in a local path or in a web address belongs to the name.

    Returns
    -------
    tuple
        The path without options, and the options.

    Raises
    ------
    ValueError
        If an option has no value or is given twice.

    Example
    -------
    >>> split_query("s3://bucket/prefix?endpoint_url=http://localhost:9000")
    ('s3://bucket/prefix', {'endpoint_url': 'http://localhost:9000'})
    """
    if "?" not in path or protocol_of(path) in _WITHOUT_OPTIONS:
        return path, {}
    location, _, query = path.partition("?")
    options: dict[str, str] = {}
    for item in query.split("&"):
        name, separator, value = item.partition("=")
        if not separator or not name:
            raise ValueError(f"{item!r} in {path!r} is no option: write it as name=value")
        if name in options:
            raise ValueError(f"option {name!r} is given twice in {path!r}: keep one of them")
        options[name] = value
    return location, options


def with_query(location: str, options: dict[str, str]) -> str:
    """Append options to a URL, sorted by name.

    Parameters
    ----------
    location : str
        URL without options.
    options : dict
        Names and values.

    Returns
    -------
    str

    Example
    -------
    >>> with_query("s3://bucket", {"endpoint_url": "http://localhost:9000"})
    's3://bucket?endpoint_url=http://localhost:9000'
    """
    query = "&".join(f"{name}={value}" for name, value in sorted(options.items()))
    return f"{location}?{query}" if query else location
