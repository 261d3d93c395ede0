"""`artifact.labels`: annotate with records of any registry, plain or as values of a feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import router, transaction
from django.db.models import Model

from lamindb.base.dtypes import parse
from lamindb.base.registries import get_registry_name
from lamindb.errors import ValidationError
from lamindb.models import describe
from lamindb.models.feature_dtypes import alternatives, find_registry

from . import writing
from .current_values import naming_field
from .links import label_tables
from .reading import dataset_features, read_labels, without_trash
from .resolve import not_allowed, resolve_values
from .term_texts import unexpected
from .values import COLLECTIONS, is_query_set

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.models.feature import Feature
    from lamindb.models.query_set import BasicQuerySet

    from .links import LinkTable


class LabelManager:
    """Labels of one artifact, collection, run or transform.

    Parameters
    ----------
    sqlrecord
        What is annotated.

    Examples
    --------
    >>> artifact.labels.add(ln.ULabel.get(name="DMSO"), feature=perturbation)
    >>> artifact.labels.get(perturbation).to_list("name")
    ['DMSO']
    """

    def __init__(self, sqlrecord: Any) -> None:
        self._host = sqlrecord

    @property
    def _using(self) -> str:
        return self._host._state.db or router.db_for_write(type(self._host))

    def add(self, records: Any, feature: Feature | None = None) -> None:
        """Annotate with records; links that are there already stay.

        Parameters
        ----------
        records
            Saved record, list of them, or query set; strings if a feature says what they mean.
        feature
            Feature whose values the records are.

        Raises
        ------
        ValueError
            The host is not saved, strings that mean no record, or records of a registry that it
            has no relation to.
        ValidationError
            A record or the feature is not saved, or the records cannot be values of the feature.
        TypeError
            The feature is no feature.

        Examples
        --------
        >>> artifact.labels.add(ln.ULabel.get(name="DMSO"))
        >>> artifact.labels.add("DMSO", feature=perturbation)
        """
        if self._host._state.adding:
            raise ValueError("Please save the artifact/collection before adding a label!")
        check_feature(feature)
        found = records_meant(records, feature, self._using)
        if not found:
            return
        tables = self._tables_for(found)
        if feature is not None:
            self._check_fit(feature, found)
        with transaction.atomic(using=self._using):
            if feature is None:
                for registry, table in tables.items():
                    of_registry = [record for record in found if type(record) is registry]
                    getattr(self._host, table.accessor).add(*of_registry)
            else:
                for registry, table in tables.items():
                    ids = [record.pk for record in found if type(record) is registry]
                    self._bind_plain_links(table, ids, feature)
                writing.link_labels(self._host, [(feature, r) for r in found], self._using)

    def get(
        self, feature: Feature, mute: bool = False, flat_names: bool = False
    ) -> BasicQuerySet | dict[str, BasicQuerySet] | list[Any]:
        """Labels that are values of a feature.

        Parameters
        ----------
        feature
            Categorical feature.
        mute
            Accepted for compatibility: nothing is printed.
        flat_names
            Whether to return what the labels are called instead.

        Returns
        -------
        A query set; if the dtype of the feature is a union, one per registry.

        Raises
        ------
        TypeError
            Not a feature.
        ValueError
            The feature is not categorical.

        Examples
        --------
        >>> artifact.labels.get(perturbation, flat_names=True)
        ['DMSO', 'IFNG']
        """
        if not is_feature(feature):
            raise TypeError(f"feature has to be a Feature, not {feature!r}")
        registries = registries_of(feature)
        if not registries:
            raise ValueError("feature does not have linked labels")
        tables = label_tables(type(self._host))
        found = {r: self._linked(tables[r], feature) for r in registries if r in tables}
        if flat_names:
            return [
                name
                for registry, rows in found.items()
                for _, name in rows.values_list("pk", naming_field(feature, registry))
            ]
        if len(registries) > 1:
            return {get_registry_name(registry): rows for registry, rows in found.items()}
        return found.get(registries[0], registries[0].objects.none())

    def add_from(self, data: Any, transfer_logs: dict[str, Any] | None = None) -> None:
        """Add the labels of another record, together with their features.

        Parameters
        ----------
        data
            Saved artifact, collection, run or transform of the same instance.
        transfer_logs
            Accepted for compatibility.

        Raises
        ------
        ValueError
            One of the two is not saved.

        Examples
        --------
        >>> artifact2.labels.add_from(artifact1)
        """
        if self._host._state.adding or data._state.adding:
            raise ValueError("Please save both records before copying labels!")
        tables = label_tables(type(self._host))
        present = read_labels(type(self._host), [self._host.pk], self._using)
        bound = {(label.registry, label.value_id, label.feature_id) for label in present}
        linked = {(label.registry, label.value_id) for label in present}
        rows: dict[Any, list[Any]] = {}
        source = label_tables(type(data))
        for label in read_labels(type(data), [data.pk], self._using):
            if label.registry not in tables or label.registry not in source:
                continue
            table = tables[label.registry]
            feature_id = label.feature_id if table.feature is not None else None
            key = (label.registry, label.value_id)
            if (*key, feature_id) in bound or (feature_id is None and key in linked):
                continue
            columns = {f"{table.host}_id": self._host.pk, f"{table.value}_id": label.value_id}
            if table.feature is not None:
                columns["feature_id"] = feature_id
            rows.setdefault(table.model, []).append(table.model(**columns))
        with transaction.atomic(using=self._using):
            for model, new in rows.items():
                model.objects.using(self._using).bulk_create(new, ignore_conflicts=True)

    def describe(self, return_str: bool = True) -> str | None:
        """Labels by relation.

        Parameters
        ----------
        return_str
            Return the text instead of printing it.

        Examples
        --------
        >>> print(artifact.labels.describe())
        """
        return describe.describe_labels(self._host, return_str=return_str)

    def __repr__(self) -> str:
        return str(self.describe())

    def _tables_for(self, records: Iterable[Any]) -> dict[Any, LinkTable]:
        """Link table per registry of the records."""
        tables = label_tables(type(self._host))
        for record in records:
            if type(record) not in tables:
                raise ValueError(
                    f"Can't add labels to {type(self._host)} record! It has no relation to "
                    f"{get_registry_name(type(record))}"
                )
        return {type(record): tables[type(record)] for record in records}

    def _check_fit(self, feature: Feature, records: list[Any]) -> None:
        """Refuse records that cannot be values of the feature."""
        dtype = str(feature._dtype_str)
        allowed = registries_of(feature)
        for registry in dict.fromkeys(type(record) for record in records):
            name = get_registry_name(registry)
            if registry not in allowed:
                raise ValidationError(
                    f"Label type {name} is not valid for Feature(name='{feature.name}', "
                    f"dtype='{dtype}'), consider a feature with dtype='{widened(dtype, name)}'"
                )
            if label_tables(type(self._host))[registry].feature is None:
                raise ValidationError(
                    f"{type(self._host).__name__} cannot have {name} labels for a feature, leave "
                    "out feature="
                )
        if unfit := not_allowed(dtype, records, self._using):
            raise ValidationError("\n".join(unexpected(unfit, dtype, str(feature.name))))
        host, ids = type(self._host), [self._host.pk]
        if (self._host.pk, feature.pk) in dataset_features(host, ids, self._using):
            raise ValidationError(
                "Cannot manually annotate a feature measured *within* the dataset. Please use a "
                "Curator."
            )

    def _bind_plain_links(self, table: LinkTable, ids: list[int], feature: Feature) -> None:
        """Give a plain link its feature where a label cannot be linked twice."""
        unique = table.model._meta.unique_together
        if (table.host, table.value) in unique:
            rows = table.model.objects.using(self._using).filter(
                **{f"{table.host}_id": self._host.pk, f"{table.value}_id__in": ids},
                feature__isnull=True,
            )
            rows.update(feature=feature)

    def _linked(self, table: LinkTable, feature: Feature) -> BasicQuerySet:
        """Records that are linked under a feature, without those in the trash."""
        rows = table.registry.objects.using(self._using)
        if table.feature is None:
            return rows.none()
        links = table.model.objects.using(self._using).filter(
            **{f"{table.host}_id": self._host.pk, "feature_id": feature.pk}
        )
        return without_trash(rows.filter(pk__in=links.values(f"{table.value}_id")))


class HasLabels:
    """Records that can be annotated with labels."""

    @property
    def labels(self) -> LabelManager:
        """Labels, plain or as values of features.

        Examples
        --------
        >>> artifact.labels.add(ln.ULabel.get(name="DMSO"), feature=perturbation)
        """
        return LabelManager(self)


def is_feature(value: Any) -> bool:
    """Whether a value is a feature."""
    return isinstance(value, apps.get_model("lamindb", "Feature"))


def registries_of(feature: Feature) -> list[Any]:
    """Registries whose records can be values of a feature; empty if it is not categorical."""
    found = alternatives(parse(feature._dtype_str or "object"))
    return list(dict.fromkeys(find_registry(one.registry) for one in found))


def widened(dtype: str, registry: str) -> str:
    """Dtype that allows one more registry."""
    return dtype.replace("]", f"|{registry}]", 1) if dtype.count("[") == 1 else f"cat[{registry}]"


def check_feature(feature: Any) -> None:
    """Refuse what labels cannot be values of."""
    if feature is None:
        return
    if not is_feature(feature):
        raise TypeError(f"feature has to be a Feature, not {feature!r}")
    if feature._state.adding:
        raise ValidationError(
            "Feature not validated. If it looks correct: "
            f"ln.Feature(name='{feature.name}', type='{feature._dtype_str}').save()"
        )
    if not registries_of(feature):
        raise ValidationError(
            f"Feature {feature.name} needs a categorical dtype for label annotation, currently "
            f"has dtype='{feature._dtype_str}'"
        )


def records_meant(records: Any, feature: Feature | None, using: str) -> list[Any]:
    """Saved records, each once; strings are looked up, also in public ontologies."""
    several = isinstance(records, COLLECTIONS) or is_query_set(records) or hasattr(records, "data")
    items = list(records) if several else [records]
    texts = [item for item in items if isinstance(item, str)]
    named = records_of_texts(texts, feature, using) if texts else {}
    found = []
    for item in items:
        record = named[item] if isinstance(item, str) else item
        if not isinstance(record, Model):
            raise ValueError(f"Please pass a record (a `SQLRecord` object), not {item!r}")
        if record._state.adding:
            raise ValidationError(f"{record} not validated. If it looks correct: record.save()")
        found.append(record)
    return list({(type(record), record.pk): record for record in found}.values())


def records_of_texts(texts: list[str], feature: Feature | None, using: str) -> dict[str, Any]:
    """Records that strings mean as values of a feature."""
    if feature is None:
        raise ValueError(
            "Please pass a feature, it says what strings mean: labels.add('…', feature=feature); "
            f"or pass records instead of {texts!r}"
        )
    resolution = resolve_values(str(feature._dtype_str), texts, using)
    found = dict(resolution.found)
    missing = resolution.missing
    for registry in registries_of(feature):
        column = naming_field(feature, registry)
        if missing and registry._meta.app_label != "lamindb":
            for record in registry.from_values(missing, field=column, mute=True).save():
                found[getattr(record, column)] = record
            missing = [text for text in missing if text not in found]
    for text, reason in resolution.ambiguous.items():
        raise ValueError(f"{reason}. Please pass a record instead of the string '{text}'")
    if missing:
        raise ValueError(
            "Please pass a record (a `SQLRecord` object), not a string, e.g., via: "
            f"label = ln.ULabel(name='{missing[0]}').save(): no record matches {missing!r}"
        )
    return found
