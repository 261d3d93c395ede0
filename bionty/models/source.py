"""The registry `Source`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import router, transaction
from django.db.models import PROTECT, AutoField, ManyToManyField

from bionty.uids import encode_uid, source
from lamindb.base.fields import BooleanField, CharField, ForeignKey, TextField
from lamindb.base.log import logger
from lamindb.errors import FieldValidationError
from lamindb.models import SQLRecord, TracksRun, TracksUpdates
from lamindb.models.construction import (
    check_keywords,
    check_lengths,
    check_uid_length,
    fill_branch_and_space,
    update_fields,
)
from lamindb.models.current import MAIN_BRANCH_ID, TRASH_BRANCH_ID
from lamindb.models.initialization import become, initialize

if TYPE_CHECKING:
    from lamindb.models import Artifact

IDENTITY = ("entity", "name", "organism", "version")
REQUIRED = ("entity", "name", "version", "organism")


class Source(SQLRecord, TracksRun, TracksUpdates):
    """Versions of public ontologies and of in-house tables that registries are filled from.

    Examples
    --------
    >>> bt.Source.get(entity="bionty.CellType", name="cl", currently_used=True)
    """

    _new_rows_are_plain = False

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=8, unique=True, default=source)
    entity: str = CharField(max_length=255, default=None, db_index=True)
    organism: str = CharField(max_length=255, default=None, db_index=True)
    name: str = CharField(max_length=255, default=None, db_index=True)
    version: str = CharField(max_length=255, default=None, db_index=True)
    in_db: bool = BooleanField(default=False, db_index=True)
    currently_used: bool = BooleanField(default=False, db_index=True)
    description: str | None = TextField(null=True, db_index=True)
    url: str | None = TextField(null=True)
    md5: str | None = TextField(null=True)
    source_website: str | None = TextField(null=True)
    dataframe_artifact: Artifact | None = ForeignKey(
        "lamindb.Artifact", PROTECT, null=True, related_name="_source_dataframe_of"
    )

    # relations
    artifacts = ManyToManyField("lamindb.Artifact", related_name="_source_artifact_of")

    class Meta(SQLRecord.Meta):
        unique_together = (("entity", "name", "organism", "version"),)

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        construct_source(self, args, kwargs)

    def save(self, *args: Any, **kwargs: Any) -> Source:
        """Write the source to the database.

        If it is `currently_used`, the other sources of its entity and organism are not any more.

        Returns
        -------
        The source itself, so that calls can be chained.

        Examples
        --------
        >>> source = bt.Source.get(entity="bionty.CellLine", name="clo")
        >>> source.currently_used = True
        >>> source.save()
        """
        using = kwargs.get("using") or router.db_for_write(Source, instance=self)
        with transaction.atomic(using=using):
            super().save(*args, **kwargs)
            if self.currently_used:
                others = Source.objects.using(using).exclude(pk=self.pk)
                others.filter(
                    entity=self.entity, organism=self.organism, currently_used=True
                ).update(currently_used=False)
        return self


def construct_source(record: Source, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor: a source that exists is returned, also out of the trash.

    Raises
    ------
    FieldValidationError
        Positional arguments, unknown keywords, missing or too long values.
    """
    check_keywords(Source, args, kwargs)
    missing = [name for name in REQUIRED if not kwargs.get(name)]
    if missing:
        raise FieldValidationError(f"{missing} are required.")
    check_uid_length(Source, kwargs)
    where = {name: kwargs[name] for name in IDENTITY}
    existing = Source.objects.filter(**where).first()
    if existing is not None:
        logger.important(
            f"returning source with same entity, name, organism, version: {existing.uid}"
        )
        become(record, existing)
        if record.branch_id == TRASH_BRANCH_ID:
            kwargs.setdefault("branch_id", MAIN_BRANCH_ID)
        update_fields(record, kwargs)
        return
    fill_branch_and_space(Source, kwargs)
    initialize(record, encode_uid(Source, kwargs))
    check_lengths(record)
