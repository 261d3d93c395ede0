"""Where a record comes from and what it is used for, read with one recursive query."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.dateparse import parse_datetime

from lamindb.base.dates import format_datetime
from lamindb.base.log import logger
from lamindb.errors import InvalidArgument
from lamindb.models.current import ARCHIVE_BRANCH_ID, TRASH_BRANCH_ID, visible_branch_ids
from lamindb.models.expressions import check_saved

from .closure_sql import Start, lineage_sql
from .graph import RUN, Graph, Node, one_line
from .render_graphviz import digraph
from .show import show

if TYPE_CHECKING:
    import graphviz

KINDS = ("run", "artifact", "collection")

Key = tuple[str, int]
"""Kind and primary key of an artifact or a collection."""


@dataclass
class Lineage:
    """What a recursive query found.

    Parameters
    ----------
    focus
        Kind and primary key of the record.
    nodes
        Runs, artifacts and collections by kind and primary key.
    inputs, outputs
        What each run read and wrote, by primary key of the run; True marks what existed already.
    """

    focus: Key
    nodes: dict[Key, Node] = field(default_factory=dict)
    inputs: dict[int, list[Key]] = field(default_factory=lambda: defaultdict(list))
    outputs: dict[int, dict[Key, bool]] = field(default_factory=lambda: defaultdict(dict))

    def run_ids(self) -> list[int]:
        """Primary keys of the runs, the nearest to the record first."""
        runs_of = defaultdict(list)
        for run_id in sorted(pk for kind, pk in self.nodes if kind == RUN):
            for data in [*self.inputs[run_id], *self.outputs[run_id]]:
                runs_of[data].append(run_id)
        found: dict[int, None] = {self.focus[1]: None} if self.focus[0] == RUN else {}
        reached, frontier = {self.focus}, [self.focus]
        for key in frontier:  # grows
            runs = [key[1]] if key[0] == RUN else runs_of[key]
            found.update(dict.fromkeys(runs))
            near = {data for run in runs for data in [*self.inputs[run], *self.outputs[run]]}
            frontier += sorted(near - reached)
            reached |= near
        return list(found)

    def graph(self) -> Graph:
        """The same to be drawn: for each run its inputs, then its outputs."""
        graph = Graph(self.nodes[self.focus].id)
        for run_id in self.run_ids():
            run = self.nodes[RUN, run_id]
            for data in sorted(self.inputs[run_id]):
                graph.connect(self.nodes[data], run)
            for data in sorted(self.outputs[run_id]):
                graph.connect(run, self.nodes[data], again=self.outputs[run_id][data])
        graph.add(self.nodes[self.focus])
        for node in self.nodes.values():
            graph.add(node)
        return graph


def view_lineage(
    record: Any,
    *,
    with_children: bool = True,
    return_graph: bool = False,
    distance: int | None = None,
) -> graphviz.Digraph | None:
    """Draw where a record comes from; see `Artifact.view_lineage`."""
    graph = lineage_graph(record, with_children=with_children, distance=distance)
    if return_graph:
        return digraph(graph)
    show(graph)
    return None


def lineage_graph(record: Any, *, with_children: bool = True, distance: int | None = None) -> Graph:
    """Graph of the runs, artifacts and collections around a record.

    Parameters
    ----------
    record
        A saved run, artifact or collection.
    with_children
        Whether to follow what uses it.
    distance
        Number of runs to follow in each direction; None for all.

    Returns
    -------
    Graph

    Raises
    ------
    InvalidArgument
        The record is of another registry, or the distance is not a positive whole number.
    ValueError
        The record is not saved.

    Examples
    --------
    >>> graph = lineage_graph(artifact, distance=2)
    >>> [node.label for node in graph.nodes.values()]
    ['in.parquet', 'b.py', 'out.parquet']
    """
    levels = whole_distance(distance)
    return read_lineage(record, with_children=with_children, distance=levels).graph()


def read_lineage(record: Any, *, with_children: bool, distance: int | None) -> Lineage:
    """Runs around a record, and what they read and wrote, in one query."""
    kind = record._meta.model_name
    if record._meta.app_label != "lamindb" or kind not in KINDS:
        raise InvalidArgument(
            f"{type(record).__name__} has no lineage of data, pass a run, artifact or collection"
        )
    check_saved([record])
    using = record._state.db or DEFAULT_DB_ALIAS
    start = Start(
        kind=kind,
        id=record.pk,
        run_id=record.pk if kind == RUN else record.run_id,
        branches=seen_branches(record, using),
        downstream=bool(with_children),
        distance=distance,
    )
    connection = connections[using]
    lineage = Lineage((kind, record.pk))
    with connection.cursor() as cursor:
        cursor.execute(lineage_sql(start, connection.vendor))
        fill(lineage, cursor.fetchall())
    if kind != RUN:
        lineage.nodes.setdefault((kind, record.pk), data_node(kind, record.uid, record.key))
    drop_inputs_that_are_outputs(lineage)
    return lineage


def seen_branches(record: Any, using: str) -> tuple[int, ...]:
    """Visible branches, the archive, and the branch of the record unless it is the trash."""
    branches = {*visible_branch_ids(using), ARCHIVE_BRANCH_ID, record.branch_id}
    return tuple(sorted(branches - {TRASH_BRANCH_ID}))


def whole_distance(distance: float | None) -> int | None:
    """The distance as a whole number, which R passes as a float."""
    if distance is None:
        return None
    if isinstance(distance, bool) or distance < 1 or distance != int(distance):
        raise InvalidArgument(
            f"distance has to be a positive whole number or None, not {distance!r}"
        )
    return int(distance)


def fill(lineage: Lineage, rows: list[tuple[Any, ...]]) -> None:
    """Take the rows of the query."""
    for kind, role, run_id, pk, uid, label, entrypoint, started_at in rows:
        if kind == RUN:
            lineage.nodes[RUN, run_id] = run_node(uid, label, entrypoint, started_at)
            continue
        lineage.nodes.setdefault((kind, pk), data_node(kind, uid, label))
        if role == "input":
            lineage.inputs[run_id].append((kind, pk))
        else:
            lineage.outputs[run_id].setdefault((kind, pk), role == "recreated")


def run_node(uid: str, label: str, entrypoint: str | None, started_at: Any) -> Node:
    """Node of a run."""
    name = f"{label}: {entrypoint}" if entrypoint else label
    return Node(f"run_{uid}", one_line(name), RUN, start_of_run(started_at))


def data_node(kind: str, uid: str, key: str | None) -> Node:
    """Node of an artifact or a collection."""
    return Node(f"{kind}_{uid}", one_line(key or "") or uid, kind)


def start_of_run(value: datetime | str | None) -> str:
    """When a run started; SQLite returns text."""
    moment = parse_datetime(value) if isinstance(value, str) else value
    if moment is None:
        return ""
    return format_datetime(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))


def drop_inputs_that_are_outputs(lineage: Lineage) -> None:
    """Show what a run read and wrote as its output only, and say so."""
    for run_id, inputs in lineage.inputs.items():
        outputs = lineage.outputs.get(run_id, {})
        both = [key for key in inputs if key in outputs]
        if not both:
            continue
        lineage.inputs[run_id] = [key for key in inputs if key not in outputs]
        for kind in sorted({kind for kind, _ in both}):
            labels = sorted(lineage.nodes[key].label for key in both if key[0] == kind)
            uid = lineage.nodes[RUN, run_id].id.removeprefix("run_")
            logger.warning(
                f"The following {kind}s are both inputs and outputs of Run(uid={uid}):"
                f" {', '.join(labels)} → Only showing as outputs."
            )
