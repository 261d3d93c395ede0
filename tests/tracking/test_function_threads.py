"""Flows and steps at the same time: threads, asynchronous functions, processes."""

from __future__ import annotations

import asyncio
import inspect
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

import lamindb as ln
from tests.tracking.conftest import Script
from tests.tracking.test_flow import Load


def in_threads(function: Callable, arguments: list) -> list:
    """Results of calls that all begin at the same time, each in its own thread."""
    barrier = threading.Barrier(len(arguments))

    def call(argument: object) -> object:
        barrier.wait(60)
        try:
            return function(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(call, arguments))


@ln.step()
def save_file(path: str) -> tuple[ln.Artifact, ln.Run]:
    label = ln.ULabel(name=path).save()
    return ln.Artifact(path, key="same.txt").save(), label.run


def test_parallel_steps(instance_on_both, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [f"{number}.txt" for number in range(3)]
    for path in paths:
        Path(path).write_text("the same content")
    ln.track(ln.Transform(key="pipeline").save())
    results = in_threads(save_file, paths)
    runs = [run for _, run in results]
    assert len(set(runs)) == 3
    assert {run.initiated_by_run for run in runs} == {ln.context.run}
    assert [ln.Run.get(run.uid).params for run in runs] == [{"path": path} for path in paths]
    assert {ln.Run.get(run.uid).status for run in runs} == {"completed"}
    out = capsys.readouterr().out
    assert out.count("created Transform(") == 1
    assert "returning transform" not in out
    artifact = ln.Artifact.filter(key="same.txt").one()
    assert {found for found, _ in results} == {artifact}
    assert {*artifact.recreating_runs.all(), artifact.run} == set(runs)


def test_the_first_calls_at_the_same_time(instance_on_both, load: Load) -> None:
    module = load("@ln.step()\ndef one(n): return ln.Run.filter(entrypoint='one').count()\n")
    ln.track(ln.Transform(key="pipeline").save())
    in_threads(module.one, list(range(6)))
    assert ln.Run.filter(entrypoint="one").count() == 6
    assert ln.Transform.filter(key="flows.py").count() == 1


def test_parallel_flows(instance_on_both) -> None:
    @ln.step()
    def inner(name: str) -> ln.Run:
        return ln.ULabel(name=f"inner {name}").save().run

    @ln.flow(global_run="none")
    def outer(name: str) -> tuple[ln.Run, ln.Run]:
        assert ln.context.run is None
        return inner(name), ln.ULabel(name=f"outer {name}").save().run

    results = in_threads(outer, ["a", "b", "c"])
    assert len({run for pair in results for run in pair}) == 6
    for inner_run, outer_run in results:
        assert inner_run.initiated_by_run == outer_run
        assert ln.Run.get(outer_run.uid).params == inner_run.params
    assert {run.status for run in ln.Run.filter()} == {"completed"}
    stdout = sys.stdout
    outer("d")
    assert sys.stdout is stdout


def test_flows_that_exclude_each_other(instance) -> None:
    begun, may_end = threading.Event(), threading.Event()

    @ln.flow()
    def wait() -> None:
        begun.set()
        assert may_end.wait(60)

    def run() -> None:
        wait()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(60)
    with pytest.raises(RuntimeError, match=r"A global run is active already, Run\("):
        wait()
    may_end.set()
    thread.join(60)
    assert ln.Run.filter().one().status == "completed"
    assert ln.context.run is None


def test_a_flow_that_begins_at_the_same_time(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one is about to begin: it has no run yet."""
    from lamindb.tracking import function_calls

    assert function_calls._global_run_lock.acquire(blocking=False)
    try:
        with pytest.raises(RuntimeError, match=r"use @ln.flow\(global_run='none'\) for flows that"):
            ln.flow()(lambda: None)()
    finally:
        function_calls._global_run_lock.release()
    assert ln.Run.filter().count() == 0
    ln.flow()(lambda: None)()


def test_threads_of_a_flow(instance) -> None:
    def save(name: str) -> ln.Run:
        return ln.ULabel(name=name).save().run

    @ln.flow()
    def outer() -> tuple[ln.Run, list[ln.Run]]:
        return ln.context.run, in_threads(save, ["a", "b"])

    run, runs = outer()
    assert runs == [run, run]


def test_a_thread_sees_no_step_of_another_thread(instance) -> None:
    ln.track(ln.Transform(key="pipeline").save())

    @ln.step()
    def one(_: int) -> bool:
        runs = {ln.ULabel(name=ln.base.uids.base62_12()).save().run for _ in range(10)}
        return len(runs) == 1

    assert in_threads(one, [1, 2]) == [True, True]
    assert ln.ULabel(name="main thread").save().run == ln.context.run


# -- asynchronous functions -----------------------------------------------------------------------


@ln.step()
async def save_label(name: str) -> ln.Run:
    await asyncio.sleep(0.01)
    label = ln.ULabel(name=name).save()
    await asyncio.sleep(0.01)
    assert ln.ULabel(name=f"{name} again").save().run == label.run
    return label.run


def test_coroutines(instance_on_both) -> None:
    @ln.flow()
    async def main() -> tuple[ln.Run, list[ln.Run], ln.Run]:
        runs = await asyncio.gather(*(save_label(name) for name in "abc"))
        in_thread = await asyncio.to_thread(in_threads, lambda n: ln.context.run, [1])
        return ln.context.run, runs, in_thread[0]

    assert inspect.iscoroutinefunction(main)
    run, runs, in_thread = asyncio.run(main())
    assert len(set(runs)) == 3
    assert {step.initiated_by_run for step in runs} == {run} == {in_thread}
    assert {run.status for run in ln.Run.filter()} == {"completed"}
    assert (ln.context.run, ln.ULabel(name="afterwards").save().run) == (None, None)


def test_flows_in_one_event_loop(instance) -> None:
    @ln.flow(global_run="none")
    async def independent(name: str) -> ln.Run:
        step = await save_label(name)
        assert step.initiated_by_run == ln.ULabel(name=f"{name} flow").save().run
        return step.initiated_by_run

    @ln.flow()
    async def exclusive() -> None:
        await asyncio.sleep(0.01)

    async def main() -> list:
        runs = await asyncio.gather(*(independent(name) for name in "abc"))
        both = await asyncio.gather(exclusive(), exclusive(), return_exceptions=True)
        return [*runs, *both]

    stdout, hook = sys.stdout, sys.excepthook
    *runs, nothing, error = asyncio.run(main())
    assert len(set(runs)) == 3
    assert nothing is None
    assert isinstance(error, RuntimeError)
    assert (sys.stdout, sys.excepthook) == (stdout, hook)
    assert {run.status for run in ln.Run.filter()} == {"completed"}


def test_coroutines_that_do_not_end_well(instance) -> None:
    @ln.flow(global_run="none")
    async def wait(error: str | None = None) -> None:
        if error is not None:
            raise ValueError(error)
        await asyncio.sleep(60)

    async def main() -> None:
        with pytest.raises(ValueError, match="wrong"):
            await wait("wrong")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(wait(), 0.1)
        with pytest.raises(TypeError, match=r"wait\(\) got an unexpected keyword argument 'x'"):
            await wait(x=1)
        never_awaited = wait()
        never_awaited.close()

    asyncio.run(main())
    assert [run.status for run in ln.Run.filter().order_by("id")] == ["errored", "aborted"]
    assert ln.ULabel(name="afterwards").save().run is None


def test_asynchronous_generators(instance) -> None:
    @ln.step()
    async def count(n: int) -> AsyncIterator[ln.Run]:
        for number in range(n):
            await asyncio.sleep(0)
            name = f"label {number} {ln.base.uids.base62_12()}"
            yield ln.ULabel(name=name).save().run

    async def main() -> None:
        runs = [run async for run in count(2)]
        assert runs[0] == runs[1] != ln.context.run
        generator = count(2)
        first = await anext(generator)
        assert ln.ULabel(name="of the caller").save().run == ln.context.run
        await generator.aclose()
        failing = count(2)
        await anext(failing)
        with pytest.raises(ValueError, match="thrown"):
            await failing.athrow(ValueError("thrown"))
        assert first != runs[0]

    ln.track(ln.Transform(key="pipeline").save())
    asyncio.run(main())
    runs = ln.Run.filter(entrypoint__endswith="count").order_by("id")
    assert [run.status for run in runs] == ["completed", "completed", "errored"]


def test_asynchronous_functions_of_scripts(instance, script: Script, run_script) -> None:
    code = """
import asyncio
import lamindb as ln

@ln.step()
async def step(name):
    return ln.ULabel(name=name).save()

@ln.flow()
async def main():
    await asyncio.gather(step("a"), step("b"))

asyncio.run(main())
"""
    run_script(script("main.py", code))
    assert [run.entrypoint for run in ln.Run.filter().order_by("id")] == ["main", "step", "step"]
    assert {label.run.entrypoint for label in ln.ULabel.filter()} == {"step"}


# -- processes ------------------------------------------------------------------------------------


def test_steps_in_other_processes(instance, script: Script) -> None:
    code = "import lamindb as ln\n@ln.step()\ndef one(n): return ln.ULabel(name=n).save()\n"
    script("steps.py", code)
    worker = script("worker.py", "import sys\nfrom steps import one\none(sys.argv[1])\n")
    ln.track(ln.Transform(key="pipeline").save())
    run = ln.context.run
    jobs: Iterator[subprocess.Popen] = (
        subprocess.Popen(
            [sys.executable, str(worker), name],
            env={**os.environ, "LAMIN_INITIATED_BY_RUN_UID": run.uid},
        )
        for name in "ab"
    )
    assert [job.wait(120) for job in list(jobs)] == [0, 0]
    assert {label.run.initiated_by_run for label in ln.ULabel.filter()} == {run}
    assert {label.run.status for label in ln.ULabel.filter()} == {"completed"}
    assert {label.run.transform.key for label in ln.ULabel.filter()} == {"steps.py"}


def test_forked_processes(instance, script: Script, run_script) -> None:
    code = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
import lamindb as ln

@ln.step()
def step(name):
    return ln.ULabel(name=name).save().run.uid

@ln.flow()
def main():
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert len(set(pool.map(step, "abc"))) == 3

if __name__ == "__main__":
    main()
"""
    run_script(script("main.py", code))
    flow = ln.Run.get(entrypoint="main")
    steps = ln.Run.filter(entrypoint="step")
    assert [step.initiated_by_run for step in steps] == [flow] * 3
    assert {run.status for run in ln.Run.filter()} == {"completed"}
