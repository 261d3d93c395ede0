"""Old public path of the writers in `lamindb.storage.formats`: names only."""

from __future__ import annotations

from lamindb.storage.formats import infer_suffix, write_to_disk

__all__ = ["infer_suffix", "write_to_disk"]
