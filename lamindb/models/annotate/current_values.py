"""The values that one host has at the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.dtypes import ListDtype, parse
from lamindb.errors import ValidationError
from lamindb.models.feature_dtypes import alternatives, find_registry
from lamindb.models.record_list import SQLRecordList
from lamindb.models.registry_fields import name_field

from .reading import dataset_features, features_by_id, field_values, read_json, read_labels
from .values import read_value

if TYPE_CHECKING:
    from .reading import Label


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
    labels
        Records by feature, as keys.
    stored
        Stored JSON values by feature.
    features
        Features by primary key.
    """

    def __init__(self, host: Any, using: str) -> None:
        self.host = host
        self.using = using
        self.labels: dict[int, list[Label]] = {}
        for label in read_labels(type(host), [host.pk], using):
            if label.feature_id is not None:
                self.labels.setdefault(label.feature_id, []).append(label)
        self.stored: dict[int, list[Any]] = {}
        for row in read_json(type(host), [host.pk], using):
            self.stored.setdefault(row.feature_id, []).append(row.value)
        self.features = features_by_id([*self.labels, *self.stored], using)
        self.dataset_ids = {id_ for _, id_ in dataset_features(type(host), [host.pk], using)}

    def external_ids(self) -> list[int]:
        """Keys of the features that are not part of the dataset."""
        return [id_ for id_ in self.features if id_ not in self.dataset_ids]

    def by_name(self, *, external_only: bool = False) -> dict[str, Any]:
        """Values by name: categorical features first, each group sorted by name."""
        names = self.names_of_labels()
        categorical, other = {}, {}
        for id_, feature in self.features.items():
            if external_only and id_ in self.dataset_ids:
                continue
            if id_ in self.labels:
                values = [
                    v for label in self.labels[id_] if (v := names.get(key_of(label))) is not None
                ]
                if values:
                    categorical[feature.name] = together(feature, values)
            else:
                other[feature.name] = json_values(feature, self.stored[id_])
        return dict(sorted(categorical.items())) | dict(sorted(other.items()))

    def names_of_labels(self) -> dict[tuple[Any, int, int], Any]:
        """What labels are called, by registry, feature and key; one query per registry."""
        fields: dict[Any, dict[int, str]] = {}
        ids: dict[Any, set[int]] = {}
        for feature_id, labels in self.labels.items():
            for label in labels:
                name = naming_field(self.features[feature_id], label.registry)
                fields.setdefault(label.registry, {})[feature_id] = name
                ids.setdefault(label.registry, set()).add(label.value_id)
        found = {}
        for registry, by_feature in fields.items():
            columns = list(dict.fromkeys(by_feature.values()))
            rows = field_values(registry, ids[registry], columns, self.using)
            for feature_id, name in by_feature.items():
                position = columns.index(name)
                for key, row in rows.items():
                    found[registry, feature_id, key] = row[position]
        return found

    def of_feature(self, feature: Any) -> Any:
        """Record, value, set of records, or list; an empty dictionary if there is none."""
        is_list = isinstance(parse(feature._dtype_str or "object"), ListDtype)
        if feature.pk in self.stored:
            return json_values(feature, self.stored[feature.pk])
        labels = self.labels.get(feature.pk, [])
        if not labels:
            return {}
        ids: dict[Any, list[int]] = {}
        for label in labels:
            ids.setdefault(label.registry, []).append(label.value_id)
        records = [r for registry, keys in ids.items() for r in self.records(registry, keys)]
        if is_list or len(ids) > 1:
            return SQLRecordList(records)
        if len(records) == 1:
            return records[0]
        registry = next(iter(ids))
        return registry.objects.using(self.using).filter(pk__in=[r.pk for r in records])

    def records(self, registry: Any, ids: list[int]) -> list[Any]:
        """Records in the order of their keys."""
        found = registry.objects.using(self.using).in_bulk(ids)
        return [found[id_] for id_ in ids if id_ in found]


def key_of(label: Label) -> tuple[Any, Any, int]:
    """Key of a label in `names_of_labels`."""
    return label.registry, label.feature_id, label.value_id


def naming_field(feature: Any, registry: Any) -> str:
    """Field of a registry by which a feature names its values."""
    for alternative in alternatives(parse(feature._dtype_str)):
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
