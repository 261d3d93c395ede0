"""Copy a folder into storage; what did not change since the last time costs nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path
from stat import S_ISREG

from lamindb.storage.abc import signature_of
from lamindb.storage.copying import copy_files, make_folders
from lamindb.storage.disk import sync_all
from lamindb.storage.local_folder import LocalFolder, describe_files, remember_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lamindb.storage.abc import ContentInfo, SignatureTuple
    from lamindb.storage.file_hashes import Found

__all__ = ["FolderCopy"]


class FolderCopy:
    """A copy of a folder that is made in one pass: files are hashed while they are copied.

    Files that equal those of a previous copy at the same relative path are linked, not copied:
    the previous copy has to be one that this one is going to replace, so that no two folders share
    files for long.

    Parameters
    ----------
    source : str
        Folder with at least one file.
    target : str
        Path of the copy; its parent exists, nothing is there yet.
    previous : str, optional
        Folder that this one will replace; ignored if there is none.
    progress : callable, optional
        Called with the number of bytes of each piece.

    Attributes
    ----------
    content : ContentInfo
        Of the copy.

    Raises
    ------
    OSError
        If reading or writing fails, say, because the disk is full.
    ValueError
        If the source has no files.

    Example
    -------
    >>> FolderCopy("study", "/store/.lamindb-tmp-0123").content.n_files  # doctest: +SKIP
    51
    """

    content: ContentInfo

    def __init__(
        self,
        source: str,
        target: str,
        *,
        previous: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._source = LocalFolder(source)
        self._target = target
        self._progress = progress
        self._previous = _folder_if_any(previous)
        started = time.time_ns()
        folders = make_folders(self._source.keys, target)
        self._linked = self._link_unchanged()
        self._copy_others(started)
        sync_all([f"{target}/{key}" for key in self._copied_keys], folders)

    def _link_unchanged(self) -> dict[int, tuple[Found, Found]]:
        """Link files that are stored already: what was found in source and copy, by position."""
        if self._previous is None:
            return {}
        stored = {file.key: index for index, file in enumerate(self._previous.files)}
        candidates = [
            (index, stored[file.key])
            for index, file in enumerate(self._source.files)
            if file.key in stored and self._previous.files[stored[file.key]].size == file.size
        ]
        try:
            olds = self._previous.hashes_of([index for _, index in candidates])
        except (OSError, ValueError):  # somebody removes it: not needed, only faster
            return {}
        news = self._source.hashes_of([index for index, _ in candidates])
        self._source.learn(news)
        linked = {}
        for (index, _), new, old in zip(candidates, news, olds, strict=True):
            if new[1] == old[1] and (link := self._link(self._source.keys[index], old[0])):
                linked[index] = new, (link, old[1])
        return linked

    def _link(self, key: str, signature: SignatureTuple) -> SignatureTuple | None:
        """Link a stored file; its signature afterwards, None if it was not possible."""
        assert self._previous is not None
        target = f"{self._target}/{key}"
        try:
            os.link(f"{self._previous.path}/{key}", target, follow_symlinks=False)
        except (OSError, NotImplementedError):  # no links here, too many, or the file is gone
            return None
        stat = os.lstat(target)
        after = signature_of(stat)
        if S_ISREG(stat.st_mode) and _is_same_content(after, signature):
            return after
        os.unlink(target)
        return None

    def _copy_others(self, started: int) -> None:
        """Copy what was not linked; hash what the cache doesn't know in the same pass."""
        source = self._source
        others = [index for index in range(len(source.files)) if index not in self._linked]
        copied = copy_files(
            [source.files[index] for index in others],
            self._target,
            known=source.known,
            progress=self._progress,
        )
        self._copied_keys = [source.keys[index] for index in others]
        from_source = {index: found[0] for index, found in self._linked.items()}
        in_copy = {index: found[1] for index, found in self._linked.items()}
        for index, one in zip(others, copied, strict=True):
            from_source[index] = one.source, one.content.hash
            in_copy[index] = one.copy, one.content.hash
        found = [from_source[index] for index in range(len(source.files))]
        self._found = [in_copy[index] for index in range(len(source.files))]
        self.content = describe_files(source.keys, found)
        remember_folder(source.identity, found, self.content, started)

    def remember(self, place: str, placed_at_ns: int) -> None:
        """Let the cache know the copy, when what it replaced is gone.

        Parameters
        ----------
        place : str
            Where it is now.
        placed_at_ns : int
            Until when nobody else could write to it, in nanoseconds since 1970.

        Raises
        ------
        OSError
            If somebody removed it already.
        """
        stat = Path(place).stat()
        found = list(self._found)
        for index in self._linked:  # removing the other name changed the time stamp
            after = signature_of(os.lstat(f"{place}/{self._source.keys[index]}"))
            if _is_same_content(after, found[index][0]):
                found[index] = after, found[index][1]
        content = describe_files(self._source.keys, found, self.content.hash)
        remember_folder((stat.st_dev, stat.st_ino), found, content, placed_at_ns, is_ours=True)
        if self._previous is not None:
            self._previous.forget()


def _folder_if_any(path: str | None) -> LocalFolder | None:
    if path is None or not Path(path).is_dir():
        return None
    try:
        return LocalFolder(path)
    except (OSError, ValueError):  # empty, or somebody removes it
        return None


def _is_same_content(after: SignatureTuple, before: SignatureTuple) -> bool:
    """Whether two signatures differ by what a link changes only: the last time stamp."""
    return after[:-1] == before[:-1]
