"""The log of a run: what it printed, without secrets, stored as its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.setup.cache_dir import cache_path
from lamindb.setup.session import settings

from .internal_artifacts import store_report
from .redact import PLACEHOLDER
from .streams import StreamCopy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lamindb.models import Run

__all__ = ["RunLog", "log_path"]


def log_path(run_uid: str) -> Path:
    """File below the cache folder that what a run prints is copied to.

    Parameters
    ----------
    run_uid : str
        Uid of the run.

    Returns
    -------
    pathlib.Path

    Example
    -------
    >>> log_path("126YlZax6aWfR95R").name
    'run_logs_126YlZax6aWfR95R.txt'
    """
    return cache_path() / f"run_logs_{run_uid}.txt"


class RunLog:
    r"""Copy of what is printed during a run.

    Parameters
    ----------
    run : Run
        A saved run.
    secrets : iterable of str
        Texts that are replaced before the log is stored.

    Examples
    --------
    >>> log = RunLog(run)
    >>> log.start()
    >>> print("hello")
    >>> log.stop()
    >>> log.store()
    >>> run.report.path.read_text()
    '→ connected lamindb: anonymous/test\\nhello\\n'
    """

    def __init__(self, run: Run, secrets: Iterable[str] = ()) -> None:
        self.run = run
        self.copy = StreamCopy(log_path(run.uid))
        # a secret may be a part of another one
        self._secrets = sorted(secrets, key=len, reverse=True)

    def start(self) -> None:
        """Begin to copy; a run that is resumed continues its log.

        A cache folder that can't be written to is no reason to stop a script: then there is no log.
        """
        try:
            is_new = not self.copy.path.exists()
            self.copy.start()
        except OSError:
            return
        if is_new:
            self.copy.write(f"→ connected lamindb: {settings.instance.slug}\n")

    def write(self, text: str) -> None:
        """Write something to the log that is not printed."""
        self.copy.write(text)

    def stop(self) -> None:
        """Copy no longer."""
        self.copy.stop()

    def store(self) -> None:
        """Save the log as artifact and set it as report of the run, which is not saved here."""
        path = self.copy.path
        if not path.is_file():
            return
        text = path.read_text(encoding="utf-8", errors="replace")
        redacted = text
        for secret in self._secrets:
            redacted = redacted.replace(secret, PLACEHOLDER)
        if redacted != text:
            path.write_text(redacted, encoding="utf-8")
        store_report(self.run, path, f"log streams of run {self.run.uid}")
