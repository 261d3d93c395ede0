"""The registries `Project` and `Reference`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import PROTECT, AutoField, ManyToManyField

from lamindb.base.fields import (
    BigIntegerField,
    CharField,
    DateField,
    ForeignKey,
    SmallIntegerField,
    TextField,
    URLField,
)
from lamindb.base.uids import base62_12

from .curatable import CanCurate
from .sqlrecord import SQLRecord
from .synonyms import HasAbbr
from .tracked import TracksRun, TracksUpdates
from .typed import HasType

if TYPE_CHECKING:
    from datetime import date as DateType


class Reference(SQLRecord, HasType, CanCurate, HasAbbr, TracksRun, TracksUpdates):
    """References: publications, preprints, documents and internal notes.

    Examples
    --------
    >>> paper = ln.Reference(name="Cell atlas", doi="10.1038/s41586-019-1234-5").save()
    >>> artifact.references.add(paper)
    """

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=12, unique=True, default=base62_12, editable=False)
    name: str = CharField(max_length=255, default=None, db_index=True)
    description: str | None = TextField(null=True)
    type: Reference | None = ForeignKey("self", PROTECT, null=True, related_name="references")
    abbr: str | None = CharField(max_length=32, null=True, db_index=True)
    url: str | None = URLField(max_length=200, null=True, db_index=True)
    pubmed_id: int | None = BigIntegerField(null=True, db_index=True)
    doi: str | None = CharField(max_length=255, null=True, db_index=True)
    text: str | None = TextField(null=True)
    date: DateType | None = DateField(null=True)

    # relations
    artifacts = ManyToManyField("Artifact", through="ArtifactReference", related_name="references")
    transforms = ManyToManyField(
        "Transform", through="TransformReference", related_name="references"
    )
    collections = ManyToManyField(
        "Collection", through="CollectionReference", related_name="references"
    )
    linked_in_records = ManyToManyField(
        "Record", through="RecordReference", related_name="linked_references"
    )
    records = ManyToManyField("Record", through="ReferenceRecord", related_name="references")


class Project(SQLRecord, HasType, CanCurate, HasAbbr, TracksRun, TracksUpdates):
    """Projects: work packages that data, code, runs and people belong to.

    Examples
    --------
    >>> project = ln.Project(name="Immuno atlas", abbr="IA").save()
    >>> artifact.projects.add(project)
    """

    id: int = AutoField(primary_key=True)
    uid: str = CharField(max_length=12, unique=True, default=base62_12, editable=False)
    name: str = CharField(max_length=255, default=None, db_index=True)
    description: str | None = TextField(null=True)
    type: Project | None = ForeignKey("self", PROTECT, null=True, related_name="projects")
    abbr: str | None = CharField(max_length=32, null=True, db_index=True)
    url: str | None = URLField(max_length=255, null=True)
    start_date: DateType | None = DateField(null=True)
    end_date: DateType | None = DateField(null=True)
    _status_code: int = SmallIntegerField(default=0, db_default=0, db_index=True)

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    predecessors = ManyToManyField("self", symmetrical=False, related_name="successors")
    artifacts = ManyToManyField("Artifact", through="ArtifactProject", related_name="projects")
    transforms = ManyToManyField("Transform", through="TransformProject", related_name="projects")
    runs = ManyToManyField("Run", through="RunProject", related_name="projects")
    ulabels = ManyToManyField("ULabel", through="ULabelProject", related_name="projects")
    features = ManyToManyField("Feature", through="FeatureProject", related_name="projects")
    schemas = ManyToManyField("Schema", through="SchemaProject", related_name="projects")
    linked_in_records = ManyToManyField(
        "Record", through="RecordProject", related_name="linked_projects"
    )
    records = ManyToManyField("Record", through="ProjectRecord", related_name="projects")
    collections = ManyToManyField(
        "Collection", through="CollectionProject", related_name="projects"
    )
    references = ManyToManyField("Reference", related_name="projects")
    blocks = ManyToManyField("Block", through="BlockProject", related_name="projects")
    users = ManyToManyField("User", through="ProjectUser", related_name="projects")
