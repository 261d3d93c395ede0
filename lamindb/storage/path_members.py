"""What the product adds to path objects; `paths` attaches it."""

from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path

from lamindb.base.log import logger
from lamindb.base.urls import protocol_of, split_query
from lamindb.setup.cache_dir import as_upath
from lamindb.setup.cache_dir import cache_path as cache_folder
from lamindb.storage.atomic import copy_into_place
from lamindb.storage.cache import fetch
from lamindb.storage.layout import cache_path
from lamindb.storage.listing import list_files, list_objects, modified_of
from lamindb.storage.s3 import public_url
from lamindb.storage.stores import exists, info, region_of, url_of
from lamindb.storage.transfer import download, synchronize, upload
from lamindb.storage.views import file_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from upath import UPath

    from lamindb.base.types import AnyPathStr

__all__ = [
    "EVERYWHERE",
    "UPATH",
    "cache",
    "download_to",
    "modified",
    "synchronize_to",
    "to_url",
    "upload_from",
    "view_tree",
]


def view_tree(
    self: Path | UPath,
    *,
    level: int = 2,
    only_dirs: bool = False,
    n_max_files_per_dir_and_type: int = 100,
    n_max_files: int = 1000,
    include_paths: Iterable[AnyPathStr] | None = None,
    skip_suffixes: Iterable[str] | None = None,
) -> None:
    """Print the tree of a folder: a summary, the path of the folder, its entries.

    Parameters
    ----------
    level : int
        How deep to look: 1 for direct children, -1 for everything.
    only_dirs : bool
        Whether to leave out files.
    n_max_files_per_dir_and_type : int
        In each folder, the file of this number with the same suffix becomes `...`, later ones are
        only counted.
    n_max_files : int
        Number of files to list; the summary covers all.
    include_paths : iterable of str or path, optional
        Absolute paths of files and folders to show; default: all.
    skip_suffixes : iterable of str, optional
        Suffixes of files and folders to leave out.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    NotADirectoryError
        If the path is a file.

    Example
    -------
    >>> ln.UPath("study").view_tree()  # doctest: +SKIP
    1 sub-directory & 3 files with suffixes '.csv', '.jpg'
    /home/me/study
    ├── meta.csv
    └── raw/
        ├── 1.jpg
        └── 2.jpg
    """
    text = file_tree(
        self,
        level=level,
        only_dirs=only_dirs,
        n_max_files_per_dir_and_type=n_max_files_per_dir_and_type,
        n_max_files=n_max_files,
        include_paths=include_paths,
        skip_suffixes=skip_suffixes,
    )
    logger.print(text)


def upload_from(
    self: Path | UPath,
    local_path: AnyPathStr,
    create_folder: bool | None = None,
    print_progress: bool = True,
    **kwargs: Any,
) -> Path | UPath:
    """Copy a local file or folder to this path.

    Parameters
    ----------
    local_path : str or path
        A local file or folder.
    create_folder : bool, optional
        Whether a folder becomes a sub-folder of this path, which is the default; in a store, it
        replaces what was there. With False its content goes into this path and other files stay.
    print_progress : bool
        Whether to show how far an upload to a store is.
    **kwargs
        Options of the store for the new objects, say `StorageClass` for S3.

    Returns
    -------
    UPath
        Where the file or folder is now.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    ValueError
        If `create_folder=True` is passed with a file.
    OSError
        If it can't be read or written.

    Example
    -------
    >>> ln.UPath("s3://bucket").upload_from("study")  # doctest: +SKIP
    S3QueryPath('s3://bucket/study')
    """
    source = Path(local_path)
    if not source.is_dir():
        if create_folder:
            raise ValueError(f"create_folder=True needs a folder, {str(source)!r} is none")
        _copy_to(source, self, print_progress, kwargs)
        return self
    if create_folder is False:
        _merge_into(source, self, print_progress, kwargs)
        return self
    destination = self / source.name
    if isinstance(destination, Path):
        _copy_content(source, destination)
    else:
        upload(source, destination, print_progress=print_progress, **kwargs)
    return destination


def _copy_to(
    source: Path, target: Path | UPath, print_progress: bool, options: dict[str, Any]
) -> None:
    if isinstance(target, Path):
        copy_into_place(source, target)
    else:
        upload(source, target, print_progress=print_progress, **options)


def _merge_into(
    source: Path, target: Path | UPath, print_progress: bool, options: dict[str, Any]
) -> None:
    """Copy the content of a folder into another one; other files stay."""
    if isinstance(target, Path):
        _copy_content(source, target)
    elif exists(target):
        for file in list_files(source):
            upload(file.path, target / file.key, print_progress=print_progress, **options)
    else:
        upload(source, target, print_progress=print_progress, **options)


def _copy_content(source: Path, target: Path) -> None:
    """Copy the files of a folder one by one; other files in the target stay."""
    for file in list_files(source):
        copy_into_place(file.path, target / file.key)


def download_to(
    self: Path | UPath,
    local_path: AnyPathStr,
    print_progress: bool = True,
    use_boto3: bool = False,
    **kwargs: Any,
) -> None:
    """Copy this file or folder to a local path.

    Parameters
    ----------
    local_path : str or path
        Path of the copy; a file can also go into an existing folder.
    print_progress : bool
        Whether to show how far a download from a store is.
    use_boto3 : bool
        Kept for compatibility.
    **kwargs
        Kept for compatibility.

    Raises
    ------
    FileNotFoundError
        If there is nothing at this path.
    OSError
        If it can't be read or written.

    Example
    -------
    >>> ln.UPath("s3://bucket/study").download_to("study")  # doctest: +SKIP
    """
    target = Path(local_path)
    is_local = isinstance(self, Path)
    if is_local and self.is_dir():
        _copy_content(Path(self), target)
        return
    if target.is_dir() and (is_local or info(self)["type"] == "file"):
        target = target / self.name
    if is_local:
        copy_into_place(Path(self), target)
    else:
        download(self, target, print_progress=print_progress)


def synchronize_to(
    self: Path | UPath,
    local_path: AnyPathStr,
    error_no_origin: bool = True,
    print_progress: bool = False,
    just_check: bool = False,
    **kwargs: Any,
) -> bool:
    """Bring a local copy of this file or folder up to date.

    Parameters
    ----------
    local_path : str or path
        Path of the copy.
    error_no_origin : bool
        Whether it is an error if there is neither something at this path nor a copy.
    print_progress : bool
        Whether to show how far it is.
    just_check : bool
        Whether to change nothing.
    **kwargs
        Kept for compatibility.

    Returns
    -------
    bool
        Whether something was, or would be, transferred.

    Raises
    ------
    FileNotFoundError
        If there is neither something at this path nor a copy.
    OSError
        If it can't be read or written.

    Example
    -------
    >>> ln.UPath("s3://bucket/study").synchronize_to("study")  # doctest: +SKIP
    True
    """
    return synchronize(
        self,
        local_path,
        error_no_origin=error_no_origin,
        print_progress=print_progress,
        just_check=just_check,
    )


def synchronize_with_old_name(
    self: Path | UPath, local_path: AnyPathStr, *args: Any, **kwargs: Any
) -> bool:
    """Do what `synchronize_to` does; the name of release 1."""
    warnings.warn(
        "UPath.synchronize() is deprecated, use UPath.synchronize_to()",
        DeprecationWarning,
        stacklevel=2,
    )
    return synchronize_to(self, local_path, *args, **kwargs)


def cache(
    self: Path | UPath, cache_key: str | None = None, print_progress: bool = True, **kwargs: Any
) -> Path:
    """Return a local path of this file or folder: for one in a store, that of its current copy.

    Parameters
    ----------
    cache_key : str, optional
        Where the copy is below the cache folder; default: its bucket and key.
    print_progress : bool
        Whether to show how far a download is.
    **kwargs
        Kept for compatibility.

    Returns
    -------
    UPath

    Raises
    ------
    FileNotFoundError
        If there is nothing at this path of a store.
    ValueError
        If the cache key leads out of the cache folder.

    Example
    -------
    >>> ln.UPath("s3://bucket/a.csv").cache()  # doctest: +SKIP
    PosixUPath('/home/me/.cache/lamindb/bucket/a.csv')
    """
    if isinstance(self, Path):
        return self
    target = None if cache_key is None else cache_path(str(cache_folder()), cache_key)
    local: Path = as_upath(fetch(self, target, print_progress=print_progress))
    return local


def modified(self: Path | UPath) -> datetime | None:
    """When this file or folder was modified, as local time without a time zone.

    A folder of a store is as new as the newest object in it; None if the store doesn't say.
    """
    if isinstance(self, Path):
        return datetime.fromtimestamp(self.stat().st_mtime)
    about = info(self)
    times = [modified_of(about)]
    if about["type"] == "directory":
        times += [one.modified for one in list_objects(self)]
    newest = max((time for time in times if time is not None), default=None)
    return None if newest is None else newest.astimezone().replace(tzinfo=None)


def to_url(self: Path | UPath) -> str:
    """Return the public web address of an S3 object.

    Returns
    -------
    str
        `https://bucket.s3.amazonaws.com/key`, with the region unless it is us-east-1; below the
        `endpoint_url` of the path if it has one.

    Raises
    ------
    ValueError
        For any other path.

    Example
    -------
    >>> ln.UPath("s3://lamindata/iris_studies").to_url()  # doctest: +SKIP
    'https://lamindata.s3.amazonaws.com/iris_studies'
    """
    url = url_of(self)
    if protocol_of(url) != "s3":
        raise ValueError(f"only paths that start with s3:// have a public URL, not {str(self)!r}")
    has_endpoint = "endpoint_url" in split_query(url)[1]
    return public_url(url, None if has_endpoint else region_of(url))


EVERYWHERE: dict[str, Any] = {"view_tree": view_tree}
"""Members of every path, also of `pathlib.Path`."""

UPATH: dict[str, Any] = {
    "upload_from": upload_from,
    "download_to": download_to,
    "synchronize_to": synchronize_to,
    "synchronize": synchronize_with_old_name,
    "cache": cache,
    "modified": property(modified),
    "to_url": to_url,
}
"""Members of all other paths, local ones included."""
