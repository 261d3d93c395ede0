"""A local folder as it was listed, and the hashes of its files as far as the cache knows them."""

from __future__ import annotations

import os
import time
from functools import cached_property, partial

from lamindb.base.hashing import FileHash, hash_of_hashes, hash_type_of
from lamindb.storage.abc import SIZE, ContentInfo, Signature, are_settled
from lamindb.storage.cache import current_stat_cache
from lamindb.storage.file_hashes import SMALL_SIZE, read_hashes
from lamindb.storage.folder_hashes import FolderHashes, Signatures
from lamindb.storage.listing import list_files
from lamindb.storage.manifest import Manifest, ManifestEntry
from lamindb.storage.mounts import devices_of_this_kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from os import PathLike

    from lamindb.storage.abc import SignatureTuple
    from lamindb.storage.file_hashes import Found
    from lamindb.storage.listing import ListedFile

__all__ = ["LocalFolder", "describe_files", "remember_folder"]


class LocalFolder:
    """The files of a local folder; nothing is read until somebody asks for hashes.

    Parameters
    ----------
    path : str or path-like
        A local folder with at least one file.

    Attributes
    ----------
    path : str
        The folder.
    identity : tuple of int
        Its device and inode.
    files : list of ListedFile
        As they are now, sorted by their keys.

    Raises
    ------
    OSError
        If it can't be listed.
    ValueError
        If it has no files.

    Example
    -------
    >>> LocalFolder("study").content().hash_type  # doctest: +SKIP
    'md5-d'
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = os.fspath(path)
        stat = os.stat(self.path)
        self.identity = stat.st_dev, stat.st_ino
        self.files: list[ListedFile] = list_files(self.path)
        if not self.files:
            raise ValueError(f"folder {self.path!r} has no files: there is nothing to store")

    @cached_property
    def keys(self) -> list[str]:
        """Paths of the files relative to the folder."""
        return [file.key for file in self.files]

    @cached_property
    def size(self) -> int:
        """Sum of the file sizes in bytes."""
        return sum(self._stats.sizes)

    @cached_property
    def _stats(self) -> Signatures:
        return Signatures([file.signature for file in self.files])

    @cached_property
    def signatures(self) -> list[SignatureTuple]:
        """What the file system said about each file, with signed integers."""
        return self._stats.rows()

    @cached_property
    def signature(self) -> bytes:
        """Changes as soon as a file of the folder does."""
        return self._stats.digest(self.keys)

    @cached_property
    def _remembered(self) -> FolderHashes | None:
        content = current_stat_cache().get_folder(*self.identity)
        return FolderHashes.from_bytes(content) if content is not None else None

    def paths(self) -> list[tuple[str, int]]:
        """Return relative path and size of each file.

        Returns
        -------
        list of tuple
        """
        return [(file.key, file.size) for file in self.files]

    def content(self) -> ContentInfo:
        """Return size, hash and number of files; reads those that the cache does not know.

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
        remembered = self._remembered
        if remembered is not None and remembered.listing == self.signature:
            return _described(
                self.keys, self._stats.sizes, remembered.hash, remembered.hash_list, self.signature
            )
        started = time.time_ns()
        found = self.hashes_of(range(len(self.files)))
        content = describe_files(self.keys, found)
        remember_folder(self.identity, found, content, started)
        return content

    @cached_property
    def known(self) -> dict[SignatureTuple, str]:
        """Hashes that the cache knows, by signature."""
        known = self._remembered.known() if self._remembered is not None else {}
        missing = [
            Signature._make(signature)
            for signature in self.signatures
            if signature[SIZE] > SMALL_SIZE and signature not in known
        ]
        for signature, file_hash in current_stat_cache().get_many(missing).items():
            known[signature] = file_hash.hash
        return known

    def hashes_of(self, indexes: Iterable[int]) -> list[Found]:
        """Return signature and hash of some files; reads those that the cache does not know.

        Parameters
        ----------
        indexes : iterable of int
            Positions in `files`.

        Returns
        -------
        list of tuple
            Of what was read, if a file was read.

        Raises
        ------
        OSError
            If a file can't be read.
        ValueError
            If a file keeps changing.
        """
        known = self.known
        indexes = list(indexes)
        unknown = [index for index in indexes if self.signatures[index] not in known]
        read = iter(
            read_hashes([(self.files[index].path, self.signatures[index]) for index in unknown])
        )
        found = []
        for index in indexes:
            signature = self.signatures[index]
            file_hash = known.get(signature)
            found.append(next(read) if file_hash is None else (signature, file_hash))
        return found

    def learn(self, found: list[Found]) -> None:
        """Know hashes of files from now on, without asking the cache.

        Parameters
        ----------
        found : list of tuple
            Signatures and hashes.
        """
        self.known.update(found)

    def forget(self) -> None:
        """Let the cache forget the folder, because it is gone."""
        current_stat_cache().forget_folder(*self.identity)


def describe_files(
    keys: list[str], found: list[Found], folder_hash: str | None = None
) -> ContentInfo:
    """Put together what was read of the files of a folder.

    Parameters
    ----------
    keys : list of str
        Relative paths of the files, sorted.
    found : list of tuple
        Signature and hash of each file.
    folder_hash : str, optional
        Of the folder, if it is known already.

    Returns
    -------
    ContentInfo

    Example
    -------
    >>> describe_files(["a.txt"], [((1, 2, 3, 4, 5), "kAFQmDzST7DWlj99KOF_cg")]).size
    3
    """
    signatures = Signatures([signature for signature, _ in found])
    hashes = [file_hash for _, file_hash in found]
    digest = signatures.digest(keys)
    folder_hash = folder_hash or hash_of_hashes(hashes)
    return _described(keys, signatures.sizes, folder_hash, lambda: hashes, digest)


def _described(
    keys: list[str],
    sizes: Sequence[int],
    folder_hash: str,
    hashes: Callable[[], list[str]],
    signature: bytes,
) -> ContentInfo:
    paths = partial(zip, keys, sizes, strict=True)
    manifest = Manifest(partial(_entries, keys, sizes, hashes), paths)
    return ContentInfo(sum(sizes), folder_hash, "md5-d", len(keys), manifest, signature)


def _entries(
    keys: Iterable[str], sizes: Iterable[int], hashes: Callable[[], list[str]]
) -> Iterator[ManifestEntry]:
    for key, size, file_hash in zip(keys, sizes, hashes(), strict=True):
        yield ManifestEntry(key, size, file_hash, hash_type_of(size))


def remember_folder(
    identity: tuple[int, int],
    found: list[Found],
    content: ContentInfo,
    read_at_ns: int,
    *,
    is_ours: bool = False,
) -> None:
    """Let the cache know the hashes of those files of a folder that are old enough.

    Parameters
    ----------
    identity : tuple of int
        Device and inode of the folder.
    found, content
        From and to `describe_files`.
    read_at_ns : int
        When reading began, in nanoseconds since 1970.
    is_ours : bool
        See `Signature.is_settled`.

    Example
    -------
    >>> remember_folder(folder.identity, found, content, started)  # doctest: +SKIP
    """
    devices = devices_of_this_kernel()
    settled = [one for one in found if are_settled(one[0], read_at_ns, is_ours, devices)]
    is_whole = len(settled) == len(found)
    record = FolderHashes.of(
        Signatures([signature for signature, _ in settled]),
        [file_hash for _, file_hash in settled],
        listing=(content.signature or b"") if is_whole else b"",
        folder_hash=(content.hash or "") if is_whole else "",
    )
    large = [
        (Signature._make(one), FileHash(file_hash, hash_type_of(one[SIZE]), one[SIZE]))
        for one, file_hash in settled
        if one[SIZE] > SMALL_SIZE
    ]
    cache = current_stat_cache()
    cache.put_folder(*identity, record.to_bytes())
    cache.put_many(large, read_at_ns)
