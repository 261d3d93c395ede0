"""The registry `Collection`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, AutoField, ManyToManyField, UniqueConstraint

from lamindb.base.fields import CharField, ForeignKey, OneToOneField, TextField
from lamindb.base.uids import base62_20

from . import collection_create, collection_save, query_aliases
from .annotate.label_manager import HasLabels
from .collection_create import check_schemas
from .lineage import HasLineage
from .ports import port
from .sqlrecord import Registry, SQLRecord
from .tracked import TracksRun, TracksUpdates
from .versioned import IsVersioned

if TYPE_CHECKING:
    from typing import Any

    from .artifact import Artifact
    from .query_set import BasicQuerySet
    from .run import Run
    from .schema import Schema
    from .transform import Transform


class Collection(SQLRecord, IsVersioned, HasLabels, HasLineage, TracksRun, TracksUpdates):
    """Ordered, immutable and versioned sets of artifacts.

    Parameters
    ----------
    artifacts
        One saved artifact or several; a collection of the same contents is returned.
    key
        Name, like the path of a file; an existing one makes a new version.
    description, reference, reference_type
        What it is and where it comes from.
    schema
        Schema of all artifacts.
    meta
        Artifact with data about the collection.
    run
        Run that creates it; default: the current one.
    revises
        Collection of which this is a new version.
    skip_hash_lookup
        Do not look for a collection of the same contents.

    Examples
    --------
    >>> collection = ln.Collection([artifact1, artifact2], key="my_project/my_collection").save()
    >>> collection.ordered_artifacts.to_dataframe()
    """

    _len_stem_uid = 16
    _len_full_uid = 20
    _name_field = "key"

    _new_rows_are_plain = False

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=_len_full_uid, unique=True, default=base62_20, editable=False)
    key: str = CharField(max_length=255, default=None, db_index=True)
    description: str | None = TextField(null=True)
    hash: str | None = CharField(max_length=22, null=True, db_index=True)
    reference: str | None = CharField(max_length=255, null=True, db_index=True)
    reference_type: str | None = CharField(max_length=25, null=True, db_index=True)
    run: Run | None = ForeignKey("Run", PROTECT, null=True, related_name="output_collections")
    schema: Schema | None = ForeignKey(
        "Schema", PROTECT, null=True, related_name="validated_collections"
    )
    meta_artifact: Artifact | None = OneToOneField(
        "Artifact", PROTECT, null=True, related_name="_meta_of_collection"
    )

    # relations
    ulabels = ManyToManyField("ULabel", through="CollectionULabel", related_name="collections")
    input_of_runs = ManyToManyField("Run", related_name="input_collections")
    recreating_runs = ManyToManyField("Run", related_name="recreated_collections")
    artifacts = ManyToManyField(
        "Artifact", through="CollectionArtifact", related_name="collections"
    )
    linked_in_records = ManyToManyField(
        "Record", through="RecordCollection", related_name="linked_collections"
    )
    _actions = ManyToManyField("Artifact", related_name="+")

    class Meta(SQLRecord.Meta):
        constraints = [
            UniqueConstraint(fields=["key", "hash"], name="unique_collection_key_hash_not_null")
        ]

    # not stored: what waits for the next save
    _artifacts: list[Artifact] | None = None
    _recreating_run: Run | None = None

    _constructor_keywords = collection_create.KEYWORDS
    _properties_of_saved = ("ordered_artifacts",)
    _query_aliases = {
        "version": query_aliases.version,
        "transform": query_aliases.renamed("run__transform"),
    }

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        collection_create.construct_collection(self, args, kwargs)

    def _family_conditions(self) -> dict[str, Any] | None:
        return {"key": self.key}

    @classmethod
    def get(
        cls,
        idlike: int | str | None = None,
        *,
        is_run_input: bool | Run = False,
        **expressions: Any,
    ) -> Collection:
        """Get a single collection: the latest version that matches.

        Parameters
        ----------
        idlike
            Primary key, uid, or the beginning of a uid.
        is_run_input
            Whether to record the collection as input of the current run.
        expressions
            Fields and paths across relations with Django's comparators.

        Raises
        ------
        DoesNotExist
            No collection matches.

        Examples
        --------
        >>> ln.Collection.get(key="my_project/my_collection")
        """
        collection = Registry.get(cls, idlike, **expressions)
        if is_run_input:
            port("link_run_input")([collection], is_run_input=is_run_input)
        return collection

    def save(self, using: str | None = None, **kwargs: Any) -> Collection:
        """Write the row and the links to the artifacts, in one transaction.

        Parameters
        ----------
        using
            Alias of the database.

        Returns
        -------
        The collection itself.

        Raises
        ------
        ValueError
            An artifact was deleted in the meantime.

        Examples
        --------
        >>> ln.Collection([artifact1, artifact2], key="my_collection").save()
        """
        collection_save.save_collection(self, using=using, **kwargs)
        return self

    def append(self, artifact: Artifact, run: Run | None = None) -> Collection:
        """Make a new version with one more artifact; this version stays as it is.

        Parameters
        ----------
        artifact
            Saved artifact to put at the end.
        run
            Run that creates the new version; default: the current one.

        Returns
        -------
        The new version, not yet saved.

        Examples
        --------
        >>> collection = collection.append(artifact).save()
        """
        return type(self)([*self.ordered_artifacts, artifact], revises=self, run=run)

    def verify_schema(self) -> None:
        """Check that all artifacts have the schema of the collection, if it has one.

        Raises
        ------
        ValidationError
            They have not.

        Examples
        --------
        >>> collection.verify_schema()
        """
        members = self._artifacts if self._artifacts is not None else self.ordered_artifacts
        check_schemas(members, self.schema)

    @property
    def name(self) -> str:
        """Last part of the key."""
        return self.key.rsplit("/", 1)[-1]

    @property
    def ordered_artifacts(self) -> BasicQuerySet:
        """Artifacts in the order in which they were passed, trashed ones included."""
        return self.artifacts.order_by("links_collection__id")

    @property
    def data_artifact(self) -> Artifact | None:
        """First artifact."""
        return self._artifacts[0] if self._artifacts else self.ordered_artifacts.first()

    @property
    def transform(self) -> Transform | None:
        """Transform whose run created the collection."""
        return self.run.transform if self.run is not None else None
