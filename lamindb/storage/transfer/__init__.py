"""Bring files and folders to object stores and back: parallel, retried, resumable, atomic.

==============  ===============================================================================
module          what it does
==============  ===============================================================================
`upload`        a local file or folder to a store
`download`      a file or folder of a store to the local disk
`synchronize`   download what is missing or newer, and say what would be
`move`          to another place of any kind: copy, verify, remove; copies within a store
`switch`        new content over earlier content, which is back if that fails
`removal`       objects and folders of a store
`progress`      the lines, or the bar, that show how far a transfer is
`access`        what is at a location
`store`         what the others need from a store
`s3_store`      … from S3, with `s3_upload` (multipart) and `s3_download` (ranges)
`other_store`   … from everything else that fsspec knows
`local_copy`    whether a local copy is what the store has
`file_range`    parts of local files on their way
`partial`       temporary files of downloads that the next try continues
`running`       run many coroutines at once, within limits; try again
==============  ===============================================================================
"""

from __future__ import annotations

from lamindb.storage.transfer.download import download
from lamindb.storage.transfer.move import copy, copy_remote, move
from lamindb.storage.transfer.removal import remove
from lamindb.storage.transfer.synchronize import synchronize
from lamindb.storage.transfer.upload import upload

__all__ = ["copy", "copy_remote", "download", "move", "remove", "synchronize", "upload"]
