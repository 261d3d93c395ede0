"""The folders of a store, down to some depth, with as few requests as possible."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from lamindb.base.urls import protocol_of
from lamindb.storage.s3 import list_pages
from lamindb.storage.stores import fs_and_path, location_of, store_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from lamindb.base.types import AnyPathStr

    Folders = dict[str, list["Entry"]]

__all__ = ["Entry", "remote_folders"]

_N_THREADS = 16


class Entry(NamedTuple):
    """A file or folder in a folder.

    Attributes
    ----------
    name : str
        Last component of its path.
    is_folder : bool
        Whether it is a folder, or a link to one.
    is_link : bool
        Whether it is a link.
    """

    name: str
    is_folder: bool
    is_link: bool = False


def remote_folders(folder: AnyPathStr, level: int, *, max_pages: int = 10) -> Folders:
    """List a folder of a store and those below it: what is there now.

    Parameters
    ----------
    folder : str or path
        A URL.
    level : int
        How deep to look: 1 for direct children, -1 for everything.
    max_pages : int
        A bucket with more pages of 1000 objects is listed folder by folder, unless everything is
        asked for.

    Returns
    -------
    dict
        Keys of folders (`""`, `"raw"`, `"raw/deep"`) and what is in them.

    Raises
    ------
    FileNotFoundError
        If there is no such bucket, or no such folder in a store that has folders.
    PermissionError
        If the store refuses to tell.
    OSError
        If the store can't be reached.

    Example
    -------
    >>> remote_folders("memory://study", 1)  # doctest: +SKIP
    {'': [Entry(name='meta.csv', is_folder=False, is_link=False)]}
    """
    url, _ = location_of(folder)
    fs, path = fs_and_path(folder)
    with store_errors(url):
        if protocol_of(url) == "s3":
            keys = _keys_in_bucket(fs, path, None if level == -1 else max_pages)
            if keys is not None:
                return _folders_of_keys(keys)
        fs.invalidate_cache()
        return _listed_by_level(fs, path, level)


def _keys_in_bucket(fs: Any, path: str, max_pages: int | None) -> list[str] | None:
    """Keys of all objects; None if they are on more pages."""
    pages = list_pages(fs, path)
    read = list(islice(pages, max_pages))
    if max_pages is not None and next(pages, None) is not None:
        return None
    n_prefix = len(path.rstrip("/")) + 1
    return [about["name"][n_prefix:] for page in read for about in page]


def _folders_of_keys(keys: Iterable[str]) -> Folders:
    folders: dict[str, set[Entry]] = {"": set()}
    for key in keys:
        folder, _, name = key.rpartition("/")
        entry = Entry(name, is_folder=False)
        while folder and folder not in folders:
            folders[folder] = {entry}
            folder, _, name = folder.rpartition("/")
            entry = Entry(name, is_folder=True)
        folders[folder].add(entry)
    return {folder: list(entries) for folder, entries in folders.items()}


def _listed_by_level(fs: Any, path: str, level: int) -> Folders:
    """List folders one by one, those of a depth at the same time."""
    folders: Folders = {}
    todo = {"": path}
    depth = 0
    with ThreadPoolExecutor(_N_THREADS) as pool:
        while todo and depth != level:
            found = pool.map(partial(_list_folder, fs), todo.values())
            listings = list(zip(todo, found, strict=True))
            todo, depth = {}, depth + 1
            for key, content in listings:
                folders[key] = [entry for entry, _ in content]
                below = {entry.name: place for entry, place in content if entry.is_folder}
                todo |= {f"{key}/{name}".lstrip("/"): place for name, place in below.items()}
    return folders


def _list_folder(fs: Any, path: str) -> list[tuple[Entry, str]]:
    """What is in a folder, and where that is."""
    itself = path.rstrip("/")
    listed = [(one["name"].rstrip("/"), one["type"]) for one in fs.ls(path, detail=True)]
    is_web = "://" in path
    return [
        (Entry(_last(name, is_web), kind == "directory"), name)
        for name, kind in listed
        # some stores list an empty object that stands for the folder itself
        if name != itself
    ]


def _last(path: str, is_web: bool) -> str:
    name = path.rpartition("/")[2]
    return unquote(name) if is_web else name
