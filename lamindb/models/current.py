"""What new records get by default: the current user, run, branch and space."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamindb.setup.session import settings

if TYPE_CHECKING:
    from .branch import Branch
    from .project import Project
    from .run import Run
    from .space import Space

MAIN_BRANCH_ID = 1
ARCHIVE_BRANCH_ID = 0
TRASH_BRANCH_ID = -1
ALL_SPACE_ID = 1


@dataclass
class RunContext:
    """What `ln.track()` or a tracked function sets for the time of a run."""

    run: Run | None = None
    project: Project | None = None
    branch: Branch | None = None
    space: Space | None = None

    def clear(self) -> None:
        """Forget everything that belongs to the run."""
        self.run = self.project = self.branch = self.space = None


run_context = RunContext()
"""The global one, the same in all threads: what `ln.context` shows."""
function_context: ContextVar[RunContext | None] = ContextVar("lamindb_function", default=None)
"""That of the innermost tracked function, which other threads and tasks don't share."""


def active_context() -> RunContext:
    """Where new records get their run, project, branch and space from."""
    return function_context.get() or run_context


def current_run() -> Run | None:
    """Run that is tracked at the moment."""
    return active_context().run


def current_user_id() -> int:
    """Primary key of the current user in the connected database."""
    return settings.user.id


def current_branch_id() -> int:
    """Branch of new records: the run's, else the current one of the instance."""
    branch = active_context().branch
    if branch is not None:
        return branch.id
    return settings.branch_id


def current_space_id() -> int:
    """Space of new records: the run's, else the current one of the instance."""
    space = active_context().space
    if space is not None:
        return space.id
    return settings.space_id


def visible_branch_ids(using: str | None = "default") -> list[int]:
    """The current branch and main; of another database than the default one just main."""
    if using not in (None, "default"):
        return [MAIN_BRANCH_ID]
    return sorted({MAIN_BRANCH_ID, current_branch_id()})
