"""The values that one host has at the moment."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import ListDtype, SimpleDtype, parse
from lamindb.errors import ValidationError
from lamindb.models import schema_members
from lamindb.models.feature_dtypes import alternatives, find_registry
from lamindb.models.registry_fields import name_field

from .reading import (
    dataset_features,
    features_by_id,
    field_values,
    read_json,
    read_labels,
)
from .values import read_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.base.dtypes import Dtype

    from .reading import Label

Names = dict[tuple[Any, int | None, int], Any]
"""What labels are called, by registry, feature (None for plain labels) and primary key."""


class CurrentValues:
    """Everything that a host is annotated with, read once.

    Parameters
    ----------
    host
        Saved artifact, run or record.
    using
        Alias of the database.

    Attributes
    ----------
    all_labels
        Records as keys, plain labels too, in the order in which they were linked.
    labels
        The same by feature, without plain labels.
    stored
        Stored JSON values by feature.
    """

    def __init__(self, host: Any, using: str) -> None:
        self.host = host
        self.using = using
        self.all_labels = read_labels(type(host), [host.pk], using)
        self.labels: dict[int, list[Label]] = {}
        for label in self.all_labels:
            if label.feature_id is not None:
                self.labels.setdefault(label.feature_id, []).append(label)
        self.stored: dict[int, list[Any]] = {}
        has_values = getattr(host, "_queryable_by_feature", False)  # else only plain labels
        for row in read_json(type(host), [host.pk], using) if has_values else []:
            self.stored.setdefault(row.feature_id, []).append(row.value)

    @cached_property
    def features(self) -> dict[int, Any]:
        """Features by primary key."""
        return features_by_id([*self.labels, *self.stored], self.using)

    @cached_property
    def dataset_ids(self) -> set[int]:
        """Keys of the features that are measured within the dataset."""
        return {id_ for _, id_ in dataset_features(type(self.host), [self.host.pk], self.using)}

    def external_ids(self) -> list[int]:
        """Keys of the features that are not part of the dataset."""
        annotated = [*self.labels, *self.stored]
        return [id_ for id_ in dict.fromkeys(annotated) if id_ not in self.dataset_ids]

    def by_name(self, *, external_only: bool = False) -> dict[str, Any]:
        """Values by name: categorical features first, each group sorted by name."""
        names = names_of_labels(self.labelled(), self.features, self.using)
        hidden = self.dataset_ids if external_only else ()
        categorical, other = {}, {}
        for id_, feature in self.features.items():
            if id_ in hidden:
                continue
            if id_ in self.stored:
                other[feature.name] = json_values(feature, self.stored[id_])
            elif values := self.values_of(feature, names):
                categorical[feature.name] = together(feature, values)
        for feature, value in expected_values(self.host):
            group = categorical if alternatives(parse(feature._dtype_str)) else other
            group.setdefault(feature.name, value)
        return dict(sorted(categorical.items())) | dict(sorted(other.items()))

    def labelled(self) -> list[Label]:
        """Labels that are values of features."""
        return [label for label in self.all_labels if label.feature_id is not None]

    def values_of(self, feature: Any, names: Names) -> list[Any]:
        """What the labels of a feature are called; those in the trash are left out."""
        keys = [(label.registry, feature.pk, label.value_id) for label in self.labels[feature.pk]]
        return [names[key] for key in keys if key in names]


def expected_values(host: Any) -> list[tuple[Any, Any]]:
    """What a record is said to have without being annotated with it, by the schema of its type.

    The index is the name of the record; required features without a value are empty.
    """
    if type(host).__name__ != "Record" or host.type_id is None or host.type.schema_id is None:
        return []
    schema = host.type.schema
    index, optional = schema_members.index_uid(schema), schema_members.optional_uids(schema)
    expected = []
    for member in schema.members:
        if member.uid == index:
            expected.append((member, host.name))
        elif schema.minimal_set and member.uid not in optional and member.nullable is not False:
            expected.append((member, empty_value(parse(member._dtype_str or "object"))))
    return expected


def empty_value(dtype: Dtype) -> Any:
    """What stands for no value."""
    if isinstance(dtype, ListDtype):
        return []
    return {} if isinstance(dtype, SimpleDtype) and dtype.name == "dict" else None


def names_of_labels(
    labels: Iterable[Label], features: dict[Any, Any], using: str, *, plain: bool = False
) -> Names:
    """What labels are called; one query per registry.

    Parameters
    ----------
    labels
        Labels of any number of hosts.
    features
        Features by primary key: their dtypes say which field names their values.
    using
        Alias of the database.
    plain
        Whether the names of labels themselves are wanted too, under the feature None.

    Returns
    -------
    Names by registry, feature and primary key; labels in the trash are missing.
    """
    ids: dict[Any, set[int]] = {}
    used: dict[Any, set[int | None]] = {}
    for label in labels:
        ids.setdefault(label.registry, set()).add(label.value_id)
        used.setdefault(label.registry, {None} if plain else set()).add(label.feature_id)
    names: Names = {}
    for registry, wanted in ids.items():
        fields = {id_: naming_field(features.get(id_), registry) for id_ in used[registry]}
        columns = list(dict.fromkeys([*fields.values(), "uid"]))
        rows = field_values(registry, wanted, columns, using)
        uid = columns.index("uid")
        for id_, column in fields.items():
            position = columns.index(column)
            for key, row in rows.items():
                name = row[position]
                names[registry, id_, key] = row[uid] if name is None else name
    return names


def naming_field(feature: Any | None, registry: Any) -> str:
    """Field of a registry by which a feature, or without one everybody, names its records."""
    for alternative in alternatives(parse(feature._dtype_str)) if feature is not None else ():
        if find_registry(alternative.registry) is registry and alternative.field:
            return alternative.field
    return name_field(registry) or "uid"


def together(feature: Any, values: list[Any]) -> Any:
    """One value, a set of several, or a list where the dtype says so."""
    if isinstance(parse(feature._dtype_str), ListDtype):
        return values
    return values[0] if len(values) == 1 else set(values)


def json_values(feature: Any, stored: list[Any]) -> Any:
    """Values of a feature that is not categorical.

    Raises
    ------
    ValidationError
        The feature is categorical, so that its values cannot be here.
    """
    dtype = parse(feature._dtype_str or "object")
    if alternatives(dtype):
        raise ValidationError(
            f"invalid entry for feature '{feature.name}': it has the categorical dtype "
            f"{feature._dtype_str}, but a plain value is stored: {stored[0]!r}"
        )
    values = [read_value(dtype, value) for value in stored]
    if isinstance(dtype, ListDtype):
        return [item for value in values for item in value]
    if len(values) == 1:
        return values[0]
    return values if any(isinstance(v, (dict, list)) for v in values) else set(values)
