"""Lists of records that can be saved and shown as a data frame at once."""

from __future__ import annotations

import warnings
from collections import UserList
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from lamindb.errors import InvalidArgument, MultipleObjectsReturned, ObjectDoesNotExist

from .bulk import save_records
from .dataframe import build_frame, choose_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

T = TypeVar("T")


class SQLRecordList(UserList[T], Generic[T]):
    """Records in a fixed order, saved or not.

    Parameters
    ----------
    records
        The records.

    Examples
    --------
    >>> ln.ULabel.from_values(["control", "treated"], create=True).save().to_list("name")
    ['control', 'treated']
    """

    def __init__(self, records: Iterable[T]) -> None:
        super().__init__(records)

    def to_dataframe(self) -> pd.DataFrame:
        """Records as a data frame with the columns of `QuerySet.to_dataframe`, in this order.

        Raises
        ------
        InvalidArgument
            The records belong to several registries.

        Examples
        --------
        >>> ln.ULabel.from_values(["control"], create=True).to_dataframe()
        """
        import pandas as pd

        registry = self._registry()
        if registry is None:
            return pd.DataFrame(index=pd.Index([], name="id", dtype="int64"))
        columns = choose_columns(registry, [], has_features=False)
        names = columns.selected[1:]
        rows = [
            (number, *(getattr(record, name) for name in names))
            for number, record in enumerate(self.data)
        ]
        frame = build_frame(registry, columns, rows)
        ids = [record.pk for record in self.data]  # type: ignore[attr-defined]
        frame.index = pd.Index(ids, name="id", dtype="Int64" if None in ids else "int64")
        return frame[columns.base]

    def df(self) -> pd.DataFrame:
        """Deprecated alias of `to_dataframe`."""
        warnings.warn("use .to_dataframe() instead of .df()", DeprecationWarning, stacklevel=2)
        return self.to_dataframe()

    def to_list(self, field: str | None = None) -> list[Any]:
        """All records, or the values of one field.

        Parameters
        ----------
        field
            Name of a field, or a path across relations to one record such as
            `"created_by__handle"`.

        Examples
        --------
        >>> ln.ULabel.from_values(["control"], create=True).to_list("name")
        ['control']
        """
        if field is None:
            return list(self.data)
        return [value_at(record, field) for record in self.data]

    def one(self) -> T:
        """The only record of the list.

        Raises
        ------
        ObjectDoesNotExist
            The list is empty.
        MultipleObjectsReturned
            The list has more than one record.
        """
        if not self.data:
            raise ObjectDoesNotExist("the list has no record")
        if len(self.data) > 1:
            raise MultipleObjectsReturned(f"the list has {len(self.data)} records, not one")
        return self.data[0]

    def save(self) -> SQLRecordList[T]:
        """Save all records in one transaction.

        Returns
        -------
        The list itself, so that calls can be chained.

        Raises
        ------
        IntegrityError
            A row violates a rule; nothing was written.

        Examples
        --------
        >>> labels = ln.ULabel.from_values(["control", "treated"], create=True).save()
        """
        save_records(self.data)
        return self

    def _registry(self) -> Any:
        """Registry of the records, None if there are none."""
        registries = list(dict.fromkeys(type(record) for record in self.data))
        if len(registries) > 1:
            raise InvalidArgument(
                "a data frame shows one registry, these records belong to "
                f"{', '.join(registry.__name__ for registry in registries)}: make a list for each"
            )
        return registries[0] if registries else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data!r})"


def value_at(record: Any, path: str) -> Any:
    """Value at the end of a path across relations; None if a relation on the way is not set."""
    for name in path.split("__"):
        record = None if record is None else getattr(record, name)
    return record
