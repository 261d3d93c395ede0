"""The transform of a run: an existing version, a new version, or a new family.

Nothing is written here before `store` is called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.uids import FIRST_VERSION, base62, base62_12, next_version_uid
from lamindb.errors import UpdateContext
from lamindb.models import Transform
from lamindb.models.current import TRASH_BRANCH_ID, current_user_id, visible_branch_ids
from lamindb.models.versioned import check_version_tag, family

from .families import find_by_content, find_by_key, preferred
from .redact import redact_source

if TYPE_CHECKING:
    from .source import Source

__all__ = ["Resolution", "resolve_transform"]

STEM_LENGTH = Transform._len_stem_uid


@dataclass
class Resolution:
    """The transform of a run, and what happened to it.

    Attributes
    ----------
    transform : Transform
        Not saved yet if it is new.
    notes : list of str
        What is said before "created Transform" or "loaded Transform".
    changed : set of str
        Columns of an existing transform that have new values.
    """

    transform: Transform
    notes: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    is_new: bool = False

    def set(self, column: str, value: Any) -> None:
        """Change a column."""
        setattr(self.transform, column, value)
        self.changed.add(column)

    def rename(self, key: str) -> None:
        """Let the key follow the file."""
        if self.transform.key != key:
            self.notes.append(f"renaming transform {self.transform.key} to {key}")
            self.set("key", key)

    def describe(self, description: str | None) -> None:
        """Set the description if there is a new one."""
        if description is None or description == self.transform.description:
            return
        if not self.is_new:
            self.notes.append("updated transform description")
        self.set("description", description)

    def refer_to(self, url: str | None) -> None:
        """Set where the source code is in a git repository."""
        if url is None or url == self.transform.reference:
            return
        if not self.is_new:
            self.notes.append("updated transform reference")
        self.set("reference", url)
        self.set("reference_type", "url")

    def tag(self, version: str | None) -> None:
        """Set the version tag.

        Raises
        ------
        ValueError
            The transform has another tag, or the tag is no text.
        SystemExit
            Another version of the family has the tag.
        """
        check_version_tag(version, None)
        current = self.transform.version_tag
        if version is None or version == current:
            return
        if current is not None:
            raise ValueError(
                f"Transform is already tagged with version {current}, but you passed {version}: "
                "leave ln.context.version unset, or change the source code to make a new version"
            )
        revised = self.transform._revises or self.transform
        check_tag_is_free(version, revised.uid[:STEM_LENGTH], self.transform)
        self.set("version_tag", version)

    def store(self) -> None:
        """Write the new row, or the changed columns."""
        if self.transform._state.adding:
            self.transform.save()
        elif self.changed:
            self.transform.save(update_fields=self.changed)


def check_tag_is_free(version: str, stem_uid: str, transform: Transform) -> None:
    """Refuse a version tag that another version of the family has."""
    others = family(Transform, stem_uid, "default").exclude(pk=transform.pk)
    tags = dict(others.exclude(version_tag=None).values_list("version_tag", "uid"))
    if version in tags:
        free = bumped(version)
        while free in tags:
            free = bumped(free)
        raise SystemExit(
            f"✗ version '{version}' is already taken by Transform('{tags[version]}'); please set "
            f"another version, e.g., ln.context.version = '{free}'"
        )


def bumped(version: str) -> str:
    """Version tag with its last number increased."""
    numbers = list(re.finditer(r"\d+", version))
    if not numbers:
        return f"{version}2"
    start, end = numbers[-1].span()
    return f"{version[:start]}{int(version[start:end]) + 1}{version[end:]}"


def resolve_transform(source: Source, uid: str | None) -> Resolution:
    """Decide which version of which transform runs; writes nothing.

    Parameters
    ----------
    source : Source
        Code that is about to be tracked.
    uid : str, optional
        12 characters name a family, 16 characters a version.

    Returns
    -------
    Resolution

    Raises
    ------
    UpdateContext
        The version with this uid can't be used for this source.

    Example
    -------
    >>> resolve_transform(source, "WXuJYxPdVbM1").transform.uid
    'WXuJYxPdVbM10000'
    """
    if uid is None:
        return resolve_without_uid(source)
    members = list(family(Transform, uid[:STEM_LENGTH], "default").select_related("created_by"))
    if not members:
        full_uid = uid if len(uid) > STEM_LENGTH else uid + FIRST_VERSION
        return new_family(source, full_uid, is_requested=True)
    is_stem = len(uid) == STEM_LENGTH
    resolution = resolve_stem(source, members) if is_stem else resolve_full(source, uid, members)
    resolution.rename(source.key)
    return resolution


def resolve_without_uid(source: Source) -> Resolution:
    """By content first, then by place; for notebooks that change anyway, by place first."""
    if source.is_interactive:
        found = find_by_key(source, say_ignored=False)
        if found is not None:
            return reuse_or_revise(found, source)
    match = find_by_content(source)
    if match is not None:
        resolution = reuse_or_revise(match.transform, source)
        if match.is_renamed:
            resolution.rename(source.key)
        return resolution
    found = find_by_key(source)
    if found is not None:
        return reuse_or_revise(found, source)
    return new_family(source, base62(STEM_LENGTH) + FIRST_VERSION)


def resolve_stem(source: Source, members: list[Transform]) -> Resolution:
    """Version of a family with the same code, else its newest one."""
    branches = visible_branch_ids()
    visible = [t for t in members if t.branch_id in branches]
    hash_ = None if source.is_interactive else source.content_hash
    same_code = preferred(t for t in visible if t.hash is not None and t.hash == hash_)
    found = same_code or preferred(visible)
    if found is not None:
        return reuse_or_revise(found, source)
    newest = preferred(members)
    assert newest is not None
    return new_version(newest, source)


def resolve_full(source: Source, uid: str, members: list[Transform]) -> Resolution:
    """Exactly the version with a uid, or the next one of its family."""
    next_uid = next_version_uid(t.uid for t in members)
    found = next((t for t in members if t.uid == uid), None)
    advice = f'please update the `uid` argument in `track()` to "{next_uid}"'
    if found is None:
        if uid != next_uid:
            raise UpdateContext(f"✗ there is no Transform('{uid}') yet, {advice}")
        newest = preferred(members)
        assert newest is not None
        return new_version(newest, source)
    if found.branch_id == TRASH_BRANCH_ID:
        raise UpdateContext(f"✗ Transform('{uid}') is in the trash, {advice}")
    if found.source_code is None:
        if found.created_by_id != current_user_id():
            raise UpdateContext(
                f"✗ {found.created_by.handle} already works on this draft, {advice}, or begin a "
                f'new transform with "{base62_12()}"'
            )
    elif source.is_interactive:
        raise UpdateContext(f"✗ re-running notebook with already-saved source code, {advice}")
    elif found.hash != source.content_hash:
        raise UpdateContext(f"✗ source code changed, {advice}")
    return reuse(found, source)


def reuse_or_revise(found: Transform, source: Source) -> Resolution:
    """Take a version as it is, or make the next one."""
    message = f"found {found.kind} {found.key}, making new version"
    if found.source_code is None:
        if found.created_by_id == current_user_id():
            return reuse(found, source)
        message += f" -- {found.created_by.handle} already works on this draft"
    elif source.is_interactive:
        message += " -- anticipating changes"
    elif found.hash == source.content_hash:
        return reuse(found, source)
    logger.important(message)
    return new_version(found, source)


def reuse(found: Transform, source: Source) -> Resolution:
    """Take an existing version; a draft gets its code."""
    resolution = Resolution(found)
    if found.source_code is None and source.code is not None:
        resolution.set("source_code", redacted(source))
        resolution.set("hash", source.hash)
    return resolution


def new_version(revised: Transform, source: Source) -> Resolution:
    """Prepare the next version of a family; its uid is decided when it is saved."""
    same = find_same_row(revised.key, source)
    if same is not None:
        return Resolution(same)
    return Resolution(construct(source, key=revised.key, revises=revised), is_new=True)


def new_family(source: Source, uid: str, *, is_requested: bool = False) -> Resolution:
    """Prepare the first version of a family."""
    same = find_same_row(source.key, source)
    if same is not None:
        return Resolution(same)
    transform = construct(source, key=source.key, uid=uid)
    if is_requested:
        # the key may belong to another family, which this one must not join
        transform._starts_family = True
    return Resolution(transform, is_new=True)


def find_same_row(key: str, source: Source) -> Transform | None:
    """Row on a branch that is not visible, next to which there can't be another one.

    The database holds each pair of key and hash once.
    """
    if source.hash is None:
        return None
    rows = Transform.objects.filter(key=key, hash=source.hash)
    return rows.exclude(branch_id=TRASH_BRANCH_ID).first()


def construct(source: Source, **kwargs: Any) -> Transform:
    """Transform that is not saved; it is no output of the run before it."""
    return Transform(
        kind=source.kind,
        source_code=redacted(source),
        hash=source.hash,
        skip_hash_lookup=True,
        run=None,
        **kwargs,
    )


def redacted(source: Source) -> str | None:
    """Code without secrets, as it is stored."""
    if source.code is None:
        return None
    code, count = redact_source(source.code)
    if count:
        logger.warning(
            f"redacted {count} secret-looking assignment(s) before persisting transform source code"
        )
    return code
