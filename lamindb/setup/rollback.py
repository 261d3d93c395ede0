"""Changes on disk that are undone unless the whole operation succeeds."""

from __future__ import annotations

import contextlib
import os
from contextlib import ExitStack
from pathlib import Path

from lamindb.setup import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class Rollback:
    """Undoes its changes if the `with` block ends with an exception, Ctrl-C included.

    Example
    -------
    >>> with Rollback() as changes:
    ...     changes.make_folder(Path("store/.lamindb"))
    ...     changes.write_text(Path("store/.lamindb/storage_uid.txt"), "uid")
    """

    def __init__(self) -> None:
        self._undo = ExitStack()

    def __enter__(self) -> Rollback:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self._undo.pop_all()
        else:
            self._undo.close()

    def on_failure(self, undo: Callable[..., object], *args: object) -> None:
        """Call a function if the operation fails; the last one registered is called first."""
        self._undo.callback(undo, *args)

    def make_folder(self, path: Path) -> None:
        """Create a folder and its missing parents."""
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            self.on_failure(_remove_if_empty, folder)
            folder.mkdir(exist_ok=True)

    def write_text(self, path: Path, text: str, *, private: bool = False) -> None:
        """Write a file; undoing restores its earlier content, or that there was none."""
        self.make_folder(path.parent)
        self.keep(path)
        files.write_text(path, text, private=private)

    def create_text(self, path: Path, text: str) -> bool:
        """Write a file that doesn't exist yet.

        Returns
        -------
        bool
            False if it exists, perhaps because another process was faster.
        """
        self.make_folder(path.parent)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        files.write_text(temporary, text)
        self.on_failure(_remove_file_with_content, path, text)
        return files.publish(temporary, path)

    def keep(self, path: Path) -> None:
        """Restore the present state of a file if the operation fails."""
        try:
            content, mode = path.read_bytes(), path.stat().st_mode
        except FileNotFoundError:
            self.on_failure(_remove_file, path)
        else:
            self.on_failure(_restore, path, content, mode)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _remove_file(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _remove_file_with_content(path: Path, content: str) -> None:
    with contextlib.suppress(OSError):
        if path.read_text(encoding="utf-8") == content:
            path.unlink()


def _restore(path: Path, content: bytes, mode: int) -> None:
    path.write_bytes(content)
    os.chmod(path, mode)
