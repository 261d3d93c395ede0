"""The files below a folder: on the local disk, or in a store."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from lamindb.base.log import logger
from lamindb.base.text import listed
from lamindb.base.urls import protocol_of, split_query
from lamindb.storage.abc import SIZE, signature_of
from lamindb.storage.s3 import list_pages
from lamindb.storage.stores import fs_and_path, location_of, store_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lamindb.base.types import AnyPathStr
    from lamindb.storage.abc import SignatureTuple

    _Row = tuple[str, str, SignatureTuple]

__all__ = [
    "TEMPORARY_PREFIX",
    "ListedFile",
    "ListedObject",
    "is_leftover",
    "list_files",
    "list_objects",
    "modified_of",
]

TEMPORARY_PREFIX = ".lamindb-tmp-"
_N_THREADS = 16
# in the order of preference; names that file systems of fsspec use
_TIMES = ("LastModified", "mtime", "updated", "Last-Modified", "last_modified", "created")


class ListedFile(NamedTuple):
    """A file below a folder.

    Attributes
    ----------
    key : str
        Path relative to the folder, with `/`.
    path : str
        Path to open it.
    signature : tuple of int
        See `lamindb.storage.abc.Signature`; of the file itself if it is a link.
    """

    key: str
    path: str
    signature: SignatureTuple

    @property
    def size(self) -> int:
        """In bytes."""
        return self.signature[SIZE]


def is_leftover(name: str) -> bool:
    """Whether a file name is a temporary one: being written, or left by a crash.

    Parameters
    ----------
    name : str
        Last component of a path.

    Returns
    -------
    bool

    Example
    -------
    >>> is_leftover(".lamindb-tmp-0123456789abcdef.csv")
    True
    """
    return name.startswith(TEMPORARY_PREFIX)


def list_files(folder: str | os.PathLike[str]) -> list[ListedFile]:
    """List the files below a folder, at any depth, sorted by their path.

    Links are followed. Temporary files of this product are left out; broken links and what is
    neither file nor folder (sockets, pipes) too, with a warning.

    Parameters
    ----------
    folder : str or path-like
        A local folder.

    Returns
    -------
    list of ListedFile

    Raises
    ------
    OSError
        If the folder, or one below it, can't be read.
    ValueError
        If a link leads back to a folder that contains it.

    Example
    -------
    >>> [file.key for file in list_files("study")]  # doctest: +SKIP
    ['meta.csv', 'raw/1.jpg', 'raw/2.jpg']
    """
    root = os.fspath(folder)
    skipped: list[str] = []
    rows: list[_Row] = []
    _walk(root, "", (_identity(Path(root).stat()),), rows, skipped)
    rows.sort(key=itemgetter(0))
    if skipped:
        logger.warning(
            f"skipped what is no file in folder {root}, e.g. broken links: {listed(skipped)}"
        )
    # a folder may have a million files: `ListedFile(*row)` takes three times as long
    return [tuple.__new__(ListedFile, row) for row in rows]


def _identity(stat_result: os.stat_result) -> tuple[int, int]:
    return stat_result.st_dev, stat_result.st_ino


def _walk(
    folder: str,
    prefix: str,
    ancestors: tuple[tuple[int, int], ...],
    rows: list[_Row],
    skipped: list[str],
) -> None:
    """Collect the files below a folder in no particular order, as the fields of `ListedFile`."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(TEMPORARY_PREFIX):
                continue
            key = prefix + name
            try:
                stat_result = entry.stat()
            except FileNotFoundError:
                skipped.append(key)
                continue
            if stat.S_ISREG(stat_result.st_mode):
                rows.append((key, entry.path, signature_of(stat_result)))
            elif stat.S_ISDIR(stat_result.st_mode):
                identity = _identity(stat_result)
                if identity in ancestors:
                    raise ValueError(
                        f"{entry.path!r} is a link to a folder that contains it: remove the link"
                    )
                _walk(entry.path, f"{key}/", (*ancestors, identity), rows, skipped)
            else:
                skipped.append(key)


class ListedObject(NamedTuple):
    """A file below a folder of a store.

    Attributes
    ----------
    key : str
        Path relative to the folder.
    url : str
        Location, with the options of that of the folder.
    size : int or None
        In bytes; None if the store doesn't say.
    info : dict
        What the file system says, e.g. `ETag`, `md5Hash` or `blob_id`.
    modified : datetime or None
        With a time zone; None if the store doesn't say.
    """

    key: str
    url: str
    size: int | None
    info: dict[str, Any]
    modified: datetime | None


def list_objects(folder: AnyPathStr, *, temporaries: bool = False) -> list[ListedObject]:
    """List the files below a folder of a store, at any depth, sorted by key: what is there now.

    For S3 that is one request per 1000 objects. The empty objects that stand for a folder are left
    out.

    Parameters
    ----------
    folder : str or path
        A URL.
    temporaries : bool
        Whether to list temporary files of this product too.

    Returns
    -------
    list of ListedObject
        Empty if there is no such folder: most stores have files only.

    Raises
    ------
    FileNotFoundError
        If there is no such bucket.
    PermissionError
        If the store refuses to tell.
    OSError
        If the store can't be reached.

    Example
    -------
    >>> [one.key for one in list_objects("s3://bucket/study")]  # doctest: +SKIP
    ['meta.csv', 'raw/1.jpg', 'raw/2.jpg']
    """
    url, _ = location_of(folder)
    location = split_query(url)[0]
    fs, path = fs_and_path(folder)
    is_web = protocol_of(url) in ("http", "https")
    with store_errors(url):
        found = _objects(fs, path, protocol_of(url))
        if is_web:
            found = _with_headers(fs, found)
    prefix = f"{path.rstrip('/')}/"
    objects = []
    for about in found:
        name = about["name"].removeprefix(prefix)
        if not temporaries and any(is_leftover(part) for part in name.split("/")):
            continue
        one = f"{location.rstrip('/')}/{name}{url[len(location) :]}"
        key = unquote(name) if is_web else name
        objects.append(ListedObject(key, one, about.get("size"), about, modified_of(about)))
    return sorted(objects, key=lambda one: one.key)


def _objects(fs: Any, path: str, protocol: str) -> list[dict[str, Any]]:
    """All objects below a path."""
    if protocol == "s3":
        return [about for page in list_pages(fs, path) for about in page]
    fs.invalidate_cache()
    options = {"expand_info": True} if protocol == "hf" else {}
    try:
        found = fs.find(path, detail=True, **options)
    except (FileNotFoundError, NotADirectoryError):
        return []
    prefix = f"{path.rstrip('/')}/"
    is_below = [about for name, about in found.items() if name.startswith(prefix)]
    return [one for one in is_below if one["type"] == "file" and one["name"] != prefix]


def _with_headers(fs: Any, found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ask a web server for what its index pages don't say."""
    with ThreadPoolExecutor(_N_THREADS) as pool:
        return list(pool.map(lambda about: {**about, **fs.info(about["name"])}, found))


def modified_of(about: Mapping[str, Any]) -> datetime | None:
    """Return the time at which an object was modified.

    Parameters
    ----------
    about : mapping
        What its file system says.

    Returns
    -------
    datetime or None
        With a time zone; None if it doesn't say.

    Example
    -------
    >>> modified_of({"mtime": 0.0})
    datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    times = [about.get(name) for name in _TIMES] + [getattr(about.get("last_commit"), "date", None)]
    time = next((time for time in times if time not in (None, "")), None)
    if isinstance(time, (int, float)):
        return datetime.fromtimestamp(time, timezone.utc)
    if isinstance(time, str):
        time = _parsed(time)
    if not isinstance(time, datetime):
        return None
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def _parsed(text: str) -> datetime | None:
    """Read a time as Google writes it, or a web server."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text.replace("Z", "+00:00"))
        except ValueError:
            continue
    return None
