"""Runs as events of OpenLineage, for tools such as Marquez, DataHub or OpenMetadata.

A transform is a job, a run is a run, an artifact or a collection is a dataset. Datasets are named
by their location as in https://openlineage.io/docs/spec/naming; keys are symlinks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from django.db import DEFAULT_DB_ALIAS

from lamindb.models.artifact import Artifact
from lamindb.models.artifact_places import path_as_str
from lamindb.models.collection import Collection
from lamindb.models.run import Run
from lamindb.setup.session import settings
from lamindb.storage.layout import without_query
from lamindb.storage.optional import import_extra

from .graph import RUN
from .lineage import read_lineage, whole_distance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from .lineage import Key, Lineage

RUN_IDS = uuid5(NAMESPACE_URL, "lamindb:run")
SOURCE = "LAMINDB"
FINAL_TYPES = {"completed": "COMPLETE", "errored": "FAIL", "aborted": "ABORT"}
LANGUAGES = {
    ".ipynb": "python",
    ".jl": "julia",
    ".nf": "groovy",
    ".py": "python",
    ".qmd": "r",
    ".r": "r",
    ".rmd": "r",
    ".sh": "bash",
}


def openlineage_events(record: Any, distance: int | None = None) -> list[Any]:
    """Events of a run, or of all runs that led to an artifact or a collection.

    Parameters
    ----------
    record
        A saved run, artifact or collection.
    distance
        Number of runs to follow upstream; None for all. A run exports itself only.

    Returns
    -------
    list of openlineage.client.event_v2.RunEvent
        By time: one when a run started and one when it ended; one of type OTHER for a run that has
        not started. Data without a run gives one `DatasetEvent`.

    Raises
    ------
    ImportError
        The package `openlineage-python` is missing.
    InvalidArgument
        The record is of another registry, or the distance is not a positive whole number.
    ValueError
        The record is not saved.

    Examples
    --------
    >>> from openlineage.client import OpenLineageClient
    >>> client = OpenLineageClient()
    >>> for event in openlineage_events(artifact):
    ...     client.emit(event)
    """
    export = Export(record._state.db or DEFAULT_DB_ALIAS)
    is_run = record._meta.label == "lamindb.Run"
    levels = 0 if is_run else whole_distance(distance)
    lineage = read_lineage(record, with_children=False, distance=levels)
    records = rows_by_key(lineage, export.using)
    run_ids = lineage.run_ids()
    if not run_ids:
        return [export.dataset_event(record)]
    events = [
        (moment, run_id, number, event)
        for run_id in run_ids
        for number, (moment, event) in enumerate(export.run_events(run_id, lineage, records))
    ]
    return [event for *_, event in sorted(events, key=lambda entry: entry[:3])]


def rows_by_key(lineage: Lineage, using: str) -> dict[Key, Any]:
    """Runs, artifacts and collections with what their events need, one query for each kind."""
    queries = {
        "run": Run.objects.using(using).select_related(
            "transform__created_by", "initiated_by_run__transform"
        ),
        "artifact": Artifact.objects.using(using).select_related("storage"),
        "collection": Collection.objects.using(using),
    }
    records = {}
    for kind, query in queries.items():
        ids = {pk for other, pk in lineage.nodes if other == kind}
        if ids:
            records.update({(kind, row.pk): row for row in query.filter(pk__one_of=ids)})
    return records


@dataclass
class Export:
    """Makes events of the records of one database.

    Parameters
    ----------
    using
        Alias of the database.
    """

    using: str

    def __post_init__(self) -> None:
        self._events = import_extra("openlineage.client.event_v2", "openlineage")
        self._facets = import_extra("openlineage.client.facet_v2", "openlineage")
        is_default = self.using == DEFAULT_DB_ALIAS
        self.namespace = f"lamindb://{settings.instance.slug if is_default else self.using}"
        self.producer = producer()

    def run_events(
        self, run_id: int, lineage: Lineage, records: dict[Key, Any]
    ) -> Iterator[tuple[datetime, Any]]:
        """Events of a run, each with its time."""
        run = records[RUN, run_id]
        data = {
            "inputs": [self.input(records[key]) for key in sorted(lineage.inputs[run_id])],
            "outputs": [self.output(records[key]) for key in sorted(lineage.outputs[run_id])],
        }
        if run.status == "scheduled":
            yield run.created_at, self.run_event(run, "OTHER", run.created_at, data)
            return
        final_type = FINAL_TYPES.get(run.status)
        started = {"inputs": data["inputs"]} if final_type else data
        yield run.started_at, self.run_event(run, "START", run.started_at, started)
        if final_type:
            end = run.finished_at or run.updated_at
            yield end, self.run_event(run, final_type, end, data)

    def run_event(self, run: Run, event_type: str, moment: datetime, data: dict[str, Any]) -> Any:
        """One event."""
        return self._events.RunEvent(
            eventType=self._events.RunState[event_type],
            eventTime=moment.isoformat(),
            producer=self.producer,
            run=self._events.Run(runId=run_id(run), facets=self.run_facets(run)),
            job=self._events.Job(
                namespace=self.namespace, name=job_name(run), facets=self.job_facets(run)
            ),
            **data,
        )

    def dataset_event(self, record: Artifact | Collection) -> Any:
        """Event about data that no run made."""
        namespace, name = self.location(record)
        dataset = self._events.StaticDataset(namespace, name, facets=self.dataset_facets(record))
        return self._events.DatasetEvent(
            eventTime=record.created_at.isoformat(), producer=self.producer, dataset=dataset
        )

    def run_facets(self, run: Run) -> dict[str, Any]:
        """Uid, parameters, and the run that started the run."""
        tags, parent = self._facets.tags_run, self._facets.parent_run
        tag = tags.TagsRunFacetFields(key="uid", value=run.uid, source=SOURCE)
        facets = {"tags": tags.TagsRunFacet(tags=[tag], producer=self.producer)}
        if run.params:
            parameter = self._facets.execution_parameters_run
            facets["executionParameters"] = parameter.ExecutionParametersRunFacet(
                parameters=[
                    parameter.ExecutionParameter(key=key, value=as_text(value))
                    for key, value in sorted(run.params.items())
                ],
                producer=self.producer,
            )
        if run.initiated_by_run is not None:
            initiator = run.initiated_by_run
            facets["parent"] = parent.ParentRunFacet(
                run=parent.Run(runId=run_id(initiator)),
                job=parent.Job(namespace=self.namespace, name=job_name(initiator)),
                producer=self.producer,
            )
        return facets

    def job_facets(self, run: Run) -> dict[str, Any]:
        """Kind, owner, description and source code of the transform."""
        transform, ownership = run.transform, self._facets.ownership_job
        owner = ownership.Owner(name=f"user:{transform.created_by.handle}")
        facets = {
            "jobType": self._facets.job_type_job.JobTypeJobFacet(
                processingType="BATCH",
                integration=SOURCE,
                jobType=transform.kind.upper(),
                producer=self.producer,
            ),
            "ownership": ownership.OwnershipJobFacet(owners=[owner], producer=self.producer),
        }
        if transform.description:
            facets["documentation"] = self._facets.documentation_job.DocumentationJobFacet(
                description=transform.description, producer=self.producer
            )
        if transform.source_code:
            facets["sourceCode"] = self._facets.source_code_job.SourceCodeJobFacet(
                language=language(transform),
                sourceCode=transform.source_code,
                producer=self.producer,
            )
        if transform.reference_type == "url" and transform.reference:
            location = self._facets.source_code_location_job
            facets["sourceCodeLocation"] = location.SourceCodeLocationJobFacet(
                type="git", url=transform.reference, producer=self.producer
            )
        return facets

    def input(self, record: Artifact | Collection) -> Any:
        """What a run read."""
        statistics = self._facets.input_statistics_input_dataset.InputStatisticsInputDatasetFacet
        namespace, name = self.location(record)
        return self._events.InputDataset(
            namespace,
            name,
            facets=self.dataset_facets(record),
            inputFacets=self.statistics(record, "inputStatistics", statistics),
        )

    def output(self, record: Artifact | Collection) -> Any:
        """What a run wrote."""
        facets = self._facets.output_statistics_output_dataset
        statistics = facets.OutputStatisticsOutputDatasetFacet
        namespace, name = self.location(record)
        return self._events.OutputDataset(
            namespace,
            name,
            facets=self.dataset_facets(record),
            outputFacets=self.statistics(record, "outputStatistics", statistics),
        )

    def statistics(self, record: Any, name: str, facet: Any) -> dict[str, Any]:
        """Size and number of rows and files, as far as they are known."""
        if isinstance(record, Collection):
            return {}
        counts = {
            "rowCount": record.n_observations,
            "size": record.size,
            "fileCount": record.n_files,
        }
        known = {name: count for name, count in counts.items() if count is not None}
        return {name: facet(**known, producer=self.producer)} if known else {}

    def location(self, record: Artifact | Collection) -> tuple[str, str]:
        """Namespace and name of a dataset; a collection has no place but its database."""
        if isinstance(record, Collection):
            return self.namespace, f"{record.key}/{record.uid}"
        return split_location(without_query(path_as_str(record)))

    def dataset_facets(self, record: Artifact | Collection) -> dict[str, Any]:
        """Version, key, description and hash."""
        versions, tags = self._facets.dataset_version_dataset, self._facets.tags_dataset
        facets = {
            "version": versions.DatasetVersionDatasetFacet(
                datasetVersion=record.uid, producer=self.producer
            )
        }
        if isinstance(record, Artifact):
            namespace, name = self.location(record)
            facets["dataSource"] = self._facets.datasource_dataset.DatasourceDatasetFacet(
                name=namespace, uri=as_uri(namespace, name), producer=self.producer
            )
        if record.key:
            symlinks = self._facets.symlinks_dataset
            kind = str(record._meta.model_name)
            key = symlinks.Identifier(namespace=self.namespace, name=record.key, type=kind)
            facets["symlinks"] = symlinks.SymlinksDatasetFacet(
                identifiers=[key], producer=self.producer
            )
        if record.description:
            facets["documentation"] = self._facets.documentation_dataset.DocumentationDatasetFacet(
                description=record.description, producer=self.producer
            )
        if record.hash:
            tag = tags.TagsDatasetFacetFields(key="hash", value=record.hash, source=SOURCE)
            facets["tags"] = tags.TagsDatasetFacet(tags=[tag], producer=self.producer)
        return facets


def producer() -> str:
    """Name and version of lamindb as a package URL."""
    from importlib.metadata import version

    return f"pkg:pypi/lamindb@{version('lamindb')}"


def run_id(run: Run) -> str:
    """Id of a run as OpenLineage wants it: always the same one for a uid."""
    return str(uuid5(RUN_IDS, run.uid))


def job_name(run: Run) -> str:
    """Key of the transform, with the function that was called."""
    return f"{run.transform.key}:{run.entrypoint}" if run.entrypoint else run.transform.key


def language(transform: Any) -> str:
    """Language of the source code, by the suffix of the key."""
    if transform.kind == "function":
        return "python"
    return LANGUAGES.get(PurePosixPath(transform.key).suffix.lower(), "unknown")


def as_text(value: Any) -> str:
    """Value of a parameter."""
    return value if isinstance(value, str) else json.dumps(value)


def split_location(path: str) -> tuple[str, str]:
    """Namespace and name of a path or URL.

    Examples
    --------
    >>> split_location("s3://bucket/folder/a.parquet")
    ('s3://bucket', 'folder/a.parquet')
    >>> split_location("/data/a.parquet")
    ('file', '/data/a.parquet')
    """
    scheme, separator, rest = path.partition("://")
    if not separator:
        return "file", path
    authority, _, name = rest.partition("/")
    return f"{scheme}://{authority}", name or "/"


def as_uri(namespace: str, name: str) -> str:
    """URI of a dataset."""
    path = quote(name, safe="/:")
    if namespace != "file":
        return f"{namespace}/{path}"
    return f"file://{path}" if path.startswith("/") else f"file:///{path}"


def event_dicts(events: Iterable[Any]) -> list[dict[str, Any]]:
    """Events as dictionaries that can be written as JSON.

    Examples
    --------
    >>> event_dicts(openlineage_events(run))[0]["eventType"]
    'START'
    """
    serde = import_extra("openlineage.client.serde", "openlineage")
    return [serde.Serde.to_dict(event) for event in events]
