"""Sets of records: `BasicQuerySet` behaves like Django's, `QuerySet` adds the default filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from lamindb.base.registries import get_registry_name
from lamindb.errors import MultipleObjectsReturned, ObjectDoesNotExist

from . import curation, dataframe, deletion, describe, lookup, related
from .annotate.predicates import ComparableFeature, FeatureOrdering, ordered_by_feature
from .availability import require_tables
from .current import TRASH_BRANCH_ID
from .expressions import (
    branch_filter,
    condition_text,
    is_lifted,
    prefix_condition,
    resolve,
    resolve_queries,
    translate_aliases,
)
from .ports import port
from .query_aliases import warn_deprecated
from .registry_fields import has_field, name_field

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from lamindb.base.types import ListLike, StrField

    from .inspect_result import InspectResult
    from .lookup import Lookup
    from .sqlrecord import BaseSQLRecord

T = TypeVar("T", bound="BaseSQLRecord")


class BasicQuerySet(models.QuerySet):
    """Records as Django queries them, with LaminDB's ways to get them out."""

    def one(self) -> BaseSQLRecord:
        """The only record of the set.

        Raises
        ------
        ObjectDoesNotExist
            The set is empty.
        MultipleObjectsReturned
            The set has more than one record.
        """
        record = self.one_or_none()
        if record is None:
            raise ObjectDoesNotExist(
                f"No {get_registry_name(self.model)} matches {self._condition()}"
            )
        return record

    def one_or_none(self) -> BaseSQLRecord | None:
        """The only record of the set, or None.

        Raises
        ------
        MultipleObjectsReturned
            The set has more than one record.
        """
        records = list(self[:2]) if self._result_cache is None else self._result_cache
        if len(records) > 1:
            raise MultipleObjectsReturned(
                f"More than one {get_registry_name(self.model)} matches {self._condition()}, "
                "use .first() or a narrower filter"
            )
        return records[0] if records else None

    def get(self, idlike: Any = None, *queries: Any, **expressions: Any) -> BaseSQLRecord:
        """Exactly one record of the set.

        Parameters
        ----------
        idlike
            Primary key, uid, the beginning of a uid, or a `ln.Q` object.
        queries
            Further `ln.Q` objects.
        expressions
            Fields and paths across relations with Django's comparators.

        Raises
        ------
        DoesNotExist
            No record matches.
        MultipleObjectsReturned
            Several records match.

        Examples
        --------
        >>> artifact.ulabels.get(name="control")
        """
        if isinstance(idlike, (int, str)):
            return self._get_by_idlike(idlike)
        return super().get(*(() if idlike is None else (idlike,)), *queries, **expressions)

    def first(self) -> BaseSQLRecord | None:
        """The first record by the order of the set, else by primary key; None if empty."""
        return super().first()

    def latest_version(self) -> BasicQuerySet:
        """Restrict a set of versioned records to the latest version of each family.

        Raises
        ------
        FieldError
            The registry has no versions.

        Examples
        --------
        >>> ln.Artifact.filter(suffix=".parquet").latest_version().to_dataframe()
        """
        return self.filter(is_latest=True)

    def to_list(self, field: str | None = None) -> list[Any]:
        """All records, or the values of one field.

        Parameters
        ----------
        field
            Name of a field, or a path across relations such as `"created_by__handle"`.

        Examples
        --------
        >>> ln.ULabel.filter(is_type=False).to_list("name")
        ['control', 'treated']
        """
        if field is None:
            return list(self)
        if self.query.distinct:  # records are distinct, their values need not be
            return [value for _, value in self.values_list("pk", field)]
        return list(self.values_list(field, flat=True))

    def to_dataframe(
        self,
        *,
        include: str | list[str] | None = None,
        features: str | list[str] | bool | None = None,
        limit: int | None = 20,
        order_by: str | None = "-id",
    ) -> pd.DataFrame:
        """Records as a data frame, newest first.

        Parameters
        ----------
        include
            Paths across relations (`"created_by__handle"`, `"ulabels__name"`), further fields,
            `"privates"`, or `"features"`: values of features that are no labels, or labels of
            `ULabel` and `Record`.
        features
            Names of features to show, `"queryset"` for all features that any of the records has,
            or True for the same as `include="features"`.
        limit
            Maximum number of rows, None for all.
        order_by
            Field to order by unless the set is ordered; `-` in front reverses.

        Examples
        --------
        >>> ln.Artifact.filter(suffix=".parquet").to_dataframe(include="created_by__handle")
        >>> ln.Artifact.to_dataframe(include="features")
        """
        return dataframe.to_dataframe(
            self, include=include, features=features, limit=limit, order_by=order_by
        )

    def df(self, include: Any = None, features: Any = None) -> pd.DataFrame:
        """Deprecated alias of `to_dataframe`."""
        warn_deprecated("df", "to_dataframe")
        return self.to_dataframe(include=include, features=features)

    def describe(self, return_str: bool = False) -> str | None:
        """Fields of the registry."""
        return describe.describe_registry(self.model, return_str=return_str)

    def search(self, string: str, **kwargs: Any) -> BasicQuerySet:
        """Records of the set that contain a string, best matches first; see `Registry.search`.

        Examples
        --------
        >>> ln.Artifact.filter(suffix=".jpg").search("my image")
        """
        return port("search")(self, string, **kwargs)

    def lookup(self, field: StrField | None = None, **kwargs: Any) -> Lookup:
        """Records of the set as attributes, for auto-completion; see `Registry.lookup`.

        Examples
        --------
        >>> ln.ULabel.filter(type=perturbation).lookup().dmso
        """
        return lookup.lookup(self, field, **kwargs)

    def validate(
        self, values: ListLike, field: StrField | None = None, **kwargs: Any
    ) -> np.ndarray:
        """Check which values are terms of these records; see `CanCurate.validate`.

        Examples
        --------
        >>> ln.ULabel.filter(type=perturbation).validate(["DMSO", "IFNJ"])
        array([ True, False])
        """
        return curation.validate(self, values, field, **kwargs)

    def inspect(
        self, values: ListLike, field: StrField | None = None, **kwargs: Any
    ) -> InspectResult:
        """Check which values are terms of these records; see `CanCurate.inspect`."""
        return curation.inspect(self, values, field, **kwargs)

    def standardize(
        self, values: ListLike, field: StrField | None = None, **kwargs: Any
    ) -> list[str] | dict[str, str]:
        """Replace synonyms by terms of these records; see `CanCurate.standardize`."""
        return curation.standardize(self, values, field, **kwargs)

    def delete(
        self, *args: Any, permanent: bool | None = None, **kwargs: Any
    ) -> tuple[int, dict[str, int]] | None:
        """Move the records to the trash, or delete them for good with `permanent=True`.

        Parameters
        ----------
        permanent
            True deletes rows; None and False move to the trash where the registry has one.
        """
        return deletion.delete_queryset(self, *args, permanent=permanent, **kwargs)

    def delete_rows(self) -> tuple[int, dict[str, int]]:
        """Delete the rows as Django does, with cascades and protections."""
        return super().delete()

    def update(self, **kwargs: Any) -> int:
        """Update fields of all records, and their `updated_at`."""
        if has_field(self.model, "updated_at") and "updated_at" not in kwargs:
            kwargs["updated_at"] = models.functions.Now()
        return super().update(**kwargs)

    # as in Django: on a related manager these would delete records instead of links to them
    delete.queryset_only = True  # type: ignore[attr-defined]
    delete_rows.queryset_only = True  # type: ignore[attr-defined]

    def _filter_or_exclude(
        self, negate: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> BasicQuerySet:
        """Understand the names of the registry besides those of fields, say `version`."""
        conditions, kwargs = translate_aliases(self.model, kwargs)
        return super()._filter_or_exclude(negate, (*args, *conditions), kwargs)

    def _condition(self) -> str:
        """The condition of the set, for messages."""
        return "the query"

    def _get_by_idlike(self, idlike: int | str) -> BaseSQLRecord:
        """Record of a primary key, or of a uid or its beginning, on any branch."""
        if isinstance(idlike, int):
            return self._only(list(models.QuerySet.filter(self, pk=idlike)[:2]), f"id={idlike}")
        return self._get_by_uid(idlike)

    def _only(self, records: list[BaseSQLRecord], asked_for: str) -> BaseSQLRecord:
        name = get_registry_name(self.model)
        if not records:
            raise self.model.DoesNotExist(f"No {name} matches {asked_for}")
        if len(records) > 1:
            raise self.model.MultipleObjectsReturned(
                f"More than one {name} matches {asked_for}; use .filter({asked_for})"
            )
        return records[0]

    def _get_by_uid(self, uid: str) -> BaseSQLRecord:
        """Record whose uid starts with the string; the latest version of a family."""
        if not has_field(self.model, "uid"):
            raise self.model.DoesNotExist(f"{get_registry_name(self.model)} has no uids")
        matches = models.QuerySet.filter(self, self._uid_condition(uid))
        stem_length = getattr(self.model, "_len_stem_uid", None)
        if stem_length is not None and len(uid) <= stem_length:
            ordered = matches.order_by("-is_latest", "-created_at", "-id")
            records = list(ordered[:1])
        else:
            records = list(matches[:2])
        if not records:
            name = name_field(self.model) or "uid"
            raise ObjectDoesNotExist(
                f"No {get_registry_name(self.model)} has a uid that starts with '{uid}'. "
                f"Did you forget a keyword as in {self.model.__name__}.get({name}='{uid}')?"
            )
        return self._only(records, f"uid='{uid}'")

    def _uid_condition(self, uid: str) -> models.Q:
        full_length = getattr(self.model, "_len_full_uid", None)
        if full_length is not None and len(uid) == full_length:
            return models.Q(uid=uid)
        from django.db import connections

        return prefix_condition("uid", uid, connections[self.db].vendor)

    def __repr__(self) -> str:
        kind = "Artifact" if self.model.__name__ == "Artifact" else ""
        return super().__repr__().replace("<", f"<{kind}", 1)


class QuerySet(BasicQuerySet):
    """Records on the visible branches; unknown names are explained."""

    _asked_for: tuple[Any, ...] = ()
    _branches_decided = False

    def _clone(self) -> QuerySet:
        clone = super()._clone()
        clone._asked_for = self._asked_for
        clone._branches_decided = self._branches_decided
        return clone

    def filter(self, *queries: Any, **expressions: Any) -> QuerySet:
        """Restrict the set.

        Parameters
        ----------
        queries
            `ln.Q` objects and conditions on features (`temperature > 21`).
        expressions
            Fields and paths across relations with Django's comparators (`name__startswith="a"`);
            `branch=None` shows all branches. Artifacts, runs and records can also be filtered by
            the names of features, and by keys inside of dictionaries (`assay__depth__gt=3`).

        Raises
        ------
        FieldError
            Unknown field, or a string for a relation.

        Examples
        --------
        >>> ln.Artifact.filter(suffix=".parquet", size__gt=1e6, created_by__handle="anonymous")
        """
        asked_for = (*self._asked_for, *queries, *expressions.items())
        expressions = dict(expressions)
        decided = is_lifted(expressions) or self._branches_decided
        branches = None if decided else branch_filter(self.model, queries, expressions)
        queries = tuple(resolve_queries(self.model, queries))
        conditions, expressions = resolve(self.model, expressions, self.query.annotations)
        if branches is not None:
            conditions.append(branches)
        repeated = {
            path: value
            for path, value in expressions.items()
            if related.crosses_repeated(self.model, path)
        }
        if repeated:
            conditions.append(related.each_once(self, models.Q(**repeated)))
            expressions = {k: v for k, v in expressions.items() if k not in repeated}
        queries = tuple(related.each_once(self, query) for query in queries)
        result = super().filter(*queries, *conditions, **expressions)
        result._asked_for = asked_for
        result._branches_decided = True
        return result

    def exclude(self, *queries: Any, **expressions: Any) -> QuerySet:
        """Leave out what matches; parameters and errors as in `filter`.

        Examples
        --------
        >>> ln.Artifact.filter().exclude(suffix=".parquet")
        """
        queries = tuple(resolve_queries(self.model, queries))
        conditions, expressions = resolve(self.model, expressions, self.query.annotations)
        return super().exclude(*queries, *conditions, **expressions)

    def order_by(self, *fields: Any) -> QuerySet:
        """Order by fields, or by features with one value per record.

        Parameters
        ----------
        fields
            Names of fields, expressions, features (`feature`, `-feature`).

        Raises
        ------
        FieldError
            The feature has no order, or the registry no features.

        Examples
        --------
        >>> ln.Artifact.filter().order_by(-temperature)
        """
        result, names = self, []
        for field in fields:
            if isinstance(field, ComparableFeature):
                field = field.ascending()
            if isinstance(field, FeatureOrdering):
                alias = f"_by_feature_{field.feature.pk}"
                result = ordered_by_feature(result, field, alias)
                field = f"-{alias}" if field.descending else alias
            names.append(field)
        return super(QuerySet, result).order_by(*names)

    def get(self, idlike: int | str | models.Q | None = None, **expressions: Any) -> BaseSQLRecord:
        """Exactly one record.

        Parameters
        ----------
        idlike
            Primary key, or uid, or the beginning of a uid, or a condition (`temperature == 21.6`).
        expressions
            As in `filter`. For versioned registries the latest version is meant, unless
            `is_latest` is given.

        Raises
        ------
        DoesNotExist
            No record matches.
        MultipleObjectsReturned
            Several records match.
        FieldError
            Unknown field, or a string for a relation.

        Examples
        --------
        >>> ln.Artifact.get("HknNfVvoY5EsnxkY")
        >>> ln.Artifact.get(key="my_datasets/rnaseq1.parquet")
        """
        if isinstance(idlike, (int, str)):
            return self._get_by_idlike(idlike)
        if idlike is not None and not isinstance(idlike, models.Q):
            raise TypeError(f"get() takes an id or a uid, or a condition, not {idlike!r}")
        found = self.filter(*(() if idlike is None else (idlike,)), **expressions)
        versioned = has_field(self.model, "is_latest")
        if versioned and not {"is_latest", "id", "uid"} & expressions.keys():
            head = list(models.QuerySet.filter(found, is_latest=True)[:2])
            if len(head) == 1:
                return head[0]
            if not head:
                newest = models.QuerySet.filter(found, is_latest=False).order_by(
                    "-created_at", "-id"
                )
                head = list(newest[:1])
            return self._only(head, found._condition())
        return self._only(list(found[:2]), found._condition())

    def _condition(self) -> str:
        return condition_text(self._asked_for) or super()._condition()


class QueryManager(models.Manager.from_queryset(BasicQuerySet)):
    """`Registry.objects` and related managers: no default filter on branches."""

    def get_queryset(self) -> BasicQuerySet:
        """Set of all records; needs a connected instance.

        Of a relation that links once per feature, each record is shown once. Parents and children
        in an ontology are shown without those in the trash.
        """
        require_tables(self.model)
        records = super().get_queryset()
        if related.hides_trash(self):
            records = models.QuerySet.exclude(records, branch_id=TRASH_BRANCH_ID)
        return records.distinct() if related.may_repeat(self) else records

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Adapt the managers that Django makes for relations."""
        super().__init_subclass__(**kwargs)
        related.adapt(cls)
