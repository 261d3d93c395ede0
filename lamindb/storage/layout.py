"""Where bytes live: storage keys, roots and cache paths, as pure text without any file access.

Roots and paths are strings: an absolute, resolved local path or a URL. A URL may carry options as a
query, say `s3://bucket/prefix?endpoint_url=http://localhost:9000`.
"""

from __future__ import annotations

import posixpath

from lamindb.base.urls import protocol_of, split_query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AUTO_KEY_PREFIX",
    "auto_key",
    "cache_key",
    "cache_path",
    "is_inside",
    "join",
    "longest_root",
    "protocol_of",
    "relative_to_root",
    "split_query",
    "uid_of_auto_key",
    "without_query",
]

AUTO_KEY_PREFIX = ".lamindb/"

_UID_LENGTH = 20
_STEM_LENGTH = 16


def auto_key(uid: str, suffix: str, overwrite_versions: bool = False) -> str:
    """Return the key below the storage root under which a copied artifact is stored.

    Parameters
    ----------
    uid : str
        20 characters: a stem of 16 and the version.
    suffix : str
        Canonical suffix with its dot, or `""`.
    overwrite_versions : bool
        Whether all versions share one place, which is then named by the stem.

    Returns
    -------
    str

    Example
    -------
    >>> auto_key("HknNfVvoY5EsnxkY0000", ".parquet")
    '.lamindb/HknNfVvoY5EsnxkY0000.parquet'
    >>> auto_key("HknNfVvoY5EsnxkY0000", "", overwrite_versions=True)
    '.lamindb/HknNfVvoY5EsnxkY'
    """
    name = uid[:_STEM_LENGTH] if overwrite_versions else uid
    return f"{AUTO_KEY_PREFIX}{name}{suffix}"


def uid_of_auto_key(key: str) -> str | None:
    """Return the uid, or the stem of it, that an automatic key or a path below it contains.

    Parameters
    ----------
    key : str
        A key or a path.

    Returns
    -------
    str or None
        20 characters (one version), 16 characters (shared by all versions) or None if the path
        does not belong to an automatic key.

    Example
    -------
    >>> uid_of_auto_key("s3://bucket/.lamindb/HknNfVvoY5EsnxkY0000.parquet")
    'HknNfVvoY5EsnxkY0000'
    >>> uid_of_auto_key(".lamindb/HknNfVvoY5EsnxkY/part1.csv")
    'HknNfVvoY5EsnxkY'
    """
    _, prefix, rest = f"/{key}".rpartition(f"/{AUTO_KEY_PREFIX}")
    if not prefix:
        return None
    uid = rest.partition("/")[0].partition(".")[0]
    is_uid = len(uid) in (_STEM_LENGTH, _UID_LENGTH) and uid.isascii() and uid.isalnum()
    return uid if is_uid else None


def without_query(path: str) -> str:
    """Return a URL without its options, as it is shown to the user.

    Parameters
    ----------
    path : str
        A path or URL.

    Returns
    -------
    str

    Example
    -------
    >>> without_query("s3://bucket/prefix?endpoint_url=http://localhost:9000")
    's3://bucket/prefix'
    """
    return split_query(path)[0]


def join(root: str, key: str) -> str:
    """Return the path of a key below a storage root; options of the root stay at the end.

    Parameters
    ----------
    root : str
        Storage root.
    key : str
        Relative path; `""` is the root itself.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the key is absolute or leaves the root.

    Example
    -------
    >>> join("/data/store", "a/b.csv")
    '/data/store/a/b.csv'
    >>> join("s3://bucket?endpoint_url=http://localhost:9000", "b.csv")
    's3://bucket/b.csv?endpoint_url=http://localhost:9000'
    """
    if key.startswith("/") or "://" in key or ".." in key.split("/"):
        raise ValueError(
            f"key {key!r} leads out of the storage location {root!r}: pass a relative path without"
            " '..'"
        )
    location = without_query(root)
    path = f"{location.rstrip('/')}/{key}" if key else location
    return path + root[len(location) :]


def _comparable(path: str) -> tuple[str, str, str | None]:
    """Protocol, location without trailing slash, endpoint."""
    location, options = split_query(path)
    protocol = protocol_of(location)
    location = location.partition("://")[2] if "://" in location else location
    if protocol == "local":
        location = posixpath.normpath(location)
    endpoint = options.get("endpoint_url")
    return protocol, location.rstrip("/"), endpoint.rstrip("/") if endpoint else None


def _key_below(path: str, root: str) -> str | None:
    """Key of a path inside a root, None if it is not inside."""
    protocol, location, endpoint = _comparable(path)
    root_protocol, root_location, root_endpoint = _comparable(root)
    same_store = (protocol, endpoint) == (root_protocol, root_endpoint)
    if not same_store or not location.startswith(root_location + "/"):
        return None
    return location[len(root_location) + 1 :] or None


def relative_to_root(path: str, root: str) -> str:
    """Return the key of a path inside a storage root.

    Parameters
    ----------
    path : str
        Absolute, resolved path or URL.
    root : str
        Storage root.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the path is not inside of the root; the root itself is not.

    Example
    -------
    >>> relative_to_root("s3://bucket/prefix/a/b.csv", "s3://bucket/prefix")
    'a/b.csv'
    """
    key = _key_below(path, root)
    if key is None:
        raise ValueError(f"path {path!r} is not inside of the storage location {root!r}")
    return key


def is_inside(path: str, root: str) -> bool:
    """Whether a path lies inside of a storage root: same store, and below it.

    Parameters
    ----------
    path : str
        Absolute, resolved path or URL.
    root : str
        Storage root.

    Returns
    -------
    bool
        False for the root itself.

    Example
    -------
    >>> is_inside("/data/store/a.csv", "/data/store")
    True
    >>> is_inside("/data/store2/a.csv", "/data/store")
    False
    """
    return _key_below(path, root) is not None


def longest_root(path: str, roots: Iterable[str]) -> str | None:
    """Return the storage root that a path lies in: the longest one, as roots may be nested.

    Parameters
    ----------
    path : str
        Absolute, resolved path or URL.
    roots : iterable of str
        Storage roots.

    Returns
    -------
    str or None
        None if it lies in none of them.

    Example
    -------
    >>> longest_root("/data/store/a.csv", ["/data", "/data/store", "/home"])
    '/data/store'
    """
    inside = [root for root in roots if is_inside(path, root)]
    return max(inside, key=lambda root: len(without_query(root).rstrip("/")), default=None)


def cache_key(path: str, *, root: str | None = None, key: str | None = None) -> str:
    """Return the path of a remote object relative to the cache directory.

    Parameters
    ----------
    path : str
        URL of the object.
    root : str, optional
        Storage root; with `key`.
    key : str, optional
        Virtual key of the latest version; the cached file is then named by it rather than by uid.

    Returns
    -------
    str
        Starts with the bucket or host.

    Example
    -------
    >>> cache_key("s3://bucket/prefix/.lamindb/HknNfVvoY5EsnxkY0000.csv")
    'bucket/prefix/.lamindb/HknNfVvoY5EsnxkY0000.csv'
    >>> cache_key("s3://bucket/p/.lamindb/HknN.csv", root="s3://bucket/p", key="my/a.csv")
    'bucket/p/my/a.csv'
    """
    url = without_query(path) if root is None or key is None else without_query(join(root, key))
    return url.partition("://")[2] if "://" in url else url.lstrip("/")


def cache_path(cache_dir: str, key: str) -> str:
    """Return the absolute path of a cache key.

    Parameters
    ----------
    cache_dir : str
        Absolute path of the cache directory.
    key : str
        Cache key, see `cache_key`.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the key leads out of the cache directory.

    Example
    -------
    >>> cache_path("/home/me/.cache/lamindb", "bucket/a.csv")
    '/home/me/.cache/lamindb/bucket/a.csv'
    """
    path = posixpath.normpath(posixpath.join(cache_dir, key))
    if not is_inside(path, cache_dir):
        raise ValueError(f"cache key {key!r} resolves outside the cache directory.")
    return path
