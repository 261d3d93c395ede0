"""Types: records of a registry that group other records of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db import models

from lamindb.errors import InvalidArgument

from .current import visible_branch_ids
from .expressions import check_saved
from .hierarchy_sql import TypeLevel, ids_of_members, ids_of_types
from .is_type import TypeColumn
from .query_set import QuerySet
from .record_list import SQLRecordList

if TYPE_CHECKING:
    from .space import Space
    from .sqlrecord import SQLRecord

EMOJI = "ei"
SINGLE_SPACE = "ss"
"""Keys in the column `_aux`."""


class HasEmoji(models.Model):
    """An emoji in front of the name."""

    class Meta:
        abstract = True

    @property
    def emoji(self) -> str | None:
        """Emoji that is shown in front of the name; to change it, assign and save.

        Raises
        ------
        InvalidArgument
            The value is not a string.

        Examples
        --------
        >>> sample_type.emoji = "🧪"
        >>> sample_type.save()
        """
        return read_extra(self, EMOJI)

    @emoji.setter
    def emoji(self, value: str | None) -> None:
        if value is not None and not isinstance(value, str):
            raise InvalidArgument(f"emoji has to be a string or None, not {value!r}")
        write_extra(self, EMOJI, value or None)


class HasType(HasEmoji, TypeColumn):
    """Column `is_type`; the registry itself adds the foreign key `type`."""

    class Meta:
        abstract = True

    @property
    def settings(self) -> SQLRecordSettings:
        """Rules for the members of a type.

        Examples
        --------
        >>> sample_type.settings.single_space = True
        """
        return SQLRecordSettings(self)

    def query_types(self) -> SQLRecordList[SQLRecord]:
        """Type of the record, the type of that type and so on, in this order.

        Returns
        -------
        A list that ends before a type that is on no visible branch; read in one query.

        Examples
        --------
        >>> sample.query_types().to_list("name")
        ['Tumor sample', 'Sample']
        """
        return SQLRecordList(types_above(self))


class SQLRecordSettings:
    """Rules for the members of a type.

    Parameters
    ----------
    sqlrecord
        The type.
    """

    def __init__(self, sqlrecord: Any) -> None:
        self._record = sqlrecord

    @property
    def single_space(self) -> bool | Space:
        """Whether all members live in one space: that of the type (True), or the given one.

        Assigning changes the database at once if the type is saved.

        Raises
        ------
        AssertionError
            The record is not a type.
        InvalidArgument
            The value is neither a boolean nor a saved space.

        Examples
        --------
        >>> sample_type.settings.single_space = ln.Space.get(name="Lab A")
        """
        self._check_is_type()
        stored = read_extra(self._record, SINGLE_SPACE)
        if not stored or stored == 1:
            return bool(stored)
        return space_registry(self._record).get(uid=stored)

    @single_space.setter
    def single_space(self, value: bool | Space) -> None:
        self._check_is_type()
        is_space = isinstance(value, space_registry(self._record)) and value.pk is not None
        if not (isinstance(value, bool) or is_space):
            raise InvalidArgument(f"single_space is True, False or a saved Space, not {value!r}")
        stored = (1 if value else None) if isinstance(value, bool) else value.uid
        write_extra(self._record, SINGLE_SPACE, stored)
        if not self._record._state.adding:
            rows = type(self._record).objects.using(self._record._state.db)
            rows.filter(pk=self._record.pk).update(_aux=self._record._aux)

    def _check_is_type(self) -> None:
        if not self._record.is_type:
            raise AssertionError(
                f"only types have the setting single_space, and {self._record!r} is none: "
                "create it with is_type=True"
            )

    def __repr__(self) -> str:
        if not self._record.is_type:
            return "SQLRecordSettings()"
        return f"SQLRecordSettings(single_space={self.single_space})"


def space_registry(record: Any) -> type[Space]:
    """The registry `Space`, which is defined on top of this module."""
    return cast("type[Space]", type(record)._meta.get_field("space").related_model)


def read_extra(record: Any, key: str) -> Any:
    """Value of a key in the column `_aux`, None if it is not there."""
    return (record._aux or {}).get(key)


def write_extra(record: Any, key: str, value: Any) -> None:
    """Set a key in the column `_aux`, or remove it with None; other keys stay as they are."""
    extra = {**(record._aux or {}), key: value}
    if value is None:
        del extra[key]
    record._aux = extra or None


def types_above(record: Any) -> list[SQLRecord]:
    """Types of a record from the nearest to the root; the record itself is never among them."""
    if record.type_id is None:
        return []
    registry: Any = type(record)
    using = record._state.db
    ids = ids_of_types(registry, record.type_id, visible_branch_ids(using))
    found = {row.pk: row for row in registry.objects.using(using).filter(pk__in=ids)}
    found.pop(record.pk, None)
    types: list[SQLRecord] = []
    next_id = record.type_id
    while next_id in found:
        types.append(found.pop(next_id))
        next_id = types[-1].type_id
    return types


def query_members(type_record: Any, depth: int | None = None) -> QuerySet:
    """Members of a type on the visible branches, breadth-first, types among them.

    Parameters
    ----------
    type_record
        A saved record.
    depth
        Number of levels, None for all; 1 means direct members only.

    Raises
    ------
    InvalidArgument
        The depth is not a positive whole number.
    ValueError
        The record is not saved.
    """
    check_saved([type_record])
    if depth is not None and (isinstance(depth, bool) or depth < 1 or depth != int(depth)):
        raise InvalidArgument(f"depth has to be a positive whole number or None, not {depth!r}")
    registry: Any = type(type_record)
    using = type_record._state.db
    levels = None if depth is None else int(depth)
    ids = ids_of_members(registry, type_record.pk, visible_branch_ids(using), levels)
    members = QuerySet(model=registry, using=using).filter(pk__in=ids, branch=None)
    level = TypeLevel("type_id", table=registry._meta.db_table)
    return members.order_by(level, "pk")
