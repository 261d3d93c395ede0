"""`artifact.features`, `run.features`, `record.features`: annotate with values of features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import router, transaction

from lamindb.base.dtypes import ListDtype, parse
from lamindb.base.log import logger
from lamindb.errors import InvalidArgument, ValidationError
from lamindb.models import describe
from lamindb.models.feature_dtypes import alternatives
from lamindb.models.record_list import SQLRecordList

from . import writing
from .current_values import CurrentValues, json_values
from .declared import declare
from .external import coerces, external_schema, updated
from .feature_names import features_by_name
from .preparing import prepare, resolve_keys
from .reading import read_slots, records_of_labels
from .rules import rules_for

if TYPE_CHECKING:
    from lamindb.models.feature import Feature
    from lamindb.models.schema import Schema


class FeatureManager:
    """Values of features of one artifact, run or record.

    Parameters
    ----------
    sqlrecord
        What is annotated.

    Examples
    --------
    >>> artifact.features.add_values({"temperature": 21.6, "experiment": "Experiment 1"})
    >>> artifact.features.get_values()
    {'experiment': 'Experiment 1', 'temperature': 21.6}
    """

    def __init__(self, sqlrecord: Any) -> None:
        self._host = sqlrecord

    @property
    def _using(self) -> str:
        return self._host._state.db or router.db_for_write(type(self._host))

    # -- writing

    def add(self, features: Feature | list[Feature], slot: str | None = None) -> None:
        """Declare that the artifact measures features, without their values.

        Parameters
        ----------
        features
            Saved feature, or several.
        slot
            Part of the dataset, default: `columns` for data frames, else `external`.

        Raises
        ------
        TypeError
            Not features, or no artifact.
        ValueError
            A feature that is not saved.
        ValidationError
            The artifact is not saved, or the members of the slot are no features.

        Examples
        --------
        >>> artifact.features.add(ln.Feature.get(name="gc_content"))
        >>> artifact.features.slots
        {'columns': Schema(…)}
        """
        self._check_saved()
        if type(self._host).__name__ != "Artifact":
            raise TypeError(
                f"only artifacts measure features, use {type(self._host).__name__.lower()}"
                ".features.set_values(…)"
            )
        declare(self._host, features, slot, self._using)

    def add_values(
        self, values: dict[str | Feature, Any], feature_field: Any = None, schema: Any = None
    ) -> None:
        """Annotate with values of features; what is there already stays.

        Parameters
        ----------
        values
            Values by feature or by name of a feature; missing values are left out.
        feature_field
            Only the name of features is supported.
        schema
            Schema whose features are meant if names are ambiguous.

        Raises
        ------
        ValidationError
            Unknown features, or values that do not fit; nothing is written.

        Examples
        --------
        >>> artifact.features.add_values({"temperature": 21.6})
        """
        self._check_host("add")
        check_field(feature_field)
        rules = rules_for(self._host, schema)
        by_feature = resolve_keys(values, rules.schema)
        rules.check_members(by_feature)
        self._check_to_many(by_feature)
        plan = prepare(self._host, by_feature, "add", coerce=coerces(rules.schema))
        writing.write(self._host, self._extended(plan), self._using)

    def set_values(
        self, values: dict[str | Feature, Any], feature_field: Any = None, schema: Any = None
    ) -> None:
        """Replace all external annotations; those of the dataset's own features stay.

        Parameters
        ----------
        values
            Values by feature or by name of a feature; an empty dictionary removes everything.
        feature_field
            Only the name of features is supported.
        schema
            Schema that the keys have to be members of.

        Raises
        ------
        ValidationError
            Unknown features, keys outside of the schema, or values that do not fit; nothing is
            changed.

        Examples
        --------
        >>> artifact.features.set_values({"temperature": 22.6})
        """
        self._check_host("set")
        check_field(feature_field)
        rules = rules_for(self._host, schema)
        by_feature = resolve_keys(values, rules.schema)
        rules.check(by_feature)
        plan = prepare(self._host, by_feature, "set", coerce=coerces(rules.schema))
        current = CurrentValues(self._host, self._using)
        with transaction.atomic(using=self._using):
            writing.remove(self._host, current.external_ids(), self._using)
            writing.write(self._host, plan, self._using)

    def update_values(
        self, values: dict[str | Feature, Any], feature_field: Any = None, schema: Any = None
    ) -> None:
        """Replace the values of the given features only; a missing value removes.

        Parameters
        ----------
        values
            Values by feature or by name of a feature.
        feature_field
            Only the name of features is supported.
        schema
            Schema that the keys have to be members of.

        Raises
        ------
        ValidationError
            As in `set_values`; a schema has to hold for the complete resulting set.
        ValueError
            The values of the feature are in the dataset itself.

        Examples
        --------
        >>> artifact.features.update_values({"temperature": 22.6})
        """
        self._check_host("update")
        check_field(feature_field)
        rules = rules_for(self._host, schema)
        by_feature = resolve_keys(values, rules.schema)
        if not by_feature:
            return
        rules.check_members(by_feature)
        current = CurrentValues(self._host, self._using)
        check_not_measured(by_feature, current)
        if not rules.is_given:
            rules.check(updated(current, by_feature))
        plan = prepare(self._host, by_feature, "update", coerce=coerces(rules.schema))
        with transaction.atomic(using=self._using):
            writing.remove(self._host, [feature.pk for feature in by_feature], self._using)
            writing.write(self._host, plan, self._using)

    def remove_values(self, feature: Any = None, *, value: Any = None) -> None:
        """Remove values.

        Parameters
        ----------
        feature
            Name, feature, list of these, or dictionary with the value to remove per feature
            (None for all values); None for all external features.
        value
            Remove only this value: a record if the feature is categorical.

        Raises
        ------
        ValidationError
            No feature has this name.
        ValueError
            The feature is one of the dataset.
        TypeError
            A categorical feature, and the value is no record.

        Examples
        --------
        >>> artifact.features.remove_values("temperature")
        """
        self._check_host("remove")
        current = CurrentValues(self._host, self._using)
        if feature is None:
            writing.remove(self._host, current.external_ids(), self._using)
            return
        with transaction.atomic(using=self._using):
            for one, wanted in resolve_keys(pairs_to_remove(feature, value)).items():
                if one.pk in current.dataset_ids:
                    raise ValueError("Cannot remove values for dataset features.")
                if not self._remove(one, wanted):
                    which = "" if wanted is None else f"with value {wanted} "
                    logger.warning(
                        f"no feature '{one.name}' {which}found on "
                        f"{type(self._host).__name__.lower()} '{self._host.uid}'!"
                    )

    def _remove(self, feature: Feature, value: Any) -> int:
        if value is None:
            return writing.remove(self._host, [feature.pk], self._using)
        if alternatives(parse(feature._dtype_str or "object")):
            if not hasattr(value, "_state"):
                raise TypeError(
                    f"Expected a record for removing categorical feature value, got {value!r}"
                )
            return writing.remove_label(self._host, feature, value, self._using)
        plan = prepare(self._host, {feature: value}, "remove")
        return sum(writing.remove_value(self._host, f, v, self._using) for f, v in plan.values)

    # -- reading

    def get_values(self, external_only: bool = False) -> dict[str, Any]:
        """Values by name of the feature: categorical features first, each group sorted.

        Parameters
        ----------
        external_only
            Leave out the features of the dataset itself.

        Returns
        -------
        A single value, a set of several, or a list for features with a list dtype.

        Examples
        --------
        >>> artifact.features.get_values()
        {'perturbation': {'DMSO', 'IFNG'}, 'temperature': 21.6}
        """
        self._check_saved()
        return CurrentValues(self._host, self._using).by_name(external_only=external_only)

    def __getitem__(self, name: str) -> Any:
        self._check_saved()
        found = features_by_name([name], self._using)
        if name not in found:
            raise ValidationError(f"Feature with name {name} not found")
        return value_of(CurrentValues(self._host, self._using), found[name])

    @property
    def slots(self) -> dict[str, Schema]:
        """Feature sets by slot of the dataset, say `{"columns": Schema(…)}`."""
        if self._host._state.adding or type(self._host).__name__ != "Artifact":
            return {}
        return {link.slot: link.schema for link in read_slots([self._host.pk], self._using)}

    def describe(self, return_str: bool = False) -> str | None:
        """Features of the dataset and other features, with their values.

        Parameters
        ----------
        return_str
            Return the text instead of printing it.

        Examples
        --------
        >>> artifact.features.describe()
        """
        return describe.describe_features(self._host, return_str=return_str)

    def __repr__(self) -> str:
        return str(self.describe(return_str=True))

    # -- checks

    def _check_saved(self) -> None:
        if self._host._state.adding:
            name = type(self._host).__name__.lower()
            raise ValidationError(f"Please save the {name} before annotating it: {name}.save()")

    def _check_host(self, verb: str) -> None:
        """Refuse unsaved hosts, and single values where a schema rules over all of them."""
        self._check_saved()
        if verb in ("add", "remove") and external_schema(self._host) is not None:
            raise ValueError(f"Cannot {verb} values if artifact has external schema.")

    def _check_to_many(self, values: dict[Feature, Any]) -> None:
        """Refuse to add to features of records that have one value."""
        if type(self._host).__name__ != "Record":
            return
        single = [
            f.name for f in values if not isinstance(parse(f._dtype_str or "object"), ListDtype)
        ]
        if single:
            raise ValidationError(
                f"Cannot use add_values() for to-one features on a Record: {single}. Use "
                "set_values() to replace all feature annotations."
            )

    def _extended(self, plan: writing.Plan) -> writing.Plan:
        """Append to the lists of a record, which keeps one list per feature."""
        if type(self._host).__name__ != "Record" or not plan.values:
            return plan
        stored = CurrentValues(self._host, self._using).stored
        plan.values = [
            (f, [*(stored.get(f.pk, [[]])[0]), *v]) if isinstance(v, list) else (f, v)
            for f, v in plan.values
        ]
        return plan


def check_field(feature_field: Any) -> None:
    """Refuse to find features by anything but their name."""
    field = getattr(getattr(feature_field, "field", None), "name", feature_field)
    if field not in (None, "name"):
        raise InvalidArgument(
            f"features are found by name, not by '{field}': pass Feature objects as keys instead"
        )


def check_not_measured(values: dict[Feature, Any], current: CurrentValues) -> None:
    """Refuse to replace the labels of the dataset itself."""
    for feature in values:
        if feature.pk in current.dataset_ids and feature.pk in current.labels:
            raise ValueError(
                f"Cannot update values for dataset features: '{feature.name}' is measured within "
                "the dataset. Validate the dataset again instead."
            )


def value_of(current: CurrentValues, feature: Feature) -> Any:
    """Record, value, set of records, or list; an empty dictionary if there is none."""
    if feature.pk in current.stored:
        return json_values(feature, current.stored[feature.pk])
    records = records_of_labels(current.labels.get(feature.pk, []), current.using)
    if not records:
        return {}
    registries = {type(record) for record in records}
    if len(registries) > 1 or isinstance(parse(feature._dtype_str or "object"), ListDtype):
        return SQLRecordList(records)
    if len(records) == 1:
        return records[0]
    rows = type(records[0]).objects.using(current.using)
    return rows.filter(pk__one_of={record.pk for record in records})


def pairs_to_remove(feature: Any, value: Any) -> dict[Any, Any]:
    """What is to be removed, per feature."""
    if isinstance(feature, dict):
        return feature
    features = feature if isinstance(feature, (list, tuple, SQLRecordList)) else [feature]
    return dict.fromkeys(features, value)
