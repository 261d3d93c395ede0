"""Which file system a location is in: local disk, S3, Google, Hugging Face, web and so on.

Options of a location are found by `lamindb.setup.filesystems`, which storage roots are read with.
"""

from __future__ import annotations

import os
import re
from importlib import import_module

from lamindb.base.urls import protocol_of, split_query, with_query
from lamindb.setup import filesystems
from lamindb.setup.filesystems import (
    OWN_CREDENTIALS,
    PUBLIC_OPTIONS,
    bucket_region,
    filesystem_class,
    options_of,
    remember_options,
    store_errors,
)
from lamindb.storage.s3 import check_options, needs_equal_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.base.types import AnyPathStr

__all__ = [
    "PATH_CLASSES",
    "derived_root",
    "exists",
    "filesystem",
    "fs_and_path",
    "info",
    "is_cloud",
    "location_of",
    "region_of",
    "remember_options",
    "store_errors",
    "url_of",
]

PATH_CLASSES = {
    "s3": "S3QueryPath",
    "s3a": "S3QueryPath",
    "gs": "GCSPath",
    "gcs": "GCSPath",
    "hf": "HfPath",
    "http": "HTTPPath",
    "https": "HTTPPath",
}
"""Classes of path objects in `remote_paths`, which takes long to import, by protocol."""

_WEB = ("http", "https")
# their URLs say nothing about the file system but in the query
_COMPLETE_BY_OPTIONS = ("s3", "gs", "hf", "local")

# https://huggingface.co/docs/huggingface_hub/guides/hf_file_system: the revisions with a slash
_HF_KINDS = r"(?:datasets|spaces|models|buckets)/"
_HF_REPOSITORY = re.compile(
    rf"(?:{_HF_KINDS}|(?!{_HF_KINDS}))[^/@]+/[^/@]+(?:@(?:refs/(?:convert|pr)/[^/]+|[^/]+))?"
)


def is_cloud(path: AnyPathStr) -> bool:
    """Whether a path is not on the local disk.

    Parameters
    ----------
    path : str or path
        A local path or a URL.

    Returns
    -------
    bool

    Example
    -------
    >>> is_cloud("s3://bucket/key"), is_cloud("/data/key")
    (True, False)
    """
    return protocol_of(str(path)) != "local"


def url_of(path: AnyPathStr) -> str:
    """Write a path as a location: an absolute local path, or a URL with its public options.

    Parameters
    ----------
    path : str or path
        Local path or URL. Options of a path object that are no part of a URL, and secrets in a
        URL, are remembered for its bucket in this process.

    Returns
    -------
    str
        Local paths are resolved; URLs have no trailing slash, and sorted options.

    Raises
    ------
    TypeError
        If it is no path.
    ValueError
        If the path isn't valid, or an option is unknown, malformed or given twice.

    Example
    -------
    >>> url_of("s3:///bucket/key/")
    's3://bucket/key'
    """
    if not isinstance(path, (str, os.PathLike)) and not hasattr(path, "protocol"):
        raise TypeError(f"data has to be a string, Path, UPath, not {type(path).__name__}")
    if isinstance(path, str) and protocol_of(path) == "s3":
        check_options(split_query(path)[1], path)
    return filesystems.url_of(path)


def location_of(path: AnyPathStr) -> tuple[str, dict[str, Any]]:
    """Return the location of a path, and its own options, which are not remembered.

    Parameters
    ----------
    path : str or path
        A local path or a URL.

    Returns
    -------
    tuple
        What `url_of` returns; and the options of a path object that are no part of it.

    Raises
    ------
    ValueError
        If it is no valid path.

    Example
    -------
    >>> location_of("s3://bucket/key/")
    ('s3://bucket/key', {})
    """
    options = dict(getattr(path, "storage_options", None) or {})
    if not options:
        return url_of(path), {}
    endpoint = options.pop("endpoint_url", None)
    query = {} if endpoint is None else {"endpoint_url": endpoint}
    return url_of(with_query(str(path), query)), options


def filesystem(path: AnyPathStr, **options: Any) -> Any:
    """Return the file system of a location: the same object for the same options.

    Parameters
    ----------
    path : str or path
        A local path or a URL.
    **options
        Options of the file system, used for this call only; they win over those of the query, which
        win over what was remembered for the bucket, which wins over the environment.

    Returns
    -------
    fsspec.AbstractFileSystem

    Raises
    ------
    ImportError
        If the package of the protocol isn't installed; says how to install it.
    ValueError
        If no package knows the protocol, or it doesn't know an option.

    Example
    -------
    >>> filesystem("memory://folder").protocol
    'memory'
    """
    url, own = location_of(path)
    location, query = split_query(url)
    protocol = protocol_of(location)
    given = {name: value for name, value in {**own, **options}.items() if value is not None}
    hints = {name: str(value) for name, value in given.items() if name in PUBLIC_OPTIONS}
    if given.keys() & OWN_CREDENTIALS:
        hints.setdefault("anon", "false")  # no others have to be found
    rest = {name: value for name, value in given.items() if name not in hints}
    complete = {**options_of(with_query(location, {**query, **hints})), **rest}
    if protocol in _WEB:
        # by name, as its base class belongs to fsspec, which takes long to import
        return import_module("lamindb.storage.web").WebFileSystem(**complete)
    if protocol == "s3" and needs_equal_parts(complete.get("endpoint_url")):
        complete.setdefault("fixed_upload_size", True)
    kind = filesystem_class(protocol)
    if protocol not in _COMPLETE_BY_OPTIONS:  # the URL says, for example, the host
        complete = {**kind._get_kwargs_from_urls(location), **complete}
    return kind(**complete)


def fs_and_path(path: AnyPathStr) -> tuple[Any, str]:
    """Return the file system of a location, and the path as the file system wants it.

    Parameters
    ----------
    path : str or path
        A local path or a URL.

    Returns
    -------
    tuple
        An fsspec file system and a string.

    Raises
    ------
    ImportError
        If the package of the protocol isn't installed; says how to install it.
    ValueError
        If no package knows the protocol, or it doesn't know an option.

    Example
    -------
    >>> fs_and_path("memory://folder/a.csv")[1]
    '/folder/a.csv'
    """
    url, options = location_of(path)
    fs = filesystem(url, **options)
    return fs, fs._strip_protocol(split_query(url)[0])


def info(path: AnyPathStr) -> dict[str, Any]:
    """Ask a store about a file or folder, past any cache.

    Parameters
    ----------
    path : str or path
        A local path or a URL.

    Returns
    -------
    dict
        `type` (`file` or `directory`), `size`, and what else the store says, e.g. `ETag`.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    PermissionError
        If the store refuses to tell.
    OSError
        If the store can't be reached.

    Example
    -------
    >>> info("/data/a.csv")["type"]  # doctest: +SKIP
    'file'
    """
    fs, fs_path = fs_and_path(path)
    with store_errors(location_of(path)[0]):
        fs.invalidate_cache(fs_path)
        found: dict[str, Any] = fs.info(fs_path)
    return found


def exists(path: AnyPathStr) -> bool:
    """Whether there is a file or folder at a location.

    Parameters
    ----------
    path : str or path
        A local path or a URL.

    Returns
    -------
    bool
        What the store says now, never what a cache says.

    Raises
    ------
    PermissionError
        If the store refuses to tell.
    OSError
        If the store can't be reached.

    Example
    -------
    >>> exists("memory://missing.csv")
    False
    """
    if not is_cloud(path):
        return os.path.exists(url_of(path))
    try:
        info(path)
    except FileNotFoundError:
        return False
    return True


def derived_root(path: AnyPathStr) -> str:
    """Return the root of the store that a URL is in: its bucket, host or Hugging Face repository.

    Parameters
    ----------
    path : str or path
        A URL.

    Returns
    -------
    str
        With the options that are part of the URL, say `endpoint_url`.

    Raises
    ------
    ValueError
        If the path is local, or names no store.

    Example
    -------
    >>> derived_root("s3://bucket/folder/a.csv?endpoint_url=http://localhost:9000")
    's3://bucket?endpoint_url=http://localhost:9000'
    >>> derived_root("hf://datasets/owner/repo@main/a.csv")
    'hf://datasets/owner/repo@main'
    """
    url = url_of(path)
    protocol = protocol_of(url)
    if protocol == "local":
        raise ValueError(f"{url!r} is a local path, it has no bucket or host")
    location, options = split_query(url)
    rest = location.partition("://")[2]
    if protocol == "hf":
        match = _HF_REPOSITORY.match(rest)
        if match is None:
            raise ValueError(f"{url!r} names no repository: write hf://datasets/owner/name/…")
        store = match[0]
    else:
        store = rest.partition("/")[0]
    if not store:
        raise ValueError(f"{url!r} names no bucket or host")
    return with_query(f"{protocol}://{store}", options)


def region_of(path: AnyPathStr) -> str | None:
    """Ask for the region of a bucket.

    Parameters
    ----------
    path : str or path
        URL of the bucket or of something in it.

    Returns
    -------
    str or None
        None if its store doesn't say, or has no regions.

    Raises
    ------
    OSError
        If the store can't be reached.

    Example
    -------
    >>> region_of("memory://folder") is None
    True
    """
    return bucket_region(url_of(path))
