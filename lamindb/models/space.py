"""The registry `Space`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CASCADE, SmallAutoField, UniqueConstraint
from django.db.models.functions import Lower

from lamindb.base.fields import CharField, ForeignKey, TextField
from lamindb.base.log import logger
from lamindb.base.uids import base62_12
from lamindb.errors import IntegrityError

from .columns import DatabaseTimestamp
from .current import ALL_SPACE_ID
from .named_uniquely import save_named_uniquely
from .sqlrecord import BaseSQLRecord

if TYPE_CHECKING:
    from .user import User


class Space(BaseSQLRecord):
    """Access domains: every record of an `SQLRecord` registry lives in one space.

    Examples
    --------
    >>> ln.Space.get(name="all")
    """

    _new_rows_are_plain = False

    id: int = SmallAutoField(primary_key=True)
    name: str = CharField(max_length=100, db_index=True)
    uid: str = CharField(max_length=12, unique=True, default=base62_12, editable=False)
    description: str | None = TextField(null=True)
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User | None = ForeignKey("User", CASCADE, null=True, related_name="+")

    class Meta(BaseSQLRecord.Meta):
        constraints = [UniqueConstraint(Lower("name"), name="unique_space_name_lower")]

    _constructor_keywords = ("name", "description")

    def save(self, *args: Any, **kwargs: Any) -> Space:
        """Write the space.

        Returns
        -------
        The space itself.

        Raises
        ------
        IntegrityError
            Another space has this name, in upper or lower case.

        Examples
        --------
        >>> ln.Space(name="Lab A").save()
        """
        is_new = self._state.adding
        save_named_uniquely(self, **kwargs)
        if is_new:
            logger.warning(
                f"space '{self.name}' groups records; it does not restrict who can read or write "
                "them in this database"
            )
        return self

    def delete(self, permanent: bool | None = None) -> tuple[int, dict[str, int]] | None:
        """Delete a space that holds no records.

        Parameters
        ----------
        permanent
            False is refused: spaces cannot be trashed.

        Raises
        ------
        IntegrityError
            It is the space `all`.
        ProtectedError
            Records are in the space.

        Examples
        --------
        >>> ln.Space.get(name="Lab A").delete()
        """
        if self.pk == ALL_SPACE_ID:
            raise IntegrityError(f"Cannot delete space '{self.name}': every instance needs it")
        return super().delete(permanent)
