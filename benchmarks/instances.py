"""Instances to measure in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from benchmarks.children import scratch


@contextlib.contextmanager
def new_instance(modules: str | None = None) -> Iterator[None]:
    """A new SQLite instance, connected in this process and quiet."""
    import lamindb as ln

    with scratch():
        ln.setup.init(storage="./store", name="bench", modules=modules)
        verbosity, ln.settings.verbosity = ln.settings.verbosity, "error"
        try:
            yield
        finally:
            ln.settings.verbosity = verbosity
            ln.setup.disconnect(mute=True)
