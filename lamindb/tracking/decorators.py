"""`@ln.flow()` and `@ln.step()`: each call of a function is a run."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import AsyncGenerator, Callable, Generator
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, cast, get_args

from lamindb.errors import InvalidArgument

from .function_arguments import Parameters
from .function_calls import FunctionCall, GlobalRun, TrackedFunction
from .function_source import code_of, definition_of

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["flow", "step", "tracked"]

P = ParamSpec("P")
R = TypeVar("R")


def flow(
    uid: str | None = None,
    global_run: Literal["memorize", "clear", "none"] = "clear",
    track_arg_aliases: bool = True,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Track each call of a function as a run, where nothing is tracked yet.

    What the function saves and loads becomes output and input of the run, its arguments become
    parameters. The transform is the file that defines the function.

    Parameters
    ----------
    uid : str, optional
        Uid of the transform, to identify the file when it is renamed.
    global_run : str
        `clear` shows the run on `ln.context` during the call, `memorize` keeps it there
        afterwards, `none` never shows it, for flows that run at the same time.
    track_arg_aliases : bool
        Whether the arguments `project`, `space`, `branch`, `plan` and `initiated_by_run` of the
        function are passed to `ln.track()`, too.

    Returns
    -------
    callable
        A decorator.

    Raises
    ------
    InvalidArgument
        `global_run` is none of the three; or, in a call, an argument names no record.
    RuntimeError
        In a call: something is tracked already.

    Examples
    --------
    >>> @ln.flow()
    ... def ingest_dataset(key: str) -> ln.Artifact:
    ...     df = ln.examples.datasets.mini_immuno.get_dataset1()
    ...     return ln.Artifact.from_dataframe(df, key=key).save()
    >>> ingest_dataset(key="my_analysis/dataset.parquet").run.params
    {'key': 'my_analysis/dataset.parquet'}
    """
    check_parentheses(uid, "flow")
    if global_run not in get_args(GlobalRun):
        raise InvalidArgument(f"global_run is 'memorize', 'clear' or 'none', not {global_run!r}")
    return partial(
        decorate,
        kind="flow",
        uid=uid,
        global_run=global_run,
        track_arg_aliases=track_arg_aliases,
        scope=sys._getframe(1),
    )


def step(uid: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Track each call of a function as a run within the run that is tracked.

    Parameters
    ----------
    uid : str, optional
        Uid of the transform, to identify the file when it is renamed.

    Returns
    -------
    callable
        A decorator.

    Raises
    ------
    RuntimeError
        In a call: nothing is tracked.

    Examples
    --------
    >>> @ln.step()
    ... def head(artifact: ln.Artifact, n: int = 2) -> ln.Artifact:
    ...     return ln.Artifact.from_dataframe(artifact.load().iloc[:n], key="head.parquet").save()
    >>> ln.track()
    >>> head(artifact).run.initiated_by_run == ln.context.run
    True
    """
    check_parentheses(uid, "step")
    return partial(decorate, kind="step", uid=uid, scope=sys._getframe(1))


def tracked(uid: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Track each call of a function as a run: the name of `step()` in older releases.

    Parameters
    ----------
    uid : str, optional
        Uid of the transform.

    Returns
    -------
    callable
        A decorator.

    Examples
    --------
    >>> @ln.tracked()
    ... def preprocess(key: str) -> None: ...
    """
    warnings.warn("@ln.tracked() is called @ln.step() now", DeprecationWarning, stacklevel=2)
    check_parentheses(uid, "tracked")
    return partial(decorate, kind="step", uid=uid, scope=sys._getframe(1))


def check_parentheses(uid: object, name: str) -> None:
    """Refuse the decorator without its parentheses.

    Raises
    ------
    TypeError
    """
    if callable(uid):
        raise TypeError(f"Write @ln.{name}() with parentheses")


def decorate(
    function: Callable[P, R], *, kind: Literal["flow", "step"], scope: FrameType, **options: Any
) -> Callable[P, R]:
    """Wrap a function of any kind: plain, a generator, or asynchronous.

    Raises
    ------
    TypeError
        It is a class, a class method or a static method, or can't be called at all.
    """
    if isinstance(function, (classmethod, staticmethod)):
        raise TypeError(
            f"Write @ln.{kind}() below @{type(function).__name__}, next to the function"
        )
    if isinstance(function, type) or not callable(function):
        raise TypeError(f"@ln.{kind}() tracks functions, not {function!r}")
    owner = code_of(function)
    wrap, is_suspendable = wrapper_of(owner)
    known = TrackedFunction(
        kind,
        definition_of(function),
        Parameters(function, scope),
        is_suspendable=is_suspendable,
        **options,
    )
    return cast("Callable[P, R]", wraps(function)(wrap(function, known)))


Wrapper = Callable[[Callable[..., Any], TrackedFunction], Callable[..., Any]]


def wrapper_of(owner: Any) -> tuple[Wrapper, bool]:
    """How to wrap a function, and whether its calls may overlap in one thread."""
    if inspect.isasyncgenfunction(owner):
        return wrap_async_generator, True
    if inspect.iscoroutinefunction(owner):
        return wrap_coroutine, True
    if inspect.isgeneratorfunction(owner):
        return wrap_generator, True
    return wrap_plain, False


def wrap_plain(function: Callable[..., Any], known: TrackedFunction) -> Callable[..., Any]:
    """Track a function until it returns."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        call = FunctionCall(known, args, kwargs)
        with call, call.active():
            return function(*args, **kwargs)

    return wrapper


def wrap_coroutine(function: Callable[..., Any], known: TrackedFunction) -> Callable[..., Any]:
    """Track a coroutine until it was awaited."""

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        call = FunctionCall(known, args, kwargs)
        with call, call.active():
            return await function(*args, **kwargs)

    return wrapper


def wrap_generator(function: Callable[..., Any], known: TrackedFunction) -> Callable[..., Any]:
    """Track a generator until it is exhausted or closed; in between, the caller has its own run."""

    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        return drive(function(*args, **kwargs), FunctionCall(known, args, kwargs))

    return wrapper


def drive(generator: Generator[Any, Any, Any], call: FunctionCall) -> Generator[Any, Any, Any]:
    """Pass on everything between a generator and its caller."""
    with call:
        resume: Callable[[], Any] = partial(next, generator)
        while True:
            try:
                with call.active():
                    value = resume()
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield value
            except GeneratorExit:
                with call.active():
                    generator.close()
                return None
            except BaseException as error:
                resume = partial(generator.throw, error)
            else:
                resume = partial(generator.send, sent)


def wrap_async_generator(
    function: Callable[..., Any], known: TrackedFunction
) -> Callable[..., Any]:
    """Track an asynchronous generator until it is exhausted or closed."""

    def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        return drive_async(function(*args, **kwargs), FunctionCall(known, args, kwargs))

    return wrapper


async def drive_async(
    generator: AsyncGenerator[Any, Any], call: FunctionCall
) -> AsyncGenerator[Any, Any]:
    """Pass on everything between an asynchronous generator and its caller."""
    with call:
        resume: Callable[[], Any] = partial(anext, generator)
        while True:
            try:
                with call.active():
                    value = await resume()
            except StopAsyncIteration:
                return
            try:
                sent = yield value
            except GeneratorExit:
                with call.active():
                    await generator.aclose()
                return
            except BaseException as error:
                resume = partial(generator.athrow, error)
            else:
                resume = partial(generator.asend, sent)
