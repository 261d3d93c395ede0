"""Storage locations: the root, and the marker file that says which instance manages it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from lamindb.base.ids import instance_uid
from lamindb.errors import InvalidArgument
from lamindb.setup import cache_dir, registry_lookup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from upath import UPath

    from lamindb.base.types import AnyPathStr

PROTOCOLS = ("local", "gs", "s3", "hf", "http", "https")
FOLDER = ".lamindb"
MARKER_NAME = "storage_uid.txt"
LEGACY_MARKER_NAME = "_is_initialized"
UNKNOWN_INSTANCE = "__unknown__"


def protocol_of(root: str) -> str:
    """Protocol of a storage root, `local` for a path on this machine."""
    scheme, separator, _ = root.partition("://")
    return scheme if separator and scheme != "file" else "local"


def normalized_root(storage: AnyPathStr) -> str:
    """Write a storage location the way it is recorded.

    Parameters
    ----------
    storage : str or path
        A local path (relative, with `~`) or the URL of a bucket or folder.

    Returns
    -------
    str
        Absolute, resolved and without trailing slash; a query string (`?endpoint_url=…`) stays.

    Raises
    ------
    InvalidArgument
        If the protocol isn't supported, or if the location is below a `.lamindb` folder; it is a
        `ValueError`.

    Example
    -------
    >>> normalized_root("s3://bucket/key/")
    's3://bucket/key'
    """
    text = str(storage)
    protocol = protocol_of(text)
    if protocol not in PROTOCOLS:
        raise InvalidArgument(
            f"Protocol {protocol} is not supported, valid protocols are {', '.join(PROTOCOLS)}"
        )
    if FOLDER in text:
        raise InvalidArgument(
            'Please pass a folder name that does not end or contain ".lamindb", got: ' + text
        )
    if protocol != "local":
        path, question_mark, query = text.partition("?")
        return f"{path.rstrip('/')}{question_mark}{query}"
    try:
        root = Path(text.removeprefix("file://")).expanduser().resolve()
    except (RuntimeError, OSError, ValueError) as error:
        raise InvalidArgument(f"{text!r} is not a valid path: {error}") from error
    if FOLDER in root.parts:
        raise InvalidArgument(f"{root} is inside of the {FOLDER} folder of a storage location")
    return str(root)


class StorageMarker:
    """Content of a marker file.

    Attributes
    ----------
    uid : str
        Uid of the storage location.
    slug, instance_id : str or None
        The instance that created it; legacy files don't say.
    instance_uid : str
        Uid of that instance, or `__unknown__`.
    """

    def __init__(self, text: str) -> None:
        lines = text.splitlines()
        self.uid = lines[0].strip() if lines else ""
        info = dict(line.split("=", 1) for line in lines[1:] if "=" in line)
        self.slug: str | None = info.get("instance_slug")
        self.instance_id: str | None = info.get("instance_id")
        self.instance_uid: str = info.get("instance_uid", UNKNOWN_INSTANCE)


def marker_file(root: str) -> Path:
    """Marker file of a local storage location."""
    return Path(root) / FOLDER / MARKER_NAME


def marker_text(uid: str, slug: str, instance_id: UUID) -> str:
    """Text of a marker file.

    Example
    -------
    >>> print(marker_text("YcFDczLI7wHx", "anonymous/test", instance_id("anonymous/test")))
    YcFDczLI7wHx
    creation info:
    instance_slug=anonymous/test
    instance_id=f63a0985f46b50fe8220d291b4cc5445
    instance_uid=ITxvyjWeWURE
    """
    return (
        f"{uid}\ncreation info:\ninstance_slug={slug}\ninstance_id={instance_id.hex}\n"
        f"instance_uid={instance_uid(instance_id)}"
    )


def read_marker(root: str) -> StorageMarker | None:
    """Read the marker file of a local storage location.

    Returns
    -------
    StorageMarker or None
        None if there is no such file, or if it is empty.

    Raises
    ------
    InvalidArgument
        If the file can't be read as text.
    """
    for name in (MARKER_NAME, LEGACY_MARKER_NAME):
        path = Path(root) / FOLDER / name
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidArgument(
                f"Cannot read {path} ({error}), which says who manages the storage location"
            ) from error
        marker = StorageMarker(text)
        return marker if marker.uid else None
    return None


def rename_legacy_marker(root: str) -> None:
    """Give a marker file of early releases its present name."""
    legacy = Path(root) / FOLDER / LEGACY_MARKER_NAME
    if legacy.is_file() and not marker_file(root).exists():
        with contextlib.suppress(OSError):
            legacy.rename(marker_file(root))


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
    uuid, instance_id, access_token
        Of a hub; kept for compatibility.

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
    ) -> None:
        self._root_as_str = normalized_root(root)
        self._region = region
        self._uid = uid
        self._uuid = uuid
        self._instance_id = instance_id
        self.access_token = access_token

    @property
    def root(self) -> UPath:
        """Root as a path."""
        return cache_dir.as_upath(self._root_as_str)

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
        return None if self.type_is_cloud else read_marker(self._root_as_str)

    @property
    def uid(self) -> str | None:
        """Uid of the location; None if it has no marker file."""
        if self._uid is None and (marker := self._marker()) is not None:
            self._uid = marker.uid
        return self._uid

    @property
    def instance_uid(self) -> str | None:
        """Uid of the instance that manages the location."""
        if self._instance_id is not None:
            return instance_uid(self._instance_id)
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
    """Why a local storage location can't be created, None if it can.

    Looks at the nearest existing parent, so that nothing is created.
    """
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
