"""Parents and children of a record as a graph, level by level, one query each."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from lamindb.base.registries import get_registry_name
from lamindb.models.current import visible_branch_ids
from lamindb.models.expressions import check_saved
from lamindb.models.field_names import named_column
from lamindb.models.registry_fields import name_field

from .graph import Graph, Node, one_line
from .lineage import whole_distance
from .render_graphviz import digraph
from .show import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    import graphviz

TITLES = {"parents": ("parents", "children"), "predecessors": ("predecessors", "successors")}


def view_hierarchy(
    record: Any,
    label_field: Any = None,
    *,
    parents: bool,
    children: bool,
    distance: int | None = 5,
    return_graph: bool = False,
    relation: str = "parents",
) -> graphviz.Digraph | None:
    """Draw what is above and below a record; see `HasParents.view_parents`.

    Raises
    ------
    NotImplementedError
        Records of the registry have no parents.
    """
    check_saved([record])
    registry: Any = type(record)
    if not any(field.name == relation for field in registry._meta.many_to_many):
        raise NotImplementedError(f"records of {get_registry_name(registry)} have no {relation}")
    named = name_field(registry) or "uid" if label_field is None else label_field
    relatives = Relatives(record, named_column(registry, named).attname, relation)
    levels = whole_distance(distance)
    above = relatives.levels(levels, reverse=False) if parents else {}
    below = relatives.levels(levels, reverse=True) if children else {}
    graph = relatives.graph(above, below)
    if return_graph:
        return digraph(graph)
    show(graph)
    return None


Neighbours = dict[int, list[int]]
"""Keys of the direct relatives by the key of a record, in one direction."""


@dataclass
class Relatives:
    """Finds relatives of a record.

    Parameters
    ----------
    record
        Where to start.
    label_attname
        Attribute that labels the records.
    relation
        Relation from the registry to itself that leads up.
    labels
        Uid and label of each record that was found, by key.
    """

    record: Any
    label_attname: str
    relation: str = "parents"
    labels: dict[int, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        label = getattr(self.record, self.label_attname)
        self.labels[self.record.pk] = (self.record.uid, str(label))
        self._branches = set(visible_branch_ids(self.record._state.db))
        self._sees_past_trash = getattr(type(self.record), "_sees_past_trash", False)

    def levels(self, distance: int | None, *, reverse: bool) -> Neighbours:
        """Neighbours of all records up to a distance."""
        found: Neighbours = {}
        frontier = [self.record.pk]
        for _ in count() if distance is None else range(distance):
            frontier = [pk for pk in frontier if pk not in found]
            if not frontier:
                break
            level = self._neighbours(frontier, reverse)
            found |= {pk: level.get(pk, []) for pk in frontier}
            frontier = list(dict.fromkeys(pk for pks in level.values() for pk in pks))
        return found

    def _neighbours(self, pks: list[int], reverse: bool) -> Neighbours:
        """Direct relatives on visible branches; a hidden one stands for its own, if it may."""
        found: Neighbours = {}
        origins = {pk: {pk} for pk in pks}
        seen = set(pks)
        while origins:
            hidden: dict[int, set[int]] = {}
            for start, pk, uid, label, branch_id in self._links(origins, reverse):
                if branch_id in self._branches:
                    self.labels[pk] = (uid, str(label))
                    for origin in origins[start]:
                        found.setdefault(origin, []).append(pk)
                elif self._sees_past_trash and pk not in seen:
                    hidden.setdefault(pk, set()).update(origins[start])
            seen |= hidden.keys()
            origins = hidden
        return {pk: list(dict.fromkeys(relatives)) for pk, relatives in found.items()}

    def _links(self, pks: Iterable[int], reverse: bool) -> Any:
        """Links that start at some records: the other record's key, uid, label and branch."""
        relation = type(self.record)._meta.get_field(self.relation)
        start, end = relation.m2m_field_name(), relation.m2m_reverse_field_name()
        if reverse:
            start, end = end, start
        rows = relation.remote_field.through.objects.using(self.record._state.db)
        columns = ("pk", "uid", self.label_attname, "branch_id")
        return (
            rows.filter(**{f"{start}_id__in": list(pks)})
            .order_by(f"{end}_id")
            .values_list(f"{start}_id", *(f"{end}__{column}" for column in columns))
        )

    def graph(self, above: Neighbours, below: Neighbours) -> Graph:
        """Graph with an edge from each parent to each child."""
        nodes = {pk: Node(uid, one_line(label)) for pk, (uid, label) in self.labels.items()}
        titles = TITLES[self.relation]
        graph = Graph(self.record.uid, above=titles[0], below=titles[1])
        graph.add(nodes[self.record.pk])
        edges = [(parent, child) for child, parents in above.items() for parent in parents]
        edges += [(parent, child) for parent, children in below.items() for child in children]
        for parent, child in edges:
            graph.connect(nodes[parent], nodes[child])
        return graph
