"""The registry `Storage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import AutoField

from lamindb.base.fields import CharField, TextField
from lamindb.base.uids import base62_12
from lamindb.storage.paths import create_path

from . import storage_create, storage_delete
from .sqlrecord import SQLRecord
from .tracked import TracksRun, TracksUpdates

if TYPE_CHECKING:
    from typing import Any

    from upath import UPath

    from lamindb.base.types import StorageType


class Storage(SQLRecord, TracksRun, TracksUpdates):
    """Root locations of artifacts: local folders, buckets, or folders in buckets.

    Parameters
    ----------
    root
        Local path or URL; the record of a known root is returned.
    description
        What is in it.
    space
        Space of the location.
    host
        For a local path, name of the computer that it is on.

    Examples
    --------
    >>> storage = ln.Storage(root="./mydir").save()
    >>> storage.artifacts.to_dataframe()
    """

    _name_field = "root"

    _new_rows_are_plain = False

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=12, unique=True, default=base62_12, editable=False)
    root: str = CharField(max_length=255, unique=True, default=None)
    description: str | None = TextField(null=True)
    type: StorageType = CharField(max_length=30, default=None, db_index=True)
    region: str | None = CharField(max_length=64, null=True, db_index=True)
    instance_uid: str | None = CharField(max_length=12, null=True, db_index=True)

    _is_reference = False
    """Whether a new record stands for a location that this instance must not mark as its own."""

    _constructor_keywords = storage_create.KEYWORDS

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        storage_create.construct_storage(self, args, kwargs)

    @property
    def path(self) -> UPath:
        """Root as a path.

        Examples
        --------
        >>> storage.path / "my_file.csv"
        """
        return create_path(self.root)

    @property
    def host(self) -> str | None:
        """Computer that a local location is on; None for the cloud."""
        return self.region if self.type == "local" else None

    def save(self, **kwargs: Any) -> Storage:
        """Write the row; a new location gets a marker file that says who manages it.

        A location of another instance, or without write access, becomes a read-only reference.

        Returns
        -------
        The record itself.

        Raises
        ------
        InvalidArgument
            The folder is a registered location that was moved or copied.
        FileNotFoundError
            The bucket does not exist.
        OSError
            The store can't be reached.

        Examples
        --------
        >>> ln.Storage("./mydir").save()
        """
        storage_create.save_storage(self, **kwargs)
        return self

    def delete(
        self, permanent: bool | None = None, **kwargs: Any
    ) -> tuple[int, dict[str, int]] | None:
        """Delete the row and the marker file; other files are never touched.

        Parameters
        ----------
        permanent
            False is refused: storage locations cannot be trashed.

        Raises
        ------
        AssertionError
            Artifacts are in the location, or it is the current one.
        StorageNotEmpty
            Files remain in its `.lamindb` folder.
        OSError
            The store can't be reached, or refuses.

        Examples
        --------
        >>> ln.Storage.get(root="/data/old").delete()
        """
        return storage_delete.delete_storage(self, permanent)
