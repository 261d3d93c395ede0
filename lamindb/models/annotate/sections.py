"""What `describe()` shows of annotations: features of the dataset, other features, labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from lamindb.base.dtypes import ListDtype, parse
from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name
from lamindb.base.render import Node, column_widths, columns
from lamindb.models.dtype_display import displayed_dtypes
from lamindb.models.registry_fields import name_field
from lamindb.models.schema_members import link_model, member_registry

from .conditions import is_categorical
from .current_values import CurrentValues, json_values, names_of_labels
from .links import label_tables
from .reading import CORE, EXTERNAL_SLOTS, features_by_id, read_slots

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .current_values import Names

N_VALUES = 10
"""How many values of a feature, or names of labels, a row shows."""

N_MEMBERS = 100
"""How many members of a slot are shown unless another number is asked for."""

GUIDES = 8
"""Characters that the guides of the tree take to the left of the rows."""

WITH_FEATURES = ("Artifact", "Run", "Record")
WITH_LABELS = ("Artifact", "Collection", "Run", "Transform")
"""Registries whose records have these sections."""


@dataclass
class Slot:
    """A feature set of an artifact.

    Attributes
    ----------
    name
        Say, `columns` or `var.T`.
    schema
        The feature set.
    feature_ids
        Members that are features, in their order.
    names
        Names of members of another registry.
    """

    name: str
    schema: Any
    feature_ids: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def sections(
    host: Any, *, n_max_features: int | None = None, width: int | None = None
) -> list[Node]:
    """Branches of the tree of `describe()` about annotations.

    Parameters
    ----------
    host
        Any record; unsaved ones and those that cannot be annotated have none.
    n_max_features
        Maximum number of features to list per slot.
    width
        Columns of the terminal.

    Returns
    -------
    list of Node
        Read with a constant number of queries: one for the links, one per registry of labels.

    Examples
    --------
    >>> [section.text for section in sections(artifact)]
    ['Dataset features', 'External features', 'Labels']
    """
    registry = type(host).__name__
    if host._state.adding or registry not in {*WITH_FEATURES, *WITH_LABELS}:
        return []
    content = Sections(host, n_max_features, width)
    nodes = content.of_features() if registry in WITH_FEATURES else []
    return nodes + (content.of_labels() if registry in WITH_LABELS else [])


def feature_sections(host: Any, *, width: int | None = None) -> list[Node]:
    """Branches about features only."""
    return [] if host._state.adding else Sections(host, None, width).of_features()


def label_sections(host: Any, *, width: int | None = None) -> list[Node]:
    """The branch about labels only."""
    return [] if host._state.adding else Sections(host, None, width).of_labels()


class Sections:
    """The sections of one host.

    Parameters
    ----------
    host
        Saved record.
    n_max_features, width
        As in `sections`.
    """

    def __init__(self, host: Any, n_max_features: int | None, width: int | None) -> None:
        self.host = host
        self.using = host._state.db or "default"
        self.limit = N_MEMBERS if n_max_features is None else n_max_features
        self.widths = column_widths(None if width is None else width - GUIDES)
        self.current = CurrentValues(host, self.using)
        self.slots = read_members(host, self.limit, self.using)
        annotated = {*self.current.labels, *self.current.stored}
        wanted = set(annotated)
        for slot in self.slots:
            wanted.update(self.previewed(slot, annotated))
        self.features = features_by_id(wanted, self.using)
        self.names: Names = names_of_labels(
            self.current.all_labels, self.features, self.using, plain=True
        )
        dtypes = {f._dtype_str for f in self.features.values() if f._dtype_str}
        self.dtypes = displayed_dtypes(dtypes, self.using)

    def previewed(self, slot: Slot, annotated: set[int]) -> list[int]:
        """Features of a slot that are shown: rather those with values than others."""
        return sorted(slot.feature_ids, key=lambda id_: id_ not in annotated)[: self.limit]

    # -- features

    def of_features(self) -> list[Node]:
        """Features of the dataset by slot, then all others."""
        in_dataset = [slot for slot in self.slots if slot.name not in EXTERNAL_SLOTS]
        nodes = []
        if in_dataset:
            nodes.append(Node("Dataset features", [self.slot_node(slot) for slot in in_dataset]))
        measured = {id_ for slot in in_dataset for id_ in slot.feature_ids}
        declared = {id_ for slot in self.slots for id_ in slot.feature_ids}
        shown = {*self.current.labels, *self.current.stored, *declared} - measured
        others = [self.features[id_] for id_ in shown if id_ in self.features]
        if others:
            rows = self.categoricals_first(others)
            title = "External features" if self.has_external(in_dataset) else "Features"
            nodes.append(Node(title, [Node("\n".join(columns(rows, self.widths)))]))
        return nodes

    def categoricals_first(self, features: list[Any]) -> list[list[str]]:
        """Rows of features: those with labels first, each group sorted by name."""
        features.sort(key=lambda one: (not is_categorical(one), one.name))
        return [self.row(feature) for feature in features]

    def has_external(self, in_dataset: Sequence[Slot]) -> bool:
        """Whether to tell other features apart from those of the dataset."""
        if in_dataset:
            return True
        schema_id = getattr(self.host, "schema_id", None)
        if type(self.host).__name__ != "Artifact" or schema_id is None:
            return False
        components: Any = apps.get_model(CORE, "SchemaComponent")
        slots = components.objects.using(self.using).filter(slot="__external__")
        return bool(slots.filter(composite_id=schema_id).exists())

    def slot_node(self, slot: Slot) -> Node:
        """Header of a slot and its members."""
        itype = slot.schema.itype or "Feature"
        is_feature = itype.partition("[")[0] == "Feature"
        header = f"{slot.name} ({slot.schema.n_members or 0}{'' if is_feature else f' {itype}'})"
        if is_feature:
            annotated = {*self.current.labels, *self.current.stored}
            members = [self.features[id_] for id_ in self.previewed(slot, annotated)]
            rows = [self.row(one) for one in sorted(members, key=lambda one: str(one.name))]
        else:
            rows = [[name, slot.schema._dtype_str or ""] for name in sorted(slot.names)]
        n_hidden = (slot.schema.n_members or 0) - len(rows)
        if rows and n_hidden > 0:
            logger.warning(
                f"slot '{slot.name}' shows {len(rows)} of {slot.schema.n_members} members: pass "
                f"n_max_features to see more"
            )
        return Node("\n".join(columns([[header], *rows], self.widths)))

    def row(self, feature: Any) -> list[str]:
        """Name, dtype and values of a feature."""
        dtype = self.dtypes.get(feature._dtype_str, "")
        return [feature.name, dtype, abridged(self.values_of(feature))]

    def values_of(self, feature: Any) -> list[Any]:
        """Values of a feature in the order in which they are shown."""
        if feature.pk in self.current.labels:
            values = list(dict.fromkeys(self.current.values_of(feature, self.names)))
        elif feature.pk in self.current.stored:
            found = json_values(feature, self.current.stored[feature.pk])
            values = list(found) if isinstance(found, (list, set)) else [found]
        else:
            return []
        is_list = isinstance(parse(feature._dtype_str or "object"), ListDtype)
        return values if is_list else in_order(values)

    # -- labels

    def of_labels(self) -> list[Node]:
        """One row per relation to labels."""
        ids: dict[Any, set[int]] = {}
        for label in self.current.all_labels:
            ids.setdefault(label.registry, set()).add(label.value_id)
        rows = []
        for registry, table in label_tables(type(self.host)).items():
            keys = [(registry, None, id_) for id_ in sorted(ids.get(registry, ()))]
            names = [self.names[key] for key in keys if key in self.names]
            if names:
                rows.append([f".{table.accessor}", get_registry_name(registry), abridged(names)])
        return [Node("Labels", [Node("\n".join(columns(rows, self.widths)))])] if rows else []


def read_members(host: Any, limit: int, using: str) -> list[Slot]:
    """Slots of an artifact with their members; one query per registry of members."""
    if type(host).__name__ != "Artifact":
        return []
    slots = [Slot(link.slot, link.schema) for link in read_slots([host.pk], using)]
    by_registry: dict[Any, list[Slot]] = {}
    for slot in slots:
        by_registry.setdefault(member_registry(slot.schema.itype), []).append(slot)
    for registry, its_slots in by_registry.items():
        through, column = link_model(its_slots[0].schema, registry)
        links = through.objects.using(using).filter(
            schema_id__in={slot.schema.pk for slot in its_slots}
        )
        if registry.__name__ == "Feature":
            rows = links.order_by("pk").values_list("schema_id", f"{column}_id")
        else:
            number = Window(RowNumber(), partition_by=F("schema_id"), order_by=F("pk").asc())
            name = f"{column}__{name_field(registry) or 'uid'}"
            rows = links.annotate(_number=number).filter(_number__lte=limit)
            rows = rows.values_list("schema_id", name)
        members: dict[int, list[Any]] = {}
        for schema_id, member in rows:
            members.setdefault(schema_id, []).append(member)
        for slot in its_slots:
            found = members.get(slot.schema.pk, [])
            if registry.__name__ == "Feature":
                slot.feature_ids = found
            else:
                slot.names = [str(name or "") for name in found]
    return slots


def in_order(values: Iterable[Any]) -> list[Any]:
    """Values sorted; by their text if they cannot be compared."""
    values = list(values)
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=str)


def abridged(values: Sequence[Any]) -> str:
    """The first values, separated by commas."""
    texts = [str(value) for value in values[:N_VALUES]]
    return ", ".join([*texts, "..."] if len(values) > N_VALUES else texts)
