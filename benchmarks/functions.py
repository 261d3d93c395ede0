"""What tracking adds to the call of a function."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from importlib import util
from pathlib import Path
from types import ModuleType

from benchmarks.children import scratch
from benchmarks.registry import Workload, register

CODE = """
import lamindb as ln


@ln.flow()
def flow(key: str, n: int = 2) -> None:
    pass


@ln.step()
def step(key: str, n: int = 2) -> None:
    pass
"""


def row(runs: int) -> list[float]:
    """Insert a run and update it: what any record of a call costs."""
    import lamindb as ln

    with _functions():
        transform = ln.Transform(key="pipeline").save()

        def insert_and_update() -> None:
            run = ln.Run(transform, status="started", params={"key": "a", "n": 2}).save()
            run.save(update_fields=["finished_at"])

        return _elapsed(insert_and_update, runs)


def flow(runs: int) -> list[float]:
    """Call a flow that does nothing."""
    with _functions() as functions:
        return _elapsed(lambda: functions.flow("a"), runs)


def step(runs: int) -> list[float]:
    """Call a step that does nothing."""
    import lamindb as ln

    with _functions() as functions:
        ln.track(ln.Transform(key="pipeline").save())
        times = _elapsed(lambda: functions.step("a"), runs)
        ln.finish()
        return times


def _elapsed(call: Callable[[], object], runs: int) -> list[float]:
    """Seconds that each run takes, after three to warm up."""
    times = []
    for _ in range(3 + runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times[3:]


@contextlib.contextmanager
def _functions() -> Iterator[ModuleType]:
    """A new SQLite instance, and a module with tracked functions."""
    import lamindb as ln

    with scratch():
        ln.setup.init(storage="./store", name="bench")
        verbosity, ln.settings.verbosity = ln.settings.verbosity, "error"
        path = Path("functions.py")
        path.write_text(CODE)
        spec = util.spec_from_file_location("functions", path.resolve())
        assert spec is not None and spec.loader is not None
        module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
        try:
            yield module
        finally:
            ln.settings.verbosity = verbosity
            ln.setup.disconnect(mute=True)


register(
    Workload("run-row", "insert and update a run (elapsed)", row),
    Workload("flow", "call a flow that does nothing (elapsed)", flow, 0.060, floor="run-row"),
    Workload("step", "call a step that does nothing (elapsed)", step, 0.025, floor="run-row"),
)
