"""The arguments of `ln.track()`: checked and resolved to records before anything is written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lamindb.base.uids import base62_12
from lamindb.errors import InvalidArgument
from lamindb.models import Artifact, Branch, Project, Q, Run, Space
from lamindb.models.sqlrecord import BaseSQLRecord

from .params import prepare_params

if TYPE_CHECKING:
    from pathlib import Path

    from lamindb.base.types import TransformKind
    from lamindb.models import Transform

__all__ = ["Arguments", "Links", "check_arguments", "check_uid", "resolve_links"]

R = TypeVar("R", bound=BaseSQLRecord)

STEM_LENGTH = 16
"""Length of the part of an artifact's uid that all versions share."""


@dataclass
class Arguments:
    """What was passed to `ln.track()`; see there."""

    transform: str | Transform | None = None
    project: str | Project | None = None
    space: str | Space | None = None
    branch: str | Branch | None = None
    plan: str | Artifact | None = None
    features: dict[str, Any] | None = None
    params: dict[str, Any] | None = None
    expected_param_types: dict[str, Any] | None = None
    new_run: bool | None = None
    pypackages: bool | None = None
    key: str | None = None
    path: str | Path | None = None
    source_code: str | None = None
    kind: TransformKind | None = None
    entrypoint: str | None = None
    initiated_by_run: Run | str | None = None
    stream_tracking: bool | None = None
    # set by functions within a run: the command line belongs to the run around them
    is_step: bool = False


@dataclass(frozen=True)
class Links:
    """What a run refers to, as saved records; and its parameters as they are stored."""

    project: Project | None
    space: Space | None
    branch: Branch | None
    plan: Artifact | None
    initiated_by_run: Run | None
    params: dict[str, Any] | None


def check_arguments(arguments: Arguments) -> None:
    """Refuse what can't work, without a query.

    Parameters
    ----------
    arguments : Arguments
        As passed by the user.

    Raises
    ------
    InvalidArgument
        Arguments that exclude each other, or a uid of the wrong form.
    ValueError
        A notebook or script is passed as a transform record.
    """
    transform = arguments.transform
    if isinstance(transform, str):
        check_uid(transform)
    elif transform is not None and transform.kind in ("notebook", "script"):
        raise ValueError(
            "Use `ln.track()` without passing transform in a notebook or script - metadata is "
            "automatically parsed"
        )
    if arguments.source_code is not None:
        if arguments.key is None:
            raise InvalidArgument("Pass a key together with source_code: ln.track(key='…', …)")
        if arguments.path is not None:
            raise InvalidArgument("Pass either source_code or path, not both")
    if arguments.key == "":
        raise InvalidArgument("key is empty: pass a name for the transform, or no key")


def check_uid(uid: str) -> None:
    """Refuse a text that can't be the uid of a transform, or the part that its versions share.

    Raises
    ------
    InvalidArgument
    """
    if len(uid) not in (12, 16) or not (uid.isascii() and uid.isalnum()):
        raise InvalidArgument(
            f'Please pass an auto-generated uid instead of "{uid}". Resolve by running: '
            f'ln.track("{base62_12()}")'
        )


def resolve_links(arguments: Arguments) -> Links:
    """Find the records that a run refers to.

    Parameters
    ----------
    arguments : Arguments
        Records, uids, names or keys; environment variables fill in for project and parent run.

    Returns
    -------
    Links

    Raises
    ------
    InvalidArgument
        There is no such record, or several have the name.
    AssertionError
        A record is not saved.

    Example
    -------
    >>> resolve_links(Arguments(project="My project")).project.name
    'My project'
    """
    project = arguments.project or os.environ.get("LAMIN_CURRENT_PROJECT") or None
    parent = arguments.initiated_by_run or os.environ.get("LAMIN_INITIATED_BY_RUN_UID") or None
    return Links(
        project=find_named(Project, project),
        space=find_named(Space, arguments.space),
        branch=find_named(Branch, arguments.branch),
        plan=find_plan(arguments.plan),
        initiated_by_run=find_run(parent),
        params=prepare_params(arguments.params, arguments.expected_param_types),
    )


def given_record(registry: type[R], value: object) -> R | None:
    """Return the value if it is a saved record of the registry.

    Raises
    ------
    AssertionError
        The record is not saved.
    InvalidArgument
        The value is neither a record of this registry nor text.
    """
    name = registry.__name__
    if isinstance(value, registry):
        if value._state.adding:
            raise AssertionError(f"{name} {value!r} must be saved before passing it to track()")
        return value
    if not isinstance(value, str):
        raise InvalidArgument(f"Pass a saved {name} or the text that names it, not {value!r}")
    return None


def find_named(registry: type[R], value: R | str | None) -> R | None:
    """Record by name or uid."""
    if value is None:
        return None
    record = given_record(registry, value)
    if record is not None:
        return record
    name = registry.__name__
    found = list(registry.filter(Q(name=value) | Q(uid=value))[:2])
    if not found:
        raise InvalidArgument(
            f"{name} '{value}' not found, either create it with "
            f"`ln.{name}(name='{value}').save()` or fix typos."
        )
    if len(found) > 1:
        raise InvalidArgument(f"Several records of {name} are called '{value}', pass the uid")
    return found[0]


def find_plan(value: Artifact | str | None) -> Artifact | None:
    """Latest version of an artifact by key, or the one with a uid."""
    if value is None:
        return None
    record = given_record(Artifact, value)
    if record is not None:
        return record
    by_key = Artifact.filter(key=value, is_latest=True).order_by("-created_at")
    by_uid = Artifact.filter(uid=value) | Artifact.filter(uid__startswith=value, is_latest=True)
    found = by_key.first() or (by_uid.first() if len(value) >= STEM_LENGTH else None)
    if found is None:
        raise InvalidArgument(
            f"Plan '{value}' not found, please pass the key or uid of an artifact, or save it "
            "with `lamin save /path/to/plan.md`"
        )
    return found


def find_run(value: Run | str | None) -> Run | None:
    """Run by uid."""
    if value is None:
        return None
    run = given_record(Run, value) or Run.filter(uid=value).first()
    if run is None:
        raise InvalidArgument(f"Run '{value}' not found, please pass a valid run uid.")
    return run
