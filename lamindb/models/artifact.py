"""The registry `Artifact`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.db.models import PROTECT, AutoField, ManyToManyField, Q, UniqueConstraint

from lamindb.base.deprecation import deprecated
from lamindb.base.fields import (
    BigIntegerField,
    BooleanField,
    CharField,
    ForeignKey,
    JSONField,
    TextField,
)
from lamindb.storage.layout import without_query
from lamindb.storage.paths import create_path

from . import (
    artifact_bulk,
    artifact_create,
    artifact_delete,
    artifact_identity,
    artifact_move,
    artifact_places,
    artifact_read,
    artifact_replace,
    artifact_request,
    artifact_save,
    query_aliases,
)
from .annotate.feature_manager import FeatureManager
from .annotate.label_manager import HasLabels
from .artifact_constructors import ArtifactConstructors
from .artifact_content import Transfer
from .current import current_user_id
from .lineage import HasLineage
from .ports import port
from .sqlrecord import Registry, SQLRecord
from .tracked import TracksRun, TracksUpdates
from .versioned import IsVersioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from upath import UPath

    from lamindb.base.types import ArtifactKind

    from .annotate.writing import Plan
    from .artifact_source import Source
    from .query_set import BasicQuerySet
    from .run import Run
    from .schema import Schema
    from .storage import Storage
    from .transform import Transform
    from .user import User


TRANSFER_MODES = ("sqlrecord", "record", "notes", "annotations")


class Artifact(
    ArtifactConstructors, SQLRecord, IsVersioned, HasLabels, HasLineage, TracksRun, TracksUpdates
):
    """Datasets and models stored as files, folders or array stores.

    Examples
    --------
    >>> artifact = ln.Artifact("./my_file.csv", key="examples/my_file.csv").save()
    >>> artifact.load()
    """

    _len_stem_uid = 16
    _len_full_uid = 20
    _name_field = "key"

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=_len_full_uid, unique=True, default=None, editable=False)
    key: str | None = CharField(max_length=1024, null=True, db_index=True)
    _real_key: str | None = CharField(max_length=1024, null=True, db_index=True)
    description: str | None = TextField(null=True, db_index=True)
    storage: Storage = ForeignKey("Storage", PROTECT, related_name="artifacts", editable=False)
    suffix: str = CharField(max_length=30, default=None, db_index=True, editable=False)
    kind: ArtifactKind | str | None = CharField(max_length=20, null=True, db_index=True)
    otype: str | None = CharField(max_length=64, null=True, db_index=True, editable=False)
    size: int | None = BigIntegerField(null=True, db_index=True, editable=False)
    hash: str | None = CharField(max_length=22, null=True, db_index=True, editable=False)
    n_files: int | None = BigIntegerField(null=True, db_index=True, editable=False)
    n_observations: int | None = BigIntegerField(null=True, db_index=True, editable=False)
    _hash_type: str | None = CharField(max_length=30, null=True, db_index=True, editable=False)
    run: Run | None = ForeignKey(
        "Run", PROTECT, null=True, related_name="output_artifacts", editable=False
    )
    schema: Schema | None = ForeignKey(
        "Schema", PROTECT, null=True, related_name="validated_artifacts"
    )
    extra_data: dict[str, Any] | None = JSONField(null=True)
    _key_is_virtual: bool = BooleanField(default=None)
    created_by: User = ForeignKey(
        "User", PROTECT, default=current_user_id, related_name="created_artifacts", editable=False
    )
    _overwrite_versions: bool = BooleanField(default=None)

    # relations
    input_of_runs = ManyToManyField("Run", related_name="input_artifacts")
    recreating_runs = ManyToManyField("Run", related_name="recreated_artifacts")
    schemas = ManyToManyField("Schema", through="ArtifactSchema", related_name="artifacts")
    json_values = ManyToManyField(
        "JsonValue", through="ArtifactJsonValue", related_name="artifacts"
    )
    _actions = ManyToManyField("self", symmetrical=False, related_name="_action_targets")
    artifacts = ManyToManyField(
        "self",
        through="ArtifactArtifact",
        through_fields=("artifact", "value"),
        symmetrical=False,
        related_name="linked_by_artifacts",
    )
    linked_in_records = ManyToManyField(
        "Record", through="RecordArtifact", related_name="linked_artifacts"
    )

    class Meta(SQLRecord.Meta):
        constraints = [
            UniqueConstraint(
                fields=["storage", "key", "hash"],
                condition=Q(key__isnull=False),
                name="unique_artifact_storage_key_hash_not_null",
            ),
            UniqueConstraint(
                fields=["storage", "hash"],
                condition=Q(key__isnull=True),
                name="unique_artifact_storage_hash_null_key",
            ),
        ]

    # not stored: content and values of features until they are saved, and what the row was like
    _source: Source | None = None
    _replacement: Source | None = None
    _memory: Any = None
    _recreating_run: Run | None = None
    _annotation: Plan | None = None
    _stored: Mapping[str, Any] = MappingProxyType({})

    _constructor_keywords = artifact_request.KEYWORDS
    _queryable_by_feature = True
    _query_aliases = {
        "features": query_aliases.features("Artifact"),
        "version": query_aliases.version,
        "transform": query_aliases.renamed("run__transform"),
        "feature_sets": query_aliases.deprecated("feature_sets", "schemas"),
    }

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        artifact_create.construct_artifact(self, args, kwargs)
        if self._state.adding:
            artifact_places.remember(self)

    def _family_conditions(self) -> dict[str, Any] | None:
        return None if self.key is None else {"key": self.key, "storage_id": self.storage_id}

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any) -> Artifact:
        """Remember what the row is like, to notice what is changed."""
        artifact: Artifact = super().from_db(db, field_names, values)
        artifact_places.remember(artifact)
        return artifact

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, **kwargs: Any
    ) -> None:
        """Read columns again; before the first save, determine what was put off.

        Parameters
        ----------
        using
            Alias of the database.
        fields
            Names of the columns, default: all.
        kwargs
            Options of Django.

        Raises
        ------
        OSError
            The content of an unsaved artifact cannot be read.
        """
        if self._state.adding and self._source is not None:
            artifact_create.complete_content(self)
            return
        super().refresh_from_db(using, fields, **kwargs)
        artifact_places.remember(self, fields)

    @classmethod
    def get(
        cls,
        idlike: int | str | None = None,
        *,
        is_run_input: bool | Run = False,
        **expressions: Any,
    ) -> Artifact:
        """Get a single artifact: the latest version that matches.

        Parameters
        ----------
        idlike
            Primary key, uid, or the beginning of a uid.
        is_run_input
            Whether to record the artifact as input of the current run.
        expressions
            Fields, or `path` with an absolute path in storage.

        Raises
        ------
        DoesNotExist
            No artifact matches.

        Examples
        --------
        >>> ln.Artifact.get(key="my_datasets/rnaseq1.parquet")
        """
        if "path" in expressions:
            expressions = artifact_identity.resolve_path(cls, **expressions)
        artifact = Registry.get(cls, idlike, **expressions)
        if is_run_input:
            port("link_run_input")([artifact], is_run_input=is_run_input)
        return artifact

    def save(
        self,
        upload: bool | None = None,
        transfer: str = "sqlrecord",
        *,
        confirm: bool = False,
        print_progress: bool = True,
        store_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Artifact:
        """Store the content and write the row: both or neither.

        Parameters
        ----------
        upload
            Whether to upload in the mode that keeps artifacts local.
        transfer
            What comes along from another instance.
        confirm
            Whether to move stored content without asking, if the place was changed.
        print_progress
            Whether to show how far an upload is.
        store_kwargs
            Options of the store for an upload, say, `{"StorageClass": "STANDARD_IA"}`.
        kwargs
            Options for Django's save.

        Returns
        -------
        The artifact itself, so that calls can be chained; None if the person who was asked did
        not want to move the content.

        Raises
        ------
        FileNotFoundError
            The source does not exist any more.
        OSError
            The storage location is full or not writable; nothing is left behind.
        InvalidArgument
            The key or suffix was changed to one that does not fit.
        ValueError
            Another instance manages the storage location, or `transfer` is unknown.

        Examples
        --------
        >>> ln.Artifact("my_file.csv", key="my_file.csv").save()
        """
        if transfer not in TRANSFER_MODES:
            raise ValueError(f"transfer={transfer!r} has to be one of {', '.join(TRANSFER_MODES)}")
        options = Transfer(print_progress, store_kwargs or {})
        saved = artifact_save.save_artifact(self, options, upload=upload, confirm=confirm, **kwargs)
        return self if saved else None  # type: ignore[return-value]  # after an answer only

    @staticmethod
    def _save_many(artifacts: list[Artifact], using: str | None) -> None:
        artifact_bulk.save_artifacts(artifacts, using)

    def replace(
        self, data: Any, run: Run | None = None, format: str | None = None
    ) -> Artifact | None:
        """Replace the content without a new version; effective with the next `save`.

        Parameters
        ----------
        data
            Local path outside of all storage locations, or an object in memory.
        run
            Run that produced the new content, default: the current one.
        format
            How to store an object, say, `"csv"`.

        Returns
        -------
        Another artifact that has this content already, nothing is replaced then; else None.

        Raises
        ------
        ValueError
            The path is in a storage location, or a folder and a file would replace each other.
        ValidationError
            The artifact has a schema which the new content does not fulfil; nothing is replaced.
        InvalidArgument
            The schema of the artifact cannot check such data, or the artifact is not saved.

        Examples
        --------
        >>> artifact.replace("corrected.csv")
        >>> artifact.save()
        """
        return artifact_replace.replace(self, data, run, format)

    def delete(
        self, permanent: bool | None = None, storage: bool | None = None, **kwargs: Any
    ) -> None:
        """Move the artifact to the trash, or delete it for good.

        Parameters
        ----------
        permanent
            True deletes the row and the content; None asks if the artifact is in the trash.
        storage
            Whether permanent deletion includes the content in storage; None: yes for content
            that was copied into storage, ask for other content.

        Raises
        ------
        IntegrityError
            The content lies in a location that this instance does not manage, and `storage` is
            not False.
        ProtectedError
            A collection refers to the artifact.

        Examples
        --------
        >>> artifact.delete()
        >>> artifact.delete(permanent=True)
        """
        artifact_delete.delete_artifact(self, permanent, storage)

    def _add_to_version_family(self, revises: Artifact, version_tag: str | None = None) -> None:
        """Make the saved artifact the latest version of another family."""
        artifact_move.add_to_family(self, revises, version_tag)

    def load(
        self, *, is_run_input: bool | Run | None = None, mute: bool = False, **kwargs: Any
    ) -> Any:
        """Content in memory: say, a data frame, an AnnData, a dictionary or text.

        Parameters
        ----------
        is_run_input
            Whether to record the artifact as input of the current run; None follows
            `ln.settings.track_run_inputs`.
        mute
            Whether to hide how far a download is.
        kwargs
            Options of the loader, e.g. of `pandas.read_parquet`.

        Raises
        ------
        FileNotFoundError
            The content is missing.
        NotImplementedError
            No loader for this suffix.
        ValueError
            The content was overwritten by a later version, or never stored completely.

        Examples
        --------
        >>> df = artifact.load()
        """
        return artifact_read.load(self, is_run_input, print_progress=not mute, **kwargs)

    def cache(
        self,
        *,
        is_run_input: bool | Run | None = None,
        mute: bool = False,
        print_progress: bool = True,
    ) -> UPath:
        """Local path of the content; content in the cloud is synchronised first.

        Parameters
        ----------
        is_run_input
            Whether to record the artifact as input of the current run.
        mute, print_progress
            Whether to hide, or to show, how far a download is.

        Raises
        ------
        FileNotFoundError
            The content is missing.
        ValueError
            The content was overwritten by a later version, or never stored completely.

        Examples
        --------
        >>> artifact.cache()
        PosixUPath('/home/me/store/.lamindb/HknNfVvoY5EsnxkY0000.parquet')
        """
        shown = print_progress and not mute
        return create_path(artifact_read.cache(self, is_run_input, print_progress=shown))

    @property
    def path(self) -> UPath:
        """Absolute path of the content in storage; before the first save, of its source."""
        return create_path(artifact_read.location(self))

    @property
    def features(self) -> FeatureManager:
        """Values of features.

        Examples
        --------
        >>> artifact.features.add_values({"temperature": 21.6})
        """
        return FeatureManager(self)

    @property
    def overwrite_versions(self) -> bool:
        """Whether all versions share one place in storage."""
        return self._overwrite_versions

    @property
    def transform(self) -> Transform | None:
        """Transform whose run created the artifact."""
        return self.run.transform if self.run is not None else None

    @property
    @deprecated("schemas")
    def feature_sets(self) -> BasicQuerySet:
        """Deprecated alias of `schemas`."""
        return self.schemas

    @property
    def _storage_ongoing(self) -> bool:
        return bool((self._aux or {}).get(artifact_places.STORAGE_ONGOING))

    def _path_as_str(self) -> str:
        return without_query(artifact_places.path_as_str(self))
