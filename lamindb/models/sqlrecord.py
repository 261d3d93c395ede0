"""The base of all registries: the metaclass `Registry` and the record classes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from django.db import models
from django.db.models import PROTECT
from django.db.models.base import ModelBase

from lamindb.base.deprecation import deprecated
from lamindb.base.descriptors import class_and_instance_method
from lamindb.base.fields import BooleanField, ForeignKey, JSONField
from lamindb.base.registries import get_registry_name

from . import attributes, construction, deletion, describe, notes, representation, saving
from .availability import require_tables
from .initialization import from_row
from .other_databases import check_is_connected
from .query_set import QueryManager, QuerySet

if TYPE_CHECKING:
    import pandas as pd

    from lamindb.base.types import StrField

    from .lookup import Lookup
    from .query_set import BasicQuerySet

T = TypeVar("T", bound="BaseSQLRecord")


class Registry(ModelBase):
    """Metaclass of all registries: what one can ask of a registry as a whole."""

    def filter(cls, *queries: Any, **expressions: Any) -> QuerySet:
        """Query records on the visible branches.

        Parameters
        ----------
        queries
            `ln.Q` objects.
        expressions
            Fields and paths across relations with Django's comparators.

        Returns
        -------
        A query set; nothing is read before it is iterated.

        Raises
        ------
        FieldError
            Unknown field, or a string for a relation.

        Examples
        --------
        >>> ln.ULabel.filter(name__startswith="exp").to_dataframe()
        """
        require_tables(cls)
        return QuerySet(model=cls).filter(*queries, **expressions)

    def get(cls: type[T], idlike: int | str | None = None, **expressions: Any) -> T:
        """Get a single record.

        Parameters
        ----------
        idlike
            Primary key, uid, or the beginning of a uid.
        expressions
            As in `filter`; of a versioned record the latest version is meant.

        Raises
        ------
        DoesNotExist
            No record matches.
        MultipleObjectsReturned
            Several records match.

        Examples
        --------
        >>> ln.ULabel.get(name="control")
        """
        require_tables(cls)
        return QuerySet(model=cls).get(idlike, **expressions)

    def search(
        cls,
        string: str,
        *,
        field: StrField | None = None,
        limit: int | None = 20,
        case_sensitive: bool = False,
    ) -> BasicQuerySet:
        """Search records on the visible branches.

        Equal values come first, then equal synonyms, whole words, beginnings of words, and other
        parts of words; equally good ones are ordered by the length of their name, then by id.

        Parameters
        ----------
        string
            What any of the fields has to contain; no character is special.
        field
            Name of a text field, several names, or None for all text fields.
        limit
            Maximum number of records, None for all.
        case_sensitive
            Whether `a` differs from `A`.

        Returns
        -------
        A query set, best matches first; with `limit=None` it can be filtered further.

        Raises
        ------
        ValueError
            The string is None or no string.
        FieldError
            Unknown field, or one that holds no text.

        Examples
        --------
        >>> ln.Artifact.search("iris").to_dataframe()
        """
        return cls.filter().search(string, field=field, limit=limit, case_sensitive=case_sensitive)

    def lookup(
        cls,
        field: StrField | None = None,
        return_field: StrField | None = None,
        keep: Literal["first", "last", False] = "first",
    ) -> Lookup:
        """Records on the visible branches as attributes, for auto-completion.

        Parameters
        ----------
        field
            Field whose values become attributes, default: the name field.
        return_field
            Return the values of this field instead of records.
        keep
            Which of several records with the same attribute counts; False returns a list of all.

        Returns
        -------
        Like a named tuple; in addition, `.dict()` has the values as they are as keys.

        Raises
        ------
        FieldError
            Unknown field.
        ValueError
            Unknown value of `keep`.

        Examples
        --------
        >>> labels = ln.ULabel.lookup()
        >>> labels.my_label
        >>> labels.dict()["My label"]
        """
        return cls.filter().lookup(field, return_field=return_field, keep=keep)

    def to_dataframe(
        cls,
        *,
        include: str | list[str] | None = None,
        features: str | list[str] | bool | None = None,
        limit: int | None = 20,
        order_by: str | None = "-id",
    ) -> pd.DataFrame:
        """Records as a data frame, newest first; see `QuerySet.to_dataframe`.

        Examples
        --------
        >>> ln.Transform.to_dataframe()
        """
        return cls.filter().to_dataframe(
            include=include, features=features, limit=limit, order_by=order_by
        )

    def df(cls, **kwargs: Any) -> pd.DataFrame:
        """Deprecated alias of `to_dataframe`."""
        warnings.warn("use .to_dataframe() instead of .df()", DeprecationWarning, stacklevel=2)
        return cls.to_dataframe(**kwargs)

    def connect(cls, instance: str | None) -> QuerySet:
        """All records in an instance, on all branches; `filter` and `get` narrow them down.

        Parameters
        ----------
        instance
            `owner/name` or `name` of the connected instance; None and `"default"` mean it, too.

        Raises
        ------
        InstanceNotFoundError
            The instance is not the connected one.

        Examples
        --------
        >>> ln.Artifact.connect("anonymous/lamindb-tutorial").filter(suffix=".parquet")
        """
        require_tables(cls)
        check_is_connected(instance)
        return QuerySet(model=cls)

    @deprecated("connect")
    def using(cls, instance: str | None) -> QuerySet:
        """Deprecated alias of `connect`."""
        return cls.connect(instance)

    def __get_name_with_module__(cls) -> str:
        """Name of the registry, with its module unless that is the core: `bionty.CellType`."""
        return get_registry_name(cls)

    def __dir__(cls) -> list[str]:
        return attributes.of_registry(cls)

    def __repr__(cls) -> str:
        """Name of the registry, and its fields where it is a table."""
        return f"<class '{cls.__module__}.{cls.__name__}'>"


class BaseSQLRecord(models.Model, metaclass=Registry):
    """A row of any registry, also of a link table."""

    _name_field = "name"
    _new_rows_are_plain: ClassVar[bool] = True
    _allowed_values: ClassVar[dict[str, tuple[str, ...]]] = {}
    _free_name_field: str | None = None
    _properties_of_saved: ClassVar[tuple[str, ...]] = ()
    _insert_many: ClassVar[Any] = None
    """Inserts a list of new records and returns how many are new; None: like in all registries."""

    objects = QueryManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and len(args) == len(self._meta.concrete_fields):
            super().__init__(*args, **kwargs)  # a row that is read from the database
        else:
            require_tables(type(self))
            self._construct(args, kwargs)

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any) -> Any:
        """Record for a row that was read."""
        return from_row(cls, db, field_names, values)

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Constructor as called by users; registries with further rules override it."""
        construction.construct_named(self, args, kwargs)

    def save(self: T, *args: Any, **kwargs: Any) -> T:
        """Write the record to the database.

        Returns
        -------
        The record itself, so that calls can be chained.

        Raises
        ------
        FieldValidationError
            A value is too long.
        IntegrityError
            A uniqueness or foreign key rule is violated.

        Examples
        --------
        >>> label = ln.ULabel(name="control").save()
        """
        saving.save_record(self, *args, **kwargs)
        return self

    def delete(self, permanent: bool | None = None) -> tuple[int, dict[str, int]] | None:
        """Delete the row.

        Parameters
        ----------
        permanent
            False is refused: records of this registry cannot be trashed.

        Raises
        ------
        ProtectedError
            Other records refer to this one.
        """
        return deletion.delete_record(self, permanent)

    def _updated(self, using: str) -> None:
        """Do what follows an update of the row."""

    @classmethod
    def _deleting(cls, rows: BasicQuerySet) -> None:
        """Do what precedes moving rows to the trash, or deleting them."""

    @class_and_instance_method
    def describe(
        cls_or_self,
        return_str: bool = False,
        include: Literal["comments"] | None = None,
        n_max_features: int | None = None,
    ) -> str | None:
        """Describe a record, or the fields of the registry when called on the class.

        Parameters
        ----------
        return_str
            Return the text instead of printing it.
        include
            `"comments"` adds the notes of a record.
        n_max_features
            Maximum number of features to list per slot, default 100.

        Examples
        --------
        >>> ln.Artifact.describe()
        >>> artifact.describe()
        """
        if isinstance(cls_or_self, type):
            return describe.describe_registry(cls_or_self, return_str=return_str)
        return describe.describe_record(
            cls_or_self,
            return_str=return_str,
            with_comments=include == "comments",
            n_max_features=n_max_features,
        )

    def __dir__(self) -> list[str]:
        return attributes.of_record(self)

    def __repr__(self) -> str:
        return representation.record_repr(self)

    def __str__(self) -> str:
        return representation.record_repr(self)


class SQLRecord(BaseSQLRecord):
    """A row of a registry that takes part in branches and spaces."""

    branch = ForeignKey("lamindb.Branch", PROTECT, default=1, db_default=1, related_name="+")
    created_on = ForeignKey("lamindb.Branch", PROTECT, default=1, db_default=1, related_name="+")
    space = ForeignKey("lamindb.Space", PROTECT, default=1, db_default=1, related_name="+")
    is_locked: bool = BooleanField(default=False, db_default=False)
    _aux: dict[str, Any] | None = JSONField(default=None, db_default=None, null=True)

    class Meta:
        abstract = True

    def delete(
        self, permanent: bool | None = None, **kwargs: Any
    ) -> tuple[int, dict[str, int]] | None:
        """Move the record to the trash, or delete it for good.

        Parameters
        ----------
        permanent
            True deletes the row; False only ever trashes; None trashes, and asks before it
            deletes a record that is in the trash already.

        Returns
        -------
        Number of deleted rows, and their number per registry; None if nothing was deleted.

        Raises
        ------
        ProtectedError
            Other records refer to this one.

        Examples
        --------
        >>> label.delete()
        >>> label.delete(permanent=True)
        """
        return deletion.delete_record(self, permanent)

    @property
    def notes(self) -> str | None:
        """Content of the latest readme that is attached to the record.

        Examples
        --------
        >>> ln.models.RecordBlock(record=record, content="# Notes", kind="readme").save()
        >>> record.notes
        '# Notes'
        """
        return notes.latest_readme(self)

    def restore(self) -> None:
        """Move the record from the trash or archive back to the main branch.

        Examples
        --------
        >>> artifact.restore()
        """
        deletion.restore_record(self)
