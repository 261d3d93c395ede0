"""Parents and children of a record as a graph, level by level, one query each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lamindb.base.registries import get_registry_name
from lamindb.base.render import Node, tree
from lamindb.models.current import visible_branch_ids
from lamindb.models.expressions import check_saved
from lamindb.models.field_names import named_column
from lamindb.models.registry_fields import name_field

from .drawing import new_digraph, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    import graphviz

COLOR = "#065f46"
FILL = "honeydew"
FILL_OF_RECORD = "#10b981"


def view_hierarchy(
    record: Any,
    label_field: Any = None,
    *,
    parents: bool,
    children: bool,
    distance: int = 5,
    return_graph: bool = False,
) -> graphviz.Digraph | None:
    """Draw what is above and below a record; see `HasParents.view_parents`.

    Raises
    ------
    NotImplementedError
        Records of the registry have no parents.
    """
    check_saved([record])
    registry: Any = type(record)
    if not any(relation.name == "parents" for relation in registry._meta.many_to_many):
        raise NotImplementedError(f"records of {get_registry_name(registry)} have no parents")
    named = name_field(registry) or "uid" if label_field is None else label_field
    relatives = Relatives(record, named_column(registry, named).attname)
    above = relatives.levels(distance, reverse=False) if parents else {}
    below = relatives.levels(distance, reverse=True) if children else {}
    graph = digraph(record, relatives.labels, above, below)
    if return_graph:
        return graph
    show(graph, text_tree(record, relatives.labels, above, below))
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
    labels
        Uid and label of each record that was found, by key.
    """

    record: Any
    label_attname: str
    labels: dict[int, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        label = getattr(self.record, self.label_attname)
        self.labels[self.record.pk] = (self.record.uid, str(label))
        self._branches = set(visible_branch_ids(self.record._state.db))

    def levels(self, distance: int, *, reverse: bool) -> Neighbours:
        """Neighbours of all records up to a distance."""
        found: Neighbours = {}
        frontier = [self.record.pk]
        for _ in range(distance):
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
                elif type(self.record)._sees_past_trash and pk not in seen:
                    hidden.setdefault(pk, set()).update(origins[start])
            seen |= hidden.keys()
            origins = hidden
        return {pk: list(dict.fromkeys(relatives)) for pk, relatives in found.items()}

    def _links(self, pks: Iterable[int], reverse: bool) -> Any:
        """Links that start at some records: the other record's key, uid, label and branch."""
        relation = type(self.record)._meta.get_field("parents")
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


def digraph(
    record: Any, labels: dict[int, tuple[str, str]], above: Neighbours, below: Neighbours
) -> graphviz.Digraph:
    """Graph with an edge from each parent to each child."""
    graph = new_digraph(
        record.uid,
        node={"shape": "box", "style": "rounded,filled", "color": COLOR, "fillcolor": FILL},
    )
    edges = [(parent, child) for child, parents in above.items() for parent in parents]
    edges += [(parent, child) for parent, children in below.items() for child in children]
    nodes = dict.fromkeys([record.pk, *(pk for edge in edges for pk in edge)])
    for pk in nodes:
        uid, label = labels[pk]
        focal = {"fillcolor": FILL_OF_RECORD} if pk == record.pk else {}
        graph.node(uid, label=label, **focal)
    for parent, child in dict.fromkeys(edges):
        graph.edge(labels[parent][0], labels[child][0])
    return graph


def text_tree(
    record: Any, labels: dict[int, tuple[str, str]], above: Neighbours, below: Neighbours
) -> str:
    """The same as text: what repeats is named once more, but not followed again."""
    sections = [
        Node(title, branches(record.pk, neighbours, labels, {record.pk}))
        for title, neighbours in (("parents", above), ("children", below))
        if neighbours.get(record.pk)
    ]
    return tree(f"{labels[record.pk][1]} *", sections)


def branches(
    pk: int, neighbours: Neighbours, labels: dict[int, tuple[str, str]], seen: set[int]
) -> list[Node]:
    """Neighbours of a record, each with its own; `…` behind what was shown above."""
    nodes = []
    for other in neighbours.get(pk, ()):
        label = labels[other][1]
        if other in seen:
            nodes.append(Node(f"{label} …" if neighbours.get(other) else label))
        else:
            seen.add(other)
            nodes.append(Node(label, branches(other, neighbours, labels, seen)))
    return nodes
