"""Paths of any storage as one type, `UPath`; importing this imports no third-party package."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path, PosixPath, WindowsPath

from lamindb.storage import path_members
from lamindb.storage.atomic import remove
from lamindb.storage.layout import protocol_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from upath import UPath

    from lamindb.base.types import AnyPathStr

    LocalPathClasses: tuple[type, ...]

__all__ = ["LocalPathClasses", "UPath", "create_path", "delete_storage", "infer_filesystem"]


def create_path(path: AnyPathStr, **options: Any) -> UPath:
    """Return the path object for a local path or a URL.

    Parameters
    ----------
    path : str or path
        A local path is made absolute: `~` is expanded, links are followed.
    **options
        Options for the file system of a URL.

    Returns
    -------
    UPath
        A `PosixUPath` for a local path.

    Raises
    ------
    TypeError
        If it is no path.

    Example
    -------
    >>> create_path("/data/../data/a.csv")
    PosixUPath('/data/a.csv')
    """
    if not isinstance(path, (str, os.PathLike)) and not hasattr(path, "protocol"):
        raise TypeError(f"data has to be a string, Path, UPath, not {type(path).__name__}")
    upath_class = _load_upath()
    text = str(path)
    if protocol_of(text) == "local":
        return upath_class(Path(text.removeprefix("file://")).expanduser().resolve())
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
    upath = create_path(path)
    return upath.fs, upath.path


def delete_storage(path: AnyPathStr, raise_file_not_found_error: bool = True) -> None:
    """Delete a local file or folder.

    Parameters
    ----------
    path : str or path
        A local path.
    raise_file_not_found_error : bool
        Whether it is an error if there is nothing at the path.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    ValueError
        If the path is not local.

    Example
    -------
    >>> delete_storage("/store/.lamindb/HknNfVvoY5EsnxkY0000.csv")  # doctest: +SKIP
    """
    if protocol_of(str(path)) != "local":
        raise ValueError(
            f"{str(path)!r} is not a local path: delete it with the tools of its store"
        )
    local = Path(str(path).removeprefix("file://")).expanduser()
    if raise_file_not_found_error and not os.path.lexists(local):
        raise FileNotFoundError(str(local))
    remove(local)


def __getattr__(name: str) -> Any:
    if name == "UPath":
        return _load_upath()
    if name == "LocalPathClasses":
        return _local_path_classes()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _load_upath() -> type[UPath]:
    """Import `UPath` and give it, and local paths, the members of this product."""
    from upath import UPath
    from upath.implementations.local import LocalPath

    _attach(path_members.EVERYWHERE, (UPath, Path))
    _attach(path_members.LOCAL, (LocalPath,))
    return UPath


def _attach(members: dict[str, Any], classes: tuple[type, ...]) -> None:
    for name, member in members.items():
        for one in classes:
            setattr(one, name, member)


@cache
def _local_path_classes() -> tuple[type, ...]:
    """Classes of local paths, for `isinstance`."""
    _load_upath()
    from upath.implementations.local import LocalPath

    return (PosixPath, WindowsPath, LocalPath)
