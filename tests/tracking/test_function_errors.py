"""Functions that raise, are interrupted, or pause: no run stays "started", nothing sticks."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

import lamindb as ln
from lamindb.errors import InvalidArgument
from tests.tracking.conftest import Script


@ln.flow()
def fail(error: BaseException) -> None:
    sys.stdout.write("before the error\n")
    raise error


@ln.step()
def fail_in_step(error: BaseException) -> None:
    raise error


@ln.flow()
def succeed() -> ln.Run:
    return ln.context.run


def hooks() -> list[object]:
    """What a flow replaces while it runs."""
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    return [sys.stdout, sys.stderr, sys.excepthook, sys.exit, *handlers]


def nothing_sticks() -> bool:
    """Whether nothing is tracked, and the next flow runs."""
    assert ln.context.run is None
    assert ln.ULabel(name=ln.base.uids.base62_12()).save().run is None
    assert ln.Run.get(succeed().uid).status == "completed"
    return True


STATUS_BY_ERROR = [
    (ValueError("wrong"), "errored"),
    (KeyboardInterrupt(), "aborted"),
    (SystemExit(1), "errored"),
    (SystemExit("message"), "errored"),
    (SystemExit(0), "completed"),
    (SystemExit(), "completed"),
]


@pytest.mark.parametrize(("error", "status"), STATUS_BY_ERROR, ids=repr)
def test_status_of_a_flow(instance_on_both, error: BaseException, status: str) -> None:
    before = hooks()
    with pytest.raises(type(error)) as caught:
        fail(error)
    assert caught.value is error
    run = ln.Run.filter().one()
    assert (run.status, run.finished_at >= run.started_at) == (status, True)
    log = run.report.path.read_text()
    assert "before the error\nTraceback (most recent call last):\n" in log
    assert "in fail\n    raise error\n" in log
    assert hooks() == before
    assert nothing_sticks()


@pytest.mark.parametrize(("error", "status"), STATUS_BY_ERROR[:3], ids=repr)
def test_status_of_a_step(instance, error: BaseException, status: str) -> None:
    @ln.flow()
    def outer() -> str:
        try:
            fail_in_step(error)
        except type(error):
            return ln.ULabel(name="afterwards").save().run.entrypoint
        return "no error"

    assert outer().endswith("outer")
    step, flow = ln.Run.get(entrypoint="fail_in_step"), ln.Run.get(entrypoint__endswith="outer")
    assert (step.status, flow.status) == (status, "completed")
    assert step.finished_at is not None
    assert nothing_sticks()


def test_an_error_goes_through_all_levels(instance) -> None:
    @ln.flow(global_run="memorize")
    def outer() -> None:
        fail_in_step(ValueError("wrong"))

    with pytest.raises(ValueError, match="wrong"):
        outer()
    assert [run.status for run in ln.Run.filter()] == ["errored", "errored"]
    assert nothing_sticks()


def test_wrong_arguments_leave_nothing(instance) -> None:
    before = hooks()
    for name in ("project", "space", "branch", "plan", "initiated_by_run"):

        @ln.flow()
        def wrong(project=None, space=None, branch=None, plan=None, initiated_by_run=None) -> None:
            raise AssertionError("not called")

        with pytest.raises(InvalidArgument, match="'missing' not found"):
            wrong(**{name: "missing"})
    with pytest.raises(AssertionError, match="must be saved before passing it to track"):
        wrong(project=ln.Project(name="not saved"))
    assert ln.Run.filter().count() == ln.Transform.filter().count() == 0
    assert hooks() == before
    assert nothing_sticks()


def test_an_interrupt_while_a_run_begins(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    before = hooks()
    with monkeypatch.context() as context:
        context.setattr("lamindb.tracking.function_calls.store_environment", interrupt)
        with pytest.raises(KeyboardInterrupt):
            succeed()
    assert ln.Run.filter().one().status == "aborted"
    assert hooks() == before
    assert nothing_sticks()


def test_a_database_that_breaks_down(
    instance, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise DatabaseError("connection lost")

    before = hooks()
    with monkeypatch.context() as context:
        context.setattr("lamindb.tracking.function_calls.end_run", refuse)
        with pytest.raises(ValueError, match="the error of the function"):
            fail(ValueError("the error of the function"))
        uid = ln.Run.filter().one().uid
        assert f"! could not store the end of Run('{uid}'): connection lost" in (
            capsys.readouterr().out
        )
        with pytest.raises(DatabaseError, match="connection lost"):
            succeed()
    assert hooks() == before
    assert nothing_sticks()


def test_a_transaction_that_is_rolled_back(instance_on_both) -> None:
    ln.track(ln.Transform(key="pipeline").save())
    with pytest.raises(ValueError, match="wrong"), transaction.atomic():
        fail_in_step(ValueError("wrong"))
    assert ln.Run.filter(entrypoint="fail_in_step").count() == 0

    @ln.step()
    def break_transaction() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    with pytest.raises(DatabaseError, match="nowhere"), transaction.atomic():
        break_transaction()
    assert ln.Run.filter().count() == 1


# -- generators -----------------------------------------------------------------------------------


@ln.step()
def count(n: int) -> Iterator[ln.Run]:
    for number in range(n):
        received = yield ln.ULabel(name=f"label {number}").save().run
        if received is not None:
            ln.ULabel(name=received).save()
    return "done"


@pytest.fixture
def pipeline(instance) -> ln.Run:
    ln.track(ln.Transform(key="pipeline").save())
    return ln.context.run


def status_of_generator() -> str:
    run = ln.Run.get(entrypoint="count")
    assert (run.finished_at is None) == (run.status == "started")
    return run.status


def test_a_generator_that_is_exhausted(pipeline: ln.Run) -> None:
    generator = count(2)
    assert ln.Run.filter(entrypoint="count").count() == 0  # nothing runs yet
    run = next(generator)
    assert run.initiated_by_run == pipeline
    assert status_of_generator() == "started"
    assert ln.ULabel(name="of the caller").save().run == pipeline
    assert generator.send("sent") == run
    assert ln.ULabel.get(name="sent").run == run
    with pytest.raises(StopIteration) as stop:
        next(generator)
    assert stop.value.value == "done"
    assert status_of_generator() == "completed"
    assert list(count(0)) == []


def test_a_generator_that_is_closed(pipeline: ln.Run) -> None:
    for _ in count(5):
        break
    assert status_of_generator() == "completed"
    assert ln.ULabel(name="of the caller").save().run == pipeline
    never_begun = count(1)
    never_begun.close()
    assert ln.Run.filter(entrypoint="count").count() == 1


def test_a_generator_that_raises(pipeline: ln.Run) -> None:
    generator = count(5)
    next(generator)
    with pytest.raises(ValueError, match="thrown"):
        generator.throw(ValueError("thrown"))
    assert status_of_generator() == "errored"
    assert ln.ULabel(name="of the caller").save().run == pipeline


def test_a_wrong_call_of_a_generator(pipeline: ln.Run) -> None:
    with pytest.raises(TypeError, match=r"count\(\) missing"):
        count()


def test_a_flow_that_is_a_generator(instance) -> None:
    before = hooks()

    @ln.flow()
    def produce() -> Iterator[ln.Run]:
        yield ln.context.run
        yield ln.ULabel(name="label").save().run

    generator = produce()
    run = next(generator)
    assert ln.context.run is None
    assert succeed() != run  # another flow may run in between
    with pytest.raises(RuntimeError, match="A global run is active already"):
        ln.flow()(lambda: list(produce()))()
    assert next(generator) == run
    generator.close()
    assert ln.Run.get(run.uid).status == "completed"
    assert ln.Run.get(run.uid).report is not None
    assert hooks() == before
    assert nothing_sticks()


# -- processes ------------------------------------------------------------------------------------

WAITING = """
import sys, threading, time
import lamindb as ln

@ln.step()
def wait(n):
    print("waiting", flush=True)
    for _ in range(600):
        time.sleep(0.1)

"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("around", ["flow", "track"])
def test_signals(instance, script: Script, number: signal.Signals, around: str) -> None:
    code = {
        "flow": "@ln.flow()\ndef main(): wait(1)\nmain()\n",
        "track": "ln.track()\nwait(1)\n",
    }[around]
    path = script("main.py", WAITING + code)
    process = subprocess.Popen(
        [sys.executable, "-u", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in process.stdout:
        if line == "waiting\n":
            break
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == -number
    outer, inner = ln.Run.filter().order_by("id")
    assert (outer.status, inner.status) == ("aborted", "aborted")
    assert None not in (outer.finished_at, inner.finished_at)
    assert "waiting\n" in outer.report.path.read_text()


SCRIPTS: dict[str, tuple[str, int, list[str]]] = {
    "error": ("@ln.flow()\ndef main(): 1 / 0\nmain()\n", 1, ["errored"]),
    "exit": ("@ln.flow()\ndef main(): sys.exit(3)\nmain()\n", 3, ["errored"]),
    "exit 0": ("@ln.flow()\ndef main(): sys.exit()\nmain()\n", 0, ["completed"]),
    "an error after the flow": ("@ln.flow()\ndef main(): pass\nmain()\n1 / 0", 1, ["completed"]),
    "a suspended generator": (
        "@ln.flow()\ndef main():\n    yield 1\ngenerator = main()\nnext(generator)\n",
        0,
        ["completed"],
    ),
    "track() in the flow": (
        "@ln.flow()\ndef main(): ln.track()\nmain()\nassert ln.context.run is None\n",
        0,
        ["completed", "completed"],
    ),
    "a suspended step": (
        "@ln.step()\ndef step():\n    yield 1\n"
        "ln.track()\ngenerator = step()\nnext(generator)\nln.finish()\n",
        0,
        ["completed", "completed"],
    ),
    "a daemon thread": (
        "ln.track()\nthreading.Thread(target=wait, args=(1,), daemon=True).start()\n"
        "time.sleep(2)\nln.finish()\n",
        0,
        ["completed", "aborted"],
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts(instance, script: Script, run_script: Callable, name: str) -> None:
    code, exit_status, statuses = SCRIPTS[name]
    run_script(script("main.py", WAITING + code), expect=exit_status)
    runs = list(ln.Run.filter().order_by("id"))
    assert [run.status for run in runs] == statuses
    assert all(run.finished_at is not None for run in runs)
    if name == "error":
        assert "ZeroDivisionError: division by zero" in runs[0].report.path.read_text()
    assert Path("main.py").exists()


def test_no_instance(in_tmp: Path, run_python: Callable) -> None:
    """Modules with tracked functions can be imported without an instance."""
    code = """
import lamindb as ln
@ln.flow()
def flow(): pass
@ln.step()
def step(): pass
for function in (flow, step):
    try:
        function()
    except ln.errors.CurrentInstanceNotConfigured:
        print(function.__name__)
"""
    assert run_python(code, cwd=in_tmp).stdout.splitlines() == ["flow", "step"]
