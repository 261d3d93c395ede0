"""The constructor of notes: readmes are versioned, comments are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from lamindb.base.hashing import hash_string
from lamindb.base.log import logger
from lamindb.base.text import did_you_mean
from lamindb.base.types import BlockKind

from .construction import check_lengths, fill_branch, fill_branch_and_space
from .initialization import become, initialize
from .notes import README
from .registry_fields import has_field
from .versioned import check_revises, check_version_tag, find_head, new_version_uid

if TYPE_CHECKING:
    from .block import BaseBlock, Block

KINDS = get_args(BlockKind)
REGISTRIES = (
    "artifact",
    "block",
    "collection",
    "feature",
    "jsonvalue",
    "project",
    "record",
    "run",
    "schema",
    "storage",
    "transform",
    "ulabel",
)
KEYS = ("README.md", *(f"__lamindb_{name}__" for name in REGISTRIES))
"""Keys of the notes on the instance and on its registries."""


def construct_attached(block: BaseBlock, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of the notes on a record; writes nothing.

    Raises
    ------
    ValueError
        Positional or unknown arguments, no record, an unsaved one, no kind or an unknown one, or
        a comment that revises another one.
    TypeError
        `revises` is no such block.
    """
    registry: Any = type(block)
    owner = registry._owner
    extra = [name for name in ("line_number",) if has_field(registry, name)]
    check_known(registry, args, kwargs, (owner, "content", "kind", "version", "revises", *extra))
    name = registry.__name__
    record = kwargs.get(owner)
    if record is None:
        raise ValueError(f"{owner} is required for {name}")
    if not isinstance(record, registry._meta.get_field(owner).related_model):
        raise ValueError(f"{owner} of {name} cannot be {record!r}")
    if record._state.adding:
        raise ValueError(f"Save the {owner} before you attach a note to it: {record!r}")
    kind = kwargs.get("kind")
    if kind is None:
        raise ValueError(f"kind is required for {name}; use 'readme' or 'comment'")
    if kind not in KINDS:
        raise ValueError(f"kind must be 'readme' or 'comment', got '{kind}'")
    values = {name: kwargs[name] for name in (owner, "kind", *extra) if name in kwargs}
    if owner != "branch":
        fill_branch(registry, values)
    if kind == README:
        line = {name: kwargs.get(name) for name in extra}
        fill_versioned(block, kwargs, values, {f"{owner}_id": record.pk, "kind": kind, **line})
        return
    if kwargs.get("revises") is not None:
        raise ValueError("revises is not allowed for kind='comment'; comments are not versioned")
    fill(block, kwargs, {**values, "uid": new_version_uid(registry, None)})


def construct_free(block: Block, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of the notes on an instance and its registries; writes nothing.

    Raises
    ------
    ValueError
        Positional or unknown arguments, or another key or kind than there can be.
    """
    registry: Any = type(block)
    names = ("key", "content", "kind", "version", "revises", "anchor", "branch", "space")
    check_known(registry, args, kwargs, names)
    key, kind = kwargs.get("key"), kwargs.get("kind", README)
    if key not in KEYS:
        raise ValueError(
            f"key of a Block has to be one of {', '.join(KEYS)}, not {key!r}."
            f"{did_you_mean(str(key), KEYS)}"
        )
    if kind != README:
        raise ValueError(f"Only kind='readme' is supported for Block, got '{kind}'")
    values: dict[str, Any] = {
        name: kwargs[name] for name in ("anchor", "branch", "space") if name in kwargs
    }
    fill_branch_and_space(registry, values)
    fill_versioned(block, kwargs, {**values, "key": key, "kind": kind}, {"key": key})


def check_known(
    registry: Any, args: tuple[Any, ...], kwargs: dict[str, Any], names: tuple[str, ...]
) -> None:
    """Refuse positional and unknown arguments, and notes without content."""
    name = registry.__name__
    if args:
        raise ValueError(f"{name} takes keyword arguments only, not {args[0]!r}")
    unknown = [key for key in kwargs if key not in names]
    if unknown:
        raise ValueError(
            f"Only {', '.join(names)} can be passed, but you passed: {', '.join(unknown)}."
            f"{did_you_mean(unknown[0], names)}"
        )
    if not isinstance(kwargs.get("content"), str):
        raise ValueError(f"content is required for {name}: a string")


def fill_versioned(
    block: Any, kwargs: dict[str, Any], values: dict[str, Any], family: dict[str, Any]
) -> None:
    """Become the latest note of equal or no content, or a new version of it."""
    registry = type(block)
    revises = kwargs.get("revises")
    if revises is not None:
        check_revises(registry, revises)
    check_version_tag(kwargs.get("version"), revises)
    latest = find_head(registry, **family)
    if latest is not None and latest.content == kwargs["content"]:
        logger.important(f"returning existing {registry.__name__} with same hash: {latest!r}")
        become(block, latest)
        return
    if latest is not None and latest.content == "":
        become(block, latest)
        block.content, block.hash = kwargs["content"], hash_string(kwargs["content"])
        return
    fill(block, kwargs, {**values, "uid": new_version_uid(registry, revises or latest)})
    block._revises = revises or latest
    block._revises_is_inferred = revises is None


def fill(block: Any, kwargs: dict[str, Any], values: dict[str, Any]) -> None:
    """Initialise the columns of a new note."""
    content = kwargs["content"]
    version_tag = kwargs.get("version")
    text = {"content": content, "hash": hash_string(content), "version_tag": version_tag}
    initialize(block, {**values, **text})
    check_lengths(block)
