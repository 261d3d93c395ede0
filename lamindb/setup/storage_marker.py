"""The marker file of a storage location: its uid, and which instance manages it.

It is `.lamindb/storage_uid.txt`, in a local folder or in a bucket. Creating it never replaces
that of somebody else, so that of several processes one wins.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from lamindb.base.ids import instance_uid
from lamindb.base.urls import protocol_of, split_query
from lamindb.errors import InvalidArgument
from lamindb.setup import files
from lamindb.setup.filesystems import open_filesystem, s3_error_code, store_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from uuid import UUID

    from lamindb.setup.rollback import Rollback

FOLDER = ".lamindb"
MARKER_NAME = "storage_uid.txt"
LEGACY_MARKER_NAME = "_is_initialized"
LOCKS = "_exclusion"
DATABASE_NAME = "lamin.db"
UNKNOWN_INSTANCE = "__unknown__"
NEVER_MANAGED = ("hf", "http", "https")
"""Protocols that are only read from."""

STORES_OF_OBJECTS = ("s3", "gs", "abfs", "abfss", "adl", "az", "oci", "oss")
"""Protocols without folders; creating one might create a bucket."""

MAX_UID_LENGTH = 12
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
"""Errors of S3 for an object that somebody else has written, or writes right now."""
_NOT_IMPLEMENTED = "NotImplemented"


class StorageMarker:
    """Content of a marker file.

    Attributes
    ----------
    uid : str
        Uid of the storage location; `""` if the file doesn't say.
    slug, instance_id : str or None
        The instance that created it; legacy files don't say.
    instance_uid : str
        Uid of that instance, or `__unknown__`.
    is_legacy : bool
        Whether the file has the name that early releases gave it.
    """

    def __init__(self, text: str, *, is_legacy: bool = False) -> None:
        self.is_legacy = is_legacy
        lines = text.splitlines()
        self.uid = lines[0].strip() if lines else ""
        info = dict(line.split("=", 1) for line in lines[1:] if "=" in line)
        self.slug: str | None = info.get("instance_slug")
        self.instance_id: str | None = info.get("instance_id")
        self.instance_uid: str = info.get("instance_uid", UNKNOWN_INSTANCE)

    @property
    def says_something(self) -> bool:
        """Whether it names the location or the instance, rather than being cut off."""
        return bool(self.uid) or self.instance_uid != UNKNOWN_INSTANCE

    def check(self) -> None:
        """Refuse a text that can't be a marker at all."""
        if len(self.uid) > MAX_UID_LENGTH or not (self.uid + "0").isalnum():
            raise ValueError(f"{self.uid[:40]!r} is not the uid of a storage location")


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


def is_local(root: str) -> bool:
    """Whether a storage location is on this machine."""
    return protocol_of(root) == "local"


def marker_file(root: str) -> Path:
    """Marker file of a local storage location."""
    return Path(root) / FOLDER / MARKER_NAME


def url_in_folder(root: str, name: str = "") -> str:
    """URL of a file in the managed folder of a location in the cloud, or of the folder."""
    location = split_query(root)[0]
    path = f"{location.rstrip('/')}/{FOLDER}/{name}".rstrip("/")
    return path + root[len(location) :]


def marker_place(root: str) -> str:
    """Where the marker file is, for messages."""
    return str(marker_file(root)) if is_local(root) else url_in_folder(root, MARKER_NAME)


# -- reading -------------------------------------------------------------------------------------


def read_marker(root: str) -> StorageMarker | None:
    """Read the marker file of a storage location.

    Parameters
    ----------
    root : str
        Local path or URL.

    Returns
    -------
    StorageMarker or None
        None if there is no such file, or if it says nothing.

    Raises
    ------
    InvalidArgument
        If the file can't be read as text, or a local file can't be read at all.
    PermissionError
        If the store refuses to tell.
    OSError
        If the store can't be reached.
    """
    for name in (MARKER_NAME, LEGACY_MARKER_NAME):
        content = _read_file(root, name) if is_local(root) else _read_object(root, name)
        if content is None:
            continue
        try:
            marker = StorageMarker(content.decode(), is_legacy=name == LEGACY_MARKER_NAME)
            marker.check()
        except ValueError as error:
            if protocol_of(root) in NEVER_MANAGED:
                return None  # some web servers have an answer to everything
            raise _unreadable(marker_place(root), error) from error
        return marker if marker.says_something else None
    return None


def find_marker(root: str) -> tuple[StorageMarker | None, OSError | None]:
    """Like `read_marker`, for a location that may refuse to tell.

    Parameters
    ----------
    root : str
        Local path or URL.

    Returns
    -------
    tuple
        The marker, None if there is none; and what prevented reading it.

    Raises
    ------
    OSError
        If a store that could be managed can't be reached.
    """
    try:
        return read_marker(root), None
    except PermissionError as error:
        return None, error
    except OSError as error:
        if protocol_of(root) not in NEVER_MANAGED:
            raise
        return None, error


def _read_file(root: str, name: str) -> bytes | None:
    path = Path(root) / FOLDER / name
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(str(path), error) from error


def _read_object(root: str, name: str) -> bytes | None:
    url = url_in_folder(root, name)
    fs, path = open_filesystem(url)
    try:
        with store_errors(url):
            content: bytes = fs.cat_file(path)
    except FileNotFoundError:
        return None
    return content


def _unreadable(place: str, error: Exception) -> InvalidArgument:
    return InvalidArgument(
        f"Cannot read {place} ({error}), which says who manages the storage location"
    )


def rename_legacy_marker(root: str) -> None:
    """Give a marker file of early releases its present name."""
    if not is_local(root):
        _rename_legacy_object(root)
        return
    legacy = Path(root) / FOLDER / LEGACY_MARKER_NAME
    if legacy.is_file() and not marker_file(root).exists():
        with contextlib.suppress(OSError):
            legacy.rename(marker_file(root))


def _rename_legacy_object(root: str) -> None:
    """Like renaming a file; whoever may not write leaves everything as it is."""
    if protocol_of(root) in NEVER_MANAGED:
        return
    with contextlib.suppress(OSError):
        content = _read_object(root, LEGACY_MARKER_NAME)
        if content is not None and _create_object(url_in_folder(root, MARKER_NAME), content):
            _remove_object(url_in_folder(root, LEGACY_MARKER_NAME))


# -- writing -------------------------------------------------------------------------------------


def create_marker(root: str, text: str, changes: Rollback) -> bool:
    """Write the marker file of a storage location that has none.

    Parameters
    ----------
    root : str
        Local path or URL.
    text : str
        See `marker_text`.
    changes : Rollback
        Removes the file if the operation fails.

    Returns
    -------
    bool
        False if there is one already, perhaps because another process was faster.

    Raises
    ------
    OSError
        If the file can't be written.
    """
    if is_local(root):
        return _create_file(root, text, changes)
    url = url_in_folder(root, MARKER_NAME)
    changes.on_failure(_remove_object_with_content, url, text.encode())
    if _create_object(url, text.encode()):
        return True
    if is_cut_off(read_marker(root), StorageMarker(text).instance_uid):
        _write_object(url, text.encode())
        return True
    return False


def replace_marker(root: str, text: str) -> None:
    """Correct the marker file of a location that this instance manages.

    Parameters
    ----------
    root : str
        Local path or URL.
    text : str
        See `marker_text`.

    Raises
    ------
    OSError
        If the file can't be written.
    """
    if is_local(root):
        files.write_text(marker_file(root), text)
    else:
        _write_object(url_in_folder(root, MARKER_NAME), text.encode())


def _create_file(root: str, text: str, changes: Rollback) -> bool:
    path = marker_file(root)
    if changes.create_text(path, text):
        return True
    if is_cut_off(read_marker(root), StorageMarker(text).instance_uid):
        changes.write_text(path, text)
        return True
    return False


def is_cut_off(marker: StorageMarker | None, by: str) -> bool:
    """Whether an instance may replace a marker file: it names no location, nor another instance."""
    return marker is None or (not marker.uid and marker.instance_uid == by)


def _create_object(url: str, content: bytes) -> bool:
    """Write an object that doesn't exist yet; False if it does.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html. Stores
    without conditional writes keep what was written last, so that one looks before as well.
    """
    fs, path = open_filesystem(url)
    with store_errors(url):
        with contextlib.suppress(FileNotFoundError):
            fs.cat_file(path)
            return False
        if protocol_of(url) not in STORES_OF_OBJECTS:
            fs.makedirs(fs._parent(path), exist_ok=True)
        try:
            fs.pipe_file(path, content, mode="create")
        except FileExistsError:
            return False
        except OSError as error:
            code = s3_error_code(error)
            if code in _TAKEN:
                return False
            if code != _NOT_IMPLEMENTED:
                raise
            fs.pipe_file(path, content)
        try:
            return bool(fs.cat_file(path) == content)
        except BaseException:
            fs.rm_file(path)  # who may write but not read can't manage a location
            raise


def _write_object(url: str, content: bytes) -> None:
    fs, path = open_filesystem(url)
    with store_errors(url):
        fs.pipe_file(path, content)


def _remove_object(url: str) -> None:
    fs, path = open_filesystem(url)
    with contextlib.suppress(FileNotFoundError), store_errors(url):
        fs.rm_file(path)


def _remove_object_with_content(url: str, content: bytes) -> None:
    fs, path = open_filesystem(url)
    with contextlib.suppress(OSError), store_errors(url):
        if fs.cat_file(path) == content:
            fs.rm_file(path)


def remove_marker(root: str) -> None:
    """Remove the marker file, and the managed folder if nothing else is in it.

    Parameters
    ----------
    root : str
        Local path or URL.

    Raises
    ------
    OSError
        If that is impossible.
    """
    for name in (MARKER_NAME, LEGACY_MARKER_NAME):
        if is_local(root):
            (Path(root) / FOLDER / name).unlink(missing_ok=True)
        else:
            _remove_object(url_in_folder(root, name))
    if is_local(root):
        _remove_empty_folders(Path(root) / FOLDER)


def _remove_empty_folders(folder: Path) -> None:
    inner = sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True)
    for path in (*inner, folder):
        with contextlib.suppress(OSError):
            path.rmdir()


# -- what else is there --------------------------------------------------------------------------


def objects_in(root: str) -> list[str]:
    """List what artifacts left in the managed folder of a storage location.

    Parameters
    ----------
    root : str
        Local path or URL.

    Returns
    -------
    list of str
        Files and folders, sorted; without the marker file, the database and its companions, locks
        and empty folders.

    Raises
    ------
    OSError
        If the store can't be read.

    Example
    -------
    >>> objects_in("/data/store")
    ['/data/store/.lamindb/3pzpHoOMKeIgxsKi0000.fasta']
    """
    if is_local(root):
        folder = Path(root) / FOLDER
        paths = [path for path in folder.iterdir() if _has_content(path)] if folder.is_dir() else []
        return sorted(str(path) for path in paths if not _is_ours(path.name))
    names = {name for name in _names_in_cloud(root) if name and not _is_ours(name)}
    return sorted(split_query(url_in_folder(root, name))[0] for name in names)


def _names_in_cloud(root: str) -> list[str]:
    url = url_in_folder(root)
    fs, path = open_filesystem(url)
    fs.invalidate_cache()
    try:
        with store_errors(url):
            paths: list[str] = fs.ls(path, detail=False)
    except FileNotFoundError:
        return []
    return [found.rstrip("/").removeprefix(path.rstrip("/")).strip("/") for found in paths]


def _has_content(path: Path) -> bool:
    return not path.is_dir() or any(not inner.is_dir() for inner in path.rglob("*"))


def _is_ours(name: str) -> bool:
    """Whether a file of the managed folder belongs to no artifact."""
    if name in {MARKER_NAME, LEGACY_MARKER_NAME, LOCKS}:
        return True
    return name.startswith((DATABASE_NAME, f".{DATABASE_NAME}.", f".{MARKER_NAME}."))
