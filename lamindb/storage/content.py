"""Size, hash and number of files of a path, local or remote."""

from __future__ import annotations

import stat
import time
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from lamindb.base.hashing import (
    SMALL_FILE_SIZE,
    FileHash,
    hash_dir,
    hash_file,
    hash_file_sha1_fl,
    hash_type_of,
)
from lamindb.storage.abc import SIZE, ContentInfo, Signature, signature_of
from lamindb.storage.cache import current_stat_cache
from lamindb.storage.file_hashes import SMALL_SIZE, hash_stable
from lamindb.storage.listing import ListedFile
from lamindb.storage.local_folder import LocalFolder
from lamindb.storage.manifest import paths_digest
from lamindb.storage.remote_content import RemotePath
from lamindb.storage.stores import is_cloud

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from lamindb.base.types import AnyPathStr

    class _Seen(Protocol):
        """A file or folder that was looked at."""

        def content(self) -> ContentInfo: ...

        def paths(self) -> list[tuple[str, int]]: ...


__all__ = ["Glance", "describe_path", "glance", "matches"]


@dataclass(frozen=True)
class Glance:
    """What a look at a path says about it, without reading any content.

    Attributes
    ----------
    location : str
        Local path or URL.
    size : int or None
        In bytes; of all files of a folder. None if a remote store doesn't tell.
    n_files : int or None
        None for a file.
    signature : bytes
        As long as it is the same, so is the content.

    Example
    -------
    >>> seen = glance("data.csv")  # doctest: +SKIP
    >>> seen.size, seen.content().hash  # doctest: +SKIP
    (3, 'kAFQmDzST7DWlj99KOF_cg')
    """

    location: str
    size: int | None
    n_files: int | None
    signature: bytes
    _seen: _Seen = field(compare=False, repr=False)

    def content(self) -> ContentInfo:
        """Return size and hash; files that the cache does not know are read, once.

        Returns
        -------
        ContentInfo

        Raises
        ------
        OSError
            If a file can't be read.
        ValueError
            If a file keeps changing.
        """
        return self._content

    @cached_property
    def _content(self) -> ContentInfo:
        return self._seen.content()

    def paths_digest(self) -> str | None:
        """Return a digest of the relative paths and sizes of the files of a folder.

        Returns
        -------
        str or None
            See `lamindb.storage.manifest.paths_digest`; None for a file.
        """
        return None if self.n_files is None else paths_digest(self._seen.paths())


def glance(path: AnyPathStr) -> Glance:
    """Look at a file or folder without reading its content.

    Parameters
    ----------
    path : str or path
        Local path or URL of a file, or of a folder with at least one file.

    Returns
    -------
    Glance

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    OSError
        If it can't be looked at.
    ValueError
        If the folder has no files, or the path is neither file nor folder.

    Example
    -------
    >>> glance("study").n_files  # doctest: +SKIP
    51
    """
    if is_cloud(path):
        remote = RemotePath(path)
        return Glance(remote.url, remote.size, remote.n_files, remote.signature, remote)
    local = Path(str(path).removeprefix("file://"))
    stat_result = local.stat()
    if stat.S_ISDIR(stat_result.st_mode):
        folder = LocalFolder(local)
        return Glance(folder.path, folder.size, len(folder.files), folder.signature, folder)
    if not stat.S_ISREG(stat_result.st_mode):
        raise ValueError(f"{str(local)!r} is neither a file nor a folder")
    file = _LocalFile(ListedFile(local.name, str(local), signature_of(stat_result)))
    return Glance(str(local), stat_result.st_size, None, file.signature, file)


def describe_path(path: AnyPathStr) -> ContentInfo:
    """Return size, hash and number of files of a file or folder.

    Local files that did not change since they were hashed are not read again; of remote ones, only
    what the store says about them is read.

    Parameters
    ----------
    path : str or path
        Local path or URL of a file, or of a folder with at least one file.

    Returns
    -------
    ContentInfo

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    OSError
        If a file can't be read, or the store doesn't answer.
    ValueError
        If the folder has no files, the path is neither file nor folder, or a file keeps changing.

    Example
    -------
    >>> describe_path("data.csv").hash  # doctest: +SKIP
    'kAFQmDzST7DWlj99KOF_cg'
    """
    return glance(path).content()


class _LocalFile:
    """A local file as it was seen."""

    def __init__(self, file: ListedFile) -> None:
        self._file = file
        self.signature = Signature(*file.signature).to_bytes()

    def paths(self) -> list[tuple[str, int]]:
        return [(self._file.key, self._file.size)]

    def content(self) -> ContentInfo:
        """Hash from the cache, or by reading; small files are read rather than looked up."""
        signature = Signature(*self._file.signature)
        if signature.size <= SMALL_SIZE:
            signature, found = self._read(signature)
        else:
            signature, found = self._look_up(signature)
        return ContentInfo(found.size, found.hash, found.hash_type, signature=signature.to_bytes())

    def _look_up(self, signature: Signature) -> tuple[Signature, FileHash]:
        cache = current_stat_cache()
        known = cache.get_many([signature])
        if signature in known:
            return signature, known[signature]
        started = time.time_ns()
        read = self._read(signature)
        cache.put_many([read], started)
        return read

    def _read(self, signature: Signature) -> tuple[Signature, FileHash]:
        after, file_hash = hash_stable(self._file.path, signature)
        size = after[SIZE]
        return Signature(*after), FileHash(file_hash, hash_type_of(size), size)


def matches(path: AnyPathStr, hash: str, hash_type: str) -> bool:
    """Whether the content of a path has a stored hash, also one of a type that older releases used.

    Parameters
    ----------
    path : str or path
        Local path or URL of a file or folder.
    hash : str
        The stored hash.
    hash_type : str
        How it was computed, see `lamindb.base.hashing` and `lamindb.storage.remote_content`.

    Returns
    -------
    bool

    Raises
    ------
    OSError
        If the content can't be read.
    ValueError
        If hashes of this type can't be computed for this path.

    Example
    -------
    >>> matches("data.csv", "kAFQmDzST7DWlj99KOF_cg", "md5")  # doctest: +SKIP
    True
    """
    seen = glance(path)
    is_local = not isinstance(seen._seen, RemotePath)
    if seen.n_files is not None and hash_type == "md5-d":
        return seen.content().hash == hash or (is_local and _sha1_fl_folder(seen) == hash)
    if is_local and seen.n_files is None and hash_type in _RECOMPUTED:
        return _RECOMPUTED[hash_type](seen) == hash
    content = seen.content()
    if content.hash_type != hash_type:
        raise ValueError(
            f"cannot compute a hash of type {hash_type!r} for {seen.location!r}, only of type"
            f" {content.hash_type!r}: compare the content itself"
        )
    return content.hash == hash


def _full(hash_type: str, seen: Glance) -> str | None:
    """Hash of the whole content of a local file."""
    if hash_type == hash_type_of(seen.size or 0):
        return seen.content().hash
    return hash_file(seen.location, hash_type=hash_type).hash


def _sha1_fl(seen: Glance) -> str | None:
    """Hash by which older releases identified a large local file."""
    return hash_file_sha1_fl(seen.location) if (seen.size or 0) > SMALL_FILE_SIZE else None


def _sha1_fl_folder(seen: Glance) -> str | None:
    """Hash by which older releases identified a local folder that holds large files."""
    manifest = seen.content().manifest
    assert manifest is not None
    if all(entry.size <= SMALL_FILE_SIZE for entry in manifest.entries):
        return None
    return hash_dir(
        FileHash(hash_file_sha1_fl(f"{seen.location}/{entry.path}"), "sha1-fl", entry.size)
        if entry.size > SMALL_FILE_SIZE
        else FileHash(entry.hash, entry.hash_type, entry.size)
        for entry in manifest.entries
    ).hash


_RECOMPUTED: dict[str, Callable[[Glance], str | None]] = {
    "md5": partial(_full, "md5"),
    "sha256": partial(_full, "sha256"),
    "sha1-fl": _sha1_fl,
}
