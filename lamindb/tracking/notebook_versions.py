"""The version of a notebook is decided when it ends, because it is edited while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lamindb.base.log import logger
from lamindb.base.prompts import can_ask, confirm
from lamindb.models import Q, Run, Transform
from lamindb.models.current import TRASH_BRANCH_ID

from .redact import redact_source

if TYPE_CHECKING:
    from lamindb.models.query_set import QuerySet

__all__ = ["store_code"]


def store_code(run: Run, code: str, hash_: str) -> bool:
    """Store the code of a notebook in its transform, or take the version that has it already.

    Parameters
    ----------
    run : Run
        A run of the notebook.
    code : str
        Its code.
    hash_ : str
        Hash of the code.

    Returns
    -------
    bool
        False if other code is stored and the user wants to keep it.

    Example
    -------
    >>> store_code(run, "x = 1", hash_string("x = 1"))
    True
    """
    transform = run.transform
    if transform.hash == hash_:
        return True
    if transform.hash is not None and not may_overwrite(transform):
        logger.warning("Please re-run `ln.track()` to make a new version")
        return False
    same = versions_with(hash_, transform).first()
    if same is not None:
        move_runs(transform, same)
        run.transform = same
        return True
    transform.source_code, count = redact_source(code.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    if count:
        logger.warning(
            f"redacted {count} secret-looking assignment(s) before persisting transform source code"
        )
    transform.hash = hash_
    transform.save(update_fields=["source_code", "hash"])
    return True


def may_overwrite(transform: Transform) -> bool:
    """Ask whether the present code replaces what is stored; if nobody can answer, it does not."""
    return can_ask() and confirm(
        f"You are about to overwrite existing source code (hash '{transform.hash}') for "
        f"Transform('{transform.uid}'). Proceed?",
        otherwise="",
    )


def versions_with(hash_: str, transform: Transform) -> QuerySet:
    """Other versions that have the same code, or another transform of the same key."""
    family = Q(uid__startswith=transform.stem_uid) | Q(key=transform.key)
    found = Transform.objects.filter(family, hash=hash_).exclude(pk=transform.pk)
    return found.exclude(branch_id=TRASH_BRANCH_ID).order_by("-created_at", "-id")


def move_runs(provisional: Transform, same: Transform) -> None:
    """Delete a version that turned out to be none; its runs go to the one with the same code."""
    with transaction.atomic():
        Run.objects.filter(transform=provisional).update(transform=same)
        key, description = provisional.key, provisional.description
        provisional.delete(permanent=True)
        changed = {"key": key, "description": description or same.description}
        for name, value in changed.items():
            setattr(same, name, value)
        same.save(update_fields=list(changed))
