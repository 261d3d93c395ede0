"""Where the content of a new artifact comes from: a path, or an object that is written to one."""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.base.keys import key_suffix
from lamindb.base.log import logger
from lamindb.base.urls import protocol_of
from lamindb.errors import InvalidArgument
from lamindb.storage.atomic import remove, temporary_sibling
from lamindb.storage.cache import temporary_path
from lamindb.storage.content import describe_path
from lamindb.storage.formats import infer_suffix, otype_of, write_to_disk
from lamindb.storage.formats.registry import suffix_of
from lamindb.storage.layout import AUTO_KEY_PREFIX, join, relative_to_root, without_query
from lamindb.storage.stores import exists, is_cloud, url_of

from .storage_locations import containing_storage, referenced_storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamindb.storage.abc import ContentInfo
    from lamindb.storage.content import Glance

    from .storage import Storage


@dataclass(frozen=True)
class ConvertedFile:
    """A file with converted parts, which is written once everything was checked.

    Attributes
    ----------
    write
        Writes it to a path.
    """

    write: Callable[[Path], None]


@dataclass(eq=False)
class Source:
    """Where the content of a new artifact comes from.

    Attributes
    ----------
    path
        Local file or folder, or URL in the cloud.
    suffix, raw_suffix
        Canonical suffix, and the one in the name.
    data
        Object in memory that is written to `path`, None if a path is stored as it is.
    was_converted
        Whether this is the converted content of a file that was passed.
    converted
        What writes it, if not `data` are written.
    storage
        Location that contains `path` and where the content stays, None if it is to be copied. Not
        saved yet if the location is not registered.
    real_key
        Path relative to that location.
    is_temporary
        Whether `path` was written by us: it may be renamed into place, and disappears with this
        object.
    uid
        Of the artifact, if the path is made of it.
    glance
        What was seen of a local path without reading it.
    content
        Size and hash, None as long as nothing was read.
    hash_includes_names
        Whether a folder needs another hash than one with the same content.
    """

    path: Path | str
    suffix: str
    raw_suffix: str
    data: Any = None
    was_converted: bool = False
    converted: ConvertedFile | None = None
    storage: Storage | None = None
    real_key: str | None = None
    is_temporary: bool = False
    uid: str | None = None
    glance: Glance | None = None
    content: ContentInfo | None = None
    hash_includes_names: bool = False

    @property
    def is_unwritten(self) -> bool:
        """Whether this is an object, or are converted values, without a file."""
        return self.is_temporary and self.path == Path()

    @property
    def passed_object(self) -> Any:
        """The object that was passed, None if it was a path."""
        return None if self.was_converted else self.data

    @property
    def in_place(self) -> bool:
        """Whether the content stays where it is."""
        return self.storage is not None

    @property
    def is_folder(self) -> bool:
        """Whether the content has several files."""
        seen = self.content or self.glance
        if seen is not None:
            return seen.n_files is not None
        return os.path.isdir(self.path)


# -- paths


def location_of(path: Any) -> str:
    """Absolute local path with links followed, or URL; refused inside a managed folder.

    Raises
    ------
    ValueError
        The path is invalid, or inside a `.lamindb/` folder that is not in s3 or gs.
    """
    location = url_of(path)
    if is_managed(location) and protocol_of(location) not in ("s3", "gs"):
        raise ValueError(
            f"Do not pass path inside the `.lamindb/` directory for non-s3/gs paths: {location}"
        )
    return location


def is_managed(location: str) -> bool:
    """Whether a location is inside a folder that only this product writes to."""
    return f"/{AUTO_KEY_PREFIX}" in f"{without_query(location)}/"


def source_at(location: str, preferred: Storage, *, skip_check: bool = False) -> Source:
    """Source for a path, in place if a registered location or the cloud contains it.

    Raises
    ------
    FileNotFoundError
        Nothing is there.
    UnknownStorageLocation
        This instance would become the manager of a location in the cloud.
    """
    if not skip_check:
        check_exists(location)
    suffix, raw_suffix = suffix_of(name_of(location))
    storage = storage_around(location, preferred)
    source = Source(path_of(location), str(suffix), raw_suffix, storage=storage)
    if storage is not None:
        source.real_key = relative_to_root(location, storage.root)
    return source


def path_of(location: str) -> Path | str:
    """Local path as such, URL as text."""
    return location if is_cloud(location) else Path(location)


def storage_around(location: str, preferred: Storage) -> Storage | None:
    """Location that a path stays in; None for a local one that is to be copied."""
    storage = containing_storage(location, preferred)
    if storage is None and is_cloud(location):
        return referenced_storage(location)
    return storage


def name_of(location: str) -> str:
    """Path without what follows `?` in a web address, for the suffix."""
    is_web = protocol_of(location) in ("http", "https")
    return location.partition("?")[0] if is_web else location


def check_exists(location: str) -> None:
    """Refuse a path where nothing is; whether something is there may be a secret."""
    try:
        found = exists(location)
    except PermissionError as error:
        logger.warning(f"failed to check existence of {location}: {error}")
        return
    if not found:
        raise FileNotFoundError(location)


def describe(source: Source) -> ContentInfo | None:
    """Size and hash of content that stays where it is; None if the cloud does not tell."""
    try:
        return describe_path(source.path)
    except OSError as error:
        if not is_cloud(str(source.path)):
            raise
        logger.warning(f"failed to retrieve stats for {source.path}: {error}")
        return None


# -- objects in memory


def source_of_data(data: Any, key: str | None, format: str | None) -> Source:
    """Source for an object, which `write_temporary` writes once everything was checked."""
    suffix, raw_suffix = suffix_of(f"data{suffix_of_data(data, key, format)}")
    return Source(Path(), str(suffix), raw_suffix, data=data, is_temporary=True)


def source_of_converted(data: Any, raw_suffix: str) -> Source:
    """Source for the converted content of a file, which is stored in its format."""
    if isinstance(data, ConvertedFile):
        suffix, raw_suffix = suffix_of(f"data{raw_suffix}")
        source = Source(Path(), str(suffix), raw_suffix, is_temporary=True, converted=data)
    else:
        source = source_of_data(data, None, raw_suffix)
    source.was_converted = True
    return source


def suffix_of_data(data: Any, key: str | None, format: str | None) -> str:
    """Suffix of the file that an object is written to: as asked for, else as the key ends.

    Raises
    ------
    InvalidArgument
        The object cannot be stored in that format.
    """
    wanted = key_suffix(key) if key else ""
    if format or not wanted or otype_of(data) == "AnnData":
        return infer_suffix(data, format or wanted or None)
    try:
        return infer_suffix(data, wanted)
    except InvalidArgument:  # the key is to blame, and it is checked against the suffix
        return infer_suffix(data)


def write_temporary(source: Source, suffix: str, options: dict[str, Any], target: Storage) -> None:
    """Write an object, or converted content, to a temporary file, which goes with the source."""
    logger.info("writing the in-memory object into cache")
    path = temporary_near(target, suffix)
    weakref.finalize(source, remove_own, path, os.getpid())
    if source.converted is not None:
        source.converted.write(path)
    else:
        write_to_disk(source.data, path, **options)
    source.path = path


def temporary_near(target: Storage, suffix: str) -> Path:
    """Temporary path in the cache, or in local storage if only from there it can be renamed."""
    path = temporary_path(suffix)
    if target.type != "local":
        return path
    folder = Path(join(target.root, AUTO_KEY_PREFIX.rstrip("/")))
    try:
        is_elsewhere = folder.stat().st_dev != path.parent.stat().st_dev
    except OSError:
        return path
    if is_elsewhere and os.access(folder, os.W_OK):
        return temporary_sibling(folder / path.name)
    return path


def remove_own(path: Path, process_id: int) -> None:
    """Remove a temporary of this process; a forked one has a copy of the source."""
    if os.getpid() == process_id:
        remove(path)


def discard_temporary(source: Source) -> None:
    """Remove a temporary file whose artifact is not to be saved."""
    if source.is_temporary and source.path != Path():
        remove(source.path)
