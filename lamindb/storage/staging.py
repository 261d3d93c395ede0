"""Content that waits next to its place until the database row is written too."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from lamindb.storage.atomic import prepared_folder, remove, swap, temporary_sibling
from lamindb.storage.copying import copy_file, copy_folder
from lamindb.storage.disk import sync_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType

    from lamindb.base.hashing import FileHash

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

    Attributes
    ----------
    content : FileHash
        Hash and size of what was copied.

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

    content: FileHash

    def __init__(self, source: str | PathLike[str], *, near: str | PathLike[str]) -> None:
        self._source = os.fspath(source)
        self._temporary = temporary_sibling(Path(near))
        self._on_exit = ExitStack()
        self._placed: Path | None = None
        self._replaced = False

    def __enter__(self) -> StagedCopy:
        with ExitStack() as stack:
            stack.enter_context(prepared_folder(self._temporary.parent, sync=True))
            stack.callback(remove, self._temporary)
            stack.push(self._take_back_on_error)
            copy = copy_folder if Path(self._source).is_dir() else copy_file
            self.content = copy(self._source, str(self._temporary))
            self._on_exit = stack.pop_all()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._on_exit.__exit__(error_type, error, traceback)

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
        """
        place = Path(target)
        self._replaced = os.path.lexists(place)
        if self._replaced:
            swap(self._temporary, place)
        else:
            self._temporary.rename(place)
        self._placed = place
        sync_directory(str(place.parent))

    def _take_back_on_error(self, error_type: type[BaseException] | None, *_: object) -> None:
        """Restore what was at the place before."""
        if error_type is None or self._placed is None:
            return
        if self._replaced:
            swap(self._temporary, self._placed)
        else:
            self._placed.rename(self._temporary)
