"""Sets of records: `BasicQuerySet` behaves like Django's, `QuerySet` adds the default filters."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from lamindb.base.registries import get_registry_name
from lamindb.errors import MultipleObjectsReturned, ObjectDoesNotExist
from lamindb.setup.session import require_instance

from . import dataframe, deletion, describe
from .expressions import branch_filter, is_lifted, prefix_condition, resolve
from .registry_fields import has_field, name_field

if TYPE_CHECKING:
    import pandas as pd

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

    def first(self) -> BaseSQLRecord | None:
        """The first record by the order of the set, else by primary key; None if empty."""
        return super().first()

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
        return list(self) if field is None else list(self.values_list(field, flat=True))

    def to_dataframe(
        self,
        *,
        include: str | list[str] | None = None,
        features: str | list[str] | None = None,
        limit: int | None = 20,
        order_by: str | None = "-id",
    ) -> pd.DataFrame:
        """Records as a data frame, newest first.

        Parameters
        ----------
        include
            Paths across relations (`"created_by__handle"`, `"ulabels__name"`), further fields, or
            `"privates"`.
        features
            Names of features to show.
        limit
            Maximum number of rows, None for all.
        order_by
            Field to order by unless the set is ordered; `-` in front reverses.

        Examples
        --------
        >>> ln.Artifact.filter(suffix=".parquet").to_dataframe(include="created_by__handle")
        """
        return dataframe.to_dataframe(
            self, include=include, features=features, limit=limit, order_by=order_by
        )

    def df(self, include: Any = None, features: Any = None) -> pd.DataFrame:
        """Deprecated alias of `to_dataframe`."""
        warnings.warn("use .to_dataframe() instead of .df()", DeprecationWarning, stacklevel=2)
        return self.to_dataframe(include=include, features=features)

    def describe(self, return_str: bool = False) -> str | None:
        """Fields of the registry."""
        return describe.describe_registry(self.model, return_str=return_str)

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

    def _condition(self) -> str:
        """The condition of the set, for messages."""
        where = getattr(self, "_asked_for", None)
        return where or "the query"


class QuerySet(BasicQuerySet):
    """Records on the visible branches; unknown names are explained."""

    _asked_for: str | None = None
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
            `ln.Q` objects.
        expressions
            Fields and paths across relations with Django's comparators (`name__startswith="a"`);
            `branch=None` shows all branches.

        Raises
        ------
        FieldError
            Unknown field, or a string for a relation.

        Examples
        --------
        >>> ln.Artifact.filter(suffix=".parquet", size__gt=1e6, created_by__handle="anonymous")
        """
        asked_for = ", ".join(
            [str(query) for query in queries] + [f"{k}={v!r}" for k, v in expressions.items()]
        )
        expressions = dict(expressions)
        decided = self._branches_decided or is_lifted(expressions)
        branches = None if decided else branch_filter(self.model, queries, expressions)
        conditions, expressions = resolve(self.model, expressions, self.query.annotations)
        if branches is not None:
            conditions.append(branches)
        result = super().filter(*queries, *conditions, **expressions)
        result._asked_for = ", ".join(filter(None, (self._asked_for, asked_for)))
        result._branches_decided = True
        return result

    def get(self, idlike: int | str | None = None, **expressions: Any) -> BaseSQLRecord:
        """Exactly one record.

        Parameters
        ----------
        idlike
            Primary key, or uid, or the beginning of a uid.
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
        if isinstance(idlike, int):
            return self._get_one(models.QuerySet.filter(self, pk=idlike), f"id={idlike}")
        if isinstance(idlike, str):
            return self._get_by_uid(idlike)
        if idlike is not None:
            raise TypeError(f"get() takes an id or a uid, not {idlike!r}")
        found = self.filter(**expressions)
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
            return self._only(head, found._asked_for or "")
        return self._get_one(found, found._asked_for or "")

    def _get_one(self, found: models.QuerySet, asked_for: str) -> BaseSQLRecord:
        return self._only(list(found[:2]), asked_for)

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


class QueryManager(models.Manager.from_queryset(BasicQuerySet)):
    """`Registry.objects` and related managers: no default filter on branches."""

    def get_queryset(self) -> BasicQuerySet:
        """Set of all records; needs a connected instance."""
        require_instance()
        return super().get_queryset()
