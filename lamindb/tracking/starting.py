"""`ln.track()`: everything is checked first, then transform and run are written together."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from lamindb.base.log import logger
from lamindb.base.types import RUN_STATUS_TO_CODE
from lamindb.errors import IntegrityError
from lamindb.models import Run, Transform
from lamindb.models.annotate.preparing import resolve_keys
from lamindb.models.current import current_user_id, run_context
from lamindb.setup.session import require_instance, settings
from lamindb.setup.session_settings import settings as session_settings

from .arguments import check_arguments, check_uid, resolve_links
from .detect import cli_arguments, detect_source, source_at
from .environment import capture_environment
from .git_sync import find_in_repository
from .internal_artifacts import store_environment
from .messages import say_how_to_identify, say_imports, say_started
from .redact import redact_arguments, secret_texts
from .run_log import RunLog
from .source import Source, source_from_string
from .transforms import Resolution, resolve_transform
from .watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from .arguments import Arguments, Links

__all__ = ["Tracked", "Wishes", "start_run"]

MAX_CLI_ARGS = 1024
ATTEMPTS = 3
SKIPPED = "skipping track(), connected in read-only mode"


@dataclass
class Wishes:
    """What was set on `ln.context` before the call."""

    uid: str | None = None
    version: str | None = None
    description: str | None = None
    path: Path | None = None


@dataclass
class Tracked:
    """What belongs to the current run besides its row.

    Attributes
    ----------
    source : Source or None
        What is running.
    watch : Watch or None
        What captures the output of a script, and ends its run if it does not get to `ln.finish()`.
    was_asked_to_save : bool
        Whether `ln.finish()` asked to save a notebook, and nobody did.
    """

    source: Source | None = None
    watch: Watch | None = None
    was_asked_to_save: bool = False


def start_run(
    arguments: Arguments,
    wishes: Wishes,
    forget: Callable[[], None],
    earlier: Tracked,
) -> Tracked:
    """Make a run the current one; does nothing in a database that can only be read.

    Parameters
    ----------
    arguments : Arguments
        Arguments of `ln.track()`.
    wishes : Wishes
        Attributes of `ln.context`.
    forget : callable
        Called if the run ends otherwise than by `ln.finish()`.
    earlier : Tracked
        What belongs to the run before, which is abandoned.

    Returns
    -------
    Tracked
        What belongs to the current run; its watch is at work.

    Raises
    ------
    Exception
        As `ln.track`; then nothing was written, and what was current before still is.
    """
    require_instance()
    if settings.instance.is_read_only_connection:
        logger.warning(SKIPPED)
        return earlier
    check_arguments(arguments)
    links = resolve_links(arguments)
    before = replace(run_context)
    run_context.clear()
    run_context.project, run_context.space = links.project, links.space
    run_context.branch = links.branch
    try:
        source = find_source(arguments, wishes)
        uid = arguments.transform if isinstance(arguments.transform, str) else wishes.uid
        if uid is not None:
            check_uid(uid)
        resolution, run = write(arguments, wishes, links, source, uid)
    except BaseException as error:
        vars(run_context).update(vars(before))
        if isinstance(error, DatabaseError) and is_read_only(error):
            logger.warning(SKIPPED)
            return earlier
        raise
    run_context.run = run
    if earlier.watch is not None:
        earlier.watch.uninstall()
    watch = None
    if is_watched(run, arguments):
        watch = Watch(RunLog(run, secret_texts(arguments.params, cli_arguments())), forget)
        watch.install()
    capture_environment(run.uid)
    if source is not None and source.kind != "notebook":
        store_environment(run)
    say_started(run, resolution, arguments.features)
    if source is not None:
        say_about_source(source, resolution.transform, arguments, has_uid=uid is not None)
    return Tracked(source, watch)


def say_about_source(
    source: Source, transform: Transform, arguments: Arguments, *, has_uid: bool
) -> None:
    """Log what follows from the source: imports, and how to find the transform again."""
    if arguments.pypackages is not False:
        say_imports(source)
    if not has_uid:
        say_how_to_identify(transform, source, arguments)


def is_watched(run: Run, arguments: Arguments) -> bool:
    """Whether to capture what a run prints, and to end it with its process."""
    if arguments.stream_tracking is None:
        return run.transform.kind == "script"
    return arguments.stream_tracking


def find_reference(source: Source) -> str | None:
    """URL of a script in the git repository that source code is synchronized with, if any."""
    repository = session_settings.sync_git_repo
    if repository is None or source.path is None or source.path.suffix == ".ipynb":
        return None
    return find_in_repository(source.path, repository)


def is_read_only(error: DatabaseError) -> bool:
    """Whether SQLite or Postgres refused to write anything at all."""
    return "readonly" in str(error) or "read-only" in str(error)


def find_source(arguments: Arguments, wishes: Wishes) -> Source | None:
    """Code to track; None if a transform is given that is no file here."""
    if isinstance(arguments.transform, Transform):
        return None
    if arguments.source_code is not None:
        assert arguments.key is not None  # checked before
        return source_from_string(
            arguments.source_code, arguments.key, arguments.kind or "function"
        )
    path = arguments.path or wishes.path
    if path is not None:
        return source_at(Path(path), arguments.key)
    return detect_source(arguments.key)


def write(
    arguments: Arguments, wishes: Wishes, links: Links, source: Source | None, uid: str | None
) -> tuple[Resolution, Run]:
    """Store transform and run in one transaction.

    Another process may make the same new version at the same time; then the decision is made
    again.
    """
    features = resolve_keys(arguments.features) if arguments.features else {}
    for attempt in range(ATTEMPTS):
        resolution = choose_transform(arguments, wishes, source, uid)
        try:
            with transaction.atomic():
                resolution.store()
                run = make_run(resolution.transform, arguments, links, source)
                run.save()
                if features:
                    run.features.update_values(features)
        except BaseException as error:
            if resolution.is_new:
                resolution.transform._state.adding, resolution.transform.pk = True, None
            if not isinstance(error, IntegrityError) or attempt == ATTEMPTS - 1:
                raise
        else:
            break
    return resolution, run


def choose_transform(
    arguments: Arguments, wishes: Wishes, source: Source | None, uid: str | None
) -> Resolution:
    """Transform with its description and version tag, not written yet."""
    if source is None:
        transform = arguments.transform
        assert isinstance(transform, Transform)
        resolution = Resolution(transform, is_new=transform._state.adding)
    else:
        resolution = resolve_transform(source, uid)
        resolution.describe(source.description)
        resolution.refer_to(find_reference(source))
        if is_command(arguments, source) and not resolution.transform.description:
            resolution.describe(f"CLI: {source.path.name if source.path else source.key}")
    resolution.describe(wishes.description)
    resolution.tag(wishes.version)
    return resolution


def is_command(arguments: Arguments, source: Source) -> bool:
    """Whether the source is a script that was called with arguments, not just a part of it."""
    if source.kind != "script" or not cli_arguments():
        return False
    return arguments.entrypoint is None or source.path == Path(sys.argv[0]).resolve()


def make_run(
    transform: Transform, arguments: Arguments, links: Links, source: Source | None
) -> Run:
    """Run to be saved: a new one, or the latest one of this user again."""
    values: dict[str, Any] = {
        name: value
        for name, value in {
            "params": links.params,
            "plan": links.plan,
            "initiated_by_run": links.initiated_by_run,
            "entrypoint": arguments.entrypoint,
            "cli_args": None if arguments.is_step else cli_args(),
        }.items()
        if value is not None
    }
    is_notebook = source is not None and source.kind == "notebook"
    is_interactive = source is not None and source.is_interactive
    new_run = not is_interactive if arguments.new_run is None else arguments.new_run
    latest = None if new_run else latest_run(transform)
    if latest is None:
        if source is not None and not is_notebook:
            values["_is_consecutive"] = True
        return Run(transform, status="started", **values)
    values["_status_code"] = RUN_STATUS_TO_CODE["restarted"]
    for name, value in {**values, "started_at": timezone.now(), "finished_at": None}.items():
        setattr(latest, name, value)
    return latest


def latest_run(transform: Transform) -> Run | None:
    """Run that the current user created last."""
    runs = Run.filter(transform=transform, created_by_id=current_user_id())
    return runs.order_by("-created_at", "-id").first()


def cli_args() -> str | None:
    """Command line of the script without secrets, as far as it can be stored."""
    text = " ".join(redact_arguments(cli_arguments())).replace("\0", "")
    if len(text) > MAX_CLI_ARGS:
        text = text[: MAX_CLI_ARGS - 1] + "…"
    return text or None
