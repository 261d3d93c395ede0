"""One call of a tracked function: its run begins before the function does, and ends with it."""

from __future__ import annotations

import os
import threading
import traceback
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from django.db import DatabaseError

from lamindb.base.log import logger
from lamindb.errors import InvalidArgument
from lamindb.models.current import RunContext, active_context, function_context, run_context
from lamindb.setup.session import require_instance, settings

from .arguments import Arguments, check_uid, resolve_links
from .context import Context
from .detect import cli_arguments
from .ending import end_run
from .environment import capture_environment
from .function_arguments import ALIASES
from .function_source import interactive_key
from .internal_artifacts import store_environment
from .messages import say_finished, say_started
from .open_runs import add_open_run, discard_open_run
from .redact import secret_texts
from .run_log import RunLog
from .starting import SKIPPED, Wishes, is_read_only, write
from .watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from lamindb.base.types import RunStatus
    from lamindb.models import Run, Transform

    from .arguments import Links
    from .function_arguments import Parameters
    from .function_source import Definition
    from .open_runs import OpenRun
    from .source import Source
    from .transforms import Resolution

__all__ = ["FunctionCall", "TrackedFunction"]

GlobalRun = Literal["memorize", "clear", "none"]
NO_GLOBAL_RUN = (
    "Please track the global run context before using @ln.step(): ln.track() or @ln.flow()"
)
MAX_ENTRYPOINT = 255
PARENT_VARIABLE = "LAMIN_INITIATED_BY_RUN_UID"

# functions that show their run on `ln.context` exclude each other
_global_run_lock = threading.Lock()
_watches: set[Watch] = set()
_registration_lock = threading.Lock()
_registered: set[tuple[str | None, str, str | None]] = set()


@dataclass
class TrackedFunction:
    """What is known about a decorated function before it is called.

    Attributes
    ----------
    kind : str
        `flow` or `step`.
    definition : Definition
        Its name and code.
    parameters : Parameters
        Its signature.
    uid : str or None
        Uid of the transform.
    global_run : str
        Whether `ln.context` shows the run.
    track_arg_aliases : bool
        Whether arguments such as `project` belong to the run.
    is_suspendable : bool
        Whether it is a generator or a coroutine, so that calls may overlap.
    identified : str or None
        Uid that was recommended to be passed.
    """

    kind: Literal["flow", "step"]
    definition: Definition
    parameters: Parameters
    uid: str | None = None
    global_run: GlobalRun = "none"
    track_arg_aliases: bool = False
    is_suspendable: bool = False
    identified: str | None = None


class FunctionCall:
    """One call: `with` begins and ends its run, `active()` makes it the current one.

    Parameters
    ----------
    function : TrackedFunction
        What is called.
    args : tuple
        Positional arguments.
    kwargs : dict
        Keyword arguments.

    Raises
    ------
    TypeError
        The arguments don't fit the signature; nothing is written.

    Examples
    --------
    >>> call = FunctionCall(tracked, ("a.parquet",), {})
    >>> with call, call.active():
    ...     ingest("a.parquet")
    """

    def __init__(
        self, function: TrackedFunction, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self._function = function
        self._values = function.parameters.bind(args, kwargs)
        self._context = RunContext()
        self._log: RunLog | None = None
        self._watch: Watch | None = None
        self._open_run: OpenRun | None = None
        self._has_global_run = False

    # -- begin -----------------------------------------------------------------------------------

    def __enter__(self) -> FunctionCall:
        require_instance()
        is_flow = self._function.kind == "flow"
        enclosing = active_context()
        if settings.instance.is_read_only_connection:
            if is_flow:
                logger.warning(SKIPPED)
            return self
        if is_flow:
            self._take_global_run()
        elif enclosing.run is None and not os.environ.get(PARENT_VARIABLE):
            raise RuntimeError(NO_GLOBAL_RUN)
        try:
            self._begin(enclosing)
        except BaseException as error:
            self._end(error)
            if not isinstance(error, DatabaseError) or not is_read_only(error):
                raise
            logger.warning(SKIPPED)
        return self

    def _take_global_run(self) -> None:
        """Refuse a flow within another run; keep others from beginning one.

        Raises
        ------
        RuntimeError
        """
        run = run_context.run
        if run is not None:
            raise RuntimeError(
                f"A global run is active already, Run('{run.uid}'): use @ln.step() for a function "
                "within it, or clear it with ln.finish() before you call a function with @ln.flow()"
            )
        if self._function.global_run == "none":
            return
        self._has_global_run = _global_run_lock.acquire(blocking=False)
        if not self._has_global_run:
            raise RuntimeError(
                "Another flow is running in this process: use @ln.flow(global_run='none') for "
                "flows that run at the same time"
            )

    def _begin(self, enclosing: RunContext) -> None:
        """Write transform and run, and watch over a flow."""
        function = self._function
        arguments = self._arguments(enclosing)
        links = self._links(arguments)
        context = self._context
        context.project, context.space, context.branch = links.project, links.space, links.branch
        source = function.definition.source(base_key(enclosing))
        if function.uid is not None:
            check_uid(function.uid)
        else:
            arguments.transform = transform_of_same_code(source, enclosing)
        with self._entered(), registration(source):
            resolution, run = write(
                arguments,
                Wishes(),
                links,
                source if arguments.transform is None else None,
                function.uid,
            )
            context.run = run
            self._accompany(run)
        if function.kind == "flow":
            capture_environment(run.uid)
            store_environment(run)
        self._say(run, resolution)

    def _links(self, arguments: Arguments) -> Links:
        """Find the records that are named.

        Raises
        ------
        InvalidArgument
        """
        try:
            return resolve_links(arguments)
        except InvalidArgument as error:
            names = ", ".join(self._aliases())
            if not names:
                raise
            raise InvalidArgument(
                f"{error} If {names} has another meaning in {self._function.definition.qualname}(),"
                " use @ln.flow(track_arg_aliases=False)"
            ) from None

    def _aliases(self) -> dict[str, Any]:
        """Arguments of the function that are arguments of `ln.track()`, too."""
        if not self._function.track_arg_aliases:
            return {}
        return {name: self._values[name] for name in ALIASES if self._values.get(name) is not None}

    def _arguments(self, enclosing: RunContext) -> Arguments:
        """Arguments as for `ln.track()`; what is not passed is as outside of the function."""
        function = self._function
        defaults = {
            "project": enclosing.project,
            "space": enclosing.space,
            "branch": enclosing.branch,
            "initiated_by_run": enclosing.run,
        }
        return Arguments(
            **{**defaults, **self._aliases()},
            params=self._values,
            expected_param_types=function.parameters.annotations,
            new_run=True,
            entrypoint=function.definition.qualname[-MAX_ENTRYPOINT:],
            is_step=function.kind == "step",
        )

    def _accompany(self, run: Run) -> None:
        """Copy what a flow prints, and see to it that the run ends with the process."""
        if self._function.kind == "flow":
            self._log = RunLog(run, secret_texts(self._values, cli_arguments()))
            # hooks are removed in the reverse order, so those of calls that overlap can't be nested
            is_nested = not self._function.is_suspendable or not _watches
            if is_nested and threading.current_thread() is threading.main_thread():
                self._watch = Watch(self._log, forget=lambda: None)
                _watches.add(self._watch)
                self._watch.install()
            else:
                self._log.start()
        self._open_run = add_open_run(run, self._log)

    def _say(self, run: Run, resolution: Resolution) -> None:
        """Log what began; once, how to identify the transform."""
        function, stem_uid = self._function, resolution.transform.stem_uid
        say_started(run, resolution)
        if function.kind == "flow" and function.uid is None and function.identified != stem_uid:
            function.identified = stem_uid
            if function.definition.path is not None:
                say_how_to_identify(stem_uid)

    # -- run -------------------------------------------------------------------------------------

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make the run the current one while the code of the function runs."""
        open_run = self._open_run
        if open_run is None:
            yield
            return
        open_run.is_paused = False
        if not self._has_global_run and self._function.global_run != "none":
            # goes on after a pause, in which another flow may have begun
            self._has_global_run = _global_run_lock.acquire(blocking=False)
        before = replace(run_context)
        if self._has_global_run:
            show(self._context)
        try:
            with self._entered():
                yield
        finally:
            open_run.is_paused = True
            if self._has_global_run:
                vars(run_context).update(vars(before))
                self._release_global_run()

    @contextmanager
    def _entered(self) -> Iterator[None]:
        """Let new records get run, project, space and branch from here."""
        token = function_context.set(self._context)
        try:
            yield
        finally:
            with suppress(ValueError):  # closed from elsewhere, where it was never set
                function_context.reset(token)

    def _release_global_run(self) -> None:
        if self._has_global_run:
            self._has_global_run = False
            _global_run_lock.release()

    # -- end -------------------------------------------------------------------------------------

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self._end(error)

    def _end(self, error: BaseException | None) -> None:
        """Store how the run ended; nothing that goes wrong here hides an error of the function."""
        self._release_global_run()
        run = self._context.run
        if run is None:
            return
        self._leave(error)
        discard_open_run(run)
        try:
            if run.finished_at is None:
                end_run(run, status_of(error), self._log)
            elif self._log is not None and run.report_id is None:  # by ln.finish() in the function
                end_run(run, run.status, self._log)
        except Exception as failure:
            if error is None:
                raise
            logger.warning(f"could not store the end of Run('{run.uid}'): {failure}")
        if self._function.kind == "flow" and error is None:
            say_finished(run)
            if self._function.global_run == "memorize":
                show(self._context)

    def _leave(self, error: BaseException | None) -> None:
        """Copy no longer what is printed; the log gets the traceback even if it is caught."""
        if self._log is not None and error is not None:
            lines = traceback.format_exception(type(error), error, error.__traceback__)
            self._log.write("".join(lines))
        if self._watch is not None:
            _watches.discard(self._watch)
            self._watch.uninstall()
        elif self._log is not None:
            self._log.stop()


@contextmanager
def registration(source: Source) -> Iterator[None]:
    """Let threads wait while another one registers the same code for the first time."""
    code = (settings.instance.db, source.key, source.hash)
    if code in _registered:
        yield
        return
    with _registration_lock:
        yield
    _registered.add(code)


def show(context: RunContext) -> None:
    """Let `ln.context` show a run."""
    vars(run_context).update(vars(context))
    Context._instance_uid = settings.instance.uid


def status_of(error: BaseException | None) -> RunStatus:
    """Status of a run whose function ended with this."""
    if isinstance(error, SystemExit):
        return "completed" if error.code in (None, 0) else "errored"
    if error is None or isinstance(error, Exception):
        return "completed" if error is None else "errored"
    return "aborted"  # Ctrl + C, a cancelled task


def say_how_to_identify(stem_uid: str) -> None:
    """Recommend to pass the uid to the decorator."""
    logger.important_hint(
        "recommendation: to identify the script across renames, pass the uid: "
        f'@ln.flow(uid="{stem_uid}")'
    )


def base_key(enclosing: RunContext) -> str:
    """Where functions without a file are: the notebook or console that is tracked."""
    if enclosing.run is None:
        return interactive_key()
    transform = enclosing.run.transform
    if transform.kind == "function" and ":" in transform.key:
        return str(transform.key.rpartition(":")[0])
    return str(transform.key)


def transform_of_same_code(source: Source, enclosing: RunContext) -> Transform | None:
    """Transform of the run around the call if it is the same file, whatever its key is."""
    if enclosing.run is None or source.hash is None:
        return None
    transform = enclosing.run.transform
    return transform if transform.hash == source.hash else None
