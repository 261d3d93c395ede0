"""Storage locations: how their root is written, and what `settings.storage` says about them."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from lamindb.base import ids
from lamindb.base.urls import protocol_of
from lamindb.errors import InvalidArgument
from lamindb.setup import cache_dir, registry_lookup
from lamindb.setup.filesystems import filesystem_class, is_anonymous, url_of
from lamindb.setup.storage_marker import FOLDER, NEVER_MANAGED, StorageMarker, read_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from upath import UPath

    from lamindb.base.types import AnyPathStr

PROTOCOLS = ("local", "gs", "s3", "hf", "http", "https")
NO_LOCATIONS = frozenset(
    {
        "async_wrapper", "asynclocal", "asyncwrapper", "blockcache", "cached", "data", "dir",
        "filecache", "ftp", "generic", "libarchive", "reference", "simplecache", "tar", "zip",
    }
)  # fmt: skip
"""Protocols of fsspec that wrap other ones or send passwords in the clear."""


def normalized_root(storage: AnyPathStr) -> str:
    """Write a storage location the way it is recorded.

    Parameters
    ----------
    storage : str or path
        A local path (relative, with `~`) or the URL of a bucket or folder; credentials that come
        with it are remembered in this process and not recorded.

    Returns
    -------
    str
        Absolute, resolved and without trailing slash; a query string (`?endpoint_url=…`) stays,
        with its options in order.

    Raises
    ------
    InvalidArgument
        If the protocol isn't supported, or if the location is below a `.lamindb` folder; it is a
        `ValueError`.
    ImportError
        If the package for the protocol isn't installed.

    Example
    -------
    >>> normalized_root("s3:///bucket/key/")
    's3://bucket/key'
    """
    text = str(storage)
    check_protocol(protocol_of(text))
    if FOLDER in text:
        raise InvalidArgument(
            'Please pass a folder name that does not end or contain ".lamindb", got: ' + text
        )
    root = url_of(storage)
    if FOLDER in root.split("/"):
        raise InvalidArgument(f"{root} is inside of the {FOLDER} folder of a storage location")
    if root.endswith("://"):
        raise InvalidArgument(f"{text!r} names no bucket or host")
    return root


def check_protocol(protocol: str) -> None:
    """Refuse a protocol that isn't one of a storage location.

    Parameters
    ----------
    protocol : str
        `local`, `s3`, `gs`, … or one that an installed package brings for fsspec.

    Raises
    ------
    InvalidArgument
        If it is unknown.
    ImportError
        If it is known, but its package isn't installed.
    """
    if protocol in PROTOCOLS:
        return
    if protocol in NO_LOCATIONS:
        raise unsupported(protocol)
    try:
        filesystem_class(protocol)
    except InvalidArgument as error:
        raise unsupported(protocol) from error


def unsupported(protocol: str) -> InvalidArgument:
    """Error about a protocol that can't be used."""
    return InvalidArgument(
        f"Protocol {protocol} is not supported, valid protocols are {', '.join(PROTOCOLS)}"
    )


def path_of(root: str) -> UPath:
    """Root as a path; looked up by name, because `UPath` belongs to the layer above."""
    path: UPath = import_module("lamindb.storage.paths").create_path(root)
    return path


class StorageSettings:
    """A storage location: where it is, and who manages it.

    Parameters
    ----------
    root : str or path
        Local path or URL.
    region : str, optional
        Region of a bucket; for a local path, the host it is on.
    uid : str, optional
        Uid of the location; default: what its marker file says.
    uuid, access_token
        Of a hub; kept for compatibility.
    instance_id, instance_uid : uuid.UUID, str, optional
        The instance that manages the location; default: what its marker file says.

    Example
    -------
    >>> StorageSettings("./store").type
    'local'
    """

    def __init__(
        self,
        root: AnyPathStr,
        region: str | None = None,
        uid: str | None = None,
        uuid: UUID | None = None,
        instance_id: UUID | None = None,
        access_token: str | None = None,
        instance_uid: str | None = None,
    ) -> None:
        self._root_as_str = normalized_root(root)
        self._region = region
        self._uid = uid
        self._uuid = uuid
        self._instance_uid = instance_uid
        if instance_id is not None:
            self._instance_uid = ids.instance_uid(instance_id)
        self._cloud_marker: StorageMarker | None = None
        self.access_token = access_token

    @property
    def root(self) -> UPath:
        """Root as a path."""
        return path_of(self._root_as_str)

    @property
    def root_as_str(self) -> str:
        """Root as a string, without trailing slash."""
        return self._root_as_str

    @property
    def type(self) -> str:
        """Protocol: `local`, `s3`, `gs`, `hf`, `http` or `https`."""
        return protocol_of(self._root_as_str)

    @property
    def type_is_cloud(self) -> bool:
        """Whether it is not on this machine."""
        return self.type != "local"

    @property
    def region(self) -> str | None:
        """Region of a bucket; for a local path, the host it is on."""
        return self._region

    @property
    def host(self) -> str | None:
        """The host that a local path is on."""
        return None if self.type_is_cloud else self._region

    def _marker(self) -> StorageMarker | None:
        """Marker file; that of a bucket is read once."""
        if not self.type_is_cloud:
            return read_marker(self._root_as_str)
        if self._cloud_marker is None:
            self._cloud_marker = read_marker(self._root_as_str)
        return self._cloud_marker

    @property
    def uid(self) -> str | None:
        """Uid of the location; None if it has no marker file."""
        if self._uid is None and (marker := self._marker()) is not None:
            self._uid = marker.uid or None
        return self._uid

    @property
    def instance_uid(self) -> str | None:
        """Uid of the instance that manages the location."""
        if self._instance_uid is not None:
            return self._instance_uid
        marker = self._marker()
        return None if marker is None else marker.instance_uid

    @property
    def record(self) -> Any:
        """Record of the location in the connected database."""
        return registry_lookup.registry("Storage").get(root=self._root_as_str)

    @property
    def hub_record(self) -> None:
        """There is no hub."""
        return None

    @property
    def is_on_hub(self) -> bool:
        """There is no hub."""
        return False

    @property
    def cache_dir(self) -> UPath:
        """Folder for local copies of cloud files."""
        return cache_dir.cache_dir()

    def key_to_filepath(self, filekey: AnyPathStr) -> UPath:
        """Path of a file of this location."""
        return self.root / str(filekey)

    def local_filepath(self, filekey: AnyPathStr) -> UPath:
        """Local path of a file of this location; in the cache for cloud storage."""
        return self.cloud_to_local_no_update(self.key_to_filepath(filekey))

    def cloud_to_local(
        self, filepath: AnyPathStr, cache_key: str | None = None, **kwargs: Any
    ) -> UPath:
        """Local path of a file; downloads it first if it is newer in the cloud."""
        return cache_dir.cloud_to_local(filepath, cache_key, **kwargs)

    def cloud_to_local_no_update(self, filepath: AnyPathStr, cache_key: str | None = None) -> UPath:
        """Local path of a file, without downloading it."""
        return cache_dir.cloud_to_local_no_update(filepath, cache_key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StorageSettings) and self._root_as_str == other._root_as_str

    def __hash__(self) -> int:
        return hash(self._root_as_str)

    def __repr__(self) -> str:
        return f"StorageSettings(root={self._root_as_str!r}, uid={self.uid!r})"


def why_unusable(root: str) -> str | None:
    """Why a storage location can't be created, None if nothing speaks against it.

    Of a local one, the nearest existing parent tells; a bucket isn't asked.
    """
    protocol = protocol_of(root)
    if protocol in NEVER_MANAGED:
        return f"{protocol}:// locations can only be read"
    if protocol != "local":
        return f"no credentials were found for {root}" if is_anonymous(root) else None
    folder = Path(root) / FOLDER
    for path in (folder, *folder.parents):
        if not os.path.lexists(path):
            continue
        if not path.is_dir():
            return f"{path} is not a folder"
        if not os.access(path, os.W_OK | os.X_OK):
            return f"no write access to {path}"
        return None
    return f"{root} does not exist"
