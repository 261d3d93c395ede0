"""The registry `ULabel`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, AutoField, ManyToManyField

from lamindb.base.fields import CharField, ForeignKey, TextField
from lamindb.base.uids import base62_8

from .curatable import CanCurate
from .parents import HasParents
from .sqlrecord import SQLRecord
from .tracked import TracksRun, TracksUpdates
from .typed import HasType, query_members

if TYPE_CHECKING:
    from .query_set import QuerySet


class ULabel(SQLRecord, HasType, HasParents, CanCurate, TracksRun, TracksUpdates):
    """Universal labels: simple names to annotate artifacts, runs, transforms and collections.

    Examples
    --------
    >>> label = ln.ULabel(name="pilot").save()
    >>> artifact.ulabels.add(label)
    """

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=8, unique=True, default=base62_8, editable=False)
    name: str = CharField(max_length=150, default=None, db_index=True)
    type: ULabel | None = ForeignKey("self", PROTECT, null=True, related_name="ulabels")
    description: str | None = TextField(null=True)
    reference: str | None = CharField(max_length=255, null=True, db_index=True)
    reference_type: str | None = CharField(max_length=25, null=True, db_index=True)

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    artifacts = ManyToManyField("Artifact", through="ArtifactULabel", related_name="ulabels")
    linked_in_records = ManyToManyField(
        "Record", through="RecordULabel", related_name="linked_ulabels"
    )

    def query_ulabels(self, depth: int | None = None) -> QuerySet:
        """Members of the type on the visible branches, breadth-first; members of members too.

        Parameters
        ----------
        depth
            Number of levels, None for all; 1 means direct members only.

        Examples
        --------
        >>> perturbation.query_ulabels().to_list("name")
        """
        return query_members(self, depth)
