"""The registries `Project` and `Reference`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from lamindb.base.types import PROJECT_STATUS_TO_CODE
from lamindb.base.uids import base62_12

from . import query_aliases
from .construction import construct_named
from .curatable import CanCurate
from .parents import HasParents
from .sqlrecord import SQLRecord
from .statuses import Status
from .synonyms import HasAbbr
from .tracked import TracksRun, TracksUpdates
from .typed import HasType, query_members
from .validated import ValidateFields, doi_validator

if TYPE_CHECKING:
    from datetime import date as DateType

    from .query_set import QuerySet


KEYWORDS = ("name", "type", "is_type", "abbr", "url", "description", "branch", "space")


class Reference(SQLRecord, HasType, CanCurate, HasAbbr, TracksRun, TracksUpdates, ValidateFields):
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

    _constructor_keywords = (*KEYWORDS, "pubmed_id", "doi", "text", "date")
    _validators = {"doi": doi_validator}

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        construct_named(self, args, kwargs)
        self._validate_fields()

    def save(self, *args: Any, **kwargs: Any) -> Reference:
        """Write the reference.

        Returns
        -------
        The record itself.

        Raises
        ------
        FieldValidationError
            A value has the wrong form.

        Examples
        --------
        >>> ln.Reference(name="Cell atlas").save()
        """
        self._validate_fields()
        return super().save(*args, **kwargs)

    def query_references(self, depth: int | None = None) -> QuerySet:
        """Members of the type on the visible branches, breadth-first; members of members too.

        Parameters
        ----------
        depth
            Number of levels, None for all; 1 means direct members only.

        Examples
        --------
        >>> papers.query_references().to_dataframe()
        """
        return query_members(self, depth)


class Project(
    SQLRecord, HasType, HasParents, CanCurate, HasAbbr, TracksRun, TracksUpdates, ValidateFields
):
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

    _constructor_keywords = (*KEYWORDS, "start_date", "end_date")
    _query_aliases = {"status": query_aliases.status(PROJECT_STATUS_TO_CODE)}

    status = Status(PROJECT_STATUS_TO_CODE)

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        construct_named(self, args, kwargs)
        if self._state.adding and "_status_code" not in kwargs:
            self.status = "planned"
        self._validate_fields()

    def save(self, *args: Any, **kwargs: Any) -> Project:
        """Write the project.

        Returns
        -------
        The record itself.

        Raises
        ------
        FieldValidationError
            A value has the wrong form.

        Examples
        --------
        >>> ln.Project(name="Immuno atlas").save()
        """
        self._validate_fields()
        return super().save(*args, **kwargs)

    def query_projects(self, depth: int | None = None) -> QuerySet:
        """Members of the type on the visible branches, breadth-first; members of members too.

        Parameters
        ----------
        depth
            Number of levels, None for all; 1 means direct members only.

        Examples
        --------
        >>> program.query_projects().to_dataframe()
        """
        return query_members(self, depth)
