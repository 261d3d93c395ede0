"""The registry `Branch`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import PROTECT, AutoField, ManyToManyField, UniqueConstraint
from django.db.models.functions import Lower

from lamindb.base.fields import CharField, ForeignKey, JSONField, SmallIntegerField, TextField
from lamindb.base.types import BRANCH_STATUS_TO_CODE
from lamindb.base.uids import base62_12
from lamindb.errors import IntegrityError

from . import notes, query_aliases
from .columns import DatabaseTimestamp
from .current import current_user_id
from .named_uniquely import save_named_uniquely
from .sqlrecord import BaseSQLRecord
from .statuses import Status
from .typed import HasEmoji

if TYPE_CHECKING:
    from .space import Space
    from .user import User


class Branch(BaseSQLRecord, HasEmoji):
    """Branches: records of a branch are invisible elsewhere until it is merged.

    Every instance has three that can't be deleted: `main`, `archive` and `trash`.

    Examples
    --------
    >>> branch = ln.Branch(name="my-branch").save()
    >>> ln.ULabel.filter(branch=branch)
    """

    _new_rows_are_plain = False

    id: int = AutoField(primary_key=True)
    name: str = CharField(max_length=100, db_index=True)
    uid: str = CharField(max_length=12, unique=True, default=base62_12, editable=False)
    space: Space = ForeignKey("Space", PROTECT, default=1, db_default=1, related_name="+")
    description: str | None = TextField(null=True)
    created_at = DatabaseTimestamp(db_index=True)
    created_by: User = ForeignKey("User", PROTECT, default=current_user_id, related_name="+")
    _status_code: int = SmallIntegerField(default=0, db_default=0, db_index=True)
    _aux: dict[str, Any] | None = JSONField(null=True, default=None, db_default=None)

    # relations
    users = ManyToManyField("User", through="BranchUser", related_name="branches")
    ulabels = ManyToManyField("ULabel", through="BranchULabel", related_name="branches")
    projects = ManyToManyField("Project", through="BranchProject", related_name="branches")

    class Meta(BaseSQLRecord.Meta):
        constraints = [UniqueConstraint(Lower("name"), name="unique_branch_name_lower")]

    _constructor_keywords = ("name", "description")
    _query_aliases = {"status": query_aliases.status(BRANCH_STATUS_TO_CODE)}

    status = Status(BRANCH_STATUS_TO_CODE)

    @property
    def notes(self) -> str | None:
        """Content of the latest readme that is attached to the branch."""
        return notes.latest_readme(self)

    def save(self, *args: Any, **kwargs: Any) -> Branch:
        """Write the branch.

        Returns
        -------
        The branch itself.

        Raises
        ------
        IntegrityError
            Another branch has this name, in upper or lower case.

        Examples
        --------
        >>> ln.Branch(name="my-branch").save()
        """
        save_named_uniquely(self, **kwargs)
        return self

    def delete(self, permanent: bool | None = None) -> tuple[int, dict[str, int]] | None:
        """Delete a branch that holds no records.

        Parameters
        ----------
        permanent
            False is refused: branches cannot be trashed.

        Raises
        ------
        IntegrityError
            It is one of `main`, `archive` and `trash`.
        ProtectedError
            Records are on the branch, or were created there.

        Examples
        --------
        >>> ln.Branch.get(name="my-branch").delete()
        """
        if self.pk is not None and self.pk <= 1:
            raise IntegrityError(f"Cannot delete branch '{self.name}': every instance needs it")
        return super().delete(permanent)
