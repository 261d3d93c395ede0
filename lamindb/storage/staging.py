"""Content that waits next to its place until the database row is written too."""

from __future__ import annotations

import errno
import os
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from lamindb.storage.abc import ContentInfo, Signature
from lamindb.storage.atomic import prepared_folder, remove, swap, temporary_sibling
from lamindb.storage.cache import current_stat_cache
from lamindb.storage.content import glance
from lamindb.storage.copying import copy_seen
from lamindb.storage.disk import sync_directory, sync_tree
from lamindb.storage.file_hashes import SMALL_SIZE
from lamindb.storage.folder_copy import FolderCopy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from types import TracebackType

    from lamindb.storage.abc import SignatureTuple

__all__ = ["StagedCopy"]


class StagedCopy:
    """A copy of a file or folder under a temporary name, synced to the disk.

    `place` gives it its name. If the block fails, also after `place`, storage is as it was before:
    content that was replaced is back. So the block can hold a database transaction whose last
    step is `place`.

    Parameters
    ----------
    source : str or path-like
        Local file or folder.
    near : str or path-like
        A path in the folder of the future place; missing folders are created.
    move : bool
        Whether the source is a temporary that nobody else needs. It is renamed instead of copied,
        if it is on the same file system; unless it is placed, it gets its name back.
    content : ContentInfo, optional
        What is known about a source that is moved; it is not read if it did not change since.
    previous : str or path-like, optional
        Folder that is going to be replaced: files that did not change are taken over from it.
    progress : callable, optional
        Called with the number of bytes of each piece that is copied.

    Attributes
    ----------
    content : ContentInfo
        Hash and size of what is going to be stored.

    Raises
    ------
    OSError
        If the source can't be read, or the folder can't be written.
    ValueError
        If the source is an empty folder, or neither file nor folder.

    Example
    -------
    >>> target = "/store/.lamindb/HknNfVvoY5EsnxkY0000.csv"
    >>> with StagedCopy("data.csv", near=target) as staged:  # doctest: +SKIP
    ...     write_row(staged.content.hash)
    ...     staged.place(target)
    """

    content: ContentInfo

    def __init__(
        self,
        source: str | PathLike[str],
        *,
        near: str | PathLike[str],
        move: bool = False,
        content: ContentInfo | None = None,
        previous: str | PathLike[str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._source = os.fspath(source)
        self._temporary = temporary_sibling(Path(near))
        self._may_move = move
        self._given_content = content
        self._previous = None if previous is None else os.fspath(previous)
        self._progress = progress
        self._moved = False
        self._folder_copy: FolderCopy | None = None
        self._on_exit = ExitStack()
        self._placed: Path | None = None
        self._placed_at_ns = 0
        self._replaced = False

    def __enter__(self) -> StagedCopy:
        with ExitStack() as stack:
            stack.enter_context(prepared_folder(self._temporary.parent, sync=True))
            stack.push(self._clean_up)
            stack.push(self._take_back_on_error)
            if not (self._may_move and self._move()):
                self._copy()
            self._on_exit = stack.pop_all()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._on_exit.__exit__(error_type, error, traceback)
        if error_type is None and self._placed is not None and self._folder_copy is not None:
            with suppress(OSError):  # somebody was fast to remove it
                self._folder_copy.remember(str(self._placed), self._placed_at_ns)

    def place(self, target: str | PathLike[str]) -> None:
        """Let the copy appear at its place, complete and at once.

        Parameters
        ----------
        target : str or path-like
            Local path in the folder that `near` named.

        Raises
        ------
        OSError
            If it can't be renamed.
        ValueError
            If another folder than `previous` would be replaced.
        """
        place = Path(target)
        if self._previous is not None and place.resolve() != Path(self._previous).resolve():
            raise ValueError(f"{self._previous!r} shares files with its copy: replace it with that")
        self._placed_at_ns = time.time_ns()
        self._replaced = os.path.lexists(place)
        if self._replaced:
            swap(self._temporary, place)
        else:
            self._temporary.rename(place)
        self._placed = place
        sync_directory(str(place.parent))

    def _move(self) -> bool:
        """Rename the source; False if it is on another file system."""
        seen = glance(self._source)
        given = self._given_content
        is_known = given is not None and given.signature == seen.signature
        content = given if given is not None and is_known else seen.content()
        try:
            os.rename(self._source, self._temporary)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        self._moved = True
        self.content = content
        sync_tree(str(self._temporary))
        return True

    def _copy(self) -> None:
        """Copy the source; hash it in the same pass."""
        temporary = str(self._temporary)
        if Path(self._source).is_dir():
            self._folder_copy = FolderCopy(
                self._source, temporary, previous=self._previous, progress=self._progress
            )
            self.content = self._folder_copy.content
        else:
            self.content = _copy_file(self._source, temporary, self._progress)

    def _clean_up(self, error_type: type[BaseException] | None, *_: object) -> None:
        """Remove what is under the temporary name, or give it back if it was moved."""
        if self._moved and (error_type is not None or self._placed is None):
            os.rename(self._temporary, self._source)
        else:
            remove(self._temporary)

    def _take_back_on_error(self, error_type: type[BaseException] | None, *_: object) -> None:
        """Restore what was at the place before."""
        if error_type is None or self._placed is None:
            return
        if self._replaced:
            swap(self._temporary, self._placed)
        else:
            self._placed.rename(self._temporary)


def _copy_file(source: str, target: str, progress: Callable[[int], None] | None) -> ContentInfo:
    """Copy a file; the cache gets to know its hash unless it is too small to be looked up."""
    started = time.time_ns()
    seen = Signature.of(os.stat(source))
    large = [seen] if seen.size > SMALL_SIZE else []
    found = current_stat_cache().get_many(large)
    known: dict[SignatureTuple, str] = {one: file_hash.hash for one, file_hash in found.items()}
    copied = copy_seen(source, target, known=known, progress=progress)
    source_now = Signature._make(copied.source)
    if large and not known:
        current_stat_cache().put_many([(source_now, copied.content)], started)
    size, hash_type = copied.content.size, copied.content.hash_type
    return ContentInfo(size, copied.content.hash, hash_type, signature=source_now.to_bytes())
