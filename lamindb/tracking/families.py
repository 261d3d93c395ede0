"""Which existing transform a source belongs to: by uid, by content, by key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lamindb.base.log import logger
from lamindb.base.prompts import can_ask
from lamindb.models import Q, Transform
from lamindb.models.current import current_branch_id
from lamindb.setup.dev_dir import find_dev_dir
from lamindb.setup.session import settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .source import Source

__all__ = ["Match", "find_by_content", "find_by_key", "preferred"]


class Match(NamedTuple):
    """An existing version, and whether the file was renamed since."""

    transform: Transform
    is_renamed: bool = False


def preferred(transforms: Iterable[Transform]) -> Transform | None:
    """Latest version, on the current branch if there is one, else the newest."""
    here = current_branch_id()
    ordered = sorted(
        transforms, key=lambda t: (t.is_latest, t.branch_id == here, t.created_at, t.pk)
    )
    return ordered[-1] if ordered else None


def ends_with(key: str, tail: str) -> bool:
    """Whether a key ends with another one, in whole path components."""
    return key == tail or key.endswith(f"/{tail}")


def find_by_content(source: Source) -> Match | None:
    """Find the version that has the same code.

    Parameters
    ----------
    source : Source
        Code that is about to be tracked.

    Returns
    -------
    Match or None
        None also if the file is a copy, which begins a family of its own.

    Example
    -------
    >>> find_by_content(source).transform.key
    'train.py'
    """
    if source.kind == "notebook":
        # converting a notebook to code takes time
        saved = Transform.filter(kind="notebook", hash__isnull=False)
        if not saved.exists():
            return None
    if source.content_hash is None:
        return None
    # a condition on the hash alone would also find what is in the trash
    same_code = list(Transform.filter(Q(hash=source.content_hash)))
    for is_same_file in (lambda t: t.key == source.key, lambda t: ends_with(t.key, source.key)):
        found = preferred(filter(is_same_file, same_code))
        if found is not None:
            return Match(found)
    return find_renamed(source, same_code)


def find_renamed(source: Source, same_code: list[Transform]) -> Match | None:
    """Decide whether a file with known code under a new name was renamed or copied."""
    if not same_code or source.path is None:
        return None
    renamed = preferred(t for t in same_code if is_gone(t.key, source.path))
    original = renamed or preferred(same_code)
    assert original is not None
    if os.environ.get("LAMIN_TESTING") == "true":
        return Match(original, is_renamed=True)
    if can_ask():
        return Match(original, is_renamed=True) if ask_if_renamed(original, source) else None
    if renamed is None:
        logger.important(
            f"found transform with same source code but different key {original.key}, which still "
            f"exists: taking {source.key} for a copy"
        )
        return None
    logger.important(
        f"found transform with same source code but different key {original.key}, which does not "
        f"exist any more: taking it for renamed to {source.key}"
    )
    return Match(original, is_renamed=True)


def ask_if_renamed(original: Transform, source: Source) -> bool:
    """Ask the person at the terminal."""
    question = (
        f"Found transform with same hash but different key: {original.key}. Did you rename your "
        f"{source.kind} to {source.key} (1) or intentionally made a copy (2)? "
    )
    answer = ""
    while answer not in ("1", "2"):
        answer = input(question).strip()
    return answer == "1"


def is_gone(key: str, path: Path) -> bool:
    """Whether the file that had a key is not there any more, or is the given file itself."""
    folder = find_dev_dir(settings.instance.slug, path.parent) or path.parent
    old_path = folder / key
    return not old_path.exists() or old_path.resolve() == path


def find_by_key(source: Source, *, say_ignored: bool = True) -> Transform | None:
    """Find the latest version of the transform that the file belongs to by its place.

    Parameters
    ----------
    source : Source
        Code that is about to be tracked.
    say_ignored : bool
        Whether to say which transforms only have the same file name.

    Returns
    -------
    Transform or None
        Of several, the one whose key is the longest part of the path.

    Example
    -------
    >>> find_by_key(source).key
    'scripts/train.py'
    """
    key = source.key
    candidates = [
        transform
        for transform in Transform.filter(Q(key=key) | Q(key__endswith=f"/{key}"), is_latest=True)
        if ends_with(transform.key, key)  # SQLite compares without regard to case
    ]
    path = source.path.as_posix() if source.path is not None else key
    by_place = [t for t in candidates if t.key == key or ends_with(path, t.key)]
    if by_place:
        longest = max(len(t.key) for t in by_place)
        return preferred(t for t in by_place if len(t.key) == longest)
    if candidates and say_ignored:
        listed = "".join(f"\n    {t.uid} ({t.key})" for t in candidates)
        logger.important(f"ignoring transform(s) with same filename in different folder:{listed}")
    return None
