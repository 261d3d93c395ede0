"""Paths of any storage as one type, `UPath`; importing this imports no third-party package."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path, PosixPath, WindowsPath

from lamindb.base.urls import protocol_of, split_query
from lamindb.storage import path_members
from lamindb.storage.atomic import remove as remove_local
from lamindb.storage.s3 import merge_options
from lamindb.storage.stores import PATH_CLASSES, fs_and_path, url_of
from lamindb.storage.transfer.removal import remove as remove_remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from upath import UPath

    from lamindb.base.types import AnyPathStr
    from lamindb.storage.remote_paths import S3QueryPath

    LocalPathClasses: tuple[type, ...]

__all__ = [
    "LocalPathClasses",
    "S3QueryPath",
    "UPath",
    "create_path",
    "delete_storage",
    "from_auth",
    "infer_filesystem",
]


def create_path(path: AnyPathStr, access_token: str | None = None, **options: Any) -> UPath:
    """Return the path object for a local path or a URL.

    Parameters
    ----------
    path : str or path
        A local path is made absolute: `~` is expanded, links are followed. A URL may have options
        behind a `?`.
    access_token : str, optional
        Of a hub; kept for compatibility.
    **options
        Options for the file system of a URL.

    Returns
    -------
    UPath
        A `PosixUPath` for a local path, a `S3QueryPath` for one in S3.

    Raises
    ------
    TypeError
        If it is no path.
    ValueError
        If no package knows the protocol, or an option is unknown, malformed or given twice.

    Example
    -------
    >>> create_path("/data/../data/a.csv")
    PosixUPath('/data/a.csv')
    >>> create_path("s3://bucket/a.csv?endpoint_url=http://localhost:9000")
    S3QueryPath('s3://bucket/a.csv')
    """
    if not isinstance(path, (str, os.PathLike)) and not hasattr(path, "protocol"):
        raise TypeError(f"data has to be a string, Path, UPath, not {type(path).__name__}")
    upath_class = _load_upath()
    text = str(path)
    protocol = protocol_of(text)
    if protocol == "local":
        return upath_class(Path(text.removeprefix("file://")).expanduser().resolve())
    if isinstance(path, str):
        location, query = split_query(path)
        path = f"{protocol}://{location.partition('://')[2]}{path[len(location) :]}"
        if protocol != "s3":  # those read their query themselves
            merge_options(options, query, path)
            path = split_query(path)[0]
    return upath_class(path, **options)


def infer_filesystem(path: AnyPathStr) -> tuple[Any, str]:
    """Return the file system of a path, and the path as the file system wants it.

    Parameters
    ----------
    path : str or path
        Local path or URL.

    Returns
    -------
    tuple
        An fsspec file system and a string.

    Example
    -------
    >>> infer_filesystem("memory://folder/a.csv")[1]
    '/folder/a.csv'
    """
    return fs_and_path(path)


def delete_storage(path: AnyPathStr, raise_file_not_found_error: bool = True) -> None:
    """Delete a file or folder.

    Parameters
    ----------
    path : str or path
        A local path or a URL.
    raise_file_not_found_error : bool
        Whether it is an error if there is nothing at the path.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    OSError
        If it can't be deleted, e.g. `PermissionError`.
    ValueError
        If it is a whole bucket.

    Example
    -------
    >>> delete_storage("/store/.lamindb/HknNfVvoY5EsnxkY0000.csv")  # doctest: +SKIP
    """
    if protocol_of(str(path)) != "local":
        if not remove_remote(url_of(path)) and raise_file_not_found_error:
            raise FileNotFoundError(str(path))
        return
    local = Path(str(path).removeprefix("file://")).expanduser()
    if raise_file_not_found_error and not os.path.lexists(local):
        raise FileNotFoundError(str(local))
    remove_local(local)


def __getattr__(name: str) -> Any:
    if name == "UPath":
        return _load_upath()
    if name == "S3QueryPath":
        return _load_s3_path()
    if name == "LocalPathClasses":
        return _local_path_classes()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _load_upath() -> type[UPath]:
    """Import `UPath` and give it, and local paths, the members of this product."""
    from upath import UPath
    from upath.implementations.local import LocalPath
    from upath.registry import register_implementation

    for protocol, name in PATH_CLASSES.items():
        register_implementation(protocol, f"lamindb.storage.remote_paths.{name}", clobber=True)
    _attach(path_members.EVERYWHERE, (UPath, Path))
    _attach(path_members.UPATH, (UPath, LocalPath))
    _attach({"from_auth": staticmethod(from_auth)}, (UPath, LocalPath))
    return UPath


def from_auth(path: AnyPathStr) -> UPath:
    """Return a path with the credentials that are found for it.

    Parameters
    ----------
    path : str or path
        Local path or URL.

    Returns
    -------
    UPath
        As there is no manager of credentials, those of the environment and of the configuration
        files are searched, as for any path.

    Example
    -------
    >>> from_auth("s3://bucket/key")
    S3QueryPath('s3://bucket/key')
    """
    return create_path(path)


@cache
def _load_s3_path() -> type[S3QueryPath]:
    _load_upath()
    from upath.registry import get_upath_class

    s3_path_class: type[S3QueryPath] = get_upath_class("s3")
    return s3_path_class


def _attach(members: Mapping[str, Any], classes: tuple[type, ...]) -> None:
    for name, member in members.items():
        for one in classes:
            setattr(one, name, member)


@cache
def _local_path_classes() -> tuple[type, ...]:
    """Classes of local paths, for `isinstance`."""
    _load_upath()
    from upath.implementations.local import LocalPath

    return (PosixPath, WindowsPath, LocalPath)
