"""Open single files of any storage to look at their metadata, without fetching all of them."""

from __future__ import annotations

from contextlib import contextmanager

from lamindb.storage.layout import protocol_of
from lamindb.storage.stores import fs_and_path, store_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["opened"]


@contextmanager
def opened(location: str) -> Iterator[BinaryIO]:
    """Open a file for reading; of a remote one only what is read is transferred.

    Parameters
    ----------
    location : str
        Local path or URL.

    Yields
    ------
    file
        A binary file that can seek.

    Raises
    ------
    OSError
        If it can't be read.

    Example
    -------
    >>> with opened("s3://bucket/table.parquet") as file:  # doctest: +SKIP
    ...     n_rows = pyarrow.parquet.read_metadata(file).num_rows
    """
    if protocol_of(location) == "local":
        with open(location.removeprefix("file://"), "rb") as file:
            yield file
        return
    fs, path = fs_and_path(location)
    with store_errors(location), fs.open(path, "rb") as file:
        yield file
