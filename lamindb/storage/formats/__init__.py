"""Readers and writers of file formats, found by suffix or by type of object.

`registry` finds a format, `dispatch` reads, writes and infers with whatever format fits. The other
modules are one family of formats each; they are imported on first use.
"""

from __future__ import annotations

from lamindb.storage.formats.dispatch import (
    count_observations,
    infer_otype,
    infer_suffix,
    load_to_memory,
    otype_of,
    write_to_disk,
)
from lamindb.storage.formats.registry import register_format
from lamindb.storage.formats.tiledbsoma import is_tiledbsoma, soma_uri

__all__ = [
    "count_observations",
    "infer_otype",
    "infer_suffix",
    "is_tiledbsoma",
    "load_to_memory",
    "otype_of",
    "register_format",
    "soma_uri",
    "write_to_disk",
]
