"""Many files that wait next to their places until the database rows are written."""

from __future__ import annotations

import errno
import os
from contextlib import ExitStack
from pathlib import Path

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.storage.atomic import prepared_folder, remove, swap, temporary_sibling
from lamindb.storage.content import describe_path
from lamindb.storage.copying import copy_file
from lamindb.storage.disk import sync_directory, sync_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType

    from lamindb.base.hashing import FileHash
    from lamindb.storage.abc import ContentInfo

__all__ = ["StagedBatch"]


class StagedBatch:
    """Copies under temporary names in one folder, synced to the disk all at once.

    Like `StagedCopy` for many: if the block fails, also after `place`, storage is as it was before.

    Parameters
    ----------
    near : str or path-like
        A path in a folder on the file system of the future places; missing folders are created.

    Example
    -------
    >>> with StagedBatch(near="/store/.lamindb/new") as batch:  # doctest: +SKIP
    ...     number, content = batch.add("data.csv")
    ...     batch.sync()
    ...     batch.place(number, "/store/.lamindb/HknNfVvoY5EsnxkY0000.csv")
    """

    def __init__(self, *, near: str | PathLike[str]) -> None:
        self._folder = temporary_sibling(Path(near))
        self._staged: list[Path] = []
        self._moved: list[tuple[Path, str]] = []
        self._placed: list[tuple[Path, Path, bool]] = []
        self._folders: set[Path] = set()
        self._prepared = ExitStack()
        self._on_exit = ExitStack()

    def __enter__(self) -> StagedBatch:
        with ExitStack() as stack:
            stack.enter_context(prepared_folder(self._folder.parent, sync=True))
            self._folder.mkdir()
            stack.callback(remove, self._folder)
            stack.enter_context(self._prepared)
            stack.push(self._take_back_on_error)
            self._on_exit = stack.pop_all()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._on_exit.__exit__(error_type, error, traceback)

    def add(
        self, source: str | PathLike[str], *, move: bool = False
    ) -> tuple[int, FileHash | ContentInfo]:
        """Copy a file to a temporary name.

        Parameters
        ----------
        source : str or path-like
            A local file.
        move : bool
            Whether the source may be renamed; it gets its name back if the block fails.

        Returns
        -------
        tuple
            Its number for `place`, and hash and size of what was copied.

        Raises
        ------
        OSError
            If it can't be read or written; what was added before stays.
        """
        source = os.fspath(source)
        number = len(self._staged)
        suffix = CanonicalSuffix.from_path(source)
        staged = self._folder / f"{number}{suffix}"
        content: FileHash | ContentInfo
        try:
            if move:
                content = describe_path(source)  # known by now, or read while it is in memory
            if not move or not self._rename(source, staged):
                content = copy_file(source, str(staged), sync=False)
        except BaseException:
            if (staged, source) not in self._moved:
                remove(staged)
            raise
        self._staged.append(staged)
        return number, content

    def _rename(self, source: str, staged: Path) -> bool:
        """Take a source without copying it; False if it is on another file system."""
        try:
            Path(source).rename(staged)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        self._moved.append((staged, source))
        return True

    def sync(self) -> None:
        """Write everything that was added to the disk.

        Raises
        ------
        OSError
            If writing failed.
        """
        sync_tree(str(self._folder))

    def place(self, number: int, target: str | PathLike[str]) -> None:
        """Let a copy appear at its place; call `sync_places` when all are.

        Parameters
        ----------
        number : int
            From `add`.
        target : str or path-like
            Local path on the same file system.

        Raises
        ------
        OSError
            If it can't be renamed.
        """
        staged, place = self._staged[number], Path(target)
        if place.parent not in self._folders:
            self._prepared.enter_context(prepared_folder(place.parent, sync=True))
            self._folders.add(place.parent)
        replaced = os.path.lexists(place)
        if replaced:
            swap(staged, place)
        else:
            staged.rename(place)
        self._placed.append((staged, place, replaced))

    def sync_places(self) -> None:
        """Write the new names to the disk.

        Raises
        ------
        OSError
            If writing failed.
        """
        for folder in self._folders:
            sync_directory(str(folder))

    def _take_back_on_error(self, error_type: type[BaseException] | None, *_: object) -> None:
        """Restore what was at the places before."""
        if error_type is None:
            return
        for staged, place, replaced in reversed(self._placed):
            if replaced:
                swap(staged, place)
            else:
                place.rename(staged)
        for staged, source in self._moved:
            staged.rename(source)
