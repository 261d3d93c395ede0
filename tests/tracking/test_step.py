"""`@ln.step()`: each call of a function is a run within another run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument, UpdateContext
from tests.tracking.conftest import Script
from tests.tracking.test_flow import TIME, Load

KEY = "pypackages/tests/tracking/test_step.py"


@ln.step()
def head(art: ln.Artifact, n: int = 2) -> ln.Artifact:
    return ln.Artifact.from_dataframe(art.load().iloc[:n], key="out/head.parquet").save()


@ln.flow()
def ingest(key: str) -> ln.Artifact:
    df = pd.DataFrame({"x": range(5)})
    return head(ln.Artifact.from_dataframe(df, key=key).save())


@ln.step()
def current() -> ln.ULabel:
    return ln.ULabel(name="made in a step").save()


def test_signature() -> None:
    assert [(p.name, p.default) for p in inspect.signature(ln.step).parameters.values()] == [
        ("uid", None)
    ]


def test_the_example_of_the_manual(instance_on_both, capsys: pytest.CaptureFixture[str]) -> None:
    output = ingest("my/data.parquet")
    flow, step = ln.Run.get(entrypoint="ingest"), ln.Run.get(entrypoint="head")
    data = ln.Artifact.get(key="my/data.parquet")
    assert (data.run, output.run, step.initiated_by_run) == (flow, step, flow)
    assert (list(step.inputs), list(step.outputs)) == ([data], [output])
    assert (list(flow.inputs), list(flow.outputs)) == ([], [data])
    assert (flow.status, step.status) == ("completed", "completed")
    assert flow.initiated_runs.get() == step
    assert (step.transform, step.transform.key) == (flow.transform, KEY)
    assert step.params == {"art": f"Artifact[{data.uid}]", "n": 2}
    assert (step.environment, step.report, step.cli_args) == (None, None, None)
    out = capsys.readouterr().out
    assert re.search(
        rf"→ loaded Transform\('{step.transform.uid}', key='{KEY}'\), started new "
        rf"Run\('{step.uid}', entrypoint='head'\) at {TIME}\n"
        rf"→ params: art='Artifact\[{data.uid}\]', n=2\n",
        out,
    )
    assert out.count("recommendation") == 1  # of the flow
    assert out.count("→ finished Run") == 1


def test_nothing_is_tracked(instance) -> None:
    message = (
        r"Please track the global run context before using @ln.step\(\): ln.track\(\) or "
        r"@ln.flow\(\)"
    )
    with pytest.raises(RuntimeError, match=message):
        current()
    assert ln.Run.filter().count() == ln.Transform.filter().count() == ln.ULabel.filter().count()


def test_within_a_tracked_script(instance, script: Script) -> None:
    ln.track(path=script(), params={"n": 1})
    run = ln.context.run
    label = current()
    assert (label.run.initiated_by_run, label.run.entrypoint) == (run, "current")
    assert ln.context.run == run
    assert ln.ULabel(name="made by the script").save().run == run
    ln.finish()
    with pytest.raises(RuntimeError):
        current()


def test_the_context_shows_the_global_run(instance) -> None:
    seen: list[object] = []

    @ln.step()
    def look() -> ln.Run:
        seen.append(ln.context.run)
        return ln.ULabel(name="label").save().run

    ln.track(ln.Transform(key="pipeline").save())
    run = look()
    assert seen == [ln.context.run]
    assert run != ln.context.run


def test_steps_within_steps(instance) -> None:
    @ln.step()
    def outer() -> tuple[ln.Run, ln.Run, ln.Run]:
        before = ln.ULabel(name="before").save().run
        inner = current().run
        return before, inner, ln.ULabel(name="after").save().run

    ln.track(ln.Transform(key="pipeline").save())
    before, inner, after = outer()
    assert before == after != inner
    assert inner.initiated_by_run == before
    assert before.initiated_by_run == ln.context.run


def test_inputs_belong_to_the_run_that_reads(instance) -> None:
    artifact = ln.Artifact.from_dataframe(
        pd.DataFrame({"x": range(5)}), key="in.parquet", run=False
    ).save()
    ln.track(ln.Transform(key="pipeline").save())
    output = head(artifact)
    assert list(output.run.inputs) == [artifact]
    assert list(ln.context.run.inputs) == []
    output.load()
    assert list(ln.context.run.inputs) == [output]
    recreated = head(artifact)
    assert (recreated, recreated.run) == (output, output.run)
    second = ln.Run.filter(entrypoint="head").order_by("-id").first()
    assert list(second.recreated_artifacts.all()) == [output]
    assert list(ln.Run.filter(inputs=artifact, entrypoint="head").order_by("id")) == [
        output.run,
        second,
    ]


def test_project_branch_and_space_of_the_run_around(instance, script: Script) -> None:
    project, branch = ln.Project(name="My project").save(), ln.Branch(name="my_branch").save()
    space = ln.Space(name="My space").save()
    ln.track(path=script(), project=project, branch=branch, space=space)
    label = current()
    for record in (label, label.run):
        assert (list(record.projects.all()), record.branch, record.space) == (
            [project],
            branch,
            space,
        )


def test_arguments_are_no_arguments_of_track(instance) -> None:
    @ln.step()
    def grow(branch: str) -> ln.ULabel:
        return ln.ULabel(name="label").save()

    ln.track(ln.Transform(key="pipeline").save())
    label = grow("oak")
    assert (label.branch_id, label.run.params) == (1, {"branch": "oak"})


# -- transforms -----------------------------------------------------------------------------------

STEP = "@ln.step()\ndef one(): return ln.ULabel(name=ln.base.uids.base62_12()).save().run\n"


def test_the_transform_of_the_script_around(instance, script: Script, run_script) -> None:
    """The key and the uid that were passed to `ln.track()` hold for functions of the same file."""
    code = f'import lamindb as ln\nln.track("abcdEFGH1234", key="custom.py")\n{STEP}one()\none()\n'
    run_script(script("train.py", code))
    transform = ln.Transform.filter().one()
    assert (transform.key, transform.uid) == ("custom.py", "abcdEFGH12340000")
    assert [run.entrypoint for run in ln.Run.filter().order_by("id")] == [None, "one", "one"]


def test_arguments_of_the_command_line_belong_to_the_script(
    instance, script: Script, run_script
) -> None:
    script("helper.py", f"import lamindb as ln\n{STEP}")
    code = "import lamindb as ln\nfrom helper import one\nln.track()\none()\nln.finish()\n"
    run_script(script("main.py", code), "--n", "3")
    main, helper = ln.Run.filter().order_by("id")
    assert (main.cli_args, helper.cli_args) == ("--n 3", None)
    assert (main.transform.description, helper.transform.description) == ("CLI: main.py", None)
    assert helper.transform.source_code == Path("helper.py").read_text()


def test_versions(instance, load: Load) -> None:
    ln.track(ln.Transform(key="pipeline").save())
    first = load(STEP, "steps.py").one()
    assert (first.transform.key, first.transform.kind) == ("steps.py", "script")
    assert first.transform.source_code == f"import lamindb as ln\n{STEP}"
    second = load(f"{STEP}# edited\n", "steps.py").one()
    assert second.transform.uid == f"{first.transform.stem_uid}0001"
    assert load(STEP, "steps.py").one().transform == first.transform


def test_uid(instance, load: Load) -> None:
    ln.track(ln.Transform(key="pipeline").save())
    code = STEP.replace("step()", 'step(uid="abcdEFGH12340000")')
    assert load(code).one().transform.uid == "abcdEFGH12340000"
    with pytest.raises(UpdateContext, match=r'source code changed.*"abcdEFGH12340001"'):
        load(f"{code}# edited\n").one()
    with pytest.raises(InvalidArgument, match='instead of "abc"'):
        ln.step(uid="abc")(current.__wrapped__)()
    assert ln.Run.filter().count() == 2


def test_functions_of_a_notebook(instance, script: Script) -> None:
    notebook = script("analysis.ipynb", '{"cells": [], "metadata": {}}')
    ln.track(path=notebook)
    namespace: dict[str, object] = {"ln": ln, "__name__": "__main__"}
    for name in ("one", "two"):
        exec(STEP.replace("one", name), namespace)
    runs = [namespace[name]() for name in ("one", "two", "one")]  # type: ignore[operator]
    assert [run.transform.key for run in runs] == [
        "analysis.ipynb:one",
        "analysis.ipynb:two",
        "analysis.ipynb:one",
    ]
    assert {run.transform.kind for run in runs} == {"function"}
    assert runs[0].transform != runs[1].transform
    assert {run.initiated_by_run for run in runs} == {ln.context.run}


def test_functions_of_a_console_within_functions_of_a_console(instance) -> None:
    namespace: dict[str, object] = {"ln": ln, "__name__": "__main__"}
    exec(f"{STEP}\n@ln.flow()\ndef outer(): return one()\n", namespace)
    run = namespace["outer"]()  # type: ignore[operator]
    assert run.transform.key == "console:one"
    assert run.initiated_by_run.transform.key == "console:outer"


# -- speed ----------------------------------------------------------------------------------------


def test_constant_number_of_queries(instance, count_queries) -> None:
    @ln.step()
    def nothing(n: int) -> None:
        pass

    @ln.step()
    def nested(depth: int) -> None:
        if depth:
            nested(depth - 1)

    ln.track(ln.Transform(key="pipeline").save())
    nothing(0)
    with count_queries() as queries:
        nothing(1)
    assert queries.count <= 4, queries.statements
    counts = []
    for depth in (1, 2, 3):
        with count_queries() as queries:
            nested(depth)
        counts.append(queries.count)
    assert counts[2] - counts[1] == counts[1] - counts[0] <= 4


def test_no_question_is_asked(instance, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("input() was called")

    monkeypatch.setattr("builtins.input", refuse)
    ln.track(ln.Transform(key="pipeline").save())
    first = load(STEP, "a.py").one()
    copied = load(STEP, "b.py").one()
    Path("b.py").unlink()
    assert first.transform != copied.transform
    renamed = load(STEP, "c.py").one()
    assert renamed.transform == copied.transform


def test_a_database_that_can_only_be_read(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(instance), "is_read_only_connection", True)
    identity: Callable[[int], int] = ln.step()(lambda n: n)
    assert identity(3) == 3
    monkeypatch.undo()
    assert ln.Run.filter().count() == 0
