"""What is at a location, and the store that it is in."""

from __future__ import annotations

from lamindb.storage import stores
from lamindb.storage.layout import protocol_of, without_query
from lamindb.storage.transfer.other_store import OtherStore
from lamindb.storage.transfer.running import run
from lamindb.storage.transfer.s3_store import S3Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.storage.transfer.store import RemoteFile, Store

__all__ = ["RemoteTree", "look_up", "open_store"]


def open_store(url: str, options: dict[str, Any] | None = None) -> tuple[Store, str]:
    """Return the store of a location, and the path as the store wants it.

    Parameters
    ----------
    url : str
        A location.
    options : dict, optional
        For objects that are written.

    Returns
    -------
    tuple
        Store and path.

    Raises
    ------
    ImportError
        If the package of the protocol isn't installed.

    Example
    -------
    >>> open_store("s3://bucket/key")[1]  # doctest: +SKIP
    'bucket/key'
    """
    fs, path = stores.fs_and_path(url)
    protocol = protocol_of(url)
    if protocol == "s3":
        return S3Store(fs, url, options or {}), path
    return OtherStore(fs, protocol, options or {}), path


class RemoteTree:
    """What is at a location: a file, or the files below a folder.

    Parameters
    ----------
    url : str
        The location.
    store : Store
        Where it is.
    path : str
        As the store wants it.
    file : RemoteFile or None
        Set if it is a file.
    objects : list of RemoteFile
        All objects below it.

    Attributes
    ----------
    files : list of RemoteFile
        The file itself, or the files below the folder; without what stands for empty folders.
    """

    def __init__(
        self,
        url: str,
        store: Store,
        path: str,
        file: RemoteFile | None,
        objects: list[RemoteFile],
    ) -> None:
        self.url = url
        self.store = store
        self.path = path
        self.file = file
        self.objects = objects
        is_file = [one for one in objects if one.key and not one.key.endswith("/")]
        self.files = [file] if file else is_file

    @property
    def name(self) -> str:
        """Last part of the location, for messages."""
        return without_query(self.url).rstrip("/").rpartition("/")[2]

    @property
    def size(self) -> int:
        """Bytes in total, as far as the store says."""
        return sum(file.size or 0 for file in self.files)

    @property
    def sizes(self) -> dict[str, int | None]:
        """Key and size of every file."""
        return {file.key: file.size for file in self.files}


def look_up(url: str) -> RemoteTree | None:
    """Ask what is at a location.

    Parameters
    ----------
    url : str
        A location.

    Returns
    -------
    RemoteTree or None
        None if there is nothing.

    Raises
    ------
    OSError
        If the store can't be asked.

    Example
    -------
    >>> look_up("s3://bucket/study").size  # doctest: +SKIP
    1024
    """
    with stores.store_errors(url):
        store, path = open_store(url)

        async def ask() -> RemoteTree | None:
            file = await store.stat(path)
            objects = [] if file is not None else await store.find(path)
            return RemoteTree(url, store, path, file, objects) if file or objects else None

        return run(ask(), store.loop)
