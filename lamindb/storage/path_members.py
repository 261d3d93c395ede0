"""What the product adds to path objects; `paths` attaches it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from lamindb.base.log import logger
from lamindb.storage.atomic import copy_into_place
from lamindb.storage.listing import list_files
from lamindb.storage.views import file_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from upath import UPath

    from lamindb.base.types import AnyPathStr

__all__ = ["EVERYWHERE", "LOCAL", "view_tree"]


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
    self: Path,
    local_path: AnyPathStr,
    create_folder: bool | None = None,
    print_progress: bool = True,
    **kwargs: Any,
) -> Path:
    """Copy a local file or folder to this path.

    Parameters
    ----------
    local_path : str or path
        A local file or folder.
    create_folder : bool, optional
        Whether a folder becomes a sub-folder of this path, which is the default; with False its
        content goes into this path. Other files stay.
    print_progress : bool
        Ignored for local paths.
    **kwargs
        Ignored for local paths.

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

    Example
    -------
    >>> ln.UPath("/data").upload_from("study")  # doctest: +SKIP
    PosixUPath('/data/study')
    """
    source = Path(local_path)
    if not source.is_dir():
        if create_folder:
            raise ValueError(f"create_folder=True needs a folder, {str(source)!r} is none")
        copy_into_place(source, self)
        return self
    destination = self if create_folder is False else self / source.name
    _copy_content(source, destination)
    return destination


def download_to(
    self: Path,
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
        Ignored for local paths.
    use_boto3 : bool
        Ignored for local paths.
    **kwargs
        Ignored for local paths.

    Raises
    ------
    FileNotFoundError
        If there is nothing at this path.

    Example
    -------
    >>> ln.UPath("/data/study").download_to("study")  # doctest: +SKIP
    """
    target = Path(local_path)
    if self.is_dir():
        _copy_content(self, target)
    else:
        copy_into_place(self, target / self.name if target.is_dir() else target)


def _copy_content(source: Path, target: Path) -> None:
    """Copy the files of a folder one by one; other files in the target stay."""
    for file in list_files(source):
        copy_into_place(file.path, target / file.key)


def cache(self: Path, cache_key: str | None = None, **kwargs: Any) -> Path:
    """Return a local path of this file or folder: the path itself.

    Parameters
    ----------
    cache_key : str, optional
        Ignored for local paths.
    **kwargs
        Ignored for local paths.

    Returns
    -------
    UPath

    Example
    -------
    >>> ln.UPath("/data/a.csv").cache()  # doctest: +SKIP
    PosixUPath('/data/a.csv')
    """
    return self


def modified(self: Path) -> datetime:
    """When this file or folder was modified, as local time without a time zone."""
    return datetime.fromtimestamp(self.stat().st_mtime)


def to_url(self: Path) -> str:
    """Return the public web address of an S3 object.

    Raises
    ------
    ValueError
        For any other path.
    """
    raise ValueError(f"only paths that start with s3:// have a public URL, not {str(self)!r}")


EVERYWHERE: dict[str, Any] = {"view_tree": view_tree}
"""Members of every path, also of `pathlib.Path`."""

LOCAL: dict[str, Any] = {
    "upload_from": upload_from,
    "download_to": download_to,
    "cache": cache,
    "modified": property(modified),
    "to_url": to_url,
}
"""Members of local paths."""
