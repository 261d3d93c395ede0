"""Registries and what they share."""

from __future__ import annotations

from lamindb.setup.orm import mounting

with mounting("lamindb"):
    # Order matters, so it is not sorted: columns of a table come in the order in which the
    # capabilities are defined, reverse relations in the order in which the registries are.
    # isort: off
    from .versioned import IsVersioned
    from .is_type import TypeColumn  # noqa: F401
    from .sqlrecord import BaseSQLRecord, Registry, SQLRecord
    from .typed import HasEmoji, HasType, SQLRecordSettings
    from .tracked import TracksRun, TracksUpdates
    from .current import current_run
    from .curatable import CanCurate
    from .parents import HasParents
    from .synonyms import HasAbbr, HasSynonyms
    from .links import IsLink
    from .json_contains import KeyContains  # noqa: F401

    from .migration import Migration
    from .space import Space
    from .branch import Branch
    from .user import User
    from .storage import Storage
    from .run import Run
    from .transform import Transform
    from .feature import Feature
    from .jsonvalue import JsonValue
    from .schema import Schema
    from .schema_formats import FormatConstraints
    from .schema_members import SchemaOptionals
    from .validated import ValidateFields
    from .ulabel import ULabel
    from .artifact import Artifact
    from .artifact_lazy import LazyArtifact
    from .collection import Collection
    from .record import Record
    from .project import Project, Reference

    from .link_tables.run import RunArtifact, RunJsonValue, RunProject, RunRecord, RunULabel
    from .link_tables.transform import (
        TransformProject,
        TransformRecord,
        TransformReference,
        TransformTransform,
        TransformULabel,
    )
    from .link_tables.schema import SchemaComponent, SchemaFeature, SchemaProject
    from .link_tables.artifact import (
        ArtifactArtifact,
        ArtifactJsonValue,
        ArtifactProject,
        ArtifactRecord,
        ArtifactReference,
        ArtifactRun,
        ArtifactSchema,
        ArtifactULabel,
        ArtifactUser,
    )
    from .link_tables.collection import (
        CollectionArtifact,
        CollectionProject,
        CollectionRecord,
        CollectionReference,
        CollectionULabel,
    )
    from .link_tables.record import (
        RecordArtifact,
        RecordCollection,
        RecordJson,
        RecordProject,
        RecordRecord,
        RecordReference,
        RecordRun,
        RecordTransform,
        RecordULabel,
        RecordUser,
    )
    from .link_tables.branch import BranchProject, BranchULabel, BranchUser
    from .link_tables.project import (
        BlockProject,
        FeatureProject,
        ProjectRecord,
        ProjectUser,
        ReferenceRecord,
        ULabelProject,
    )
    from .block import (
        ArtifactBlock,
        BaseBlock,
        Block,
        BranchBlock,
        CollectionBlock,
        FeatureBlock,
        ProjectBlock,
        RecordBlock,
        RunBlock,
        SchemaBlock,
        SpaceBlock,
        TransformBlock,
        ULabelBlock,
    )

    # isort: on
    from django.db.models import Q

    from .annotate.feature_manager import FeatureManager
    from .annotate.label_manager import LabelManager
    from .inspect_result import InspectResult
    from .query_set import BasicQuerySet, QueryManager, QuerySet
    from .record_list import SQLRecordList

FeatureValue = JsonValue

__all__ = [
    "Artifact",
    "ArtifactArtifact",
    "ArtifactBlock",
    "ArtifactJsonValue",
    "ArtifactProject",
    "ArtifactRecord",
    "ArtifactReference",
    "ArtifactRun",
    "ArtifactSchema",
    "ArtifactULabel",
    "ArtifactUser",
    "BaseBlock",
    "BaseSQLRecord",
    "BasicQuerySet",
    "Block",
    "BlockProject",
    "Branch",
    "BranchBlock",
    "BranchProject",
    "BranchULabel",
    "BranchUser",
    "CanCurate",
    "Collection",
    "CollectionArtifact",
    "CollectionBlock",
    "CollectionProject",
    "CollectionRecord",
    "CollectionReference",
    "CollectionULabel",
    "Feature",
    "FeatureBlock",
    "FeatureManager",
    "FeatureProject",
    "FeatureValue",
    "FormatConstraints",
    "HasAbbr",
    "HasEmoji",
    "HasParents",
    "HasSynonyms",
    "HasType",
    "InspectResult",
    "IsLink",
    "IsVersioned",
    "JsonValue",
    "LabelManager",
    "LazyArtifact",
    "Migration",
    "Project",
    "ProjectBlock",
    "ProjectRecord",
    "ProjectUser",
    "Q",
    "QueryManager",
    "QuerySet",
    "Record",
    "RecordArtifact",
    "RecordBlock",
    "RecordCollection",
    "RecordJson",
    "RecordProject",
    "RecordRecord",
    "RecordReference",
    "RecordRun",
    "RecordTransform",
    "RecordULabel",
    "RecordUser",
    "Reference",
    "ReferenceRecord",
    "Registry",
    "Run",
    "RunArtifact",
    "RunBlock",
    "RunJsonValue",
    "RunProject",
    "RunRecord",
    "RunULabel",
    "SQLRecord",
    "SQLRecordList",
    "SQLRecordSettings",
    "Schema",
    "SchemaBlock",
    "SchemaComponent",
    "SchemaFeature",
    "SchemaOptionals",
    "SchemaProject",
    "Space",
    "SpaceBlock",
    "Storage",
    "TracksRun",
    "TracksUpdates",
    "Transform",
    "TransformBlock",
    "TransformProject",
    "TransformRecord",
    "TransformReference",
    "TransformTransform",
    "TransformULabel",
    "ULabel",
    "ULabelBlock",
    "ULabelProject",
    "User",
    "ValidateFields",
    "current_run",
]
