"""Writing what validation found in a dataset: labels, feature sets by slot, external values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction

from lamindb.base.log import logger
from lamindb.setup.session_settings import settings

from . import writing
from .current_values import CurrentValues
from .links import link_tables, registry_of
from .writing import Plan

if TYPE_CHECKING:
    from lamindb.models.artifact import Artifact
    from lamindb.models.feature import Feature
    from lamindb.models.schema import Schema


LabelsOfFeature = tuple[Any, dict[Any, list[int]]]
"""Feature, and keys of the records that are its values by registry."""


@dataclass(frozen=True)
class FeatureSet:
    """Identifiers of a slot that are validated: columns, keys or names of variables.

    Attributes
    ----------
    members
        Their records, in order and without the index.
    schema
        Schema that the slot was validated with.
    index
        Feature of the index.
    """

    members: list[Any]
    schema: Schema
    index: Feature | None = None

    def __len__(self) -> int:
        return len(self.members) + (self.index is not None)

    def saved_schema(self, using: str) -> Schema:
        """Schema of exactly these members, an existing one if there is one.

        Very large sets are not listed, their number has to do.
        """
        registry: Any = apps.get_model("lamindb", "Schema")
        inherited = ("itype", "minimal_set", "maximal_set", "ordered_set", "coerce")
        options = {name: getattr(self.schema, name) for name in inherited}
        found = registry(features=self.members or None, index=self.index, flexible=False, **options)
        if found._state.adding and len(self) > settings.annotation.n_max_records:
            found = registry(n_members=len(self), flexible=False, **options)
        return found.save(using=using) if found._state.adding else found


@dataclass
class DatasetPlan(Plan):
    """What is to be written for an artifact whose dataset was validated.

    Attributes
    ----------
    feature_sets
        By slot.
    dataset_labels
        Keys of records that are values in the dataset, by feature and registry.
    replaces_external
        Whether `values` and `labels` replace all external annotations.
    replaces_dataset
        Whether feature sets and labels replace those of earlier content.
    """

    feature_sets: dict[str, FeatureSet] = field(default_factory=dict)
    dataset_labels: list[LabelsOfFeature] = field(default_factory=list)
    replaces_external: bool = False
    replaces_dataset: bool = False


def annotate(artifact: Artifact, plan: Plan, using: str) -> None:
    """Write everything that waits for the row of an artifact; links that exist stay.

    Examples
    --------
    >>> annotate(artifact, DatasetPlan(dataset_labels=[(dose, {ln.ULabel: [1]})]), "default")
    """
    with transaction.atomic(using=using):
        if isinstance(plan, DatasetPlan):
            if plan.replaces_dataset:
                forget_dataset(artifact, using)
            link_feature_sets(artifact, plan.feature_sets, using)
            if plan.replaces_external:
                external = CurrentValues(artifact, using).external_ids()
                writing.remove(artifact, external, using)
            link_labels(artifact, plan.dataset_labels, using)
        writing.write(artifact, plan, using)


def forget_dataset(artifact: Artifact, using: str) -> None:
    """Unlink the feature sets of a dataset, and the records that are values of their features."""
    writing.remove(artifact, CurrentValues(artifact, using).dataset_ids, using)
    links: Any = apps.get_model("lamindb", "ArtifactSchema")
    links.objects.using(using).filter(artifact=artifact.pk).delete_rows()


def link_labels(artifact: Artifact, labels: list[LabelsOfFeature], using: str) -> None:
    """Link the records that are values in the dataset; features with very many are left out.

    One statement per link table.
    """
    n_max = settings.annotation.n_max_records
    rows: dict[Any, list[Any]] = {}
    for feature, ids in labels:
        n_records = sum(map(len, ids.values()))
        if n_records > n_max:
            logger.important(
                f"not annotating with {n_records} labels for feature {feature.name} as it "
                f"exceeds {n_max} (ln.settings.annotation.n_max_records)"
            )
            continue
        for table, keys in tables_of(artifact, ids):
            columns = {f"{table.host}_id": artifact.pk, f"{table.feature}_id": feature.pk}
            new = rows.setdefault(table.model, [])
            new += [table.model(**columns, **{f"{table.value}_id": key}) for key in keys]
    for model, new in rows.items():
        model.objects.using(using).bulk_create(new, ignore_conflicts=True)


def tables_of(artifact: Artifact, ids: dict[Any, list[int]]) -> list[tuple[Any, list[int]]]:
    """Link tables for keys by registry; registries that artifacts have no link to are left out."""
    tables = link_tables(registry_of(artifact))
    found = [(tables.get(registry), keys) for registry, keys in ids.items()]
    return [(table, keys) for table, keys in found if table is not None and table.feature]


def link_feature_sets(artifact: Artifact, feature_sets: dict[str, FeatureSet], using: str) -> None:
    """Link the schemas of feature sets; one that is in the same slot is replaced."""
    links: Any = apps.get_model("lamindb", "ArtifactSchema")
    rows = [
        links(artifact=artifact, slot=slot, schema=feature_set.saved_schema(using))
        for slot, feature_set in feature_sets.items()
        if len(feature_set)
    ]
    if rows:
        links.objects.using(using).bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["artifact", "slot"],
            update_fields=["schema"],
        )
